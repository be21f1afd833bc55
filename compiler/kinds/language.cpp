// Procedural languages. https://www.postgresql.org/docs/15/sql-createlanguage.html
// They stand in no schema. Those of extensions are the extensions' business, and Postgres's own four aren't looked at.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kLanguageDeclaredAs[] = {"language"};
constexpr std::string_view kLanguageAbout = "a language";
constexpr auto kFunctions = std::to_array<std::string_view>({"handler", "inline", "validator"});

#define LPC_LANGUAGE_FUNCTION(column, name)                                                                                                   \
  "  (select case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', fn.nspname, f.proname) end\n"              \
  "   from pg_proc f join pg_namespace fn on fn.oid = f.pronamespace where f.oid = l." column ") as " name ",\n"

// Rows below 16384 are the system's own.
constexpr IntrospectQuery kLanguageQueries[] = {{.sql =
    "select l.lanname as _name, 'pg_language:' || l.oid as _aliases, pg_get_userbyid(l.lanowner) as owner, d.description as comment,\n"
    "  l.lanacl::text as _acl, pg_get_userbyid(l.lanowner) as _acl_owner,\n"
    LPC_LANGUAGE_FUNCTION("lanplcallfoid", "handler") LPC_LANGUAGE_FUNCTION("laninline", "\"inline\"") LPC_LANGUAGE_FUNCTION("lanvalidator", "validator")
    "  l.lanpltrusted as trusted\n"
    "from pg_language l\n"
    "left join pg_description d on d.objoid = l.oid and d.classoid = 'pg_language'::regclass and d.objsubid = 0\n"
    "where l.oid >= 16384 and {not_member:pg_language:l.oid}"}};
#undef LPC_LANGUAGE_FUNCTION

void lower_language(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::Language, "", decl.name.last(), "", ""});
  if (object == nullptr) return;
  keys::reject_others(decl, context, kLanguageAbout, {});
  keys::each(decl, context, kLanguageAbout, {"handler", "inline", "validator", "trusted"}, [&](const keys::Key& key) {
    if (key.name == "trusted") {
      object->attributes.set("trusted", Value(keys::flag(key, context)));
      return true;
    }
    const auto function = std::ranges::find(kFunctions, key.name);
    if (function == kFunctions.end()) return false;
    const ast::Name name = keys::name(key, context);
    if (!name.empty()) object->attributes.set(*function, context.routine_text(name));
    return true;
  });
  if (object->external || object->attributes.has("handler")) return;
  context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("language `{}`", decl.name.dotted()), "handler = …"));
}

void create_language(const Object& object, const ChangeContext&, Action& action) {
  const Attributes& attributes = object.attributes;
  const bool replaces = action.type == ActionType::alter;
  Sql text = sql("CREATE {}{}LANGUAGE {} HANDLER {}", replaces ? sql("OR REPLACE ") : Sql{}, attributes.flag("trusted") ? sql("TRUSTED ") : Sql{},
                 address_name(object.id), fragment(attributes.text("handler")));
  if (attributes.has("inline")) text = sql("{} INLINE {}", text, fragment(attributes.text("inline")));
  if (attributes.has("validator")) text = sql("{} VALIDATOR {}", text, fragment(attributes.text("validator")));
  action.sql.push_back(text);
  describe(action, (replaces ? "Replace " : "Create ") + spoken(object.id));
}

bool can_replace_language(const Object&, const Object&) { return true; }

void print_language(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object).word("language").ident(object.id.name).owner(object).comment_clause(object).grants(object).open();
  for (const std::string_view name : kFunctions) {
    if (!object.attributes.has(name)) continue;
    writer.word(name).word("=");
    write_routine(object.attributes.text(name), catalog, writer);
    writer.line();
  }
  if (object.attributes.flag("trusted")) writer.word("trusted = true").line();
  writer.close();
}

constexpr AttributeRule kLanguageRules[] = {
    {.name = "handler", .content = Content::routine},
    {.name = "inline", .content = Content::routine},
    {.name = "validator", .content = Content::routine},
    {.name = "trusted", .content = Content::flag},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kLanguage = {
    .id = KindId::Language,
    .sql_name = "LANGUAGE",
    .declared_as = kLanguageDeclaredAs,
    .introspect = kLanguageQueries,
    .lower = lower_language,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_language,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kLanguageRules,
    .print_lp = print_language,
    .slots = nullptr,
    .traits = {.schemaless = true, .acl_type = 'l', .found_in = "pg_language where oid >= 16384", .can_replace = can_replace_language},
};
static_assert(is_complete(kLanguage));

}  // namespace lpc::kinds
