#include "kinds/kept_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "kinds/column.h"
#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/identity_sequence.h"
#include "kinds/inheritance.h"
#include "kinds/moved_rows.h"
#include "kinds/online.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kHint = "kept";
/// Beside a kept value: what the plan makes of it, as text, so that the way back knows who has changed it since.
constexpr std::string_view kBecame = "_lpc_became";
constexpr std::string_view kKeptRowsSync = "_lpc_keep";

Sql in_trash(std::string_view name) { return qualified(kTrash, name); }

/// As `lpc purge` reads it.
Sql comment_on(const KeptRows& kept, const Trash& trash) {
  return sql("COMMENT ON TABLE {} IS {}", in_trash(kept.name), literal(fmt::format("{}{}{}{}", kKeptByLpc, kept.object.text(), kOfPlan, trash.digits)));
}

/// Values of types that stand in a schema, and may go or change while they are kept.
bool is_own_type(const std::string& type) { return type.find('.') != std::string::npos; }

/// Of the sequence with that name; `object` is itself or its identity column.
std::vector<Sql> keep_number(const ObjectId& object, const Sql& sequence, const Trash& trash, std::vector<KeptRows>& kept) {
  kept.push_back({object, trash.name(object.member.empty() ? object.name.str() : fmt::format("{}_{}", object.name.str(), object.member.str())), {}, {}});
  return {sql("CREATE TABLE {} AS SELECT last_value, is_called FROM {}", in_trash(kept.back().name), sequence), comment_on(kept.back(), trash)};
}

/// What is kept may have been purged, or taken away by hand.
void check_kept(const KeptRows& kept, Action& action) {
  const std::string table = in_trash(kept.name).text;
  action.checks.push_back({fmt::format("{}, which is what was kept of {}, is there", table, spoken(kept.object)), sql("SELECT {} AS missing WHERE pg_catalog.to_regclass({}) IS NULL", literal(table), literal(table))});
}

std::vector<Sql> number_back(const Sql& sequence, const std::string& name) {
  return {sql("SELECT pg_catalog.setval({}, last_value, is_called) FROM {}", literal(sequence.text), in_trash(name)), sql("DROP TABLE {}", in_trash(name))};
}

/// All columns of the table as they are in effect, in order.
std::vector<Object> columns_of(const ObjectId& table, const Catalog& catalog) {
  const Lineage lineage(catalog);
  std::vector<Object> columns;
  for (const std::string& name : lineage.column_names(table)) columns.push_back(merged_column(lineage.chain(table, name), column_id(table, name)));
  return columns;
}

bool is_stored(const Object& column) { return !column.attributes.has("generated"); }

/// Statements that read or write all rows of the table do so where it forces its row-level security on its owner, too, which would hide some without a word.
std::vector<Sql> past_row_security(const ObjectId& table, const ChangeContext& context, std::vector<Sql> statements) {
  if (is_forced(table, context.before) || is_forced(table, context.after)) statements.insert(statements.begin(), force(table, false));
  if (is_forced(table, context.after)) statements.push_back(force(table, true));
  return statements;
}

/// Puts statements before the others of the action, and of its online forms.
void prepend(const std::vector<Sql>& statements, Action& action) {
  action.sql.insert(action.sql.begin(), statements.begin(), statements.end());
  for (OnlineForm& form : action.online) form.first += statements.size();
}

}  // namespace

// ---- tables -------------------------------------------------------------------------------------------------------------------------------

bool must_be_copied(const ObjectId& table, const ChangeContext& context) {
  const Catalog& before = context.before;
  const Lineage lineage(before);
  const Object* object = before.find(table);
  if (object == nullptr || object->attributes.has("of_type") || !lineage.parents(table).empty() || !descendants(before, table).empty()) return true;
  return std::ranges::any_of(columns_of(table, before), [](const Object& column) { return is_stored(column) && is_own_type(column.attributes.text("type")); });
}

void bare(CatalogBuilder& catalog, const ObjectId& table, const std::string& role) {
  std::vector<ObjectId> gone;
  for (Object* part : catalog.children(table)) {
    const bool stays = part->id.kind == KindId::Column && is_stored(*part);
    if (!stays) {
      gone.push_back(part->id);
      continue;
    }
    remove_identity(part->attributes);
    for (const std::string_view name : {"grants", "revokes", "comment"}) part->attributes.remove(name);
    for (const ObjectId& need : part->depends_on) {
      if (need.kind == KindId::Sequence) gone.push_back(need);
    }
    std::erase_if(part->depends_on, [](const ObjectId& need) { return need.kind == KindId::Sequence; });
    for (Object* own : catalog.children(part->id)) gone.push_back(own->id);
  }
  for (const ObjectId& id : gone) catalog.remove(id);
  Object& object = *catalog.find(table);
  for (const std::string_view name : {"grants", "revokes", "replica_identity", "columns", "row_level_security", "force_row_level_security"}) object.attributes.remove(name);
  if (!role.empty() && object.attributes.has("owner")) object.attributes.set("owner", role);
}

namespace {

std::vector<Sql> moving(const ObjectId& table, const std::vector<Sql>& untying, const KeptRows& kept) {
  std::vector<Sql> statements = untying;
  statements.push_back(sql("ALTER TABLE {} RENAME TO {}", qualified(table.schema, table.name), ident(kept.name)));
  statements.push_back(sql("ALTER TABLE {} SET SCHEMA {}", qualified(table.schema, kept.name), ident(kTrash)));
  return statements;
}

std::vector<Sql> copying(const ObjectId& table, KeptRows& kept, const ChangeContext& context) {
  std::vector<Sql> values;
  for (const Object& column : columns_of(table, context.before)) {
    if (!is_stored(column)) continue;
    const Sql name = ident(column.id.member);
    const bool as_text = is_own_type(column.attributes.text("type"));
    if (as_text) kept.as_text.push_back(column.id.member.str());
    values.push_back(as_text ? sql("{}::text AS {}", name, name) : name);
  }
  const Sql whole = qualified(table.schema, table.name);
  std::vector<Sql> statements = past_row_security(table, context, {sql("CREATE TABLE {} AS SELECT {} FROM ONLY {}", in_trash(kept.name), join(values, ", "), whole)});
  statements.insert(statements.begin(), sql("LOCK TABLE ONLY {} IN ACCESS EXCLUSIVE MODE", whole));
  return statements;
}

/// Of the sequences that go with the column: its own, and its identity's, which is no object.
std::vector<Sql> numbers_of(const Object& column, const Trash& trash, std::vector<KeptRows>& kept, const ChangeContext& context) {
  std::vector<Sql> statements;
  if (column.attributes.has("identity")) statements = keep_number(column.id, qualified(column.id.schema, identity_sequence_name(column)), trash, kept);
  for (const Object* sequence : owned_sequences(context.before, column.id)) {
    if (context.is_dropped(sequence->id)) std::ranges::move(keep_number(sequence->id, address_qualified(sequence->id), trash, kept), std::back_inserter(statements));
  }
  return statements;
}

}  // namespace

std::vector<ObjectId> tables_lost(const Action& action, const ChangeContext& context) {
  std::vector<ObjectId> lost;
  const bool loses = std::ranges::any_of(action.hazards, [](const Hazard& hazard) { return hazard.code == diag::Code::kDropsTable; });
  if (!loses) return lost;
  std::vector<ObjectId> dropped{action.object};
  dropped.insert(dropped.end(), action.covers.begin(), action.covers.end());
  for (const ObjectId& id : dropped) {
    const Object* table = id.kind == KindId::Table ? context.before.find(id) : nullptr;
    if (table != nullptr && !is_foreign(*table) && !table->attributes.has("partition_by")) lost.push_back(id);
  }
  return lost;
}

void keep_table(const ObjectId& table, const std::optional<std::vector<Sql>>& untying, const Trash& trash, std::vector<KeptRows>& all, const ChangeContext& context, Action& action) {
  const Sql drop = sql("DROP TABLE {}", qualified(table.schema, table.name));
  std::vector<Sql> statements;
  for (const Object& column : columns_of(table, context.before)) std::ranges::move(numbers_of(column, trash, all, context), std::back_inserter(statements));
  const bool copied = !untying;
  KeptRows kept{table, trash.name(table.name.str()), {}, {}};
  std::ranges::move(copied ? copying(table, kept, context) : moving(table, *untying, kept), std::back_inserter(statements));
  statements.push_back(comment_on(kept, trash));
  all.push_back(kept);
  if (copied) statements.push_back(drop);
  // Where the plain form drops it, and where the online one does.
  const auto replace_in = [&](std::vector<Sql>& list) {
    const auto at = std::ranges::find(list, drop);
    if (at == list.end()) return false;
    list.insert(list.erase(at), statements.begin(), statements.end());
    return true;
  };
  const std::size_t known = action.sql.size();
  if (!replace_in(action.sql)) {    // it goes with its parent
    if (copied) statements.pop_back();
    prepend(statements, action);
    return;
  }
  for (OnlineForm& form : action.online) {
    form.count += action.sql.size() - known;
    for (std::vector<Stage>* stages : {&form.stages, &form.afterwards}) {
      for (Stage& stage : *stages) replace_in(stage.sql);
    }
  }
  action.description = copied ? fmt::format("Copy the rows of {} to the schema {}, and drop it", spoken(table), kTrash)
                              : fmt::format("Move {} to the schema {}, with nothing but its rows", spoken(table), kTrash);
}

void put_back_rows(const Object& table, const ChangeContext& context, Action& action) {
  const std::optional<KeptRows> kept = kept_rows(table);
  if (!kept) return;
  std::vector<Sql> names, values, afterwards;
  for (const Object& column : columns_of(table.id, context.after)) {
    if (!is_stored(column)) continue;
    const Sql name = ident(column.id.member);
    const bool as_text = std::ranges::find(kept->as_text, column.id.member.str()) != kept->as_text.end();
    names.push_back(name);
    values.push_back(as_text ? sql("{}::{}", name, fragment(column.attributes.text("type"))) : name);
    if (!column.attributes.has("identity")) continue;
    const Object* said = context.after.find(column.id);
    const std::optional<KeptRows> number = said == nullptr ? std::nullopt : kept_rows(*said);
    if (number) std::ranges::move(number_back(qualified(table.id.schema, identity_sequence_name(column)), number->name), std::back_inserter(afterwards));
  }
  const Sql into = names.empty() ? Sql{} : sql(" ({}) OVERRIDING SYSTEM VALUE", join(names, ", "));
  std::vector<Sql> statements = {sql("INSERT INTO {}{} SELECT {} FROM {}", qualified(table.id.schema, table.id.name), into, join(values, ", "), in_trash(kept->name)),
                                 sql("DROP TABLE {}", in_trash(kept->name))};
  std::ranges::move(afterwards, std::back_inserter(statements));
  const auto made = std::ranges::find_if(action.sql, [](const Sql& statement) { return statement.text.starts_with("CREATE "); });
  action.sql.insert(made == action.sql.end() ? made : made + 1, statements.begin(), statements.end());
  action.description = fmt::format("Create {} with the rows that were kept", spoken(table.id));
  check_kept(*kept, action);
}

// ---- sequences ----------------------------------------------------------------------------------------------------------------------------

void put_back_number(const Object& sequence, Action& action) {
  if (const std::optional<KeptRows> kept = kept_rows(sequence)) {
    std::ranges::move(number_back(address_qualified(sequence.id), kept->name), std::back_inserter(action.sql));
    check_kept(*kept, action);
  }
}

// ---- columns ------------------------------------------------------------------------------------------------------------------------------

namespace {

/// A key whose columns are the same before and after the plan.
std::vector<std::string> lasting_key(const ObjectId& column, const ChangeContext& context) {
  const ObjectId table = table_of(column);
  const auto lasts = [&](const std::string& name) {
    const ObjectId id = column_id(table, name);
    const auto type = [&](const Catalog& catalog) { return merged_column(Lineage(catalog).chain(table, name), id).attributes; };
    if (id == column || context.is_created(table)) return false;
    const Attributes was = type(context.before), is = type(context.after);
    return was.flag("not_null") && was.has("type") && was.text("type") == is.text("type") && !is_own_type(was.text("type"));
  };
  const Object* found = nullptr;
  for (const Object* part : context.before.children(table)) {
    const std::string& type = part->attributes.text("type");
    const bool is_key = part->id.kind == KindId::Constraint && (type == "primary key" || type == "unique") && !part->attributes.flag("temporal");
    if (!is_key || !std::ranges::all_of(part->attributes.texts("columns"), lasts)) continue;
    if (found == nullptr || type == "primary key") found = part;
  }
  return found == nullptr ? std::vector<std::string>() : found->attributes.texts("columns");
}

/// What keeps a column's values.
class ColumnKeeper {
 public:
  ColumnKeeper(const KeptRows& kept, const Trash& trash, const ChangeContext& context)
      : column_(kept.object), table_(table_of(column_)), kept_(kept), context_(context), comment_(comment_on(kept, trash)), relation_(qualified(table_.schema, table_.name)), trash_(in_trash(kept.name)),
        sync_(in_trash(helper_name(kept.name, kKeptRowsSync))), trigger_(helper_name(column_.member.str(), kKeptRowsSync)),
        was_(merged_column(Lineage(context.before).chain(table_, column_.member), column_)) {}

  /// While everybody waits.
  std::vector<Sql> at_once() const {
    std::vector<Sql> statements = past_row_security(table_, context_, {sql("CREATE TABLE {} AS SELECT {} FROM {}", trash_, values(), relation_)});
    statements.insert(statements.begin(), sql("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", relation_));
    add_key(statements);
    return statements;
  }

  /// While others read and write.
  std::vector<Stage> ahead() const {
    Stage stage{fmt::format("Make a table for what {} holds, with a trigger that keeps it in step", spoken(column_)), {}, "ddl", true};
    stage.sql.push_back(sql("CREATE TABLE {} AS SELECT {} FROM {} WITH NO DATA", trash_, values(), relation_));
    add_key(stage.sql);
    const Sql body = sql(R"sql(
#variable_conflict use_column
BEGIN
  IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND NOT ({}) THEN
    DELETE FROM {} AS k WHERE {};
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO {} SELECT {} FROM (SELECT NEW.*) AS {} ON CONFLICT ({}) DO UPDATE SET {};
  END IF;
  RETURN NULL;
END
)sql",
                         matching(sql("NEW"), kept_.key, sql("OLD"), kept_.key), trash_, matches(sql("OLD")), trash_, values(), ident(table_.name), key(), replacing());
    // Who writes has no rights in that schema.
    stage.sql.push_back(sql("CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS {}", sync_, dollar_quoted(body.text)));
    stage.sql.push_back(sql("REVOKE ALL ON FUNCTION {}() FROM PUBLIC", sync_));
    stage.sql.push_back(sql("CREATE TRIGGER {} AFTER INSERT OR UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION {}()", ident(trigger_), relation_, sync_));
    stage.sql.push_back(alter_table(table_, {sql("ENABLE ALWAYS TRIGGER {}", ident(trigger_))}));
    // Rows that someone is changing come by the trigger, and waiting for them could make that one a deadlock's victim; the last statement sees to those whose change is rolled back.
    const Batches batches{.before = sql("INSERT INTO {} SELECT {} FROM ONLY ", trash_, values()),
                          .after = sql(" AS {}", ident(table_.name)),
                          .joint = " WHERE ",
                          .end = sql(" FOR SHARE SKIP LOCKED ON CONFLICT DO NOTHING"),
                          .last = sql(" WHERE NOT EXISTS (SELECT FROM {} AS k WHERE {}) FOR SHARE ON CONFLICT DO NOTHING", trash_, matches(ident(table_.name)))};
    return {std::move(stage), {fmt::format("Copy what {} holds", spoken(column_)), {in_batches(table_, batches, context_.server_version)}, "backfill", false}};
  }

  std::vector<Sql> teardown() const { return {sql("DROP TRIGGER {} ON {}", ident(trigger_), relation_), sql("DROP FUNCTION {}()", sync_)}; }

  std::string obstacle() const {
    if (kept_.key.empty()) return fmt::format("no key of {}, of columns that stay as they are, tells its rows apart", table_.path());
    if (was_.attributes.has("identity")) return "it is an identity column";
    if (context_.is_dropped(column_) && context_.is_created(column_)) return "another column takes its name";
    const Object* table = context_.before.find(table_);
    if (table == nullptr || table->attributes.has("of_type")) return "its table is one of a type";
    if (!table->attributes.has("partition_by") && !descendants(context_.before, table_).empty()) return fmt::format("the key of {} says nothing of the rows of tables that inherit from it", table_.path());
    return {};
  }

 private:
  /// By itself, or with a parent that the table leaves.
  bool is_dropped() const { return context_.is_dropped(column_) || Lineage(context_.after).chain(table_, column_.member).empty(); }

  /// The key, the value, and what becomes of it, of a row of the table.
  Sql values() const {
    std::vector<Sql> list;
    for (const std::string& name : kept_.key) list.push_back(as_called(name));
    list.push_back(is_own_type(was_.attributes.text("type")) ? sql("{}::text AS {}", ident(column_.member), ident(called(column_.member))) : as_called(column_.member));
    if (!is_dropped()) list.push_back(sql("{}::text AS {}", becomes(), ident(kBecame)));
    return join(list, ", ");
  }

  /// What the way back calls a column: by the name that it has before the plan.
  std::string called(std::string_view name) const { return context_.renames == nullptr ? std::string(name) : id_before(column_id(table_, name), *context_.renames).member.str(); }
  Sql as_called(std::string_view name) const { return called(name) == name ? ident(name) : sql("{} AS {}", ident(name), ident(called(name))); }

  std::vector<std::string> called_key() const {
    std::vector<std::string> names;
    for (const std::string& name : kept_.key) names.push_back(called(name));
    return names;
  }

  Sql becomes() const {
    const Object is = merged_column(Lineage(context_.after).chain(table_, column_.member), column_);
    const Object* said = context_.after.find(column_);
    const std::string &from = was_.attributes.text("type"), &to = is.attributes.text("type");
    return sql("{}::{}", converted(said == nullptr ? is : *said, from, to, context_), fragment(to));
  }

  Sql key() const { return ident_list(called_key()); }

  /// What is kept of a row gives way to what is so now.
  Sql replacing() const {
    const Sql value = ident(called(column_.member));
    return is_dropped() ? sql("{} = EXCLUDED.{}", value, value) : sql("{} = EXCLUDED.{}, {} = EXCLUDED.{}", value, value, ident(kBecame), ident(kBecame));
  }

  void add_key(std::vector<Sql>& statements) const {
    statements.push_back(sql("ALTER TABLE {} ADD PRIMARY KEY ({})", trash_, key()));
    statements.push_back(comment_);
  }

  /// Of a kept row `k`, and one of the table.
  Sql matches(const Sql& row) const { return matching(sql("k"), called_key(), row, kept_.key); }

  const ObjectId column_, table_;
  const KeptRows& kept_;
  const ChangeContext& context_;
  const Sql comment_, relation_, trash_, sync_;
  const std::string trigger_;
  const Object was_;
};

std::string keep_column(const ObjectId& column, const Trash& trash, std::vector<KeptRows>& all, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column);
  const KeptRows kept{column, trash.name(fmt::format("{}_{}", table.name.str(), column.member.str())), lasting_key(column, context), {}};
  const ColumnKeeper keeper(kept, trash, context);
  if (std::string obstacle = keeper.obstacle(); !obstacle.empty()) return obstacle;
  all.push_back(kept);
  const Object* object = context.before.find(column);
  const bool in_use = object != nullptr && is_in_use(table, *object, context) && backfill_obstacle(table, context).empty();
  const bool prepared = is_prepared(action);
  std::vector<Sql> plain = action.sql;
  std::vector<Sql> numbers;
  if (context.is_dropped(column)) numbers = numbers_of(merged_column(Lineage(context.before).chain(table, column.member), column), trash, all, context);
  plain.insert(plain.begin(), numbers.begin(), numbers.end());
  prepend(numbers, action);
  prepend(keeper.at_once(), action);
  if (!in_use || (!prepared && !action.online.empty())) return {};
  if (!prepared) {
    OnlineForm copying;
    copying.reason = fmt::format("{} has rows: what {} holds is copied while others read and write", table.path(), column.member);
    copying.instead = plain;
    action.online.push_back(std::move(copying));
  }
  OnlineForm& form = action.online.front();
  form.first = 0;
  form.count = action.sql.size();
  std::vector<Stage> ahead = keeper.ahead();
  form.ahead.insert(form.ahead.begin(), ahead.begin(), ahead.end());
  const std::vector<Sql> teardown = keeper.teardown();
  form.instead.insert(form.instead.begin(), teardown.begin(), teardown.end());
  return {};
}

}  // namespace

std::optional<std::string> keep_values(const Hazard& hazard, const Trash& trash, std::vector<KeptRows>& kept, const ChangeContext& context, Action& action) {
  switch (hazard.code) {
    case diag::Code::kDropsColumn:
    case diag::Code::kNarrowsType:
    case diag::Code::kConvertsByHint:
      if (hazard.object.kind != KindId::Column) return fmt::format("{} is no column of a table", hazard.object.path());
      return keep_column(hazard.object, trash, kept, context, action);
    case diag::Code::kDropsData:
      if (hazard.object.kind != KindId::Sequence) return std::nullopt;
      prepend(keep_number(hazard.object, address_qualified(hazard.object), trash, kept), action);
      return "";
    default: return std::nullopt;
  }
}

void put_back_column(const Object& column, const Object& said, const std::string* default_text, const KeptRows& kept, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column.id);
  const Sql name = ident(column.id.member), trash = in_trash(kept.name);
  Object nullable = column;
  for (const std::string_view attribute : {"not_null", "not_null_name", "_not_null_name", "not_null_no_inherit", "not_null_not_valid"}) nullable.attributes.remove(attribute);
  std::vector<Sql> adding = {alter_table(table, {sql("ADD COLUMN {}", column_definition(nullable, nullptr))})};
  if (default_text != nullptr) adding.push_back(alter_table(table, {sql("ALTER COLUMN {} SET DEFAULT {}", name, fragment(*default_text))}));
  // Rows that have come since get what new rows get.
  const Sql its_row = sql("FROM {} AS k WHERE {}", trash, matching(sql("k"), kept.key, ident(table.name), kept.key));
  const Sql value = sql("(SELECT k.{}::{} {})", name, fragment(column.attributes.text("type")), its_row);
  const Fill fill = default_text == nullptr ? Fill{sql("{} = {}", name, value), sql("{} IS NULL AND EXISTS (SELECT {} AND k.{} IS NOT NULL)", name, its_row, name)}
                                            : Fill{sql("{} = CASE WHEN EXISTS (SELECT {}) THEN {} ELSE {} END", name, its_row, value, fragment(*default_text)),
                                                   sql("{} IS NULL AND NOT EXISTS (SELECT {} AND k.{} IS NULL)", name, its_row, name)};
  action.sql = adding;
  std::ranges::move(past_row_security(table, context, {sql("UPDATE {} SET {} WHERE {}", qualified(table.schema, table.name), fill.assignment, fill.waiting)}), std::back_inserter(action.sql));
  std::optional<Sql> not_null;
  if (column.attributes.flag("not_null")) {
    not_null = set_not_null(column);
    action.sql.push_back(*not_null);
    action.hazards.push_back({diag::Code::kSetsNotNull, diag::make(diag::Code::kSetsNotNull, {}, column.id.path()).message, column.id});
  }
  const Sql done = sql("DROP TABLE {}", trash);
  action.sql.push_back(done);
  action.description = fmt::format("Add {} with the values that were kept", spoken(column.id));
  check_kept(kept, action);
  if (!is_in_use(table, said, context) || !backfill_obstacle(table, context).empty()) return;
  OnlineForm form;
  form.count = action.sql.size();
  form.stages.push_back({fmt::format("Add {}, empty", spoken(column.id)), adding, "ddl", true});
  const Batches batches{sql("UPDATE ONLY "), sql(" AS {} SET {} WHERE {}", ident(table.name), fill.assignment, fill.waiting)};
  form.stages.push_back({fmt::format("Give the rows of {} the {} that they had", table.path(), column.id.member), {in_batches(table, batches, context.server_version)}, "backfill", false});
  if (not_null) std::ranges::move(not_null_stages(column.id, *not_null), std::back_inserter(form.stages));
  form.stages.push_back({fmt::format("Drop what was kept of {}", spoken(column.id)), {done}, "ddl", true});
  form.reason = fmt::format("{} has rows, each of which gets its value back: in batches, while others read and write", table.path());
  action.online.push_back(std::move(form));
}

void put_back_values(const ObjectId& column, const std::string& type, const KeptRows& kept, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column);
  const Sql name = ident(column.member), trash = in_trash(kept.name), whole = qualified(table.schema, table.name), matches = matching(sql("k"), kept.key, ident(table.name), kept.key);
  action.sql.insert(action.sql.begin(), sql("DELETE FROM {} AS k USING {} WHERE {} AND {}.{}::text IS DISTINCT FROM k.{}", trash, whole, matches, ident(table.name), name, ident(kBecame)));
  action.sql.push_back(sql("UPDATE {} SET {} = k.{}::{} FROM {} AS k WHERE {} AND {}.{}::text IS DISTINCT FROM k.{}::text", whole, name, name, fragment(type), trash, matches, ident(table.name), name, name));
  action.sql = past_row_security(table, context, std::move(action.sql));
  action.sql.push_back(sql("DROP TABLE {}", trash));
  check_kept(kept, action);
}

// ---- the hint -----------------------------------------------------------------------------------------------------------------------------

PlanningHint kept_hint(const KeptRows& kept) {
  PlanningHint hint{std::string(kHint), {kept.name, std::to_string(kept.key.size())}, {}};
  hint.arguments.insert(hint.arguments.end(), kept.key.begin(), kept.key.end());
  hint.arguments.insert(hint.arguments.end(), kept.as_text.begin(), kept.as_text.end());
  return hint;
}

std::optional<KeptRows> kept_rows(const Object& object) {
  const auto hint = std::ranges::find(object.hints, kHint, &PlanningHint::name);
  if (hint == object.hints.end() || hint->arguments.size() < 2) return std::nullopt;
  const auto key = hint->arguments.begin() + 2, rest = key + std::stol(hint->arguments[1]);
  return KeptRows{object.id, hint->arguments[0], {key, rest}, {rest, hint->arguments.end()}};
}

}  // namespace lpc::kinds
