#include "kinds/checks.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/index_elements.h"
#include "kinds/inheritance.h"
#include "kinds/relation_options.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

bool renames_part_of(const ObjectId& table, const Renames* renames) {
  return renames != nullptr && std::ranges::any_of(*renames, [&](const auto& rename) {
    const ObjectId& after = rename.second;
    return after == table || (after.kind == KindId::Schema && after.name == table.schema) ||
           (after.kind == KindId::Column && after.schema == table.schema && after.name == table.name);
  });
}

Sql renamed_source(const ObjectId& table, const std::vector<std::string>& columns, const Renames& renames) {
  const ObjectId old_table = id_before(table, renames);
  std::vector<Sql> items{sql("ctid")};
  for (const std::string& column : columns) {
    const ObjectId old = id_before(column_id(table, column), renames);
    items.push_back(sql("{} AS {}", ident(old.member), ident(column)));
  }
  return sql("(SELECT {} FROM {}) AS {}", join(items, ", "), qualified(old_table.schema, old_table.name), ident(table.name));
}

std::vector<std::string> primary_key_columns(const ObjectId& table, const Catalog& catalog) {
  for (const Object* part : catalog.children(table)) {
    if (part->id.kind == KindId::Constraint && part->attributes.text("type") == "primary key") return part->attributes.texts("columns");
  }
  return {};
}

void add(Action& action, std::string description, Sql query) { action.checks.push_back({std::move(description), std::move(query)}); }

Sql all_of(const std::vector<Sql>& conditions) { return join(conditions, " AND "); }

std::vector<Sql> not_null(const std::vector<std::string>& columns, std::string_view alias = "") {
  std::vector<Sql> conditions;
  for (const std::string& column : columns) conditions.push_back(alias.empty() ? sql("{} IS NOT NULL", ident(column)) : sql("{}.{} IS NOT NULL", ident(alias), ident(column)));
  return conditions;
}

/// Rows that share what must be unique. NULLs differ unless told otherwise.
Sql twins(const LiveRows& rows, const std::vector<Sql>& elements, bool nulls_equal, const std::string& predicate) {
  const Sql list = join(elements, ", ");
  const Sql where = predicate.empty() ? sql("true") : sql("({})", fragment(predicate));
  if (nulls_equal) {
    return sql("SELECT {} FROM (SELECT {}, count(*) OVER (PARTITION BY {}) AS lpc_twins FROM {} WHERE {}) AS counted WHERE lpc_twins > 1", rows.keys(), rows.keys(), list, rows.source(), where);
  }
  return sql("SELECT {} FROM {} WHERE {} AND ({}) IN (SELECT {} FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1)", rows.keys(), rows.source(), where, list, list, rows.source(), where, list);
}

void check_key(const Object& constraint, const LiveRows& rows, Action& action) {
  const std::vector<std::string> columns = constraint.attributes.texts("columns");
  if (constraint.attributes.flag("temporal") || !rows.has_columns(columns)) return;
  std::vector<Sql> elements;
  for (const std::string& column : columns) elements.push_back(ident(column));
  add(action, fmt::format("no two rows of {} alike in {}", relation_id(constraint).path(), lpc::join(columns, ", ")), twins(rows, elements, constraint.attributes.flag("nulls_not_distinct"), ""));
  if (constraint.attributes.text("type") != "primary key") return;
  std::vector<Sql> nulls;
  for (const std::string& column : columns) nulls.push_back(sql("{} IS NULL", ident(column)));
  add(action, fmt::format("no NULL in {} of {}", lpc::join(columns, ", "), relation_id(constraint).path()), sql("SELECT {} FROM {} WHERE {}", rows.keys(), rows.source(), join(nulls, " OR ")));
}

void check_foreign_key(const Object& constraint, const LiveRows& rows, const ChangeContext& context, Action& action) {
  const std::vector<std::string> columns = constraint.attributes.texts("columns"), referenced = constraint.attributes.texts("referenced_columns");
  const ObjectId target = table_named(constraint.attributes.text("references"));
  if (constraint.attributes.flag("temporal") || !rows.has_columns(columns) || columns.size() != referenced.size()) return;
  const std::string description = fmt::format("each {} of {} is in {}", lpc::join(columns, ", "), relation_id(constraint).path(), target.path());
  const LiveRows others(target, context);
  const ObjectId own = relation_id(constraint);
  const Sql mine = ident(own.name);
  Sql where = all_of(not_null(columns, own.name.str()));
  if (constraint.attributes.text("match") == "full" && columns.size() > 1) return;     // rows that are NULL in part offend as well
  if (context.is_created(target) || !context.before.has(target)) {
    add(action, description + ", which is new", sql("SELECT {} FROM {} WHERE {}", rows.keys(), rows.source(), where));
    return;
  }
  if (!others.exist() || !others.has_columns(referenced)) return;
  std::vector<Sql> pairs;
  for (std::size_t i = 0; i < columns.size(); ++i) pairs.push_back(sql("lpc_target.{} = {}.{}", ident(referenced[i]), mine, ident(columns[i])));
  add(action, description, sql("SELECT {} FROM {} WHERE {} AND NOT EXISTS (SELECT FROM (SELECT * FROM {}) AS lpc_target WHERE {})", rows.keys(), rows.source(), where, others.source(), all_of(pairs)));
}

}  // namespace

LiveRows::LiveRows(const ObjectId& table, const ChangeContext& context) : table_(table), context_(context) {
  const Object* found = context.before.find(table);
  exist_ = found != nullptr && table.kind == KindId::Table && !found->attributes.has("server");
  if (!exist_) return;
  const Lineage lineage(context.before);
  source_ = renames_part_of(table, context.renames) ? renamed_source(table, lineage.column_names(table), *context.renames) : qualified(table.schema, table.name);
  const std::vector<std::string> key = primary_key_columns(table, context.before);
  // Alone in its query, the table's columns need no qualification but against the function of the same name that `ctid` isn't.
  keys_ = key.empty() ? sql("ctid") : ident_list(key);
}

bool LiveRows::has_column(const std::string& column) const {
  const Lineage past(context_.before), future(context_.after);
  const std::vector<const Object*> was = past.chain(table_, column);
  if (was.empty()) return false;
  const std::vector<const Object*> is = future.chain(table_, column);
  const ObjectId id = column_id(table_, column);
  if (context_.is_created(id) && context_.before.has(id) && !context_.is_created(table_)) return false;      // another one takes its name
  return is.empty() || merged_column(was, id).attributes.text("type") == merged_column(is, id).attributes.text("type");
}

bool LiveRows::has_columns(const std::vector<std::string>& columns) const {
  return std::ranges::all_of(columns, [&](const std::string& column) { return has_column(column); });
}

bool LiveRows::can_ask(const Object& part) const {
  return std::ranges::all_of(part.depends_on, [&](const ObjectId& need) {
    if (need.kind == KindId::Column && need.schema == table_.schema && need.name == table_.name) return has_column(need.member);
    return context_.before.has(need) && !context_.is_created(need);
  });
}

void check_not_null(const ObjectId& column, const ChangeContext& context, Action& action) {
  const LiveRows rows(table_of(column), context);
  if (!rows.exist() || Lineage(context.before).chain(table_of(column), column.member).empty()) return;
  add(action, fmt::format("no NULL in {}", column.path()), sql("SELECT {} FROM {} WHERE {} IS NULL", rows.keys(), rows.source(), ident(column.member)));
}

void check_no_rows(const ObjectId& column, const ChangeContext& context, Action& action) {
  const LiveRows rows(table_of(column), context);
  if (rows.exist()) add(action, fmt::format("no row in {}, each of which would need a value of {}", table_of(column).path(), column.member), sql("SELECT {} FROM {}", rows.keys(), rows.source()));
}

void check_constraint(const Object& constraint, const ChangeContext& context, Action& action) {
  const LiveRows rows(relation_id(constraint), context);
  const std::string& type = constraint.attributes.text("type");
  if (!rows.exist()) return;
  if (type == "primary key" || type == "unique") return check_key(constraint, rows, action);
  if (type == "foreign key") return check_foreign_key(constraint, rows, context, action);
  if (type != "check" || !rows.can_ask(constraint)) return;
  add(action, fmt::format("every row of {} passes {}", relation_id(constraint).path(), constraint.id.member),
      sql("SELECT {} FROM {} WHERE NOT ({})", rows.keys(), rows.source(), fragment(constraint.attributes.text("expression"))));
}

void check_unique_index(const Object& index, const ChangeContext& context, Action& action) {
  const LiveRows rows(relation_id(index), context);
  const Value* list = index.attributes.find("elements");
  if (!rows.exist() || list == nullptr || !rows.can_ask(index)) return;
  std::vector<Sql> elements;
  for (const Value& element : list->list()) {
    const std::string column = element_column(element);
    const Value* expression = element.find("expression");
    if (column.empty() && expression == nullptr) return;
    elements.push_back(column.empty() ? sql("({})", fragment(expression->text())) : ident(column));
  }
  add(action, fmt::format("no two rows of {} alike in {}", relation_id(index).path(), index.id.name),
      twins(rows, elements, index.attributes.flag("nulls_not_distinct"), index.attributes.text("where")));
}

void check_type(const ObjectId& column, const std::string& from, const std::string& to, const ChangeContext& context, Action& action) {
  const LiveRows rows(table_of(column), context);
  if (!rows.exist()) return;
  const std::optional<Sql> condition = misfit(ident(column.member), from, to, context);
  if (condition) add(action, fmt::format("every {} fits {}", column.path(), to), sql("SELECT {} FROM {} WHERE {}", rows.keys(), rows.source(), *condition));
}

namespace {

/// Columns of tables whose type is exactly that, or an array of it.
template <class Visit>
void for_each_column_of(const std::string& type, const Catalog& catalog, Visit visit) {
  for (const Object& object : catalog.of(KindId::Column)) {
    const std::string& own = object.attributes.text("type");
    if (own == type || own == type + "[]") visit(object.id, own != type);
  }
}

}  // namespace

void check_enum_values(const Object& before, const std::vector<std::string>& gone, const ChangeContext& context, Action& action) {
  std::vector<Sql> labels;
  for (const std::string& label : gone) labels.push_back(literal(label));
  const Sql list = join(labels, ", ");
  for_each_column_of(qualified(before.id.schema, before.id.name).text, context.before, [&](const ObjectId& column, bool is_array) {
    const ObjectId table = table_of(column);
    const LiveRows rows(table, context);
    const bool is_computed = context.before.find(column)->attributes.has("generated");
    const bool goes_on = context.is_dropped(table) && context.is_created(column) && !is_computed;      // in a table that is made anew around its rows
    if (!rows.exist() || (context.is_dropped(column) && !goes_on)) return;
    const Sql condition = is_array ? sql("{}::text[] && ARRAY[{}]", ident(column.member), list) : sql("{}::text IN ({})", ident(column.member), list);
    add(action, fmt::format("no row of {} holds {} in {}", table.path(), list.text, column.member), sql("SELECT {} FROM {} WHERE {}", rows.keys(), rows.source(), condition));
  });
}

void check_domain(const ObjectId& domain, const std::string& check, const ChangeContext& context, Action& action) {
  for_each_column_of(qualified(domain.schema, domain.name).text, context.before, [&](const ObjectId& column, bool is_array) {
    const LiveRows rows(table_of(column), context);
    const bool is_shadowed = !Lineage(context.before).chain(table_of(column), "value").empty();
    if (!rows.exist() || is_array || is_shadowed || context.is_dropped(column)) return;
    // VALUE stands for the value to check: https://www.postgresql.org/docs/15/sql-createdomain.html; here it is a column of that name.
    const Sql test = check.empty() ? sql("lpc_rows.value IS NULL") : sql("NOT ({})", fragment(check));
    add(action, fmt::format("every {} passes domain {}", column.path(), domain.path()),
        sql("SELECT {} FROM {} WHERE (SELECT {} FROM (SELECT {} AS value) AS lpc_rows)", rows.keys(), rows.source(), test, ident(column.member)));
  });
}

}  // namespace lpc::kinds
