// Parameter lists and lists of index elements: what the parser's tree says, joined with the text of each item.
#include <algorithm>
#include <array>

#include "base/sql.h"
#include "base/text.h"
#include "frontend/sql_fragment.h"
#include "frontend/sql_fragment_scan.h"
#include "frontend/sql_fragment_wrapper.h"

namespace lpc::frontend {
namespace {

constexpr std::size_t kMaxIdentifierBytes = 63;

std::string qualified_text(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? "." : "") + ident(parts[i]).text;
  return text;
}

std::string mode_of(std::string_view mode) {
  if (mode == "FUNC_PARAM_OUT") return "out";
  if (mode == "FUNC_PARAM_INOUT") return "inout";
  if (mode == "FUNC_PARAM_VARIADIC") return "variadic";
  if (mode == "FUNC_PARAM_TABLE") return "table";
  return "in";
}

/// `type_begin` is where the type starts in `item`; DEFAULT or `=` ends it.
void split_type_and_default(std::string_view item, std::size_t type_begin, Parameter& parameter) {
  const std::string_view rest = item.substr(std::min(type_begin, item.size()));
  std::size_t type_end = rest.size();
  int depth = 0;
  for_each_piece(rest, [&](const Piece& piece) {
    if (piece.is_symbol('(') || piece.is_symbol('[')) ++depth;
    if (piece.is_symbol(')') || piece.is_symbol(']')) --depth;
    if (depth > 0 || !(piece.is_symbol('=') || piece.is_word("default"))) return true;
    type_end = piece.begin;
    parameter.default_expression = trim_filler(rest.substr(piece.end()));
    return false;
  });
  parameter.type = argument_type(trim_filler(rest.substr(0, type_end)));
}

/// Of an expression in an index, in parentheses or a call or a keyword such as CURRENT_USER: where it ends in `item`.
std::size_t end_of_expression(std::string_view item) {
  std::size_t end = 0;
  int depth = 0;
  bool after_word = false;
  bool collation_for = false;
  for_each_piece(item, [&](const Piece& piece) {
    if (piece.is_symbol('(')) {
      if (depth++ == 0 && end != 0 && !after_word) return false;
    } else if (piece.is_symbol(')')) {
      if (--depth == 0) {
        end = piece.end();
        return false;
      }
    } else if (depth == 0) {
      const bool name = piece.kind == LexemeKind::word || piece.kind == LexemeKind::quoted_name;
      // Two words side by side: the expression was a keyword alone, unless it is COLLATION FOR (…).
      if (name && after_word && !(collation_for && piece.is_word("for"))) return false;
      collation_for = end == 0 && piece.is_word("collation");
      after_word = name;
    }
    end = piece.end();
    return true;
  });
  return end;
}

/// FigureColnameInternal() in src/backend/parser/parse_target.c: the name and how much it counts (0 none, 1 weak, 2 strong).
struct ImpliedName {
  std::string_view name;
  int strength = 0;
};

std::string_view last_string(const SqlNode* list) {
  std::string_view last;
  for (const SqlNode* item = list == nullptr ? nullptr : list->child; item != nullptr; item = item->next) {
    if (const SqlNode* string = member(item, "String")) last = text_of(string, "sval");
  }
  return last;
}

ImpliedName strong_unless_empty(std::string_view name) { return {name, name.empty() ? 0 : 2}; }

/// Names that a node has whatever is in it.
std::string_view fixed_name(const SqlNode* node) {
  struct Row {
    std::string_view node;
    std::string_view field;
    std::string_view value;
    std::string_view name;
  };
  static constexpr auto kNames = std::to_array<Row>({
      {"A_Expr", "kind", "AEXPR_NULLIF", "nullif"}, {"SubLink", "subLinkType", "EXISTS_SUBLINK", "exists"},
      {"SubLink", "subLinkType", "ARRAY_SUBLINK", "array"}, {"A_ArrayExpr", "", "", "array"}, {"RowExpr", "", "", "row"},
      {"CoalesceExpr", "", "", "coalesce"}, {"MinMaxExpr", "op", "IS_GREATEST", "greatest"}, {"MinMaxExpr", "op", "IS_LEAST", "least"},
      {"GroupingFunc", "", "", "grouping"}, {"XmlSerialize", "", "", "xmlserialize"}, {"XmlExpr", "op", "IS_XMLCONCAT", "xmlconcat"},
      {"XmlExpr", "op", "IS_XMLELEMENT", "xmlelement"}, {"XmlExpr", "op", "IS_XMLFOREST", "xmlforest"}, {"XmlExpr", "op", "IS_XMLPARSE", "xmlparse"},
      {"XmlExpr", "op", "IS_XMLPI", "xmlpi"}, {"XmlExpr", "op", "IS_XMLROOT", "xmlroot"},
      {"SQLValueFunction", "op", "SVFOP_CURRENT_DATE", "current_date"}, {"SQLValueFunction", "op", "SVFOP_CURRENT_TIME", "current_time"},
      {"SQLValueFunction", "op", "SVFOP_CURRENT_TIME_N", "current_time"}, {"SQLValueFunction", "op", "SVFOP_CURRENT_TIMESTAMP", "current_timestamp"},
      {"SQLValueFunction", "op", "SVFOP_CURRENT_TIMESTAMP_N", "current_timestamp"}, {"SQLValueFunction", "op", "SVFOP_LOCALTIME", "localtime"},
      {"SQLValueFunction", "op", "SVFOP_LOCALTIME_N", "localtime"}, {"SQLValueFunction", "op", "SVFOP_LOCALTIMESTAMP", "localtimestamp"},
      {"SQLValueFunction", "op", "SVFOP_LOCALTIMESTAMP_N", "localtimestamp"}, {"SQLValueFunction", "op", "SVFOP_CURRENT_ROLE", "current_role"},
      {"SQLValueFunction", "op", "SVFOP_CURRENT_USER", "current_user"}, {"SQLValueFunction", "op", "SVFOP_USER", "user"},
      {"SQLValueFunction", "op", "SVFOP_SESSION_USER", "session_user"}, {"SQLValueFunction", "op", "SVFOP_CURRENT_CATALOG", "current_catalog"},
      {"SQLValueFunction", "op", "SVFOP_CURRENT_SCHEMA", "current_schema"},
  });
  for (const Row& row : kNames) {
    const SqlNode* body = member(node, row.node);
    if (body != nullptr && (row.field.empty() || text_of(body, row.field) == row.value)) return row.name;
  }
  return {};
}

ImpliedName implied_name(const SqlNode* node) {
  ImpliedName weak;
  // Going down never comes back but for a weak name of its own, so a loop does: the outermost weak name wins over names below only when those are weak.
  while (node != nullptr) {
    if (const std::string_view name = fixed_name(node); !name.empty()) return {name, 2};
    if (const SqlNode* column = member(node, "ColumnRef")) {
      const ImpliedName found = strong_unless_empty(last_string(member(column, "fields")));
      return found.strength > 0 ? found : weak;
    }
    if (const SqlNode* call = member(node, "FuncCall")) return strong_unless_empty(last_string(member(call, "funcname")));
    const auto go_down = [&](const SqlNode* below, std::string_view name) {
      if (weak.strength == 0 && !name.empty()) weak = {name, 1};
      node = below;
    };
    if (const SqlNode* indirection = member(node, "A_Indirection")) {
      if (const std::string_view field = last_string(member(indirection, "indirection")); !field.empty()) return {field, 2};
      go_down(member(indirection, "arg"), {});
    } else if (const SqlNode* cast = member(node, "TypeCast")) {
      go_down(member(cast, "arg"), last_string(member(cast, {"typeName", "names"})));
    } else if (const SqlNode* collate = member(node, "CollateClause")) {
      go_down(member(collate, "arg"), {});
    } else if (const SqlNode* choice = member(node, "CaseExpr")) {
      go_down(member(choice, "defresult"), "case");
    } else if (const SqlNode* link = member(node, "SubLink"); link != nullptr && text_of(link, "subLinkType") == "EXPR_SUBLINK") {
      const SqlNode* targets = member(link, {"subselect", "SelectStmt", "targetList"});
      const SqlNode* target = member(targets == nullptr ? nullptr : targets->child, "ResTarget");
      if (const std::string_view name = text_of(target, "name"); !name.empty()) return {name, 2};
      go_down(member(target, "val"), {});
    } else {
      break;
    }
  }
  return weak;
}

std::string option_value(const SqlNode* argument) {
  if (argument == nullptr) return "true";
  if (const SqlNode* number = member(argument, "Integer")) return std::to_string(number_of(number, "ival"));
  if (const SqlNode* number = member(argument, "Float")) return std::string(text_of(number, "fval"));
  if (const SqlNode* string = member(argument, "String")) return std::string(text_of(string, "sval"));
  if (const SqlNode* word = member(argument, "Boolean")) return is_true(word, "boolval") ? "true" : "false";
  return std::string(last_string(member(argument, {"TypeName", "names"})));
}

IndexElement make_element(const SqlNode* node, std::string_view item) {
  IndexElement element;
  element.column = text_of(node, "name");
  element.implied_name = element.column;
  if (const SqlNode* expression = member(node, "expr")) {
    element.expression = strip_outer_parentheses(item.substr(0, end_of_expression(item)));
    element.implied_name = implied_name(expression).name;
    if (element.implied_name.empty()) element.implied_name = "expr";
  }
  element.collation = qualified_text(strings_of(member(node, "collation")));
  element.opclass = qualified_text(strings_of(member(node, "opclass")));
  if (const SqlNode* options = member(node, "opclassopts")) {
    for (const SqlNode* option = options->child; option != nullptr; option = option->next) {
      const SqlNode* definition = member(option, "DefElem");
      element.opclass_options.emplace_back(text_of(definition, "defname"), option_value(member(definition, "arg")));
    }
  }
  element.descending = text_of(node, "ordering") == "SORTBY_DESC";
  const std::string_view nulls = text_of(node, "nulls_ordering");
  if (nulls == "SORTBY_NULLS_FIRST") element.nulls_first = true;
  if (nulls == "SORTBY_NULLS_LAST") element.nulls_first = false;
  return element;
}

/// ChooseIndexColumnNames() in src/backend/commands/indexcmds.c: a name that an earlier element has gets a number.
void make_names_unique(std::vector<IndexElement>& elements) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::string original = elements[i].implied_name;
    const auto is_taken = [&](const std::string& name) {
      return std::any_of(elements.begin(), elements.begin() + static_cast<std::ptrdiff_t>(i), [&](const IndexElement& other) { return other.implied_name == name; });
    };
    for (int number = 1; is_taken(elements[i].implied_name); ++number) {
      const std::string suffix = std::to_string(number);
      std::size_t length = std::min(original.size(), kMaxIdentifierBytes - suffix.size());
      while (length < original.size() && length > 0 && (static_cast<unsigned char>(original[length]) & 0xC0) == 0x80) --length;
      elements[i].implied_name = original.substr(0, length) + suffix;
    }
  }
}

const SqlNode* list_of_elements(FragmentKind kind, const SqlNode* content) {
  if (kind == FragmentKind::partition_key) return member(content, "partParams");
  if (kind == FragmentKind::exclude_elements) return member(content->child, {"Constraint", "exclusions"});
  return content;
}

std::string operator_text(std::vector<std::string> parts) {
  if (parts.empty()) return {};
  std::string symbol = std::move(parts.back());
  parts.pop_back();
  return parts.empty() ? symbol : "OPERATOR(" + qualified_text(parts) + "." + symbol + ")";
}

}  // namespace

std::vector<Parameter> FragmentParser::parameters(std::string_view text) {
  const WrappedParse parsed = parse_wrapped(FragmentKind::parameters, text);
  std::vector<Parameter> parameters;
  if (parsed.error || parsed.content == nullptr) return parameters;
  const std::vector<std::string_view> items = split_list(text);
  std::size_t i = 0;
  for (const SqlNode* node = parsed.content->child; node != nullptr && i < items.size(); node = node->next, ++i) {
    const SqlNode* tree = member(node, "FunctionParameter");
    Parameter parameter;
    parameter.mode = mode_of(text_of(tree, "mode"));
    parameter.name = text_of(tree, "name");
    const SqlNode* type = member(tree, "argType");
    const auto item_begin = static_cast<long long>(items[i].data() - text.data());
    const long long begin = number_of(type, "location") - parsed.prefix - item_begin;
    split_type_and_default(items[i], static_cast<std::size_t>(std::max(begin, 0LL)), parameter);
    if (is_true(type, "setof")) parameter.type = "SETOF " + parameter.type;
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

std::vector<IndexElement> FragmentParser::index_elements(FragmentKind kind, std::string_view text) {
  const WrappedParse parsed = parse_wrapped(kind, text);
  std::vector<IndexElement> elements;
  if (parsed.error || parsed.content == nullptr) return elements;
  const SqlNode* list = list_of_elements(kind, parsed.content);
  const std::vector<std::string_view> items = split_list(text);
  std::size_t i = 0;
  for (const SqlNode* node = list == nullptr ? nullptr : list->child; node != nullptr && i < items.size(); node = node->next, ++i) {
    // An exclusion constraint pairs each element with its operator.
    const SqlNode* pair = member(node, {"List", "items"});
    const SqlNode* wrapped = pair == nullptr ? node : pair->child;
    const SqlNode* body = member(wrapped, kind == FragmentKind::partition_key ? "PartitionElem" : "IndexElem");
    IndexElement element = make_element(body, items[i]);
    if (pair != nullptr && wrapped != nullptr) element.exclude_operator = operator_text(strings_of(member(wrapped->next, {"List", "items"})));
    elements.push_back(std::move(element));
  }
  make_names_unique(elements);
  return elements;
}

}  // namespace lpc::frontend
