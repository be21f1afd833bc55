#include "diag/sink.h"

namespace lpc::diag {

void Sink::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::error) ++error_count_;
  diagnostics_.push_back(std::move(diagnostic));
}

}  // namespace lpc::diag
