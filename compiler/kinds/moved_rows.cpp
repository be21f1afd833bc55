#include "kinds/moved_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "kinds/checks.h"
#include "kinds/column.h"
#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/partition_bounds.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
bool is_forced(const ObjectId& table, const Catalog& catalog) {
  const Object* object = catalog.find(table);
  return object != nullptr && object->attributes.flag("force_row_level_security");
}

Sql force(const ObjectId& table, bool on) { return alter_table(table, {on ? sql("FORCE ROW LEVEL SECURITY") : sql("NO FORCE ROW LEVEL SECURITY")}); }

std::vector<std::string> common_columns(const ObjectId& from, const ObjectId& to, const ChangeContext& context) {
  const Lineage past(context.before), future(context.after);
  const std::vector<std::string> present = past.column_names(from);
  std::vector<std::string> columns;
  for (const std::string& name : future.column_names(to)) {
    const std::vector<const Object*> chain = future.chain(to, name);
    const bool generated = chain.empty() || merged_column(chain, column_id(to, name)).attributes.has("generated");
    if (!generated && std::ranges::find(present, name) != present.end()) columns.push_back(name);
  }
  return columns;
}

namespace {

const std::string& bound_of(const Object& attachment) { return attachment.attributes.text("bound"); }

/// A value of the column in the type that it has then: it may have changed, or be made anew under the same name.
Sql value_of(const Object& was, const Object& is, const ChangeContext& context) {
  const std::string &before = was.attributes.text("type"), &after = is.attributes.text("type");
  if (has_new_form(is, context)) return converted(to_new_form(is, after, context.before, context.after), before, after, context);
  return before == after ? ident(is.id.member) : converted(is, before, after, context);
}

/// INSERT … SELECT, with the rows of `from`, which is called `called` now.
void copy_rows(const ObjectId& to, const ObjectId& from, const ObjectId& called, const Sql& condition, const ChangeContext& context, Action& action) {
  if (is_forced(from, context.before)) action.sql.push_back(force(called, false));
  if (is_forced(to, context.before) || is_forced(to, context.after)) action.sql.push_back(force(to, false));
  const std::vector<std::string> names = common_columns(from, to, context);
  std::vector<Sql> values;
  const Lineage past(context.before), future(context.after);
  for (const std::string& name : names) values.push_back(value_of(merged_column(past.chain(from, name), column_id(from, name)), *future.chain(to, name).back(), context));
  action.sql.push_back(sql("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}{}", qualified(to.schema, to.name), ident_list(names), join(values, ", "), qualified(called.schema, called.name),
                           condition.empty() ? Sql{} : sql(" WHERE {}", condition)));
  if (is_forced(to, context.after)) action.sql.push_back(force(to, true));
}

/// Triggers and rules of its own would fire for rows that only change their place.
bool acts_on_rows(const ObjectId& table, const Catalog& catalog) {
  return std::ranges::any_of(catalog.children(table), [](const Object* part) { return part->id.kind == KindId::Trigger || part->id.kind == KindId::Rule; });
}

/// Whether a table that goes stood under one that stays partitioned, and its rows can be read.
bool is_leaving(const Object& attachment, const ChangeContext& context) {
  const ObjectId table = table_of(attachment.id), whole = whole_of(attachment);
  const Object* later = context.after.find(whole);
  return !context.after.has(table) && !is_foreign(context.before, table) && later != nullptr && later->attributes.has("partition_by") && is_standing(context, whole);
}

/// Whether a partition that stays gets a bound within the one that it has, so that other partitions may take rows of it.
bool is_narrowed(const Object& attachment, const ChangeContext& context) {
  const ObjectId table = table_of(attachment.id), whole = whole_of(attachment);
  const Object* later = context.after.find(attachment.id);
  if (later == nullptr || whole_of(*later) != whole || bound_of(*later) == bound_of(attachment) || !bounds_cover({bound_of(attachment)}, {bound_of(*later)})) return false;
  if (!context.is_dropped(attachment.id) || !context.is_created(attachment.id) || context.is_created(table) || context.is_created(whole)) return false;
  return is_standing(context, table) && !is_foreign(context.before, table) && !acts_on_rows(table, context.before);
}

/// Whether the plan attaches it, and rows can be put into its table before.
bool can_take(const Object& attachment, const ChangeContext& context) {
  const ObjectId table = table_of(attachment.id);
  if (!context.is_created(attachment.id) || is_foreign(context.after, table)) return false;
  if (is_standing(context, table) && (acts_on_rows(table, context.before) || acts_on_rows(table, context.after))) return false;
  return bound_condition(attachment, context).has_value();
}

std::vector<const Object*> takers(const ObjectId& whole, const ChangeContext& context) {
  std::vector<const Object*> result;
  for (const Object* attachment : attachments_to(whole, context.after)) {
    if (can_take(*attachment, context)) result.push_back(attachment);
  }
  return result;
}

std::vector<std::string> bounds(const std::vector<const Object*>& attachments) {
  std::vector<std::string> result;
  for (const Object* attachment : attachments) result.push_back(bound_of(*attachment));
  return result;
}

/// Bounds of partitions that go, each alone or with the ones that it stands in a row with: those that are covered are so together.
bool is_covered(const Object& attachment, const std::vector<const Object*>& wholes, const ChangeContext& context) {
  const std::vector<std::string> covering = bounds(wholes);
  if (covering.empty()) return false;
  if (bounds_cover(covering, {bound_of(attachment)})) return true;
  std::vector<std::string> leaving;
  for (const Object* other : attachments_to(whole_of(attachment), context.before)) {
    if (is_leaving(*other, context) && bound_of(*other) != "DEFAULT") leaving.push_back(bound_of(*other));
  }
  return bound_of(attachment) != "DEFAULT" && bounds_cover(covering, leaving);
}

/// The tables that `table` is a partition of, with it, as far as they go with it: the last one stays, is made anew, or stands alone.
std::vector<ObjectId> line_of(const ObjectId& table, const ChangeContext& context) {
  const Lineage past(context.before);
  std::vector<ObjectId> line{table};
  while (const Object* attachment = past.partition(line.back())) {
    line.push_back(whole_of(*attachment));
    if (context.after.has(line.back())) break;
  }
  return line;
}

/// The name that the sequence of an identity column has in that catalog; "" when it is none.
std::string identity_sequence(const ObjectId& column, const Catalog& catalog) {
  const Object* object = catalog.find(column);
  const Value* identity = object == nullptr ? nullptr : object->attributes.find("identity");
  const Value* sequence = identity == nullptr ? nullptr : identity->find("sequence");
  return sequence == nullptr ? std::string() : sequence->text();
}

bool is_made_anew(const ObjectId& table, const ChangeContext& context) {
  return table.kind == KindId::Table && context.before.has(table) && context.after.has(table) && context.is_created(table) && context.is_dropped(table);
}

bool has_leaving_partition(const ObjectId& table, const ChangeContext& context) {
  return std::ranges::any_of(attachments_to(table, context.before), [&](const Object* attachment) {
    const ObjectId part = table_of(attachment->id);
    return !context.after.has(part) || has_leaving_partition(part, context);
  });
}

}  // namespace

// ---- a table made anew ------------------------------------------------------------------------------------------------------------------

bool is_emptied_shell(const ObjectId& table, const ChangeContext& context) {
  if (!is_made_anew(table, context)) return false;
  const bool stays_partitioned = context.before.find(table)->attributes.has("partition_by") && context.after.find(table)->attributes.has("partition_by");
  return stays_partitioned && !has_leaving_partition(table, context);
}

bool is_refilled(const ObjectId& table, const ChangeContext& context) {
  if (!is_made_anew(table, context) || is_foreign(context.before, table) || is_foreign(context.after, table)) return false;
  return !is_emptied_shell(table, context) && !common_columns(table, table, context).empty();
}

void lock_below(const ObjectId& table, const ObjectId& called, const ChangeContext& context, Action& action) {
  if (!descendants(context.before, table).empty()) action.sql.push_back(sql("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", qualified(called.schema, called.name)));
}

void free_names(const ObjectId& table, const ObjectId& aside, const std::function<bool(const Object&)>& apart, const ChangeContext& context, Action& action) {
  if (table.kind != KindId::Table) return;
  lock_below(table, aside, context, action);
  const auto refers_to_itself = [&](const Object& part) { return part.id.kind == KindId::Constraint && part.attributes.has("references") && table_named(part.attributes.text("references")) == table; };
  for (const Object* part : context.before.children(table)) {
    if (refers_to_itself(*part) && !apart(*part)) action.sql.push_back(alter_table(aside, {sql("DROP CONSTRAINT {}", ident(part->id.member))}));    // it needs the key
  }
  for (const Object* part : context.before.children(table)) {
    const Sql unless_gone = part->attributes.has("attached_to") ? sql("IF EXISTS ") : Sql{};      // with the partitioned table's, if the table was attached until then
    switch (part->id.kind) {
      case KindId::Index: action.sql.push_back(sql("DROP INDEX {}{}", unless_gone, kind(part->id.kind).address(part->id))); break;
      case KindId::Statistics: action.sql.push_back(sql("DROP STATISTICS {}", kind(part->id.kind).address(part->id))); break;
      case KindId::Constraint: {
        const std::string& type = part->attributes.text("type");
        if (type != "check" && type != "foreign key") action.sql.push_back(alter_table(aside, {sql("DROP CONSTRAINT {}{}", unless_gone, ident(part->id.member))}));
        break;
      }
      case KindId::Column: {
        release_ownership(part->id, context, action);
        if (const std::string sequence = identity_sequence(part->id, context.before); !sequence.empty()) {
          action.sql.push_back(sql("ALTER SEQUENCE {} RENAME TO {}", qualified(table.schema, sequence), ident(aside_name(sequence))));
        }
        break;
      }
      default: break;
    }
  }
}

std::vector<Sql> numbers_go_on(const ObjectId& table, const ChangeContext& context) {
  std::vector<Sql> statements;
  for (const std::string& name : common_columns(table, table, context)) {
    const ObjectId column = column_id(table, name);
    const std::string before = identity_sequence(column, context.before), after = identity_sequence(column, context.after);
    if (!before.empty() && !after.empty()) {
      statements.push_back(sql("SELECT pg_catalog.setval({}, last_value, is_called) FROM {}", literal(qualified(table.schema, after).text), qualified(table.schema, aside_name(before))));
    } else if (!after.empty()) {
      statements.push_back(continue_identity(*context.after.find(column), context.after));
    }
  }
  return statements;
}

void refill(const ObjectId& table, const ObjectId& aside, const ChangeContext& context, Action& action) {
  copy_rows(table, table, aside, {}, context, action);
  std::ranges::move(numbers_go_on(table, context), std::back_inserter(action.sql));
  check_has_partition(table, context, action);
  action.hazards.push_back({diag::Code::kMovesRows, diag::make(diag::Code::kMovesRows, {}, "its old form", table.path()).message, table});
  for (const Object* part : context.before.children(table)) {
    if (part->id.kind != KindId::Column || context.after.has(part->id) || part->attributes.has("generated")) continue;
    action.hazards.push_back({diag::Code::kDropsColumn, diag::make(diag::Code::kDropsColumn, {}, part->id.path()).message, part->id});
  }
  describe(action, fmt::format("Move the rows of {} to its new form", spoken(table)));
}

// ---- partitions -------------------------------------------------------------------------------------------------------------------------

std::vector<const Object*> predecessors(const Object& attachment, const ChangeContext& context) {
  std::vector<const Object*> result;
  if (attachment.id.kind != KindId::Partition || !is_standing(context, whole_of(attachment)) || !can_take(attachment, context)) return result;
  for (const Object* other : attachments_to(whole_of(attachment), context.before)) {
    const bool may_give = other->id != attachment.id && (is_leaving(*other, context) || is_narrowed(*other, context));
    if (may_give && bounds_may_overlap(bound_of(*other), bound_of(attachment))) result.push_back(other);
  }
  return result;
}

std::vector<const Object*> successors(const Object& attachment, const ChangeContext& context) {
  std::vector<const Object*> result;
  if (attachment.id.kind != KindId::Partition || (!is_leaving(attachment, context) && !is_narrowed(attachment, context))) return result;
  for (const Object* taker : attachments_to(whole_of(attachment), context.after)) {
    if (taker->id != attachment.id && bounds_may_overlap(bound_of(attachment), bound_of(*taker)) && can_take(*taker, context)) result.push_back(taker);
  }
  return result;
}

std::optional<ObjectId> heir_of(const ObjectId& table, const ChangeContext& context) {
  const std::vector<ObjectId> line = line_of(table, context);
  if (line.size() < 2 || context.after.has(table)) return std::nullopt;
  if (is_refilled(line.back(), context)) return line.back();
  const Object* attachment = Lineage(context.before).partition(line[line.size() - 2]);
  if (!is_leaving(*attachment, context) || !is_covered(*attachment, takers(line.back(), context), context)) return std::nullopt;
  return line.back();
}

void take_over(const Object& attachment, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(attachment.id);
  for (const Object* other : predecessors(attachment, context)) {
    const ObjectId from = table_of(other->id);
    const Sql condition = *bound_condition(attachment, context);
    copy_rows(table, from, from, condition, context, action);
    if (is_leaving(*other, context)) continue;
    action.sql.push_back(sql("DELETE FROM {} WHERE {}", qualified(from.schema, from.name), condition));
    if (is_forced(from, context.after)) action.sql.push_back(force(from, true));
    action.hazards.push_back({diag::Code::kMovesRows, diag::make(diag::Code::kMovesRows, {}, fmt::format("`{}` that it no longer takes", from.path()), table.path()).message, table});
  }
}

}  // namespace lpc::kinds
