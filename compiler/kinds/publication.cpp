// Publications. https://www.postgresql.org/docs/15/sql-createpublication.html, https://www.postgresql.org/docs/15/sql-alterpublication.html
// They belong to the database, so they are managed only when declared. Column lists, row filters and schemas are known from 15 on. Tables are always written
// with ONLY: without it a parent in an inheritance hierarchy would bring its children in.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kPublicationDeclaredAs[] = {"publication"};
constexpr std::string_view kPublicationAbout = "a publication";
constexpr int kHasParts = 150000;

// ---- from a server -------------------------------------------------------------------------------------------------------------------

#define LPC_PUBLICATION_COLUMNS                                                                                                              \
  "select p.pubname as _name, p.puballtables as all_tables, pg_get_userbyid(p.pubowner) as owner, d.description as comment,\n"              \
  "  p.pubviaroot as publish_via_partition_root,\n"                                                                                         \
  "  case when not (p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate) then\n"                                                  \
  "    concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,\n"                                 \
  "      case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end) end as publish,\n"                           \
  "  r.tables as tables,\n"
#define LPC_PUBLICATION_FROM(table_parts)                                                                                                    \
  "from pg_publication p\n"                                                                                                                 \
  "left join (select pr.prpubid, string_agg(' pg_publication_rel:' || pr.oid, '') as rows,\n"                                               \
  "    json_agg(json_strip_nulls(json_build_object('relation', format('%I.%I', n.nspname, c.relname)" table_parts ")) order by n.nspname, c.relname) as tables\n" \
  "  from pg_publication_rel pr join pg_class c on c.oid = pr.prrelid join pg_namespace n on n.oid = c.relnamespace\n"                      \
  "  group by pr.prpubid) r on r.prpubid = p.oid\n"                                                                                         \
  "left join pg_description d on d.objoid = p.oid and d.classoid = 'pg_publication'::regclass and d.objsubid = 0\n"
#define LPC_PUBLICATION_TABLE_PARTS                                                                                                          \
  ", 'columns', (select json_agg(a.attname order by a.attname) from pg_attribute a where a.attrelid = pr.prrelid and a.attnum = any (pr.prattrs::int2[])),\n" \
  "      'where', pg_get_expr(pr.prqual, pr.prrelid)"
#define LPC_PUBLICATION_SCHEMAS                                                                                                              \
  "left join (select pn.pnpubid, string_agg(' pg_publication_namespace:' || pn.oid, '') as rows, json_agg(n.nspname order by n.nspname) as schemas\n" \
  "  from pg_publication_namespace pn join pg_namespace n on n.oid = pn.pnnspid group by pn.pnpubid) s on s.pnpubid = p.oid\n"

constexpr IntrospectQuery kPublicationQueries[] = {
    {.sql = LPC_PUBLICATION_COLUMNS
     "  'pg_publication:' || p.oid || coalesce(r.rows, '') || coalesce(s.rows, '') as _aliases, s.schemas as schemas,\n"
     "  case p.pubgencols when 's' then 'stored' end as publish_generated_columns\n" LPC_PUBLICATION_FROM(LPC_PUBLICATION_TABLE_PARTS)
         LPC_PUBLICATION_SCHEMAS "where {not_member:pg_publication:p.oid}",
     .from_version = 180000},
    {.sql = LPC_PUBLICATION_COLUMNS
     "  'pg_publication:' || p.oid || coalesce(r.rows, '') || coalesce(s.rows, '') as _aliases, s.schemas as schemas\n"
     LPC_PUBLICATION_FROM(LPC_PUBLICATION_TABLE_PARTS) LPC_PUBLICATION_SCHEMAS "where {not_member:pg_publication:p.oid}",
     .from_version = kHasParts},
    {.sql = LPC_PUBLICATION_COLUMNS "  'pg_publication:' || p.oid || coalesce(r.rows, '') as _aliases\n"
     LPC_PUBLICATION_FROM("") "where {not_member:pg_publication:p.oid}"},
};
#undef LPC_PUBLICATION_COLUMNS
#undef LPC_PUBLICATION_FROM
#undef LPC_PUBLICATION_TABLE_PARTS
#undef LPC_PUBLICATION_SCHEMAS

// ---- tables: the attribute `tables`, a list of maps with `relation`, `columns`, `where` --------------------------------------------------

struct PublishedTable {
  std::string relation;
  std::vector<std::string> columns;
  std::string where;

  friend bool operator==(const PublishedTable&, const PublishedTable&) = default;
};

std::vector<PublishedTable> tables_of(const Object& object) {
  std::vector<PublishedTable> tables;
  const Value* list = object.attributes.find("tables");
  if (list == nullptr) return tables;
  for (const Value& item : list->list()) {
    const Value* relation = item.find("relation");
    const Value* columns = item.find("columns");
    const Value* where = item.find("where");
    tables.push_back({relation == nullptr ? std::string() : relation->text(), columns == nullptr ? std::vector<std::string>() : columns->texts(),
                      where == nullptr ? std::string() : where->text()});
  }
  return tables;
}

Value tables_value(std::vector<PublishedTable> tables) {
  std::ranges::sort(tables, {}, &PublishedTable::relation);
  List list;
  for (PublishedTable& table : tables) {
    Map map{{"relation", Value(std::move(table.relation))}};
    if (!table.columns.empty()) map.emplace_back("columns", Value::strings(table.columns));
    if (!table.where.empty()) map.emplace_back("where", Value(strip_outer_parentheses(table.where)));
    list.push_back(Value(std::move(map)));
  }
  return Value(std::move(list));
}

const PublishedTable* find(const std::vector<PublishedTable>& tables, const std::string& relation) {
  const auto found = std::ranges::find(tables, relation, &PublishedTable::relation);
  return found == tables.end() ? nullptr : &*found;
}

// ---- from .lp ------------------------------------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 4> kOperations{"insert", "update", "delete", "truncate"};

/// Some of the operations in the server's order; nothing when it is all of them.
void lower_publish(const keys::Key& key, LowerContext& context, Attributes& attributes) {
  std::vector<std::string> said, ordered;
  for (const std::string& part : split(keys::text(key.value), ',')) {
    std::string word = to_lower_ascii(trim(part));
    if (word.empty()) continue;
    if (std::ranges::find(kOperations, word) == kOperations.end()) {
      context.error(diag::make(diag::Code::kWrongValue, key.span, "publish", "some of insert, update, delete and truncate, as in 'insert, update'"));
    }
    said.push_back(std::move(word));
  }
  for (const std::string_view word : kOperations) {
    if (std::ranges::find(said, word) != said.end()) ordered.emplace_back(word);
  }
  if (ordered.size() < kOperations.size()) attributes.set_always("publish", lpc::join(ordered, ", "));
}

void lower_tables(const ast::Decl& decl, LowerContext& context, Attributes& attributes) {
  std::vector<PublishedTable> tables;
  for (const ast::Clause* clause : decl.all("publish_table")) {
    PublishedTable table;
    table.relation = context.relation_text(clause->value(ast::Shape::name)->name);
    if (const ast::Value* columns = clause->value(ast::Shape::names)) {
      for (const ast::Value& column : columns->items) table.columns.push_back(column.name.last());
      std::ranges::sort(table.columns);      // a set: Postgres keeps them in the order of the table's columns
    }
    if (const ast::Clause* where = clause->clause("where")) {
      if (const ast::Value* value = where->value(ast::Shape::sql)) table.where = context.sql(*value, frontend::FragmentKind::expression);
    }
    if (find(tables, table.relation) != nullptr) {
      context.error(diag::make(diag::Code::kDuplicateDeclaration, clause->span, "table of the publication", table.relation));
      continue;
    }
    tables.push_back(std::move(table));
  }
  attributes.set("tables", tables_value(std::move(tables)));
}

void lower_publication(const ast::Decl& decl, LowerContext& context) {
  Object* publication = context.add(decl, {KindId::Publication, "", decl.name.last(), "", ""});
  if (publication == nullptr) return;
  Attributes& attributes = publication->attributes;
  keys::reject_others(decl, context, kPublicationAbout, {"for_all_tables", "publish_table", "publish_schema"});
  attributes.set("all_tables", Value(decl.has("for_all_tables")));
  for (const std::string_view part : {"publish_table", "publish_schema"}) {
    const ast::Clause* clause = decl.clause(part);
    if (clause == nullptr || !decl.has("for_all_tables")) continue;
    context.error(diag::make(diag::Code::kConflictingClauses, clause->span, fmt::format("publication `{}`", decl.name.last()), "for all tables",
                             part == "publish_table" ? "table" : "schema"));
  }
  lower_tables(decl, context, attributes);
  std::vector<std::string> schemas;
  for (const ast::Clause* clause : decl.all("publish_schema")) schemas.push_back(clause->value(ast::Shape::name)->name.last());
  std::ranges::sort(schemas);
  schemas.erase(std::ranges::unique(schemas).begin(), schemas.end());
  attributes.set("schemas", Value::strings(schemas));
  keys::each(decl, context, kPublicationAbout, {"publish", "publish_via_partition_root", "publish_generated_columns"}, [&](const keys::Key& key) {
    if (key.name == "publish") {
      lower_publish(key, context, attributes);
    } else if (key.name == "publish_via_partition_root") {
      attributes.set("publish_via_partition_root", Value(keys::flag(key, context)));
    } else if (key.name == "publish_generated_columns") {
      const std::string text = to_lower_ascii(keys::text(key.value));
      if (text != "none") attributes.set("publish_generated_columns", text);
    } else {
      return false;
    }
    return true;
  });
}

/// Row filters come from the server with the parentheses that it prints around them.
void normalise_publications(CatalogBuilder& builder) {
  for (Object* object : builder.of(KindId::Publication)) {
    if (object->attributes.has("tables")) object->attributes.set("tables", tables_value(tables_of(*object)));
  }
}

void link_publication(const Object& object, LinkContext& context) {
  for (const PublishedTable& table : tables_of(object)) {
    context.relation(table.relation);
    for (const std::string& column : table.columns) context.column(table.relation, column);
  }
  for (const std::string& schema : object.attributes.texts("schemas")) context.object({KindId::Schema, "", schema, "", ""});
}

// ---- to SQL --------------------------------------------------------------------------------------------------------------------------------------

Sql table_entry(const PublishedTable& table) {
  Sql entry = sql("ONLY {}", fragment(table.relation));
  if (!table.columns.empty()) entry = sql("{} ({})", entry, ident_list(table.columns));
  return table.where.empty() ? entry : sql("{} WHERE ({})", entry, fragment(table.where));
}

/// `TABLE ONLY a, ONLY b, TABLES IN SCHEMA c, d`
Sql object_list(const std::vector<PublishedTable>& tables, const std::vector<std::string>& schemas) {
  std::vector<Sql> parts;
  for (const PublishedTable& table : tables) parts.push_back(parts.empty() ? sql("TABLE {}", table_entry(table)) : table_entry(table));
  for (std::size_t i = 0; i < schemas.size(); ++i) parts.push_back(i == 0 ? sql("TABLES IN SCHEMA {}", ident(schemas[i])) : ident(schemas[i]));
  return join(parts, ", ");
}

Sql publish_option(const Object& object) {
  const Attributes& attributes = object.attributes;
  return sql("publish = {}", literal(attributes.has("publish") ? attributes.text("publish") : std::string("insert, update, delete, truncate")));
}

Sql generated_option(const Object& object) {
  const std::string& said = object.attributes.text("publish_generated_columns");
  return sql("publish_generated_columns = {}", said.empty() ? sql("none") : fragment(said));
}

void create_publication(const Object& object, const ChangeContext&, Action& action) {
  Sql text = sql("CREATE PUBLICATION {}", ident(object.id.name));
  const Sql objects = object_list(tables_of(object), object.attributes.texts("schemas"));
  if (object.attributes.flag("all_tables")) {
    text = sql("{} FOR ALL TABLES", text);
  } else if (!objects.empty()) {
    text = sql("{} FOR {}", text, objects);
  }
  std::vector<Sql> options;
  if (object.attributes.has("publish")) options.push_back(publish_option(object));
  if (object.attributes.flag("publish_via_partition_root")) options.push_back(sql("publish_via_partition_root = true"));
  if (object.attributes.has("publish_generated_columns")) options.push_back(generated_option(object));
  if (!options.empty()) text = sql("{} WITH ({})", text, join(options, ", "));
  action.sql.push_back(std::move(text));
  describe(action, fmt::format("Create {}", spoken(object.id)));
}

void alter_publication_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  std::vector<Sql> options;
  if (alteration.has("publish")) options.push_back(publish_option(after));
  if (alteration.has("publish_via_partition_root")) {
    options.push_back(after.attributes.flag("publish_via_partition_root") ? sql("publish_via_partition_root = true") : sql("publish_via_partition_root = false"));
  }
  if (alteration.has("publish_generated_columns")) options.push_back(generated_option(after));
  action.sql.push_back(sql("ALTER PUBLICATION {} SET ({})", ident(after.id.name), join(options, ", ")));
  describe(action, fmt::format("Change the options of {}", spoken(after.id)));
}

struct PublicationMembership {
  std::vector<PublishedTable> tables;
  std::vector<std::string> schemas;

  bool empty() const { return tables.empty() && schemas.empty(); }
  friend bool operator==(const PublicationMembership&, const PublicationMembership&) = default;
};

/// What stays published until the plan takes it out: a table or schema that is dropped leaves the publication by itself.
PublicationMembership standing_before(const Object& before, const ChangeContext& context) {
  PublicationMembership membership;
  for (PublishedTable& table : tables_of(before)) {
    if (!context.is_dropped(table_named(table.relation))) membership.tables.push_back(std::move(table));
  }
  for (std::string& schema : before.attributes.texts("schemas")) {
    if (!context.is_dropped({KindId::Schema, "", schema, "", ""})) membership.schemas.push_back(std::move(schema));
  }
  return membership;
}

PublicationMembership without(const PublicationMembership& whole, const PublicationMembership& other) {
  PublicationMembership rest;
  for (const PublishedTable& table : whole.tables) {
    if (find(other.tables, table.relation) == nullptr) rest.tables.push_back(table);
  }
  for (const std::string& schema : whole.schemas) {
    if (std::ranges::find(other.schemas, schema) == other.schemas.end()) rest.schemas.push_back(schema);
  }
  return rest;
}

/// A changed column list or row filter is set with everything else, since a table that is dropped and added again would miss changes between the two.
void alter_objects(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  const PublicationMembership old_members = standing_before(*alteration.before, context);
  const PublicationMembership new_members{tables_of(after), after.attributes.texts("schemas")};
  describe(action, fmt::format("Change what {} publishes", spoken(after.id)));
  const bool has_changed = std::ranges::any_of(new_members.tables, [&](const PublishedTable& table) {
    const PublishedTable* was = find(old_members.tables, table.relation);
    return was != nullptr && *was != table;
  });
  const Sql name = ident(after.id.name);
  if (has_changed) {
    action.sql.push_back(sql("ALTER PUBLICATION {} SET {}", name, object_list(new_members.tables, new_members.schemas)));
    return;
  }
  PublicationMembership removed = without(old_members, new_members);
  for (PublishedTable& table : removed.tables) table = {table.relation, {}, {}};
  const PublicationMembership added = without(new_members, old_members);
  if (!removed.empty()) action.sql.push_back(sql("ALTER PUBLICATION {} DROP {}", name, object_list(removed.tables, removed.schemas)));
  if (!added.empty()) action.sql.push_back(sql("ALTER PUBLICATION {} ADD {}", name, object_list(added.tables, added.schemas)));
}

std::vector<std::string> publication_slots(const Object& object) { return {"publication " + ident(object.id.name).text}; }

// ---- to .lp ------------------------------------------------------------------------------------------------------------------------------------

void print_publication(const Object& object, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  writer.doc(object).word("publication").ident(object.id.name);
  if (attributes.flag("all_tables")) writer.word("for all tables");
  writer.owner(object).comment_clause(object).open();
  for (const PublishedTable& table : tables_of(object)) {
    writer.word("table").relation(table.relation);
    if (!table.columns.empty()) writer.names(table.columns);
    if (!table.where.empty()) writer.word("where").sql(table.where);
    writer.line();
  }
  for (const std::string& schema : attributes.texts("schemas")) writer.word("schema").ident(schema).line();
  if (attributes.has("publish")) writer.word("publish =").string(attributes.text("publish")).line();
  if (attributes.flag("publish_via_partition_root")) writer.word("publish_via_partition_root = true").line();
  if (attributes.has("publish_generated_columns")) writer.word("publish_generated_columns =").word(attributes.text("publish_generated_columns")).line();
  writer.close();
}

constexpr AttributeRule kPublicationRules[] = {
    {.name = "all_tables", .content = Content::flag},
    {.name = "tables", .content = Content::list, .alter = alter_objects, .has_sql = true},
    {.name = "schemas", .content = Content::names, .alter = alter_objects},
    {.name = "publish", .content = Content::text, .alter = alter_publication_options},
    {.name = "publish_via_partition_root", .content = Content::flag, .alter = alter_publication_options},
    {.name = "publish_generated_columns", .content = Content::text, .alter = alter_publication_options},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
};

}  // namespace

// A column in a row filter can't change its type, so the publication is made anew then.
constexpr Kind kPublication = {
    .id = KindId::Publication,
    .sql_name = "PUBLICATION",
    .declared_as = kPublicationDeclaredAs,
    .introspect = kPublicationQueries,
    .lower = lower_publication,
    .normalise = normalise_publications,
    .edges = link_publication,
    .create = create_publication,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kPublicationRules,
    .print_lp = print_publication,
    .slots = publication_slots,
    .traits = {.rebuilt_with_column = true, .schemaless = true, .found_in = "pg_publication"},
};
static_assert(is_complete(kPublication));

}  // namespace lpc::kinds
