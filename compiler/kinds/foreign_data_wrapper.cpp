// Foreign data wrappers. https://www.postgresql.org/docs/15/sql-createforeigndatawrapper.html, https://www.postgresql.org/docs/15/sql-alterforeigndatawrapper.html
// Most come with an extension (postgres_fdw) and are no objects then. They belong to the database, so they are managed only when declared.
#include <fmt/core.h>

#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/foreign_options.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kForeignDataWrapperDeclaredAs[] = {"foreign_data_wrapper"};

constexpr IntrospectQuery kForeignDataWrapperQueries[] = {{.sql =
    "select f.fdwname as _name, 'pg_foreign_data_wrapper:' || f.oid as _aliases,\n"
    "  case when hn.nspname = 'pg_catalog' then quote_ident(h.proname) when h.oid is not null then format('%I.%I', hn.nspname, h.proname) end as handler,\n"
    "  case when vn.nspname = 'pg_catalog' then quote_ident(v.proname) when v.oid is not null then format('%I.%I', vn.nspname, v.proname) end as validator,\n"
    LPC_FOREIGN_OPTIONS("f.fdwoptions") ",\n"
    "  pg_get_userbyid(f.fdwowner) as owner, d.description as comment, f.fdwacl::text as _acl, pg_get_userbyid(f.fdwowner) as _acl_owner\n"
    "from pg_foreign_data_wrapper f\n"
    "left join pg_proc h on h.oid = f.fdwhandler\n"
    "left join pg_namespace hn on hn.oid = h.pronamespace\n"
    "left join pg_proc v on v.oid = f.fdwvalidator\n"
    "left join pg_namespace vn on vn.oid = v.pronamespace\n"
    "left join pg_description d on d.objoid = f.oid and d.classoid = 'pg_foreign_data_wrapper'::regclass and d.objsubid = 0\n"
    "where {not_member:pg_foreign_data_wrapper:f.oid}"}};

void lower_wrapper(const ast::Decl& decl, LowerContext& context) {
  if (!decl.external && decl.word_value() != "wrapper") {
    context.error(diag::make(diag::Code::kUnknownDeclaration, decl.span, fmt::format("foreign data {}", decl.word_value())));
    return;
  }
  Object* wrapper = context.add(decl, {KindId::ForeignDataWrapper, "", decl.name.last(), "", ""});
  if (wrapper == nullptr) return;
  for (const ast::Clause* clause : decl.all("wrapper_function")) {
    const std::string_view role = clause->word_value();
    if (role != "handler" && role != "validator") {
      context.error(diag::make(diag::Code::kUnexpectedInput, clause->span, fmt::format("`{}`", role), "`handler` or `validator` and a function"));
      continue;
    }
    const std::string_view attribute = role == "handler" ? "handler" : "validator";
    if (wrapper->attributes.has(attribute)) {
      context.error(diag::make(diag::Code::kConflictingClauses, clause->span, fmt::format("foreign data wrapper `{}`", wrapper->id.name), role, role));
      continue;
    }
    const ast::Name& name = clause->value(ast::Shape::name)->name;
    wrapper->attributes.set(attribute, context.routine_text(name));
  }
  lower_foreign_options(decl, *wrapper, context);
}

/// ` HANDLER h`, or ` NO HANDLER` when there was one.
Sql function_clause(const Object* before, const Object& after, std::string_view attribute, const Sql& word) {
  const std::string& now = after.attributes.text(attribute);
  if (!now.empty()) return sql(" {} {}", word, fragment(now));
  return before != nullptr && before->attributes.has(attribute) ? sql(" NO {}", word) : Sql{};
}

void create_wrapper(const Object& wrapper, const ChangeContext&, Action& action) {
  action.sql.push_back(sql("CREATE FOREIGN DATA WRAPPER {}{}{}{}", ident(wrapper.id.name), function_clause(nullptr, wrapper, "handler", sql("HANDLER")),
                           function_clause(nullptr, wrapper, "validator", sql("VALIDATOR")), foreign_options_clause(wrapper)));
  describe(action, fmt::format("Create {}", spoken(wrapper.id)));
}

void alter_functions(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& wrapper = alteration.after;
  const Sql handler = alteration.has("handler") ? function_clause(alteration.before, wrapper, "handler", sql("HANDLER")) : Sql{};
  const Sql validator = alteration.has("validator") ? function_clause(alteration.before, wrapper, "validator", sql("VALIDATOR")) : Sql{};
  action.sql.push_back(sql("ALTER FOREIGN DATA WRAPPER {}{}{}", ident(wrapper.id.name), handler, validator));
  describe(action, fmt::format("Change the functions of {}", spoken(wrapper.id)));
}

void print_function(const Object& wrapper, std::string_view attribute, const Catalog& catalog, LpWriter& writer) {
  if (!wrapper.attributes.has(attribute)) return;
  writer.word(attribute);
  write_routine(wrapper.attributes.text(attribute), catalog, writer);
}

void print_wrapper(const Object& wrapper, const Catalog& catalog, LpWriter& writer) {
  writer.doc(wrapper);
  if (wrapper.external) writer.word("external");
  writer.word("foreign data wrapper").ident(wrapper.id.name);
  print_function(wrapper, "handler", catalog, writer);
  print_function(wrapper, "validator", catalog, writer);
  print_foreign_options(wrapper, writer);
  writer.owner(wrapper).comment_clause(wrapper).line();
  writer.grants(wrapper);
}

std::vector<std::string> wrapper_slots(const Object& wrapper) { return {"foreign data wrapper " + ident(wrapper.id.name).text}; }

constexpr AttributeRule kForeignDataWrapperRules[] = {
    {.name = "handler", .content = Content::routine, .alter = alter_functions},
    {.name = "validator", .content = Content::routine, .alter = alter_functions},
    {.name = "options", .content = Content::map, .alter = alter_foreign_options},
    {.name = "secrets", .content = Content::names, .alter = alter_foreign_options},
    kPlaceholdersRule,
    kOwnerRule,
    kCommentRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kForeignDataWrapper = {
    .id = KindId::ForeignDataWrapper,
    .sql_name = "FOREIGN DATA WRAPPER",
    .declared_as = kForeignDataWrapperDeclaredAs,
    .introspect = kForeignDataWrapperQueries,
    .lower = lower_wrapper,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_wrapper,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kForeignDataWrapperRules,
    .print_lp = print_wrapper,
    .slots = wrapper_slots,
    .traits = {.schemaless = true, .acl_type = 'F', .found_in = "pg_foreign_data_wrapper"},
};
static_assert(is_complete(kForeignDataWrapper));

}  // namespace lpc::kinds
