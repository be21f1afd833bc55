// Text search templates: the functions behind dictionaries. https://www.postgresql.org/docs/15/sql-createtstemplate.html
#include "kinds/common.h"
#include "kinds/text_search_functions.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDeclaredAs[] = {"text_search_template"};
constexpr std::string_view kWord = "text search template";
constexpr text_search::Key kKeys[] = {{"init", false}, {"lexize", true}};

constexpr IntrospectQuery kQueries[] = {{.sql =
    "select n.nspname as _schema, t.tmplname as _name, 'pg_ts_template:' || t.oid as _aliases,\n"
    LPC_TEXT_SEARCH_FUNCTION("tmplinit", "init")
    LPC_TEXT_SEARCH_FUNCTION("tmpllexize", "lexize")
    "  d.description as comment\n"
    "from pg_ts_template t\n"
    "join pg_namespace n on n.oid = t.tmplnamespace\n"
    "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_ts_template'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_ts_template:t.oid}"}};

void lower(const ast::Decl& decl, LowerContext& context) { text_search::lower(decl, KindId::TextSearchTemplate, kWord, kKeys, context); }

void qualify(CatalogBuilder& builder) { text_search::qualify(builder, KindId::TextSearchDictionary, "template", KindId::TextSearchTemplate); }

void create(const Object& object, const ChangeContext&, Action& action) { text_search::create(object, "TEXT SEARCH TEMPLATE", kKeys, action); }

void print(const Object& object, const Catalog& catalog, LpWriter& writer) { text_search::print(object, kWord, kKeys, catalog, writer); }

std::vector<std::string> slots(const Object& object) { return {"text search template " + address_qualified(object.id).text}; }

constexpr AttributeRule kRules[] = {
    {.name = "init", .content = Content::routine},
    {.name = "lexize", .content = Content::routine},
    kCommentRule,
};

}  // namespace

constexpr Kind kTextSearchTemplate = {
    .id = KindId::TextSearchTemplate,
    .sql_name = "TEXT SEARCH TEMPLATE",
    .declared_as = kDeclaredAs,
    .introspect = kQueries,
    .lower = lower,
    .normalise = qualify,
    .edges = nullptr,
    .create = create,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kRules,
    .print_lp = print,
    .slots = slots,
    .traits = {.found_in = "pg_ts_template where oid >= 16384"},
};
static_assert(is_complete(kTextSearchTemplate));

}  // namespace lpc::kinds
