// Transforms: how a language takes and gives values of a type. https://www.postgresql.org/docs/15/sql-createtransform.html
// A transform has no name: "hstore LANGUAGE plperl" is its id. It stands in no schema and belongs to no one. Its functions take `internal` and nothing else.
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

constexpr std::string_view kTransformDeclaredAs[] = {"transform"};
constexpr std::string_view kTransformAbout = "a transform";
constexpr auto kTransformFunctions = std::to_array<std::string_view>({"from_sql", "to_sql"});

#define LPC_TRANSFORM_FUNCTION(column, name)                                                                                                  \
  "  (select case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', fn.nspname, f.proname) end\n"              \
  "   from pg_proc f join pg_namespace fn on fn.oid = f.pronamespace where f.oid = t." column ") as " name ",\n"

// Rows below 16384 are the system's own.
constexpr IntrospectQuery kTransformQueries[] = {{.sql =
    "select format_type(t.trftype, null) || ' LANGUAGE ' || quote_ident(l.lanname) as _name, 'pg_transform:' || t.oid as _aliases,\n"
    "  format_type(t.trftype, null) as type, l.lanname as language,\n"
    LPC_TRANSFORM_FUNCTION("trffromsql", "from_sql") LPC_TRANSFORM_FUNCTION("trftosql", "to_sql")
    "  d.description as comment\n"
    "from pg_transform t\n"
    "join pg_language l on l.oid = t.trflang\n"
    "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_transform'::regclass and d.objsubid = 0\n"
    "where t.oid >= 16384 and {not_member:pg_transform:t.oid}"}};
#undef LPC_TRANSFORM_FUNCTION

void lower_transform(const ast::Decl& decl, LowerContext& context) {
  const ast::Value* written = decl.value(ast::Shape::type);
  if (written == nullptr || decl.name.empty()) return;
  const std::string type = frontend::argument_type(context.type_text(written->text));
  Object* object = context.add(decl, {KindId::Transform, "", fmt::format("{} LANGUAGE {}", type, ident(decl.name.last()).text), "", ""});
  if (object == nullptr) return;
  object->attributes.set("type", type);
  object->attributes.set("language", decl.name.last());
  keys::each(decl, context, kTransformAbout, {"from_sql", "to_sql"}, [&](const keys::Key& key) {
    const auto function = std::ranges::find(kTransformFunctions, key.name);
    if (function == kTransformFunctions.end()) return false;
    const ast::Name name = keys::name(key, context);
    if (!name.empty()) object->attributes.set(*function, context.routine_text(name));
    return true;
  });
  if (object->external || object->attributes.has("from_sql") || object->attributes.has("to_sql")) return;
  context.error(diag::make(diag::Code::kMissingClause, decl.span, kTransformAbout, "from_sql = … or to_sql = …"));
}

void link_transform(const Object& object, LinkContext& context) { context.object({KindId::Language, "", object.attributes.text("language"), "", ""}); }

Sql address_transform(const ObjectId& id) { return sql("FOR {}", fragment(id.name)); }

void create_transform(const Object& object, const ChangeContext&, Action& action) {
  const Attributes& attributes = object.attributes;
  const bool replaces = action.type == ActionType::alter;
  std::vector<Sql> parts;
  if (attributes.has("from_sql")) parts.push_back(sql("FROM SQL WITH FUNCTION {}(internal)", fragment(attributes.text("from_sql"))));
  if (attributes.has("to_sql")) parts.push_back(sql("TO SQL WITH FUNCTION {}(internal)", fragment(attributes.text("to_sql"))));
  action.sql.push_back(sql("CREATE {}TRANSFORM FOR {} LANGUAGE {} ({})", replaces ? sql("OR REPLACE ") : Sql{}, fragment(attributes.text("type")),
                           ident(attributes.text("language")), join(parts, ", ")));
  describe(action, fmt::format("{} transform for {}", replaces ? "Replace" : "Create", object.id.name));
}

void drop_transform(const Object& object, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Drop transform for {}", object.id.name));
  drop_plain(object, context, action);
}

bool can_replace_transform(const Object&, const Object&) { return true; }

void print_transform(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object).word("transform").type(object.attributes.text("type")).word("language").ident(object.attributes.text("language")).comment_clause(object).open();
  for (const std::string_view name : kTransformFunctions) {
    if (!object.attributes.has(name)) continue;
    writer.word(name).word("=");
    write_routine(object.attributes.text(name), catalog, writer);
    writer.line();
  }
  writer.close();
}

constexpr AttributeRule kTransformRules[] = {
    {.name = "type", .content = Content::type},
    {.name = "language", .content = Content::name},
    {.name = "from_sql", .content = Content::routine},
    {.name = "to_sql", .content = Content::routine},
    kCommentRule,
};

}  // namespace

constexpr Kind kTransform = {
    .id = KindId::Transform,
    .sql_name = "TRANSFORM",
    .declared_as = kTransformDeclaredAs,
    .introspect = kTransformQueries,
    .lower = lower_transform,
    .normalise = nullptr,
    .edges = link_transform,
    .create = create_transform,
    .drop = drop_transform,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_transform,
    .attributes = kTransformRules,
    .print_lp = print_transform,
    .slots = nullptr,
    .traits = {.schemaless = true, .found_in = "pg_transform", .can_replace = can_replace_transform},
};
static_assert(is_complete(kTransform));

}  // namespace lpc::kinds
