// Indexes that no constraint owns, on tables, partitioned tables and materialized views. https://www.postgresql.org/docs/15/sql-createindex.html
// An index that a partition has only because its parent has one, under the name Postgres chose, is no object of its own; one with another name has `attached_to`.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "kinds/checks.h"
#include "kinds/common.h"
#include "kinds/extension_dependencies.h"
#include "kinds/implied_names.h"
#include "kinds/index.h"
#include "kinds/index_elements.h"
#include "kinds/index_query.h"
#include "kinds/inheritance.h"
#include "kinds/link_context.h"
#include "kinds/lp_writer.h"
#include "kinds/mishaps.h"
#include "kinds/online.h"
#include "kinds/relation_options.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kIndexDeclaredAs[] = {"index"};

#define LPC_INDEX_QUERY(version_columns)                                                                                          \
  "select n.nspname as _schema, c.relname as _name, case t.relkind when 'm' then 'materialized view' else 'table' end as _parent_kind,\n" \
  "  t.relname as _parent_name, 'pg_class:' || c.oid as _aliases,\n"                                                              \
  "  i.indisunique as \"unique\", nullif(am.amname, 'btree') as \"using\",\n" version_columns                                       \
  "  " LPC_INDEX_OPTIONS " as \"with\", " LPC_OPTION_ORDER("c.reloptions") ", ts.spcname as tablespace,\n"                        \
  "  c.relkind = 'I' and not i.indisvalid as \"only\", c.relkind = 'i' and not i.indisvalid as invalid,\n"                        \
  "  i.indisclustered as clustered, i.indisreplident as replica_identity,\n"                                                      \
  "  case when p.oid is not null then format('%I.%I', pn.nspname, p.relname) end as attached_to, d.description as comment,\n"     \
  "  " LPC_EXTENSIONS_COLUMN "\n"                                                                                                \
  "from pg_index i\n"                                                                                                             \
  "join pg_class c on c.oid = i.indexrelid\n"                                                                                     \
  "join pg_class t on t.oid = i.indrelid\n"                                                                                       \
  "join pg_namespace n on n.oid = c.relnamespace\n"                                                                               \
  "join pg_am am on am.oid = c.relam\n"                                                                                           \
  "left join pg_tablespace ts on ts.oid = c.reltablespace\n"                                                                      \
  "left join lateral (select h.inhparent from pg_inherits h where h.inhrelid = c.oid and c.relispartition offset 0) h on true\n"  \
  "left join pg_class p on p.oid = h.inhparent\n"                                                                                 \
  "left join pg_namespace pn on pn.oid = p.relnamespace\n"                                                                        \
  "left join pg_index pi on pi.indexrelid = p.oid\n"                                                                              \
  "left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0\n"                     \
  LPC_EXTENSIONS_JOIN("pg_class", "c.oid")                                                                                        \
  LPC_KEY_NAMES("i", "p.oid is not null")                                                                                         \
  "where i.indexrelid not in (select own.conindid from pg_constraint own where own.contype in ('p', 'u', 'x'))\n"                \
  "  and t.relkind in ('r', 'p', 'm') and {user_schema:n} and {not_member:pg_class:t.oid}\n"                  \
  "  and (p.oid is null or not pi.indisvalid or d.description is not null or ext.names is not null or i.indisclustered or i.indisreplident\n"              \
  "       or c.reloptions is distinct from p.reloptions or c.reltablespace <> p.reltablespace\n"                                    \
  "       or exists (select from pg_attribute s where s.attrelid = c.oid and s.attstattarget >= 0)\n"                            \
  "       or c.relname <> " LPC_CUT_NAME("58", "29", "29", "idx") ")"

constexpr IntrospectQuery kIndexQueries[] = {
    {.sql = LPC_INDEX_QUERY("  i.indnullsnotdistinct as nulls_not_distinct,\n"), .from_version = 150000},
    {.sql = LPC_INDEX_QUERY("")},
};

// A key is plain when its column's name says it all: in the default order, under the column's collation and the default operator class of its type (1043 varchar takes that
// of 25 text). Most indexes have no other keys, and this asks a tenth of what it costs to look at each of theirs. What is primary has no other either, and isn't an
// index's but a constraint's; most of these are pg_toast's.
constexpr DetailQuery kIndexDetails[] = {
    {.sql = "with plain as materialized (\n"
            "  select i.indexrelid, json_agg(a.attname order by k.position) filter (where k.position <= i.indnkeyatts) as elements,\n"
            "    json_agg(a.attname order by k.position) filter (where k.position > i.indnkeyatts) as include,\n"
            "    bool_and(k.position > i.indnkeyatts or k.option = 0 and k.coll in (0, a.attcollation) and (k.opclass, a.atttypid) in (\n"
            "      select oc.oid, oc.opcintype from pg_opclass oc where oc.opcdefault\n"
            "      union all select oc.oid, 1043::oid from pg_opclass oc where oc.opcdefault and oc.opcintype = 25)) as is_all\n"
            "  from pg_index i\n"
            "  cross join lateral unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[])\n"
            "    with ordinality k(attnum, opclass, coll, option, position)\n"
            "  cross join lateral (select a.attname, a.attcollation, a.atttypid from pg_attribute a where a.attrelid = i.indrelid and a.attnum = k.attnum offset 0) a\n"
            "  where i.indexrelid >= 16384 and not i.indisprimary and i.indexprs is null\n"
            "    and i.indexrelid not in (select o.attrelid from pg_attribute o where o.attoptions is not null)\n"
            "  group by i.indexrelid)\n"
            "select 'pg_class:' || plain.indexrelid as _of, plain.elements, plain.include, null::json as statistics, null::json as _element_order from plain where plain.is_all\n"
            "union all\n"
            "select 'pg_class:' || i.indexrelid, keys.* from pg_index i cross join lateral (\n" LPC_SELECT_INDEX_KEYS("null::text") ") keys\n"
            "where i.indexrelid >= 16384 and not i.indisprimary and i.indexrelid not in (select plain.indexrelid from plain where plain.is_all)\n"
            "  and " LPC_IS_USERS_TABLE("i.indrelid"),
     .found_in = "pg_index where indexrelid >= 16384 and not indisprimary",
     .asked_beside = true},
    {.sql = "select 'pg_class:' || i.indexrelid as _of, pg_get_expr(i.indpred, i.indrelid) as \"where\" from pg_index i\n"
            "where i.indpred is not null and i.indexrelid >= 16384 and " LPC_IS_USERS_TABLE("i.indrelid"),
     .found_in = "pg_index where indpred is not null and indexrelid >= 16384"},
};

// ---- from .lp -------------------------------------------------------------------------------------------------------------------

const List& index_elements(const Object& index) {
  static const List none;
  const Value* elements = index.attributes.find("elements");
  return elements == nullptr ? none : elements->list();
}

bool is_relation(CatalogBuilder& catalog, const std::string& schema, const std::string& name) {
  for (const KindId kind : {KindId::Table, KindId::View, KindId::MaterializedView, KindId::Sequence, KindId::Index}) {
    if (catalog.find({kind, schema, name, {}, {}}) != nullptr) return true;
  }
  return false;
}

std::string implied_name(const ObjectId& table, const std::vector<frontend::IndexElement>& elements, const std::vector<std::string>& include, LowerContext& context) {
  std::vector<std::string> columns;
  for (const frontend::IndexElement& element : elements) columns.push_back(element.column.empty() ? element.implied_name : element.column);
  columns.insert(columns.end(), include.begin(), include.end());
  return choose_name(table.name, joined_column_names(distinct_column_names(columns)), "idx",
                     [&](const std::string& name) { return is_relation(context.catalog, table.schema, name); });
}

void lower_statistics(const ast::Decl& decl, Object& index) {
  Map targets;
  for (const ast::Clause* clause : decl.all("index_statistics")) {
    const ast::Value* target = clause->value(ast::Shape::number, 0);
    const ast::Value* position = clause->value(ast::Shape::number, 1);
    if (target != nullptr && position != nullptr) targets.emplace_back(position->text, Value(target->text));
  }
  index.attributes.set("statistics", Value(std::move(targets)));
}

void lower_index(const ast::Decl& decl, LowerContext& context) {
  const ast::Clause* columns = context.once(decl, "columns");
  const ast::Value* list = columns == nullptr ? nullptr : columns->value(ast::Shape::sql);
  if (list == nullptr || context.parent == nullptr) return;
  const std::string text = context.sql(*list, frontend::FragmentKind::index_columns);
  const auto elements = context.fragments.index_elements(frontend::FragmentKind::index_columns, text);
  const std::vector<std::string> include = names_in(context.once(decl, "include"));
  const ObjectId table = context.parent->id;
  const std::string name = decl.name.empty() ? implied_name(table, elements, include, context) : decl.name.last();
  Object* index = context.add(decl, {KindId::Index, table.schema, name, {}, {}});
  if (index == nullptr) return;
  Attributes& attributes = index->attributes;
  attributes.set("unique", Value(decl.has("index_unique")));
  if (const ast::Clause* method = context.once(decl, "using")) {
    const ast::Value* value = method->value(ast::Shape::name);
    if (value != nullptr && value->name.last() != "btree") attributes.set("using", value->name.last());
  }
  lower_elements(elements, context, attributes);
  attributes.set("include", Value::strings(include));
  attributes.set("only", Value(decl.has("on_only")));
  attributes.set("nulls_not_distinct", Value(decl.has("nulls_not_distinct")));
  if (const ast::Clause* where = context.once(decl, "where")) {
    if (const ast::Value* value = where->value(ast::Shape::sql)) attributes.set("where", context.sql(*value, frontend::FragmentKind::expression));
  }
  if (const ast::Clause* with = context.once(decl, "with")) {
    attributes.set(kOptionOrderRule.name, option_order(context.options(*with)));
    attributes.set("with", Value(context.options(*with)));
  }
  if (const ast::Clause* space = context.once(decl, "tablespace")) attributes.set("tablespace", space->value(ast::Shape::name)->name.last());
  if (const ast::Clause* attach = context.once(decl, "attach")) attributes.set("attached_to", context.relation_text(attach->value(ast::Shape::name)->name));
  lower_statistics(decl, *index);
  lower_extension_dependencies(decl, *index, context);
}

void index_edges(const Object& index, LinkContext& context) {
  context.object({KindId::AccessMethod, "", index.attributes.text("using"), "", ""});
  link_elements(index_elements(index), qualified(relation_id(index).schema, relation_id(index).name).text, index.attributes.text("using"), context);
  for (const std::string& column : index.attributes.texts("include")) context.column(qualified(index.id.schema, relation_id(index).name).text, column);
  link_extension_dependencies(index, context);
}

void normalise_indexes(CatalogBuilder& catalog) {
  const std::vector<Object*> indexes = catalog.of(KindId::Index);
  for (Object* index : indexes) {
    strip_elements(*index);
    order_attached_part(catalog, *index);
    if (index->attributes.flag("only")) order_after_partitions(catalog, *index);
  }
  if (catalog.of(KindId::Partition).empty()) return;
  std::map<ObjectId, std::vector<Object*>> by_table;
  for (Object* index : indexes) by_table[relation_id(*index)].push_back(index);
  for (Object* constraint : catalog.of(KindId::Constraint)) {
    const std::string& type = constraint->attributes.text("type");
    if (type == "primary key" || type == "unique") by_table[relation_id(*constraint)].push_back(constraint);
  }
  for (const auto& [table, parts] : by_table) order_similar_indexes(catalog, table, parts, by_table);
}

// ---- SQL ---------------------------------------------------------------------------------------------------------------------------

/// Whether rows of a table with that index can be written while it is built. A partitioned table's own has no rows: add_creation().
bool builds_beside_writers(const Object& index, const ChangeContext& context) {
  const ObjectId table = relation_id(index);
  const Object* whole = context.after.find(table);
  return is_in_use(table, index, context) && whole != nullptr && !whole->attributes.has("partition_by");
}

/// Whether the index that takes the old one's place can be built beside it, so that queries are never without: nothing that the old one needs goes or changes before, and
/// nothing hangs on the one or the other.
bool replaces_index_beside(const Object& index, const ChangeContext& context) {
  const Object* old = context.before.find(index.id);
  const Object* wanted = context.after.find(index.id);
  if (old == nullptr || wanted == nullptr || !context.is_dropped(index.id) || !context.is_created(index.id)) return false;
  if (!(relation_id(*old) == relation_id(*wanted)) || !builds_beside_writers(*wanted, context)) return false;
  for (const Object* one : {old, wanted}) {
    if (one->attributes.has("attached_to") || one->attributes.flag("replica_identity") || one->attributes.flag("clustered") || one->attributes.flag("only")) return false;
  }
  if (!context.before.dependents(index.id).empty() || !context.after.dependents(index.id).empty()) return false;
  return needs_stay(*old, context);
}

/// Built beside the old one under another name, then both are renamed in one transaction, and the old one goes.
void replace_index_beside(const Object& index, Action& action) {
  Object fresh = index;
  fresh.id.name = helper_name(index.id.name.str(), kFresh);
  const std::string old = aside_name(index.id.name.str());
  const Sql own = address_qualified(index.id);
  action.sql.push_back(sql("DROP INDEX {}", own));
  action.sql.push_back(create_index_statement(index, false));
  add_online(action, 2,
             {{fmt::format("Build the new {}", spoken(index.id)), {create_index_statement(fresh, true)}, "concurrent", false},
              {fmt::format("Let the new {} take the place of the old one", spoken(index.id)),
               {sql("ALTER INDEX {} RENAME TO {}", own, ident(old)), sql("ALTER INDEX {} RENAME TO {}", address_qualified(fresh.id), ident(index.id.name))}, "ddl", true},
              {fmt::format("Drop the old {}", spoken(index.id)), {sql("DROP INDEX CONCURRENTLY {}", qualified(index.id.schema, old))}, "concurrent", false}},
             fmt::format("{} has rows: queries have an index at every moment, and writers need not wait", relation_id(index).path()), {diag::Code::kBlockingIndexBuild});
}

/// Whether the partition has an index that goes on as its part of the new one.
bool gives_part(const ObjectId& partition, const Object& index, const ChangeContext& context) {
  return std::ranges::any_of(context.before.children(partition), [&](const Object* part) {
    return part->id.kind == KindId::Index && taken_by_parent(*part, context) && may_be_taken(*part, index);
  });
}

/// The partitions of a table in use, as they are and stay, the lowest last; nothing when some come or go, an index of theirs has a name of its own, or one above others goes on as part of the new one.
std::optional<std::vector<ObjectId>> standing_partitions(const Object& index, const ChangeContext& context) {
  const ObjectId table = relation_id(index);
  std::vector<ObjectId> before = descendants(context.before, table), after = descendants(context.after, table);
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  if (before != after) return std::nullopt;
  const auto name_on = [&](const ObjectId& whole) { return whole == table ? address_qualified(index.id).text : qualified(whole.schema, automatic_name_on(whole, index)).text; };
  std::vector<ObjectId> result, level{table};
  while (!level.empty()) {
    std::vector<ObjectId> next;
    for (const ObjectId& partition : before) {
      const Object* attachment = context.after.find({KindId::Partition, partition.schema, partition.name, {}, {}});
      if (context.after.find(partition)->attributes.has("partition_by") && gives_part(partition, index, context)) return std::nullopt;      // those below have theirs, too
      if (attachment == nullptr || !context.before.has(attachment->id) || context.is_created(attachment->id) || !is_standing(context, partition) || is_foreign(context.after, partition)) return std::nullopt;
      for (const Object* part : context.after.children(partition)) {
        if (part->attributes.has("attached_to") && part->attributes.text("attached_to") == name_on(whole_of(*attachment))) return std::nullopt;
      }
      if (std::ranges::find(level, whole_of(*attachment)) != level.end()) next.push_back(partition);
    }
    result.insert(result.end(), next.begin(), next.end());
    level = std::move(next);
  }
  return result;
}

/// ON ONLY the partitioned table, where it takes no time; then each partition's; the whole is valid when the last one is attached:
/// https://www.postgresql.org/docs/15/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
std::vector<Stage> part_by_part(const Object& index, const std::vector<ObjectId>& partitions, bool concurrently, const ChangeContext& context) {
  Object shell = index;
  shell.attributes.set("only", true);
  std::vector<Stage> stages{{fmt::format("Create {}, without its partitions' parts", spoken(index.id)), {create_index_statement(shell, false)}, "ddl", true}};
  Stage attaching{fmt::format("Attach the partitions' parts to {}", spoken(index.id)), {}, "ddl", true};
  std::map<ObjectId, Sql> names{{relation_id(index), address_qualified(index.id)}};
  for (const ObjectId& partition : partitions) {
    Object part = index;
    part.parent = partition;
    part.id.schema = partition.schema;
    part.id.name = automatic_name_on(partition, index);
    const Object* below = context.after.find(partition);
    const bool is_leaf = !below->attributes.has("partition_by");
    if (!is_leaf) part.attributes.set("only", true);
    names.emplace(partition, address_qualified(part.id));
    const bool beside = is_leaf && concurrently;
    if (!gives_part(partition, index, context)) stages.push_back({fmt::format("Build its part on {}", partition.path()), {create_index_statement(part, beside)}, beside ? "concurrent" : "ddl", !beside});
    const Object* attachment = context.after.find({KindId::Partition, partition.schema, partition.name, {}, {}});
    attaching.sql.push_back(sql("ALTER INDEX {} ATTACH PARTITION {}", names.at(whole_of(*attachment)), address_qualified(part.id)));
  }
  std::ranges::reverse(attaching.sql);
  if (!attaching.sql.empty()) stages.push_back(std::move(attaching));
  return stages;
}

/// Whether Postgres would take an index that a partition is to keep as its own alone for its part of the new one.
bool would_take_others(const Object& index, const std::vector<ObjectId>& partitions, const ChangeContext& context) {
  return std::ranges::any_of(partitions, [&](const ObjectId& partition) {
    return std::ranges::any_of(context.after.children(partition), [&](const Object* part) {
      const bool is_own = (part->id.kind == KindId::Index || part->attributes.text("type") == "unique") && !part->attributes.has("attached_to");
      return is_own && is_standing(context, part->id) && may_be_taken(*part, index);
    });
  });
}

/// CREATE INDEX; that of a partitioned table part by part where partitions have rows, or an index that would be taken.
void add_creation(const Object& index, const ChangeContext& context, Action& action) {
  const ObjectId table = relation_id(index);
  const Object* whole = context.after.find(table);
  const bool has_parts = whole != nullptr && whole->attributes.has("partition_by") && !index.attributes.flag("only") && !index.attributes.has("attached_to");
  const auto partitions = has_parts ? standing_partitions(index, context) : std::nullopt;
  const std::size_t known = action.sql.size();
  if (partitions && would_take_others(index, *partitions, context)) {
    for (Stage& stage : part_by_part(index, *partitions, false, context)) std::ranges::move(stage.sql, std::back_inserter(action.sql));
  } else {
    action.sql.push_back(create_index_statement(index, false));
  }
  if (!partitions || !is_in_use(table, index, context)) return;
  add_online(action, action.sql.size() - known, part_by_part(index, *partitions, true, context), fmt::format("partitions of {} have rows: each part is built beside its writers", table.path()),
             {diag::Code::kBlockingIndexBuild});
}

void create_index(const Object& index, const ChangeContext& context, Action& action) {
  const ObjectId table = relation_id(index);
  describe(action, fmt::format("Create {}", spoken(index.id)));
  const auto twin = automatic_twin(index, context);
  const auto existing = twin ? twin : left_by_parent(index, context);
  if (existing) {
    if (*existing != index.id.name) action.sql.push_back(sql("ALTER INDEX {} RENAME TO {}", qualified(index.id.schema, *existing), ident(index.id.name)));
    if (twin) adapt_twin(index, address_qualified(index.id), context, action);
    return;
  }
  if (replaces_index_beside(index, context)) {
    replace_index_beside(index, action);
  } else {
    add_creation(index, context, action);
    if (builds_beside_writers(index, context)) {
      add_online(action, 1, {{fmt::format("Create {}", spoken(index.id)), {create_index_statement(index, true)}, "concurrent", false}},
                 fmt::format("{} has rows: built while others write", table.path()), {diag::Code::kBlockingIndexBuild});
    }
  }
  if (needs_attaching(index, context)) {
    action.sql.push_back(sql("ALTER INDEX {} ATTACH PARTITION {}", fragment(index.attributes.text("attached_to")), address_qualified(index.id)));
  }
  if (is_standing(context, table)) {
    action.hazards.push_back({diag::Code::kBlockingIndexBuild, diag::make(diag::Code::kBlockingIndexBuild, {}, index.id.path(), table.path()).message, index.id});
  }
  if (is_standing(context, table) && index.attributes.flag("unique")) {
    action.hazards.push_back({diag::Code::kConstrainsExistingRows, diag::make(diag::Code::kConstrainsExistingRows, {}, "unique index", index.id.path(), table.path()).message, index.id});
    check_unique_index(index, context, action);
  }
}

void drop_index(const Object& index, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Drop {}", spoken(index.id)));
  if (const auto name = taken_by_parent(index, context)) {
    if (*name != index.id.name) action.sql.push_back(sql("ALTER INDEX {} RENAME TO {}", address_qualified(index.id), ident(*name)));
    return conform_to_parent(index, *name, context, action);
  }
  if (const auto fate = attached_drop(index, context); fate.attached) {
    if (fate.new_name.empty()) return;
    action.description = fate.new_name == index.id.name ? fmt::format("Make {} what it would be by itself", spoken(index.id))
                                                        : fmt::format("Give {} the name that it would have by itself, {}", spoken(index.id), fate.new_name);
    if (fate.new_name != index.id.name) action.sql.push_back(sql("ALTER INDEX {} RENAME TO {}", address_qualified(index.id), ident(fate.new_name)));
    return conform_to_parent(index, fate.new_name, context, action);
  }
  if (replaces_index_beside(index, context)) return;      // create_index() does both
  release_replica_identity(index, context, action);
  action.sql.push_back(sql("DROP INDEX {}", address_qualified(index.id)));
  const Object* whole = context.before.find(relation_id(index));
  const bool is_part = index.attributes.has("attached_to") || (whole != nullptr && whole->attributes.has("partition_by"));
  if (is_part || context.is_created(index.id) || !is_in_use(relation_id(index), index, context)) return;
  add_online(action, 1, {{fmt::format("Drop {}", spoken(index.id)), {sql("DROP INDEX CONCURRENTLY {}", address_qualified(index.id))}, "concurrent", false}},
             fmt::format("{} has rows: dropped without holding up who uses it", relation_id(index).path()));
}

/// Storage parameters and the tablespace of a partitioned index are inherited at creation only, so that it has to be made anew.
bool is_partitioned(const Object& index, const ChangeContext& context) {
  const Object* table = context.after.find(relation_id(index));
  return table != nullptr && table->attributes.has("partition_by");
}

void rebuild(const Object& index, Action& action) {
  action.sql.push_back(sql("DROP INDEX {}", address_qualified(index.id)));
  action.sql.push_back(create_index_statement(index, false));
  restore_comment(index, "INDEX", address_qualified(index.id), action);
  restore_extension_dependencies(index, action);
}

void alter_index_storage(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& index = alteration.after;
  if (is_partitioned(index, context)) return rebuild(index, action);
  alter_index_storage(alteration, address_qualified(index.id), action);
}

void alter_statistics(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Value* before = alteration.before == nullptr ? nullptr : alteration.before->attributes.find("statistics");
  const Value* after = alteration.after.attributes.find("statistics");
  const auto set = [&](const std::string& position, long long target) {
    action.sql.push_back(sql("ALTER INDEX {} ALTER COLUMN {} SET STATISTICS {}", address_qualified(alteration.after.id), fragment(position), number(target)));
  };
  if (before != nullptr) {
    for (const auto& [position, target] : before->map()) {
      if (after == nullptr || after->find(position) == nullptr) set(position, -1);
    }
  }
  if (after == nullptr) return;
  for (const auto& [position, target] : after->map()) {
    const Value* old = before == nullptr ? nullptr : before->find(position);
    if (old == nullptr || !(*old == target)) set(position, std::stoll(target.text()));
  }
}

void alter_attached_index(const Alteration& alteration, const ChangeContext& context, Action& action) {
  if (alter_attached_part(alteration, context, action)) action.sql.push_back(create_index_statement(alteration.after, false));
}

/// An index moves with its table, so only its own name is to be changed.
void rename_index(const Object& before, const ObjectId& after, Action& action) {
  describe(action, fmt::format("Rename {} to {}", spoken(before.id), after.path()));
  if (before.id.name != after.name) action.sql.push_back(sql("ALTER INDEX {} RENAME TO {}", address_qualified(before.id), ident(after.name)));
}

/// Whether an index is valid can't be said in sources: a broken one is built again.
void alter_invalid(const Alteration& alteration, const ChangeContext&, Action& action) {
  if (alteration.after.attributes.flag("invalid")) return;
  action.sql.push_back(sql("REINDEX INDEX {}", address_qualified(alteration.after.id)));
  describe(action, fmt::format("Build {} again, which is invalid", spoken(alteration.after.id)));
}

constexpr AttributeRule kIndexAttributes[] = {
    {.name = "unique", .content = Content::flag},
    {.name = "using", .content = Content::name},
    {.name = "elements", .content = Content::list, .has_sql = true},
    {.name = "include", .content = Content::names},
    {.name = "nulls_not_distinct", .content = Content::flag},
    {.name = "where", .content = Content::expression},
    {.name = "with", .content = Content::map, .alter = alter_index_storage},
    kOptionOrderRule,
    kElementOrderRule,
    {.name = "tablespace", .content = Content::name, .alter = alter_index_storage},
    {.name = "only", .content = Content::flag},
    {.name = "invalid", .content = Content::flag, .alter = alter_invalid},
    {.name = "attached_to", .content = Content::text, .alter = alter_attached_index},
    {.name = "statistics", .content = Content::map, .alter = alter_statistics, .after_create = true},
    {.name = "clustered", .content = Content::flag, .alter = alter_index_marks, .after_create = true},
    {.name = "replica_identity", .content = Content::flag, .alter = alter_index_marks, .after_create = true},
    kExtensionDependenciesRule,
    kCommentRule,
};

// ---- to .lp -------------------------------------------------------------------------------------------------------------------------

/// Whether the name is the one that an index without a name gets.
bool has_implied_index_name(const Object& index) {
  frontend::FragmentParser fragments;
  std::vector<std::string> columns = element_names(index_elements(index), fragments);
  for (const std::string& column : index.attributes.texts("include")) columns.push_back(column);
  return index.id.name == make_object_name(relation_id(index).name, joined_column_names(distinct_column_names(columns)), "idx");
}

void print_index(const Object& index, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = index.attributes;
  writer.doc(index);
  writer.word(attributes.flag("unique") ? "unique index" : "index");
  if (!has_implied_index_name(index)) writer.ident(index.id.name);
  if (attributes.has("using")) writer.word("using").ident(attributes.text("using"));
  if (attributes.flag("only")) writer.word("on only");
  writer.sql(elements_lp(index));
  if (attributes.has("include")) writer.word("include").names(attributes.texts("include"));
  if (attributes.flag("nulls_not_distinct")) writer.word("nulls not distinct");
  if (const Map with = option_map(index, "with"); !with.empty()) writer.word("with").options(with);
  if (attributes.has("tablespace")) writer.word("tablespace").ident(attributes.text("tablespace"));
  if (attributes.has("where")) writer.word("where").sql(attributes.text("where"));
  if (attributes.has("attached_to")) writer.word("attach to").relation(attributes.text("attached_to"));
  if (const Value* targets = attributes.find("statistics")) {
    for (const auto& [position, target] : targets->map()) writer.word("statistics").word(target.text()).word("on").word(position);
  }
  print_extension_dependencies(index, writer);
  writer.comment_clause(index);
  writer.line();
}

std::vector<std::string> index_slots(const Object& index) { return {"relation " + address_qualified(index.id).text}; }

}  // namespace

Sql create_index_statement(const Object& index, bool concurrently) {
  const Attributes& attributes = index.attributes;
  const ObjectId table = relation_id(index);
  const std::string& method = attributes.text("using");
  Sql text = sql("CREATE {}INDEX {}{} ON {}{} USING {} ({})", attributes.flag("unique") ? sql("UNIQUE ") : Sql{}, concurrently ? sql("CONCURRENTLY ") : Sql{}, ident(index.id.name),
                 attributes.flag("only") ? sql("ONLY ") : Sql{}, qualified(table.schema, table.name), method.empty() ? sql("btree") : ident(method),
                 elements_sql(index));
  if (attributes.has("include")) text = sql("{} INCLUDE ({})", text, ident_list(attributes.texts("include")));
  if (attributes.flag("nulls_not_distinct")) text = sql("{} NULLS NOT DISTINCT", text);
  if (const Map with = option_map(index, "with"); !with.empty()) text = sql("{} WITH ({})", text, option_list(with));
  if (attributes.has("tablespace")) text = sql("{} TABLESPACE {}", text, ident(attributes.text("tablespace")));
  if (attributes.has("where")) text = sql("{} WHERE {}", text, fragment(attributes.text("where")));
  return text;
}

/// A build that failed leaves an index behind: https://www.postgresql.org/docs/15/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
std::string_view mended_by(KindId kind, std::string_view attribute) { return kind == KindId::Index && attribute == "invalid" ? "REINDEX" : ""; }

constexpr Kind kIndex = {
    .id = KindId::Index,
    .sql_name = "INDEX",
    .declared_as = kIndexDeclaredAs,
    .introspect = kIndexQueries,
    .details = kIndexDetails,
    .lower = lower_index,
    .normalise = normalise_indexes,
    .edges = index_edges,
    .create = create_index,
    .drop = drop_index,
    .rename = rename_index,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kIndexAttributes,
    .print_lp = print_index,
    .slots = index_slots,
    .traits = {.dropped_with_parent = true, .torn_by_types = [](const Object& index, const Catalog& before, const Catalog&, const auto&) { return loses_own_parts(index, before); },
               .found_in = "pg_class where relkind in ('i', 'I') and oid >= 16384 and relnamespace <> 'pg_toast'::regnamespace"},
};

static_assert(is_complete(kIndex));

}  // namespace lpc::kinds
