// The checks of a domain. https://www.postgresql.org/docs/15/sql-alterdomain.html
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/checks.h"
#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/online.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDomainConstraintDeclaredAs[] = {"domain_constraint"};

// From 17 on a domain's NOT NULL has a row as well: it is the domain's own attribute.
constexpr IntrospectQuery kDomainConstraintQueries[] = {{
    .sql =
        "select n.nspname as _schema, t.typname as _name, c.conname as _member, 'pg_constraint:' || c.oid as _aliases,\n"
        "  'domain' as _parent_kind, n.nspname as _parent_schema, t.typname as _parent_name,\n"
        "  pg_get_expr(c.conbin, 0) as \"check\", not c.convalidated as not_valid, d.description as comment\n"
        "from pg_constraint c\n"
        "join pg_type t on t.oid = c.contypid\n"
        "join pg_namespace n on n.oid = t.typnamespace\n"
        "left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_constraint'::regclass and d.objsubid = 0\n"
        "where c.contypid <> 0 and c.contype = 'c' and {user_schema:n} and {not_member:pg_type:t.oid}",
}};

/// ChooseConstraintName() in src/backend/catalog/pg_constraint.c, as far as the domain's own checks go.
std::string chosen_name(const ObjectId& domain, LowerContext& context) {
  for (int pass = 0;; ++pass) {
    std::string name = make_object_name(domain.name, "", pass == 0 ? "check" : "check" + std::to_string(pass));
    if (context.catalog.find({KindId::DomainConstraint, domain.schema, domain.name, name, ""}) == nullptr) return name;
  }
}

/// The one that stands without a name in .lp: the first, when it has the name that Postgres gives it.
bool has_usual_name(const Object& object) { return object.id.member == make_object_name(object.id.name, "", "check"); }

void lower_domain_constraint(const ast::Decl& decl, LowerContext& context) {
  const ObjectId domain = context.parent->id;
  const std::string name = decl.name.empty() ? chosen_name(domain, context) : decl.name.last();
  Object* object = context.add(decl, {KindId::DomainConstraint, domain.schema, domain.name, name, ""});
  if (object == nullptr) return;
  if (const ast::Clause* check = decl.clause("check")) {
    if (const ast::Value* value = check->value(ast::Shape::sql)) {
      object->attributes.set("check", context.sql(*value, frontend::FragmentKind::expression));
    }
  }
  object->attributes.set("not_valid", Value(decl.has("not_valid")));
}

Sql domain_address(const ObjectId& id) { return qualified(id.schema, id.name); }

Sql address_domain_constraint(const ObjectId& id) { return sql("{} ON DOMAIN {}", ident(id.member), domain_address(id)); }

Sql inline_check(const Object& object, const ChangeContext&) {
  return sql("CONSTRAINT {} CHECK ({})", ident(object.id.member), fragment(object.attributes.text("check")));
}

/// CREATE DOMAIN knows no NOT VALID.
bool domain_constraint_folds(const Object& object, const ChangeContext&) { return !object.attributes.flag("not_valid"); }

void add_check(const Object& object, const ChangeContext& context, Action& action) {
  action.sql.push_back(sql("ALTER DOMAIN {} ADD {}{}", domain_address(object.id), inline_check(object, context),
                           object.attributes.flag("not_valid") ? sql(" NOT VALID") : Sql{}));
}

void drop_check(const Object& object, Action& action) {
  action.sql.push_back(sql("ALTER DOMAIN {} DROP CONSTRAINT {}", domain_address(object.id), ident(object.id.member)));
}

/// Whether columns of tables in use have the domain, or an array of it.
bool holds_values_in_use(const ObjectId& domain, const Object& constraint, const ChangeContext& context) {
  const std::string type = qualified(domain.schema, domain.name).text;
  return std::ranges::any_of(context.before.of(KindId::Column), [&](const Object& column) {
    const std::string& own = column.attributes.text("type");
    return own.starts_with(type) && is_in_use(table_of(column.id), constraint, context);
  });
}

/// https://www.postgresql.org/docs/15/sql-alterdomain.html: NOT VALID reads no column, VALIDATE reads them all under weak locks.
void add_domain_form(const Object& object, Action& action) {
  const Sql domain = domain_address(object.id);
  add_online(action, 1,
             {{fmt::format("Add {}, for new values", spoken(object.id)), {sql("{} NOT VALID", action.sql.back())}, "ddl", true},
              {fmt::format("Validate {}", spoken(object.id)), {sql("ALTER DOMAIN {} VALIDATE CONSTRAINT {}", domain, ident(object.id.member))}, "validate", true}},
             fmt::format("columns of {} hold values: they are read afterwards", object.parent->path()));
}

void create_domain_constraint(const Object& object, const ChangeContext& context, Action& action) {
  add_check(object, context, action);
  if (!object.attributes.flag("not_valid") && context.before.has(*object.parent) && !context.is_created(*object.parent) && holds_values_in_use(*object.parent, object, context)) add_domain_form(object, action);
  if (!object.attributes.flag("not_valid") && context.before.has(*object.parent) && !context.is_created(*object.parent)) {
    const diag::Diagnostic said = diag::make(diag::Code::kConstrainsExistingRows, {}, "constraint", object.id.member, object.parent->path());
    action.hazards.push_back({said.code, said.message, object.id});
    check_domain(*object.parent, object.attributes.text("check"), context, action);
  }
  if (action.description.empty()) action.description = "Add " + spoken(object.id);
}

void drop_domain_constraint(const Object& object, const ChangeContext&, Action& action) {
  drop_check(object, action);
  if (action.description.empty()) action.description = "Drop " + spoken(object.id);
}

void rename_domain_constraint(const Object& before, const ObjectId& after, Action& action) {
  action.sql.push_back(sql("ALTER DOMAIN {} RENAME CONSTRAINT {} TO {}", domain_address(before.id), ident(before.id.member), ident(after.member)));
  if (action.description.empty()) action.description = "Rename " + spoken(before.id) + " to " + after.member;
}

/// Validity can only be gained; to lose it the check is made anew.
void alter_domain_constraint_validity(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  if (!after.attributes.flag("not_valid")) {
    action.sql.push_back(sql("ALTER DOMAIN {} VALIDATE CONSTRAINT {}", domain_address(after.id), ident(after.id.member)));
    if (action.description.empty()) action.description = "Validate " + spoken(after.id);
    return;
  }
  drop_check(after, action);
  add_check(after, context, action);
  if (action.description.empty()) action.description = "Make " + spoken(after.id) + " not valid";
  if (after.attributes.has("comment")) alter_comment(alteration, context, action);
}

void print_domain_constraint(const Object& object, const Catalog&, LpWriter& writer) {
  if (!has_usual_name(object)) writer.word("constraint").ident(object.id.member);
  writer.word("check").sql(object.attributes.text("check"));
  if (object.attributes.flag("not_valid")) writer.word("not valid");
  if (object.attributes.has("comment")) writer.word("comment").string(object.attributes.text("comment"));
}

constexpr AttributeRule kDomainConstraintRules[] = {
    {.name = "check", .content = Content::expression},
    {.name = "not_valid", .content = Content::flag, .alter = alter_domain_constraint_validity},
    kCommentRule,
};

}  // namespace

constexpr Kind kDomainConstraint = {
    .id = KindId::DomainConstraint,
    .sql_name = "CONSTRAINT",
    .declared_as = kDomainConstraintDeclaredAs,
    .introspect = kDomainConstraintQueries,
    .lower = lower_domain_constraint,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_domain_constraint,
    .drop = drop_domain_constraint,
    .rename = rename_domain_constraint,
    .inline_sql = inline_check,
    .folds = domain_constraint_folds,
    .address = address_domain_constraint,
    .attributes = kDomainConstraintRules,
    .print_lp = print_domain_constraint,
    .slots = nullptr,
    .traits = {.dropped_with_parent = true, .found_in = "pg_type where typtype = 'd' and oid >= 16384"},
};
static_assert(is_complete(kDomainConstraint));

}  // namespace lpc::kinds
