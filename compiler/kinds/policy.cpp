// Row-level security policies. https://www.postgresql.org/docs/15/sql-createpolicy.html
#include <fmt/core.h>

#include <algorithm>

#include "kinds/common.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kPolicyDeclaredAs[] = {"policy"};

// Role 0 is PUBLIC, which is left out.
constexpr IntrospectQuery kPolicyQueries[] = {{.sql =
    "select n.nspname as _schema, c.relname as _name, pol.polname as _member, 'table' as _parent_kind, 'pg_policy:' || pol.oid as _aliases,\n"
    "  not pol.polpermissive as restrictive,\n"
    "  case pol.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' end as command,\n"
    "  roles.names as roles, roles.ids as _depends,\n"
    "  pg_get_expr(pol.polqual, pol.polrelid) as \"using\", pg_get_expr(pol.polwithcheck, pol.polrelid) as \"check\", d.description as comment\n"
    "from pg_policy pol\n"
    "join pg_class c on c.oid = pol.polrelid\n"
    "join pg_namespace n on n.oid = c.relnamespace\n"
    "cross join lateral (select json_agg(r.rolname order by r.rolname collate \"C\") as names, string_agg('role ' || quote_ident(r.rolname), E'\\n') as ids\n"
    "  from pg_roles r where r.oid = any(pol.polroles)) roles\n"
    "left join pg_description d on d.objoid = pol.oid and d.classoid = 'pg_policy'::regclass and d.objsubid = 0\n"
    "where c.relkind in ('r', 'p') and {user_schema:n} and {not_member:pg_class:c.oid}"}};

void lower_policy(const ast::Decl& decl, LowerContext& context) {
  if (context.parent == nullptr) return;
  const ObjectId table = context.parent->id;
  Object* policy = context.add(decl, {KindId::Policy, table.schema, table.name, decl.name.last(), {}});
  if (policy == nullptr) return;
  Attributes& attributes = policy->attributes;
  if (const ast::Clause* clause = context.once(decl, "policy_as")) attributes.set("restrictive", Value(clause->word_value() == "restrictive"));
  if (const ast::Clause* clause = context.once(decl, "policy_for"); clause != nullptr && clause->word_value() != "all") {
    attributes.set("command", Value(clause->word_value()));
  }
  if (const ast::Clause* clause = context.once(decl, "to")) {
    std::vector<std::string> roles;
    for (const ast::Value& value : clause->values) {
      if (value.shape == ast::Shape::name) roles.push_back(value.name.last());
    }
    std::sort(roles.begin(), roles.end());
    // PUBLIC among others covers them all: https://www.postgresql.org/docs/15/sql-createpolicy.html
    if (std::find(roles.begin(), roles.end(), "public") == roles.end()) attributes.set("roles", Value::strings(roles));
  }
  if (const ast::Clause* clause = context.once(decl, "policy_using")) {
    if (const ast::Value* value = clause->value(ast::Shape::sql)) attributes.set("using", context.sql(*value, frontend::FragmentKind::expression));
  }
  if (const ast::Clause* clause = context.once(decl, "with_check")) {
    if (const ast::Value* value = clause->value(ast::Shape::sql)) attributes.set("check", context.sql(*value, frontend::FragmentKind::expression));
  }
}

void policy_edges(const Object& policy, LinkContext& context) {
  for (const std::string& role : policy.attributes.texts("roles")) context.role(role);
}

// ---- SQL ---------------------------------------------------------------------------------------------------------------------------

/// CURRENT_USER and the like are words, not names.
Sql role_word(const std::string& role) {
  if (role == "current_user") return sql("CURRENT_USER");
  if (role == "session_user") return sql("SESSION_USER");
  if (role == "current_role") return sql("CURRENT_ROLE");
  return ident(role);
}

Sql roles_of(const Object& policy) {
  std::vector<Sql> roles;
  for (const std::string& role : policy.attributes.texts("roles")) roles.push_back(role_word(role));
  return roles.empty() ? sql("PUBLIC") : join(roles, ", ");
}

void weakens(const Object& policy, std::string_view what, const ChangeContext& context, Action& action) {
  const ObjectId table = relation_id(policy);
  if (!is_standing(context, table)) return;
  action.hazards.push_back({diag::Code::kWeakensRowSecurity, diag::make(diag::Code::kWeakensRowSecurity, {}, fmt::format("{} policy `{}`", what, policy.id.member), table.path()).message,
                            policy.id});
}

Sql command_of(const Object& policy) {
  const std::string& command = policy.attributes.text("command");
  if (command == "select") return sql("SELECT");
  if (command == "insert") return sql("INSERT");
  if (command == "update") return sql("UPDATE");
  if (command == "delete") return sql("DELETE");
  return sql("ALL");
}

void create_policy(const Object& policy, const ChangeContext&, Action& action) {
  const Attributes& attributes = policy.attributes;
  Sql text = sql("CREATE POLICY {}", address_member(policy.id));
  if (attributes.flag("restrictive")) text = sql("{} AS RESTRICTIVE", text);
  if (attributes.has("command")) text = sql("{} FOR {}", text, command_of(policy));
  if (attributes.has("roles")) text = sql("{} TO {}", text, roles_of(policy));
  if (attributes.has("using")) text = sql("{} USING ({})", text, fragment(attributes.text("using")));
  if (attributes.has("check")) text = sql("{} WITH CHECK ({})", text, fragment(attributes.text("check")));
  action.sql.push_back(text);
  describe(action, fmt::format("Create {}", spoken(policy.id)));
}

void drop_policy(const Object& policy, const ChangeContext& context, Action& action) {
  drop_plain(policy, context, action);
  // One that is made again at once hides what it hid before.
  if (!context.is_created(policy.id) && context.after.has(relation_id(policy))) weakens(policy, "drops", context, action);
}

/// https://www.postgresql.org/docs/15/sql-alterpolicy.html
void alter_policy(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& policy = alteration.after;
  Sql text = sql("ALTER POLICY {}", address_member(policy.id));
  if (alteration.has("roles")) text = sql("{} TO {}", text, roles_of(policy));
  if (alteration.has("using")) text = sql("{} USING ({})", text, fragment(policy.attributes.text("using")));
  if (alteration.has("check")) text = sql("{} WITH CHECK ({})", text, fragment(policy.attributes.text("check")));
  action.sql.push_back(text);
  weakens(policy, "changes", context, action);
}

/// ALTER POLICY can change a condition but not take it away.
bool loses_condition(const Object& before, const Object& after, int) {
  return (before.attributes.has("using") && !after.attributes.has("using")) || (before.attributes.has("check") && !after.attributes.has("check"));
}

constexpr AttributeRule kPolicyAttributes[] = {
    {.name = "restrictive", .content = Content::flag},
    {.name = "command", .content = Content::text},
    {.name = "roles", .content = Content::roles, .alter = alter_policy},
    {.name = "using", .content = Content::expression, .alter = alter_policy, .replace_when = loses_condition},
    {.name = "check", .content = Content::expression, .alter = alter_policy, .replace_when = loses_condition},
    kCommentRule,
};

void print_policy(const Object& policy, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = policy.attributes;
  writer.doc(policy);
  writer.word("policy").ident(policy.id.member);
  if (attributes.flag("restrictive")) writer.word("as restrictive");
  if (attributes.has("command")) writer.word("for").word(attributes.text("command"));
  const std::vector<std::string> roles = attributes.texts("roles");
  for (std::size_t i = 0; i < roles.size(); ++i) writer.word(i == 0 ? "to" : ",").ident(roles[i]);
  if (attributes.has("using")) writer.word("using").sql(attributes.text("using"));
  if (attributes.has("check")) writer.word("with check").sql(attributes.text("check"));
  writer.comment_clause(policy);
  writer.line();
}

}  // namespace

constexpr Kind kPolicy = {
    .id = KindId::Policy,
    .sql_name = "POLICY",
    .declared_as = kPolicyDeclaredAs,
    .introspect = kPolicyQueries,
    .lower = lower_policy,
    .normalise = nullptr,
    .edges = policy_edges,
    .create = create_policy,
    .drop = drop_policy,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_member,
    .attributes = kPolicyAttributes,
    .print_lp = print_policy,
    .slots = nullptr,
    .traits = {.dropped_with_parent = true, .rebuilt_with_column = true, .found_in = "pg_policy"},
};

static_assert(is_complete(kPolicy));

}  // namespace lpc::kinds
