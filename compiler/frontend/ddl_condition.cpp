// Conditions of CHECKs and partitions' bounds, as far as planning reads them.
#include <algorithm>
#include <array>
#include <utility>

#include "frontend/ddl_statement_parts.h"

namespace lpc::frontend {
namespace {

/// Casts don't change which constant or column is meant.
const SqlNode* without_casts(const SqlNode* node) {
  while (const SqlNode* cast = member(node, "TypeCast")) node = member(cast, "arg");
  return node;
}

std::string column_name(const SqlNode* node) {
  const std::vector<std::string> parts = strings_of(member(without_casts(node), {"ColumnRef", "fields"}));
  return parts.empty() ? std::string() : parts.back();
}

std::string flipped(const std::string& comparison) {
  static constexpr auto kPairs = std::to_array<std::pair<std::string_view, std::string_view>>({{"<", ">"}, {">", "<"}, {"<=", ">="}, {">=", "<="}});
  for (const auto& [one, other] : kPairs) {
    if (one == comparison) return std::string(other);
  }
  return comparison;
}

std::vector<std::string> constants_of(const SqlNode* list) {
  std::vector<std::string> constants;
  for (const SqlNode* item = first(list); item != nullptr; item = item->next) {
    const std::optional<std::string> constant = constant_of(item);
    if (!constant) return {};
    constants.push_back(*constant);
  }
  return constants;
}

Condition comparison(const SqlNode* expression) {
  Condition result;
  const std::vector<std::string> name = strings_of(member(expression, "name"));
  const SqlNode* left = member(expression, "lexpr");
  const SqlNode* right = member(expression, "rexpr");
  const std::string_view kind = text_of(expression, "kind");
  if (name.empty()) return result;
  if (kind == "AEXPR_IN" || kind == "AEXPR_OP_ANY") {
    const SqlNode* items = kind == "AEXPR_IN" ? member(right, {"List", "items"}) : member(without_casts(right), {"A_ArrayExpr", "elements"});
    result.constants = constants_of(items);
    result.column = column_name(left);
    result.comparison = "in";
    if (name.back() == "=" && !result.column.empty() && !result.constants.empty()) result.type = Condition::Type::compare;
    return result;
  }
  if (kind != "AEXPR_OP") return result;
  const bool turned = column_name(left).empty();
  const std::optional<std::string> constant = constant_of(turned ? left : right);
  result.column = column_name(turned ? right : left);
  result.comparison = turned ? flipped(name.back()) : name.back();
  if (result.column.empty() || !constant) return {};
  result.constants = {*constant};
  result.type = Condition::Type::compare;
  return result;
}

}  // namespace

std::optional<std::string> constant_of(const SqlNode* expression) {
  const SqlNode* constant = member(without_casts(expression), "A_Const");
  if (constant == nullptr || is_true(constant, "isnull")) return std::nullopt;
  if (const SqlNode* number = member(constant, "ival")) return std::to_string(number_of(number, "ival"));
  if (const SqlNode* number = member(constant, "fval")) return std::string(text_of(number, "fval"));
  if (const SqlNode* text = member(constant, "sval")) return std::string(text_of(text, "sval"));
  if (const SqlNode* flag = member(constant, "boolval")) return std::string(is_true(flag, "boolval") ? "true" : "false");
  return std::nullopt;
}

Condition condition_of(const SqlNode* expression) {
  Condition result;
  expression = without_casts(expression);
  if (const SqlNode* test = member(expression, "NullTest")) {
    result.column = column_name(member(test, "arg"));
    if (text_of(test, "nulltesttype") == "IS_NOT_NULL" && !result.column.empty()) result.type = Condition::Type::not_null;
    return result;
  }
  if (const SqlNode* list = member(expression, "BoolExpr")) {
    const std::string_view operation = text_of(list, "boolop");
    if (operation == "NOT_EXPR") return result;
    result.type = operation == "AND_EXPR" ? Condition::Type::all_of : Condition::Type::any_of;
    for (const SqlNode* item = first(member(list, "args")); item != nullptr; item = item->next) result.parts.push_back(condition_of(item));
    return result;
  }
  if (const SqlNode* operation = member(expression, "A_Expr")) return comparison(operation);
  return result;
}

Condition parse_condition(std::string_view expression) {
  const ParserOutput parsed = run_sql_parser("SELECT (" + std::string(expression) + "\n)");
  if (!parsed.error.empty()) return {};
  const SqlTree tree(parsed.json);
  const SqlNode* targets = member(member(first(member(tree.root(), "stmts")), {"stmt", "SelectStmt"}), "targetList");
  return condition_of(member(first(targets), {"ResTarget", "val"}));
}

BoundClause bound_of(const SqlNode* bound) {
  BoundClause result;
  result.is_default = is_true(bound, "is_default");
  if (result.is_default) return result;
  const auto read = [&](std::string_view key, std::vector<std::string>& values) {
    for (const SqlNode* item = first(member(bound, key)); item != nullptr; item = item->next) {
      // MINVALUE and MAXVALUE look like columns to the grammar.
      const std::string word = column_name(item);
      const std::optional<std::string> constant = word.empty() ? constant_of(item) : std::optional(word);
      result.other |= !constant;
      values.push_back(constant.value_or(""));
    }
  };
  read("lowerdatums", result.from);
  read("upperdatums", result.to);
  read("listdatums", result.in);
  result.other |= result.from.empty() && result.in.empty();
  return result;
}

}  // namespace lpc::frontend
