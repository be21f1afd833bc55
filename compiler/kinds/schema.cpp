// Schemas. https://www.postgresql.org/docs/15/sql-createschema.html
//
// Every database is born with a schema `public` (owner pg_database_owner, before 15 the bootstrap role; a comment; privileges for PUBLIC). What initdb gives it
// is no attribute, so that an undeclared `public` and an untouched one are the same.
#include <fmt/core.h>

#include "kinds/acl.h"
#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/security_labels.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kPublic = "public";
constexpr std::string_view kPublicComment = "standard public schema";
constexpr std::string_view kPublicOwner = "pg_database_owner";

constexpr std::string_view kSchemaDeclaredAs[] = {"schema"};

// `initial` are the privileges that initdb gives PUBLIC on the schema public; normalise takes them out, and the owner that initdb gives it.
#define LPC_SCHEMA_QUERY(owner, initial_privileges)                                                                                                      \
  "select n.nspname as _name, 'pg_namespace:' || n.oid as _aliases, " owner " as owner,\n"                                      \
  "  case when n.nspname = 'public' then nullif(coalesce(d.description, ''), 'standard public schema') else d.description end as comment,\n"       \
  "  coalesce(n.nspacl, acldefault('n', n.nspowner))::text as _acl, pg_get_userbyid(n.nspowner) as _acl_owner,\n"                                 \
  "  case when n.nspname = 'public' then '" initial_privileges "' end as initial\n"                                                               \
  "from pg_namespace n\n"                                                                                                                         \
  "left join pg_description d on d.objoid = n.oid and d.classoid = 'pg_namespace'::regclass and d.objsubid = 0\n"                                 \
  "where {user_schema:n} and {not_member:pg_namespace:n.oid}"

constexpr IntrospectQuery kSchemaQueries[] = {
    {.sql = LPC_SCHEMA_QUERY("pg_get_userbyid(n.nspowner)", "[\"USAGE\"]"), .from_version = 150000},
    {.sql = LPC_SCHEMA_QUERY("case when n.nspname = 'public' and n.nspowner = 10 then 'pg_database_owner' else pg_get_userbyid(n.nspowner) end",
                             "[\"CREATE\",\"USAGE\"]")},
};

bool is_public(const ObjectId& id) { return id.name == kPublic; }

/// Adds what a further `schema s` block says to what the first one said.
void merge(const ast::Decl& decl, const Object& added, Object& into, LowerContext& context) {
  for (const auto& [name, value] : added.attributes) {
    const Value* said = into.attributes.find(name);
    if (said == nullptr || *said == value) {
      into.attributes.set_always(name, value);
    } else if (value.is_map()) {
      std::map<std::string, std::set<std::string>> lists;
      for (const Value* each : {said, &value}) {
        for (const auto& [grantee, privileges] : each->map()) {
          for (const std::string& privilege : privileges.texts()) lists[grantee].insert(privilege);
        }
      }
      into.attributes.set(name, acl::to_value(lists));
    } else {
      context.error(diag::make(diag::Code::kDuplicateDeclaration, decl.name_span, fmt::format("{} of schema", name), into.id.name)
                        .with_note("first declared here", into.origin));
    }
  }
  into.external = into.external && added.external;
  into.hints.insert(into.hints.end(), added.hints.begin(), added.hints.end());
}

void lower_schema(const ast::Decl& decl, LowerContext& context) {
  const ObjectId id{KindId::Schema, "", decl.name.last(), "", ""};
  // A block of its own that may be one of several: it is lowered apart, then joined.
  CatalogBuilder apart;
  LowerContext own(apart, context.sink, context.fragments, context.names);
  own.schema = context.schema;
  own.external = context.external;
  // The schema public has the owner that initdb gave it unless somebody says otherwise.
  if (!is_public(id)) own.default_owner = context.default_owner;
  Object* object = own.add(decl, id);
  if (object == nullptr) return;
  if (is_public(id)) {
    const ast::Clause* comment = decl.clause("comment");
    const ast::Value* said = comment == nullptr ? nullptr : comment->value(ast::Shape::string);
    if (said != nullptr && said->text.empty()) object->attributes.set_always("comment", Value(""));
    if (object->attributes.text("comment") == kPublicComment) object->attributes.remove("comment");
  }
  if (Object* first = context.catalog.find(id)) {
    // A file's default owner says nothing against an owner that another file names.
    if (!decl.has("owner")) object->attributes.remove("owner");
    merge(decl, *object, *first, context);
  } else {
    context.catalog.add(*object);
  }
}

/// Turns privileges counted from acldefault() into those counted from what initdb gives.
void normalise_public(Object& object) {
  const std::vector<std::string> initial = object.attributes.texts("initial");
  if (!initial.empty()) {
    std::map<std::string, std::set<std::string>> lists[2];
    constexpr std::string_view kNames[] = {"grants", "revokes"};
    for (int i = 0; i < 2; ++i) {
      const Value* value = object.attributes.find(kNames[i]);
      if (value == nullptr) continue;
      for (const auto& [grantee, privileges] : value->map()) {
        for (const std::string& privilege : privileges.texts()) {
          for (const std::string& each : acl::expand(grantee == kPublic ? privilege : "", 'n', 0)) lists[i][grantee].insert(each.empty() ? privilege : each);
        }
      }
    }
    for (const std::string& privilege : initial) {
      if (lists[0][std::string(kPublic)].erase(privilege) == 0) lists[1][std::string(kPublic)].insert(privilege);
    }
    for (int i = 0; i < 2; ++i) object.attributes.set(kNames[i], acl::to_value(lists[i]));
    object.attributes.remove("initial");
  }
  if (object.attributes.text("owner") == kPublicOwner) object.attributes.remove("owner");
}

void normalise_schemas(CatalogBuilder& builder) {
  if (Object* object = builder.find({KindId::Schema, "", std::string(kPublic), "", ""})) normalise_public(*object);
}

void create_schema(const Object& object, const ChangeContext& context, Action& action) {
  action.sql.push_back(sql("CREATE SCHEMA {}", ident(object.id.name)));
  if (is_public(object.id) && !object.attributes.has("comment")) {
    action.sql.push_back(sql("COMMENT ON SCHEMA {} IS {}", ident(object.id.name), literal(kPublicComment)));
  }
  // Nothing is to be said of the privileges that a `public` has by itself, but CREATE doesn't give them.
  if (is_public(object.id) && !object.attributes.has("grants") && !object.attributes.has("revokes")) {
    const Sql privileges = context.server_version >= 150000 ? sql("USAGE") : sql("CREATE, USAGE");
    action.sql.push_back(sql("GRANT {} ON SCHEMA {} TO PUBLIC", privileges, ident(object.id.name)));
  }
  if (action.description.empty()) action.description = "Create " + spoken(object.id);
}

void alter_schema_comment(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& object = alteration.after;
  if (!is_public(object.id) || object.attributes.has("comment")) return alter_comment(alteration, context, action);
  action.sql.push_back(sql("COMMENT ON SCHEMA {} IS {}", ident(object.id.name), literal(kPublicComment)));
  if (action.description.empty()) action.description = "Restore the comment on " + spoken(object.id);
}

void print_schema(const Object& object, const Catalog&, LpWriter& writer) {
  if (is_public(object.id) && object.attributes.empty()) return;
  writer.doc(object);
  if (object.external) writer.word("external");
  writer.word("schema").ident(object.id.name);
  // `default owner` doesn't speak of public.
  if (is_public(object.id)) {
    if (object.attributes.has("owner")) writer.word("owner").ident(object.attributes.text("owner"));
  } else {
    writer.owner(object);
  }
  writer.comment_clause(object);
  if (object.attributes.has("grants") || object.attributes.has("revokes")) {
    writer.open().grants(object).close();
  } else {
    writer.line();
  }
}

std::vector<std::string> schema_slots(const Object& object) { return {"schema " + ident(object.id.name).text}; }

constexpr AttributeRule kSchemaRules[] = {
    kOwnerRule,
    {.name = "comment", .content = Content::text, .alter = alter_schema_comment, .after_create = true},
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
    {.name = "initial", .content = Content::names, .ignored = true},
};

}  // namespace

constexpr Kind kSchema = {
    .id = KindId::Schema,
    .sql_name = "SCHEMA",
    .declared_as = kSchemaDeclaredAs,
    .introspect = kSchemaQueries,
    .lower = lower_schema,
    .normalise = normalise_schemas,
    .edges = nullptr,
    .create = create_schema,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kSchemaRules,
    .print_lp = print_schema,
    .slots = schema_slots,
    .traits = {.drop_hazard = diag::Code::kDropsSchema, .acl_type = 'n'},
};
static_assert(is_complete(kSchema));

}  // namespace lpc::kinds
