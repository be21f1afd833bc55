// The syntax tree of .lp files: what was written, with its places, and nothing about what it means.
//
// Every declaration has one shape, whatever its kind: a name, clauses, members. A kind's `lower` hook reads it; so a new kind or
// clause needs no new node. The grammar's rule names give `kind` and `word` (see grammar/LockplaneParser.g4). Nodes are built once by frontend/parse
// and never change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace lpc::ast {

/// One identifier: folded to lower case unless it was quoted.
struct Ident {
  std::string text;
  Span span;
};

/// A dotted name as written: `shop.users` has two parts.
struct Name {
  std::vector<Ident> parts;
  Span span;

  bool empty() const { return parts.empty(); }
  const std::string& last() const { return parts.back().text; }
  /// The part before the last one, or "".
  std::string_view qualifier() const { return parts.size() < 2 ? std::string_view() : std::string_view(parts[parts.size() - 2].text); }
  std::string dotted() const;
};

struct Decl;
struct Clause;

enum class Shape : std::uint8_t {
  word,        ///< `text`: keywords, lower-cased, joined with blanks: "no action"
  name,        ///< `name`
  string,      ///< `text`: the string's value, quotes and escapes resolved
  number,      ///< `text`: as written, with its sign
  sql,         ///< `text`: what stood between the parentheses, trimmed; `span` covers exactly that text
  expression,  ///< `text`: one primary, or what stood between its enclosing parentheses, trimmed; `span` covers exactly that text
  type,        ///< `text`: the type as written, blanks and comments collapsed, unquoted words lower-cased
  names,       ///< `items`: names of a parenthesised list
  option,      ///< `name`, and `items[0]` its value when it has one
};

struct Value {
  Shape shape;
  std::string text;
  Name name;
  std::vector<Value> items;
  Span span;
};

/// `word` is the grammar rule's name without "Clause", in snake case: "not_null", "partition_by".
struct Clause {
  std::string word;
  std::vector<Value> values;
  std::vector<Clause> clauses;
  Span span;

  /// The n-th value of that shape, or null.
  const Value* value(Shape shape, std::size_t n = 0) const;
  const Clause* clause(std::string_view word) const;
  /// The text of the first word value, or "".
  std::string_view word_value() const;
};

/// `@renamed_from(old)`.
struct Hint {
  std::string name;
  std::vector<Value> arguments;
  Span span;
};

/// `kind` is the grammar rule's name without "Decl", in snake case ("table", "materialized_view", "inline_constraint", "column_override"),
/// or, for the uniform shape, the kind's own words joined with "_" ("collation", "text_search_configuration").
struct Decl {
  std::string kind;
  Name name;                       ///< empty when it has none (an unnamed constraint)
  bool external = false;
  bool uniform = false;            ///< written in the uniform shape `kind name(signature) { key = value }`
  std::optional<std::string> doc;  ///< `---` lines joined with newlines
  std::vector<Hint> hints;
  std::vector<Clause> clauses;
  std::vector<Value> values;       ///< values that stand directly in the declaration: a column's type, a trigger's timing
  std::vector<Decl> members;
  Span span;
  Span name_span;                  ///< the name, or the first keyword when there is none

  const Clause* clause(std::string_view word) const;
  bool has(std::string_view word) const { return clause(word) != nullptr; }
  std::vector<const Clause*> all(std::string_view word) const;
  const Value* value(Shape shape, std::size_t n = 0) const;
  const Hint* hint(std::string_view name) const;
  std::string_view word_value() const;
};

struct Import {
  std::string path;                ///< "./billing.lp" or "std.timestamps"
  Span span;
};

struct File {
  FileId file = kNoFile;
  std::vector<Import> imports;
  std::vector<Decl> declarations;
};

}  // namespace lpc::ast
