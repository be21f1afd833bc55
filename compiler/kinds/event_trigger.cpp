// Event triggers. https://www.postgresql.org/docs/15/sql-createeventtrigger.html
// They belong to the database, so they are managed only when declared. Made last of all, so that what the plan does doesn't fire them.
#include <fmt/core.h>

#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/keys.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kEventTriggerDeclaredAs[] = {"event_trigger"};
constexpr std::string_view kEventTriggerAbout = "an event trigger";

constexpr IntrospectQuery kEventTriggerQueries[] = {{.sql =
    "select e.evtname as _name, 'pg_event_trigger:' || e.oid as _aliases, e.evtevent as event, to_json(e.evttags) as tags,\n"
    "  case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', fn.nspname, f.proname) end as function,\n"
    "  case e.evtenabled when 'D' then 'disabled' when 'R' then 'enabled replica' when 'A' then 'enabled always' end as state,\n"
    "  pg_get_userbyid(e.evtowner) as owner, d.description as comment\n"
    "from pg_event_trigger e\n"
    "join pg_proc f on f.oid = e.evtfoid\n"
    "join pg_namespace fn on fn.oid = f.pronamespace\n"
    "left join pg_description d on d.objoid = e.oid and d.classoid = 'pg_event_trigger'::regclass and d.objsubid = 0\n"
    "where {not_member:pg_event_trigger:e.oid}"}};

std::string upper_case(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// The server keeps tags in upper case, in the order in which they were said.
void lower_tags(const ast::Decl& decl, LowerContext& context, Attributes& attributes) {
  const ast::Clause* filter = context.once(decl, "event_filter");
  if (filter == nullptr) return;
  const ast::Value* variable = filter->value(ast::Shape::name);
  if (variable == nullptr || variable->name.last() != "tag") {
    context.error(diag::make(diag::Code::kWrongValue, filter->span, "when", "`tag in (…)`"));
    return;
  }
  std::vector<std::string> tags;
  for (const ast::Value& value : filter->values) {
    if (value.shape == ast::Shape::string) tags.push_back(upper_case(value.text));
  }
  attributes.set("tags", Value::strings(tags));
}

void lower_event_trigger(const ast::Decl& decl, LowerContext& context) {
  if (decl.word_value() != "event") {
    context.error(diag::make(diag::Code::kUnknownDeclaration, decl.span, fmt::format("{} trigger", decl.word_value())));
    return;
  }
  Object* trigger = context.add(decl, {KindId::EventTrigger, "", decl.name.last(), "", ""});
  if (trigger == nullptr) return;
  Attributes& attributes = trigger->attributes;
  keys::reject_others(decl, context, kEventTriggerAbout, {"on_event", "event_filter", "execute", "trigger_state"});
  if (const ast::Clause* event = context.once(decl, "on_event")) attributes.set("event", event->value(ast::Shape::name)->name.last());
  lower_tags(decl, context, attributes);
  if (const ast::Clause* execute = context.once(decl, "execute")) {
    attributes.set("function", context.routine_text(execute->value(ast::Shape::name)->name));
    if (execute->values.size() > 1) context.error(diag::make(diag::Code::kWrongValue, execute->span, "execute", "a function without arguments"));
  }
  if (const ast::Clause* state = context.once(decl, "trigger_state"); state != nullptr && state->word_value() != "enabled") attributes.set("state", Value(state->word_value()));
}

void create_event_trigger(const Object& trigger, const ChangeContext&, Action& action) {
  const Attributes& attributes = trigger.attributes;
  std::vector<Sql> tags;
  for (const std::string& tag : attributes.texts("tags")) tags.push_back(literal(tag));
  const Sql filter = tags.empty() ? Sql{} : sql("\n    WHEN TAG IN ({})", join(tags, ", "));
  action.sql.push_back(sql("CREATE EVENT TRIGGER {} ON {}{}\n    EXECUTE FUNCTION {}()", ident(trigger.id.name), ident(attributes.text("event")), filter,
                           fragment(attributes.text("function"))));
  describe(action, fmt::format("Create {}", spoken(trigger.id)));
}

void alter_event_trigger_state(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& trigger = alteration.after;
  const std::string& state = trigger.attributes.text("state");
  const Sql verb = state == "disabled" ? sql("DISABLE") : state == "enabled replica" ? sql("ENABLE REPLICA") : state == "enabled always" ? sql("ENABLE ALWAYS") : sql("ENABLE");
  action.sql.push_back(sql("ALTER EVENT TRIGGER {} {}", ident(trigger.id.name), verb));
  describe(action, fmt::format("{} {}", state == "disabled" ? "Disable" : "Enable", spoken(trigger.id)));
}

void print_event_trigger(const Object& trigger, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = trigger.attributes;
  writer.doc(trigger).word("event trigger").ident(trigger.id.name).word("on").ident(attributes.text("event"));
  const std::vector<std::string> tags = attributes.texts("tags");
  if (!tags.empty()) {
    writer.word("when tag in (");
    for (std::size_t i = 0; i < tags.size(); ++i) {
      if (i > 0) writer.word(",");
      writer.string(tags[i]);
    }
    writer.word(")");
  }
  writer.word("execute function");
  write_routine(attributes.text("function"), catalog, writer);
  writer.word("()").word(attributes.text("state"));
  writer.owner(trigger).comment_clause(trigger).line();
}

std::vector<std::string> event_trigger_slots(const Object& trigger) { return {"event trigger " + ident(trigger.id.name).text}; }

constexpr AttributeRule kEventTriggerRules[] = {
    {.name = "event", .content = Content::name},
    {.name = "tags", .content = Content::list},
    {.name = "function", .content = Content::routine},
    {.name = "state", .content = Content::text, .alter = alter_event_trigger_state, .after_create = true},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
};

}  // namespace

constexpr Kind kEventTrigger = {
    .id = KindId::EventTrigger,
    .sql_name = "EVENT TRIGGER",
    .declared_as = kEventTriggerDeclaredAs,
    .introspect = kEventTriggerQueries,
    .lower = lower_event_trigger,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_event_trigger,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kEventTriggerRules,
    .print_lp = print_event_trigger,
    .slots = event_trigger_slots,
    .traits = {.schemaless = true, .runs_last = true, .found_in = "pg_event_trigger"},
};
static_assert(is_complete(kEventTrigger));

}  // namespace lpc::kinds
