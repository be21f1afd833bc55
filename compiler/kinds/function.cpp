// Functions, window functions among them. https://www.postgresql.org/docs/15/sql-createfunction.html
// Aggregates are another kind: they share names with functions, but nothing of their definition.
#include <fmt/core.h>

#include <cstdlib>

#include "base/text.h"
#include "kinds/routine.h"
#include "kinds/routine_query.h"
#include "kinds/security_labels.h"
#include "kinds/staged_type.h"

namespace lpc::kinds {
namespace {

#define LPC_FUNCTION_COLUMNS                                                                                                       \
  LPC_ROUTINE_COLUMNS                                                                                                              \
  ",\n  case when not coalesce('t' = any(p.proargmodes), false) then format_type(p.prorettype, null) end as returns,\n"            \
  "  p.proretset and not coalesce('t' = any(p.proargmodes), false) as returns_set,\n"                                              \
  "  p.prokind = 'w' as window, p.proisstrict as strict, p.proleakproof as leakproof,\n"                                           \
  "  case p.provolatile when 'i' then 'immutable' when 's' then 'stable' end as volatility,\n"                                     \
  "  case p.proparallel when 's' then 'safe' when 'r' then 'restricted' end as parallel,\n"                                        \
  "  case when p.procost <> (case when l.lanname in ('c', 'internal') then 1 else 100 end) then trim_scale(p.procost::numeric)::text end as cost,\n" \
  "  case when p.proretset and p.prorows not in (0, 1000) then trim_scale(p.prorows::numeric)::text end as rows,\n"                \
  "  nullif(p.prosupport::regproc::text, '-') as support"

constexpr std::string_view kFunctionDeclaredAs[] = {"function"};

constexpr IntrospectQuery kFunctionQueries[] = {
    {.sql = LPC_FUNCTION_COLUMNS LPC_ROUTINE_BODY_14 LPC_ROUTINE_FROM LPC_ROUTINE_SQLBODY_14 LPC_ROUTINE_WHERE "  and p.prokind in ('f', 'w')",
     .from_version = 140000},
    {.sql = LPC_FUNCTION_COLUMNS LPC_ROUTINE_BODY_13 LPC_ROUTINE_FROM LPC_ROUTINE_WHERE "  and p.prokind in ('f', 'w')"},
};

// ---- from .lp -------------------------------------------------------------------------------------------------------------------

/// As the server shows a real number: no zeros at the end, no exponent.
std::string plain_number(const ast::Value* value) {
  if (value == nullptr) return {};
  return fmt::format("{}", std::strtof(value->text.c_str(), nullptr));
}

void lower_returns(const ast::Decl& decl, LowerContext& context, Object& object) {
  const std::vector<routine::Parameter> parameters = routine::parameters_of(object);
  const ast::Clause* clause = context.once(decl, "returns");
  if (clause == nullptr) {
    const std::string implied = routine::implied_return_type(parameters);
    if (implied.empty()) {
      if (!decl.external) context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("function `{}`", decl.name.dotted()), "returns"));
      return;
    }
    object.attributes.set("returns", implied);
    return;
  }
  const ast::Value* type = clause->value(ast::Shape::type);
  if (type == nullptr) return;  // RETURNS TABLE: its columns are parameters
  std::string text = type->text;
  bool set = clause->word_value() == "setof";
  if (to_lower_ascii(text.substr(0, 6)) == "setof ") {
    set = true;
    text.erase(0, 6);
  }
  object.attributes.set("returns", frontend::argument_type(context.type_text(text)));
  object.attributes.set("returns_set", Value(set));
}

void lower_function(const ast::Decl& decl, LowerContext& context) {
  Object* object = routine::lower_common(decl, context, KindId::Function);
  if (object == nullptr) return;
  lower_returns(decl, context, *object);
  Attributes& attributes = object->attributes;
  attributes.set("window", Value(decl.has("window")));
  attributes.set("leakproof", Value(decl.has("leakproof")));
  if (const ast::Clause* clause = context.once(decl, "volatility"); clause != nullptr && clause->word_value() != "volatile") {
    attributes.set("volatility", Value(clause->word_value()));
  }
  if (const ast::Clause* clause = context.once(decl, "strict"); clause != nullptr && clause->word_value() != "called on null input") {
    attributes.set("strict", true);
  }
  if (const ast::Clause* clause = context.once(decl, "parallel"); clause != nullptr && clause->word_value() != "unsafe") {
    attributes.set("parallel", Value(clause->word_value()));
  }
  const std::string language = attributes.text("language");
  const bool compiled = language == "c" || language == "internal";
  if (const ast::Clause* clause = context.once(decl, "cost")) {
    const std::string cost = plain_number(clause->value(ast::Shape::number));
    if (cost != (compiled ? "1" : "100")) attributes.set("cost", cost);
  }
  if (const ast::Clause* clause = context.once(decl, "rows")) {
    const std::string rows = plain_number(clause->value(ast::Shape::number));
    if (rows != "1000" && rows != "0") attributes.set("rows", rows);
  }
  if (const ast::Clause* clause = context.once(decl, "support")) {
    if (const ast::Value* name = clause->value(ast::Shape::name)) attributes.set("support", context.routine_text(name->name));
  }
}

// ---- to SQL ---------------------------------------------------------------------------------------------------------------------

bool returns_table(const Object& object) {
  for (const routine::Parameter& parameter : routine::parameters_of(object)) {
    if (parameter.mode == "table") return true;
  }
  return false;
}

Sql returns_clause(const Object& object) {
  if (returns_table(object)) return sql("TABLE({})", routine::parameter_list(routine::parameters_of(object), true));
  const Sql type = fragment(object.attributes.text("returns"));
  return object.attributes.flag("returns_set") ? sql("SETOF {}", type) : type;
}

Sql volatility_word(const Object& object) {
  const std::string& volatility = object.attributes.text("volatility");
  if (volatility == "immutable") return sql("IMMUTABLE");
  return volatility == "stable" ? sql("STABLE") : sql("VOLATILE");
}

Sql parallel_words(const Object& object) {
  const std::string& parallel = object.attributes.text("parallel");
  if (parallel == "safe") return sql("PARALLEL SAFE");
  return parallel == "restricted" ? sql("PARALLEL RESTRICTED") : sql("PARALLEL UNSAFE");
}

std::vector<Sql> option_clauses(const Object& object) {
  const Attributes& attributes = object.attributes;
  std::vector<Sql> words;
  if (attributes.flag("window")) words.push_back(sql("WINDOW"));
  if (attributes.has("volatility")) words.push_back(volatility_word(object));
  if (attributes.flag("strict")) words.push_back(sql("STRICT"));
  if (attributes.flag("security_definer")) words.push_back(sql("SECURITY DEFINER"));
  if (attributes.flag("leakproof")) words.push_back(sql("LEAKPROOF"));
  if (attributes.has("cost")) words.push_back(sql("COST {}", fragment(attributes.text("cost"))));
  if (attributes.has("rows")) words.push_back(sql("ROWS {}", fragment(attributes.text("rows"))));
  if (attributes.has("support")) words.push_back(sql("SUPPORT {}", fragment(attributes.text("support"))));
  if (attributes.has("parallel")) words.push_back(parallel_words(object));
  if (const Value* settings = attributes.find("settings")) {
    for (const Value& setting : settings->list()) words.push_back(routine::setting_clause(setting));
  }
  return words;
}

Sql create_function_statement(const Object& object, const Sql& create) {
  Sql head = sql("{} FUNCTION {}({}) RETURNS {}\n    LANGUAGE {}{}", create, qualified(object.id.schema, object.id.name),
                 routine::parameter_list(routine::parameters_of(object), false), returns_clause(object), ident(object.attributes.text("language")),
                 routine::transform_clause(object));
  const std::vector<Sql> options = option_clauses(object);
  if (!options.empty()) head = sql("{} {}", head, join(options, " "));
  return sql("{}\n    {}", head, routine::body_clause(object));
}

void create_function(const Object& object, const ChangeContext&, Action& action) {
  action.sql.push_back(create_function_statement(object, routine::create_word(action)));
  if (action.type == ActionType::alter) restore_extension_dependencies(object, action);
  if (action.description.empty()) action.description = (action.type == ActionType::alter ? "Replace " : "Create ") + spoken(object.id);
}

/// With a body of text, which nobody reads before it is called: functions whose SQL-standard bodies call each other.
Sql function_stand_in(const Object& object, bool replaces) {
  const auto empty = routine::without_standard_body(object);
  return empty ? create_function_statement(*empty, replaces ? sql("CREATE OR REPLACE") : sql("CREATE")) : Sql{};
}

/// https://www.postgresql.org/docs/15/sql-alterfunction.html
void alter_function_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  if (routine::is_redefined(alteration)) return;
  const Object& after = alteration.after;
  const Attributes& attributes = after.attributes;
  const std::string& language = attributes.text("language");
  std::vector<Sql> words;
  if (alteration.has("volatility")) words.push_back(volatility_word(after));
  if (alteration.has("strict")) words.push_back(attributes.flag("strict") ? sql("STRICT") : sql("CALLED ON NULL INPUT"));
  if (alteration.has("security_definer")) words.push_back(attributes.flag("security_definer") ? sql("SECURITY DEFINER") : sql("SECURITY INVOKER"));
  if (alteration.has("leakproof")) words.push_back(attributes.flag("leakproof") ? sql("LEAKPROOF") : sql("NOT LEAKPROOF"));
  if (alteration.has("cost")) {
    const char* usual = language == "c" || language == "internal" ? "1" : "100";
    words.push_back(sql("COST {}", fragment(attributes.has("cost") ? attributes.text("cost") : std::string(usual))));
  }
  if (alteration.has("rows") && (attributes.has("rows") || attributes.flag("returns_set") || returns_table(after))) {
    words.push_back(sql("ROWS {}", fragment(attributes.has("rows") ? attributes.text("rows") : std::string("1000"))));
  }
  if (alteration.has("parallel")) words.push_back(parallel_words(after));
  if (alteration.has("settings") && alteration.before != nullptr) {
    for (Sql& clause : routine::setting_changes(*alteration.before, after)) words.push_back(std::move(clause));
  }
  if (words.empty()) return;
  action.sql.push_back(sql("ALTER FUNCTION {} {}", address_routine(after.id), join(words, " ")));
  if (action.description.empty()) action.description = "Alter " + spoken(after.id);
}

/// CREATE OR REPLACE keeps what depends on the function; the rules are those of ProcedureCreate() in src/backend/catalog/pg_proc.c.
bool can_replace_function(const Object& before, const Object& after) {
  const auto same = [&](std::string_view name) {
    const Value* was = before.attributes.find(name);
    const Value* is = after.attributes.find(name);
    return was == is || (was != nullptr && is != nullptr && *was == *is);
  };
  return same("returns") && same("returns_set") && same("window") && routine::can_replace_parameters(before, after);
}

void drop_function(const Object& function, const ChangeContext& context, Action& action) {
  if (!staged::takes_along(function, context)) drop_plain(function, context, action);
}

void link_function(const Object& object, LinkContext& context) { routine::link_routine(object, create_function_statement(object, sql("CREATE")), context); }

// ---- to .lp -----------------------------------------------------------------------------------------------------------------------

void print_returns(const Object& object, LpWriter& writer) {
  const std::vector<routine::Parameter> parameters = routine::parameters_of(object);
  if (returns_table(object)) {
    writer.word("returns table").sql(routine::parameter_list(parameters, true).text);
    return;
  }
  const Attributes& attributes = object.attributes;
  const bool set = attributes.flag("returns_set");
  if (!set && attributes.text("returns") == routine::implied_return_type(parameters)) return;
  writer.word(set ? "returns setof" : "returns").type(attributes.text("returns"));
}

void print_function(const Object& object, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  writer.doc(object).word("function").name(object.id.schema, object.id.name);
  writer.sql(routine::parameter_list(routine::parameters_of(object), false).text);
  print_returns(object, writer);
  if (!routine::has_standard_body(object)) writer.word("language").ident(attributes.text("language"));
  if (const Value* transforms = attributes.find("transforms")) {
    const char* words = "transform for type";
    for (const Value& type : transforms->list()) {
      writer.word(words).type(type.text());
      words = ", for type";
    }
  }
  if (attributes.flag("window")) writer.word("window");
  if (attributes.has("volatility")) writer.word(attributes.text("volatility"));
  if (attributes.flag("strict")) writer.word("strict");
  if (attributes.flag("security_definer")) writer.word("security definer");
  if (attributes.flag("leakproof")) writer.word("leakproof");
  if (attributes.has("parallel")) writer.word("parallel").word(attributes.text("parallel"));
  if (attributes.has("cost")) writer.word("cost").word(attributes.text("cost"));
  if (attributes.has("rows")) writer.word("rows").word(attributes.text("rows"));
  if (attributes.has("support")) writer.word("support").relation(attributes.text("support"));
  routine::print_tail(object, writer);
}

constexpr AttributeRule kFunctionRules[] = {
    {.name = "parameters", .content = Content::list, .has_sql = true},
    {.name = "returns", .content = Content::type},
    {.name = "returns_set", .content = Content::flag},
    {.name = "language", .content = Content::name},
    {.name = "transforms", .content = Content::list},
    {.name = "window", .content = Content::flag},
    {.name = "support", .content = Content::routine},
    {.name = "volatility", .content = Content::text, .alter = alter_function_options},
    {.name = "strict", .content = Content::flag, .alter = alter_function_options},
    {.name = "security_definer", .content = Content::flag, .alter = alter_function_options},
    {.name = "leakproof", .content = Content::flag, .alter = alter_function_options},
    {.name = "parallel", .content = Content::text, .alter = alter_function_options},
    {.name = "cost", .content = Content::text, .alter = alter_function_options},
    {.name = "rows", .content = Content::text, .alter = alter_function_options},
    {.name = "settings", .content = Content::list, .alter = alter_function_options},
    {.name = "body", .content = Content::text},
    {.name = "object_file", .content = Content::text},
    {.name = "return", .content = Content::expression},
    {.name = "atomic", .content = Content::text, .has_sql = true},
    kExtensionDependenciesRule,
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kFunction = {
    .id = KindId::Function,
    .sql_name = "FUNCTION",
    .declared_as = kFunctionDeclaredAs,
    .introspect = kFunctionQueries,
    .lower = lower_function,
    .normalise = nullptr,
    .edges = link_function,
    .create = create_function,
    .drop = drop_function,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_routine,
    .attributes = kFunctionRules,
    .print_lp = print_function,
    .slots = routine_slots,
    .traits = {.torn_by_types = routine::is_torn_by_types, .acl_type = 'f', .found_in = "pg_proc where prokind in ('f', 'w') and oid >= 16384", .can_replace = can_replace_function, .stand_in = function_stand_in},
};
static_assert(is_complete(kFunction));

}  // namespace lpc::kinds
