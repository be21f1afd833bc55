// The pages behind `lpc explain CODE`: docs/diagnostics/LPnnnn.md, built into the program.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lpc::diag {

struct Page {
  std::string_view code;      ///< "LP2003"
  std::string_view markdown;
};

/// All pages in order of code.
std::span<const Page> all_pages();

/// The page of a code, which may be written `LP2003`, `lp2003` or `2003`. LP7012 when there is no such code.
Result<std::string> explain(std::string_view code);

}  // namespace lpc::diag
