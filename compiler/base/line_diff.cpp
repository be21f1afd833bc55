// The only file that includes dtl.
#include "base/line_diff.h"

#include <dtl/dtl.hpp>

#include <sstream>

#include "base/text.h"

namespace lpc {

std::vector<std::string> unified_diff(std::string_view before, std::string_view after) {
  if (before == after) return {};
  dtl::Diff<std::string, std::vector<std::string>> diff(split(before, '\n'), split(after, '\n'));
  diff.onHuge();      // texts of more lines than fit its first table
  diff.compose();
  diff.composeUnifiedHunks();
  std::ostringstream out;
  diff.printUnifiedFormat(out);
  std::vector<std::string> lines = split(out.str(), '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace lpc
