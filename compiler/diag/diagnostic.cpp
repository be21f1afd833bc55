#include "diag/diagnostic.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace lpc::diag {
namespace {

constexpr Severity note = Severity::note;
constexpr Severity warning = Severity::warning;
constexpr Severity error = Severity::error;

constexpr std::uint16_t kNumbers[] = {
#define LP(number, severity, name, message) number,
#include "diag/diagnostics.def"
#undef LP
};

constexpr bool are_sorted_and_unique() {
  for (std::size_t i = 1; i < std::size(kNumbers); ++i) {
    if (kNumbers[i - 1] >= kNumbers[i]) return false;
  }
  return true;
}
static_assert(are_sorted_and_unique(), "diagnostics.def must be sorted by code, each code once");

}  // namespace

const std::vector<CodeInfo>& all_codes() {
  static const std::vector<CodeInfo> codes = {
#define LP(number, severity, name, message) {Code::name, severity, #name, message},
#include "diag/diagnostics.def"
#undef LP
  };
  return codes;
}

const CodeInfo& info(Code code) {
  const std::vector<CodeInfo>& codes = all_codes();
  const auto found = std::lower_bound(codes.begin(), codes.end(), code,
                                      [](const CodeInfo& entry, Code wanted) { return entry.code < wanted; });
  LP_CHECK(found != codes.end() && found->code == code);
  return *found;
}

namespace {

bool is_hazard(Code code) { return static_cast<int>(code) / 1000 == 4; }

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  LP_CHECK(false);
}

const CodeInfo* find_hazard(std::string_view text) {
  std::string wanted(text);
  if (wanted.starts_with("lp")) wanted.replace(0, 2, "LP");
  if (!wanted.starts_with("LP")) wanted.insert(0, "LP");
  for (const CodeInfo& entry : all_codes()) {
    if (is_hazard(entry.code) && code_text(entry.code) == wanted) return &entry;
  }
  return nullptr;
}

std::vector<std::string> hazard_codes() {
  std::vector<std::string> codes;
  for (const CodeInfo& entry : all_codes()) {
    if (is_hazard(entry.code)) codes.push_back(code_text(entry.code));
  }
  return codes;
}

std::string code_text(Code code) { return fmt::format("LP{:04}", static_cast<unsigned>(code)); }

Diagnostic&& Diagnostic::with_note(std::string text, Span at) && {
  notes.push_back({std::move(text), at});
  return std::move(*this);
}

Diagnostic&& Diagnostic::with_fix(std::string description, Span at, std::string replacement) && {
  fixes.push_back({std::move(description), {{at, std::move(replacement)}}});
  return std::move(*this);
}

Diagnostic&& Diagnostic::with_suggestion(std::string_view wrong, const std::vector<std::string>& names, Span at) && {
  const std::optional<std::string> name = nearest(wrong, names);
  if (!name) return std::move(*this);
  notes.push_back({fmt::format("did you mean `{}`?", *name), {}});
  if (!at.is_nowhere()) fixes.push_back({fmt::format("replace `{}` with `{}`", wrong, *name), {{at, *name}}});
  return std::move(*this);
}

}  // namespace lpc::diag
