// Access methods of indexes and tables. https://www.postgresql.org/docs/15/sql-create-access-method.html
// They stand in no schema and belong to no one; nothing of them can be altered but the comment.
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

constexpr std::string_view kAccessMethodDeclaredAs[] = {"access_method"};
constexpr std::string_view kAccessMethodAbout = "an access method";

// Rows below 16384 are the system's own.
constexpr IntrospectQuery kAccessMethodQueries[] = {{.sql =
    "select a.amname as _name, 'pg_am:' || a.oid as _aliases, d.description as comment, case a.amtype when 't' then 'table' else 'index' end as type,\n"
    "  case when n.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', n.nspname, f.proname) end as handler\n"
    "from pg_am a\n"
    "join pg_proc f on f.oid = a.amhandler\n"
    "join pg_namespace n on n.oid = f.pronamespace\n"
    "left join pg_description d on d.objoid = a.oid and d.classoid = 'pg_am'::regclass and d.objsubid = 0\n"
    "where a.oid >= 16384 and {not_member:pg_am:a.oid}"}};

void lower_access_method(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::AccessMethod, "", decl.name.last(), "", ""});
  if (object == nullptr) return;
  keys::reject_others(decl, context, kAccessMethodAbout, {});
  keys::each(decl, context, kAccessMethodAbout, {"type", "handler"}, [&](const keys::Key& key) {
    if (key.name == "type") {
      const std::string type = to_lower_ascii(keys::text(key.value));
      if (type != "table" && type != "index") context.error(diag::make(diag::Code::kWrongValue, key.span, "type", "`table` or `index`"));
      object->attributes.set("type", type);
    } else if (key.name == "handler") {
      const ast::Name name = keys::name(key, context);
      if (!name.empty()) object->attributes.set("handler", context.routine_text(name));
    } else {
      return false;
    }
    return true;
  });
  for (const std::string_view needed : {"type", "handler"}) {
    if (object->external || object->attributes.has(needed)) continue;
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("access method `{}`", decl.name.dotted()), fmt::format("{} = …", needed)));
  }
}

void create_access_method(const Object& object, const ChangeContext&, Action& action) {
  action.sql.push_back(sql("CREATE ACCESS METHOD {} TYPE {} HANDLER {}", address_name(object.id), object.attributes.text("type") == "table" ? sql("TABLE") : sql("INDEX"),
                           fragment(object.attributes.text("handler"))));
}

void print_access_method(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object).word("access method").ident(object.id.name).comment_clause(object).open();
  writer.word("type =").word(object.attributes.text("type")).line().word("handler =");
  write_routine(object.attributes.text("handler"), catalog, writer);
  writer.line().close();
}

constexpr AttributeRule kAccessMethodRules[] = {
    {.name = "type", .content = Content::text},
    {.name = "handler", .content = Content::routine},
    kCommentRule,
};

}  // namespace

constexpr Kind kAccessMethod = {
    .id = KindId::AccessMethod,
    .sql_name = "ACCESS METHOD",
    .declared_as = kAccessMethodDeclaredAs,
    .introspect = kAccessMethodQueries,
    .lower = lower_access_method,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_access_method,
    .drop = drop_plain,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kAccessMethodRules,
    .print_lp = print_access_method,
    .slots = nullptr,
    .traits = {.schemaless = true, .found_in = "pg_am where oid >= 16384"},
};
static_assert(is_complete(kAccessMethod));

}  // namespace lpc::kinds
