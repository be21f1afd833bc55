// Whom a change breaks: programs that name what is gone, get another type, or don't say what they have to say now.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/index.h"
#include "kinds/inheritance.h"
#include "kinds/judge.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

using diag::Code;
using Hazards = std::vector<Hazard>;

bool has_default(const ObjectId& column, const Catalog& catalog) {
  const Object* found = catalog.find(default_id(column));
  return found != nullptr && !found->attributes.flag("none");
}

/// Whether a row that doesn't mention the column is refused.
bool needs_value(const Object* column, const Catalog& catalog) {
  if (column == nullptr) return false;
  const Attributes& attributes = column->attributes;
  return attributes.flag("not_null") && !attributes.has("generated") && !attributes.has("identity") && !has_default(column->id, catalog);
}

void judge_column(const Judged& judged, Hazards& hazards) {
  const ObjectId& id = judged.object().id;
  const ObjectId table = table_of(id);
  if (!is_standing(judged.context, table)) return;
  if (judged.before != nullptr && judged.after != nullptr && judged.changes("type")) {
    const std::string &from = judged.before->attributes.text("type"), &to = judged.after->attributes.text("type");
    const TypeChange change = type_change(from, to, judged.context.before, judged.context.after);
    const bool same_base = type_parts(from).base == type_parts(to).base;
    if (!from.empty() && !to.empty() && !same_base && (change.rewrites || change.narrows || change.may_fail)) add_hazard(hazards, Code::kChangesClientType, id, id.path(), to, from);
  }
  const bool may_be_null = judged.before != nullptr && judged.after != nullptr && judged.changes("not_null") && !judged.after->attributes.flag("not_null");
  if (may_be_null) add_hazard(hazards, Code::kMayBeNull, id, id.path());
  const bool required_now = judged.is_made() || judged.changes("not_null") || judged.changes("identity");
  if (required_now && needs_value(judged.after, judged.context.after) && !needs_value(judged.before, judged.context.before)) {
    add_hazard(hazards, Code::kNeedsValue, id, id.path());
  }
}

/// A default that goes from a column that must have a value.
void judge_default(const Judged& judged, Hazards& hazards) {
  if (!judged.is_gone()) return;
  const ObjectId& id = judged.before->id;
  const ObjectId column{KindId::Column, id.schema, id.name, id.member, ""};
  if (!is_standing(judged.context, table_of(column)) || !judged.context.before.has(column)) return;
  if (needs_value(judged.context.after.find(column), judged.context.after)) add_hazard(hazards, Code::kNeedsValue, column, column.path());
}

struct ViewColumn {
  std::string name, type;
};

std::vector<ViewColumn> columns_of(const Object& view) {
  std::vector<ViewColumn> columns;
  const Value* list = view.attributes.find("_columns");
  for (const Value& column : list == nullptr ? List{} : list->list()) {
    const Value* name = column.find("name");
    const Value* type = column.find("type");
    if (name != nullptr && type != nullptr) columns.push_back({name->text(), type->text()});
  }
  return columns;
}

void judge_clients_of_view(const Judged& judged, Hazards& hazards) {
  if (judged.is_gone()) return add_hazard(hazards, Code::kDropsUsed, judged.before->id, judged.before->id.text());
  if (judged.before == nullptr || judged.after == nullptr || (!judged.is_made() && !judged.changes("query"))) return;
  const std::vector<ViewColumn> was = columns_of(*judged.before), is = columns_of(*judged.after);
  if (was.empty() || is.empty()) return;
  std::vector<std::string> changes;
  for (const ViewColumn& column : was) {
    const auto now = std::ranges::find(is, column.name, &ViewColumn::name);
    if (now == is.end()) changes.push_back(fmt::format("has no column `{}` any more", column.name));
    else if (now->type != column.type) changes.push_back(fmt::format("gives `{}` as `{}` instead of `{}`", column.name, now->type, column.type));
  }
  if (!changes.empty()) add_hazard(hazards, Code::kChangesViewColumns, judged.after->id, judged.after->id.path(), lpc::join(changes, ", "));
}

/// Others of the name, which calls may mean: the new forms of one that is gone.
std::vector<const Object*> new_namesakes(const Judged& judged) {
  std::vector<const Object*> found;
  const ObjectId& gone = judged.before->id;
  for (const Object& object : judged.context.after.of(gone.kind)) {
    const ObjectId& id = object.id;
    if (id.schema == gone.schema && id.name == gone.name && !judged.context.before.has(id)) found.push_back(&object);
  }
  return found;
}

void judge_clients_of_routine(const Judged& judged, Hazards& hazards) {
  if (!judged.is_gone()) {
    const bool other_result = judged.before != nullptr && judged.after != nullptr && (judged.is_made() || judged.action.attributes.empty()) && judged.changes("returns");
    if (other_result) {
      add_hazard(hazards, Code::kChangesClientType, judged.after->id, judged.after->id.path(), judged.after->attributes.text("returns"), judged.before->attributes.text("returns"));
    }
    return;
  }
  const std::vector<const Object*> others = new_namesakes(judged);
  if (others.empty()) return add_hazard(hazards, Code::kDropsUsed, judged.before->id, judged.before->id.text());
  add_hazard(hazards, Code::kChangesSignature, judged.before->id, judged.before->id.path(), others.front()->id.path());
}

void judge_enum(const Judged& judged, Hazards& hazards) {
  if (judged.is_gone()) return add_hazard(hazards, Code::kDropsUsed, judged.before->id, judged.before->id.text());
  if (judged.before == nullptr || judged.after == nullptr || !judged.changes("values")) return;
  const std::vector<std::string> was = judged.before->attributes.texts("values"), is = judged.after->attributes.texts("values");
  std::vector<std::string> kept, now;
  std::ranges::copy_if(was, std::back_inserter(kept), [&](const auto& label) { return std::ranges::find(is, label) != is.end(); });
  std::ranges::copy_if(is, std::back_inserter(now), [&](const auto& label) { return std::ranges::find(was, label) != was.end(); });
  if (kept != now) add_hazard(hazards, Code::kReordersEnum, judged.after->id, judged.after->id.path());
}

void judge_partition(const Judged& judged, Hazards& hazards) {
  if (judged.is_gone()) {
    const ObjectId table = table_of(judged.before->id);
    if (judged.context.is_dropped(table) || judged.context.is_dropped(whole_of(*judged.before))) return;
    return add_hazard(hazards, Code::kLeavesParent, judged.before->id, table.path(), whole_of(*judged.before).path());
  }
}

/// What new bounds refuse: of rows of the table itself, or of those in the default partition.
void judge_bounds(const Judged& judged, Hazards& hazards) {
  if (!judged.is_made()) return;
  const ObjectId table = table_of(judged.after->id), parent = whole_of(*judged.after);
  if (!is_standing(judged.context, parent)) return;
  if (is_standing(judged.context, table)) add_hazard(hazards, Code::kRejectsRows, judged.after->id, "attaches partition", table.path(), table.path());
  for (const Object* other : attachments_to(parent, judged.context.before)) {
    if (other->attributes.text("bound") != "DEFAULT") continue;
    const ObjectId rest = table_of(other->id);
    if (rest == table || judged.context.is_dropped(other->id)) continue;
    add_hazard(hazards, Code::kRejectsRows, judged.after->id, "adds partition", table.path(), rest.path());
  }
}

/// Of an index or a constraint: not when it goes with its table, nor when it stays as what the table has because of a parent.
bool is_missed(const Judged& judged) {
  if (!judged.is_gone() || judged.context.is_dropped(relation_id(*judged.before))) return false;
  return !taken_by_parent(*judged.before, judged.context) && attached_drop(*judged.before, judged.context).new_name.empty();
}

void judge_index(const Judged& judged, Hazards& hazards) {
  const ObjectId& id = judged.object().id;
  if (is_missed(judged)) add_hazard(hazards, Code::kDropsIndex, id, id.path());
}

/// Of the primary key the loss is more than its constraint: there may be nothing left to tell rows apart.
void judge_constraint(const Judged& judged, Hazards& hazards) {
  if (!is_missed(judged)) return;
  add_hazard(hazards, Code::kDropsConstraint, judged.before->id, judged.before->attributes.text("type"), judged.before->id.path());
}

void judge_extension(const Judged& judged, Hazards& hazards) {
  if (judged.is_gone()) return add_hazard(hazards, Code::kDropsUsed, judged.before->id, judged.before->id.text());
  if (judged.before == nullptr || judged.after == nullptr || !judged.changes("version")) return;
  const std::string &from = judged.before->attributes.text("version"), &to = judged.after->attributes.text("version");
  if (!from.empty() && !to.empty()) add_hazard(hazards, Code::kUpdatesExtension, judged.after->id, judged.after->id.path(), from, to);
}

void judge_publication(const Judged& judged, Hazards& hazards) {
  if (judged.is_gone()) return add_hazard(hazards, Code::kStopsReplicating, judged.before->id, judged.before->id.path(), "anything");
  if (judged.before == nullptr || judged.after == nullptr || !judged.changes("tables")) return;
  const auto names = [](const Object& publication) {
    std::vector<std::string> result;
    const Value* tables = publication.attributes.find("tables");
    for (const Value& table : tables == nullptr ? List{} : tables->list()) {
      const Value* name = table.find("relation");
      result.push_back(name != nullptr ? name->text() : table.text());
    }
    return result;
  };
  const std::vector<std::string> is = names(*judged.after);
  for (const std::string& table : names(*judged.before)) {
    if (std::ranges::find(is, table) == is.end()) add_hazard(hazards, Code::kStopsReplicating, judged.after->id, judged.after->id.path(), fmt::format("`{}`", table));
  }
}

/// What others name and call: gone is gone.
void judge_plain(const Judged& judged, Hazards& hazards) {
  if (judged.is_gone()) add_hazard(hazards, Code::kDropsUsed, judged.before->id, judged.before->id.text());
}

/// Names that only lpc and error messages use break nobody.
bool is_named_by_clients(KindId kind) {
  static constexpr KindId kInside[] = {KindId::Index, KindId::Trigger, KindId::Policy, KindId::Rule, KindId::Statistics, KindId::DomainConstraint, KindId::EventTrigger};
  return std::ranges::find(kInside, kind) == std::end(kInside);
}

void judge_rename(const Judged& judged, Hazards& hazards) {
  const ObjectId& from = *judged.action.renamed_from;
  if (is_named_by_clients(from.kind) && from.kind != KindId::Constraint) add_hazard(hazards, Code::kRenames, judged.action.object, from.text(), judged.action.object.path());
}

}  // namespace

void judge_clients(const Judged& judged, Hazards& hazards) {
  if (judged.action.type == ActionType::rename) {
    // (Moving the old form of a type aside isn't one.)
    if (judged.action.renamed_from) judge_rename(judged, hazards);
    return;
  }
  static constexpr std::pair<KindId, void (*)(const Judged&, Hazards&)> kJudges[] = {
      {KindId::Column, judge_column},          {KindId::ColumnDefault, judge_default},       {KindId::View, judge_clients_of_view},
      {KindId::MaterializedView, judge_clients_of_view},  {KindId::Function, judge_clients_of_routine},      {KindId::Procedure, judge_clients_of_routine},
      {KindId::Aggregate, judge_clients_of_routine},      {KindId::Enum, judge_enum},             {KindId::Partition, judge_partition},
      {KindId::Partition, judge_bounds},       {KindId::Index, judge_index},           {KindId::Constraint, judge_constraint},  {KindId::Extension, judge_extension},
      {KindId::Publication, judge_publication}, {KindId::Domain, judge_plain},         {KindId::CompositeType, judge_plain},
      {KindId::RangeType, judge_plain},        {KindId::BaseType, judge_plain},        {KindId::Operator, judge_plain},
      {KindId::Cast, judge_plain},             {KindId::Role, judge_plain},            {KindId::Collation, judge_plain},
  };
  for (const auto& [kind, judge_it] : kJudges) {
    if (kind == judged.object().id.kind) judge_it(judged, hazards);
  }
}

}  // namespace lpc::kinds
