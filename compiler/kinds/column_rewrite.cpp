// Expand and contract: a column gets another type while others read and write its table. A second column with the new type is added beside it, a trigger keeps the two in step, the
// rows that are there are filled in batches, the column's indexes and constraints are built for the second one as well; then that one takes the first one's name, and what is hung on it, in
// one short transaction. Postgres adds columns at the end, so that is where it stands afterwards (04-planning, "Column order").
// https://www.postgresql.org/docs/15/ddl-alter.html, https://www.postgresql.org/docs/15/plpgsql-trigger.html
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/sql_scan.h"
#include "kinds/column.h"
#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/constraint.h"
#include "kinds/index.h"
#include "kinds/identity_sequence.h"
#include "kinds/online.h"
#include "kinds/sequence_options.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kColumnRewriteSync = "_lpc_sync";

// ---- what is said of the column, said of the second one ---------------------------------------------------------------------------------

/// SQL of the server's about one table, with another name for one of its columns; false when it doesn't name that.
bool rename_in(std::string& text, std::string_view column, std::string_view fresh) {
  const std::string name = ident(column).text;
  std::string result;
  std::string_view previous;
  bool found = false;
  for (std::size_t at = 0; at < text.size();) {
    const Lexeme lexeme = scan_lexeme(text, at);
    const std::string_view word = std::string_view(text).substr(lexeme.begin, lexeme.end - lexeme.begin);
    result.append(text, at, lexeme.begin - at);
    at = lexeme.end;
    // A type, a part of a longer name, a collation, or a function has the same name.
    const bool is_other = previous.ends_with('.') || previous.ends_with(':') || previous == "COLLATE" || (at < text.size() && (text[at] == '(' || text[at] == '.'));
    if (word == name && !is_other) {
      result += ident(fresh).text;
      found = true;
    } else {
      result += word;
    }
    if (!is_filler(lexeme.kind)) previous = word;
  }
  text = std::move(result);
  return found;
}

/// The same over whatever an attribute holds: lists of names, of an index's elements, expressions.
class Renaming {
 public:
  Renaming(std::string_view column, std::string_view fresh) : column_(column), fresh_(fresh) {}

  void names(Object& part, std::string_view attribute) {
    if (!part.attributes.has(attribute)) return;
    std::vector<std::string> list = part.attributes.texts(attribute);
    for (std::string& name : list) replace(name);
    part.attributes.set(attribute, Value::strings(list));
  }

  void expression(Object& part, std::string_view attribute) {
    if (!part.attributes.has(attribute)) return;
    std::string text = part.attributes.text(attribute);
    found_ |= rename_in(text, column_, fresh_);
    part.attributes.set(attribute, Value(std::move(text)));
  }

  void elements(Object& part) {
    const Value* list = part.attributes.find("elements");
    if (list == nullptr) return;
    List result;
    for (const Value& element : list->list()) result.push_back(element.is_text() ? name(element) : parts_of(element));
    part.attributes.set("elements", Value(std::move(result)));
  }

  bool found() const { return found_; }

 private:
  void replace(std::string& name) {
    if (name != column_) return;
    name = fresh_;
    found_ = true;
  }

  Value name(const Value& value) {
    std::string text = value.text();
    replace(text);
    return Value(std::move(text));
  }

  Value parts_of(const Value& element) {
    Map result;
    for (const auto& [key, value] : element.map()) {
      if (key == "column") {
        result.emplace_back(key, name(value));
      } else if (key == "expression") {
        std::string text = value.text();
        found_ |= rename_in(text, column_, fresh_);
        result.emplace_back(key, Value(std::move(text)));
      } else {
        result.emplace_back(key, value);
      }
    }
    return Value(std::move(result));
  }

  const std::string column_, fresh_;
  bool found_ = false;
};

/// An index or constraint over the second column; nothing when its SQL doesn't name the first one in a way that can be told.
std::optional<Object> over_fresh(const Object& part, const ObjectId& column, const std::string& fresh) {
  Object copy = part;
  Renaming renaming(column.member.str(), fresh);
  const ObjectId table = table_of(column);
  if (relation_id(part) == table) {
    for (const std::string_view attribute : {"columns", "include", "on_delete_columns"}) renaming.names(copy, attribute);
    for (const std::string_view attribute : {"expression", "where"}) renaming.expression(copy, attribute);
    renaming.elements(copy);
  }
  if (part.attributes.has("references") && table_named(part.attributes.text("references")) == table) renaming.names(copy, "referenced_columns");
  if (!renaming.found()) return std::nullopt;
  return copy;
}

// ---- why it can't be done ------------------------------------------------------------------------------------------------------------------

bool is_partitioned(const Catalog& catalog, const ObjectId& table) {
  const Object* object = catalog.find(table);
  return object != nullptr && object->attributes.has("partition_by");
}

/// What holds the columns of its table together with those of others.
std::string table_obstacle(const ObjectId& table, const ChangeContext& context) {
  for (const Catalog* catalog : {&context.before, &context.after}) {
    const Object* object = catalog->find(table);
    if (object == nullptr || object->attributes.has("of_type")) return fmt::format("the columns of {} are those of a type", table.path());
    if (object->attributes.has("partition_by") || Lineage(*catalog).partition(table) != nullptr) return fmt::format("{} is partitioned or a partition", table.path());
    if (!Lineage(*catalog).parents(table).empty() || !descendants(*catalog, table).empty()) return fmt::format("{} inherits from or to other tables", table.path());
  }
  return backfill_obstacle(table, context);
}

bool publishes(const Object& publication, const ObjectId& table) {
  if (publishes_schema(publication, table.schema.str())) return true;
  const Value* tables = publication.attributes.find("tables");
  return tables != nullptr && std::ranges::any_of(tables->list(), [&](const Value& item) {
    const Value* relation = item.find("relation");
    return relation != nullptr && table_named(relation->text()) == table;
  });
}

/// A subscriber without the second column refuses rows that have it.
std::string publication_obstacle(const ObjectId& table, const ChangeContext& context) {
  for (const Catalog* catalog : {&context.before, &context.after}) {
    for (const Object& object : catalog->of(KindId::Publication)) {
      if (publishes(object, table)) return fmt::format("{} would send the second column to subscribers that lack it", spoken(object.id));
    }
  }
  return {};
}

/// What has the table's rows as its type holds their values in the columns' order.
std::string row_type_obstacle(const ObjectId& table, const ChangeContext& context) {
  static constexpr KindId kTyped[] = {KindId::CompositeType, KindId::RangeType, KindId::Domain, KindId::Column, KindId::Function, KindId::Cast, KindId::Procedure, KindId::Aggregate, KindId::Operator};
  for (const Object* user : context.before.dependents(table)) {
    const bool is_own = user->id.kind == KindId::Column && table_of(user->id) == table;
    if (!is_own && std::ranges::find(kTyped, user->id.kind) != std::end(kTyped)) return fmt::format("{} relies on the order of the columns of {}", spoken(user->id), table.path());
  }
  return {};
}

/// Whether one of the part's attributes says what its copy couldn't.
bool is_marked(const Object& part) {
  return std::ranges::any_of(std::initializer_list<std::string_view>{"clustered", "replica_identity", "attached_to", "only", "invalid", "depends_on_extensions", "temporal"},
                             [&](std::string_view mark) { return part.attributes.has(mark); });
}

std::string key_obstacle(const Object& key, const ChangeContext& context) {
  for (const ObjectId& table : {relation_id(key), table_named(key.attributes.text("references"))}) {
    if (is_partitioned(context.before, table)) return fmt::format("{} is about a partitioned table", spoken(key.id));
  }
  return {};
}

/// A sequence of the column's own that is new, or that goes in a step of its own, would go with the first column.
std::string sequence_obstacle(const ObjectId& column, const ChangeContext& context) {
  for (const Object* sequence : owned_sequences(context.after, column)) {
    if (context.is_created(sequence->id)) return fmt::format("{} comes to be its own", spoken(sequence->id));
  }
  for (const Object* sequence : owned_sequences(context.before, column)) {
    if (context.is_dropped(sequence->id)) return fmt::format("{} goes", spoken(sequence->id));
  }
  return {};
}

/// Of something that needs the column, unless the plan takes it down before the change anyhow.
std::string dependent_obstacle(const Object& part, const ObjectId& column, const std::string& fresh, const ChangeContext& context) {
  const bool is_built = part.id.kind == KindId::Index || part.id.kind == KindId::Constraint;
  if (part.id.kind == KindId::Column) return fmt::format("{} is computed from it", spoken(part.id));
  if (context.is_dropped(part.id)) return is_built && context.is_created(part.id) ? fmt::format("{} changes with it", spoken(part.id)) : std::string();
  const Object* later = context.after.find(part.id);
  if (part.id.kind == KindId::ColumnDefault || part.id.kind == KindId::Sequence) return {};
  if (!is_built) return fmt::format("{} needs it", spoken(part.id));
  if (later == nullptr || !(later->attributes == part.attributes)) return fmt::format("{} changes as well", spoken(part.id));
  if (is_marked(part) || part.attributes.text("type") == "exclusion") return fmt::format("{} can't be built beside itself", spoken(part.id));
  if (!over_fresh(part, column, fresh)) return fmt::format("{} needs it in a way that can't be told", spoken(part.id));
  return part.attributes.has("references") ? key_obstacle(part, context) : std::string();
}

// ---- how it is done ------------------------------------------------------------------------------------------------------------------------

/// Types whose values are converted to each other the same way under any setting.
bool is_plain(std::string_view type, const Catalog& catalog) {
  static constexpr std::string_view kPlain[] = {"smallint", "integer", "bigint", "numeric", "text", "character varying", "character", "boolean", "uuid"};
  const TypeParts parts = type_parts(base_type(type, catalog));
  return !parts.array && std::ranges::find(kPlain, parts.base) != std::end(kPlain);
}

class ExpandAndContract {
 public:
  ExpandAndContract(const Rewrite& rewrite, const ChangeContext& context)
      : rewrite_(rewrite), context_(context), column_(rewrite.was.id), table_(table_of(column_)), fresh_(helper_name(column_.member.str(), kFresh)),
        sync_(qualified(table_.schema, helper_name(fmt::format("{}_{}", table_.name.str(), column_.member.str()), kColumnRewriteSync))),
        trigger_(helper_name(fmt::format("~{}", column_.member.str()), kColumnRewriteSync)) {}

  std::string obstacle() const {
    if (rewrite_.was.attributes.has("generated") || rewrite_.is.attributes.has("generated")) return "its values are computed";
    if (is_constrained_domain(rewrite_.is.attributes.text("type"), context_.after)) return "a column of a domain with a constraint can't be added without reading all rows";
    for (const std::string& found :
         {table_obstacle(table_, context_), row_type_obstacle(table_, context_), publication_obstacle(table_, context_), sequence_obstacle(column_, context_), name_obstacle(), conversion_obstacle()}) {
      if (!found.empty()) return found;
    }
    for (const Object* part : context_.before.dependents(column_)) {
      const std::string found = part->external ? std::string() : dependent_obstacle(*part, column_, fresh_, context_);
      if (!found.empty()) return found;
    }
    return {};
  }

  OnlineForm form() {
    OnlineForm form;
    form.ahead.push_back(expansion());
    form.ahead.push_back({fmt::format("Give the rows of {} their {}", table_.path(), fresh_), {backfill(table_, fill(), context_.server_version)}, "backfill", false});
    forbid_null(form.ahead);
    drop_and_rename(form.instead);
    for (const Object* part : context_.before.dependents(column_)) {
      if (!part->external && !context_.is_dropped(part->id)) carry_over(*part, form);
    }
    order_keys(form);
    Object column = rewrite_.was;
    if (!keeps_identity()) remove_identity(column.attributes);
    restore(column, form.instead);
    form.ahead.push_back({fmt::format("Gather statistics of the new {}", column_.path()), {sql("ANALYZE {} ({})", relation(), ident(fresh_))}, "ddl", true});
    form.reason = fmt::format("{} has rows: a second column is filled beside this one while others read and write, and takes its place in a moment{}", table_.path(),
                              rewrite_.may_refuse ? "; values that the new type can't hold are refused from the first step on" : "");
    form.spares = {diag::Code::kRewritesTable};
    form.hazards.push_back({diag::Code::kMovesColumn, diag::make(diag::Code::kMovesColumn, {}, column_.path()).message, column_});
    return form;
  }

 private:
  Sql relation() const { return qualified(table_.schema, table_.name); }

  /// Names of the plan's own (what a plan that failed has left goes first), and the place of its trigger: BEFORE triggers fire by name, and this one must see what the others make of
  /// the row.
  std::string name_obstacle() const {
    if (context_.after.has(column_id(table_, fresh_))) return fmt::format("there is a column {} already", fresh_);
    for (const Object* part : context_.after.children(table_)) {
      const bool is_later = part->id.kind == KindId::Trigger && part->attributes.text("timing") == "before" && part->id.member.str() >= trigger_;
      if (is_later) return fmt::format("{} would fire after the one that keeps both columns in step", spoken(part->id));
    }
    return {};
  }

  /// Generated columns have no values yet when a BEFORE trigger fires.
  std::string conversion_obstacle() const {
    for (const Object* part : context_.before.children(table_)) {
      std::string text = rewrite_.by_hint;
      if (part->attributes.has("generated") && rename_in(text, part->id.member.str(), fresh_)) return fmt::format("its conversion reads {}, which is generated", spoken(part->id));
    }
    return {};
  }

  // ---- expand

  /// Of a row: its columns are those of `record`, or stand for themselves when that is "".
  Sql converted(const Sql& record) const {
    if (!rewrite_.by_hint.empty()) return parenthesised(rewrite_.by_hint);
    Sql value = record.empty() ? ident(column_.member) : sql("{}.{}", record, ident(column_.member));
    for (const std::string& type : rewrite_.through) value = sql("{}::{}", value, fragment(type));
    return value;
  }

  /// Who writes may have other settings and other rights than the plan.
  Sql function_settings() const {
    const Catalog &before = context_.before, &after = context_.after;
    if (rewrite_.by_hint.empty() && is_plain(rewrite_.was.attributes.text("type"), before) && is_plain(rewrite_.is.attributes.text("type"), after)) return {};
    std::vector<Sql> settings;
    if (!rewrite_.by_hint.empty()) settings.push_back(sql("SECURITY DEFINER"));
    for (const std::string_view name : {"search_path", "TimeZone", "DateStyle", "IntervalStyle", "extra_float_digits", "bytea_output", "lc_monetary"}) {
      settings.push_back(sql("SET {} FROM CURRENT", ident(name)));
    }
    return sql(" {}", join(settings, " "));
  }

  Stage expansion() const {
    Object plain = rewrite_.is;
    plain.id.member = fresh_;
    for (const std::string_view name : {"not_null", "not_null_name", "_not_null_name", "not_null_no_inherit", "not_null_not_valid", "statistics", "options"}) plain.attributes.remove(name);
    remove_identity(plain.attributes);
    for (const std::string_view name : {"statistics", "options"}) {
      if (const Value* value = rewrite_.was.attributes.find(name)) plain.attributes.set(name, *value);
    }
    Stage stage{fmt::format("Add the new {} beside the old one, with a trigger that keeps it in step", spoken(column_)), {}, "ddl", true};
    stage.sql.push_back(alter_table(table_, {sql("ADD COLUMN {}", column_definition(plain, nullptr))}));
    if (const std::vector<Sql> settings = column_settings(plain); !settings.empty()) stage.sql.push_back(alter_table(table_, settings));
    if (const std::vector<Sql> settings = own_column_settings(plain); !settings.empty()) stage.sql.push_back(alter_table(table_, settings, true));
    const Sql value = rewrite_.by_hint.empty() ? converted(sql("NEW")) : sql("(SELECT {} FROM (SELECT NEW.*) AS {})", converted({}), ident(table_.name));
    const Sql body = sql("\n#variable_conflict use_column\nBEGIN\n  NEW.{} := {};\n  RETURN NEW;\nEND\n", ident(fresh_), value);
    stage.sql.push_back(sql("CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql{} AS {}", sync_, function_settings(), dollar_quoted(body.text)));
    // Nobody may hang what runs with the plan's rights on a table of their own.
    if (!rewrite_.by_hint.empty()) stage.sql.push_back(sql("REVOKE ALL ON FUNCTION {}() FROM PUBLIC", sync_));
    stage.sql.push_back(sql("CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION {}()", ident(trigger_), relation(), sync_));
    // Rows that come by replication count as well.
    stage.sql.push_back(alter_table(table_, {sql("ENABLE ALWAYS TRIGGER {}", ident(trigger_))}));
    return stage;
  }

  /// The trigger knows the value.
  Fill fill() const { return {sql("{} = NULL", ident(fresh_)), sql("{} IS NULL AND {} IS NOT NULL", ident(fresh_), parenthesised(converted({}).text))}; }

  std::string fresh_not_null() const { return helper_name(fmt::format("{}_{}", table_.name.str(), fresh_), "_not_null"); }

  bool has_valid_not_null() const { return rewrite_.was.attributes.flag("not_null") && !rewrite_.was.attributes.flag("not_null_not_valid"); }

  void forbid_null(std::vector<Stage>& stages) const {
    if (!has_valid_not_null()) return;
    const Sql no_inherit = rewrite_.was.attributes.flag("not_null_no_inherit") ? sql(" NO INHERIT") : Sql{};
    const Sql change = context_.server_version >= kNamesNotNull ? sql("ADD CONSTRAINT {} NOT NULL {}{}", ident(fresh_not_null()), ident(fresh_), no_inherit)
                                                                : sql("ALTER COLUMN {} SET NOT NULL", ident(fresh_));
    std::ranges::move(not_null_stages(column_id(table_, fresh_), alter_table(table_, {change})), std::back_inserter(stages));
  }

  // ---- contract

  bool keeps_identity() const { return rewrite_.was.attributes.has("identity") && rewrite_.is.attributes.has("identity"); }

  void drop_and_rename(std::vector<Sql>& out) const {
    out.push_back(sql("DROP TRIGGER {} ON {}", ident(trigger_), relation()));
    out.push_back(sql("DROP FUNCTION {}()", sync_));
    if (keeps_identity()) hand_over_identity(out);
    for (const Object* sequence : owned_sequences(context_.before, column_)) {
      if (!context_.is_dropped(sequence->id)) out.push_back(sql("ALTER SEQUENCE {} OWNED BY {}.{}", address_qualified(sequence->id), relation(), ident(fresh_)));
    }
    for (const Object* part : context_.before.dependents(column_)) {
      const bool refers_to_it = part->attributes.has("references") && table_named(part->attributes.text("references")) == table_ && !context_.is_dropped(part->id) && !part->external;
      const std::vector<std::string> columns = part->attributes.texts("referenced_columns");
      if (refers_to_it && std::ranges::find(columns, column_.member.str()) != columns.end()) {
        out.push_back(sql("ALTER TABLE {} DROP CONSTRAINT {}", relation_of(part->id), ident(part->id.member)));
      }
    }
    out.push_back(alter_table(table_, {sql("DROP COLUMN {}", ident(column_.member))}));
    out.push_back(alter_table(table_, {sql("RENAME COLUMN {} TO {}", ident(fresh_), ident(column_.member))}));
    if (keeps_identity()) {
      const std::string name = identity_sequence_name(rewrite_.was);
      out.push_back(sql("ALTER SEQUENCE {} RENAME TO {}", qualified(table_.schema, helper_name(name, kFresh)), ident(name)));
    }
    if (context_.server_version < kNamesNotNull) return;
    if (has_valid_not_null()) out.push_back(alter_table(table_, {sql("RENAME CONSTRAINT {} TO {}", ident(fresh_not_null()), ident(not_null_name(rewrite_.was)))}));
    if (rewrite_.was.attributes.flag("not_null_not_valid")) out.push_back(alter_table(table_, {sql("ADD {}", not_null_constraint(rewrite_.was))}));
  }

  /// The numbers go on in a sequence of the second column's own, which gets the name of the first one's when that is gone.
  void hand_over_identity(std::vector<Sql>& out) const {
    const std::string name = identity_sequence_name(rewrite_.was), fresh_name = helper_name(name, kFresh);
    Object fresh = rewrite_.was;
    fresh.id.member = fresh_;
    Map map;
    for (const auto& [key, value] : rewrite_.was.attributes.find("identity")->map()) {
      if (key != "sequence") map.emplace_back(key, value);
    }
    map.emplace_back("sequence", Value(fresh_name));
    fresh.attributes.set("identity", Value(std::move(map)));
    out.push_back(alter_table(table_, {sql("ALTER COLUMN {} ADD {}", ident(fresh_), identity_clause(fresh))}));
    add_persistence(fresh, out);
    const Sql old = qualified(table_.schema, name), sequence = qualified(table_.schema, fresh_name);
    out.push_back(sql("SELECT pg_catalog.setval({}, last_value, is_called) FROM {}", literal(sequence.text), old));
  }

  /// Builds ahead what hangs on the column, and gives it its name in the end.
  void carry_over(const Object& part, OnlineForm& form) {
    if (part.id.kind == KindId::Index) {
      Object fresh = *over_fresh(part, column_, fresh_);
      fresh.id.name = helper_name(part.id.name.str(), kFresh);
      form.ahead.push_back({fmt::format("Build the new {}", spoken(part.id)), {create_index_statement(fresh, true)}, "concurrent", false});
      form.instead.push_back(sql("ALTER INDEX {} RENAME TO {}", address_qualified(fresh.id), ident(part.id.name)));
    } else if (part.id.kind == KindId::Constraint) {
      carry_over_constraint(part, form);
    } else {
      return;
    }
    restore(part, form.instead);
  }

  void carry_over_constraint(const Object& part, OnlineForm& form) {
    Object fresh = *over_fresh(part, column_, fresh_);
    const std::string name = helper_name(part.id.member.str(), kFresh);
    if (is_index_backed(part)) {
      form.ahead.push_back({fmt::format("Build the new index of {}", spoken(part.id)), {build_key_statement(fresh, name)}, "concurrent", false});
      form.instead.push_back(take_index_statement(part, name));
      return;
    }
    fresh.id.member = name;
    std::vector<Stage>& stages = part.attributes.has("references") ? keys_ : form.ahead;
    stages.push_back({fmt::format("Add the new {}, for new rows", spoken(part.id)), {add_constraint_statement(fresh, !part.attributes.flag("not_enforced"))}, "ddl", true});
    const bool is_valid = !part.attributes.flag("not_valid") && !part.attributes.flag("not_enforced");
    if (is_valid) {
      stages.push_back({fmt::format("Validate the new {}", spoken(part.id)), {sql("ALTER TABLE {} VALIDATE CONSTRAINT {}", relation_of(part.id), ident(name))}, "validate", true});
    }
    form.instead.push_back(rename_constraint_statement(part, name, part.id.member.str()));
  }

  /// Foreign keys to the column need its new index.
  void order_keys(OnlineForm& form) { std::ranges::move(keys_, std::back_inserter(form.ahead)); }

  /// What CREATE can't say: comments, privileges, owners.
  void restore(const Object& object, std::vector<Sql>& out) const {
    Action action;
    finish_creation(object, context_, action);
    std::ranges::move(action.sql, std::back_inserter(out));
  }

  const Rewrite& rewrite_;
  const ChangeContext& context_;
  const ObjectId column_, table_;
  const std::string fresh_;
  const Sql sync_;
  const std::string trigger_;
  std::vector<Stage> keys_;
};

}  // namespace

std::string expand_and_contract(const Rewrite& rewrite, const Object& said, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(rewrite.is.id);
  if (is_foreign(context.after, table) || !is_in_use(table, said, context)) return {};
  ExpandAndContract expansion(rewrite, context);
  std::string obstacle = expansion.obstacle();
  if (!obstacle.empty()) return obstacle;
  OnlineForm form = expansion.form();
  form.count = action.sql.size();
  action.online.push_back(std::move(form));
  return {};
}

}  // namespace lpc::kinds
