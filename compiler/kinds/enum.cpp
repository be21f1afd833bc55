// Enums. https://www.postgresql.org/docs/15/sql-createtype.html, https://www.postgresql.org/docs/15/sql-altertype.html
// Values can be added anywhere and renamed in place. Taking one out, or another order, needs a new type: the planner swaps it in.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/checks.h"
#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/parts.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kEnumDeclaredAs[] = {"enum"};

constexpr IntrospectQuery kEnumQueries[] = {{
    .sql =
        "select n.nspname as _schema, t.typname as _name, 'pg_type:' || t.oid || ' pg_type:' || t.typarray as _aliases,\n"
        "  pg_get_userbyid(t.typowner) as owner, t.typacl::text as _acl, pg_get_userbyid(t.typowner) as _acl_owner, d.description as comment,\n"
        "  coalesce(e.labels, '[]') as values, e.ids as _part_ids\n"
        "from pg_type t\n"
        "join pg_namespace n on n.oid = t.typnamespace\n"
        "left join (select enumtypid, json_agg(enumlabel order by enumsortorder) as labels, json_agg(oid::text order by enumsortorder) as ids\n"
        "  from pg_enum group by 1) e on e.enumtypid = t.oid\n"
        "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_type'::regclass and d.objsubid = 0\n"
        "where t.typtype = 'e' and {user_schema:n} and {not_member:pg_type:t.oid}",
}};

std::vector<std::string> labels_of(const Object& object) { return object.attributes.texts("values"); }

std::string label_of(const ast::Decl& value) {
  if (const ast::Value* text = value.value(ast::Shape::string)) return text->text;
  if (!value.name.empty()) return value.name.last();
  const ast::Value* name = value.value(ast::Shape::name);
  return name == nullptr ? std::string() : name->name.last();
}

void lower_enum(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::Enum, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr) return;
  std::vector<std::string> labels;
  for (const ast::Decl& member : decl.members) {
    if (member.kind != "enum_value") continue;
    std::string label = label_of(member);
    if (std::find(labels.begin(), labels.end(), label) != labels.end()) {
      context.error(diag::make(diag::Code::kDuplicateDeclaration, member.span, "enum value", label));
      continue;
    }
    if (!fits_identifier(label)) context.error(diag::make(diag::Code::kNameTooLong, member.span, label, label.size()));
    add_part_hint(*object, member, label);
    labels.push_back(std::move(label));
  }
  object->attributes.set("values", Value::strings(labels));
}

/// True when the old values are among the new ones in the same order.
bool can_replace_enum(const Object& before, const Object& after) {
  const std::vector<std::string> wanted = labels_of(after);
  auto at = wanted.begin();
  for (const std::string& label : labels_of(before)) {
    at = std::find(at, wanted.end(), label);
    if (at == wanted.end()) return false;
    ++at;
  }
  return true;
}

/// ALTER TYPE … ADD VALUE can run in a transaction block, but the value can't be used before that commits.
void change_values(const Object& object, const Object& before, Action& action) {
  const Sql address = address_qualified(object.id);
  std::vector<std::string> present = labels_of(before);
  const std::vector<std::string> wanted = labels_of(object);
  std::vector<std::string> added;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i < present.size() && present[i] == wanted[i]) continue;
    Sql statement = sql("ALTER TYPE {} ADD VALUE {}", address, literal(wanted[i]));
    if (i < present.size()) statement = i == 0 ? sql("{} BEFORE {}", statement, literal(present[0])) : sql("{} AFTER {}", statement, literal(wanted[i - 1]));
    action.sql.push_back(std::move(statement));
    present.insert(present.begin() + static_cast<std::ptrdiff_t>(i), wanted[i]);
    added.push_back(literal(wanted[i]).text);
  }
  action.commit_after = action.commit_after || !added.empty();
  if (!action.description.empty()) return;
  action.description = "Add " + lpc::join(added, ", ") + " to " + spoken(object.id);
}

void create_enum(const Object& object, const ChangeContext& context, Action& action) {
  const Object* before = context.before.find(object.id);
  if (action.type == ActionType::alter && before != nullptr) {
    change_values(object, *before, action);
    return;
  }
  std::vector<Sql> values;
  for (const std::string& label : labels_of(object)) values.push_back(literal(label));
  action.sql.push_back(sql("CREATE TYPE {} AS ENUM ({})", address_qualified(object.id), join(values, ", ")));
  if (action.description.empty()) action.description = "Create " + spoken(object.id);
  if (before == nullptr) return;
  const std::vector<std::string> kept = labels_of(object);
  std::vector<std::string> gone;
  for (const std::string& label : labels_of(*before)) {
    if (std::find(kept.begin(), kept.end(), label) != kept.end()) continue;
    const diag::Diagnostic said = diag::make(diag::Code::kDropsEnumValue, {}, label, object.id.path());
    action.hazards.push_back({said.code, said.message, object.id});
    gone.push_back(label);
  }
  if (!gone.empty()) check_enum_values(*before, gone, context, action);
}

void rename_enum(const Object& before, const ObjectId& after, Action& action) {
  if (after.member.empty()) {
    rename_plain(before, after, action);
    return;
  }
  action.sql.push_back(sql("ALTER TYPE {} RENAME VALUE {} TO {}", address_qualified(before.id), literal(action.renamed_from->member), literal(after.member)));
  describe(action, fmt::format("Rename the value {} of {} to {}", action.renamed_from->member, spoken(before.id), after.member));
}

void print_enum(const Object& object, const Catalog&, LpWriter& writer) {
  writer.doc(object).word("enum").name(object.id.schema, object.id.name);
  writer.owner(object).comment_clause(object);
  writer.grants(object);
  writer.open();
  bool first = true;
  for (const std::string& label : labels_of(object)) {
    if (!first) writer.word(",");
    first = false;
    if (label.empty()) {
      writer.string(label);
    } else {
      writer.ident(label);
    }
  }
  writer.line().close().line();
}

constexpr AttributeRule kEnumRules[] = {
    {.name = "values", .content = Content::list, .lists_parts = true},
    {.name = "_part_ids", .content = Content::list, .ignored = true},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kEnum = {
    .id = KindId::Enum,
    .sql_name = "TYPE",
    .declared_as = kEnumDeclaredAs,
    .introspect = kEnumQueries,
    .lower = lower_enum,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_enum,
    .drop = drop_plain,
    .rename = rename_enum,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kEnumRules,
    .print_lp = print_enum,
    .slots = type_slots,
    .traits = {.swappable = true, .acl_type = 'T', .found_in = "pg_type where typtype = 'e' and oid >= 16384", .can_replace = can_replace_enum},
};
static_assert(is_complete(kEnum));

}  // namespace lpc::kinds
