// Where stages put diagnostics. One sink per run; the caller decides what becomes of them.
#pragma once

#include <fmt/core.h>

#include <vector>

#include "diag/diagnostic.h"

namespace lpc::diag {

/// A diagnostic of `code` at `span`; `arguments` fill the registry's message.
template <class... Args>
Diagnostic make(Code code, Span span, const Args&... arguments) {
  const CodeInfo& entry = info(code);
  return {code, entry.severity, fmt::format(fmt::runtime(entry.message), arguments...), span, {}, {}};
}

class Sink {
 public:
  void add(Diagnostic diagnostic);
  const std::vector<Diagnostic>& all() const { return diagnostics_; }
  bool has_errors() const { return error_count_ > 0; }
  std::size_t error_count() const { return error_count_; }

 private:
  std::vector<Diagnostic> diagnostics_;
  std::size_t error_count_ = 0;
};

}  // namespace lpc::diag
