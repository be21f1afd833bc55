// Columns of tables. https://www.postgresql.org/docs/15/ddl-alter.html
// A column that a partition or an inheritance child has only because of its parent is no object; one that deviates from its parent's is an object with the
// flag `inherited` and what deviates.
#include <algorithm>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/column.h"

#include <fmt/core.h>

#include "kinds/common.h"
#include "kinds/identity_sequence.h"
#include "kinds/kept_rows.h"
#include "kinds/security_labels.h"
#include "kinds/sequence_options.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kColumnDeclaredAs[] = {"column", "column_override"};

// For a column with attislocal = false `storage` and `compression` are always given, so that normalisation can tell whether they are the parent's; "(default)"
// marks what is the type's own. Debian's Postgres keeps an internal `pg_attver` among the options, which is nobody's setting.
#define LPC_COLUMN_QUERY(compression, not_null_alias, not_null_columns, not_null_join)                                                                                                                   \
  "select n.nspname as _schema, c.relname as _name, a.attname as _member, 'table' as _parent_kind,\n"                                                   \
  "  'pg_class:' || c.oid || ':' || a.attnum || coalesce(' pg_class:' || s.seqrelid, '')\n"                                                             \
  "    || case when a.attgenerated <> '' then coalesce(' pg_attrdef:' || ad.oid, '') else '' end" not_null_alias " as _aliases,\n"                                        \
  "  format_type(a.atttypid, a.atttypmod) as type,\n"                                                                                                   \
  "  case when a.attcollation <> t.typcollation then quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end as collation,\n"                    \
  "  a.attnotnull as not_null, " not_null_columns "not a.attislocal as inherited,\n"                                                                                        \
  "  case when s.seqrelid is not null then json_strip_nulls(json_build_object(\n"                                                                       \
  "      'kind', case a.attidentity when 'a' then 'always' else 'by default' end, 'sequence', s.relname, 'start', " LPC_SEQUENCE_START("s") ",\n"       \
  "      'increment', " LPC_SEQUENCE_INCREMENT("s") ", 'minvalue', " LPC_SEQUENCE_MINVALUE("s") ",\n"                                                   \
  "      'maxvalue', " LPC_SEQUENCE_MAXVALUE("s") ", 'cache', " LPC_SEQUENCE_CACHE("s") ",\n"                                                           \
  "      'persistence', case when s.relpersistence <> c.relpersistence and current_setting('server_version_num')::int >= 150000 then\n"                  \
  "        case s.relpersistence when 'u' then 'unlogged' else 'logged' end end,\n"                                                                      \
  "      'cycle', case when s.seqcycle then true end)) end as identity,\n"                                                                              \
  "  case when a.attgenerated <> '' then pg_get_expr(ad.adbin, ad.adrelid) end as generated, a.attgenerated::text = 'v' as virtual,\n"                  \
  "  case when not a.attislocal or a.attstorage <> t.typstorage then\n"                                                                                 \
  "    case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end\n"                                     \
  "      || case when a.attstorage = t.typstorage then ' (default)' else '' end end as storage,\n" compression                                          \
  "  nullif(a.attstattarget, -1) as statistics,\n"                                                                                                      \
  "  case when a.attoptions is not null and not (cardinality(a.attoptions) = 1 and a.attoptions[1] like 'pg\\_attver=%') then\n"                        \
  "    (select json_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)) from unnest(a.attoptions) o where o not like 'pg\\_attver=%')\n"   \
  "  end as options,\n"                                                                                                                                 \
  "  case when a.attfdwoptions is not null then\n"                                                                                                      \
  "    (select json_object_agg(o.option_name, coalesce(o.option_value, '')) from pg_options_to_table(a.attfdwoptions) o) end as server_options,\n"     \
  "  d.description as comment, a.attacl::text as _acl, pg_get_userbyid(c.relowner) as _acl_owner,\n"                                                    \
  "  s.description as sequence_comment, s.relacl::text as _sequence_acl\n"                                                                              \
  "from pg_class c\n"                                                                                                                                   \
  "join pg_namespace n on n.oid = c.relnamespace\n"                                                                                                     \
  "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped\n"                                                                 \
  "join pg_type t on t.oid = a.atttypid\n"                                                                                                              \
  "left join pg_collation co on co.oid = a.attcollation and a.attcollation <> t.typcollation\n"                                                         \
  "left join pg_namespace cn on cn.oid = co.collnamespace\n"                                                                                            \
  "left join pg_attrdef ad on ad.adrelid = c.oid and ad.adnum = a.attnum and a.attgenerated <> ''\n"                                                    \
  "left join (select dep.refobjid, dep.refobjsubid, seq.relname, seq.relpersistence, seq.relacl, ds.description, sq.seqrelid, own.atttypid as seqtypid, sq.seqstart, sq.seqincrement,\n"\
  "      greatest(sq.seqmin, case own.atttypid when 21 then -32768 when 23 then -2147483648 else sq.seqmin end) as seqmin,\n"                           \
  "      least(sq.seqmax, case own.atttypid when 21 then 32767 when 23 then 2147483647 else sq.seqmax end) as seqmax,\n"                              \
  "      sq.seqcache, sq.seqcycle from pg_sequence sq join pg_depend dep on dep.classid = 'pg_class'::regclass and dep.objid = sq.seqrelid and dep.objsubid = 0\n"\
  "      and dep.refclassid = 'pg_class'::regclass and dep.refobjsubid > 0 and dep.deptype = 'i'\n"                                                    \
  "    join pg_attribute own on own.attrelid = dep.refobjid and own.attnum = dep.refobjsubid join pg_class seq on seq.oid = sq.seqrelid and seq.relkind = 'S'\n"\
  "    left join pg_description ds on ds.classoid = 'pg_class'::regclass and ds.objoid = seq.oid and ds.objsubid = 0) s\n"                            \
  "  on s.refobjid = c.oid and s.refobjsubid = a.attnum and a.attidentity <> ''\n"                                                                      \
  "left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = a.attnum\n"                                    \
  not_null_join "where c.relkind in ('r', 'p', 'f') and {user_schema:n} and {not_member:pg_class:c.oid}"

// An identity's sequence has the column's type, but for one that CREATE TABLE … LIKE made, or ALTER SEQUENCE … AS: values that the column can't hold are none, and pg_dump doesn't tell apart either.
#define LPC_COMPRESSION "  case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' else case when not a.attislocal then 'default' end end as compression,\n"

// NOT NULL is a constraint with a name since 18: https://www.postgresql.org/docs/18/catalog-pg-constraint.html. What an inherited one has is the parent's.
#define LPC_NOT_NULL_COLUMNS                                                                                                                            \
  "case when nn.conislocal and nn.coninhcount = 0 or c.relispartition then nn.conname end as not_null_name,\n"                                                            \
  "  case when nn.coninhcount > 0 and not c.relispartition then nn.conname end as _not_null_name,\n"                                                                       \
  "  nn.conislocal and nn.coninhcount = 0 and nn.connoinherit as not_null_no_inherit, not nn.convalidated as not_null_not_valid,\n  "                                     \
  "case when nn.conislocal and nn.coninhcount = 0 then dn.description end as not_null_comment,\n  "
#define LPC_NOT_NULL_JOIN                                                                                                                               \
  "left join pg_constraint nn on nn.conrelid = c.oid and nn.contype = 'n' and nn.conkey[1] = a.attnum\n"                                             \
  "left join pg_description dn on dn.classoid = 'pg_constraint'::regclass and dn.objoid = nn.oid\n"

constexpr IntrospectQuery kColumnQueries[] = {
    {.sql = LPC_COLUMN_QUERY(LPC_COMPRESSION, " || coalesce(' pg_constraint:' || nn.oid, '')", LPC_NOT_NULL_COLUMNS, LPC_NOT_NULL_JOIN), .from_version = 180000},
    {.sql = LPC_COLUMN_QUERY(LPC_COMPRESSION, "", "", ""), .from_version = 140000},
    {.sql = LPC_COLUMN_QUERY("", "", "", ""), .from_version = 0},
};

bool is_partition_after(const ChangeContext& context, const ObjectId& table) { return Lineage(context.after).partition(table) != nullptr; }

bool folds(const Object& column, const ChangeContext& context) {
  const ObjectId table = table_of(column.id);
  return context.is_created(table) && (!column.attributes.flag("inherited") || is_partition_after(context, table));
}

Sql inline_column_sql(const Object& column, const ChangeContext& context) {
  const Lineage lineage(context.after);
  const std::vector<const Object*> chain = lineage.chain(table_of(column.id), column.id.member);
  const Object* column_default = context.after.find(default_id(column.id));
  const bool folded = column_default != nullptr && context.is_folded(column_default->id);
  return column_definition(merged_column(chain, column.id), folded ? &column_default->attributes.text("expression") : nullptr);
}

/// Of a column that was implied and whose type is made anew; defaults are of the old form as well.
void take_new_form(const Object& column, const Object& was, const Object& is, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column.id);
  const Object said = to_new_form(column, is.attributes.text("type"), context.before, context.after);
  const auto put = [&](const Sql& change) { action.sql.push_back(alter_table(table, {sql("ALTER COLUMN {} {}", ident(column.id.member), change)})); };
  const Object* later = Lineage(context.after).default_of(table, column.id.member);
  if (Lineage(context.before).default_of(table, column.id.member) != nullptr) put(sql("DROP DEFAULT"));
  change_type(was, is, said, context, action);
  if (later != nullptr) put(sql("SET DEFAULT {}", parenthesised(later->attributes.text("expression"))));
}

void create_column(const Object& column, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column.id);
  const Lineage lineage(context.after);
  const Object is = merged_column(lineage.chain(table, column.id.member), column.id);
  const bool existed = existed_before(context, column.id);
  if (existed || column.attributes.flag("inherited")) {
    // The parent makes it, or it was implied before; what is left is where it differs.
    const Lineage past(context.before);
    const std::vector<const Object*> from = existed ? past.chain(table, column.id.member) : lineage.inherited_chain(table, column.id.member);
    // One that leaves its parent may have another type from then on.
    if (existed && has_new_form(column, context)) {
      take_new_form(column, merged_column(from, column.id), is, context, action);
    } else if (existed) {
      alter_column_type({nullptr, column, {"type", "collation"}}, context, action);
    }
    adjust_column(merged_column(from, column.id), is, context, action);
    // Who leaves a parent keeps its default. (Detaching a partition sees to that.)
    const bool kept_default = existed && past.default_of(table, column.id.member) != nullptr && !context.before.has(default_id(column.id)) && !is_being_detached(context, table);
    if (kept_default && lineage.default_of(table, column.id.member) == nullptr && !context.after.has(default_id(column.id))) {
      action.sql.push_back(alter_table(table, {sql("ALTER COLUMN {} DROP DEFAULT", ident(column.id.member))}));
    }
    // (A new table has done so itself.)
    if (!context.is_created(table)) take_ownership(column.id, context, action);
    describe(action, fmt::format("Change {}", spoken(column.id)));
    return;
  }
  const Object* column_default = context.after.find(default_id(column.id));
  const bool folded = column_default != nullptr && context.is_folded(column_default->id);
  if (follows_type(context, table)) {
    // The type has brought it, with what an attribute can have.
    Object plain;
    plain.id = column.id;
    for (const std::string_view name : {"type", "collation"}) {
      if (const Value* value = is.attributes.find(name)) plain.attributes.set(name, *value);
    }
    if (folded) action.sql.push_back(alter_table(table, {sql("ALTER COLUMN {} SET DEFAULT {}", ident(column.id.member), fragment(column_default->attributes.text("expression")))}));
    adjust_column(plain, is, context, action);
    take_ownership(column.id, context, action);
    describe(action, fmt::format("Add {}", spoken(column.id)));
    return;
  }
  const std::string* default_text = folded ? &column_default->attributes.text("expression") : nullptr;
  if (const std::optional<KeptRows> kept = kept_rows(column)) {
    put_back_column(is, column, default_text, *kept, context, action);
  } else {
    const std::size_t first = action.sql.size();
    add_column(is, default_text, context, action);
    fill_rows(is, column, first, context, action);
  }
  if (const std::vector<Sql> settings = column_settings(is); !settings.empty()) action.sql.push_back(alter_table(table, settings));
  if (const std::vector<Sql> settings = own_column_settings(is); !settings.empty()) action.sql.push_back(alter_table(table, settings, true));
  add_persistence(is, action.sql);
  take_ownership(column.id, context, action);
  describe(action, fmt::format("Add {}", spoken(column.id)));
}

/// A new column has taken ownership of its sequences: now their privileges can be given.
void alter_column_grants(const Alteration& alteration, const ChangeContext& context, Action& action) {
  alter_grants(alteration, context, action);
  if (alteration.before == nullptr) grant_on_owned_sequences(alteration.after.id, context, action);
}

/// Whether all that defines the column above its table is dropped, and the column with it, should it be made again too.
bool goes_with_parents(const Object& column, const ChangeContext& context) {
  const Lineage past(context.before);
  const ObjectId table = table_of(column.id);
  if (!column.attributes.flag("inherited") && past.partition(table) == nullptr) return false;
  const std::vector<const Object*> above = past.inherited_chain(table, column.id.member);
  return !above.empty() && std::ranges::all_of(above, [&](const Object* one) { return one->attributes.flag("inherited") || context.is_dropped(one->id); });
}

/// The column goes on as one that its table has only because of its parent.
void stop_deviating(const Object& column, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column.id);
  const Lineage past(context.before);
  describe(action, fmt::format("Make {} like its parent's", spoken(column.id)));
  if (goes_with_parents(column, context)) return;
  if (!column.attributes.flag("inherited") && past.inherited_chain(table, column.id.member).empty() && past.partition(table) == nullptr &&
      Lineage(context.after).partition(table) == nullptr) {
    // Once a child declares a column, no ALTER makes it a merely inherited one: it has to come anew with its parent's.
    action.sql.push_back(alter_table(table, {sql("DROP COLUMN {}", ident(column.id.member))}));
    action.description = fmt::format("Drop {}, which the table then inherits", spoken(column.id));
    return;
  }
  const Object was = merged_column(past.chain(table, column.id.member), column.id);
  Object is = merged_column(Lineage(context.after).chain(table, column.id.member), column.id);
  adjust_column(was, is, context, action);
  take_parents_default(column.id, context, action);
  if (column.attributes.has("comment")) alter_comment({&column, is, {"comment"}}, context, action);
  if (column.attributes.has("grants")) alter_grants({&column, is, {"grants"}}, context, action);
}

/// The tables that have the column from `table` alone, directly.
std::vector<ObjectId> children_with(const ObjectId& table, const std::string& column, const ChangeContext& context) {
  const Lineage past(context.before);
  std::vector<ObjectId> result;
  for (const ObjectId& child : descendants(context.before, table)) {
    const std::vector<ObjectId> parents = past.parents(child);
    const Object* own = past.find(column_id(child, column));
    if (std::ranges::find(parents, table) == parents.end() || (own != nullptr && !own->attributes.flag("inherited"))) continue;
    const bool elsewhere = std::ranges::any_of(parents, [&](const ObjectId& parent) { return !(parent == table) && !past.chain(parent, column).empty(); });
    if (!elsewhere && context.after.has(child) && !context.is_dropped(child)) result.push_back(child);
  }
  return result;
}

/// Drops the column from the table and from those that have it from there, but for those that shall go on with it as their own: DROP COLUMN with ONLY leaves it
/// to the children. https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-NOTES
void drop_along_lines(const ObjectId& table, const std::string& column, const ChangeContext& context, Action& action) {
  const Lineage future(context.after);
  const std::vector<ObjectId> children = children_with(table, column, context);
  const std::vector<ObjectId> all = descendants(context.before, table);
  const bool comes_again = context.is_created(column_id(table, column));      // and reaches the children then
  const bool some_keep_it = !comes_again && std::ranges::any_of(all, [&](const ObjectId& child) {
    const Object* own = context.before.find(column_id(child, column));
    return (own == nullptr || own->attributes.flag("inherited")) && !future.chain(child, column).empty() && !is_being_detached(context, child);
  });
  const Sql change = sql("DROP COLUMN {}", ident(column));
  if (!some_keep_it) {
    action.sql.push_back(alter_table(table, {change}));
    return;
  }
  action.sql.push_back(sql("ALTER TABLE ONLY {} {}", qualified(table.schema, table.name), change));
  for (const ObjectId& child : children) {
    if (future.chain(child, column).empty()) drop_along_lines(child, column, context, action);
  }
}

void drop_column(const Object& column, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column.id);
  const bool stays = context.after.has(table) && !context.is_created(column.id);
  if (stays && !Lineage(context.after).chain(table, column.id.member).empty()) return stop_deviating(column, context, action);
  describe(action, fmt::format("Drop {}", spoken(column.id)));
  // What is inherited goes with the parent's.
  if (column.attributes.flag("inherited")) return;
  release_ownership(column.id, context, action);
  // Gone with its type's attribute.
  if (follows_type(context, table)) return;
  drop_along_lines(table, column.id.member, context, action);
}

void rename_column(const Object& before, const ObjectId& after, Action& action) {
  // Postgres renames a parent's column in its children as well.
  if (before.attributes.flag("inherited")) return;
  action.sql.push_back(alter_table(table_of(before.id), {sql("RENAME COLUMN {} TO {}", ident(before.id.member), ident(after.member))}));
  action.description = fmt::format("Rename {} to {}", spoken(before.id), after.member);
}

/// "You can't alter the type of a column that is part of the partition key" (ATPrepAlterColumnType() in src/backend/commands/tablecmds.c).
std::optional<ObjectId> partitioned_table_of_key(const Object& column, const Catalog& catalog) {
  const Object* table = catalog.find(table_of(column.id));
  if (table == nullptr || !names_column(table->attributes.text("partition_by"), column.id.member)) return std::nullopt;
  return table->id;
}

Sql address_column(const ObjectId& id) { return sql("{}.{}", qualified(id.schema, id.name), ident(id.member)); }

std::vector<std::string> column_slots(const Object& column) {
  if (!column.attributes.has("identity")) return {};
  return {"relation " + qualified(column.id.schema, identity_sequence_name(column)).text};
}

/// Whether a partition's constraint that is inherited from this one has another name: then neither can be renamed
/// (https://www.postgresql.org/docs/18/sql-altertable.html, RENAME CONSTRAINT looks for the same name in the children).
bool is_not_null_name_held(const Object& column, const Catalog& catalog) {
  const Lineage lineage(catalog);
  const std::string name = not_null_name(column), member = column.id.member.str();
  return std::ranges::any_of(descendants(catalog, table_of(column.id)), [&](const ObjectId& id) {
    const Object* table = lineage.partition(id) == nullptr ? nullptr : catalog.find(id);
    if (table == nullptr) return false;
    const Value* names = table->attributes.find("_not_null_names");
    const Value* noted = names == nullptr ? nullptr : names->find(member);
    return (noted == nullptr ? make_object_name(id.name, member, "not_null") : noted->text()) != name;
  });
}

constexpr AttributeRule kColumnAttributes[] = {
    {.name = "generated", .content = Content::expression, .alter = alter_generated, .replace_when = must_replace_generated},      // an ordinary column before it gets another type, or an identity
    {.name = "virtual", .content = Content::flag, .alter = alter_generated, .replace_when = must_replace_generated},
    {.name = "type", .content = Content::type, .alter = alter_column_type, .disturbs_dependents = true},
    {.name = "collation", .content = Content::collation, .alter = alter_column_type, .disturbs_dependents = true},
    {.name = "not_null", .content = Content::flag, .alter = alter_identity},
    {.name = "not_null_name", .content = Content::name, .alter = alter_identity, .unsaid_keeps_live = true, .held = is_not_null_name_held},
    {.name = "_not_null_name", .content = Content::name, .ignored = true},
    {.name = "not_null_no_inherit", .content = Content::flag, .alter = alter_identity},
    {.name = "not_null_not_valid", .content = Content::flag, .alter = alter_identity},
    {.name = "identity", .content = Content::map, .alter = alter_identity},
    {.name = "storage", .content = Content::name, .alter = alter_storage},
    {.name = "compression", .content = Content::name, .alter = alter_compression},
    {.name = "statistics", .content = Content::integer, .alter = alter_statistics},
    {.name = "options", .content = Content::map, .alter = alter_column_options},
    {.name = "server_options", .content = Content::map, .alter = alter_column_server_options},
    {.name = "inherited", .content = Content::flag, .alter = alter_nothing},
    kCommentRule,
    {.name = "not_null_comment", .content = Content::text, .alter = alter_not_null_comment, .after_create = true},
    kSecurityLabelsRule,
    {.name = "grants", .content = Content::privileges, .alter = alter_column_grants, .after_create = true},
    {.name = "sequence_comment", .content = Content::text, .alter = alter_identity_sequence, .after_create = true},
    {.name = "sequence_security_labels", .content = Content::map, .alter = alter_identity_sequence, .after_create = true},
    {.name = "sequence_grants", .content = Content::privileges, .alter = alter_identity_sequence, .after_create = true},
    {.name = "sequence_revokes", .content = Content::privileges, .alter = alter_identity_sequence, .after_create = true},
    {.name = "_sequence_grant_order", .content = Content::names, .ignored = true},
};

}  // namespace

bool names_column(std::string_view key, std::string_view column) {
  const std::string quoted = ident(column).text;
  char previous = 0;
  for (std::size_t at = std::min(key.find('('), key.size()); at < key.size();) {
    const Lexeme lexeme = scan_lexeme(key, at);
    const std::string_view text = key.substr(lexeme.begin, lexeme.end - lexeme.begin);
    at = lexeme.end;
    if (text == quoted && previous != '.' && previous != ':' && (at == key.size() || (key[at] != '(' && key[at] != '.'))) return true;
    if (!is_filler(lexeme.kind)) previous = text.back();
  }
  return false;
}

constexpr Kind kColumn = {
    .id = KindId::Column,
    .sql_name = "COLUMN",
    .declared_as = kColumnDeclaredAs,
    .introspect = kColumnQueries,
    .lower = lower_column,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_column,
    .drop = drop_column,
    .rename = rename_column,
    .inline_sql = inline_column_sql,
    .folds = folds,
    .address = address_column,
    .attributes = kColumnAttributes,
    .print_lp = print_column,
    .slots = column_slots,
    .traits = {.dropped_with_parent = true,
               .holds_data = true,
               .derived = [](const Object& column) { return column.attributes.has("generated"); },
               .drop_hazard = diag::Code::kDropsColumn,
               // Of columns only generated ones depend on others, and those can be computed anew.
               .rebuilt_with_column = true,
               .acl_type = 'c',
               .ties_down = partitioned_table_of_key,
               .asked_beside = true,
               .listed_as = "columns"},
};
static_assert(is_complete(kColumn));

}  // namespace lpc::kinds
