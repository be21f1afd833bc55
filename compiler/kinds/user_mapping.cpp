// User mappings: who a role is on a foreign server. https://www.postgresql.org/docs/15/sql-createusermapping.html
// The id is the role's name ("public" for all that have no mapping of their own) and, as its member, the server's. A mapping belongs to no one and can have no
// comment. Its options are for the mapped role, the server's owner and superusers to see: for anyone else they are unreadable and stay as they are.
#include <fmt/core.h>

#include "kinds/common.h"
#include "kinds/foreign_options.h"
#include "kinds/link_context.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kUserMappingDeclaredAs[] = {"user_mapping"};

// pg_user_mapping itself is for superusers only; the view gives no options to those who may not see them, which looks like having none.
// Its definition in src/backend/catalog/system_views.sql says who may.
constexpr IntrospectQuery kUserMappingQueries[] = {{.sql =
    "select m.usename as _name, m.srvname as _member, 'pg_user_mapping:' || m.umid as _aliases,\n"
    LPC_FOREIGN_OPTIONS("m.umoptions") ",\n"
    "  json_build_array('options', 'secrets') as _private,\n"
    "  case when not (me.rolsuper or m.umuser = 0 and pg_has_role(s.srvowner, 'USAGE')\n"
    "      or m.umuser = me.oid and (pg_has_role(s.srvowner, 'USAGE') or has_server_privilege(s.oid, 'USAGE')))\n"
    "    then json_build_array('options', 'secrets', '_placeholders') end as _unreadable\n"
    "from pg_user_mappings m\n"
    "join pg_foreign_server s on s.oid = m.srvid\n"
    "join pg_roles me on me.rolname = current_user\n"
    "where {not_member:pg_user_mapping:m.umid}"}};

void lower_mapping(const ast::Decl& decl, LowerContext& context) {
  const ast::Value* user = decl.value(ast::Shape::word);
  const ast::Value* mapping = decl.value(ast::Shape::word, 1);
  if (user == nullptr || user->text != "user" || mapping == nullptr || mapping->text != "mapping") {
    context.error(diag::make(diag::Code::kUnknownDeclaration, decl.span, user == nullptr ? std::string_view() : std::string_view(user->text)));
    return;
  }
  const ast::Clause* server = decl.clause("server");
  Object* object = context.add(decl, {KindId::UserMapping, "", decl.name.last(), server->value(ast::Shape::name)->name.last(), ""});
  if (object == nullptr) return;
  object->attributes.set("_private", Value::strings({"options", "secrets"}));
  lower_foreign_options(decl, *object, context);
}

void link_mapping(const Object& mapping, LinkContext& context) {
  context.object({KindId::Server, "", mapping.id.member, "", ""});
  if (mapping.id.name != "public") context.role(mapping.id.name);
}

Sql address_mapping(const ObjectId& id) { return sql("FOR {} SERVER {}", id.name == "public" ? sql("PUBLIC") : ident(id.name), ident(id.member)); }

std::string spoken_mapping(const ObjectId& id) { return fmt::format("the user mapping of {} on server {}", id.name, id.member); }

void create_mapping(const Object& mapping, const ChangeContext&, Action& action) {
  action.sql.push_back(sql("CREATE USER MAPPING {}{}", address_mapping(mapping.id), foreign_options_clause(mapping)));
  describe(action, fmt::format("Create {}", spoken_mapping(mapping.id)));
}

void alter_mapping(const Alteration& alteration, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Change the options of {}", spoken_mapping(alteration.after.id)));
  alter_foreign_options(alteration, context, action);
}

void drop_mapping(const Object& mapping, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Drop {}", spoken_mapping(mapping.id)));
  drop_plain(mapping, context, action);
}

void print_mapping(const Object& mapping, const Catalog&, LpWriter& writer) {
  writer.word("user mapping for").ident(mapping.id.name).word("server").ident(mapping.id.member);
  print_foreign_options(mapping, writer);
  writer.line();
}

constexpr AttributeRule kUserMappingRules[] = {
    {.name = "options", .content = Content::map, .alter = alter_mapping},
    {.name = "secrets", .content = Content::names, .alter = alter_mapping},
    kPlaceholdersRule,
    kUnreadableRule,
    kPrivateRule,
};

}  // namespace

constexpr Kind kUserMapping = {
    .id = KindId::UserMapping,
    .sql_name = "USER MAPPING",
    .declared_as = kUserMappingDeclaredAs,
    .introspect = kUserMappingQueries,
    .lower = lower_mapping,
    .normalise = nullptr,
    .edges = link_mapping,
    .create = create_mapping,
    .drop = drop_mapping,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_mapping,
    .attributes = kUserMappingRules,
    .print_lp = print_mapping,
    .slots = nullptr,
    .traits = {.schemaless = true, .named_after_role = true, .found_in = "pg_foreign_server"},
};
static_assert(is_complete(kUserMapping));

}  // namespace lpc::kinds
