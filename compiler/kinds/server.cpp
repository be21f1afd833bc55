// Foreign servers. https://www.postgresql.org/docs/15/sql-createserver.html, https://www.postgresql.org/docs/15/sql-alterserver.html
// They belong to the database, so they are managed only when declared.
#include <fmt/core.h>

#include "kinds/common.h"
#include "kinds/foreign_options.h"
#include "kinds/link_context.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kServerDeclaredAs[] = {"server"};

constexpr IntrospectQuery kServerQueries[] = {{.sql =
    "select s.srvname as _name, 'pg_foreign_server:' || s.oid as _aliases, s.srvtype as type, s.srvversion as version, f.fdwname as foreign_data_wrapper,\n"
    LPC_FOREIGN_OPTIONS("s.srvoptions") ",\n"
    "  pg_get_userbyid(s.srvowner) as owner, d.description as comment, s.srvacl::text as _acl, pg_get_userbyid(s.srvowner) as _acl_owner\n"
    "from pg_foreign_server s\n"
    "join pg_foreign_data_wrapper f on f.oid = s.srvfdw\n"
    "left join pg_description d on d.objoid = s.oid and d.classoid = 'pg_foreign_server'::regclass and d.objsubid = 0\n"
    "where {not_member:pg_foreign_server:s.oid}"}};

void lower_server(const ast::Decl& decl, LowerContext& context) {
  Object* server = context.add(decl, {KindId::Server, "", decl.name.last(), "", ""});
  if (server == nullptr) return;
  Attributes& attributes = server->attributes;
  if (const ast::Clause* type = context.once(decl, "server_type")) attributes.set("type", type->value(ast::Shape::string)->text);
  if (const ast::Clause* version = context.once(decl, "version"); version != nullptr && !version->values.empty()) {
    const ast::Value& value = version->values.front();
    attributes.set("version", value.shape == ast::Shape::name ? value.name.last() : value.text);
  }
  const ast::Clause* wrapper = context.once(decl, "server_wrapper");
  if (wrapper != nullptr && wrapper->word_value() == "wrapper") {
    attributes.set("foreign_data_wrapper", wrapper->value(ast::Shape::name)->name.last());
  } else if (!server->external) {
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("server `{}`", server->id.name), "foreign data wrapper …"));
  }
  lower_foreign_options(decl, *server, context);
}

/// A wrapper that an extension brings is no object of its own; most have the extension's name.
void link_server(const Object& server, LinkContext& context) {
  const std::string& wrapper = server.attributes.text("foreign_data_wrapper");
  context.object({KindId::ForeignDataWrapper, "", wrapper, "", ""});
  context.object({KindId::Extension, "", wrapper, "", ""});
}

void create_server(const Object& server, const ChangeContext&, Action& action) {
  const Attributes& attributes = server.attributes;
  Sql text = sql("CREATE SERVER {}", ident(server.id.name));
  if (attributes.has("type")) text = sql("{} TYPE {}", text, literal(attributes.text("type")));
  if (attributes.has("version")) text = sql("{} VERSION {}", text, literal(attributes.text("version")));
  action.sql.push_back(sql("{} FOREIGN DATA WRAPPER {}{}", text, ident(attributes.text("foreign_data_wrapper")), foreign_options_clause(server)));
  describe(action, fmt::format("Create {}", spoken(server.id)));
}

void alter_server_version(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& server = alteration.after;
  const Sql version = server.attributes.has("version") ? literal(server.attributes.text("version")) : sql("NULL");
  action.sql.push_back(sql("ALTER SERVER {} VERSION {}", ident(server.id.name), version));
  describe(action, fmt::format("Change the version of {}", spoken(server.id)));
}

void print_server(const Object& server, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = server.attributes;
  writer.doc(server);
  if (server.external) writer.word("external");
  writer.word("server").ident(server.id.name);
  if (attributes.has("type")) writer.word("type").string(attributes.text("type"));
  if (attributes.has("version")) writer.word("version").string(attributes.text("version"));
  if (attributes.has("foreign_data_wrapper")) writer.word("foreign data wrapper").ident(attributes.text("foreign_data_wrapper"));
  print_foreign_options(server, writer);
  writer.owner(server).comment_clause(server).line();
  writer.grants(server);
}

std::vector<std::string> server_slots(const Object& server) { return {"server " + ident(server.id.name).text}; }

constexpr AttributeRule kServerRules[] = {
    {.name = "type", .content = Content::text},
    {.name = "version", .content = Content::text, .alter = alter_server_version},
    {.name = "foreign_data_wrapper", .content = Content::name},
    {.name = "options", .content = Content::map, .alter = alter_foreign_options},
    {.name = "secrets", .content = Content::names, .alter = alter_foreign_options},
    kPlaceholdersRule,
    kOwnerRule,
    kCommentRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kServer = {
    .id = KindId::Server,
    .sql_name = "SERVER",
    .declared_as = kServerDeclaredAs,
    .introspect = kServerQueries,
    .lower = lower_server,
    .normalise = nullptr,
    .edges = link_server,
    .create = create_server,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kServerRules,
    .print_lp = print_server,
    .slots = server_slots,
    .traits = {.schemaless = true, .acl_type = 'S', .found_in = "pg_foreign_server"},
};
static_assert(is_complete(kServer));

}  // namespace lpc::kinds
