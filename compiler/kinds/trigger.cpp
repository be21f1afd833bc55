// Triggers of tables and views, constraint triggers included. https://www.postgresql.org/docs/15/sql-createtrigger.html
// The copies that partitions have of a partitioned table's row triggers are no objects, unless one is enabled otherwise than its parent's: then it has the flag
// `inherited` and says that alone.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/extension_dependencies.h"
#include "kinds/inheritance.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/sql_text_query.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDeclaredAs[] = {"trigger", "trigger_override"};

// Bits of tgtype: src/include/catalog/pg_trigger.h. Arguments are zero-terminated bytes; the condition refers to two rows, which pg_get_expr() can't print.
constexpr IntrospectQuery kQueries[] = {{.sql =
    "select n.nspname as _schema, c.relname as _name, tg.tgname as _member, case c.relkind when 'v' then 'view' else 'table' end as _parent_kind,\n"
    "  'pg_trigger:' || tg.oid as _aliases, tg.tgparentid <> 0 as inherited, tg.tgconstraint <> 0 as \"constraint\",\n"
    "  case when tg.tgtype & 2 <> 0 then 'before' when tg.tgtype & 64 <> 0 then 'instead of' else 'after' end as timing,\n"
    "  (select json_agg(e.word order by e.bit) from (values (4, 'insert'), (8, 'delete'), (16, 'update'), (32, 'truncate')) e(bit, word)\n"
    "   where tg.tgtype & e.bit <> 0) as events,\n"
    "  case when tg.tgattr::text <> '' then (select json_agg(a.attname order by k.position) from unnest(tg.tgattr::int2[]) with ordinality k(attnum, position)\n"
    "     join pg_attribute a on a.attrelid = tg.tgrelid and a.attnum = k.attnum) end as columns,\n"
    "  tg.tgtype & 1 <> 0 as for_each_row,\n"
    "  case when r.oid is not null then format('%I.%I', rn.nspname, r.relname) end as \"from\",\n"
    "  tg.tgdeferrable as deferrable, tg.tginitdeferred as initially_deferred, tg.tgoldtable as old_table, tg.tgnewtable as new_table,\n"
    "  case when tg.tgqual is not null then substring(pg_get_triggerdef(tg.oid) from\n"
    "     '^" LPC_UNQUOTED " WHEN \\((" LPC_UNQUOTED ")\\) EXECUTE FUNCTION ') end as \"when\",\n"
    "  case when pn.nspname = 'pg_catalog' then quote_ident(p.proname) else format('%I.%I', pn.nspname, p.proname) end as function,\n"
    "  case when tg.tgnargs > 0 then (select json_agg(convert_from(decode(replace(x.hex, ' ', ''), 'hex'), getdatabaseencoding()) order by x.position)\n"
    "     from regexp_split_to_table(regexp_replace(encode(tg.tgargs, 'hex'), '(..)', '\\1 ', 'g'), '00 ') with ordinality x(hex, position)\n"
    "     where x.position <= tg.tgnargs) end as arguments,\n"
    "  case tg.tgenabled when 'D' then 'disabled' when 'R' then 'enabled replica' when 'A' then 'enabled always' else case when tg.tgparentid <> 0 then 'enabled' end end as state, d.description as comment,\n"
    "  " LPC_EXTENSIONS_COLUMN "\n"
    "from pg_trigger tg\n"
    "join pg_class c on c.oid = tg.tgrelid\n"
    "join pg_namespace n on n.oid = c.relnamespace\n"
    "join pg_proc p on p.oid = tg.tgfoid\n"
    "join pg_namespace pn on pn.oid = p.pronamespace\n"
    "left join pg_trigger above on above.oid = tg.tgparentid\n"
    "left join pg_class r on r.oid = tg.tgconstrrelid\n"
    "left join pg_namespace rn on rn.oid = r.relnamespace\n"
    "left join pg_description d on d.objoid = tg.oid and d.classoid = 'pg_trigger'::regclass and d.objsubid = 0\n"
    LPC_EXTENSIONS_JOIN("pg_trigger", "tg.oid")
    "where (not tg.tgisinternal and tg.tgparentid = 0 or tg.tgenabled <> above.tgenabled or above.oid is not null and d.description is not null)\n"
    "  and c.relkind in ('r', 'p', 'v', 'f') and {user_schema:n} and {not_member:pg_class:c.oid}"}};

// ---- from .lp -------------------------------------------------------------------------------------------------------------------

/// In the order in which the server lists them.
constexpr std::array<std::string_view, 4> kEvents{"insert", "delete", "update", "truncate"};

void lower_events(const ast::Decl& decl, Attributes& attributes) {
  std::vector<std::string> events, columns;
  for (const std::string_view word : kEvents) {
    for (const ast::Clause* clause : decl.all("trigger_event")) {
      if (clause->word_value() != word || std::find(events.begin(), events.end(), word) != events.end()) continue;
      events.emplace_back(word);
      for (const ast::Value& value : clause->values) {
        if (value.shape == ast::Shape::name) columns.push_back(value.name.last());
      }
    }
  }
  attributes.set("events", Value::strings(events));
  attributes.set("columns", Value::strings(columns));
}

void lower_function(const ast::Decl& decl, LowerContext& context, Attributes& attributes) {
  const ast::Clause* execute = decl.clause("execute");
  const ast::Value* function = execute == nullptr ? nullptr : execute->value(ast::Shape::name);
  if (function == nullptr) return;
  attributes.set("function", context.routine_text(function->name));
  std::vector<std::string> arguments;
  for (const ast::Value& value : execute->values) {
    if (&value != function) arguments.push_back(value.shape == ast::Shape::name ? value.name.last() : value.text);
  }
  attributes.set("arguments", Value::strings(arguments));
}

void lower_trigger(const ast::Decl& decl, LowerContext& context) {
  if (context.parent == nullptr) return;
  const ObjectId relation = context.parent->id;
  Object* trigger = context.add(decl, {KindId::Trigger, relation.schema, relation.name, decl.name.last(), {}});
  if (trigger == nullptr) return;
  Attributes& attributes = trigger->attributes;
  if (const ast::Clause* clause = context.once(decl, "trigger_state")) {
    const std::string_view word = clause->word_value();
    if (word != "enabled" || decl.kind == "trigger_override") attributes.set("state", Value(word));
  }
  if (decl.kind == "trigger_override") {
    attributes.set("inherited", true);
    return;
  }
  attributes.set("constraint", Value(decl.has("trigger_constraint")));
  attributes.set("timing", Value(decl.word_value()));
  lower_events(decl, attributes);
  if (const ast::Clause* clause = context.once(decl, "for_each")) attributes.set("for_each_row", Value(clause->word_value() == "row"));
  if (const ast::Clause* clause = context.once(decl, "from_table")) attributes.set("from", context.relation_text(clause->value(ast::Shape::name)->name));
  const ast::Clause* initially = context.once(decl, "initially");
  const bool deferred = initially != nullptr && initially->word_value() == "deferred";
  attributes.set("deferrable", Value(deferred || decl.has("deferrable")));
  attributes.set("initially_deferred", Value(deferred));
  if (const ast::Clause* clause = context.once(decl, "referencing")) {
    for (const ast::Clause& transition : clause->clauses) {
      const ast::Value* name = transition.value(ast::Shape::name);
      if (name != nullptr) attributes.set(transition.word_value() == "old" ? "old_table" : "new_table", name->name.last());
    }
  }
  if (const ast::Clause* clause = context.once(decl, "when")) {
    if (const ast::Value* value = clause->value(ast::Shape::sql)) attributes.set("when", context.sql(*value, frontend::FragmentKind::expression));
  }
  lower_function(decl, context, attributes);
  lower_extension_dependencies(decl, *trigger, context);
}

/// The trigger of the parent table whose copy this one is: an object there, or itself a copy that is no object.
const Object* original(const Object& copy, const Lineage& lineage) {
  for (ObjectId table = relation_id(copy); lineage.partition(table) != nullptr && !lineage.parents(table).empty();) {
    table = lineage.parents(table).front();
    if (const Object* found = lineage.find({KindId::Trigger, table.schema, table.name, copy.id.member, {}})) return found;
  }
  return nullptr;
}

std::string state_of(const Object* trigger, const Lineage& lineage) {
  for (; trigger != nullptr; trigger = original(*trigger, lineage)) {
    if (trigger->attributes.has("state")) return trigger->attributes.text("state");
    if (!trigger->attributes.flag("inherited")) break;
  }
  return "enabled";
}

void add_sorted(std::vector<ObjectId>& list, const ObjectId& id) {
  const auto at = std::lower_bound(list.begin(), list.end(), id);
  if (at == list.end() || !(*at == id)) list.insert(at, id);
}

void normalise_triggers(CatalogBuilder& catalog) {
  const Lineage lineage(catalog);
  std::vector<ObjectId> idle;
  for (Object* trigger : catalog.objects()) {
    if (trigger->id.kind != KindId::Trigger || !trigger->attributes.flag("inherited")) continue;
    std::vector<std::string> others;
    for (const auto& [name, value] : trigger->attributes) {
      if (name != "inherited" && name != "state" && name != "comment") others.emplace_back(name);
    }
    for (const std::string& name : others) trigger->attributes.remove(name);
    const Object* above = original(*trigger, lineage);
    if (above != nullptr && state_of(trigger, lineage) == state_of(above, lineage)) trigger->attributes.remove("state");
    if (!trigger->attributes.has("state") && !trigger->attributes.has("comment")) idle.push_back(trigger->id);
    if (above != nullptr) add_sorted(trigger->depends_on, above->id);
    if (const Object* attachment = lineage.partition(relation_id(*trigger))) add_sorted(trigger->depends_on, attachment->id);
  }
  for (const ObjectId& id : idle) catalog.remove(id);
}

void trigger_edges(const Object& trigger, LinkContext& context) {
  for (const std::string& column : trigger.attributes.texts("columns")) context.column(relation_of(trigger.id).text, column);
  link_extension_dependencies(trigger, context);
}

// ---- SQL ---------------------------------------------------------------------------------------------------------------------------

Sql event_words(const Object& trigger) {
  std::vector<Sql> events;
  for (const std::string& event : trigger.attributes.texts("events")) {
    if (event == "insert") events.push_back(sql("INSERT"));
    if (event == "delete") events.push_back(sql("DELETE"));
    if (event == "truncate") events.push_back(sql("TRUNCATE"));
    if (event != "update") continue;
    const std::vector<std::string> columns = trigger.attributes.texts("columns");
    events.push_back(columns.empty() ? sql("UPDATE") : sql("UPDATE OF {}", ident_list(columns)));
  }
  return join(events, " OR ");
}

Sql timing_words(const Object& trigger) {
  const std::string& timing = trigger.attributes.text("timing");
  return timing == "before" ? sql("BEFORE") : timing == "after" ? sql("AFTER") : sql("INSTEAD OF");
}

void create_trigger(const Object& trigger, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Create {}", spoken(trigger.id)));
  // The parent's makes it.
  if (trigger.attributes.flag("inherited")) return;
  const Attributes& attributes = trigger.attributes;
  Sql text = sql("CREATE {}TRIGGER {} {} {} ON {}", attributes.flag("constraint") ? sql("CONSTRAINT ") : Sql{}, ident(trigger.id.member), timing_words(trigger),
                 event_words(trigger), relation_of(trigger.id));
  if (attributes.has("from")) text = sql("{} FROM {}", text, fragment(attributes.text("from")));
  if (attributes.flag("deferrable")) text = sql("{} DEFERRABLE", text);
  if (attributes.flag("initially_deferred")) text = sql("{} INITIALLY DEFERRED", text);
  if (attributes.has("old_table") || attributes.has("new_table")) text = sql("{} REFERENCING", text);
  if (attributes.has("old_table")) text = sql("{} OLD TABLE AS {}", text, ident(attributes.text("old_table")));
  if (attributes.has("new_table")) text = sql("{} NEW TABLE AS {}", text, ident(attributes.text("new_table")));
  text = sql("{} FOR EACH {}", text, attributes.flag("for_each_row") ? sql("ROW") : sql("STATEMENT"));
  if (attributes.has("when")) text = sql("{} WHEN ({})", text, fragment(attributes.text("when")));
  std::vector<Sql> arguments;
  for (const std::string& argument : attributes.texts("arguments")) arguments.push_back(literal(argument));
  action.sql.push_back(sql("{} EXECUTE FUNCTION {}({})", text, fragment(attributes.text("function")), join(arguments, ", ")));
  predict_lock(action, context, relation_id(trigger), Lock::share_row_exclusive);
}

Sql put_state(const ObjectId& trigger, const std::string& state) {
  const Sql verb = state == "disabled" ? sql("DISABLE") : state == "enabled replica" ? sql("ENABLE REPLICA") : state == "enabled always" ? sql("ENABLE ALWAYS") : sql("ENABLE");
  return sql("ALTER TABLE {} {} TRIGGER {}", relation_of(trigger), verb, ident(trigger.member));
}

/// The command reaches the copies of all partitions; those that differ get their own state back, the upper ones first.
void restore_copies(const ObjectId& trigger, const ChangeContext& context, Action& action) {
  const ObjectId table{KindId::Table, trigger.schema, trigger.name, "", ""};
  for (const Object* dependent : context.after.dependents(table)) {
    if (dependent->id.kind != KindId::Partition || table_named(dependent->attributes.text("of")) != table || !is_standing(context, table_of(dependent->id))) continue;
    const ObjectId copy{KindId::Trigger, dependent->id.schema, dependent->id.name, trigger.member, {}};
    const Object* object = context.after.find(copy);
    if (object != nullptr && object->attributes.has("state") && !context.is_created(copy)) action.sql.push_back(put_state(copy, object->attributes.text("state")));
    restore_copies(copy, context, action);
  }
}

void drop_copy(const Object& trigger, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Make {} like its parent's", spoken(trigger.id)));
  const Lineage lineage(context.after);
  const Object* above = original(trigger, lineage);
  if (above == nullptr || context.is_dropped(relation_id(trigger)) || context.is_created(above->id)) return;
  if (trigger.attributes.has("state")) {
    action.sql.push_back(put_state(trigger.id, state_of(above, lineage)));
    restore_copies(trigger.id, context, action);
    predict_lock(action, context, relation_id(trigger), Lock::share_row_exclusive);
  }
  if (trigger.attributes.has("comment")) action.sql.push_back(sql("COMMENT ON TRIGGER {} IS NULL", address_member(trigger.id)));
}

void drop_trigger(const Object& trigger, const ChangeContext& context, Action& action) {
  if (trigger.attributes.flag("inherited")) return drop_copy(trigger, context, action);
  drop_plain(trigger, context, action);
  predict_lock(action, context, relation_id(trigger), Lock::access_exclusive);
}

void alter_state(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& trigger = alteration.after;
  const std::string state = state_of(&trigger, Lineage(context.after));
  action.sql.push_back(put_state(trigger.id, state));
  restore_copies(trigger.id, context, action);
  describe(action, fmt::format("{} {}", state == "disabled" ? "Disable" : "Enable", spoken(trigger.id)));
  predict_lock(action, context, relation_id(trigger), Lock::share_row_exclusive);
}

/// Postgres renames a parent's trigger in its partitions as well.
void rename_trigger(const Object& before, const ObjectId& after, Action& action) {
  if (!before.attributes.flag("inherited")) rename_plain(before, after, action);
}

constexpr AttributeRule kAttributes[] = {
    {.name = "inherited", .content = Content::flag},
    {.name = "constraint", .content = Content::flag},
    {.name = "timing", .content = Content::text},
    {.name = "events", .content = Content::list},
    {.name = "columns", .content = Content::names},
    {.name = "for_each_row", .content = Content::flag},
    {.name = "from", .content = Content::relation},
    {.name = "deferrable", .content = Content::flag},
    {.name = "initially_deferred", .content = Content::flag},
    {.name = "old_table", .content = Content::name},
    {.name = "new_table", .content = Content::name},
    {.name = "when", .content = Content::expression},
    {.name = "function", .content = Content::routine},
    {.name = "arguments", .content = Content::list},
    {.name = "state", .content = Content::text, .alter = alter_state, .after_create = true},
    kExtensionDependenciesRule,
    kCommentRule,
};

// ---- to .lp -------------------------------------------------------------------------------------------------------------------------

void print_trigger(const Object& trigger, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = trigger.attributes;
  writer.doc(trigger);
  if (attributes.flag("inherited")) {
    writer.word("trigger").ident(trigger.id.member).word(attributes.text("state")).comment_clause(trigger).line();
    return;
  }
  if (attributes.flag("constraint")) writer.word("constraint");
  writer.word("trigger").ident(trigger.id.member).word(attributes.text("timing"));
  bool first = true;
  for (const std::string& event : attributes.texts("events")) {
    if (!first) writer.word("or");
    first = false;
    writer.word(event);
    const std::vector<std::string> columns = event == "update" ? attributes.texts("columns") : std::vector<std::string>();
    for (std::size_t i = 0; i < columns.size(); ++i) writer.word(i == 0 ? "of" : ",").ident(columns[i]);
  }
  if (attributes.has("from")) writer.word("from").relation(attributes.text("from"));
  if (attributes.flag("deferrable")) writer.word(attributes.flag("initially_deferred") ? "deferrable initially deferred" : "deferrable");
  if (attributes.has("old_table") || attributes.has("new_table")) writer.word("referencing");
  if (attributes.has("old_table")) writer.word("old table as").ident(attributes.text("old_table"));
  if (attributes.has("new_table")) writer.word("new table as").ident(attributes.text("new_table"));
  if (attributes.flag("for_each_row")) writer.word("for each row");
  if (attributes.has("when")) writer.word("when").sql(attributes.text("when"));
  writer.word("execute function");
  write_routine(attributes.text("function"), catalog, writer);
  writer.word("(");
  first = true;
  for (const std::string& argument : attributes.texts("arguments")) {
    if (!first) writer.word(",");
    first = false;
    writer.string(argument);
  }
  writer.word(")");
  if (attributes.has("state")) writer.word(attributes.text("state"));
  print_extension_dependencies(trigger, writer);
  writer.comment_clause(trigger);
  writer.line();
}

}  // namespace

constexpr Kind kTrigger = {
    .id = KindId::Trigger,
    .sql_name = "TRIGGER",
    .declared_as = kDeclaredAs,
    .introspect = kQueries,
    .lower = lower_trigger,
    .normalise = normalise_triggers,
    .edges = trigger_edges,
    .create = create_trigger,
    .drop = drop_trigger,
    .rename = rename_trigger,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_member,
    .attributes = kAttributes,
    .print_lp = print_trigger,
    .slots = nullptr,
    .traits = {.dropped_with_parent = true, .rebuilt_with_column = true},
};

static_assert(is_complete(kTrigger));

}  // namespace lpc::kinds
