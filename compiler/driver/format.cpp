#include "driver/print.h"
#include "frontend/parse.h"

namespace lpc::driver {

std::string format_lp(FileId file, const SourceMap& sources, diag::Sink& sink) {
  std::optional<std::string> formatted = frontend::format(file, sources, sink);
  return formatted ? std::move(*formatted) : std::string(sources.at(file).text());
}

}  // namespace lpc::driver
