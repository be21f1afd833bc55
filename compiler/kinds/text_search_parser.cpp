// Text search parsers: functions that cut a text into tokens. https://www.postgresql.org/docs/15/sql-createtsparser.html
// They belong to no one, and only a superuser can make them; nothing of them can be altered but name, schema and comment.
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
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDeclaredAs[] = {"text_search_parser"};
constexpr std::string_view kAbout = "a text search parser";
constexpr auto kFunctions = std::to_array<std::string_view>({"start", "gettoken", "end", "headline", "lextypes"});

#define LPC_PARSER_FUNCTION(column, name)                                                                                                     \
  "  (select case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', fn.nspname, f.proname) end\n"              \
  "   from pg_proc f join pg_namespace fn on fn.oid = f.pronamespace where f.oid = t." column ") as " name ",\n"

constexpr IntrospectQuery kQueries[] = {{.sql =
    "select n.nspname as _schema, t.prsname as _name, 'pg_ts_parser:' || t.oid as _aliases,\n"
    LPC_PARSER_FUNCTION("prsstart", "start")
    LPC_PARSER_FUNCTION("prstoken", "gettoken")
    LPC_PARSER_FUNCTION("prsend", "\"end\"")
    LPC_PARSER_FUNCTION("prsheadline", "headline")
    LPC_PARSER_FUNCTION("prslextype", "lextypes")
    "  d.description as comment\n"
    "from pg_ts_parser t\n"
    "join pg_namespace n on n.oid = t.prsnamespace\n"
    "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_ts_parser'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_ts_parser:t.oid}"}};
#undef LPC_PARSER_FUNCTION

void lower_parser(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::TextSearchParser, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr) return;
  keys::reject_others(decl, context, kAbout, {});
  keys::each(decl, context, kAbout, {"start", "gettoken", "end", "headline", "lextypes"}, [&](const keys::Key& key) {
    const auto function = std::ranges::find(kFunctions, key.name);
    if (function == kFunctions.end()) return false;
    const ast::Name name = keys::name(key, context);
    if (!name.empty()) object->attributes.set(*function, context.routine_text(name));
    return true;
  });
  for (const std::string_view needed : {"start", "gettoken", "end", "lextypes"}) {
    if (object->external || object->attributes.has(needed)) continue;
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("text search parser `{}`", decl.name.dotted()), fmt::format("{} = …", needed)));
  }
}

/// A configuration that names its parser without a schema means one that the sources declare next to it or in public, else one of pg_catalog's.
void qualify_parsers(CatalogBuilder& builder) {
  for (Object* user : builder.objects()) {
    if (user->id.kind != KindId::TextSearchConfiguration) continue;
    const std::vector<std::string> name = name_parts(user->attributes.text("parser"));
    if (name.size() != 1) continue;
    for (const std::string& schema : {user->id.schema.str(), std::string("public")}) {
      if (builder.find({KindId::TextSearchParser, schema, name[0], "", ""}) == nullptr) continue;
      user->attributes.set("parser", qualified(schema, name[0]).text);
      break;
    }
  }
}

void create_parser(const Object& object, const ChangeContext&, Action& action) {
  std::vector<Sql> parts;
  for (const std::string_view name : kFunctions) {
    if (object.attributes.has(name)) parts.push_back(sql("{} = {}", fragment(name), fragment(object.attributes.text(name))));
  }
  action.sql.push_back(sql("CREATE TEXT SEARCH PARSER {} (\n    {}\n)", address_qualified(object.id), join(parts, ",\n    ")));
}

void print_parser(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object).word("text search parser").name(object.id.schema, object.id.name).comment_clause(object).open();
  for (const std::string_view name : kFunctions) {
    if (!object.attributes.has(name)) continue;
    writer.word(name).word("=");
    write_routine(object.attributes.text(name), catalog, writer);
    writer.line();
  }
  writer.close();
}

std::vector<std::string> parser_slots(const Object& object) { return {"text search parser " + address_qualified(object.id).text}; }

constexpr AttributeRule kRules[] = {
    {.name = "start", .content = Content::routine},
    {.name = "gettoken", .content = Content::routine},
    {.name = "end", .content = Content::routine},
    {.name = "headline", .content = Content::routine},
    {.name = "lextypes", .content = Content::routine},
    kCommentRule,
};

}  // namespace

constexpr Kind kTextSearchParser = {
    .id = KindId::TextSearchParser,
    .sql_name = "TEXT SEARCH PARSER",
    .declared_as = kDeclaredAs,
    .introspect = kQueries,
    .lower = lower_parser,
    .normalise = qualify_parsers,
    .edges = nullptr,
    .create = create_parser,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kRules,
    .print_lp = print_parser,
    .slots = parser_slots,
    .traits = {},
};
static_assert(is_complete(kTextSearchParser));

}  // namespace lpc::kinds
