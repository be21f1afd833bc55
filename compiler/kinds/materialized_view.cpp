// Materialized views. https://www.postgresql.org/docs/15/sql-creatematerializedview.html
// What they hold is derived, so replacing one loses nothing; it costs the time to compute it again.
#include "kinds/extension_dependencies.h"
#include "kinds/link_context.h"
#include "kinds/relation_options.h"
#include "kinds/security_labels.h"
#include "kinds/view.h"
#include "kinds/view_query.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kMaterializedViewDeclaredAs[] = {"materialized_view"};

constexpr IntrospectQuery kMaterializedViewQueries[] = {{
    .sql = LPC_VIEW_COLUMNS
        ",\n"
        "  (select json_object_agg(o.prefix || split_part(o.text, '=', 1), substr(o.text, strpos(o.text, '=') + 1))\n"
        "   from (select '' as prefix, unnest(c.reloptions) as text union all select 'toast.', unnest(tc.reloptions)) o) as options,\n"
        "  " LPC_OPTION_ORDER("c.reloptions") ",\n"
        "  nullif(am.amname, 'heap') as access_method, ts.spcname as tablespace, not c.relispopulated as no_data, " LPC_EXTENSIONS_COLUMN LPC_VIEW_FROM
        LPC_EXTENSIONS_JOIN("pg_class", "c.oid")
        "left join pg_class tc on tc.oid = c.reltoastrelid\n"
        "left join pg_am am on am.oid = c.relam\n"
        "left join pg_tablespace ts on ts.oid = c.reltablespace\n"
        "where c.relkind = 'm' and {user_schema:n} and {not_member:pg_class:c.oid}",
}};

/// `cluster on x` in the head: the mark is the index's.
void lower_cluster(const ast::Decl& decl, LowerContext& context, const Object& object) {
  const ast::Clause* clause = context.once(decl, "cluster_on");
  const ast::Value* name = clause == nullptr ? nullptr : clause->value(ast::Shape::name);
  if (name == nullptr) return;
  if (Object* index = context.catalog.find({KindId::Index, object.id.schema, name->name.last(), "", ""})) {
    index->attributes.set("clustered", true);
  } else {
    context.error(diag::make(diag::Code::kUnknownRelation, name->span, name->name.dotted()));
  }
}

void lower_materialized_view(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::MaterializedView, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr) return;
  view::lower_query(decl, context, *object);
  const auto name = [&](const char* word) -> std::string {
    const ast::Clause* clause = context.once(decl, word);
    const ast::Value* value = clause == nullptr ? nullptr : clause->value(ast::Shape::name);
    return value == nullptr ? std::string() : value->name.last();
  };
  if (const std::string method = name("using"); !method.empty() && method != "heap") object->attributes.set("access_method", method);
  if (const std::string tablespace = name("tablespace"); !tablespace.empty()) object->attributes.set("tablespace", tablespace);
  if (const ast::Clause* with = context.once(decl, "with")) {
    object->attributes.set(kOptionOrderRule.name, option_order(context.options(*with)));
    object->attributes.set("options", Value(context.options(*with)));
  }
  object->attributes.set("no_data", Value(decl.has("no_data")));
  lower_extension_dependencies(decl, *object, context);
  context.lower_members(decl, *object);
  lower_cluster(decl, context, *object);
}

void create_materialized_view(const Object& object, const ChangeContext&, Action& action) {
  const Attributes& attributes = object.attributes;
  Sql head = sql("CREATE MATERIALIZED VIEW {}{}", address_qualified(object.id), view::column_names(object));
  if (attributes.has("access_method")) head = sql("{} USING {}", head, ident(attributes.text("access_method")));
  head = sql("{}{}", head, view::with_clause(object));
  if (attributes.has("tablespace")) head = sql("{} TABLESPACE {}", head, ident(attributes.text("tablespace")));
  action.sql.push_back(sql("{} AS\n{}{}", head, fragment(attributes.text("query")), attributes.flag("no_data") ? sql("\n  WITH NO DATA") : Sql{}));
  if (action.description.empty()) action.description = "Create " + spoken(object.id);
}

void drop_materialized_view(const Object& object, const ChangeContext& context, Action& action) {
  drop_plain(object, context, action);
}

void alter_tablespace(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  const std::string& tablespace = after.attributes.text("tablespace");
  action.sql.push_back(sql("ALTER MATERIALIZED VIEW {} SET TABLESPACE {}", address_qualified(after.id), ident(tablespace.empty() ? "pg_default" : tablespace)));
  if (action.description.empty()) action.description = "Move " + spoken(after.id) + " to another tablespace";
}

void alter_data(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  const bool empty = after.attributes.flag("no_data");
  action.sql.push_back(sql("REFRESH MATERIALIZED VIEW {}{}", address_qualified(after.id), empty ? sql(" WITH NO DATA") : Sql{}));
  if (action.description.empty()) action.description = (empty ? "Empty " : "Fill ") + spoken(after.id);
}

void print_materialized_view(const Object& object, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  writer.doc(object).word("materialized view").name(object.id.schema, object.id.name);
  if (const std::vector<std::string> names = attributes.texts("column_names"); !names.empty()) writer.names(names);
  if (attributes.has("access_method")) writer.word("using").ident(attributes.text("access_method"));
  if (const Map options = option_map(object); !options.empty()) writer.word("with").options(options);
  if (attributes.has("tablespace")) writer.word("tablespace").ident(attributes.text("tablespace"));
  for (const Object* child : catalog.children(object.id)) {
    if (child->attributes.flag("clustered")) writer.word("cluster on").ident(child->id.own_name());
  }
  print_extension_dependencies(object, writer);
  writer.owner(object).comment_clause(object);
  writer.word("as").sql(attributes.text("query"));
  if (attributes.flag("no_data")) writer.word("with no data");
  view::print_members(object, catalog, writer);
}

void link_materialized_view(const Object& view, LinkContext& context) {
  link_extension_dependencies(view, context);
  context.object({KindId::AccessMethod, "", view.attributes.text("access_method"), "", ""});
}

constexpr AttributeRule kMaterializedViewRules[] = {
    {.name = "query", .content = Content::query},
    {.name = "column_names", .content = Content::names},
    {.name = "access_method", .content = Content::name},
    {.name = "options", .content = Content::map, .alter = alter_relation_options},
    kOptionOrderRule,
    {.name = "tablespace", .content = Content::name, .alter = alter_tablespace},
    {.name = "no_data", .content = Content::flag, .alter = alter_data},
    kExtensionDependenciesRule,
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kMaterializedView = {
    .id = KindId::MaterializedView,
    .sql_name = "MATERIALIZED VIEW",
    .declared_as = kMaterializedViewDeclaredAs,
    .introspect = kMaterializedViewQueries,
    .lower = lower_materialized_view,
    .normalise = nullptr,
    .edges = link_materialized_view,
    .create = create_materialized_view,
    .drop = drop_materialized_view,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kMaterializedViewRules,
    .print_lp = print_materialized_view,
    .slots = relation_slots,
    .traits = {.rebuilt_with_column = true, .acl_type = 'r', .found_in = "pg_class where relkind = 'm' and oid >= 16384"},
};
static_assert(is_complete(kMaterializedView));

}  // namespace lpc::kinds
