#include <fmt/core.h>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/names.h"
#include "kinds/relation_options.h"
#include "kinds/view.h"

namespace lpc::kinds {

namespace {

}  // namespace

// pg_dump does the same (createDummyViewAsClause).
Sql stand_in(const Object& view, bool replaces) {
  const Value* columns = view.attributes.find("_columns");
  if (columns == nullptr) return {};
  std::vector<Sql> parts;
  for (const Value& column : columns->list()) {
    Sql null = sql("NULL::{}", fragment(text_of(column, "type")));
    if (column.find("collation") != nullptr) null = sql("{} COLLATE {}", null, fragment(text_of(column, "collation")));
    parts.push_back(sql("{} AS {}", null, ident(text_of(column, "name"))));
  }
  return sql("{} VIEW {} AS\n SELECT {}", replaces ? sql("CREATE OR REPLACE") : sql("CREATE"), address_qualified(view.id), join(parts, ",\n    "));
}

namespace view {

/// The parts of a list at its own commas, those inside parentheses and quotes left alone.
std::vector<std::string_view> list_items(std::string_view text) {
  std::vector<std::string_view> items;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Lexeme lexeme = scan_lexeme(text, at);
    if (lexeme.kind == LexemeKind::symbol) {
      if (text[at] == '(' || text[at] == '[') ++depth;
      if (text[at] == ')' || text[at] == ']') --depth;
      if (text[at] == ',' && depth == 0) {
        items.push_back(trim(text.substr(begin, at - begin)));
        begin = lexeme.end;
      }
    }
    at = lexeme.end;
  }
  items.push_back(trim(text.substr(begin)));
  return items;
}

/// `(a integer, b text)`: how a view that selects from itself says what it is made of. Unlike a parameter's, a column's type keeps its modifiers.
void lower_typed_columns(const ast::Value& columns, LowerContext& context, Object& object) {
  if (context.fragments.check(frontend::FragmentKind::table_columns, columns.text, columns.span, context.sink).error) return;
  List list;
  for (const std::string_view item : list_items(columns.text)) {
    std::size_t end = 0;
    const std::vector<std::string> name = leading_name(item, end);
    if (name.size() != 1) continue;
    list.push_back(Value(Map{{"name", Value(name.front())}, {"type", Value(context.type_text(trim(item.substr(end))))}}));
  }
  object.attributes.set("_columns", Value(std::move(list)));
  object.attributes.set("_needs_itself", true);
}

void lower_query(const ast::Decl& decl, LowerContext& context, Object& object) {
  if (const ast::Clause* names = context.once(decl, "view_columns")) {
    std::vector<std::string> columns;
    if (const ast::Value* typed = names->value(ast::Shape::sql)) lower_typed_columns(*typed, context, object);
    if (const ast::Value* list = names->value(ast::Shape::names)) {
      for (const ast::Value& item : list->items) columns.push_back(item.name.last());
    }
    object.attributes.set("column_names", Value::strings(columns));
  }
  const ast::Clause* as = context.once(decl, "as");
  const ast::Value* query = as == nullptr ? nullptr : as->value(ast::Shape::sql);
  if (query == nullptr) {
    if (!decl.external) context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("view `{}`", decl.name.dotted()), "as"));
    return;
  }
  std::string text = context.sql(*query, frontend::FragmentKind::query);
  while (text.ends_with(';')) text = trim(std::string_view(text).substr(0, text.size() - 1));
  object.attributes.set("query", std::move(text));
}

Sql typed_columns(const Object& object) {
  std::vector<Sql> parts;
  const Value* columns = object.attributes.find("_columns");
  if (columns == nullptr) return {};
  for (const Value& column : columns->list()) parts.push_back(sql("{} {}", ident(text_of(column, "name")), fragment(text_of(column, "type"))));
  return join(parts, ", ");
}

Sql column_names(const Object& object) {
  const std::vector<std::string> names = object.attributes.texts("column_names");
  return names.empty() ? Sql{} : sql(" ({})", ident_list(names));
}

Sql with_clause(const Object& object) {
  const Map options = option_map(object);
  return options.empty() ? Sql{} : sql(" WITH ({})", option_list(options));
}

void print_members(const Object& object, const Catalog& catalog, LpWriter& writer) {
  const std::vector<const Object*> children = catalog.children(object.id);
  const bool has_grants = object.attributes.has("grants") || object.attributes.has("revokes");
  if (children.empty() && !has_grants) {
    writer.line();
    return;
  }
  writer.open();
  writer.grants(object, children);
  for (const Object* child : children) print_object(*child, catalog, writer);
  writer.close();
  writer.line();
}

}  // namespace view
}  // namespace lpc::kinds
