#include "kinds/index_elements.h"

#include <fmt/core.h>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/names.h"
#include "kinds/relation_options.h"

namespace lpc::kinds {
namespace {

/// A call may stand without parentheses, every other expression needs them: https://www.postgresql.org/docs/15/sql-createindex.html
bool is_call(std::string_view text) {
  std::size_t at = 0;
  bool name_expected = true;
  while (at < text.size()) {
    const Lexeme lexeme = scan_lexeme(text, at);
    const bool is_name = lexeme.kind == LexemeKind::word || lexeme.kind == LexemeKind::quoted_name;
    if (name_expected) {
      if (!is_name) return false;
      const std::string word = to_lower_ascii(text.substr(lexeme.begin, lexeme.end - lexeme.begin));
      if (word == "row" || word == "array" || word == "exists" || word == "not" || word == "case" || word == "select") return false;
    } else if (text[at] != '.') {
      break;
    }
    name_expected = !name_expected;
    at = lexeme.end;
  }
  if (at >= text.size() || text[at] != '(') return false;
  for (int depth = 0; at < text.size();) {
    const Lexeme lexeme = scan_lexeme(text, at);
    if (lexeme.kind == LexemeKind::symbol && text[at] == '(') ++depth;
    if (lexeme.kind == LexemeKind::symbol && text[at] == ')' && --depth == 0) return lexeme.end == text.size();
    at = lexeme.end;
  }
  return false;
}

Sql options_sql(const Map& options) {
  std::vector<Sql> parts;
  for (const auto& [name, value] : options) parts.push_back(sql("{} = {}", ident(name), literal(value.text())));
  return join(parts, ", ");
}

Sql element_sql(const Value& element, bool upper, const std::vector<std::string>& option_order = {}) {
  const std::string column = element_column(element);
  if (element.is_text()) return ident(column);
  Sql result = ident(column);
  if (column.empty()) {
    const std::string expression = text_of(element, "expression");
    result = is_call(expression) ? fragment(expression) : sql("({})", fragment(expression));
  }
  if (const std::string collation = text_of(element, "collation"); !collation.empty()) {
    result = upper ? sql("{} COLLATE {}", result, fragment(collation)) : sql("{} collate {}", result, fragment(collation));
  }
  if (const std::string opclass = text_of(element, "opclass"); !opclass.empty()) result = sql("{} {}", result, fragment(opclass));
  if (const Value* options = element.find("options")) result = sql("{} ({})", result, options_sql(in_order(options->map(), option_order)));
  if (text_of(element, "order") == "desc") result = upper ? sql("{} DESC", result) : sql("{} desc", result);
  if (const std::string nulls = text_of(element, "nulls"); nulls == "first") {
    result = upper ? sql("{} NULLS FIRST", result) : sql("{} nulls first", result);
  } else if (nulls == "last") {
    result = upper ? sql("{} NULLS LAST", result) : sql("{} nulls last", result);
  }
  if (const std::string op = text_of(element, "operator"); !op.empty()) {
    result = upper ? sql("{} WITH {}", result, fragment(op)) : sql("{} with {}", result, fragment(op));
  }
  return result;
}

Value lower_element(const frontend::IndexElement& element, const LowerContext& context) {
  Map map;
  const auto put = [&](const char* key, std::string value) {
    if (!value.empty()) map.emplace_back(key, Value(std::move(value)));
  };
  put("expression", std::string(strip_outer_parentheses(element.expression)));
  if (!element.collation.empty()) {
    ast::Name name;
    for (std::string& part : name_parts(element.collation)) name.parts.push_back({std::move(part), {}});
    if (!name.empty()) put("collation", context.collation_text(name));
  }
  put("opclass", element.opclass);
  Map options;
  for (const auto& [name, value] : element.opclass_options) options.emplace_back(name, Value(value));
  if (!options.empty()) map.emplace_back("options", Value(std::move(options)));
  if (element.descending) put("order", "desc");
  // NULLS FIRST is what DESC means by itself, NULLS LAST what ASC does.
  if (element.nulls_first && *element.nulls_first != element.descending) put("nulls", *element.nulls_first ? "first" : "last");
  put("operator", element.exclude_operator);
  if (map.empty()) return Value(element.column);
  put("column", element.column);
  return Value(std::move(map));
}

std::string join_elements(const Object& object, bool upper) {
  const Value* elements = object.attributes.find("elements");
  const Value* orders = object.attributes.find(kElementOrderRule.name);
  std::vector<Sql> parts;
  for (std::size_t i = 0; elements != nullptr && i < elements->list().size(); ++i) {
    const Value* order = orders == nullptr ? nullptr : orders->find(std::to_string(i + 1));
    parts.push_back(element_sql(elements->list()[i], upper, order == nullptr ? std::vector<std::string>() : order->texts()));
  }
  return join(parts, ", ").text;
}

}  // namespace

std::string element_column(const Value& element) { return element.is_text() ? element.text() : text_of(element, "column"); }

void lower_elements(const std::vector<frontend::IndexElement>& elements, const LowerContext& context, Attributes& attributes) {
  List list;
  Map orders;
  for (const frontend::IndexElement& element : elements) {
    list.push_back(lower_element(element, context));
    Map options;
    for (const auto& [name, value] : element.opclass_options) options.emplace_back(name, Value(value));
    if (Value order = option_order(options); !order.is_default()) orders.emplace_back(std::to_string(list.size()), std::move(order));
  }
  attributes.set("elements", Value(std::move(list)));
  attributes.set(kElementOrderRule.name, Value(std::move(orders)));
}

void strip_elements(Object& object) {
  const Value* elements = object.attributes.find("elements");
  if (elements == nullptr) return;
  List stripped = elements->list();
  for (Value& element : stripped) {
    if (element.find("expression") == nullptr) continue;
    Map map = element.map();
    for (auto& [key, value] : map) {
      if (key == "expression") value = Value(strip_outer_parentheses(value.text()));
    }
    element = Value(std::move(map));
  }
  object.attributes.set("elements", Value(std::move(stripped)));
}

Sql elements_sql(const Object& object) { return fragment(join_elements(object, true)); }

std::string elements_lp(const Object& object) { return join_elements(object, false); }

void link_elements(const List& elements, std::string_view relation, std::string_view method, LinkContext& context) {
  for (const Value& element : elements) {
    if (const std::string column = element_column(element); !column.empty()) context.column(relation, column);
    if (const std::string text = text_of(element, "expression"); !text.empty()) context.sql(frontend::FragmentKind::expression, text);
    if (const std::string collation = text_of(element, "collation"); !collation.empty()) context.collation(collation);
    if (const std::vector<std::string> opclass = name_parts(text_of(element, "opclass")); opclass.size() == 2) {
      context.object({KindId::OperatorClass, opclass[0], opclass[1], "", std::string(method.empty() ? "btree" : method)});
    }
    if (const std::string op = text_of(element, "operator"); !op.empty()) context.sql(frontend::FragmentKind::expression, sql("1 {} 1", fragment(op)).text);
  }
}

std::vector<std::string> element_names(const List& elements, frontend::FragmentParser& fragments) {
  std::vector<std::string> names;
  for (const Value& element : elements) {
    std::string name = element_column(element);
    if (name.empty()) {
      const auto parsed = fragments.index_elements(frontend::FragmentKind::index_columns, element_sql(element, true).text);
      name = parsed.empty() ? "expr" : parsed.front().implied_name;
    }
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace lpc::kinds
