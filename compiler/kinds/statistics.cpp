// Extended statistics of a table or materialized view. https://www.postgresql.org/docs/15/sql-createstatistics.html
//
// Their columns are kept sorted, as the server has them in no order of its own. When the type of a column changes, the server puts the statistics back by itself,
// but forgets their owner and target (RememberStatisticsForRebuilding() in src/backend/commands/tablecmds.c): so they are taken down and put back here.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/implied_names.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kStatisticsDeclaredAs[] = {"statistics"};

/// All of them is what nothing said means. Statistics of one expression alone have no kinds (`e` only).
constexpr std::array kStatisticsKinds = std::to_array<std::string_view>({"dependencies", "mcv", "ndistinct"});

#define LPC_STATISTICS_QUERY(expression_columns)                                                                                        \
  "select n.nspname as _schema, s.stxname as _name, case t.relkind when 'm' then 'materialized view' else 'table' end as _parent_kind,\n" \
  "  tn.nspname as _parent_schema, t.relname as _parent_name, 'pg_statistic_ext:' || s.oid as _aliases,\n"                             \
  "  case when not s.stxkind @> '{d,f,m}' and s.stxkind && '{d,f,m}' then array_to_json(array_remove(array[\n"                         \
  "    case when 'f' = any (s.stxkind) then 'dependencies' end, case when 'm' = any (s.stxkind) then 'mcv' end,\n"                     \
  "    case when 'd' = any (s.stxkind) then 'ndistinct' end], null)) end as kinds,\n"                                                  \
  "  (select json_agg(a.attname order by a.attname collate \"C\") from unnest(s.stxkeys::int2[]) k(attnum)\n"                          \
  "   join pg_attribute a on a.attrelid = s.stxrelid and a.attnum = k.attnum) as columns,\n" expression_columns                         \
  "  nullif(s.stxstattarget, -1) as target, pg_get_userbyid(s.stxowner) as owner, d.description as comment\n"                          \
  "from pg_statistic_ext s\n"                                                                                                          \
  "join pg_namespace n on n.oid = s.stxnamespace\n"                                                                                    \
  "join pg_class t on t.oid = s.stxrelid\n"                                                                                            \
  "join pg_namespace tn on tn.oid = t.relnamespace\n"                                                                                  \
  "left join pg_description d on d.objoid = s.oid and d.classoid = 'pg_statistic_ext'::regclass and d.objsubid = 0\n"                  \
  "where t.relkind in ('r', 'p', 'm', 'f') and {user_schema:n} and {not_member:pg_class:t.oid}"

constexpr IntrospectQuery kStatisticsQueries[] = {
    {.sql = LPC_STATISTICS_QUERY("  case when s.stxexprs is not null then array_to_json(pg_get_statisticsobjdef_expressions(s.oid)) end as expressions,\n"),
     .from_version = 140000},
    {.sql = LPC_STATISTICS_QUERY("")},
};

// ---- from .lp -------------------------------------------------------------------------------------------------------------------

/// The name that the statement without one would choose; see ChooseExtendedStatisticName() in src/backend/commands/statscmds.c.
std::string implied_name(const std::string& table, const std::vector<std::string>& elements, const std::function<bool(const std::string&)>& taken) {
  return choose_name(table, joined_column_names(elements), "stat", taken);
}

/// The plain column that an expression is, or "".
std::string plain_column(const std::string& text, LowerContext& context) {
  const auto elements = context.fragments.index_elements(frontend::FragmentKind::index_columns, text);
  return elements.size() == 1 ? elements.front().column : std::string();
}

void lower_kinds(const ast::Decl& decl, Attributes& attributes, LowerContext& context) {
  const ast::Value* list = nullptr;
  for (const ast::Value& value : decl.values) {
    if (value.shape == ast::Shape::sql) list = &value;
  }
  if (list == nullptr) return;
  std::vector<std::string> kinds;
  for (const std::string& part : split(list->text, ',')) {
    const std::string word = to_lower_ascii(trim(part));
    if (std::ranges::find(kStatisticsKinds, word) == kStatisticsKinds.end()) {
      context.error(diag::make(diag::Code::kWrongValue, list->span, "statistics", "dependencies, mcv or ndistinct").with_suggestion(word, {kStatisticsKinds.begin(), kStatisticsKinds.end()}, list->span));
    }
    if (std::ranges::find(kinds, word) == kinds.end()) kinds.push_back(word);
  }
  std::ranges::sort(kinds);
  if (kinds.size() < kStatisticsKinds.size()) attributes.set("kinds", Value::strings(kinds));
}

void lower_statistics(const ast::Decl& decl, LowerContext& context) {
  const ast::Clause* on = context.once(decl, "statistics_on");
  if (on == nullptr || context.parent == nullptr) return;
  const ObjectId table = context.parent->id;
  std::vector<std::string> columns, expressions, elements;
  for (const ast::Value& value : on->values) {
    const std::string text = value.shape == ast::Shape::name ? value.name.dotted() : context.sql(value, frontend::FragmentKind::expression);
    const std::string column = plain_column(text, context);
    (column.empty() ? expressions : columns).push_back(column.empty() ? text : column);
    elements.push_back(column.empty() ? "expr" : column);
  }
  std::ranges::sort(columns);
  ObjectId id{KindId::Statistics, table.schema, decl.name.empty() ? std::string() : decl.name.last(), {}, {}};
  if (!decl.name.empty() && !decl.name.qualifier().empty()) id.schema = decl.name.qualifier();
  if (decl.name.empty()) {
    id.name = implied_name(table.name, elements, [&](const std::string& name) {
      return context.catalog.find({KindId::Statistics, table.schema, name, {}, {}}) != nullptr;
    });
  }
  const std::string table_owner = context.parent->attributes.text("owner");
  Object* statistics = context.add(decl, id);
  if (statistics == nullptr) return;
  Attributes& attributes = statistics->attributes;
  lower_kinds(decl, attributes, context);
  attributes.set("columns", Value::strings(columns));
  attributes.set("expressions", Value::strings(expressions));
  if (const ast::Clause* target = context.once(decl, "statistics")) {
    const ast::Value* value = target->value(ast::Shape::number);
    if (value != nullptr) attributes.set("target", Value(static_cast<std::int64_t>(std::strtoll(value->text.c_str(), nullptr, 10))));
  }
  const ast::Clause* owner = context.once(decl, "owner");
  const ast::Value* said = owner == nullptr ? nullptr : owner->value(ast::Shape::name);
  // The table's goes without saying.
  const std::string name = said != nullptr ? said->name.last() : table_owner;
  if (!name.empty()) attributes.set("owner", name);
}

void normalise_statistics(CatalogBuilder& builder) {
  for (Object* object : builder.of(KindId::Statistics)) {
    if (!object->attributes.has("expressions")) continue;
    std::vector<std::string> expressions;
    for (const std::string& text : object->attributes.texts("expressions")) expressions.emplace_back(strip_outer_parentheses(text));
    object->attributes.set("expressions", Value::strings(expressions));
  }
}

void link_statistics(const Object& statistics, LinkContext& context) {
  const ObjectId table = relation_id(statistics);
  const std::string relation = qualified(table.schema, table.name).text;
  for (const std::string& column : statistics.attributes.texts("columns")) context.column(relation, column);
  for (const std::string& text : statistics.attributes.texts("expressions")) context.sql(frontend::FragmentKind::expression, text);
}

// ---- SQL -------------------------------------------------------------------------------------------------------------------------

void create_statistics(const Object& statistics, const ChangeContext&, Action& action) {
  const Attributes& attributes = statistics.attributes;
  const ObjectId table = relation_id(statistics);
  std::vector<Sql> kinds, elements;
  for (const std::string& word : attributes.texts("kinds")) kinds.push_back(ident(word));
  for (const std::string& column : attributes.texts("columns")) elements.push_back(ident(column));
  for (const std::string& expression : attributes.texts("expressions")) elements.push_back(sql("({})", fragment(expression)));
  action.sql.push_back(sql("CREATE STATISTICS {}{} ON {} FROM {}", address_qualified(statistics.id), kinds.empty() ? Sql{} : sql(" ({})", join(kinds, ", ")),
                           join(elements, ", "), qualified(table.schema, table.name)));
  describe(action, fmt::format("Create {}", spoken(statistics.id)));
}

void alter_target(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  action.sql.push_back(sql("ALTER STATISTICS {} SET STATISTICS {}", address_qualified(after.id), number(after.attributes.number("target", -1))));
  describe(action, fmt::format("Set the target of {}", spoken(after.id)));
}

// ---- to .lp ----------------------------------------------------------------------------------------------------------------------

void print_statistics(const Object& statistics, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = statistics.attributes;
  const ObjectId table = relation_id(statistics);
  const std::vector<std::string> columns = attributes.texts("columns"), expressions = attributes.texts("expressions");
  std::vector<std::string> elements = columns;
  elements.insert(elements.end(), expressions.size(), "expr");
  writer.doc(statistics).word("statistics");
  const bool is_implied = statistics.id.schema == table.schema && statistics.id.name == implied_name(table.name, elements, [](const std::string&) { return false; });
  if (!is_implied) {
    // A bare name means the schema of the table.
    LpWriter name;
    name.schema = table.schema;
    name.name(statistics.id.schema, statistics.id.name);
    writer.word(trim(name.text()));
  }
  const std::vector<std::string> kinds = attributes.texts("kinds");
  if (!kinds.empty()) writer.names(kinds);
  writer.word("on");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) writer.word(",");
    writer.ident(columns[i]);
  }
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (i > 0 || !columns.empty()) writer.word(",");
    writer.expression(expressions[i]);
  }
  if (attributes.has("target")) writer.word("statistics").word(number(attributes.number("target")).text);
  const Object* parent = catalog.find(table);
  const std::string& owner = attributes.text("owner");
  if (!owner.empty() && (parent == nullptr || parent->attributes.text("owner") != owner)) writer.word("owner").ident(owner);
  writer.comment_clause(statistics).line();
}

std::vector<std::string> statistics_slots(const Object& statistics) { return {"statistics " + address_qualified(statistics.id).text}; }

constexpr AttributeRule kStatisticsRules[] = {
    {.name = "kinds", .content = Content::names},
    {.name = "columns", .content = Content::names},
    {.name = "expressions", .content = Content::list, .has_sql = true},
    {.name = "target", .content = Content::integer, .alter = alter_target, .after_create = true},
    kOwnerRule,
    kCommentRule,
};

}  // namespace

constexpr Kind kStatistics = {
    .id = KindId::Statistics,
    .sql_name = "STATISTICS",
    .declared_as = kStatisticsDeclaredAs,
    .introspect = kStatisticsQueries,
    .lower = lower_statistics,
    .normalise = normalise_statistics,
    .edges = link_statistics,
    .create = create_statistics,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kStatisticsRules,
    .print_lp = print_statistics,
    .slots = statistics_slots,
    .traits = {.dropped_with_parent = true, .rebuilt_with_column = true, .found_in = "pg_statistic_ext"},
};
static_assert(is_complete(kStatistics));

}  // namespace lpc::kinds
