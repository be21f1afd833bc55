// Text search templates: the functions behind dictionaries. https://www.postgresql.org/docs/15/sql-createtstemplate.html
#include "kinds/common.h"
#include "kinds/text_search_functions.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kTextSearchTemplateDeclaredAs[] = {"text_search_template"};
constexpr std::string_view kTemplateWord = "text search template";
constexpr text_search::Key kTemplateKeys[] = {{"init", false}, {"lexize", true}};

constexpr IntrospectQuery kTextSearchTemplateQueries[] = {{.sql =
    "select n.nspname as _schema, t.tmplname as _name, 'pg_ts_template:' || t.oid as _aliases,\n"
    LPC_TEXT_SEARCH_FUNCTION("tmplinit", "init")
    LPC_TEXT_SEARCH_FUNCTION("tmpllexize", "lexize")
    "  d.description as comment\n"
    "from pg_ts_template t\n"
    "join pg_namespace n on n.oid = t.tmplnamespace\n"
    "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_ts_template'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_ts_template:t.oid}"}};

void lower_template(const ast::Decl& decl, LowerContext& context) { text_search::lower(decl, KindId::TextSearchTemplate, kTemplateWord, kTemplateKeys, context); }

void qualify_template(CatalogBuilder& builder) { text_search::qualify(builder, KindId::TextSearchDictionary, "template", KindId::TextSearchTemplate); }

void create_template(const Object& object, const ChangeContext&, Action& action) { text_search::create(object, "TEXT SEARCH TEMPLATE", kTemplateKeys, action); }

void print_template(const Object& object, const Catalog& catalog, LpWriter& writer) { text_search::print(object, kTemplateWord, kTemplateKeys, catalog, writer); }

std::vector<std::string> template_slots(const Object& object) { return {"text search template " + address_qualified(object.id).text}; }

constexpr AttributeRule kTextSearchTemplateRules[] = {
    {.name = "init", .content = Content::routine},
    {.name = "lexize", .content = Content::routine},
    kCommentRule,
};

}  // namespace

constexpr Kind kTextSearchTemplate = {
    .id = KindId::TextSearchTemplate,
    .sql_name = "TEXT SEARCH TEMPLATE",
    .declared_as = kTextSearchTemplateDeclaredAs,
    .introspect = kTextSearchTemplateQueries,
    .lower = lower_template,
    .normalise = qualify_template,
    .edges = nullptr,
    .create = create_template,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kTextSearchTemplateRules,
    .print_lp = print_template,
    .slots = template_slots,
    .traits = {.found_in = "pg_ts_template where oid >= 16384"},
};
static_assert(is_complete(kTextSearchTemplate));

}  // namespace lpc::kinds
