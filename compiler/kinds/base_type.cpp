// Base types, and shell types, which promise one. https://www.postgresql.org/docs/15/sql-createtype.html, "Base Types"
// A base type is made in stages, see staged_type.h: the type has what no function is needed for or can't be changed, its definition the functions
// that ALTER TYPE … SET can change.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/column.h"
#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"
#include "kinds/security_labels.h"
#include "kinds/staged_type.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kBaseTypeDeclaredAs[] = {"base_type"};
constexpr std::string_view kBaseTypeAbout = "a base type";

enum class BaseTypeForm : std::uint8_t { routine, word, text, flag, type };

struct BaseTypeOption {
  std::string_view name;
  BaseTypeForm form;
  std::string_view usual = {};   ///< what goes without saying
  bool of_definition = false;
};

/// In the order of the manual.
constexpr auto kBaseTypeOptions = std::to_array<BaseTypeOption>({
    {"input", BaseTypeForm::routine},
    {"output", BaseTypeForm::routine},
    {"receive", BaseTypeForm::routine, "", true},
    {"send", BaseTypeForm::routine, "", true},
    {"typmod_in", BaseTypeForm::routine, "", true},
    {"typmod_out", BaseTypeForm::routine, "", true},
    {"analyze", BaseTypeForm::routine, "", true},
    {"subscript", BaseTypeForm::routine, "", true},
    {"internallength", BaseTypeForm::word, "variable"},
    {"passedbyvalue", BaseTypeForm::flag},
    {"alignment", BaseTypeForm::word, "int4"},
    {"storage", BaseTypeForm::word, "plain"},
    {"like", BaseTypeForm::type},
    {"category", BaseTypeForm::text, "U"},
    {"preferred", BaseTypeForm::flag},
    {"default", BaseTypeForm::text},
    {"element", BaseTypeForm::type},
    {"delimiter", BaseTypeForm::text, ","},
    {"collatable", BaseTypeForm::flag},
});

// ---- from a server -------------------------------------------------------------------------------------------------------------------

#define LPC_TYPE_FUNCTION(condition, column, name)                                                                                         \
  "  case when " condition " and t." column " <> 0 then (select case when fn.nspname = 'pg_catalog' then quote_ident(f.proname)\n"        \
  "    else format('%I.%I', fn.nspname, f.proname) end from pg_proc f join pg_namespace fn on fn.oid = f.pronamespace where f.oid = t." column ") end as " name ",\n"

// The alignment, length and passing of a type are plain; an element without a word on subscripts has the raw ones: DefineType() in src/backend/commands/typecmds.c.
#define LPC_BASE_TYPE_QUERY(subscript)                                                                                                      \
  "select n.nspname as _schema, t.typname as _name, part.member as _member, case when part.member <> '' then 'base type' end as _parent_kind,\n" \
  "  case when part.last then concat_ws(' ', 'pg_type:' || t.oid, 'pg_type:' || nullif(t.typarray, 0)) else 'pg_type:' || t.oid || ':1' end as _aliases,\n"                  \
  "  case when part.last then pg_get_userbyid(t.typowner) end as owner, case when part.last then d.description end as comment,\n"           \
  "  case when part.last then t.typacl::text end as _acl, case when part.last then pg_get_userbyid(t.typowner) end as _acl_owner,\n"        \
  LPC_TYPE_FUNCTION("part.fixed", "typinput", "input") LPC_TYPE_FUNCTION("part.fixed", "typoutput", "output")                               \
  LPC_TYPE_FUNCTION("part.changes", "typreceive", "receive") LPC_TYPE_FUNCTION("part.changes", "typsend", "send")                          \
  LPC_TYPE_FUNCTION("part.changes", "typmodin", "typmod_in") LPC_TYPE_FUNCTION("part.changes", "typmodout", "typmod_out")                  \
  LPC_TYPE_FUNCTION("part.changes", "typanalyze", "\"analyze\"") subscript                                                                  \
  "  case when part.fixed and t.typlen >= 0 then t.typlen::text end as internallength, part.fixed and t.typbyval as passedbyvalue,\n"       \
  "  case when part.fixed then case t.typalign when 'c' then 'char' when 's' then 'int2' when 'd' then 'double' end end as alignment,\n"    \
  "  case when part.fixed then case t.typstorage when 'e' then 'external' when 'x' then 'extended' when 'm' then 'main' end end as storage,\n" \
  "  case when part.fixed then nullif(t.typcategory, 'U') end as category, part.fixed and t.typispreferred as preferred,\n"                 \
  "  case when part.fixed then t.typdefault end as \"default\", case when part.fixed and t.typelem <> 0 then format_type(t.typelem, null) end as element,\n" \
  "  case when part.fixed then nullif(t.typdelim, ',') end as delimiter, part.fixed and t.typcollation <> 0 as collatable\n"                \
  "from pg_type t\n"                                                                                                                        \
  "join pg_namespace n on n.oid = t.typnamespace\n"                                                                                         \
  "cross join lateral (select '' as member, t.typisdefined as fixed, false as changes, not t.typisdefined as last\n"                        \
  "  union all select 'definition', false, true, true where t.typisdefined) part\n"                                                         \
  "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_type'::regclass and d.objsubid = 0\n"                                \
  "where {user_schema:n} and {not_member:pg_type:t.oid} and (not t.typisdefined or t.typtype = 'b')\n"                                      \
  "  and not exists (select from pg_type e where e.typarray = t.oid)"

constexpr IntrospectQuery kBaseTypeQueries[] = {
    {.sql = LPC_BASE_TYPE_QUERY(LPC_TYPE_FUNCTION(
         "part.changes and (t.typelem = 0 or t.typlen <= 0 or t.typsubscript <> 'pg_catalog.raw_array_subscript_handler'::regproc)", "typsubscript", "subscript")),
     .from_version = 140000},
    {.sql = LPC_BASE_TYPE_QUERY("")},
};
#undef LPC_BASE_TYPE_QUERY
#undef LPC_TYPE_FUNCTION

// ---- from .lp ------------------------------------------------------------------------------------------------------------------------

Value read_option(const BaseTypeOption& option, const keys::Key& key, LowerContext& context) {
  switch (option.form) {
    case BaseTypeForm::routine: {
      const ast::Name name = keys::name(key, context);
      if (name.empty()) return Value("");
      return Value(context.routine_text(name));
    }
    case BaseTypeForm::type: return Value(frontend::argument_type(context.type_text(keys::text(key.value))));
    case BaseTypeForm::flag: return Value(keys::flag(key, context));
    case BaseTypeForm::word: return Value(to_lower_ascii(keys::text(key.value)));
    default: return Value(keys::text(key.value));
  }
}

void lower_base_type(const ast::Decl& decl, LowerContext& context) {
  Object* type = context.add(decl, {KindId::BaseType, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (type == nullptr) return;
  keys::reject_others(decl, context, kBaseTypeAbout, {});
  Attributes of_definition;
  std::vector<std::string> functions;
  keys::each(decl, context, kBaseTypeAbout,
             {"input", "output", "receive", "send", "typmod_in", "typmod_out", "analyze", "subscript", "internallength", "passedbyvalue", "alignment", "storage", "like",
              "category", "preferred", "default", "element", "delimiter", "collatable"},
             [&](const keys::Key& key) {
               const auto option = std::ranges::find(kBaseTypeOptions, std::string_view(key.name), &BaseTypeOption::name);
               if (option == kBaseTypeOptions.end()) return false;
               Value value = read_option(*option, key, context);
               if (option->form == BaseTypeForm::routine) functions.push_back(value.text());
               const bool goes_without_saying = option->form != BaseTypeForm::flag && value.text() == option->usual;
               if (!goes_without_saying) (option->of_definition ? of_definition : type->attributes).set(option->name, std::move(value));
               return true;
             });
  if (decl.all("key").empty()) return;    // a shell
  for (const std::string_view needed : {"input", "output"}) {
    if (type->external || type->attributes.has(needed)) continue;
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("base type `{}`", decl.name.dotted()), fmt::format("{} = …", needed)));
  }
  Object* definition = staged::add_definition(*type, functions, context);
  for (const auto& [name, value] : of_definition) definition->attributes.set(name, value);
}

void link_base_type(const Object& object, LinkContext& context) { staged::link_functions(object, context); }

void normalise_base_types(CatalogBuilder& builder) { staged::lend_owner(builder, KindId::BaseType); }

// ---- to SQL --------------------------------------------------------------------------------------------------------------------------

Sql option_clause(const BaseTypeOption& option, const Attributes& attributes) {
  const Sql name = fragment(option.name);
  if (option.form == BaseTypeForm::flag) return name;
  const std::string& text = attributes.text(option.name);
  return sql("{} = {}", name, option.form == BaseTypeForm::text ? literal(text) : fragment(text));
}

void create_base_type(const Object& object, const ChangeContext& context, Action& action) {
  if (!staged::is_definition(object.id)) {
    action.sql.push_back(sql("CREATE TYPE {}", staged::address(object.id)));
    describe(action, fmt::format("Create {} as a shell", spoken(object.id)));
    return;
  }
  const Object& type = *context.after.find(*object.parent);
  std::vector<Sql> options;
  for (const BaseTypeOption& option : kBaseTypeOptions) {
    const Attributes& attributes = option.of_definition ? object.attributes : type.attributes;
    if (attributes.has(option.name)) options.push_back(option_clause(option, attributes));
  }
  action.sql.push_back(sql("CREATE TYPE {} (\n    {}\n)", staged::address(object.id), join(options, ",\n    ")));
  describe(action, "Define " + spoken(type.id));
}

/// https://www.postgresql.org/docs/15/sql-altertype.html
void alter_options(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Attributes& attributes = alteration.after.attributes;
  std::vector<Sql> options;
  for (const BaseTypeOption& option : kBaseTypeOptions) {
    if (!alteration.has(option.name)) continue;
    if (attributes.has(option.name)) {
      options.push_back(option_clause(option, attributes));
    } else {
      options.push_back(sql("{} = {}", fragment(option.name), option.form == BaseTypeForm::routine ? sql("NONE") : fragment(option.usual)));
    }
  }
  action.sql.push_back(sql("ALTER TYPE {} SET ({})", staged::address(alteration.after.id), join(options, ", ")));
  if (alteration.has("storage")) follow_type_storage(alteration.after.id, context, action);
  describe(action, "Change " + spoken(alteration.after.parent.value_or(alteration.after.id)));
}

/// Postgres takes back no TOAST-able storage: AlterType() in src/backend/commands/typecmds.c.
bool becomes_plain(const Object& before, const Object& after, int) { return before.attributes.has("storage") && !after.attributes.has("storage"); }

std::vector<std::string> base_type_slots(const Object& object) {
  return object.attributes.has("input") ? std::vector<std::string>() : type_slots(object);
}

// ---- to .lp ---------------------------------------------------------------------------------------------------------------------------

void print_option(const BaseTypeOption& option, const std::string& text, const Catalog& catalog, LpWriter& writer) {
  writer.word(option.name).word("=");
  switch (option.form) {
    case BaseTypeForm::routine: write_routine(text, catalog, writer); break;
    case BaseTypeForm::type: writer.type(text); break;
    case BaseTypeForm::text: writer.string(text); break;
    case BaseTypeForm::flag: writer.word("true"); break;
    case BaseTypeForm::word: writer.word(text); break;
  }
  writer.line();
}

void print_base_type(const Object& object, const Catalog& catalog, LpWriter& writer) {
  if (staged::is_definition(object.id)) return;
  const Object& definition = staged::holder(object, catalog);
  writer.doc(definition).word("base type").name(object.id.schema, object.id.name).owner(definition).comment_clause(definition).grants(definition);
  if (&definition == &object) {
    writer.line();
    return;
  }
  writer.open();
  for (const BaseTypeOption& option : kBaseTypeOptions) {
    const Attributes& attributes = option.of_definition ? definition.attributes : object.attributes;
    if (attributes.has(option.name)) print_option(option, option.form == BaseTypeForm::flag ? std::string() : attributes.text(option.name), catalog, writer);
  }
  writer.close();
}

constexpr AttributeRule kBaseTypeRules[] = {
    {.name = "input", .content = Content::text},
    {.name = "output", .content = Content::text},
    {.name = "receive", .content = Content::text, .alter = alter_options},
    {.name = "send", .content = Content::text, .alter = alter_options},
    {.name = "typmod_in", .content = Content::text, .alter = alter_options},
    {.name = "typmod_out", .content = Content::text, .alter = alter_options},
    {.name = "analyze", .content = Content::text, .alter = alter_options},
    {.name = "subscript", .content = Content::text, .alter = alter_options},
    {.name = "internallength", .content = Content::text},
    {.name = "passedbyvalue", .content = Content::flag},
    {.name = "alignment", .content = Content::text},
    {.name = "storage", .content = Content::text, .alter = alter_options, .replace_when = becomes_plain,
     .lasts = "its storage stays as it is, since Postgres makes none plain again and columns have this type"},
    {.name = "like", .content = Content::type},
    {.name = "category", .content = Content::text},
    {.name = "preferred", .content = Content::flag},
    {.name = "default", .content = Content::text},
    {.name = "element", .content = Content::type},
    {.name = "delimiter", .content = Content::text},
    {.name = "collatable", .content = Content::flag},
    staged::kFunctionsRule,
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kBaseType = {
    .id = KindId::BaseType,
    .sql_name = "TYPE",
    .declared_as = kBaseTypeDeclaredAs,
    .introspect = kBaseTypeQueries,
    .lower = lower_base_type,
    .normalise = normalise_base_types,
    .edges = link_base_type,
    .create = create_base_type,
    .drop = staged::drop,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = staged::address,
    .attributes = kBaseTypeRules,
    .print_lp = print_base_type,
    .slots = base_type_slots,
    .traits = {.dropped_with_parent = true, .dropped_apart = staged::is_dropped_apart, .acl_type = 'T',
               .found_in = "pg_type where typtype in ('b', 'p') and oid >= 16384 and not exists (select from pg_type e where e.typarray = pg_type.oid)"},
};
static_assert(is_complete(kBaseType));

}  // namespace lpc::kinds
