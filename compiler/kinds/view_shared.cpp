#include <fmt/core.h>

#include "base/text.h"
#include "kinds/relation_options.h"
#include "kinds/view.h"

namespace lpc::kinds {

namespace {

const std::string& text_of(const Value& map, std::string_view key) {
  static const std::string none;
  const Value* value = map.find(key);
  return value == nullptr ? none : value->text();
}

}  // namespace

// pg_dump does the same (createDummyViewAsClause).
Sql stand_in(const Object& view) {
  const Value* columns = view.attributes.find("_columns");
  if (columns == nullptr) return {};
  std::vector<Sql> parts;
  for (const Value& column : columns->list()) {
    Sql null = sql("NULL::{}", fragment(text_of(column, "type")));
    if (column.find("collation") != nullptr) null = sql("{} COLLATE {}", null, fragment(text_of(column, "collation")));
    parts.push_back(sql("{} AS {}", null, ident(text_of(column, "name"))));
  }
  return sql("CREATE VIEW {} AS\n SELECT {}", address_qualified(view.id), join(parts, ",\n    "));
}

namespace view {

void lower_query(const ast::Decl& decl, LowerContext& context, Object& object) {
  if (const ast::Clause* names = context.once(decl, "view_columns")) {
    std::vector<std::string> columns;
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

void lock_self(const ObjectId& id, const ChangeContext& context, Action& action) {
  if (context.before.has(id)) action.locks.push_back({id, Lock::access_exclusive});
}

}  // namespace view
}  // namespace lpc::kinds
