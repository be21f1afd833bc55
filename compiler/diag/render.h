// Shows diagnostics: for a terminal with the source line and a caret, as JSON (03-cli-and-formats), as SARIF 2.1 and as
// GitHub workflow commands. Sorted by file, position and code; the same diagnostics give the same bytes.
#pragma once

#include <string>
#include <vector>

#include "diag/diagnostic.h"

namespace lpc::diag {

enum class Format : std::uint8_t { text, json, sarif, github };

struct RenderOptions {
  Format format = Format::text;
  bool colour = false;
};

std::string render(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources, const RenderOptions& options);

/// A Failure in the same dress as a diagnostic: `error[LP6001]: …`, hint and detail.
std::string render(const Failure& failure, const RenderOptions& options);

}  // namespace lpc::diag
