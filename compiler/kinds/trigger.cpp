// Triggers of tables and views, constraint triggers included. https://www.postgresql.org/docs/15/sql-createtrigger.html
// The copies that partitions have of a partitioned table's row triggers are no objects, unless something about them is different.
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

constexpr std::string_view kTriggerDeclaredAs[] = {"trigger"};

// Bits of tgtype: src/include/catalog/pg_trigger.h. Arguments are zero-terminated bytes; the condition refers to two rows, which pg_get_expr() can't print.
constexpr IntrospectQuery kTriggerQueries[] = {{.sql =
    "select n.nspname as _schema, c.relname as _name, tg.tgname as _member, case c.relkind when 'v' then 'view' else 'table' end as _parent_kind,\n"
    "  'pg_trigger:' || tg.oid as _aliases, tg.tgconstraint <> 0 as \"constraint\",\n"
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
    "  case tg.tgenabled when 'D' then 'disabled' when 'R' then 'enabled replica' when 'A' then 'enabled always' end as state, false as inherited,\n"
    "  d.description as comment, " LPC_EXTENSIONS_COLUMN "\n"
    "from pg_trigger tg\n"
    "join pg_class c on c.oid = tg.tgrelid\n"
    "join pg_namespace n on n.oid = c.relnamespace\n"
    "join pg_proc p on p.oid = tg.tgfoid\n"
    "join pg_namespace pn on pn.oid = p.pronamespace\n"
    "left join pg_class r on r.oid = tg.tgconstrrelid\n"
    "left join pg_namespace rn on rn.oid = r.relnamespace\n"
    "left join pg_description d on d.objoid = tg.oid and d.classoid = 'pg_trigger'::regclass and d.objsubid = 0\n"
    LPC_EXTENSIONS_JOIN("pg_trigger", "tg.oid")
    "where not tg.tgisinternal and tg.tgparentid = 0 and c.relkind in ('r', 'p', 'v', 'f') and {user_schema:n} and {not_member:pg_class:c.oid}\n"
    // A partition's copy, where it isn't what its parent's is. Before 15 it is taken for an internal one, like the triggers of keys.
    "union all\n"
    "select n.nspname, c.relname, tg.tgname, 'table', 'pg_trigger:' || tg.oid, false, null, null, null, false, null, false, false, null, null, null, null, null,\n"
    "  case when tg.tgenabled <> o.tgenabled then\n"
    "    case tg.tgenabled when 'D' then 'disabled' when 'R' then 'enabled replica' when 'A' then 'enabled always' else 'enabled' end end, true,\n"
    "  d.description, " LPC_EXTENSIONS_COLUMN "\n"
    "from pg_trigger tg\n"
    "join pg_trigger o on o.oid = tg.tgparentid\n"
    "join pg_class c on c.oid = tg.tgrelid\n"
    "join pg_namespace n on n.oid = c.relnamespace\n"
    "left join pg_constraint k on k.oid = tg.tgconstraint\n"
    "left join pg_description d on d.objoid = tg.oid and d.classoid = 'pg_trigger'::regclass and d.objsubid = 0\n"
    LPC_EXTENSIONS_JOIN("pg_trigger", "tg.oid")
    "where coalesce(k.contype, 't') = 't' and {user_schema:n} and {not_member:pg_class:c.oid}\n"
    "  and (tg.tgenabled <> o.tgenabled or d.description is not null or ext.names is not null)"}};

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
  if (const ast::Clause* clause = context.once(decl, "trigger_state")) attributes.set("state", Value(clause->word_value()));
  lower_extension_dependencies(decl, *trigger, context);
  attributes.set("inherited", Value(decl.word_value().empty()));
  if (attributes.flag("inherited")) return;
  if (attributes.text("state") == "enabled") attributes.remove("state");
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
}

void trigger_edges(const Object& trigger, LinkContext& context) {
  for (const std::string& column : trigger.attributes.texts("columns")) context.column(relation_of(trigger.id).text, column);
  link_extension_dependencies(trigger, context);
}

// ---- the copies that partitions have ------------------------------------------------------------------------------------------------
// https://www.postgresql.org/docs/15/sql-createtrigger.html: a row trigger of a partitioned table has a copy on each partition, which can have a state of its own.
// Only such a copy is an object, with the flag `inherited` and what is different about it.

/// What the copy is told apart from: the trigger of the nearest table above that has one as an object. Null when there is none.
const Object* original_of(const Object& copy, const Lineage& lineage) {
  ObjectId table = table_of(copy.id);
  while (true) {
    const std::vector<ObjectId> parents = lineage.parents(table);
    if (parents.empty()) return nullptr;
    table = parents.front();
    if (const Object* found = lineage.find({KindId::Trigger, table.schema, table.name, copy.id.member, {}})) return found;
  }
}

constexpr std::string_view kEnabled = "enabled";

std::string_view state_of(const Object& trigger, const Lineage& lineage) {
  if (trigger.attributes.has("state")) return trigger.attributes.text("state");
  const Object* original = trigger.attributes.flag("inherited") ? original_of(trigger, lineage) : nullptr;
  return original == nullptr ? kEnabled : state_of(*original, lineage);
}

/// A copy is there once the trigger and all the attachments are that lead to it.
void add_needs_of_copy(Object& copy, const Object& original, const Lineage& lineage) {
  std::vector<ObjectId> needs{original.id};
  for (ObjectId table = table_of(copy.id); table != table_of(original.id); table = lineage.parents(table).front()) {
    needs.push_back({KindId::Partition, table.schema, table.name, {}, {}});
  }
  for (const ObjectId& need : needs) {
    const auto less = [](const ObjectId& a, const ObjectId& b) { return a < b; };
    const auto place = std::ranges::lower_bound(copy.depends_on, need, less);
    if (place == copy.depends_on.end() || *place != need) copy.depends_on.insert(place, need);
  }
}

void normalise_triggers(CatalogBuilder& builder) {
  const Lineage lineage(builder);
  std::vector<Object*> copies;
  for (Object* object : builder.of(KindId::Trigger)) {
    if (object->attributes.flag("inherited")) copies.push_back(object);
  }
  std::vector<ObjectId> same;
  for (Object* copy : copies) {
    const Object* original = original_of(*copy, lineage);
    if (original == nullptr) continue;
    if (copy->attributes.has("state") && copy->attributes.text("state") == state_of(*original, lineage)) copy->attributes.remove("state");
    add_needs_of_copy(*copy, *original, lineage);
    if (std::ranges::all_of(copy->attributes, [](const auto& entry) { return entry.first == "inherited"; })) same.push_back(copy->id);
  }
  for (const ObjectId& id : same) builder.remove(id);
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

Sql state_statement(const ObjectId& trigger, std::string_view state) {
  const Sql verb = state == "disabled" ? sql("DISABLE") : state == "enabled replica" ? sql("ENABLE REPLICA") : state == "enabled always" ? sql("ENABLE ALWAYS") : sql("ENABLE");
  return sql("ALTER TABLE {} {} TRIGGER {}", relation_of(trigger), verb, ident(trigger.member));
}

/// The copy is there already; its state is set like any other trigger's. Where there is none to copy, the server says so.
void create_copy(const Object& trigger, const ChangeContext& context, Action& action) {
  if (original_of(trigger, Lineage(context.after)) == nullptr) action.sql.push_back(state_statement(trigger.id, kEnabled));
  describe(action, fmt::format("Set what is different about {}", spoken(trigger.id)));
}

/// ALTER TABLE sets the state of the copies as well: those that have one of their own get it back.
void restore_copies(const ObjectId& trigger, const ChangeContext& context, const Lineage& lineage, Action& action) {
  for (const ObjectId& table : descendants(context.after, table_of(trigger))) {
    const ObjectId id{KindId::Trigger, table.schema, table.name, trigger.member, {}};
    const Object* copy = context.after.find(id);
    if (copy == nullptr || !copy->attributes.flag("inherited") || !context.before.has(id) || context.is_created(id)) continue;
    action.sql.push_back(state_statement(id, state_of(*copy, lineage)));
  }
}

/// When the copy stays, it is what the trigger makes of it again.
void drop_copy(const Object& trigger, const ChangeContext& context, Action& action) {
  const Lineage lineage(context.after);
  const Object* original = original_of(trigger, lineage);
  const Object* first = original;      // a copy between is no less there when it begins to differ
  while (first != nullptr && first->attributes.flag("inherited")) first = original_of(*first, lineage);
  if (first == nullptr || context.is_created(first->id) || context.is_created(table_of(trigger.id)) || !context.after.has(table_of(trigger.id))) return;
  if (trigger.attributes.has("state")) {
    action.sql.push_back(state_statement(trigger.id, state_of(*original, lineage)));
    restore_copies(trigger.id, context, lineage, action);
  }
  if (trigger.attributes.has("comment")) action.sql.push_back(sql("COMMENT ON TRIGGER {} IS NULL", address_member(trigger.id)));
  for (const std::string& name : trigger.attributes.texts("depends_on_extensions")) {
    action.sql.push_back(sql("ALTER TRIGGER {} NO DEPENDS ON EXTENSION {}", address_member(trigger.id), ident(name)));
  }
  describe(action, fmt::format("Take back what is different about {}", spoken(trigger.id)));
}

void create_trigger(const Object& trigger, const ChangeContext& context, Action& action) {
  const Attributes& attributes = trigger.attributes;
  if (attributes.flag("inherited")) return create_copy(trigger, context, action);
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
  describe(action, fmt::format("Create {}", spoken(trigger.id)));
}

void drop_trigger(const Object& trigger, const ChangeContext& context, Action& action) {
  if (trigger.attributes.flag("inherited")) return drop_copy(trigger, context, action);
  drop_plain(trigger, context, action);
}

void alter_trigger_state(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& trigger = alteration.after;
  const Lineage lineage(context.after);
  const std::string_view state = state_of(trigger, lineage);
  action.sql.push_back(state_statement(trigger.id, state));
  restore_copies(trigger.id, context, lineage, action);
  describe(action, fmt::format("{} {}", state == "disabled" ? "Disable" : "Enable", spoken(trigger.id)));
}

/// The copies of a partitioned table's trigger are renamed with it, from Postgres 15 on.
void rename_trigger(const Object& before, const ObjectId& after, Action& action) {
  if (!before.attributes.flag("inherited")) rename_plain(before, after, action);
}

constexpr AttributeRule kTriggerAttributes[] = {
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
    {.name = "state", .content = Content::text, .alter = alter_trigger_state, .after_create = true},
    kExtensionDependenciesRule,
    kCommentRule,
};

// ---- to .lp -------------------------------------------------------------------------------------------------------------------------

void print_copy(const Object& trigger, LpWriter& writer) {
  writer.word("trigger").ident(trigger.id.member);
  if (trigger.attributes.has("state")) writer.word(trigger.attributes.text("state"));
  print_extension_dependencies(trigger, writer);
  writer.comment_clause(trigger);
  writer.line();
}

void print_trigger(const Object& trigger, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = trigger.attributes;
  writer.doc(trigger);
  if (attributes.flag("inherited")) return print_copy(trigger, writer);
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
    .declared_as = kTriggerDeclaredAs,
    .introspect = kTriggerQueries,
    .lower = lower_trigger,
    .normalise = normalise_triggers,
    .edges = trigger_edges,
    .create = create_trigger,
    .drop = drop_trigger,
    .rename = rename_trigger,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_member,
    .attributes = kTriggerAttributes,
    .print_lp = print_trigger,
    .slots = nullptr,
    .traits = {.dropped_with_parent = true, .rebuilt_with_column = true, .found_in = "pg_trigger where not tgisinternal", .asked_beside = true},
};

static_assert(is_complete(kTrigger));

}  // namespace lpc::kinds
