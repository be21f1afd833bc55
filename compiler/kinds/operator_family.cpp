// Operator families, with the members that are tied to no class. https://www.postgresql.org/docs/15/sql-createopfamily.html
// A class without a word on its family brings one of its own name along, as CREATE OPERATOR CLASS does; here it is an object like any other, which .lp needn't say.
#include <fmt/core.h>

#include <algorithm>

#include "kinds/common.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/names.h"
#include "kinds/opclass_members.h"
#include "kinds/operator_class.h"
#include "kinds/operator_name.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

using opclass::Member;
using opclass::SaidMember;

constexpr std::string_view kOperatorFamilyDeclaredAs[] = {"operator_family"};
constexpr std::string_view kOperatorFamilyAbout = "an operator family";

constexpr IntrospectQuery kOperatorFamilyQueries[] = {{.sql =
    "select n.nspname as _schema, f.opfname as _name, am.amname as _arguments,\n"
    "  concat_ws(' ', 'pg_opfamily:' || f.oid, operators.aliases, functions.aliases) as _aliases,\n"
    "  pg_get_userbyid(f.opfowner) as owner, d.description as comment, operators.list as operators, functions.list as functions\n"
    "from pg_opfamily f\n"
    "join pg_namespace n on n.oid = f.opfnamespace\n"
    "join pg_am am on am.oid = f.opfmethod\n"
    LPC_OPCLASS_MEMBERS("pg_opfamily", "f.oid", "f.oid")
    "left join pg_description d on d.objoid = f.oid and d.classoid = 'pg_opfamily'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_opfamily:f.oid}"}};

// ---- from .lp ------------------------------------------------------------------------------------------------------------------------

void lower_family(const ast::Decl& decl, LowerContext& context) {
  const ast::Clause* using_clause = context.once(decl, "access_method");
  if (using_clause == nullptr) {
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("operator family `{}`", decl.name.dotted()), "using …"));
    return;
  }
  const std::string method = using_clause->value(ast::Shape::name)->name.last();
  Object* family = context.add(decl, {KindId::OperatorFamily, context.schema_of(decl.name), decl.name.last(), "", method});
  if (family == nullptr) return;
  keys::reject_others(decl, context, kOperatorFamilyAbout, {"access_method", "class_operator", "class_function"});
  keys::each(decl, context, kOperatorFamilyAbout, {}, [](const keys::Key&) { return false; });
  opclass::set_members(*family, opclass::lower_members(decl, method, "", context));
}

// ---- classes and their families ----------------------------------------------------------------------------------------------------------

void add_implied_family(Object& object, CatalogBuilder& builder) {
  if (object.attributes.has("family")) return;
  object.attributes.set("family", qualified(object.id.schema, object.id.name).text);
  Object family;
  family.id = {KindId::OperatorFamily, object.id.schema, object.id.name, "", object.id.arguments};
  family.origin = object.origin;
  family.external = object.external;
  if (const Value* owner = object.attributes.find("owner")) family.attributes.set("owner", *owner);
  // A class's new name is that of its family.
  for (const PlanningHint& hint : object.hints) {
    if (hint.name == "renamed_from") family.hints.push_back(hint);
  }
  builder.add(std::move(family));
}

std::string placed_family(const Object& object, const std::string& family, const std::string& method, CatalogBuilder& builder) {
  return placed_text(object, family, [&](const std::string& schema) { return builder.find({KindId::OperatorFamily, schema, name_parts(family).back(), "", method}) != nullptr; });
}

void qualify_members(Object& object, CatalogBuilder& builder) {
  std::vector<Member> members = opclass::members(object);
  for (Member& member : members) {
    if (!member.is_function) {
      member.name = placed_text(object, member.name, [&](const std::string& schema) { return builder.find({KindId::Operator, schema, member.name, "", member.types}) != nullptr; });
    }
    if (!member.order_by.empty()) member.order_by = placed_family(object, member.order_by, "btree", builder);
  }
  opclass::set_members(object, std::move(members));
}

/// Members that are said in a class but tied to the family are the family's, whichever version of Postgres tied them.
void hand_over(Object& object, CatalogBuilder& builder) {
  Object* family = builder.find(opclass::family_named(object.attributes.text("family"), object.id.arguments));
  if (family == nullptr) return;
  const std::string& name_of_method = object.id.arguments;
  const std::string method = opclass::handled_like(name_of_method, builder.find({KindId::AccessMethod, "", name_of_method, "", ""}));
  std::vector<Member> kept;
  std::vector<Member> loose = opclass::members(*family);
  for (Member& member : opclass::members(object)) {
    if (!opclass::is_loose(member, method, object.attributes.text("type"))) {
      kept.push_back(std::move(member));
      continue;
    }
    const std::vector<std::string> name = member.is_function ? name_parts(member.name) : operator_parts(member.name);
    for (const ObjectId& need : object.depends_on) {
      if (!name.empty() && need.name == name.back() && std::ranges::find(family->depends_on, need) == family->depends_on.end()) family->depends_on.push_back(need);
    }
    opclass::note_said_by_class(*family, member, object.id);
    loose.push_back(std::move(member));
  }
  opclass::set_members(object, std::move(kept));
  opclass::set_members(*family, std::move(loose));
}

void normalise_families(CatalogBuilder& builder) {
  const std::vector<Object*> classes = builder.of(KindId::OperatorClass);
  for (Object* object : classes) add_implied_family(*object, builder);
  for (Object* object : classes) qualify_members(*object, builder);
  for (Object* object : builder.of(KindId::OperatorFamily)) qualify_members(*object, builder);
  for (Object* object : classes) {
    object->attributes.set("family", placed_family(*object, object->attributes.text("family"), object->id.arguments, builder));
    hand_over(*object, builder);
  }
}

// ---- to SQL --------------------------------------------------------------------------------------------------------------------------

void change_members(const ObjectId& id, const char* verb, const std::vector<Member>& members, Action& action) {
  if (members.empty()) return;
  const bool drops = std::string_view(verb) == "DROP";
  std::vector<Sql> clauses;
  for (const Member& member : members) clauses.push_back(opclass::clause(member, drops));
  action.sql.push_back(sql("ALTER OPERATOR FAMILY {} {}\n    {}", opclass::address(id), fragment(verb), join(clauses, ",\n    ")));
}

std::vector<Member> difference(std::vector<Member> of, std::vector<Member> and_not) {
  std::ranges::sort(of);
  std::ranges::sort(and_not);
  std::vector<Member> result;
  std::ranges::set_difference(of, and_not, std::back_inserter(result));
  return result;
}

/// From 14 on the access method ties loose members to the family (amadjustmembers), whoever says them; before, they are tied to the class that says them.
constexpr int kTiesToFamily = 140000;

/// The members of a family that come and go with those classes for which `moves(class)` holds.
template <typename Moves>
std::vector<Member> moving_with_classes(const Object& family, const ChangeContext& context, const Moves& moves) {
  std::vector<Member> found;
  if (context.server_version >= kTiesToFamily) return found;
  for (SaidMember& said : opclass::said_by_classes(family)) {
    if (moves(said.said_by)) found.push_back(std::move(said.member));
  }
  return found;
}

void create_family(const Object& object, const ChangeContext& context, Action& action) {
  action.sql.push_back(sql("CREATE OPERATOR FAMILY {}", opclass::address(object.id)));
  change_members(object.id, "ADD", difference(opclass::members(object), moving_with_classes(object, context, context.is_created)), action);
}

bool loses_member_of_class(const Object& before, const Object& after, int server_version) {
  if (server_version >= kTiesToFamily) return false;
  const std::vector<Member> kept = opclass::members(after);
  return std::ranges::any_of(opclass::said_by_classes(before), [&](const SaidMember& said) { return std::ranges::find(kept, said.member) == kept.end(); });
}

void alter_members(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const std::vector<Member> before = opclass::members(*alteration.before);
  const std::vector<Member> after = opclass::members(alteration.after);
  change_members(alteration.after.id, "DROP", difference(before, after), action);
  change_members(alteration.after.id, "ADD", difference(difference(after, before), moving_with_classes(alteration.after, context, context.is_created)), action);
  describe(action, fmt::format("Change the members of {}", spoken(alteration.after.id)));
}

// ---- to .lp ---------------------------------------------------------------------------------------------------------------------------

void print_family(const Object& object, const Catalog& catalog, LpWriter& writer) {
  if (is_said_by_class(object, catalog)) return;
  writer.doc(object).word("operator family").name(object.id.schema, object.id.name).word("using").ident(object.id.arguments).owner(object).comment_clause(object);
  const std::vector<Member> members = opclass::members(object);
  if (members.empty()) {
    writer.line();
    return;
  }
  writer.open();
  for (const Member& member : members) opclass::print(object, member, "", catalog, writer);
  writer.close();
}

constexpr AttributeRule kOperatorFamilyRules[] = {
    {.name = "operators", .content = Content::list, .alter = alter_members, .replace_when = loses_member_of_class},
    {.name = "functions", .content = Content::list, .alter = alter_members, .replace_when = loses_member_of_class},
    {.name = "_said_by_classes", .content = Content::list, .ignored = true},
    kOwnerRule,
    kCommentRule,
};

}  // namespace

bool is_said_by_class(const Object& family, const Catalog& catalog) {
  ObjectId id = family.id;
  id.kind = KindId::OperatorClass;
  const Object* object = catalog.find(id);
  if (object == nullptr || object->attributes.text("family") != qualified(id.schema, id.name).text || family.attributes.has("comment")) return false;
  if (object->attributes.text("owner") != family.attributes.text("owner")) return false;
  const std::string method = opclass::handled_like(id.arguments, catalog.find({KindId::AccessMethod, "", id.arguments, "", ""}));
  return std::ranges::all_of(opclass::members(family), [&](const Member& member) { return opclass::is_loose(member, method, object->attributes.text("type")); });
}

std::vector<Member> brought_by_class(const Object& operator_class, const ChangeContext& context) {
  const ObjectId id = opclass::family_named(operator_class.attributes.text("family"), operator_class.id.arguments);
  const Object* family = context.after.find(id);
  if (family == nullptr) return {};
  std::vector<Member> brought = moving_with_classes(*family, context, [&](const ObjectId& said_by) { return said_by == operator_class.id; });
  // What the family has already, but for what has gone with a class.
  const Object* live = context.is_created(id) ? nullptr : context.before.find(id);
  if (live != nullptr) brought = difference(brought, difference(opclass::members(*live), moving_with_classes(*live, context, context.is_dropped)));
  return brought;
}

constexpr Kind kOperatorFamily = {
    .id = KindId::OperatorFamily,
    .sql_name = "OPERATOR FAMILY",
    .declared_as = kOperatorFamilyDeclaredAs,
    .introspect = kOperatorFamilyQueries,
    .lower = lower_family,
    .normalise = normalise_families,
    .edges = opclass::link,
    .create = create_family,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = opclass::address,
    .attributes = kOperatorFamilyRules,
    .print_lp = print_family,
    .slots = nullptr,
    .traits = {.found_in = "pg_opfamily where oid >= 16384"},
};
static_assert(is_complete(kOperatorFamily));

}  // namespace lpc::kinds
