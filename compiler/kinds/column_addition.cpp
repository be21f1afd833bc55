// The values of a new column in rows that are there, when each gets its own: https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-NOTES
// ADD COLUMN writes the table anew for them, while everybody waits. In a table in use the rows get them afterwards, in batches; until then something marks those that wait.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "kinds/checks.h"
#include "kinds/column.h"
#include "kinds/common.h"
#include "kinds/online.h"
#include "kinds/sequence_options.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

/// A new column's values for the rows that are there, each its own: what marks a row that still waits for it.
struct Marker {
  std::optional<std::int64_t> value;      ///< nothing: NULL
};

/// One that the identity's sequence never gives.
std::optional<std::int64_t> value_beside(const Object& column, const Catalog& catalog) {
  const std::string type = identity_type(column, catalog);
  const SequenceOptions options = sequence_options(*column.attributes.find("identity"));
  const std::int64_t lowest = effective_minvalue(options, type), highest = effective_maxvalue(options, type);
  SequenceOptions whole;
  whole.increment = -1;
  if (lowest > effective_minvalue(whole, type)) return lowest - 1;
  whole.increment = 1;
  if (highest < effective_maxvalue(whole, type)) return highest + 1;
  return std::nullopt;
}

/// How a column that is added, whose values differ from row to row, gets them.
struct Addition {
  bool differs = false;               ///< whether they do, so that the plain form writes the table anew
  std::optional<Marker> marker;       ///< when they can be filled in afterwards, while others read and write
  std::string obstacle;               ///< otherwise why not, as a clause behind "because"; "" when nobody is to be spared
};

/// "cannot recursively add identity column to table that has child tables" (ATExecAddColumn() in src/backend/commands/tablecmds.c), but for partitions since 17.
bool stops_at_children(const Object& column, const ChangeContext& context) {
  const ObjectId table = table_of(column.id);
  const Object* whole = context.after.find(table);
  const bool reaches_partitions = context.server_version >= 170000 && whole != nullptr && whole->attributes.has("partition_by");
  return column.attributes.has("identity") && !reaches_partitions && !descendants(context.before, table).empty();
}

/// Why the values can't be filled in afterwards; "" when they can.
std::string filling_obstacle(const Object& column, const Object* column_default, const ChangeContext& context) {
  const Attributes& attributes = column.attributes;
  const ObjectId table = table_of(column.id);
  if (attributes.has("generated")) return std::string(kOnlyRewritesStore);
  if (is_constrained_domain(attributes.text("type"), context.after)) return "the domain's constraint is checked for each row, NULL or not, when the column is added";
  if (attributes.flag("not_null_no_inherit") || attributes.flag("not_null_not_valid")) return "its NOT NULL constraint isn't for all rows";
  if (attributes.has("identity")) {
    const bool takes_numbers = is_by_default(*attributes.find("identity")) || context.after.find(table)->attributes.has("partition_by");
    if (stops_at_children(column, context) && !takes_numbers) return "rows of the table itself take no number but from DEFAULT, and those of its children none from there";
    if (!value_beside(column, context.after)) return "its sequence gives every value of its type, so that none can mark the rows that wait";
  } else if (column_default == nullptr || !context.is_folded(column_default->id)) {
    return "its default can't be given with it";
  }
  return backfill_obstacle(table, context);
}

Addition addition_of(const Object& column, const Object& said, const Object* column_default, const ChangeContext& context) {
  const ObjectId table = table_of(column.id);
  const Attributes& attributes = column.attributes;
  const bool has_default = column_default != nullptr && !column_default->attributes.flag("none");
  const bool computed = attributes.has("generated") && !attributes.flag("virtual");
  Addition addition;
  addition.differs = !is_foreign(context.after, table) && (computed || attributes.has("identity") || is_constrained_domain(attributes.text("type"), context.after) ||
                                                           (has_default && is_volatile_default(*column_default, context.after)));
  if (!addition.differs || !is_in_use(table, said, context)) return addition;
  addition.obstacle = filling_obstacle(column, has_default ? column_default : nullptr, context);
  if (addition.obstacle.empty()) addition.marker = attributes.has("identity") ? Marker{value_beside(column, context.after)} : Marker{};
  return addition;
}

/// What adding the column does to the rows that are there.
void predict_addition(const Object& column, const Addition& addition, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column.id);
  if (!is_standing(context, table)) return;
  const Attributes& attributes = column.attributes;
  const Object* column_default = context.after.find(default_id(column.id));
  const bool has_default = column_default != nullptr && !column_default->attributes.flag("none");
  if (addition.differs && !addition.marker) {
    const std::string why = addition.obstacle.empty() ? "" : fmt::format("; not online, because {}", addition.obstacle);
    const diag::Diagnostic said = diag::make(diag::Code::kRewritesTable, {}, table.path(), fmt::format("each row gets its value of `{}`{}", column.id.member, why));
    action.hazards.push_back({said.code, said.message, column.id});
  }
  if (attributes.flag("not_null") && !has_default && !attributes.has("generated") && !attributes.has("identity") && !is_foreign(context.after, table)) {
    const diag::Diagnostic said = diag::make(diag::Code::kSetsNotNull, {}, column.id.path());
    action.hazards.push_back({said.code, said.message, column.id});
    check_no_rows(column.id, context, action);
  }
}

Stage filling(const ObjectId& column, const Sql& value, const Marker& marker, const ChangeContext& context) {
  const Sql name = ident(column.member);
  const Fill fill{sql("{} = {}", name, value), marker.value ? sql("{} = {}", name, number(*marker.value)) : sql("{} IS NULL", name)};
  return {fmt::format("Give the rows of {} their {}", table_of(column).path(), column.member), {backfill(table_of(column), fill, context.server_version)}, "backfill", false};
}

/// The column without values and its default for new rows; then the values for the old ones, and NOT NULL. (A CHECK, unvalidated, would refuse any update of rows that wait.)
OnlineForm default_form(const Object& column, const std::string& default_text, const ChangeContext& context) {
  const ObjectId table = table_of(column.id);
  const Sql name = ident(column.id.member);
  Object nullable = column;
  nullable.attributes.remove("not_null");
  const Sql add = alter_table(table, {sql("ADD COLUMN {}", column_definition(nullable, nullptr))});
  const Sql set_default = alter_table(table, {sql("ALTER COLUMN {} SET DEFAULT {}", name, fragment(default_text))});
  OnlineForm form;
  if (owned_sequences(context.after, column.id).empty()) {
    form.stages.push_back({fmt::format("Add {}, empty, with its default for new rows", spoken(column.id)), {add, set_default}, "ddl", true});
  } else {
    // Who writes may use the sequence once that is the column's and has its privileges.
    form.stages.push_back({fmt::format("Add {}, empty", spoken(column.id)), {add}, "ddl", true});
    form.afterwards.push_back({fmt::format("Set the default of {}, for new rows", spoken(column.id)), {set_default}, "ddl", true});
  }
  form.afterwards.push_back(filling(column.id, sql("DEFAULT"), {}, context));
  if (!column.attributes.flag("not_null")) return form;
  std::ranges::move(not_null_stages(column.id, set_not_null(column)), std::back_inserter(form.afterwards));
  return form;
}

/// Those below that have the column, and a default of their own, keep that.
void drop_default(const ObjectId& column, const ChangeContext& context, std::vector<Sql>& out) {
  const Sql name = ident(column.member);
  out.push_back(alter_table(table_of(column), {sql("ALTER COLUMN {} DROP DEFAULT", name)}));
  for (const ObjectId& child : descendants(context.before, table_of(column))) {
    const Object* own = context.before.find(default_id(column_id(child, column.member)));
    if (own == nullptr || own->attributes.flag("none") || context.is_dropped(own->id)) continue;
    out.push_back(alter_table(child, {sql("ALTER COLUMN {} SET DEFAULT {}", name, parenthesised(own->attributes.text("expression")))}, true));
  }
}

/// The column with one value for all rows, which costs nothing, and the identity for new ones; then the others' own values.
OnlineForm identity_form(const Object& column, const Marker& marker, const ChangeContext& context) {
  const ObjectId table = table_of(column.id);
  const Sql name = ident(column.id.member);
  Object plain = column;
  plain.attributes.remove("identity");
  const std::string value = std::to_string(*marker.value);
  OnlineForm form;
  form.stages.push_back({fmt::format("Add {}, with {} in the rows that are there", spoken(column.id), value),
                         {alter_table(table, {sql("ADD COLUMN {}", column_definition(plain, &value))})}, "ddl", true});
  std::vector<Sql>& statements = form.stages.back().sql;
  drop_default(column.id, context, statements);
  statements.push_back(alter_table(table, {sql("ALTER COLUMN {} ADD {}", name, identity_clause(column))}));
  // Those below have no identity of their own.
  const Sql number = stops_at_children(column, context) ? sql("nextval({})", literal(qualified(table.schema, identity_sequence_name(column)).text)) : sql("DEFAULT");
  form.afterwards.push_back(filling(column.id, number, marker, context));
  return form;
}

void add_filling_form(const Object& column, const Object* column_default, const Marker& marker, std::size_t first, const ChangeContext& context, Action& action) {
  OnlineForm form = marker.value ? identity_form(column, marker, context) : default_form(column, column_default->attributes.text("expression"), context);
  form.first = first;
  form.count = action.sql.size() - first;
  form.reason = fmt::format("{} has rows, each of which gets a value of its own: in batches, while others read and write", table_of(column.id).path());
  if (!marker.value && !column.attributes.flag("not_null")) form.reason += "; a NULL that someone writes into it meanwhile gets one, too";
  action.online.push_back(std::move(form));
}

}  // namespace

void add_column(const Object& column, const std::string* default_text, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column.id);
  if (!stops_at_children(column, context)) {
    action.sql.push_back(alter_table(table, {sql("ADD COLUMN {}", column_definition(column, default_text))}));
    return;
  }
  // The numbers come from a sequence like the identity's, for those below as well, and go on in that.
  const Sql name = ident(column.id.member), sequence = qualified(table.schema, helper_name(identity_sequence_name(column), kFresh));
  const std::string numbers = sql("nextval({})", literal(sequence.text)).text;
  Sql create = sql("CREATE SEQUENCE {} AS {}", sequence, fragment(identity_type(column, context.after)));
  for (const Sql& clause : option_clauses(sequence_options(*column.attributes.find("identity")))) create = sql("{} {}", create, clause);
  Object plain = column;
  plain.attributes.remove("identity");
  action.sql.push_back(std::move(create));
  action.sql.push_back(alter_table(table, {sql("ADD COLUMN {}", column_definition(plain, &numbers))}));
  drop_default(column.id, context, action.sql);
  action.sql.push_back(sql("DROP SEQUENCE {}", sequence));
  action.sql.push_back(alter_table(table, {sql("ALTER COLUMN {} ADD {}", name, identity_clause(column))}));
  action.sql.push_back(continue_identity(column, context.after));
}

void fill_rows(const Object& column, const Object& said, std::size_t first, const ChangeContext& context, Action& action) {
  const Object* column_default = context.after.find(default_id(column.id));
  const Addition addition = addition_of(column, said, column_default, context);
  if (addition.marker) add_filling_form(column, column_default, *addition.marker, first, context, action);
  predict_addition(column, addition, context, action);
}

}  // namespace lpc::kinds
