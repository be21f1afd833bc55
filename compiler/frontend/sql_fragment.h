// SQL inside .lp: checked by the real Postgres grammar (libpg_query 15), and read for what it refers to. sql_fragment_tree.cpp is
// the only file that includes libpg_query. Results are remembered by text within one FragmentParser, so a fragment seen before costs nothing.
// Knows nothing of catalogs: a reference is a name as written, whoever resolves it needs a search path.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "diag/sink.h"

namespace lpc::frontend {

/// What kind of SQL a fragment is; it is parsed inside the smallest statement that can hold it.
enum class FragmentKind : std::uint8_t {
  expression,        ///< `a > 0`
  query,             ///< a SELECT, VALUES or WITH query
  index_columns,     ///< `lower(email) text_pattern_ops desc, b`
  exclude_elements,  ///< `room with =, during with &&`
  partition_key,     ///< `a, lower(b) collate "C"`
  parameters,        ///< a function's parameter list, without its parentheses
  table_columns,     ///< the list of RETURNS TABLE
  type,              ///< a type name: `numeric(12,2)[]`
  statement,         ///< one or more complete statements (a SQL function's body, a rule's action)
  atomic_body,       ///< what stands between BEGIN ATOMIC and END
  plpgsql,           ///< a whole CREATE FUNCTION … LANGUAGE plpgsql; only references are taken, best effort
};

/// A name as written: one to three parts, the last one the object's own; unquoted parts folded.
struct SqlName {
  std::vector<std::string> parts;
  std::uint32_t offset = 0;      ///< byte offset in the fragment, UINT32_MAX when unknown
  friend bool operator==(const SqlName& a, const SqlName& b) { return a.parts == b.parts; }
};

struct References {
  std::vector<SqlName> relations;  ///< tables, views, sequences (names bound by WITH left out); also the constant of 'x'::regclass and nextval('x')
  std::vector<SqlName> functions;
  std::vector<SqlName> types;      ///< of casts and definitions, array brackets and modifiers taken off; pg_catalog's own spellings left out
  std::vector<SqlName> columns;    ///< column references as written; `*` and `t.*` left out
  std::vector<SqlName> operators;  ///< `=`, and `shop.=` of OPERATOR(shop.=); also words such as BETWEEN
  std::vector<SqlName> collations;
};

struct FragmentError {
  std::string message;             ///< the parser's words: `syntax error at or near "from"`
  std::uint32_t offset = 0;        ///< byte offset in the fragment
};

struct Fragment {
  std::optional<FragmentError> error;
  References references;
};

/// One parameter of a routine.
struct Parameter {
  std::string mode;                ///< "in", "out", "inout", "variadic", "table"
  std::string name;                ///< may be empty
  std::string type;                ///< as `argument_type` spells it
  std::string default_expression;  ///< may be empty
};

/// One column of an index or partition key or exclusion constraint.
struct IndexElement {
  std::string column;              ///< the plain column, or empty when it is an expression
  std::string expression;          ///< as written, without enclosing parentheses, when it isn't a plain column
  std::string collation;           ///< quoted, as SQL text, or empty
  std::string opclass;             ///< quoted, as SQL text, or empty
  std::vector<std::pair<std::string, std::string>> opclass_options;
  bool descending = false;
  std::optional<bool> nulls_first; ///< only when written
  std::string exclude_operator;    ///< as SQL text: `=`, `OPERATOR(ext.&&)`
  std::string implied_name;        ///< what Postgres calls the column in a made-up index name: the column, the function's name, or "expr"
};

/// The spelling that format_type() gives: "timestamp with time zone" for `timestamptz`, "integer[]" for `int4 array`, "character varying(10)" for `varchar ( 10 )`.
/// Names that aren't pg_catalog's keep their schema and quoting.
std::string normalise_type(std::string_view type);
/// The spelling that pg_get_function_arguments() and pg_get_function_result() give: as normalise_type, but without modifiers, which a routine
/// doesn't keep (https://www.postgresql.org/docs/15/sql-createfunction.html, Notes): "numeric" for `numeric(12,2)`, "character" for `char(3)`.
std::string argument_type(std::string_view type);
/// The SQL name of the type without modifier and array brackets, as name parts: {"gis","geometry"}; empty for pg_catalog's types that have their own spelling.
SqlName type_name(std::string_view type);
/// True for the names of pg_catalog's types ("int4", "jsonb", "text", "regclass", …) in any spelling.
bool is_builtin_type(std::string_view name);

class FragmentParser {
 public:
  FragmentParser();
  ~FragmentParser();
  FragmentParser(const FragmentParser&) = delete;
  FragmentParser& operator=(const FragmentParser&) = delete;

  /// Never fails: a fragment that doesn't parse carries its error.
  const Fragment& parse(FragmentKind kind, std::string_view text);
  /// Parses and reports an error as LP1005 at its place inside `span` (which covers exactly `text` in a source). Syntax that only newer servers
  /// know (MERGE … RETURNING, JSON_TABLE, …) can't be told from mistakes by this parser, so such an error is reported as an error unless the
  /// offending token is one that a newer server's grammar added at that place; then it is the note LP1006.
  const Fragment& check(FragmentKind kind, std::string_view text, Span span, diag::Sink& sink);

  std::vector<Parameter> parameters(std::string_view text);
  std::vector<IndexElement> index_elements(FragmentKind kind, std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lpc::frontend
