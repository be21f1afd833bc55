// A column of a view or materialized view that has something of its own: a comment, grants, a default for INSERT, or settings of a materialized view's column.
// https://www.postgresql.org/docs/15/sql-alterview.html, https://www.postgresql.org/docs/15/sql-altermaterializedview.html
// The column itself is made by the query.
#include <fmt/core.h>

#include "kinds/column.h"
#include "kinds/common.h"
#include "kinds/lp_writer.h"
#include "kinds/relation_options.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kViewColumnDeclaredAs[] = {"view_column_override", "materialized_view_column_override"};

#define LPC_VIEW_COLUMN_QUERY(compression, has_compression)                                                                                            \
  "select n.nspname as _schema, c.relname as _name, a.attname as _member,\n"                                                                           \
  "  case c.relkind when 'm' then 'materialized view' else 'view' end as _parent_kind,\n"                                                              \
  "  'pg_class:' || c.oid || ':' || a.attnum || coalesce(' pg_attrdef:' || ad.oid, '') as _aliases,\n"                                                 \
  "  pg_get_expr(ad.adbin, ad.adrelid) as expression,\n"                                                                                               \
  "  case when a.attstorage <> t.typstorage then\n"                                                                                                    \
  "    case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end as storage,\n" compression        \
  "  case c.relkind when 'm' then nullif(a.attstattarget, -1) end as statistics,\n"                                                                    \
  "  case when a.attoptions is not null and not (cardinality(a.attoptions) = 1 and a.attoptions[1] like 'pg\\_attver=%') then\n"                       \
  "    (select json_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)) from unnest(a.attoptions) o where o not like 'pg\\_attver=%')\n"  \
  "  end as options,\n"                                                                                                                                \
  "  d.description as comment, a.attacl::text as _acl, pg_get_userbyid(c.relowner) as _acl_owner\n"                                                    \
  "from pg_class c\n"                                                                                                                                  \
  "join pg_namespace n on n.oid = c.relnamespace\n"                                                                                                    \
  "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped\n"                                                                \
  "join pg_type t on t.oid = a.atttypid\n"                                                                                                             \
  "left join pg_attrdef ad on ad.adrelid = c.oid and ad.adnum = a.attnum\n"                                                                            \
  "left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = a.attnum\n"                                   \
  "where c.relkind in ('v', 'm') and {user_schema:n} and {not_member:pg_class:c.oid}\n"                                                                \
  "  and (d.description is not null or cardinality(a.attacl) > 0 or ad.oid is not null\n"                                                              \
  "    or exists (select from pg_seclabel l where l.classoid = 'pg_class'::regclass and l.objoid = c.oid and l.objsubid = a.attnum)\n"                  \
  "    or c.relkind = 'm' and (a.attstattarget >= 0 or a.attstorage <> t.typstorage" has_compression "\n"                                              \
  "      or exists (select from unnest(a.attoptions) o where o not like 'pg\\_attver=%')))"

constexpr IntrospectQuery kViewColumnQueries[] = {
    {.sql = LPC_VIEW_COLUMN_QUERY("  case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end as compression,\n", " or a.attcompression <> ''"),
     .from_version = 140000},
    {.sql = LPC_VIEW_COLUMN_QUERY("", ""), .from_version = 0},
};

ObjectId view_of(const Object& column) { return column.parent.value_or(ObjectId{KindId::View, column.id.schema, column.id.name, "", ""}); }

void lower_view_column(const ast::Decl& decl, LowerContext& context) {
  if (context.parent == nullptr) return;
  const ObjectId& view = context.parent->id;
  Object* column = context.add(decl, {KindId::ViewColumn, view.schema, view.name, decl.name.last(), ""});
  if (column == nullptr) return;
  if (const ast::Clause* said = context.once(decl, "default"); said != nullptr && said->value(ast::Shape::expression) != nullptr) {
    column->attributes.set("expression", context.sql(*said->value(ast::Shape::expression), frontend::FragmentKind::expression));
  }
  lower_column_settings(decl, context, *column);
}

Sql alter_view_column(const Object& column, const Sql& change) {
  return sql("ALTER {} {} ALTER COLUMN {} {}", fragment(kind(view_of(column).kind).sql_name), relation_of(column.id), ident(column.id.member), change);
}

/// From one form to another; either may have nothing.
void adjust(const Object& was, const Object& is, const ChangeContext& context, Action& action) {
  const auto differs = [&](std::string_view name) {
    const Value* a = was.attributes.find(name);
    const Value* b = is.attributes.find(name);
    return a != b && !(a && b && *a == *b);
  };
  const auto put = [&](const Sql& change) { action.sql.push_back(alter_view_column(is, change)); };
  if (differs("expression")) {
    const std::string& expression = is.attributes.text("expression");
    put(expression.empty() ? sql("DROP DEFAULT") : sql("SET DEFAULT {}", parenthesised(expression)));
  }
  if (differs("storage")) put(sql("SET STORAGE {}", storage_word(is, context)));
  if (differs("compression")) {
    const std::string& compression = is.attributes.text("compression");
    put(sql("SET COMPRESSION {}", compression.empty() ? sql("default") : ident(compression)));
  }
  if (differs("statistics")) put(sql("SET STATISTICS {}", number(is.attributes.number("statistics", -1))));
  for (const Sql& change : option_changes(option_map(was), option_map(is))) put(change);
}

Object bare(const Object& column) {
  Object object;
  object.id = column.id;
  object.parent = column.parent;
  return object;
}

void create_view_column(const Object& column, const ChangeContext& context, Action& action) {
  adjust(bare(column), column, context, action);
  describe(action, fmt::format("Set up {}", spoken(column.id)));
}

/// The column goes on without what it had, unless it goes with its view.
void drop_view_column(const Object& column, const ChangeContext& context, Action& action) {
  const Object none = bare(column);
  describe(action, fmt::format("Reset {}", spoken(column.id)));
  if (context.is_dropped(view_of(column))) return;
  adjust(column, none, context, action);
  if (column.attributes.has("comment")) alter_comment({&column, none, {"comment"}}, context, action);
  if (column.attributes.has("grants")) alter_grants({&column, none, {"grants"}}, context, action);
}

void alter_view_column_settings(const Alteration& alteration, const ChangeContext& context, Action& action) {
  adjust(*alteration.before, alteration.after, context, action);
  describe(action, fmt::format("Change {}", spoken(alteration.after.id)));
}

void rename_view_column(const Object& before, const ObjectId& after, Action& action) {
  action.sql.push_back(sql("ALTER {} {} RENAME COLUMN {} TO {}", fragment(kind(view_of(before).kind).sql_name), relation_of(before.id), ident(before.id.member),
                           ident(after.member)));
  describe(action, fmt::format("Rename {} to {}", spoken(before.id), after.member));
}

Sql address_view_column(const ObjectId& id) { return sql("{}.{}", qualified(id.schema, id.name), ident(id.member)); }

void print_view_column(const Object& column, const Catalog&, LpWriter& writer) {
  // Grants alone are printed by the view.
  bool says_more = false;
  for (const auto& [name, value] : column.attributes) says_more |= name != "grants";
  if (!says_more) return;
  writer.doc(column).word("column").ident(column.id.member);
  if (column.attributes.has("expression")) writer.word("default").expression(column.attributes.text("expression"));
  print_column_settings(column, writer);
  writer.comment_clause(column).line();
}

constexpr AttributeRule kViewColumnAttributes[] = {
    {.name = "expression", .content = Content::expression, .alter = alter_view_column_settings},
    {.name = "storage", .content = Content::name, .alter = alter_view_column_settings},
    {.name = "compression", .content = Content::name, .alter = alter_view_column_settings},
    {.name = "statistics", .content = Content::integer, .alter = alter_view_column_settings},
    {.name = "options", .content = Content::map, .alter = alter_view_column_settings},
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
};

}  // namespace

constexpr Kind kViewColumn = {
    .id = KindId::ViewColumn,
    .sql_name = "COLUMN",
    .declared_as = kViewColumnDeclaredAs,
    .introspect = kViewColumnQueries,
    .lower = lower_view_column,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_view_column,
    .drop = drop_view_column,
    .rename = rename_view_column,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_view_column,
    .attributes = kViewColumnAttributes,
    .print_lp = print_view_column,
    .slots = nullptr,
    .traits = {.dropped_with_parent = true, .acl_type = 'c', .found_in = "pg_class where relkind in ('v', 'm') and oid >= 16384"},
};

static_assert(is_complete(kViewColumn));

}  // namespace lpc::kinds
