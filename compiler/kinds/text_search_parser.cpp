// Text search parsers: functions that cut a text into tokens. https://www.postgresql.org/docs/15/sql-createtsparser.html
#include "kinds/common.h"
#include "kinds/text_search_functions.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kTextSearchParserDeclaredAs[] = {"text_search_parser"};
constexpr std::string_view kParserWord = "text search parser";
constexpr text_search::Key kParserKeys[] = {{"start", true}, {"gettoken", true}, {"end", true}, {"headline", false}, {"lextypes", true}};

constexpr IntrospectQuery kTextSearchParserQueries[] = {{.sql =
    "select n.nspname as _schema, t.prsname as _name, 'pg_ts_parser:' || t.oid as _aliases,\n"
    LPC_TEXT_SEARCH_FUNCTION("prsstart", "start")
    LPC_TEXT_SEARCH_FUNCTION("prstoken", "gettoken")
    LPC_TEXT_SEARCH_FUNCTION("prsend", "\"end\"")
    LPC_TEXT_SEARCH_FUNCTION("prsheadline", "headline")
    LPC_TEXT_SEARCH_FUNCTION("prslextype", "lextypes")
    "  d.description as comment\n"
    "from pg_ts_parser t\n"
    "join pg_namespace n on n.oid = t.prsnamespace\n"
    "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_ts_parser'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_ts_parser:t.oid}"}};

void lower_parser(const ast::Decl& decl, LowerContext& context) { text_search::lower(decl, KindId::TextSearchParser, kParserWord, kParserKeys, context); }

void qualify_parser(CatalogBuilder& builder) { text_search::qualify(builder, KindId::TextSearchConfiguration, "parser", KindId::TextSearchParser); }

void create_parser(const Object& object, const ChangeContext&, Action& action) { text_search::create(object, "TEXT SEARCH PARSER", kParserKeys, action); }

void print_parser(const Object& object, const Catalog& catalog, LpWriter& writer) { text_search::print(object, kParserWord, kParserKeys, catalog, writer); }

std::vector<std::string> parser_slots(const Object& object) { return {"text search parser " + address_qualified(object.id).text}; }

constexpr AttributeRule kTextSearchParserRules[] = {
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
    .declared_as = kTextSearchParserDeclaredAs,
    .introspect = kTextSearchParserQueries,
    .lower = lower_parser,
    .normalise = qualify_parser,
    .edges = nullptr,
    .create = create_parser,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kTextSearchParserRules,
    .print_lp = print_parser,
    .slots = parser_slots,
    .traits = {.found_in = "pg_ts_parser where oid >= 16384"},
};
static_assert(is_complete(kTextSearchParser));

}  // namespace lpc::kinds
