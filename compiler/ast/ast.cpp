#include "ast/ast.h"

#include <algorithm>

namespace lpc::ast {
namespace {

const Value* nth(const std::vector<Value>& values, Shape shape, std::size_t n) {
  for (const Value& value : values) {
    if (value.shape == shape && n-- == 0) return &value;
  }
  return nullptr;
}

const Clause* find_clause(const std::vector<Clause>& clauses, std::string_view word) {
  const auto found = std::find_if(clauses.begin(), clauses.end(), [&](const Clause& clause) { return clause.word == word; });
  return found == clauses.end() ? nullptr : &*found;
}

std::string_view word_of(const std::vector<Value>& values) {
  const Value* const value = nth(values, Shape::word, 0);
  return value == nullptr ? std::string_view() : std::string_view(value->text);
}

}  // namespace

std::string Name::dotted() const {
  std::string out;
  for (const Ident& part : parts) {
    if (!out.empty()) out += '.';
    out += part.text;
  }
  return out;
}

const Value* Clause::value(Shape shape, std::size_t n) const { return nth(values, shape, n); }
const Clause* Clause::clause(std::string_view searched) const { return find_clause(clauses, searched); }
std::string_view Clause::word_value() const { return word_of(values); }

const Clause* Decl::clause(std::string_view word) const { return find_clause(clauses, word); }
const Value* Decl::value(Shape shape, std::size_t n) const { return nth(values, shape, n); }
std::string_view Decl::word_value() const { return word_of(values); }

std::vector<const Clause*> Decl::all(std::string_view word) const {
  std::vector<const Clause*> out;
  for (const Clause& candidate : clauses) {
    if (candidate.word == word) out.push_back(&candidate);
  }
  return out;
}

const Hint* Decl::hint(std::string_view searched) const {
  const auto found = std::find_if(hints.begin(), hints.end(), [&](const Hint& candidate) { return candidate.name == searched; });
  return found == hints.end() ? nullptr : &*found;
}

}  // namespace lpc::ast
