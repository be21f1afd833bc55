// Domains. Their checks are objects of their own (domain_constraint.cpp). https://www.postgresql.org/docs/15/sql-createdomain.html
#include "base/text.h"
#include "kinds/checks.h"
#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/security_labels.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDomainDeclaredAs[] = {"domain"};

// A default that is no expression is that of the base type, which a domain has by itself.
#define LPC_DOMAIN_QUERY(not_null_alias, not_null_name, not_null_join)                                                                          \
  "select n.nspname as _schema, t.typname as _name, 'pg_type:' || t.oid || ' pg_type:' || t.typarray" not_null_alias " as _aliases,\n"         \
  "  pg_get_userbyid(t.typowner) as owner, t.typacl::text as _acl, pg_get_userbyid(t.typowner) as _acl_owner, d.description as comment,\n"     \
  "  format_type(t.typbasetype, t.typtypmod) as type, t.typnotnull as not_null,\n" not_null_name                                               \
  "  pg_get_expr(t.typdefaultbin, 0) as \"default\",\n"                                                                                        \
  "  case when t.typcollation <> b.typcollation then quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end as collation\n"            \
  "from pg_type t\n"                                                                                                                           \
  "join pg_namespace n on n.oid = t.typnamespace\n"                                                                                            \
  "join pg_type b on b.oid = t.typbasetype\n"                                                                                                  \
  "left join pg_collation co on co.oid = t.typcollation\n"                                                                                     \
  "left join pg_namespace cn on cn.oid = co.collnamespace\n"                                                                                   \
  "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_type'::regclass and d.objsubid = 0\n" not_null_join                     \
  "where t.typtype = 'd' and {user_schema:n} and {not_member:pg_type:t.oid}"

// A domain's NOT NULL is a constraint with a name since 17: https://www.postgresql.org/docs/17/catalog-pg-constraint.html
constexpr IntrospectQuery kDomainQueries[] = {
    {.sql = LPC_DOMAIN_QUERY(" || coalesce(' pg_constraint:' || nn.oid, '')", "  nn.conname as not_null_name, dn.description as not_null_comment,\n",
                             "left join pg_constraint nn on nn.contypid = t.oid and nn.contype = 'n'\n"
                             "left join pg_description dn on dn.classoid = 'pg_constraint'::regclass and dn.objoid = nn.oid\n"),
     .from_version = 170000},
    {.sql = LPC_DOMAIN_QUERY("", "", "")},
};

std::string implied_not_null_name(const ObjectId& domain) { return make_object_name(domain.name, "", "not_null"); }

std::string domain_not_null_name(const Object& domain) {
  const std::string& said = domain.attributes.text("not_null_name");
  return said.empty() ? implied_not_null_name(domain.id) : said;
}

/// The name that Postgres takes when none is said isn't said.
void drop_implied_names(CatalogBuilder& catalog) {
  for (Object* object : catalog.of(KindId::Domain)) {
    if (object->attributes.text("not_null_name") == implied_not_null_name(object->id)) object->attributes.remove("not_null_name");
  }
}

void lower_not_null(const ast::Decl& decl, Object& domain, LowerContext& context) {
  const ast::Clause* clause = context.once(decl, "not_null");
  domain.attributes.set("not_null", Value(clause != nullptr));
  if (clause == nullptr) return;
  if (const ast::Value* name = clause->value(ast::Shape::name)) domain.attributes.set("not_null_name", name->name.last());
  for (const auto& [word, text] : {std::pair("no_inherit", "no inherit"), std::pair("not_valid", "not valid")}) {
    // Only a table's constraint can have these.
    if (clause->clause(word) != nullptr) context.error(diag::make(diag::Code::kConflictingClauses, clause->span, "a domain", "not null", text));
  }
}

void lower_domain(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::Domain, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr) return;
  if (const ast::Value* type = decl.value(ast::Shape::type)) object->attributes.set("type", context.type_text(type->text));
  lower_not_null(decl, *object, context);
  if (const ast::Clause* clause = context.once(decl, "default")) {
    if (const ast::Value* value = clause->value(ast::Shape::expression)) {
      object->attributes.set("default", context.sql(*value, frontend::FragmentKind::expression));
    }
  }
  if (const ast::Clause* clause = context.once(decl, "collate")) {
    if (const ast::Value* name = clause->value(ast::Shape::name)) object->attributes.set("collation", context.collation_text(name->name));
  }
  if (const ast::Clause* clause = context.once(decl, "not_null_comment")) {
    if (const ast::Value* text = clause->value(ast::Shape::string); text != nullptr && !text->text.empty()) object->attributes.set("not_null_comment", text->text);
  }
  context.lower_members(decl, *object);
}

void create_domain(const Object& object, const ChangeContext& context, Action& action) {
  const Attributes& attributes = object.attributes;
  Sql statement = sql("CREATE DOMAIN {} AS {}", address_qualified(object.id), fragment(attributes.text("type")));
  if (attributes.has("collation")) statement = sql("{} COLLATE {}", statement, fragment(attributes.text("collation")));
  if (attributes.has("not_null_name")) statement = sql("{} CONSTRAINT {}", statement, ident(attributes.text("not_null_name")));
  if (attributes.flag("not_null")) statement = sql("{} NOT NULL", statement);
  if (attributes.has("default")) statement = sql("{} DEFAULT {}", statement, parenthesised(attributes.text("default")));
  for (const Object* child : context.after.children(object.id)) {
    const Kind& own = kind(child->id.kind);
    if (own.inline_sql == nullptr || !context.is_folded(child->id)) continue;
    statement = sql("{}\n    {}", statement, own.inline_sql(*child, context));
  }
  action.sql.push_back(std::move(statement));
  if (action.description.empty()) action.description = "Create " + spoken(object.id);
}

/// https://www.postgresql.org/docs/15/sql-alterdomain.html
void alter_domain(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  const Sql address = address_qualified(after.id);
  if (alteration.has("default")) {
    const Value* expression = after.attributes.find("default");
    action.sql.push_back(expression == nullptr ? sql("ALTER DOMAIN {} DROP DEFAULT", address)
                                               : sql("ALTER DOMAIN {} SET DEFAULT {}", address, parenthesised(expression->text())));
  }
  if (alteration.has("not_null")) {
    const bool not_null = after.attributes.flag("not_null");
    const Value* name = after.attributes.find("not_null_name");
    action.sql.push_back(!not_null         ? sql("ALTER DOMAIN {} DROP NOT NULL", address)
                         : name == nullptr ? sql("ALTER DOMAIN {} SET NOT NULL", address)
                                           : sql("ALTER DOMAIN {} ADD CONSTRAINT {} NOT NULL", address, ident(name->text())));
    if (not_null) {
      const diag::Diagnostic said = diag::make(diag::Code::kSetsNotNull, {}, after.id.path());
      action.hazards.push_back({said.code, said.message, after.id});
      check_domain(after.id, "", context, action);
    }
  }
  if (alteration.has("not_null_name") && alteration.before != nullptr && alteration.before->attributes.flag("not_null") && after.attributes.flag("not_null")) {
    action.sql.push_back(sql("ALTER DOMAIN {} RENAME CONSTRAINT {} TO {}", address, ident(domain_not_null_name(*alteration.before)), ident(domain_not_null_name(after))));
  }
  if (action.description.empty()) action.description = "Alter " + spoken(after.id);
}

void alter_not_null_comment(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  if (!after.attributes.flag("not_null")) return;
  const Value* comment = after.attributes.find("not_null_comment");
  action.sql.push_back(sql("COMMENT ON CONSTRAINT {} ON DOMAIN {} IS {}", ident(domain_not_null_name(after)), address_qualified(after.id),
                           comment == nullptr ? sql("NULL") : literal(comment->text())));
  if (action.description.empty()) action.description = "Set the comment on the NOT NULL constraint of " + spoken(after.id);
}

void print_domain(const Object& object, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  writer.doc(object).word("domain").name(object.id.schema, object.id.name).type(attributes.text("type"));
  writer.owner(object).comment_clause(object);
  if (attributes.has("collation")) writer.word("collate").relation(attributes.text("collation"));
  if (attributes.has("not_null_name")) writer.word("constraint").ident(attributes.text("not_null_name"));
  if (attributes.flag("not_null")) writer.word("not null");
  if (attributes.has("not_null_comment")) writer.word("comment on not null").string(attributes.text("not_null_comment"));
  if (attributes.has("default")) writer.word("default").expression(attributes.text("default"));
  for (const Object* child : catalog.children(object.id)) print_object(*child, catalog, writer);
  writer.grants(object);
  writer.line();
}

constexpr AttributeRule kDomainRules[] = {
    {.name = "type", .content = Content::type},
    {.name = "collation", .content = Content::collation},
    {.name = "default", .content = Content::expression, .alter = alter_domain},
    {.name = "not_null", .content = Content::flag, .alter = alter_domain},
    {.name = "not_null_name", .content = Content::name, .alter = alter_domain, .unsaid_keeps_live = true},
    kOwnerRule,
    kCommentRule,
    {.name = "not_null_comment", .content = Content::text, .alter = alter_not_null_comment, .after_create = true},
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kDomain = {
    .id = KindId::Domain,
    .sql_name = "DOMAIN",
    .declared_as = kDomainDeclaredAs,
    .introspect = kDomainQueries,
    .lower = lower_domain,
    .normalise = drop_implied_names,
    .edges = nullptr,
    .create = create_domain,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kDomainRules,
    .print_lp = print_domain,
    .slots = type_slots,
    .traits = {.swappable = true, .acl_type = 'T', .found_in = "pg_type where typtype = 'd' and oid >= 16384"},
};
static_assert(is_complete(kDomain));

}  // namespace lpc::kinds
