#include <algorithm>
#include <array>

#include "base/text.h"
#include "sema/passes.h"

namespace lpc::sema {
namespace {

constexpr std::array kHints = std::to_array<std::string_view>({"allow", "direct", "online", "protect", "renamed_from", "using"});
constexpr std::array kLaterHints = std::to_array<std::string_view>({"backfill", "deprecated"});

std::string text_of(const ast::Value& value) { return value.shape == ast::Shape::name ? value.name.last() : value.text; }

/// `@allow(LP4001, "reason")`: a hazard is accepted for a reason that a reviewer can read.
void check_allow(const ast::Hint& hint, diag::Sink& sink) {
  const std::string needs = "the code of a hazard and the reason: @allow(LP4001, 'reason')";
  if (hint.arguments.size() != 2 || trim(text_of(hint.arguments[1])).empty()) {
    sink.add(diag::make(diag::Code::kWrongValue, hint.span, "@allow", needs));
    return;
  }
  const ast::Value& code = hint.arguments.front();
  if (diag::find_hazard(text_of(code)) != nullptr) return;
  std::string wanted = text_of(code);
  if (wanted.starts_with("lp")) wanted.replace(0, 2, "LP");
  sink.add(diag::make(diag::Code::kNotAHazard, code.span, wanted).with_suggestion(wanted, diag::hazard_codes(), code.span));
}

void check_hint(const ast::Hint& hint, diag::Sink& sink) {
  if (std::ranges::find(kHints, hint.name) != kHints.end()) {
    if (hint.name == "allow") return check_allow(hint, sink);
    if (hint.name == "protect" || hint.name == "direct" || hint.name == "online") {
      if (!hint.arguments.empty()) sink.add(diag::make(diag::Code::kWrongValue, hint.span, "@" + hint.name, "no arguments"));
      return;
    }
    if (hint.arguments.size() == 1) return;
    const std::string_view needs = hint.name == "using" ? "one expression in parentheses" : "the old name in parentheses";
    sink.add(diag::make(diag::Code::kWrongValue, hint.span, "@" + hint.name, needs));
    return;
  }
  if (std::ranges::find(kLaterHints, hint.name) != kLaterHints.end()) {
    sink.add(diag::make(diag::Code::kNotSupported, hint.span, fmt::format("the hint `@{}`", hint.name)));
    return;
  }
  std::vector<std::string> names(kHints.begin(), kHints.end());
  names.insert(names.end(), kLaterHints.begin(), kLaterHints.end());
  diag::Diagnostic diagnostic = diag::make(diag::Code::kUnknownHint, hint.span, hint.name);
  if (const auto near = nearest(hint.name, names)) diagnostic.notes.push_back({fmt::format("did you mean `@{}`?", *near), {}});
  sink.add(std::move(diagnostic));
}

void check_decl(const ast::Decl& decl, diag::Sink& sink) {
  for (const ast::Ident& part : decl.name.parts) {
    // The server would cut the name without a word: https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
    if (!fits_identifier(part.text)) sink.add(diag::make(diag::Code::kNameTooLong, part.span, part.text, part.text.size()));
  }
  for (const ast::Hint& hint : decl.hints) check_hint(hint, sink);
  for (const ast::Decl& member : decl.members) check_decl(member, sink);
}

}  // namespace

void check_names_and_hints(const std::vector<ast::File>& files, diag::Sink& sink) {
  for (const ast::File& file : files) {
    for (const ast::Decl& decl : file.declarations) check_decl(decl, sink);
  }
}

void check_not_empty(const Module& module, const SourceMap& sources, diag::Sink& sink) {
  // A file of which every declaration is broken has said what it has to say.
  if (module.declarations.size() > (module.implies_public ? 1 : 0) || sink.has_errors()) return;
  std::string name = "the program";
  if (module.files.size() == 1 && module.files.front() != kNoFile) name = fmt::format("`{}`", sources.at(module.files.front()).path());
  sink.add(diag::make(diag::Code::kEmptyProgram, Span{}, name));
}

}  // namespace lpc::sema
