#include "frontend/sql_fragment_wrapper.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "frontend/sql_fragment_scan.h"

namespace lpc::frontend {
namespace {

struct Wrapper {
  std::string_view prefix;
  std::string_view suffix;      ///< begins with a line end, so that a comment can't swallow it
  std::string_view statement;   ///< the node that must come back; empty for a list of statements
  std::string_view content;     ///< its member that the fragment makes; empty for the statement itself
};

constexpr Wrapper kCopiedType{"CREATE FUNCTION f(x\n", "\n) RETURNS int LANGUAGE c", "CreateFunctionStmt", "parameters"};

/// EXISTS takes nothing but a query, and a cast nothing but a type.
Wrapper wrapper_of(FragmentKind kind) {
  switch (kind) {
    case FragmentKind::expression: return {"SELECT (\n", "\n)", "SelectStmt", "targetList"};
    case FragmentKind::query: return {"SELECT EXISTS (\n", "\n)", "SelectStmt", "targetList"};
    case FragmentKind::index_columns: return {"CREATE INDEX ON t (\n", "\n)", "IndexStmt", "indexParams"};
    case FragmentKind::exclude_elements: return {"CREATE TABLE t (EXCLUDE (\n", "\n))", "CreateStmt", "tableElts"};
    case FragmentKind::partition_key: return {"CREATE TABLE t () PARTITION BY RANGE (\n", "\n)", "CreateStmt", "partspec"};
    case FragmentKind::parameters: return {"CREATE FUNCTION f(\n", "\n) RETURNS int LANGUAGE c", "CreateFunctionStmt", "parameters"};
    case FragmentKind::table_columns: return {"CREATE FUNCTION f() RETURNS TABLE (\n", "\n) LANGUAGE c", "CreateFunctionStmt", "parameters"};
    case FragmentKind::type: return {"SELECT CAST(NULL AS\n", "\n)", "SelectStmt", "targetList"};
    case FragmentKind::statement: return {"\n", "", "", ""};
    case FragmentKind::atomic_body: return {"CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC\n", "\nEND", "CreateFunctionStmt", "sql_body"};
    case FragmentKind::plpgsql: return {"\n", "", "CreateFunctionStmt", ""};
  }
  LP_CHECK(false);
}

/// The parser's words for a token at `offset`.
FragmentError syntax_error(std::string_view text, std::uint32_t offset) {
  while (offset < text.size()) {
    const Lexeme lexeme = scan_lexeme(text, offset);
    if (!is_filler(lexeme.kind)) {
      return {"syntax error at or near \"" + std::string(text.substr(offset, lexeme.end - offset)) + "\"", offset};
    }
    offset = static_cast<std::uint32_t>(lexeme.end);
  }
  return {"syntax error at end of input", static_cast<std::uint32_t>(text.size())};
}

FragmentError map_error(const ParserOutput& output, std::string_view text, std::uint32_t prefix) {
  std::uint32_t offset = output.offset < prefix ? 0 : output.offset - prefix;
  std::string message = output.error;
  if (message.starts_with("unterminated")) {
    // The rest of the message is all the text that follows, the wrapper's too.
    message.resize(std::min(message.find(" at or near "), message.size()));
  } else if (offset >= text.size() && message.starts_with("syntax error")) {
    message = "syntax error at end of input";
  }
  return {std::move(message), std::min(offset, static_cast<std::uint32_t>(text.size()))};
}

/// `a, b` in parentheses is a row, but not where an expression is asked for; and SELECT INTO makes a table.
std::optional<FragmentError> find_wrong_shape(FragmentKind kind, std::string_view text, const SqlNode* content, std::uint32_t prefix) {
  if (kind != FragmentKind::expression && kind != FragmentKind::query) return std::nullopt;
  const SqlNode* value = member(content->child, {"ResTarget", "val"});
  if (kind == FragmentKind::expression) {
    const SqlNode* row = member(value, "RowExpr");
    if (row == nullptr || number_of(row, "location") >= prefix || text_of(row, "row_format") != "COERCE_IMPLICIT_CAST") return std::nullopt;
    return syntax_error(text, find_top_level_comma(text).value_or(0));
  }
  const SqlNode* select = member(value, {"SubLink", "subselect", "SelectStmt"});
  if (select == nullptr) return syntax_error(text, 0);
  while (const SqlNode* left = member(select, "larg")) select = left;
  const SqlNode* into = member(select, {"intoClause", "rel"});
  if (into == nullptr) return std::nullopt;
  const long long location = number_of(into, "location", prefix) - prefix;
  return FragmentError{"SELECT ... INTO is not allowed here", static_cast<std::uint32_t>(std::max(location, 0LL))};
}

std::optional<FragmentError> find_escape(FragmentKind kind, const Wrapper& wrapper, std::string_view text, const SqlNode* statements) {
  if (wrapper.statement.empty()) return std::nullopt;
  if (kind != FragmentKind::plpgsql) {
    if (const std::optional<std::uint32_t> offset = find_unopened(text)) return syntax_error(text, *offset);
  }
  const SqlNode* first = statements == nullptr ? nullptr : statements->child;
  if (first == nullptr) return FragmentError{"syntax error at end of input", static_cast<std::uint32_t>(text.size())};
  if (first->next != nullptr) {
    const long long location = number_of(first->next, "stmt_location") - static_cast<long long>(wrapper.prefix.size());
    return syntax_error(text, static_cast<std::uint32_t>(std::clamp(location, 0LL, static_cast<long long>(text.size()))));
  }
  if (member(first, {"stmt", wrapper.statement}) == nullptr) return syntax_error(text, 0);
  return std::nullopt;
}

WrappedParse parse_in(const Wrapper& wrapper, FragmentKind kind, std::string_view text) {
  WrappedParse parsed;
  parsed.prefix = static_cast<std::uint32_t>(wrapper.prefix.size());
  std::string sql;
  sql.reserve(wrapper.prefix.size() + text.size() + wrapper.suffix.size());
  sql.append(wrapper.prefix).append(text).append(wrapper.suffix);
  ParserOutput output = run_sql_parser(sql);
  if (!output.error.empty()) {
    parsed.error = map_error(output, text, parsed.prefix);
    // What closes the wrapper is the first mistake, even when the parser goes on after it.
    const std::optional<std::uint32_t> unopened = wrapper.suffix.empty() ? std::nullopt : find_unopened(text);
    if (unopened && *unopened < parsed.error->offset) parsed.error = syntax_error(text, *unopened);
    return parsed;
  }
  parsed.tree = std::make_unique<const SqlTree>(std::move(output.json));
  const SqlNode* statements = member(parsed.tree->root(), "stmts");
  parsed.error = find_escape(kind, wrapper, text, statements);
  if (parsed.error) return parsed;
  parsed.content = statements;
  if (!wrapper.statement.empty()) {
    const SqlNode* statement = member(statements->child, "stmt");
    parsed.content = wrapper.content.empty() ? statement : member(statement, {wrapper.statement, wrapper.content});
  }
  if (parsed.content != nullptr) parsed.error = find_wrong_shape(kind, text, parsed.content, parsed.prefix);
  return parsed;
}

/// `table.column%TYPE` stands only among parameters. The wrapper also takes more than one type there.
WrappedParse parse_copied_type(std::string_view text) {
  WrappedParse parsed = parse_in(kCopiedType, FragmentKind::type, text);
  if (parsed.error) return parsed;
  const SqlNode* first = parsed.content == nullptr ? nullptr : parsed.content->child;
  const SqlNode* parameter = member(first, "FunctionParameter");
  if (parameter == nullptr || first->next != nullptr || member(parameter, "defexpr") != nullptr || text_of(parameter, "mode") != "FUNC_PARAM_DEFAULT") {
    parsed.error = syntax_error(text, 0);
  }
  return parsed;
}

/// A rule's list of actions may come with its parentheses, which no statement has.
WrappedParse parse_statements(std::string_view text) {
  WrappedParse parsed = parse_in(wrapper_of(FragmentKind::statement), FragmentKind::statement, text);
  const std::string_view inside = strip_outer_parentheses(text);
  if (!parsed.error || inside.size() >= text.size() || !trim_filler(text).starts_with('(')) return parsed;
  std::string blanked(text.size(), ' ');   // keeps all places
  blanked.replace(static_cast<std::size_t>(inside.data() - text.data()), inside.size(), inside);
  return parse_in(wrapper_of(FragmentKind::statement), FragmentKind::statement, blanked);
}

}  // namespace

WrappedParse parse_wrapped(FragmentKind kind, std::string_view text) {
  if (kind == FragmentKind::type && text.find('%') != std::string_view::npos) return parse_copied_type(text);
  if (kind == FragmentKind::statement) return parse_statements(text);
  return parse_in(wrapper_of(kind), kind, text);
}

}  // namespace lpc::frontend
