// Conversions between encodings. https://www.postgresql.org/docs/15/sql-createconversion.html
#include <fmt/core.h>

#include "base/text.h"
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

constexpr std::string_view kConversionDeclaredAs[] = {"conversion"};
constexpr std::string_view kConversionAbout = "a conversion";

constexpr IntrospectQuery kConversionQueries[] = {{.sql =
    "select n.nspname as _schema, c.conname as _name, 'pg_conversion:' || c.oid as _aliases, pg_get_userbyid(c.conowner) as owner, d.description as comment,\n"
    "  pg_encoding_to_char(c.conforencoding) as source, pg_encoding_to_char(c.contoencoding) as destination, c.condefault as is_default,\n"
    "  case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', fn.nspname, f.proname) end as function\n"
    "from pg_conversion c\n"
    "join pg_namespace n on n.oid = c.connamespace\n"
    "join pg_proc f on f.oid = c.conproc\n"
    "join pg_namespace fn on fn.oid = f.pronamespace\n"
    "left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_conversion'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_conversion:c.oid}"}};

std::string clause_text(const ast::Decl& decl, std::string_view word, std::string_view said, LowerContext& context) {
  const ast::Clause* clause = context.once(decl, word);
  if (clause != nullptr) return clause->value(ast::Shape::string)->text;
  if (!decl.external) {
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("conversion `{}`", decl.name.dotted()), std::string(said)));
  }
  return {};
}

void lower_conversion(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::Conversion, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr) return;
  keys::reject_others(decl, context, kConversionAbout, {"is_default", "for_encoding", "to_encoding", "from_function"});
  keys::each(decl, context, kConversionAbout, {}, [](const keys::Key&) { return false; });
  Attributes& attributes = object->attributes;
  attributes.set("source", clause_text(decl, "for_encoding", "for 'encoding'", context));
  attributes.set("destination", clause_text(decl, "to_encoding", "to 'encoding'", context));
  attributes.set("is_default", Value(decl.has("is_default")));
  if (const ast::Clause* from = context.once(decl, "from_function")) {
    const ast::Name& name = from->value(ast::Shape::name)->name;
    attributes.set("function", context.routine_text(name));
  } else if (!object->external) {
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("conversion `{}`", decl.name.dotted()), "from …"));
  }
}

void create_conversion(const Object& object, const ChangeContext&, Action& action) {
  const Attributes& attributes = object.attributes;
  action.sql.push_back(sql("CREATE {}CONVERSION {} FOR {} TO {} FROM {}", attributes.flag("is_default") ? sql("DEFAULT ") : Sql{}, address_qualified(object.id),
                           literal(attributes.text("source")), literal(attributes.text("destination")), fragment(attributes.text("function"))));
}

void print_conversion(const Object& object, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  writer.doc(object).word("conversion").name(object.id.schema, object.id.name);
  if (attributes.flag("is_default")) writer.word("default");
  writer.word("for").string(attributes.text("source")).word("to").string(attributes.text("destination")).word("from");
  write_routine(attributes.text("function"), catalog, writer);
  writer.owner(object).comment_clause(object).line();
}

std::vector<std::string> conversion_slots(const Object& object) { return {"conversion " + address_qualified(object.id).text}; }

constexpr AttributeRule kConversionRules[] = {
    {.name = "source", .content = Content::text},
    {.name = "destination", .content = Content::text},
    {.name = "function", .content = Content::routine},
    {.name = "is_default", .content = Content::flag},
    kOwnerRule,
    kCommentRule,
};

}  // namespace

constexpr Kind kConversion = {
    .id = KindId::Conversion,
    .sql_name = "CONVERSION",
    .declared_as = kConversionDeclaredAs,
    .introspect = kConversionQueries,
    .lower = lower_conversion,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_conversion,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kConversionRules,
    .print_lp = print_conversion,
    .slots = conversion_slots,
    .traits = {.found_in = "pg_conversion where oid >= 16384"},
};
static_assert(is_complete(kConversion));

}  // namespace lpc::kinds
