// Casts between two types. https://www.postgresql.org/docs/15/sql-createcast.html
// A cast has no name: "text AS shop.email" is its id. It belongs to no schema and to no one, so it is managed only when declared; nothing of it can be altered
// but its comment.
#include <fmt/core.h>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"
#include "kinds/operator_name.h"
#include "kinds/routine.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kCastDeclaredAs[] = {"cast"};
constexpr std::string_view kCastAbout = "a cast";

// Rows below 16384 are the system's own. The cast of a range type to its multirange type is a part of these: it depends on them internally.
constexpr IntrospectQuery kCastQueries[] = {{.sql =
    "select format_type(c.castsource, null) || ' AS ' || format_type(c.casttarget, null) as _name, 'pg_cast:' || c.oid as _aliases,\n"
    "  format_type(c.castsource, null) as source, format_type(c.casttarget, null) as target,\n"
    "  case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) when f.oid is not null then format('%I.%I', fn.nspname, f.proname) end as function,\n"
    "  (select string_agg(format_type(t.type, null), ', ' order by t.i) from unnest(f.proargtypes) with ordinality t(type, i)) as arguments,\n"
    "  c.castmethod = 'i' as inout, case c.castcontext when 'a' then 'assignment' when 'i' then 'implicit' end as context, d.description as comment\n"
    "from pg_cast c\n"
    "left join pg_proc f on f.oid = c.castfunc\n"
    "left join pg_namespace fn on fn.oid = f.pronamespace\n"
    "left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_cast'::regclass and d.objsubid = 0\n"
    "where c.oid >= 16384 and {not_member:pg_cast:c.oid}\n"
    "  and not exists (select from pg_depend i where i.classid = 'pg_cast'::regclass and i.objid = c.oid and i.deptype = 'i')"}};

// ---- from .lp ------------------------------------------------------------------------------------------------------------------------

std::string declared_type(const ast::Value* value, LowerContext& context) {
  return value == nullptr ? std::string() : frontend::argument_type(context.type_text(value->text));
}

/// Without a list the function takes the source type alone, as most do.
void lower_function(const ast::Clause& clause, const std::string& source, LowerContext& context, Attributes& attributes) {
  const ast::Name& name = clause.value(ast::Shape::name)->name;
  attributes.set("function", context.routine_text(name));
  const ast::Value* list = clause.value(ast::Shape::sql);
  if (list == nullptr || list->text.empty()) {
    attributes.set("arguments", source);
    return;
  }
  context.fragments.check(frontend::FragmentKind::parameters, list->text, list->span, context.sink);
  std::vector<std::string> types;
  for (const frontend::Parameter& parameter : context.fragments.parameters(list->text)) types.push_back(frontend::argument_type(context.type_text(parameter.type)));
  attributes.set("arguments", lpc::join(types, ", "));
}

void lower_method(const ast::Decl& decl, const std::string& source, LowerContext& context, Attributes& attributes) {
  const ast::Clause* function = context.once(decl, "cast_function");
  const ast::Clause* binary = context.once(decl, "cast_without_function");
  const ast::Clause* method = context.once(decl, "cast_method");
  const int said = (function != nullptr) + (binary != nullptr) + (method != nullptr);
  if (said > 1) context.error(diag::make(diag::Code::kWrongValue, decl.span, "cast", "only one of `with function`, `without function` and `with inout`"));
  if (said == 0 && !decl.external) context.error(diag::make(diag::Code::kMissingClause, decl.span, kCastAbout, "with function …"));
  if (function != nullptr) lower_function(*function, source, context, attributes);
  if (method == nullptr) return;
  if (method->word_value() != "inout") context.error(diag::make(diag::Code::kWrongValue, method->span, "with", "`inout` or `function …`"));
  attributes.set("inout", true);
}

void lower_cast(const ast::Decl& decl, LowerContext& context) {
  const ast::Clause* types = decl.clause("cast_types");
  if (types == nullptr || decl.word_value() != "cast") {
    context.error(diag::make(diag::Code::kUnknownDeclaration, decl.span, decl.word_value()));
    return;
  }
  const std::string source = declared_type(types->value(ast::Shape::type), context);
  const std::string target = declared_type(types->value(ast::Shape::type, 1), context);
  Object* cast = context.add(decl, {KindId::Cast, "", fmt::format("{} AS {}", source, target), "", ""});
  if (cast == nullptr) return;
  cast->attributes.set("source", source);
  cast->attributes.set("target", target);
  lower_method(decl, source, context, cast->attributes);
  const ast::Clause* when = context.once(decl, "cast_context");
  if (when == nullptr) return;
  const std::string word(when->word_value());
  if (word != "assignment" && word != "implicit") {
    context.error(diag::make(diag::Code::kWrongValue, when->span, "as", "`assignment` or `implicit`"));
    return;
  }
  cast->attributes.set("context", word);
}

void link_cast(const Object& cast, LinkContext& context) {
  const std::vector<std::string> parts = name_parts(cast.attributes.text("function"));
  if (parts.size() == 2) context.object({KindId::Function, parts[0], parts[1], "", cast.attributes.text("arguments")});
}

/// A function may take and give what is coercible to the cast's types without one, which another cast may say: https://www.postgresql.org/docs/15/sql-createcast.html
void normalise_casts(CatalogBuilder& builder) {
  for (Object* cast : builder.of(KindId::Cast)) {
    if (!cast->attributes.has("function")) continue;
    const std::vector<std::string> parts = name_parts(cast->attributes.text("function")), arguments = split_types(cast->attributes.text("arguments"));
    const Object* function = parts.size() == 2 ? builder.find({KindId::Function, parts[0], parts[1], "", cast->attributes.text("arguments")}) : nullptr;
    const auto add_need = [&](std::string_view from, std::string_view to) {
      const Object* other = builder.find({KindId::Cast, "", fmt::format("{} AS {}", from, to), "", ""});
      if (other != nullptr && other != cast && !other->attributes.has("function") && !other->attributes.flag("inout")) cast->depends_on.push_back(other->id);
    };
    if (function != nullptr) add_need(function->attributes.text("returns"), cast->attributes.text("target"));
    if (!arguments.empty()) add_need(cast->attributes.text("source"), arguments.front());
  }
}

// ---- to SQL --------------------------------------------------------------------------------------------------------------------------

Sql address_cast(const ObjectId& id) { return sql("({})", fragment(id.name)); }

void create_cast(const Object& cast, const ChangeContext&, Action& action) {
  const Attributes& attributes = cast.attributes;
  Sql method = sql("WITHOUT FUNCTION");
  if (attributes.flag("inout")) method = sql("WITH INOUT");
  if (attributes.has("function")) method = sql("WITH FUNCTION {}({})", fragment(attributes.text("function")), fragment(attributes.text("arguments")));
  const std::string& when = attributes.text("context");
  const Sql as = when.empty() ? Sql{} : when == "implicit" ? sql(" AS IMPLICIT") : sql(" AS ASSIGNMENT");
  action.sql.push_back(sql("CREATE CAST {} {}{}", address_cast(cast.id), method, as));
  describe(action, fmt::format("Create cast ({})", cast.id.name));
}

void drop_cast(const Object& cast, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Drop cast ({})", cast.id.name));
  drop_plain(cast, context, action);
}

// ---- to .lp ---------------------------------------------------------------------------------------------------------------------------

void print_cast(const Object& cast, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = cast.attributes;
  writer.doc(cast).word("cast (").type(attributes.text("source")).word("as").type(attributes.text("target")).word(")");
  if (attributes.has("function")) {
    writer.word("with function");
    write_routine(attributes.text("function"), catalog, writer);
    writer.sql(attributes.text("arguments"));
  } else {
    writer.word(attributes.flag("inout") ? "with inout" : "without function");
  }
  if (attributes.has("context")) writer.word("as").word(attributes.text("context"));
  writer.comment_clause(cast).line();
}

constexpr AttributeRule kCastRules[] = {
    {.name = "source", .content = Content::type},
    {.name = "target", .content = Content::type},
    {.name = "function", .content = Content::text},
    {.name = "arguments", .content = Content::text},
    {.name = "inout", .content = Content::flag},
    {.name = "context", .content = Content::text},
    kCommentRule,
};

}  // namespace

constexpr Kind kCast = {
    .id = KindId::Cast,
    .sql_name = "CAST",
    .declared_as = kCastDeclaredAs,
    .introspect = kCastQueries,
    .lower = lower_cast,
    .normalise = normalise_casts,
    .edges = link_cast,
    .create = create_cast,
    .drop = drop_cast,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_cast,
    .attributes = kCastRules,
    .print_lp = print_cast,
    .slots = nullptr,
    .traits = {.schemaless = true, .found_in = "pg_cast where oid >= 16384"},
};
static_assert(is_complete(kCast));

}  // namespace lpc::kinds
