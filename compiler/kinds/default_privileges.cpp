// Default privileges: what new objects of a role are granted. https://www.postgresql.org/docs/15/sql-alterdefaultprivileges.html
//
// One object per role, schema ("" for all schemas) and type of object. An entry for all schemas replaces acldefault(), so it is kept as what differs from that; an entry for
// a schema adds to it, so it is kept as it is.
#include <fmt/core.h>

#include "kinds/acl.h"
#include "kinds/common.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDefaultPrivilegesDeclaredAs[] = {"default_privileges"};

// `acl` and `server_version` become grants and revokes in normalise.
constexpr IntrospectQuery kDefaultPrivilegesQueries[] = {{
    .sql = "select coalesce(n.nspname, '') as _schema, pg_get_userbyid(d.defaclrole) as _name, 'pg_default_acl:' || d.oid as _aliases,\n"
           "  case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end as _member,\n"
           "  d.defaclacl::text as acl, current_setting('server_version_num')::int as server_version\n"
           "from pg_default_acl d\n"
           "left join pg_namespace n on n.oid = d.defaclnamespace\n"
           "where d.defaclobjtype in ('r', 'S', 'f', 'T', 'n') and (d.defaclnamespace = 0 or {user_schema:n})",
}};

struct ObjectType {
  std::string_view word;
  char acl_type;
  std::string_view sql;
};
constexpr ObjectType kTypes[] = {
    {"tables", 'r', "TABLES"}, {"sequences", 's', "SEQUENCES"}, {"functions", 'f', "FUNCTIONS"}, {"types", 'T', "TYPES"}, {"schemas", 'n', "SCHEMAS"},
};

const ObjectType& type_of(const ObjectId& id) {
  for (const ObjectType& type : kTypes) {
    if (type.word == id.member) return type;
  }
  return kTypes[0];
}

Privileges implied(const ObjectId& id, int server_version) {
  return id.schema.empty() ? default_privileges_of(type_of(id).acl_type, id.name, server_version) : Privileges{};
}

// ---- from .lp ---------------------------------------------------------------------------------------------------------------------

std::vector<std::string> names_after(const ast::Decl& decl, std::string_view word) {
  std::vector<std::string> names;
  for (const ast::Clause* clause : decl.all(word)) {
    for (const ast::Value& value : clause->values) {
      if (value.shape == ast::Shape::name) names.push_back(value.name.last());
    }
  }
  return names;
}

/// The type of object that a `grant … on tables` speaks of, or "" (reported).
std::string object_type(const ast::Decl& grant, LowerContext& context) {
  const ast::Clause* on = grant.clause("on");
  if (on == nullptr) {
    context.error(diag::make(diag::Code::kMissingClause, grant.span, "a grant of default privileges", "on tables"));
    return {};
  }
  const std::string_view word = on->word_value();
  return word == "routines" ? "functions" : std::string(word);
}

/// Adds the lists of one declaration to those of others for the same role, schema and type.
void merge(const Attributes& added, Attributes& into) {
  for (const std::string_view name : {std::string_view("grants"), std::string_view("revokes")}) {
    std::map<std::string, std::set<std::string>> lists;
    for (const Value* value : {into.find(name), added.find(name)}) {
      if (value == nullptr) continue;
      for (const auto& [grantee, privileges] : value->map()) {
        for (const std::string& privilege : privileges.texts()) lists[grantee].insert(privilege);
      }
    }
    into.set(name, acl::to_value(lists));
  }
}

void lower_entry(const ast::Decl& decl, const ObjectId& id, const std::vector<const ast::Decl*>& grants, LowerContext& context) {
  acl::Declared about;
  about.acl_type = type_of(id).acl_type;
  about.owner = id.name;
  about.implied = implied(id, 180000);
  Attributes attributes;
  acl::set_declared(attributes, grants, about, context);
  Object* object = context.catalog.find(id);
  if (object == nullptr) object = context.add(decl, id);
  if (object != nullptr) merge(attributes, object->attributes);
}

void lower_default_privileges(const ast::Decl& decl, LowerContext& context) {
  std::vector<std::string> roles = names_after(decl, "for_role");
  if (roles.empty() && !context.default_owner.empty()) roles.push_back(context.default_owner);
  if (roles.empty()) {
    context.error(diag::make(diag::Code::kMissingClause, decl.span, "`default privileges`", "for role …"));
    return;
  }
  std::vector<std::string> schemas = names_after(decl, "in_schema");
  if (schemas.empty()) schemas.push_back(context.in_schema_block ? context.schema : std::string());
  std::map<std::string, std::vector<const ast::Decl*>> by_type;
  for (const ast::Decl& member : decl.members) {
    if (member.kind != "grant" && member.kind != "revoke") continue;
    if (std::string type = object_type(member, context); !type.empty()) by_type[std::move(type)].push_back(&member);
  }
  for (const std::string& role : roles) {
    for (const std::string& schema : schemas) {
      for (const auto& [type, grants] : by_type) {
        // https://www.postgresql.org/docs/15/sql-alterdefaultprivileges.html: IN SCHEMA and ON SCHEMAS don't go together.
        if (type == "schemas" && !schema.empty()) {
          context.error(diag::make(diag::Code::kConflictingClauses, decl.span, "`default privileges`", "in schema", "on schemas"));
          continue;
        }
        lower_entry(decl, {KindId::DefaultPrivileges, schema, role, type, ""}, grants, context);
      }
    }
  }
}

void normalise_default_privileges(CatalogBuilder& builder) {
  for (Object* object : builder.of(KindId::DefaultPrivileges)) {
    Attributes& attributes = object->attributes;
    if (attributes.has("acl")) {
      const auto version = static_cast<int>(attributes.number("server_version"));
      acl::set_from_state(attributes, acl::parse(attributes.text("acl"), object->id.name), implied(object->id, version), type_of(object->id).acl_type, version);
      attributes.remove("acl");
      attributes.remove("server_version");
    }
    // Says nothing: the server keeps no such entry either.
    if (attributes.empty()) builder.remove(object->id);
  }
}

void link_default_privileges(const Object& object, LinkContext& context) {
  context.role(object.id.name);
  if (!object.id.schema.empty()) context.object({KindId::Schema, "", object.id.schema, "", ""});
}

// ---- to SQL -----------------------------------------------------------------------------------------------------------------------

acl::State state_of(const Object* object, const ObjectId& id, int server_version) {
  return acl::effective(object == nullptr ? Attributes{} : object->attributes, implied(id, server_version), type_of(id).acl_type, server_version);
}

void change(const ObjectId& id, const Object* before, const Object* after, const ChangeContext& context, Action& action) {
  const ObjectType& type = type_of(id);
  acl::Target target;
  target.prefix = sql("ALTER DEFAULT PRIVILEGES FOR ROLE {}{} ", ident(id.name), id.schema.empty() ? Sql{} : sql(" IN SCHEMA {}", ident(id.schema)));
  target.object = fragment(type.sql);
  target.acl_type = type.acl_type;
  target.server_version = context.server_version;
  const int version = context.server_version;
  for (Sql& statement : acl::statements({state_of(before, id, version)}, state_of(after, id, version), target)) action.sql.push_back(std::move(statement));
}

std::string words_for(const ObjectId& id) {
  return fmt::format("default privileges of {} on {}{}", id.name, id.member, id.schema.empty() ? "" : " in schema " + id.schema);
}

void create_default_privileges(const Object& object, const ChangeContext& context, Action& action) {
  change(object.id, nullptr, &object, context, action);
  if (action.description.empty()) action.description = "Set the " + words_for(object.id);
}

void drop_default_privileges(const Object& object, const ChangeContext& context, Action& action) {
  change(object.id, &object, nullptr, context, action);
  if (action.description.empty()) action.description = "Reset the " + words_for(object.id);
}

void alter_default_privileges(const Alteration& alteration, const ChangeContext& context, Action& action) {
  change(alteration.after.id, alteration.before, &alteration.after, context, action);
  if (action.description.empty()) action.description = "Change the " + words_for(alteration.after.id);
}

Sql address_entry(const ObjectId& id) { return ident(id.name); }

// ---- to .lp -----------------------------------------------------------------------------------------------------------------------

void print_lists(const Object& object, std::string_view attribute, LpWriter& writer) {
  const Value* lists = object.attributes.find(attribute);
  if (lists == nullptr) return;
  const bool revoke = attribute == "revokes";
  for (const auto& [grantee, privileges] : lists->map()) {
    for (const bool with_option : {false, true}) {
      bool first = true;
      for (const std::string& text : privileges.texts()) {
        const acl::Entry entry = acl::Entry::parse(text);
        if (entry.with_option != with_option) continue;
        if (first) {
          writer.word("default privileges for role").ident(object.id.name);
          if (!object.id.schema.empty()) writer.word("in schema").ident(object.id.schema);
          writer.word(revoke ? "revoke" : "grant");
        } else {
          writer.word(",");
        }
        first = false;
        std::string word = entry.privilege;
        for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        writer.word(word);
      }
      if (first) continue;
      writer.word("on").word(object.id.member).word(revoke ? "from" : "to").ident(grantee).word(with_option ? "with grant option" : "").line();
    }
  }
}

void print_default_privileges(const Object& object, const Catalog&, LpWriter& writer) {
  print_lists(object, "revokes", writer);
  print_lists(object, "grants", writer);
}

constexpr AttributeRule kDefaultPrivilegesRules[] = {
    {.name = "grants", .content = Content::privileges, .alter = alter_default_privileges},
    {.name = "revokes", .content = Content::privileges, .alter = alter_default_privileges},
    {.name = "acl", .content = Content::text, .ignored = true},
    {.name = "server_version", .content = Content::integer, .ignored = true},
};

}  // namespace

constexpr Kind kDefaultPrivileges = {
    .id = KindId::DefaultPrivileges,
    .sql_name = "DEFAULT PRIVILEGES",
    .declared_as = kDefaultPrivilegesDeclaredAs,
    .introspect = kDefaultPrivilegesQueries,
    .lower = lower_default_privileges,
    .normalise = normalise_default_privileges,
    .edges = link_default_privileges,
    .create = create_default_privileges,
    .drop = drop_default_privileges,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_entry,
    .attributes = kDefaultPrivilegesRules,
    .print_lp = print_default_privileges,
    .slots = nullptr,
    .traits = {.schemaless = true, .named_after_role = true, .runs_last = true, .found_in = "pg_default_acl"},
};
static_assert(is_complete(kDefaultPrivileges));

}  // namespace lpc::kinds
