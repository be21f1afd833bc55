// Constraints of tables: primary keys, unique, check, foreign keys, exclusion. https://www.postgresql.org/docs/15/ddl-constraints.html
// NOT NULL is an attribute of the column. What a partition or child has only by inheritance is no object, but for indexes under names of their own (`attached_to`).
#include "kinds/constraint.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/attached_key.h"
#include "kinds/checks.h"
#include "kinds/common.h"
#include "kinds/index.h"
#include "kinds/index_elements.h"
#include "kinds/index_query.h"
#include "kinds/inheritance.h"
#include "kinds/inherited_check.h"
#include "kinds/link_context.h"
#include "kinds/online.h"
#include "kinds/relation_options.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {

bool is_index_backed(const Object& constraint) {
  const std::string& type = constraint.attributes.text("type");
  return type == "primary key" || type == "unique" || type == "exclusion";
}

namespace {

constexpr std::string_view kConstraintDeclaredAs[] = {"constraint", "inline_constraint"};

// Most keys have one column, and sorting a list of one isn't free.
#define LPC_KEY_COLUMNS(keys, relation)                                                                                                        \
  "case when cardinality(con." keys ") = 1\n"                                                                                                  \
  "    then (select json_build_array(a.attname) from pg_attribute a where a.attrelid = con." relation " and a.attnum = con." keys "[1])\n"     \
  "    else (select json_agg(a.attname order by array_position(con." keys ", a.attnum)) from pg_attribute a\n"                                 \
  "      where a.attrelid = con." relation " and a.attnum = any(con." keys ")) end"

#define LPC_ACTION(column) "case con." column " when 'r' then 'restrict' when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' end"

#define LPC_EXCLUSION_OPERATOR                                                                                                                 \
  "(select case when opn.nspname = 'pg_catalog' then op.oprname::text else format('OPERATOR(%I.%s)', opn.nspname, op.oprname) end\n"           \
  "         from pg_operator op join pg_namespace opn on opn.oid = op.oprnamespace where op.oid = con.conexclop[k.position])"

// https://www.postgresql.org/docs/15/catalog-pg-constraint.html. `ix` is the index of a constraint that has one.
#define LPC_CONSTRAINT_QUERY(version_columns, validated)                                                                                       \
  "select n.nspname as _schema, t.relname as _name, con.conname as _member, 'table' as _parent_kind,\n"                                        \
  "  'pg_constraint:' || con.oid || case when ix.indexrelid is not null then ' pg_class:' || ix.indexrelid else '' end as _aliases,\n"         \
  "  case con.contype when 'p' then 'primary key' when 'u' then 'unique' when 'c' then 'check' when 'f' then 'foreign key' else 'exclusion' end as type,\n" \
  "  case when con.contype in ('p', 'u', 'f') then " LPC_KEY_COLUMNS("conkey", "conrelid") " end as columns,\n"                                \
  "  case when con.contype = 'c' then pg_get_expr(con.conbin, con.conrelid) end as expression,\n"                                              \
  "  case when r.oid is not null then format('%I.%I', rn.nspname, r.relname) end as \"references\",\n"                                         \
  "  case when con.contype = 'f' then " LPC_KEY_COLUMNS("confkey", "confrelid") " end as referenced_columns,\n"                                \
  "  " LPC_ACTION("confdeltype") " as on_delete, " LPC_ACTION("confupdtype") " as on_update,\n"                                                \
  "  case con.confmatchtype when 'f' then 'full' when 'p' then 'partial' end as match,\n" version_columns                                      \
  "  con.condeferrable as deferrable, con.condeferred as initially_deferred, " validated " as not_valid,\n"                                    \
  "  con.contype = 'c' and con.connoinherit as no_inherit,\n"                                                                                  \
  "  case when ix.indnatts > ix.indnkeyatts then (select json_agg(a.attname order by k.position)\n"                                           \
  "    from unnest(ix.indkey::int2[]) with ordinality k(attnum, position) join pg_attribute a on a.attrelid = ix.indrelid and a.attnum = k.attnum\n" \
  "    where k.position > ix.indnkeyatts) end as include,\n"                                                                                    \
  "  case when con.contype = 'x' then (select nullif(am.amname, 'btree') from pg_am am where am.oid = c.relam) end as \"using\",\n"           \
  "  " LPC_INDEX_OPTIONS " as \"with\", " LPC_OPTION_ORDER("c.reloptions") ",\n"                                                            \
  "  case when c.reltablespace <> 0 then (select ts.spcname from pg_tablespace ts where ts.oid = c.reltablespace) end as tablespace,\n"        \
  "  ix.indisclustered as clustered, ix.indisreplident as replica_identity,\n"                                                                 \
  "  case when con.conparentid <> 0 then format('%I.%I', parent.nspname, parent.conname) when c.relispartition then (\n"                      \
  "    select format('%I.%I', pn.nspname, p.relname) from pg_inherits h join pg_class p on p.oid = h.inhparent\n"                            \
  "    join pg_namespace pn on pn.oid = p.relnamespace where h.inhrelid = c.oid) end as attached_to,\n"                                      \
  "  c.relkind = 'I' and not ix.indisvalid as \"only\",\n"                                                                                     \
  "  d.description as comment, di.description as index_comment\n"                                                                              \
  "from pg_constraint con\n"                                                                                                                   \
  "join pg_class t on t.oid = con.conrelid\n"                                                                                                  \
  "join pg_namespace n on n.oid = t.relnamespace\n"                                                                                            \
  "left join pg_class r on r.oid = con.confrelid and con.contype = 'f'\n"                                                                      \
  "left join pg_namespace rn on rn.oid = r.relnamespace\n"                                                                                     \
  "left join pg_index ix on ix.indexrelid = con.conindid and con.contype in ('p', 'u', 'x')\n"                                                 \
  "left join pg_class c on c.oid = ix.indexrelid\n"                                                                                            \
  "left join lateral (select p.conname, p.contype, pn.nspname, pc.reloptions, pc.reltablespace, pi.indisvalid from pg_constraint p\n"         \
  "  join pg_namespace pn on pn.oid = p.connamespace join pg_class pc on pc.oid = p.conindid join pg_index pi on pi.indexrelid = p.conindid\n" \
  "  where p.oid = con.conparentid and con.conparentid <> 0 offset 0) parent on true\n"                                                       \
  "left join pg_description d on d.objoid = con.oid and d.classoid = 'pg_constraint'::regclass and d.objsubid = 0\n"                           \
  "left join pg_description di on di.objoid = ix.indexrelid and di.classoid = 'pg_class'::regclass and di.objsubid = 0\n"                      \
  LPC_KEY_NAMES("ix", "con.conparentid <> 0 and con.contype in ('u', 'x')")                                                                   \
  "where t.relkind in ('r', 'p', 'f') and {user_schema:n} and {not_member:pg_class:t.oid}\n"                                                        \
  "  and (con.contype = 'c' and (con.conislocal or con.coninhcount = 0) or con.contype = 'f' and con.conparentid = 0 or con.contype in ('p', 'u', 'x'))\n" \
  "  and (con.conparentid = 0 or not parent.indisvalid or d.description is not null or di.description is not null\n"                          \
  "    or ix.indisclustered or ix.indisreplident or c.reloptions is distinct from parent.reloptions or c.reltablespace <> parent.reltablespace\n" \
  "    or con.contype <> parent.contype or con.conname <> case con.contype\n"                                                                 \
  "      when 'p' then left(t.relname, 58) || '_pkey'\n"                                                                                       \
  "      when 'u' then " LPC_CUT_NAME("58", "29", "29", "key") "\n"                                                                            \
  "      else " LPC_CUT_NAME("57", "29", "28", "excl") " end)"

#define LPC_COLUMNS_15                                                                                                                         \
  "  case when con.confdelsetcols is not null then " LPC_KEY_COLUMNS("confdelsetcols", "conrelid") " end as on_delete_columns,\n"              \
  "  coalesce(ix.indnullsnotdistinct, false) as nulls_not_distinct,\n"
#define LPC_COLUMNS_18 "  not con.conenforced as not_enforced, con.conperiod as temporal,\n"

constexpr IntrospectQuery kConstraintQueries[] = {
    {.sql = LPC_CONSTRAINT_QUERY(LPC_COLUMNS_15 LPC_COLUMNS_18, "not con.convalidated and con.conenforced"), .from_version = 180000},
    {.sql = LPC_CONSTRAINT_QUERY(LPC_COLUMNS_15, "not con.convalidated"), .from_version = 150000},
    {.sql = LPC_CONSTRAINT_QUERY("", "not con.convalidated")},
};

constexpr DetailQuery kConstraintDetails[] = {
    {.sql = "select 'pg_constraint:' || con.oid as _of, keys.elements, keys._element_order, pg_get_expr(i.indpred, i.indrelid) as \"where\"\n"
            "from pg_constraint con join pg_index i on i.indexrelid = con.conindid cross join lateral (\n" LPC_SELECT_INDEX_KEYS(LPC_EXCLUSION_OPERATOR) ") keys\n"
            "where con.contype = 'x' and con.oid >= 16384 and " LPC_IS_USERS_TABLE("con.conrelid"),
     .found_in = "pg_constraint where contype = 'x' and oid >= 16384"},
};

// ---- what it needs -----------------------------------------------------------------------------------------------------------------

const List& constraint_elements(const Object& constraint) {
  static const List none;
  const Value* elements = constraint.attributes.find("elements");
  return elements == nullptr ? none : elements->list();
}

void constraint_edges(const Object& constraint, LinkContext& context) {
  const std::string table = relation_of(constraint.id).text;
  for (const std::string_view list : {"columns", "include", "on_delete_columns"}) {
    for (const std::string& column : constraint.attributes.texts(list)) context.column(table, column);
  }
  const std::string& target = constraint.attributes.text("references");
  for (const std::string& column : constraint.attributes.texts("referenced_columns")) context.column(target, column);
  link_elements(constraint_elements(constraint), table, constraint.attributes.text("using"), context);
}

// ---- SQL ---------------------------------------------------------------------------------------------------------------------------

Sql action_words(std::string_view action) {
  if (action == "restrict") return sql("RESTRICT");
  if (action == "cascade") return sql("CASCADE");
  if (action == "set null") return sql("SET NULL");
  if (action == "set default") return sql("SET DEFAULT");
  return sql("NO ACTION");
}

/// Column names; the last one as a period, where the constraint has one (18).
Sql key_columns(const Object& constraint, std::string_view attribute) {
  std::vector<std::string> names = constraint.attributes.texts(attribute);
  if (!constraint.attributes.flag("temporal") || names.empty()) return ident_list(names);
  const Sql period = ident(names.back());
  names.pop_back();
  const Sql before = ident_list(names);
  if (constraint.attributes.text("type") == "foreign key") return sql("{}, PERIOD {}", before, period);
  return sql("{}, {} WITHOUT OVERLAPS", before, period);
}

Sql foreign_key(const Object& constraint) {
  const Attributes& attributes = constraint.attributes;
  Sql text = sql("FOREIGN KEY ({}) REFERENCES {}", key_columns(constraint, "columns"), fragment(attributes.text("references")));
  if (attributes.has("referenced_columns")) text = sql("{} ({})", text, key_columns(constraint, "referenced_columns"));
  if (attributes.text("match") == "full") text = sql("{} MATCH FULL", text);
  if (attributes.text("match") == "partial") text = sql("{} MATCH PARTIAL", text);
  if (attributes.has("on_update")) text = sql("{} ON UPDATE {}", text, action_words(attributes.text("on_update")));
  if (attributes.has("on_delete")) text = sql("{} ON DELETE {}", text, action_words(attributes.text("on_delete")));
  if (attributes.has("on_delete_columns")) text = sql("{} ({})", text, ident_list(attributes.texts("on_delete_columns")));
  return text;
}

Sql index_clauses(const Object& constraint) {
  const Attributes& attributes = constraint.attributes;
  Sql text;
  if (attributes.has("include")) text = sql("{} INCLUDE ({})", text, ident_list(attributes.texts("include")));
  if (const Map with = option_map(constraint, "with"); !with.empty()) text = sql("{} WITH ({})", text, option_list(with));
  if (attributes.has("tablespace")) text = sql("{} USING INDEX TABLESPACE {}", text, ident(attributes.text("tablespace")));
  return text;
}

Sql definition(const Object& constraint) {
  const Attributes& attributes = constraint.attributes;
  const std::string& type = attributes.text("type");
  if (type == "primary key") return sql("PRIMARY KEY ({}){}", key_columns(constraint, "columns"), index_clauses(constraint));
  if (type == "unique") {
    return sql("UNIQUE {}({}){}", attributes.flag("nulls_not_distinct") ? sql("NULLS NOT DISTINCT ") : Sql{}, key_columns(constraint, "columns"), index_clauses(constraint));
  }
  if (type == "check") return sql("CHECK ({}){}", fragment(attributes.text("expression")), attributes.flag("no_inherit") ? sql(" NO INHERIT") : Sql{});
  if (type == "foreign key") return foreign_key(constraint);
  const std::string& method = attributes.text("using");
  Sql text = sql("EXCLUDE USING {} ({}){}", method.empty() ? sql("btree") : ident(method), elements_sql(constraint), index_clauses(constraint));
  if (attributes.has("where")) text = sql("{} WHERE ({})", text, fragment(attributes.text("where")));
  return text;
}

Sql timing(const Object& constraint) {
  if (!constraint.attributes.flag("deferrable")) return Sql{};
  return constraint.attributes.flag("initially_deferred") ? sql(" DEFERRABLE INITIALLY DEFERRED") : sql(" DEFERRABLE");
}

Sql constraint_clause(const Object& constraint) {
  return sql("CONSTRAINT {} {}{}{}", ident(constraint.id.member), definition(constraint), timing(constraint),
             constraint.attributes.flag("not_enforced") ? sql(" NOT ENFORCED") : Sql{});
}

Sql inline_constraint(const Object& constraint, const ChangeContext&) { return constraint_clause(constraint); }

Sql add_statement(const Object& constraint) { return add_constraint_statement(constraint, constraint.attributes.flag("not_valid")); }

bool has_same(const Object& a, const Object& b, std::string_view attribute) {
  const Value* left = a.attributes.find(attribute);
  const Value* right = b.attributes.find(attribute);
  return left == nullptr || right == nullptr ? left == right : *left == *right;
}

/// CREATE TABLE makes one index for two keys over the same columns, and one constraint with it (transformIndexConstraints() in
/// src/backend/parser/parse_utilcmd.c): the other has to be added afterwards.
bool repeats_another_key(const Object& constraint, const ChangeContext& context) {
  const std::string_view own_type = constraint.attributes.text("type");
  if (own_type != "unique" && own_type != "exclusion") return false;
  for (const Object* other : context.after.children(relation_id(constraint))) {
    if (other->id.kind != constraint.id.kind || other->id == constraint.id) continue;
    const std::string_view type = other->attributes.text("type");
    const bool is_before = (type == "primary key" && own_type == "unique") || (type == own_type && other->id.member < constraint.id.member);
    if (is_before && has_same(*other, constraint, "columns") && has_same(*other, constraint, "elements")) return true;
  }
  return false;
}

/// Foreign keys never are part of CREATE TABLE, so that tables may refer to each other; neither is what CREATE TABLE can't say (NOT VALID), or what needs something
/// outside the table and those that it inherits from that this plan makes, which might need the table.
bool constraint_folds(const Object& constraint, const ChangeContext& context) {
  if (constraint.attributes.text("type") == "foreign key" || constraint.attributes.flag("not_valid") || constraint.attributes.flag("only")) return false;
  if (repeats_another_key(constraint, context) || is_only_copied(constraint)) return false;
  const std::vector<ObjectId> inherited = Lineage(context.after).ancestors(relation_id(constraint));      // which are there before it
  const auto comes_later = [&](const ObjectId& need) {
    // What deviates of an inherited column is said after CREATE TABLE.
    const Object* column = need.kind == KindId::Column && context.is_created(need) ? context.after.find(need) : nullptr;
    if (column != nullptr && !kind(KindId::Column).folds(*column, context)) return true;
    if (need.schema == constraint.id.schema && need.name == constraint.id.name) return false;
    return context.is_created(need) && (need.kind != KindId::Column || std::ranges::find(inherited, table_of(need)) == inherited.end());
  };
  return std::none_of(constraint.depends_on.begin(), constraint.depends_on.end(), comes_later) &&
         std::none_of(constraint.mentions.begin(), constraint.mentions.end(), comes_later);
}

// ---- changes --------------------------------------------------------------------------------------------------------------------------

void predict_adding(const Object& constraint, const ChangeContext& context, Action& action) {
  const ObjectId table = relation_id(constraint);
  if (constraint.attributes.flag("not_valid") || constraint.attributes.flag("not_enforced") || !is_standing(context, table)) return;
  const std::string what = fmt::format("{} constraint", constraint.attributes.text("type"));
  action.hazards.push_back({diag::Code::kConstrainsExistingRows,
                            diag::make(diag::Code::kConstrainsExistingRows, {}, what, constraint.id.path(), table.path()).message, constraint.id});
  check_constraint(constraint, context, action);
}

/// A NOT VALID foreign key of a partitioned table came with 18.
bool can_be_not_valid(const Object& constraint, const ChangeContext& context) {
  const std::string& type = constraint.attributes.text("type");
  if (constraint.attributes.flag("not_valid") || constraint.attributes.flag("not_enforced")) return false;
  const Object* table = context.after.find(relation_id(constraint));
  return type == "check" || (type == "foreign key" && (context.server_version >= 180000 || table == nullptr || !table->attributes.has("partition_by")));
}

/// Whether an index that was built beforehand can become the key's.
bool can_use_index(const Object& constraint, const Catalog& catalog) {
  const std::string& type = constraint.attributes.text("type");
  const Object* table = catalog.find(relation_id(constraint));
  return (type == "primary key" || type == "unique") && table != nullptr && !table->attributes.has("partition_by") && !constraint.attributes.has("attached_to") &&
         !constraint.attributes.flag("temporal");
}

/// The index is built beside writers; then it becomes the constraint's.
void add_index_first_form(const Object& constraint, const ChangeContext& context, Action& action) {
  if (!can_use_index(constraint, context.after)) return;
  add_online(action, 1,
             {{fmt::format("Build the index of {}", spoken(constraint.id)), {build_key_statement(constraint, constraint.id.member)}, "concurrent", false},
              {fmt::format("Add {}", spoken(constraint.id)), {take_index_statement(constraint, constraint.id.member)}, "ddl", true}},
             fmt::format("{} has rows: the index is built while others write", relation_id(constraint).path()));
}

/// Whether the index of the key that takes the old one's place can be built beside that: nothing hangs on the one or the other, and their columns stay.
bool replaces_constraint_beside(const Object& constraint, const ChangeContext& context) {
  const Object *old = context.before.find(constraint.id), *wanted = context.after.find(constraint.id);
  if (old == nullptr || wanted == nullptr || !context.is_dropped(constraint.id) || !context.is_created(constraint.id)) return false;
  if (!can_use_index(*old, context.before) || !can_use_index(*wanted, context.after) || !is_in_use(relation_id(*wanted), *wanted, context)) return false;
  for (const Object* one : {old, wanted}) {
    if (one->attributes.flag("replica_identity") || one->attributes.flag("clustered")) return false;
  }
  return context.before.dependents(constraint.id).empty() && context.after.dependents(constraint.id).empty() && needs_stay(*old, context);
}

void replace_constraint_beside(const Object& constraint, Action& action) {
  const std::string fresh = helper_name(constraint.id.member.str(), kFresh);
  action.sql.push_back(drop_constraint_statement(constraint));
  action.sql.push_back(add_statement(constraint));
  add_online(action, 2,
             {{fmt::format("Build the new index of {}", spoken(constraint.id)), {build_key_statement(constraint, fresh)}, "concurrent", false},
              {fmt::format("Let the new {} take the place of the old one", spoken(constraint.id)), {drop_constraint_statement(constraint), take_index_statement(constraint, fresh)}, "ddl", true}},
             fmt::format("{} has rows: the new key's index is built while the old one holds", relation_id(constraint).path()));
}

Sql validate_statement(const Object& constraint) { return sql("ALTER TABLE {} VALIDATE CONSTRAINT {}", relation_of(constraint.id), ident(constraint.id.member)); }

void create_constraint(const Object& constraint, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Add {}", spoken(constraint.id)));
  if (plain_parent(constraint, context.after) && !needs_attaching(constraint, context)) return take_over_index(constraint, timing(constraint), context, action);
  const auto twin = is_index_backed(constraint) ? automatic_twin(constraint, context) : std::nullopt;
  const auto existing = twin ? twin : left_by_parent(constraint, context);
  if (existing) {
    if (*existing != constraint.id.member) {
      action.sql.push_back(rename_constraint_statement(constraint, *existing, constraint.id.member));
    }
    if (twin) adapt_twin(constraint, index_address(constraint), context, action);
    return;
  }
  if (replaces_constraint_beside(constraint, context)) {
    replace_constraint_beside(constraint, action);
    predict_adding(constraint, context, action);
    return;
  }
  if (is_there_unproved(constraint, context)) {
    action.sql.push_back(validate_statement(constraint));
    if (is_inherited_check(constraint, context.after)) action.sql.push_back(add_statement(constraint));    // else it is what a parent leaves
    predict_adding(constraint, context, action);
    return;
  }
  action.sql.push_back(add_statement(constraint));
  if (is_in_use(relation_id(constraint), constraint, context)) {
    if (can_be_not_valid(constraint, context)) add_validating_form(constraint.id, action.sql.back(), action);
    add_index_first_form(constraint, context, action);
  }
  if (is_index_backed(constraint) && needs_attaching(constraint, context)) {
    action.sql.push_back(sql("ALTER INDEX {} ATTACH PARTITION {}", fragment(constraint.attributes.text("attached_to")), index_address(constraint)));
  }
  predict_adding(constraint, context, action);
}

/// Whether the foreign keys of tables that go lead from `start` to `goal`.
bool leads_to(const ObjectId& start, const ObjectId& goal, const ChangeContext& context) {
  std::vector<ObjectId> tables{start};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i] == goal) return true;
    for (const Object* part : context.before.children(tables[i])) {
      if (!part->attributes.has("references")) continue;
      const ObjectId next = table_named(part->attributes.text("references"));
      if (context.is_dropped(next) && std::find(tables.begin(), tables.end(), next) == tables.end()) tables.push_back(next);
    }
  }
  return false;
}

/// A foreign key that refers to a table that goes as well needs a drop of its own in a circle, and where the other table is partitioned: its partitions can't be
/// dropped one by one while it stands.
bool is_dropped_apart(const Object& constraint, const ChangeContext& context) {
  if (!constraint.attributes.has("references")) return false;
  const ObjectId own = relation_id(constraint);
  const ObjectId target = table_named(constraint.attributes.text("references"));
  if (!context.is_dropped(target)) return false;
  const Object* table = context.before.find(target);
  if (table != nullptr && table->attributes.has("partition_by")) return true;
  return !(target == own) && leads_to(target, own, context);
}

/// Columns of a foreign key and those they refer to, when both get types that the old ones of the others can't be compared with: ATAddForeignKeyConstraint() in
/// src/backend/commands/tablecmds.c looks for an operator whenever one of them changes. And keys that their partitions have under names of their own.
bool is_torn_by_types(const Object& constraint, const Catalog& before, const Catalog& after, const std::function<bool(const ObjectId&)>& is_converted) {
  if (!constraint.attributes.has("references")) return loses_own_parts(constraint, before);
  const ObjectId own = relation_id(constraint), target = table_named(constraint.attributes.text("references"));
  const std::vector<std::string> columns = constraint.attributes.texts("columns"), referenced = constraint.attributes.texts("referenced_columns");
  for (std::size_t i = 0; i < columns.size() && i < referenced.size(); ++i) {
    const ObjectId here = column_id(own, columns[i]), there = column_id(target, referenced[i]);
    if (is_converted(here) || is_converted(there)) return true;
    const auto changes = [&](const ObjectId& id) {
      const Object *was = before.find(id), *is = after.find(id);
      return was != nullptr && is != nullptr && base_type(was->attributes.text("type"), before) != base_type(is->attributes.text("type"), after);
    };
    if (!changes(here) || !changes(there)) continue;
    const auto family = [](const ObjectId& id, const Catalog& catalog) { return comparison_family(catalog.find(id)->attributes.text("type"), catalog); };
    if (family(here, before) != family(there, after) || family(there, before) != family(here, after)) return true;
  }
  return false;
}

void drop_constraint(const Object& constraint, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Drop {}", spoken(constraint.id)));
  const Object* attachment = context.before.find({KindId::Partition, constraint.id.schema, constraint.id.name, "", ""});
  if (attachment != nullptr && !context.is_dropped(attachment->id) && plain_parent(constraint, context.before)) return drop_attached_key(constraint, *attachment, context, action);
  if (const auto name = taken_by_parent(constraint, context)) {
    if (*name != constraint.id.member) {
      action.sql.push_back(rename_constraint_statement(constraint, constraint.id.member, *name));
    }
    return conform_to_parent(constraint, *name, context, action);
  }
  if (const auto fate = attached_drop(constraint, context); fate.attached) {
    if (fate.new_name.empty()) return;
    if (fate.new_name != constraint.id.member) {
      action.sql.push_back(rename_constraint_statement(constraint, constraint.id.member, fate.new_name));
    }
    return conform_to_parent(constraint, fate.new_name, context, action);
  }
  if (replaces_constraint_beside(constraint, context)) return;      // create_constraint() does both
  if (drop_own_check(constraint, context, action)) return;
  release_replica_identity(constraint, context, action);
  action.sql.push_back(drop_constraint_statement(constraint));
}

void rename_constraint(const Object& before, const ObjectId& after, Action& action) {
  describe(action, fmt::format("Rename {} to {}", spoken(before.id), after.path()));
  if (before.id.member == after.member) return;
  action.sql.push_back(rename_constraint_statement(before, before.id.member, after.member));
}

Sql address(const ObjectId& id) { return address_member(id); }

void comment_index(const Object& constraint, Action& action) {
  const Value* comment = constraint.attributes.find("index_comment");
  action.sql.push_back(sql("COMMENT ON INDEX {} IS {}", index_address(constraint), comment == nullptr ? sql("NULL") : literal(comment->text())));
}

void alter_index_comment(const Alteration& alteration, const ChangeContext&, Action& action) { comment_index(alteration.after, action); }

/// What has been validated stays so.
bool loses_validity(const Object&, const Object& after, int) { return after.attributes.flag("not_valid"); }

void alter_validity(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& constraint = alteration.after;
  describe(action, fmt::format("Validate {}", spoken(constraint.id)));
  action.sql.push_back(validate_statement(constraint));
  action.step_kind = "validate";
}

/// Only foreign keys can change when they are checked: https://www.postgresql.org/docs/15/sql-altertable.html, ALTER CONSTRAINT
bool has_fixed_timing(const Object&, const Object& after, int) { return after.attributes.text("type") != "foreign key"; }

void alter_timing(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& constraint = alteration.after;
  const Sql when = timing(constraint);
  action.sql.push_back(sql("ALTER TABLE {} ALTER CONSTRAINT {}{}", relation_of(constraint.id), ident(constraint.id.member),
                           when.empty() ? sql(" NOT DEFERRABLE") : constraint.attributes.flag("initially_deferred") ? when : sql("{} INITIALLY IMMEDIATE", when)));
}

void alter_constraint_storage(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& constraint = alteration.after;
  const Object* table = context.after.find(relation_id(constraint));
  if (table != nullptr && table->attributes.has("partition_by")) {
    // A partitioned index hands these down at creation only.
    action.sql.push_back(drop_constraint_statement(constraint));
    action.sql.push_back(add_statement(constraint));
    restore_comment(constraint, "CONSTRAINT", address(constraint.id), action);
    if (constraint.attributes.has("index_comment")) comment_index(constraint, action);
    predict_adding(constraint, context, action);
    return;
  }
  alter_index_storage(alteration, index_address(alteration.after), action);
}

void alter_attached_constraint(const Alteration& alteration, const ChangeContext& context, Action& action) {
  if (alter_attached_part(alteration, context, action)) action.sql.push_back(add_statement(alteration.after));
}

constexpr AttributeRule kConstraintAttributes[] = {
    {.name = "type", .content = Content::text},
    {.name = "columns", .content = Content::names},
    {.name = "expression", .content = Content::expression},
    {.name = "references", .content = Content::relation},
    {.name = "referenced_columns", .content = Content::names},
    {.name = "on_delete", .content = Content::text},
    {.name = "on_delete_columns", .content = Content::names},
    {.name = "on_update", .content = Content::text},
    {.name = "match", .content = Content::text},
    {.name = "deferrable", .content = Content::flag, .alter = alter_timing, .replace_when = has_fixed_timing},
    {.name = "initially_deferred", .content = Content::flag, .alter = alter_timing, .replace_when = has_fixed_timing},
    {.name = "not_valid", .content = Content::flag, .alter = alter_validity, .replace_when = loses_validity},
    {.name = "not_enforced", .content = Content::flag},
    {.name = "temporal", .content = Content::flag},
    {.name = "no_inherit", .content = Content::flag},
    {.name = "nulls_not_distinct", .content = Content::flag},
    {.name = "include", .content = Content::names},
    {.name = "elements", .content = Content::list, .has_sql = true},
    {.name = "using", .content = Content::name},
    {.name = "where", .content = Content::expression},
    {.name = "with", .content = Content::map, .alter = alter_constraint_storage},
    kOptionOrderRule,
    kElementOrderRule,
    {.name = "tablespace", .content = Content::name, .alter = alter_constraint_storage},
    {.name = "only", .content = Content::flag},
    {.name = "attached_to", .content = Content::text, .alter = alter_attached_constraint},
    {.name = "clustered", .content = Content::flag, .alter = alter_index_marks, .after_create = true},
    {.name = "replica_identity", .content = Content::flag, .alter = alter_index_marks, .after_create = true},
    kCommentRule,
    {.name = "index_comment", .content = Content::text, .alter = alter_index_comment, .after_create = true},
};

std::vector<std::string> constraint_slots(const Object& constraint) {
  if (!is_index_backed(constraint)) return {};
  return {"relation " + index_address(constraint).text};
}

}  // namespace

Sql drop_constraint_statement(const Object& constraint) { return sql("ALTER TABLE {} DROP CONSTRAINT {}", relation_of(constraint.id), ident(constraint.id.member)); }

Sql add_constraint_statement(const Object& constraint, bool not_valid) {
  return sql("ALTER TABLE {}{} ADD {}{}", constraint.attributes.flag("only") ? sql("ONLY ") : Sql{}, relation_of(constraint.id), constraint_clause(constraint),
             not_valid ? sql(" NOT VALID") : Sql{});
}

Sql build_key_statement(const Object& constraint, std::string_view index) {
  const Attributes& attributes = constraint.attributes;
  Sql build = sql("CREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({})", ident(index), relation_of(constraint.id), key_columns(constraint, "columns"));
  if (attributes.has("include")) build = sql("{} INCLUDE ({})", build, ident_list(attributes.texts("include")));
  if (attributes.flag("nulls_not_distinct")) build = sql("{} NULLS NOT DISTINCT", build);
  if (const Map with = option_map(constraint, "with"); !with.empty()) build = sql("{} WITH ({})", build, option_list(with));
  if (attributes.has("tablespace")) build = sql("{} TABLESPACE {}", build, ident(attributes.text("tablespace")));
  return build;
}

Sql take_index_statement(const Object& constraint, std::string_view index) {
  return sql("ALTER TABLE {} ADD CONSTRAINT {} {} USING INDEX {}{}", relation_of(constraint.id), ident(constraint.id.member),
             constraint.attributes.text("type") == "unique" ? sql("UNIQUE") : sql("PRIMARY KEY"), ident(index), timing(constraint));
}

/// A key goes by its index, whose rename lets others read and write, and is possible for typed tables, too.
Sql rename_constraint_statement(const Object& constraint, std::string_view from, std::string_view to) {
  if (is_index_backed(constraint)) return sql("ALTER INDEX {} RENAME TO {}", qualified(constraint.id.schema, from), ident(to));
  return sql("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", relation_of(constraint.id), ident(from), ident(to));
}

constexpr Kind kConstraint = {
    .id = KindId::Constraint,
    .sql_name = "CONSTRAINT",
    .declared_as = kConstraintDeclaredAs,
    .introspect = kConstraintQueries,
    .details = kConstraintDetails,
    .lower = lower_constraint,
    .normalise = complete_constraints,
    .edges = constraint_edges,
    .create = create_constraint,
    .drop = drop_constraint,
    .rename = rename_constraint,
    .inline_sql = inline_constraint,
    .folds = constraint_folds,
    .address = address,
    .attributes = kConstraintAttributes,
    .print_lp = print_constraint,
    .slots = constraint_slots,
    .traits = {.dropped_with_parent = true, .dropped_apart = is_dropped_apart, .torn_by_types = is_torn_by_types, .found_in = "pg_constraint where oid >= 16384"},
};

static_assert(is_complete(kConstraint));

}  // namespace lpc::kinds
