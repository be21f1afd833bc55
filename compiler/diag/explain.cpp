#include "diag/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "diag/diagnostic.h"

namespace lpc::diag {
namespace {

// A first entry that is no page keeps the array from being empty; it is cut off below.
constexpr Page kPages[] = {
    {"", ""},
#include "diag/explain_pages.inc"
};

std::string normalised(std::string_view code) {
  std::string text = to_lower_ascii(trim(code));
  if (text.starts_with("lp")) text.erase(0, 2);
  return "LP" + text;
}

}  // namespace

std::span<const Page> all_pages() { return std::span(kPages).subspan(1); }

Result<std::string> explain(std::string_view code) {
  const std::string wanted = normalised(code);
  const std::span<const Page> pages = all_pages();
  const auto page = std::ranges::find(pages, wanted, &Page::code);
  if (page != pages.end()) return std::string(page->markdown);

  std::vector<std::string> codes;
  for (const CodeInfo& entry : all_codes()) codes.push_back(code_text(entry.code));
  std::string hint = "codes look like `LP2003`";
  if (const auto near = nearest(wanted, codes)) hint += fmt::format("; did you mean `{}`?", *near);
  return Failure{"LP7012", fmt::format("`{}` isn't a diagnostic code", trim(code)), std::move(hint), ""};
}

}  // namespace lpc::diag
