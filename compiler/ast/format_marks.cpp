#include "ast/format_marks.h"

#include <algorithm>

namespace lpc::ast {

FormatMarks::FormatMarks(const std::vector<FormatToken>& tokens, std::string_view source)
    : tokens_(tokens), source_(source), marks_(tokens.size()) {}

std::size_t FormatMarks::index(std::uint32_t offset) const {
  const auto found = std::lower_bound(tokens_.begin(), tokens_.end(), offset, [](const FormatToken& token, std::uint32_t at) { return token.span.begin < at; });
  return static_cast<std::size_t>(found - tokens_.begin());
}

void FormatMarks::add(const Decl& declaration) {
  std::vector<Part> parts;
  if (!declaration.name.empty()) {
    parts.push_back({declaration.name.span, false});
    glue_symbols(declaration.name.span);
  }
  add_values(declaration.values, parts);
  for (const Clause& clause : declaration.clauses) add_clause(clause, parts);
  if (declaration.kind == "operator") {      // `operator === (box, box)`
    if (const Clause* signature = declaration.clause("signature")) marks_[index(signature->span.begin)].glued = false;
  }
  for (const Hint& hint : declaration.hints) {
    std::vector<Part> unused;
    add_values(hint.arguments, unused);
    glue_parenthesis(hint.span);
    for (std::size_t i = index(hint.span.begin); i < tokens_.size() && tokens_[i].span.begin < hint.span.end; ++i) marks_[i].keeps_quotes = true;
  }
  for (const Decl& member : declaration.members) {
    add(member);
    parts.push_back({member.span, true});
  }
  add_breaks(declaration, std::move(parts));
}

void FormatMarks::add_clause(const Clause& clause, std::vector<Part>& parts) {
  parts.push_back({clause.span, true});
  std::vector<Part> unused;
  add_values(clause.values, unused);
  for (const Clause& inner : clause.clauses) add_clause(inner, unused);
  // A call or a signature, as opposed to a list after a key word.
  if (clause.word == "parameters" || clause.word == "signature" || clause.word == "execute" || clause.word == "cast_function" || clause.word == "support_function" ||
      clause.word == "on_member") {
    glue_parenthesis(clause.span);
  }
}

void FormatMarks::add_values(const std::vector<Value>& values, std::vector<Part>& parts) {
  for (const Value& value : values) {
    parts.push_back({value.span, false});
    const std::size_t first = index(value.span.begin);
    switch (value.shape) {
      case Shape::sql:
      case Shape::expression:
        if (value.span.begin < value.span.end && first < marks_.size()) marks_[first].verbatim_end = value.span.end;
        break;
      case Shape::type:
        add_type(first, value.span.end);
        break;
      case Shape::names:
      case Shape::option: {
        std::vector<Part> unused;
        add_values(value.items, unused);
        break;
      }
      case Shape::word:
      case Shape::name: glue_symbols(value.span); break;
      case Shape::string:
      case Shape::number: break;
    }
  }
}

void FormatMarks::add_type(std::size_t first, std::uint32_t end) {
  std::size_t depth = 0;
  for (std::size_t i = first; i < tokens_.size() && tokens_[i].span.begin < end; ++i) {
    const char c = source_[tokens_[i].span.begin];
    if (c == '(') ++depth;
    if (c == ')' && depth > 0) --depth;
    marks_[i].in_type = true;
    marks_[i].keeps_case = depth > 0;
  }
}

/// Key words between two parts (`execute function f()`) go with the second, so the line may end before them.
void FormatMarks::add_breaks(const Decl& declaration, std::vector<Part> parts) {
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.span.begin < b.span.begin; });
  const std::size_t first = index(declaration.span.begin);
  std::size_t after = first;
  for (const Part& part : parts) {
    while (after < tokens_.size() && tokens_[after].span.begin < part.span.begin && is_filler(after)) ++after;
    const bool is_word = after < tokens_.size() && tokens_[after].role == FormatToken::Role::word;
    if (part.may_break && after != first && is_word && tokens_[after].span.begin <= part.span.begin) marks_[after].may_break = true;
    after = std::max(after, index(part.span.end));
  }
}

void FormatMarks::glue_parenthesis(const Span& span) {
  for (std::size_t i = index(span.begin); i < tokens_.size() && tokens_[i].span.begin < span.end; ++i) {
    if (source_[tokens_[i].span.begin] != '(') continue;
    marks_[i].glued = true;
    return;
  }
}

/// The symbols of an operator stay together.
void FormatMarks::glue_symbols(const Span& span) {
  for (std::size_t i = index(span.begin) + 1; i < tokens_.size() && tokens_[i].span.begin < span.end; ++i) {
    const bool follows = tokens_[i].role == FormatToken::Role::punctuation && tokens_[i - 1].role == FormatToken::Role::punctuation;
    if (follows) marks_[i].glued = true;
  }
}

bool FormatMarks::is_filler(std::size_t token) const {
  switch (tokens_[token].role) {
    case FormatToken::Role::blank: case FormatToken::Role::line_comment: case FormatToken::Role::block_comment: case FormatToken::Role::doc: return true;
    case FormatToken::Role::punctuation: return true;
    default: return false;
  }
}

}  // namespace lpc::ast
