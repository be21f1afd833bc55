// Rewrite rules of tables and views, but for a view's rule ON SELECT, which is its query. https://www.postgresql.org/docs/15/sql-createrule.html
#include <fmt/core.h>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/sql_text_query.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kRuleDeclaredAs[] = {"rule"};

// pg_get_ruledef() gives `CREATE RULE name AS\n ON event TO relation\n WHERE … DO [INSTEAD] …;`, several actions in parentheses, each with a semicolon.
// A condition refers to two rows, which pg_get_expr() can't print.
constexpr IntrospectQuery kRuleQueries[] = {{.sql =
    "select n.nspname as _schema, c.relname as _name, rw.rulename as _member, case c.relkind when 'v' then 'view' else 'table' end as _parent_kind,\n"
    "  'pg_rewrite:' || rw.oid as _aliases,\n"
    "  case rw.ev_type when '1' then 'select' when '2' then 'update' when '3' then 'insert' else 'delete' end as event, rw.is_instead as instead,\n"
    "  case when rw.ev_qual::text <> '<>' then substring(parts.head from '^" LPC_UNQUOTED "\\n *?WHERE (.*)$') end as \"where\",\n"
    "  case when parts.body ~ '^\\(.*;\\n\\)$' then btrim(substring(parts.body from '^\\((.*)\\)$'), E' \\n;') else nullif(btrim(parts.body, E' \\n'), 'NOTHING') end as actions,\n"
    "  case rw.ev_enabled when 'D' then 'disabled' when 'R' then 'enabled replica' when 'A' then 'enabled always' end as state, d.description as comment\n"
    "from pg_rewrite rw\n"
    "join pg_class c on c.oid = rw.ev_class\n"
    "join pg_namespace n on n.oid = c.relnamespace\n"
    "cross join lateral regexp_match(pg_get_ruledef(rw.oid), '^(" LPC_UNQUOTED ") DO\\s(.*);$') definition\n"
    "cross join lateral (select definition[1] as head, regexp_replace(definition[2], '^INSTEAD ', '') as body) parts\n"
    "left join pg_description d on d.objoid = rw.oid and d.classoid = 'pg_rewrite'::regclass and d.objsubid = 0\n"
    "where rw.ev_type <> '1' and c.relkind in ('r', 'p', 'v') and {user_schema:n} and {not_member:pg_class:c.oid}"}};

void lower_rule(const ast::Decl& decl, LowerContext& context) {
  if (context.parent == nullptr) return;
  const ObjectId relation = context.parent->id;
  Object* rule = context.add(decl, {KindId::Rule, relation.schema, relation.name, decl.name.last(), {}});
  if (rule == nullptr) return;
  Attributes& attributes = rule->attributes;
  attributes.set("event", Value(decl.word_value()));
  if (const ast::Clause* clause = context.once(decl, "where")) {
    if (const ast::Value* value = clause->value(ast::Shape::sql)) attributes.set("where", context.sql(*value, frontend::FragmentKind::expression));
  }
  if (const ast::Clause* clause = context.once(decl, "do")) {
    attributes.set("instead", Value(clause->word_value() == "instead"));
    if (const ast::Value* value = clause->value(ast::Shape::sql)) attributes.set("actions", context.sql(*value, frontend::FragmentKind::statement));
  }
  if (const ast::Clause* clause = context.once(decl, "trigger_state"); clause != nullptr && clause->word_value() != "enabled") attributes.set("state", Value(clause->word_value()));
}

Sql event_word(const Object& rule) {
  const std::string& event = rule.attributes.text("event");
  if (event == "insert") return sql("INSERT");
  if (event == "update") return sql("UPDATE");
  if (event == "delete") return sql("DELETE");
  return sql("SELECT");
}

void create_rule(const Object& rule, const ChangeContext&, Action& action) {
  const Attributes& attributes = rule.attributes;
  // Only a view's query may be made under that name, but other rules can get it: DefineQueryRewrite() and RenameRewriteRule() in src/backend/rewrite/rewriteDefine.c.
  const bool gets_name = rule.id.member == "_RETURN";
  const Sql name = ident(gets_name ? helper_name(rule.id.member.str(), kFresh) : rule.id.member.str());
  Sql text = sql("CREATE RULE {} AS ON {} TO {}", name, event_word(rule), relation_of(rule.id));
  if (attributes.has("where")) text = sql("{} WHERE {}", text, parenthesised(attributes.text("where")));
  text = sql("{} DO {}", text, attributes.flag("instead") ? sql("INSTEAD ") : Sql{});
  action.sql.push_back(attributes.has("actions") ? sql("{}({})", text, fragment(attributes.text("actions"))) : sql("{}NOTHING", text));
  if (gets_name) action.sql.push_back(sql("ALTER RULE {} ON {} RENAME TO {}", name, relation_of(rule.id), ident(rule.id.member)));
  describe(action, fmt::format("Create {}", spoken(rule.id)));
}

void drop_rule(const Object& rule, const ChangeContext& context, Action& action) {
  drop_plain(rule, context, action);
}

void alter_rule_state(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& rule = alteration.after;
  const std::string& state = rule.attributes.text("state");
  const Sql verb = state == "disabled" ? sql("DISABLE") : state == "enabled replica" ? sql("ENABLE REPLICA") : state == "enabled always" ? sql("ENABLE ALWAYS") : sql("ENABLE");
  action.sql.push_back(sql("ALTER TABLE {} {} RULE {}", relation_of(rule.id), verb, ident(rule.id.member)));
  describe(action, fmt::format("{} {}", state == "disabled" ? "Disable" : "Enable", spoken(rule.id)));
}

constexpr AttributeRule kRuleAttributes[] = {
    {.name = "event", .content = Content::text},
    {.name = "where", .content = Content::expression},
    {.name = "instead", .content = Content::flag},
    {.name = "actions", .content = Content::statement},
    {.name = "state", .content = Content::text, .alter = alter_rule_state, .after_create = true},
    kCommentRule,
};

void print_rule(const Object& rule, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = rule.attributes;
  writer.doc(rule);
  writer.word("rule").ident(rule.id.member).word("on").word(attributes.text("event"));
  if (attributes.has("where")) writer.word("where").sql(attributes.text("where"));
  writer.word("do");
  if (attributes.flag("instead")) writer.word("instead");
  if (attributes.has("actions")) {
    writer.sql(attributes.text("actions"));
  } else {
    writer.word("nothing");
  }
  if (attributes.has("state")) writer.word(attributes.text("state"));
  writer.comment_clause(rule);
  writer.line();
}

}  // namespace

constexpr Kind kRule = {
    .id = KindId::Rule,
    .sql_name = "RULE",
    .declared_as = kRuleDeclaredAs,
    .introspect = kRuleQueries,
    .lower = lower_rule,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_rule,
    .drop = drop_rule,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_member,
    .attributes = kRuleAttributes,
    .print_lp = print_rule,
    .slots = nullptr,
    .traits = {.dropped_with_parent = true, .rebuilt_with_column = true, .found_in = "pg_rewrite where ev_type <> '1' and oid >= 16384"},
};

static_assert(is_complete(kRule));

}  // namespace lpc::kinds
