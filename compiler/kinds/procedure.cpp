// Procedures. https://www.postgresql.org/docs/15/sql-createprocedure.html
#include "kinds/operator_name.h"
#include "kinds/routine.h"
#include "kinds/routine_query.h"
#include "kinds/security_labels.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kProcedureDeclaredAs[] = {"procedure"};

constexpr IntrospectQuery kProcedureQueries[] = {
    {.sql = LPC_ROUTINE_COLUMNS LPC_ROUTINE_BODY_14 LPC_ROUTINE_FROM LPC_ROUTINE_SQLBODY_14 LPC_ROUTINE_WHERE "  and p.prokind = 'p'",
     .from_version = 140000},
    {.sql = LPC_ROUTINE_COLUMNS LPC_ROUTINE_BODY_13 LPC_ROUTINE_FROM LPC_ROUTINE_WHERE "  and p.prokind = 'p'"},
};

void lower_procedure(const ast::Decl& decl, LowerContext& context) { routine::lower_common(decl, context, KindId::Procedure); }

Sql create_procedure_statement(const Object& object, const Sql& create) {
  Sql head = sql("{} PROCEDURE {}({})\n    LANGUAGE {}{}", create, qualified(object.id.schema, object.id.name),
                 routine::parameter_list(routine::parameters_of(object), false), ident(object.attributes.text("language")),
                 routine::transform_clause(object));
  if (object.attributes.flag("security_definer")) head = sql("{} SECURITY DEFINER", head);
  if (const Value* settings = object.attributes.find("settings")) {
    for (const Value& setting : settings->list()) head = sql("{} {}", head, routine::setting_clause(setting));
  }
  return sql("{}\n    {}", head, routine::body_clause(object));
}

void create_procedure(const Object& object, const ChangeContext&, Action& action) {
  action.sql.push_back(create_procedure_statement(object, routine::create_word(action)));
  if (action.type == ActionType::alter) restore_extension_dependencies(object, action);
  if (action.description.empty()) action.description = (action.type == ActionType::alter ? "Replace " : "Create ") + spoken(object.id);
}

/// As a function's.
Sql procedure_stand_in(const Object& object, bool replaces) {
  const auto empty = routine::without_standard_body(object);
  return empty ? create_procedure_statement(*empty, replaces ? sql("CREATE OR REPLACE") : sql("CREATE")) : Sql{};
}

/// With modes: types alone may mean all parameters as well as the inputs, so that they are ambiguous where another procedure has outputs.
/// https://www.postgresql.org/docs/15/sql-dropprocedure.html
Sql address_procedure(const ObjectId& id) {
  std::vector<Sql> inputs;
  for (const std::string& type : split_types(id.arguments)) inputs.push_back(sql("IN {}", fragment(type)));
  return sql("{}({})", qualified(id.schema, id.name), join(inputs, ", "));
}

/// https://www.postgresql.org/docs/15/sql-alterprocedure.html
void alter_procedure_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  if (routine::is_redefined(alteration)) return;
  const Object& after = alteration.after;
  std::vector<Sql> words;
  if (alteration.has("security_definer")) {
    words.push_back(after.attributes.flag("security_definer") ? sql("SECURITY DEFINER") : sql("SECURITY INVOKER"));
  }
  if (alteration.has("settings") && alteration.before != nullptr) {
    for (Sql& clause : routine::setting_changes(*alteration.before, after)) words.push_back(std::move(clause));
  }
  if (words.empty()) return;
  action.sql.push_back(sql("ALTER PROCEDURE {} {}", address_procedure(after.id), join(words, " ")));
  if (action.description.empty()) action.description = "Alter " + spoken(after.id);
}

void link_procedure(const Object& object, LinkContext& context) { routine::link_routine(object, create_procedure_statement(object, sql("CREATE")), context); }

void print_procedure(const Object& object, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  writer.doc(object).word("procedure").name(object.id.schema, object.id.name);
  writer.sql(routine::parameter_list(routine::parameters_of(object), false).text);
  if (!routine::has_standard_body(object)) writer.word("language").ident(attributes.text("language"));
  const char* words = "transform for type";
  for (const std::string& type : attributes.texts("transforms")) {
    writer.word(words).type(type);
    words = ", for type";
  }
  if (attributes.flag("security_definer")) writer.word("security definer");
  routine::print_tail(object, writer);
}

constexpr AttributeRule kProcedureRules[] = {
    {.name = "parameters", .content = Content::list, .has_sql = true},
    {.name = "language", .content = Content::name},
    {.name = "transforms", .content = Content::list},
    {.name = "security_definer", .content = Content::flag, .alter = alter_procedure_options},
    {.name = "settings", .content = Content::list, .alter = alter_procedure_options},
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

constexpr Kind kProcedure = {
    .id = KindId::Procedure,
    .sql_name = "PROCEDURE",
    .declared_as = kProcedureDeclaredAs,
    .introspect = kProcedureQueries,
    .lower = lower_procedure,
    .normalise = nullptr,
    .edges = link_procedure,
    .create = create_procedure,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_procedure,
    .attributes = kProcedureRules,
    .print_lp = print_procedure,
    .slots = routine_slots,
    .traits = {.torn_by_types = routine::is_torn_by_types, .acl_type = 'f', .found_in = "pg_proc where prokind = 'p' and oid >= 16384", .can_replace = routine::can_replace_parameters, .stand_in = procedure_stand_in},
};
static_assert(is_complete(kProcedure));

}  // namespace lpc::kinds
