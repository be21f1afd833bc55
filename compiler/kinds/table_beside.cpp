#include "kinds/table_beside.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "kinds/column.h"
#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/moved_rows.h"
#include "kinds/online.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {

namespace {

/// What may matter to those that need it.
Attributes relevant(const ObjectId& id, const Catalog& catalog) {
  Attributes attributes = catalog.find(id)->attributes;
  for (const std::string_view name : {"comment", "grants", "owner"}) attributes.remove(name);
  return attributes;
}

constexpr std::string_view kTableBesideSync = "_lpc_sync";
constexpr std::string_view kKey = "_lpc_key";

ObjectId named(ObjectId id, std::string name) {
  id.name = std::move(name);
  return id;
}

/// They come when the rows are there.
bool acts_on_rows(const Object& part) { return part.id.kind == KindId::Trigger || part.id.kind == KindId::Policy || part.id.kind == KindId::Rule; }

/// UNIQUE and PRIMARY KEY, checked row by row, whose columns can't be NULL.
bool is_strict_key(const Object& part, const ObjectId& table, const Catalog& catalog) {
  const std::string& type = part.attributes.text("type");
  if (part.id.kind != KindId::Constraint || (type != "primary key" && type != "unique")) return false;
  if (part.attributes.flag("temporal") || part.attributes.flag("deferrable")) return false;
  const Lineage lineage(catalog);
  return std::ranges::all_of(part.attributes.texts("columns"),
                             [&](const std::string& name) { return merged_column(lineage.chain(table, name), column_id(table, name)).attributes.flag("not_null"); });
}

std::vector<const Object*> strict_keys(const ObjectId& table, const Catalog& catalog) {
  std::vector<const Object*> keys;
  for (const Object* part : catalog.children(table)) {
    if (is_strict_key(*part, table, catalog)) keys.push_back(part);
  }
  std::ranges::stable_partition(keys, [](const Object* key) { return key->attributes.text("type") == "primary key"; });
  return keys;
}

bool holds_all(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  return std::ranges::all_of(others, [&](const std::string& other) { return std::ranges::find(names, other) != names.end(); });
}

std::set<std::string> slots_taken(const Catalog& catalog) {
  std::set<std::string> taken;
  for (const Object& object : catalog.objects()) {
    const auto slots = kind(object.id.kind).slots;
    if (slots == nullptr) continue;
    for (std::string& slot : slots(object)) taken.insert(std::move(slot));
  }
  return taken;
}

/// Of the sequence in the identity's map.
void name_sequence(Object& column, const std::string& name) {
  Map identity = column.attributes.find("identity")->map();
  std::erase_if(identity, [](const auto& entry) { return entry.first == "sequence"; });
  identity.emplace_back("sequence", Value(name));
  column.attributes.set("identity", Value(std::move(identity)));
}

}  // namespace

std::vector<ObjectId> half_made(const Catalog& live, const Catalog& desired) {
  std::vector<ObjectId> left;
  for (const Object& object : live.of(KindId::Table)) {
    const ObjectId& table = object.id;
    if (!desired.has(table)) continue;
    const ObjectId fresh = named(table, helper_name(table.name.str(), kFresh)), sync{KindId::Function, table.schema, helper_name(table.name.str(), kTableBesideSync), {}, {}};
    if (!live.has(fresh) || desired.has(fresh)) continue;
    left.push_back(fresh);
    std::ranges::move(descendants(live, fresh), std::back_inserter(left));
    if (!live.has(sync)) continue;
    left.push_back(sync);
    for (const Object* user : live.dependents(sync)) {
      if (user->id.kind == KindId::Trigger) left.push_back(user->id);
    }
  }
  return left;
}

TableBeside::TableBeside(const ObjectId& table, const ChangeContext& context)
    : table_(table), context_(context), fresh_(named(table, helper_name(table.name.str(), kFresh))), columns_(common_columns(table, table, context)),
      sync_(qualified(table.schema, helper_name(table.name.str(), kTableBesideSync))) {
  find_family();
  find_names();
  find_key();
}

// ---- what is made beside the old form -------------------------------------------------------------------------------------------------------

void TableBeside::find_family() {
  std::vector<ObjectId> tables = descendants(context_.after, table_);
  tables.insert(tables.begin(), table_);
  for (const ObjectId& table : tables) {
    const std::size_t first = family_.size();
    family_.push_back(table);
    for (std::size_t at = first; at < family_.size(); ++at) {
      const std::vector<const Object*> parts = context_.after.children(family_[at]);
      for (const Object* part : parts) {
        if (!acts_on_rows(*part)) family_.push_back(part->id);
      }
    }
  }
  std::sort(family_.begin(), family_.end());
  for (const ObjectId& id : family_) {
    for (const ObjectId& need : context_.after.needs(*context_.after.find(id))) {
      if (!is_of_family(need)) needs_.push_back(need);
    }
  }
}

bool TableBeside::is_of_family(const ObjectId& id) const { return std::binary_search(family_.begin(), family_.end(), id); }

void TableBeside::find_names() {
  const std::set<std::string> taken = slots_taken(context_.before);
  for (const ObjectId& id : family_) {
    const Object& object = *context_.after.find(id);
    const auto slots = kind(id.kind).slots;
    const std::vector<std::string> own = slots == nullptr ? std::vector<std::string>() : slots(object);
    if (std::ranges::none_of(own, [&](const std::string& slot) { return taken.contains(slot); })) continue;
    if (id.kind == KindId::Column) {
      const std::string name = identity_sequence_name(object);
      sequences_[id.member.str()] = helper_name(name, kFresh);
    } else {
      names_[id] = helper_name(id.own_name().str(), kFresh);
    }
  }
  names_[table_] = fresh_.name.str();
}

ObjectId TableBeside::called(const ObjectId& id) const {
  ObjectId result = id;
  const auto own = names_.find(id);
  if (own != names_.end()) (id.member.empty() ? result.name : result.member) = own->second;
  const bool is_within = !id.member.empty() && id.schema == table_.schema && id.name == table_.name;
  if (is_within) result.name = fresh_.name;
  return result;
}

/// As it is called while it waits; what it says of others of the family follows.
Object TableBeside::called(const Object& object) const {
  Object result = object;
  result.id = called(object.id);
  result.hints.clear();
  if (object.parent) result.parent = called(*object.parent);
  for (std::vector<ObjectId>* needs : {&result.depends_on, &result.mentions}) {
    for (ObjectId& need : *needs) {
      if (is_of_family(need)) need = called(need);
    }
    std::sort(needs->begin(), needs->end());
  }
  for (const auto& [id, name] : names_) {
    const std::string now = qualified(id.schema, id.own_name()).text, meanwhile = qualified(id.schema, name).text;
    for (const std::string_view attribute : {"of", "attached_to"}) {
      if (result.attributes.text(attribute) == now) result.attributes.set(attribute, Value(meanwhile));
    }
  }
  if (object.id.kind != KindId::Column || table_of(object.id) != table_) return result;
  if (const auto sequence = sequences_.find(object.id.member.str()); sequence != sequences_.end()) name_sequence(result, sequence->second);
  const bool has_name = context_.server_version >= kNamesNotNull && object.attributes.flag("not_null");
  if (has_name) result.attributes.set("not_null_name", Value(not_null_name(object)));
  return result;
}

Catalog TableBeside::beside(const Catalog& catalog) const {
  CatalogBuilder builder(catalog);
  for (const ObjectId& id : family_) builder.add(called(*context_.after.find(id)));
  return builder.finish();
}

std::vector<Sql> TableBeside::take_place() const {
  Action action;
  const auto rename = [&](const ObjectId& id) {
    Object waiting = *context_.after.find(id);
    (id.member.empty() ? waiting.id.name : waiting.id.member) = names_.at(id);
    kind(id.kind).rename(waiting, id, action);
  };
  rename(table_);    // the others then stand in it
  for (const auto& [id, name] : names_) {
    if (id != table_) rename(id);
  }
  for (const auto& [member, name] : sequences_) {
    const ObjectId column = column_id(table_, member);
    action.sql.push_back(sql("ALTER SEQUENCE {} RENAME TO {}", qualified(table_.schema, name), ident(identity_sequence_name(*context_.after.find(column)))));
  }
  for (const Object* part : context_.after.children(table_)) {
    if (part->id.kind == KindId::Column) take_ownership(part->id, context_, action);
  }
  return action.sql;
}

// ---- what tells rows apart ----------------------------------------------------------------------------------------------------------------

bool TableBeside::has_same_type(const std::string& column) const {
  const auto type = [&](const Catalog& catalog) { return merged_column(Lineage(catalog).chain(table_, column), column_id(table_, column)).attributes.text("type"); };
  return std::ranges::find(columns_, column) != columns_.end() && type(context_.before) == type(context_.after);
}

bool TableBeside::is_always_identity(const std::string& column) const {
  const Object merged = merged_column(Lineage(context_.after).chain(table_, column), column_id(table_, column));
  const Value* identity = merged.attributes.find("identity");
  return identity != nullptr && !is_by_default(*identity);
}

/// A key of the new form, whose unique index it has, that holds one of the old form's; or such a one with an index made for it.
void TableBeside::find_key() {
  const std::vector<const Object*> past = strict_keys(table_, context_.before);
  for (const Object* key : strict_keys(table_, context_.after)) {
    const std::vector<std::string> columns = key->attributes.texts("columns");
    if (!std::ranges::all_of(columns, [&](const std::string& name) { return has_same_type(name); })) continue;
    if (std::ranges::none_of(past, [&](const Object* old) { return holds_all(columns, old->attributes.texts("columns")); })) continue;
    key_ = columns;
    return;
  }
  find_unique_index(past);
}

/// A unique index of a partitioned table holds all columns of its key: https://www.postgresql.org/docs/15/ddl-partitioning.html, "Limitations"
void TableBeside::find_unique_index(const std::vector<const Object*>& past) {
  std::vector<ObjectId> tables = descendants(context_.after, table_);
  tables.push_back(table_);
  const auto can_have = [&](const std::vector<std::string>& columns) {
    return std::ranges::all_of(tables, [&](const ObjectId& table) {
      const std::string& by = context_.after.find(table)->attributes.text("partition_by");
      return std::ranges::all_of(columns_, [&](const std::string& name) { return !names_column(by, name) || std::ranges::find(columns, name) != columns.end(); });
    });
  };
  for (const Object* old : past) {
    const std::vector<std::string> columns = old->attributes.texts("columns");
    if (!std::ranges::all_of(columns, [&](const std::string& name) { return has_same_type(name); }) || !can_have(columns)) continue;
    key_ = columns;
    index_ = helper_name(table_.name.str(), kKey);
    return;
  }
}

// ---- why it can't be made so ----------------------------------------------------------------------------------------------------------------

std::string TableBeside::obstacle() const {
  for (const std::string& found : {table_obstacle(), partitions_obstacle(), needs_obstacle(), users_obstacle(), key_obstacle()}) {
    if (!found.empty()) return found;
  }
  return {};
}

std::string TableBeside::table_obstacle() const {
  for (const ObjectId& name : {fresh_, named(table_, helper_name(table_.name.str(), kKey))}) {
    if (context_.before.has(name) || context_.after.has(name)) return fmt::format("there is {} already", spoken(name));
  }
  for (const Catalog* catalog : {&context_.before, &context_.after}) {
    const Object& object = *catalog->find(table_);
    if (object.attributes.has("of_type")) return fmt::format("the columns of {} are those of a type", table_.path());
    if (object.external_partitions) return fmt::format("others make partitions of {} meanwhile", table_.path());
    if (!Lineage(*catalog).parents(table_).empty()) return fmt::format("{} has a parent", table_.path());
    if (is_forced(table_, *catalog)) return fmt::format("row-level security of {} would keep rows from being copied", table_.path());
  }
  return {};
}

std::string TableBeside::partitions_obstacle() const {
  for (const ObjectId& part : descendants(context_.before, table_)) {
    if (!context_.before.find(table_)->attributes.has("partition_by")) return fmt::format("{} inherits from it", spoken(part));
    if (context_.after.has(part)) return fmt::format("{} stays, with its rows", spoken(part));
    if (is_foreign(context_.before, part)) return fmt::format("{} is a foreign table", spoken(part));
    if (is_forced(part, context_.before)) return fmt::format("row-level security of {} would keep rows from being copied", part.path());
  }
  for (const ObjectId& id : family_) {
    const Object& object = *context_.after.find(id);
    if (id.kind == KindId::Table && is_foreign(object)) return fmt::format("{} is a foreign table", spoken(id));
    if (id.kind == KindId::Table && is_forced(id, context_.after)) return fmt::format("row-level security of {} would keep rows from being copied", id.path());
    if (!context_.is_created(id)) return fmt::format("{} is there already", spoken(id));
    const bool is_taken = id.kind == KindId::Table && id != table_ && names_.contains(id);
    if (is_taken) return fmt::format("the name of {} is taken as yet", spoken(id));
  }
  return {};
}

std::string TableBeside::needs_obstacle() const {
  for (const ObjectId& need : needs_) {
    const bool is_there = context_.before.has(need) && !context_.is_created(need) && !context_.is_dropped(need);
    if (!is_there) return fmt::format("it needs {}, which the plan makes", spoken(need));
    if (relevant(need, context_.before) != relevant(need, context_.after)) return fmt::format("it needs {}, which the plan changes", spoken(need));
  }
  return {};
}

std::string TableBeside::users_obstacle() const {
  for (const ObjectId& id : family_) {
    const Object& object = *context_.after.find(id);
    if (object.attributes.has("references") && table_named(object.attributes.text("references")) == table_) return fmt::format("{} refers to the table itself", spoken(id));
    for (const Object* user : context_.after.dependents(id)) {
      if (is_of_family(user->id) || !context_.is_created(user->id)) continue;
      if (user->attributes.has("references")) return fmt::format("{} refers to it and is validated anew", spoken(user->id));
      if (user->id.kind == KindId::MaterializedView) return fmt::format("{} is computed anew", spoken(user->id));
    }
  }
  for (const Catalog* catalog : {&context_.before, &context_.after}) {
    for (const Object& object : catalog->of(KindId::Publication)) {
      if (publishes_schema(object, table_.schema.str())) return fmt::format("{} would send the rows to subscribers that lack the new form", spoken(object.id));
    }
  }
  return {};
}

std::string TableBeside::key_obstacle() const {
  if (key_.empty()) return fmt::format("no key of {} without NULL, of columns that stay as they are, tells the rows of both forms apart", table_.path());
  for (const std::string& column : columns_) {
    if (is_always_identity(column) && std::ranges::find(key_, column) == key_.end()) return fmt::format("an UPDATE can't give {} its value", column_id(table_, column).path());
  }
  return {};
}

// ---- how it is done -------------------------------------------------------------------------------------------------------------------------

Sql TableBeside::same_key(const Sql& one, const Sql& other) const { return matching(one, key_, other, key_); }

/// Names and tables of the triggers that go with the old form. Those for TRUNCATE stand on what has the rows: one of a partitioned table doesn't see a partition emptied.
std::vector<TableBeside::SyncTrigger> TableBeside::triggers() const {
  std::vector<SyncTrigger> result{{ident(helper_name(table_.name.str(), kTableBesideSync)), table_, "INSERT OR UPDATE OR DELETE", "ROW"}};
  std::vector<ObjectId> holders = descendants(context_.before, table_);
  holders.push_back(table_);
  std::erase_if(holders, [&](const ObjectId& id) { return context_.before.find(id)->attributes.has("partition_by"); });
  for (const ObjectId& id : holders) result.push_back({ident(helper_name(id.name.str(), "_lpc_truncate")), id, "TRUNCATE", "STATEMENT"});
  return result;
}

Stage TableBeside::trigger_stage() const {
  const Sql fresh = qualified(fresh_.schema, fresh_.name), old = qualified(table_.schema, table_.name), columns = ident_list(columns_);
  std::vector<Sql> values, old_values, changes;
  for (const std::string& name : columns_) {
    values.push_back(sql("NEW.{}", ident(name)));
    old_values.push_back(sql("OLD.{}", ident(name)));
    if (!is_always_identity(name)) changes.push_back(sql("{} = EXCLUDED.{}", ident(name), ident(name)));
  }
  const Sql key = ident_list(key_), gone = sql("DELETE FROM {} AS k WHERE {}", fresh, same_key(sql("k"), sql("OLD"))), puts = sql("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES", fresh, columns);
  // Under REPEATABLE READ a row may have been copied since the transaction's snapshot, so that DELETE doesn't see it; INSERT meets it, and then Postgres asks for another try.
  const Sql body = sql(R"sql(
#variable_conflict use_column
DECLARE
  has_one_snapshot CONSTANT boolean := pg_catalog.current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted');
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    IF has_one_snapshot THEN
      RAISE serialization_failure USING MESSAGE = 'rows of ' || TG_RELID::regclass || ' are being copied: TRUNCATE needs READ COMMITTED';
    END IF;
    DELETE FROM {} AS k WHERE NOT EXISTS (SELECT FROM {} AS o WHERE {});
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND NOT ({}) THEN
    {};
    IF NOT FOUND AND has_one_snapshot THEN
      {} ({}) ON CONFLICT ({}) DO NOTHING;
      {};
    END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    {} ({}) ON CONFLICT ({}) DO {};
  END IF;
  RETURN NULL;
END
)sql",
                       fresh, old, same_key(sql("k"), sql("o")), same_key(sql("NEW"), sql("OLD")), gone, puts, join(old_values, ", "), key, gone, puts, join(values, ", "), key,
                       changes.empty() ? sql("NOTHING") : sql("UPDATE SET {}", join(changes, ", ")));
  Stage stage{fmt::format("Keep the new form of {} in step, by a trigger", spoken(table_)), {}, "ddl", true};
  // Who writes may have no rights on it, and other settings.
  stage.sql.push_back(sql("CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS {}", sync_, dollar_quoted(body.text)));
  stage.sql.push_back(sql("REVOKE ALL ON FUNCTION {}() FROM PUBLIC", sync_));
  for (const auto& [name, id, events, each] : triggers()) {
    stage.sql.push_back(sql("CREATE TRIGGER {} AFTER {} ON {} FOR EACH {} EXECUTE FUNCTION {}()", name, fragment(events), qualified(id.schema, id.name), fragment(each), sync_));
    // What comes by replication counts as well.
    stage.sql.push_back(alter_table(id, {sql("ENABLE ALWAYS TRIGGER {}", name)}));
  }
  return stage;
}

/// Rows that someone is changing come by the trigger, and waiting for them could make that one a deadlock's victim; the last statement sees to those whose change is rolled back.
Stage TableBeside::copying_stage() const {
  const Sql columns = ident_list(columns_), conflict = sql(" ON CONFLICT ({}) DO NOTHING", ident_list(key_)), fresh = qualified(fresh_.schema, fresh_.name);
  const Batches batches{.before = sql("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM ONLY ", fresh, columns, columns),
                        .after = sql(" AS o"),
                        .joint = " WHERE ",
                        .end = sql(" FOR SHARE SKIP LOCKED{}", conflict),
                        .last = sql(" WHERE NOT EXISTS (SELECT FROM {} AS k WHERE {}) FOR SHARE{}", fresh, same_key(sql("k"), sql("o")), conflict)};
  return {fmt::format("Copy the rows of {} to its new form", spoken(table_)), {in_batches(table_, batches, context_.server_version)}, "backfill", false};
}

Stage TableBeside::comparing_stage() const {
  const Sql fresh = qualified(fresh_.schema, fresh_.name), old = qualified(table_.schema, table_.name);
  const Sql body = sql(R"sql(
BEGIN
  IF EXISTS (SELECT FROM {} AS o FULL JOIN {} AS k ON {} WHERE o.{} IS NULL OR k.{} IS NULL) THEN
    RAISE EXCEPTION 'the two forms of % do not have the same rows', {} USING ERRCODE = 'data_exception';
  END IF;
END
)sql",
                       old, fresh, same_key(sql("k"), sql("o")), ident(key_.front()), ident(key_.front()), literal(table_.path()));
  return {fmt::format("Compare the two forms of {}, row by row, and gather statistics of the new one", spoken(table_)), {sql("DO {}", dollar_quoted(body.text)), sql("ANALYZE {}", fresh)}, "validate", true};
}

void TableBeside::add_form(const ObjectId& aside, std::vector<Sql> making, Action& filling) const {
  if (!index_.empty()) making.push_back(sql("CREATE UNIQUE INDEX {} ON {} ({})", ident(index_), qualified(fresh_.schema, fresh_.name), ident_list(key_)));
  OnlineForm form;
  form.count = filling.sql.size();
  form.ahead = {{fmt::format("Make the new form of {} beside the old one", spoken(table_)), std::move(making), "ddl", true}, trigger_stage(), copying_stage(), comparing_stage()};
  for (const SyncTrigger& trigger : triggers()) {
    const ObjectId& holder = trigger.table == table_ ? aside : trigger.table;
    form.instead.push_back(sql("DROP TRIGGER {} ON {}", trigger.name, qualified(holder.schema, holder.name)));
  }
  form.instead.push_back(sql("DROP FUNCTION {}()", sync_));
  if (!index_.empty()) form.instead.push_back(sql("DROP INDEX {}", qualified(table_.schema, index_)));
  std::ranges::move(numbers_go_on(table_, context_), std::back_inserter(form.instead));
  form.described = fmt::format("Take the trigger away that has kept the new form of {} in step", spoken(table_));
  form.reason = fmt::format("{} has rows: they are copied to its new form while others read and write, and the two change places in a moment; rows that the new form can't hold are refused meanwhile",
                            table_.path());
  form.spares = {diag::Code::kMovesRows};
  filling.online.push_back(std::move(form));
}

}  // namespace lpc::kinds
