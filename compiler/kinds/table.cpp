// Tables: ordinary, unlogged, partitioned, partitions (their attachment is the kind partition), inheritance children. https://www.postgresql.org/docs/15/sql-createtable.html
// A table with a `server` is a foreign one: https://www.postgresql.org/docs/15/sql-createforeigntable.html. ALTER TABLE does all that ALTER FOREIGN TABLE does, but
// CREATE, DROP and COMMENT ON must say FOREIGN.
// Whether an index is the replica identity, or what CLUSTER goes by, is a flag of that index or of the constraint that it belongs to.
#include "kinds/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "kinds/column.h"
#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/constraint.h"
#include "kinds/foreign_options.h"
#include "kinds/index.h"
#include "kinds/inherited_check.h"
#include "kinds/link_context.h"
#include "kinds/moved_rows.h"
#include "kinds/relation_options.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kTableDeclaredAs[] = {"table", "row_level_security"};

constexpr IntrospectQuery kTableQueries[] = {{
    .sql = "select n.nspname as _schema, c.relname as _name,\n"
           "  'pg_class:' || c.oid || ' pg_type:' || c.reltype || ' pg_type:' || coalesce(t.typarray, 0)\n"
           "    || case when c.reltoastrelid <> 0 then ' pg_class:' || c.reltoastrelid else '' end as _aliases,\n"
           "  c.relpersistence = 'u' as unlogged,\n"
           "  case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as partition_by, inh.parents as inherits,\n"
           "  case when c.reloptions is not null or toast.reloptions is not null then\n"
           "    (select json_object_agg(o.prefix || split_part(o.text, '=', 1), substr(o.text, strpos(o.text, '=') + 1))\n"
           "     from (select '' as prefix, u as text from unnest(c.reloptions) u union all select 'toast.', u from unnest(toast.reloptions) u) o) end as options,\n"
           "  " LPC_OPTION_ORDER("c.reloptions") ",\n"
           "  case when am.amname <> 'heap' or c.relispartition or c.relkind = 'p' then am.amname end as access_method, ts.spcname as tablespace,\n"
           "  case when c.relkind = 'f' then null when c.relreplident = 'f' then 'full' when c.relreplident = 'n' then 'nothing' end as replica_identity,\n"
           "  c.relrowsecurity as row_level_security, c.relforcerowsecurity as force_row_level_security,\n"
           "  case when c.reloftype <> 0 then format_type(c.reloftype, null) end as of_type,\n"
           "  fs.srvname as server,\n"
           "  case when ft.ftoptions is not null then (select json_object_agg(o.option_name, coalesce(o.option_value, '')) from pg_options_to_table(ft.ftoptions) o) end\n"
           "    as server_options,\n"
           "  pg_get_userbyid(c.relowner) as owner, d.description as comment, c.relacl::text as _acl, pg_get_userbyid(c.relowner) as _acl_owner\n"
           "from pg_class c\n"
           "join pg_namespace n on n.oid = c.relnamespace\n"
           "left join pg_type t on t.oid = c.reltype\n"
           "left join pg_class toast on toast.oid = c.reltoastrelid\n"
           "left join pg_foreign_table ft on ft.ftrelid = c.oid\n"
           "left join pg_foreign_server fs on fs.oid = ft.ftserver\n"
           "left join pg_am am on am.oid = c.relam\n"
           "left join pg_tablespace ts on ts.oid = c.reltablespace\n"
           "left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0\n"
           "left join (select i.inhrelid, json_agg(quote_ident(pn.nspname) || '.' || quote_ident(p.relname) order by i.inhseqno) as parents\n"
           "    from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace group by i.inhrelid) inh\n"
           "  on inh.inhrelid = c.oid and not c.relispartition\n"
           "where c.relkind in ('r', 'p', 'f') and {user_schema:n} and {not_member:pg_class:c.oid}",
}};

void edges(const Object& table, LinkContext& context) {
  context.object({KindId::AccessMethod, "", table.attributes.text("access_method"), "", ""});
  if (table.attributes.has("server")) context.object({KindId::Server, "", table.attributes.text("server"), "", ""});
  const std::string& key = table.attributes.text("partition_by");
  if (const std::size_t open = key.find('('); open != std::string::npos && key.ends_with(')')) {
    context.sql(frontend::FragmentKind::partition_key, std::string_view(key).substr(open + 1, key.size() - open - 2));
  }
}

void drop_table(const Object& table, const ChangeContext& context, Action& action) {
  for (const Object* part : context.before.children(table.id)) {
    if (part->id.kind == KindId::Column) release_ownership(part->id, context, action);
  }
  if (is_foreign(table)) {
    action.sql.push_back(sql("DROP FOREIGN TABLE {}", address_qualified(table.id)));
    describe(action, fmt::format("Drop {}", spoken(table.id)));
  } else {
    drop_plain(table, context, action);
  }
  if (const auto heir = heir_of(table.id, context)) {
    action.hazards.push_back({diag::Code::kMovesRows, diag::make(diag::Code::kMovesRows, {}, fmt::format("`{}`", table.id.path()), heir->path()).message, table.id});
  }
  add_concurrent_detach(table.id, context, action);
}

// ---- changes ----------------------------------------------------------------------------------------------------------------------------

void change(const Alteration& alteration, Action& action, const std::vector<Sql>& changes) {
  if (changes.empty()) return;
  action.sql.push_back(alter_table(alteration.after.id, changes));
}

void predict_rewrite(const Object& table, const ChangeContext& context, Action& action, std::string_view why) {
  if (!is_standing(context, table.id) || table.attributes.has("partition_by")) return;
  const diag::Diagnostic said = diag::make(diag::Code::kRewritesTable, {}, table.id.path(), why);
  action.hazards.push_back({said.code, said.message, table.id});
}

void alter_table_unlogged(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  const bool unlogged = after.attributes.flag("unlogged");
  change(alteration, action, {unlogged ? sql("SET UNLOGGED") : sql("SET LOGGED")});
  predict_rewrite(after, context, action, unlogged ? "it becomes unlogged" : "it becomes logged");
  // The sequences that the table's columns own follow it.
  for (const Object* part : context.after.children(after.id)) {
    if (part->id.kind != KindId::Column) continue;
    const Object* was = context.before.find(part->id);
    const bool has_sequence = was != nullptr && was->attributes.has("identity") && part->attributes.has("identity") && identity_sequence_name(*was) == identity_sequence_name(*part);
    if (has_sequence) add_persistence(*part, action.sql);
    for (const Object* sequence : owned_sequences(context.after, part->id)) {
      if (context.server_version < 150000 || sequence->attributes.flag("unlogged") == unlogged || context.is_created(sequence->id)) continue;
      action.sql.push_back(persistence_statement(address_qualified(sequence->id), !unlogged));
    }
  }
  describe(action, fmt::format("Make {} {}", spoken(after.id), unlogged ? "unlogged" : "logged"));
}

/// Since 18 a child's NOT NULL is called as its parent's, and stays so when it is the child's own: https://www.postgresql.org/docs/18/ddl-inherit.html
void rename_not_nulls(const ObjectId& table, const ChangeContext& context, std::vector<Sql>& changes) {
  const Lineage past(context.before), future(context.after);
  const Value* names = context.before.find(table)->attributes.find("_not_null_names");
  if (names == nullptr) return;
  for (const auto& [column, present] : names->map()) {
    const ObjectId id = column_id(table, column);
    const std::vector<const Object*> after = future.chain(table, column);
    if (after.empty() || past.inherited_chain(table, column).empty() || !future.inherited_chain(table, column).empty()) continue;
    const Object is = merged_column(after, id);
    if (is.attributes.flag("not_null") && present.text() != not_null_name(is)) changes.push_back(sql("RENAME CONSTRAINT {} TO {}", ident(present.text()), ident(not_null_name(is))));
  }
}

/// What a table has had from a parent alone is its own when it has left that: it goes unless it is wanted. (The parent may drop it before or after that.)
void drop_what_was_inherited(const ObjectId& table, const ParentChange& change, const ChangeContext& context, Action& action) {
  for (const std::string& check : checks_left(table, change, context)) action.sql.push_back(alter_table(table, {sql("DROP CONSTRAINT IF EXISTS {}", ident(check))}));
  const Lineage past(context.before), future(context.after);
  for (const std::string& name : past.column_names(table)) {
    const ObjectId id = column_id(table, name);
    const Object* own = past.find(id);
    const bool is_declared = own != nullptr && !own->attributes.flag("inherited");
    const bool was_given = std::ranges::any_of(change.left, [&](const ObjectId& parent) { return !past.chain(parent, name).empty(); });
    if (is_declared || !was_given || !future.chain(table, name).empty()) continue;
    action.sql.push_back(alter_table(table, {sql("DROP COLUMN IF EXISTS {}", ident(name))}));
    action.hazards.push_back({diag::Code::kDropsColumn, diag::make(diag::Code::kDropsColumn, {}, id.path()).message, id});
  }
}

/// A new parent comes last, so from the first difference on all are taken off and put on again.
ParentChange parent_change(const Alteration& alteration) {
  const std::vector<std::string> before = alteration.before->attributes.texts("inherits"), after = alteration.after.attributes.texts("inherits");
  std::vector<std::string> kept;
  std::ranges::copy_if(before, std::back_inserter(kept), [&](const std::string& parent) { return std::ranges::find(after, parent) != after.end(); });
  const auto [rest, joined] = std::ranges::mismatch(kept, after);
  ParentChange change;
  change.after_parts = inherits_more(*alteration.before, alteration.after);
  std::transform(kept.begin(), rest, std::back_inserter(change.stay), table_named);
  std::transform(joined, after.end(), std::back_inserter(change.joined), table_named);
  for (const std::string& parent : before) {
    if (const ObjectId id = table_named(parent); std::ranges::find(change.stay, id) == change.stay.end()) change.left.push_back(id);
  }
  return change;
}

void alter_inherits(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const ObjectId& table = alteration.after.id;
  const ParentChange parents = parent_change(alteration);
  const AroundInherit around = around_inherit(table, parents, context);
  std::ranges::copy(around.before, std::back_inserter(action.sql));
  // One command each: ALTER TABLE doesn't take them in the order given.
  for (const ObjectId& parent : parents.left) change(alteration, action, {sql("NO INHERIT {}", qualified(parent.schema, parent.name))});
  drop_what_was_inherited(table, parents, context, action);
  for (const ObjectId& parent : parents.joined) change(alteration, action, {sql("INHERIT {}", qualified(parent.schema, parent.name))});
  std::vector<Sql> renames;
  rename_not_nulls(table, context, renames);
  for (const Sql& each : renames) change(alteration, action, {each});
  std::ranges::copy(around.after, std::back_inserter(action.sql));
  describe(action, fmt::format("Change what {} inherits", spoken(table)));
}

/// What a table has that says nothing of it: a partition its parent's; a partitioned table none, since 17.
Sql default_access_method(const Object& table, const ChangeContext& context) {
  const Lineage lineage(context.after);
  const std::string method = lineage.partition(table.id) == nullptr ? std::string() : lineage.access_method(table.id);
  if (!method.empty()) return ident(method);
  return table.attributes.has("partition_by") ? sql("DEFAULT") : sql("heap");
}

void alter_access_method(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const std::string& method = alteration.after.attributes.text("access_method");
  change(alteration, action, {sql("SET ACCESS METHOD {}", method.empty() ? default_access_method(alteration.after, context) : ident(method))});
  predict_rewrite(alteration.after, context, action, "its access method changes");
  describe(action, fmt::format("Change the access method of {}", spoken(alteration.after.id)));
}

// SET ACCESS METHOD came with 15.
bool must_replace_access_method(const Object&, const Object&, int server_version) { return server_version < 150000; }

void alter_table_tablespace(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const std::string& tablespace = alteration.after.attributes.text("tablespace");
  change(alteration, action, {sql("SET TABLESPACE {}", tablespace.empty() ? sql("pg_default") : ident(tablespace))});
  predict_rewrite(alteration.after, context, action, "its files are copied to another tablespace");
  describe(action, fmt::format("Move {} to another tablespace", spoken(alteration.after.id)));
}

bool has_identity_index(const Catalog& catalog, const ObjectId& table) {
  return std::ranges::any_of(catalog.children(table), [](const Object* part) {
    return (part->id.kind == KindId::Index || part->id.kind == KindId::Constraint) && part->attributes.flag("replica_identity");
  });
}

void alter_replica_identity(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  const std::string& identity = after.attributes.text("replica_identity");
  // USING INDEX is said by the index.
  if (identity.empty() && has_identity_index(context.after, after.id)) return;
  const Sql word = identity == "full" ? sql("FULL") : identity == "nothing" ? sql("NOTHING") : sql("DEFAULT");
  change(alteration, action, {sql("REPLICA IDENTITY {}", word)});
  describe(action, fmt::format("Change the replica identity of {}", spoken(after.id)));
}

void alter_row_security(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  const auto was = [&](std::string_view name) { return alteration.before != nullptr && alteration.before->attributes.flag(name); };
  const bool enabled = after.attributes.flag("row_level_security"), forced = after.attributes.flag("force_row_level_security");
  std::vector<Sql> changes;
  if (was("row_level_security") != enabled) changes.push_back(enabled ? sql("ENABLE ROW LEVEL SECURITY") : sql("DISABLE ROW LEVEL SECURITY"));
  if (was("force_row_level_security") != forced) changes.push_back(forced ? sql("FORCE ROW LEVEL SECURITY") : sql("NO FORCE ROW LEVEL SECURITY"));
  change(alteration, action, changes);
  const bool weaker = (was("row_level_security") && !enabled) || (was("force_row_level_security") && !forced);
  if (weaker) {
    const std::string what = enabled ? "no longer forces row level security on the owner" : "turns row level security off";
    const diag::Diagnostic said = diag::make(diag::Code::kWeakensRowSecurity, {}, what, after.id.path());
    action.hazards.push_back({said.code, said.message, after.id});
  }
  describe(action, fmt::format("Change row level security of {}", spoken(after.id)));
}

void alter_of_type(const Alteration& alteration, const ChangeContext&, Action& action) {
  const std::string& type = alteration.after.attributes.text("of_type");
  change(alteration, action, {type.empty() ? sql("NOT OF") : sql("OF {}", fragment(type))});
  describe(action, fmt::format("Change the type of {}", spoken(alteration.after.id)));
}

void alter_server_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Sql changes = foreign_options_change(option_map(*alteration.before, "server_options"), option_map(alteration.after, "server_options"));
  if (changes.empty()) return;
  change(alteration, action, {changes});
  describe(action, fmt::format("Change the options of {}", spoken(alteration.after.id)));
}

void alter_table_comment(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& table = alteration.after;
  if (!is_foreign(table)) return alter_comment(alteration, context, action);
  const Value* comment = table.attributes.find("comment");
  action.sql.push_back(sql("COMMENT ON FOREIGN TABLE {} IS {}", address_qualified(table.id), comment == nullptr ? sql("NULL") : literal(comment->text())));
  describe(action, fmt::format("{} {}", comment == nullptr ? "Remove the comment on" : "Comment on", spoken(table.id)));
}

constexpr AttributeRule kTableAttributes[] = {
    {.name = "_first", .content = Content::names, .ignored = true},      // of `columns`: those whose place follows from the parents
    {.name = "_not_null_names", .content = Content::map, .ignored = true},
    {.name = "columns", .content = Content::names, .alter = alter_nothing, .keeps_live_order = true},
    {.name = "partition_by", .content = Content::text, .has_sql = true},
    {.name = "unlogged", .content = Content::flag, .alter = alter_table_unlogged},
    {.name = "options", .content = Content::map, .alter = alter_relation_options},
    kOptionOrderRule,
    {.name = "access_method", .content = Content::name, .alter = alter_access_method, .replace_when = must_replace_access_method},
    {.name = "tablespace", .content = Content::name, .alter = alter_table_tablespace},
    {.name = "of_type", .content = Content::type, .alter = alter_of_type, .after_create = true},
    {.name = "replica_identity", .content = Content::text, .alter = alter_replica_identity, .after_create = true},
    {.name = "row_level_security", .content = Content::flag, .alter = alter_row_security, .after_create = true},
    {.name = "force_row_level_security", .content = Content::flag, .alter = alter_row_security, .after_create = true},
    {.name = "server", .content = Content::name},
    {.name = "server_options", .content = Content::map, .alter = alter_server_options},
    kOwnerRule,
    {.name = "comment", .content = Content::text, .alter = alter_table_comment, .after_create = true},
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
    {.name = "inherits", .content = Content::relations, .alter = alter_inherits, .after_parts = inherits_more},    // behind the owner, who is changed before the parts
};

/// Under the names that Postgres chooses for them. One that the table has itself in a copy's place is an object.
std::vector<ObjectId> copied_indexes(const Object& table, const Catalog& catalog) {
  std::vector<ObjectId> copies;
  const Lineage lineage(catalog);
  if (lineage.partition(table.id) == nullptr || is_foreign(table)) return copies;
  const std::vector<const Object*> own = catalog.children(table.id);
  const auto has_its_own = [&](const Object& whole) {
    return std::ranges::any_of(own, [&](const Object* part) {
      const std::string& above = part->attributes.text("attached_to");
      return !above.empty() && table_named(above).name == whole.id.own_name();
    });
  };
  for (const ObjectId& above : lineage.ancestors(table.id)) {
    for (const Object* part : catalog.children(above)) {
      if ((part->id.kind != KindId::Index && !is_index_backed(*part)) || part->attributes.flag("only") || has_its_own(*part)) continue;
      copies.push_back({KindId::Index, table.id.schema, automatic_name_on(table.id, *part), "", ""});
    }
  }
  return copies;
}

}  // namespace

constexpr Kind kTable = {
    .id = KindId::Table,
    .sql_name = "TABLE",
    .declared_as = kTableDeclaredAs,
    .introspect = kTableQueries,
    .lower = lower_table,
    .normalise = normalise_tables,
    .edges = edges,
    .create = create_table,
    .drop = drop_table,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kTableAttributes,
    .print_lp = print_table,
    .slots = relation_slots,
    .traits = {.holds_data = true,
               .derived = is_foreign,
               .drop_hazard = diag::Code::kDropsTable,
               .unsaid_parts = copied_indexes,
               .acl_type = 'r', .asked_beside = true},
};

static_assert(is_complete(kTable));

}  // namespace lpc::kinds
