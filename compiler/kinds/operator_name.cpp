#include "kinds/operator_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/sql_scan.h"
#include "base/text.h"
#include "frontend/parse.h"
#include "kinds/names.h"

namespace lpc::kinds {

std::vector<std::string> operator_parts(std::string_view text) {
  std::size_t end = 0;
  std::vector<std::string> parts = leading_name(text, end);
  if (!parts.empty()) ++end;      // the dot
  if (end >= text.size()) return {};
  parts.emplace_back(text.substr(end));
  return parts;
}

std::string operator_text(std::string_view schema, std::string_view name) {
  return schema.empty() || schema == "pg_catalog" ? std::string(name) : operator_sql(schema, name).text;
}

std::string operator_text(std::string_view written) {
  const std::vector<std::string> parts = operator_parts(written_operator(written));
  return parts.size() == 2 ? operator_text(parts[0], parts[1]) : written_operator(written);
}

std::string written_operator(std::string_view written) {
  constexpr std::string_view kWord = "operator";
  std::string text(trim(written));
  if (to_lower_ascii(text.substr(0, kWord.size())) == kWord) {
    const std::size_t open = text.find('(');
    if (open == std::string::npos || !text.ends_with(')')) return text;
    text = std::string(trim(std::string_view(text).substr(open + 1, text.size() - open - 2)));
  }
  const std::vector<std::string> parts = operator_parts(text);
  return parts.size() == 2 ? operator_sql(parts[0], parts[1]).text : text;
}

namespace {

constexpr std::string_view kSystemSchema = "pg_catalog.";

/// Where a name without a schema is looked for first.
std::optional<std::string> nearest_schema(const Object& object, const std::function<bool(const std::string& schema)>& exists) {
  for (const std::string& schema : {object.id.schema.str(), std::string("public")}) {
    if (exists(schema)) return schema;
  }
  return std::nullopt;
}

}  // namespace

std::string placed_text(const Object& object, std::string_view name, const std::function<bool(const std::string& schema)>& exists) {
  if (name.starts_with(kSystemSchema)) return std::string(name.substr(kSystemSchema.size()));
  std::size_t end = 0;
  const std::vector<std::string> parts = leading_name(name, end);
  const bool has_schema = parts.size() > 1 || (!parts.empty() && end < name.size());
  const std::optional<std::string> schema = has_schema || object.origin.is_nowhere() ? std::nullopt : nearest_schema(object, exists);
  return schema ? fmt::format("{}.{}", ident(*schema).text, name) : std::string(name);
}

bool is_hidden(const Object& object, const std::function<bool(const std::string& schema)>& exists) { return nearest_schema(object, exists).has_value(); }

Sql operator_sql(std::string_view schema, std::string_view name) { return sql("{}.{}", ident(schema), fragment(name)); }

std::string operator_lp(std::string_view schema, std::string_view name, std::string_view current_schema) {
  if (schema.empty() || schema == current_schema) return std::string(name);
  const std::string quoted = ident(schema).text;
  const bool needs_more = !quoted.starts_with('"') && frontend::needs_quotes_in_lp(schema);
  return needs_more ? fmt::format("\"{}\".{}", schema, name) : fmt::format("{}.{}", quoted, name);
}

std::vector<std::string> split_types(std::string_view list) {
  std::vector<std::string> types;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < list.size();) {
    const Lexeme lexeme = scan_lexeme(list, at);
    const std::string_view word = list.substr(at, lexeme.end - at);
    if (word == "(" || word == "[") ++depth;
    if (word == ")" || word == "]") --depth;
    if (depth == 0 && word == ",") {
      types.emplace_back(trim(list.substr(begin, at - begin)));
      begin = lexeme.end;
    }
    at = lexeme.end;
  }
  if (!trim(list).empty()) types.emplace_back(trim(list.substr(begin)));
  return types;
}

}  // namespace lpc::kinds
