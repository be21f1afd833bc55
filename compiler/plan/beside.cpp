#include "plan/beside.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/online.h"
#include "kinds/table_beside.h"
#include "plan/action_context.h"

namespace lpc::plan {

namespace {

/// The statements that make it beside the old form; nothing when there is no way.
std::vector<Sql> making(const kinds::TableBeside& table, const Catalog& before, const PlannerOptions& options) {
  const Catalog start = with_needs(before, table.needs());
  diag::Sink unsaid;
  PlannerOptions direct = options;
  direct.renames = nullptr;
  direct.in_use = nullptr;
  std::vector<Sql> statements;
  for (Action& action : plan_actions(start, table.beside(start), direct, unsaid)) std::ranges::move(action.sql, std::back_inserter(statements));
  return statements;
}

/// Says of what makes objects of the family that they are there already, and of what drops partitions of the old form that their rows are elsewhere by then.
void leave_out(const kinds::TableBeside& table, const ObjectId& whole, const std::vector<ObjectId>& old_partitions, std::vector<Action>& actions) {
  for (Action& action : actions) {
    if (action.type == ActionType::create && table.is_of_family(action.object)) {
      action.prepared = Prepared{whole};
      if (action.object == whole) action.prepared->sql = table.take_place();
    } else if (action.type == ActionType::drop && std::ranges::find(old_partitions, action.object) != old_partitions.end()) {
      action.prepared = Prepared{whole, action.sql};
    }
  }
}

void explain(const std::string& obstacle, Action& filling) {
  for (Hazard& hazard : filling.hazards) {
    if (hazard.code == diag::Code::kMovesRows) hazard.message += fmt::format("; not online, because {}", obstacle);
  }
}

}  // namespace

void make_beside(std::vector<Action>& actions, const Catalog& before, const Catalog& after, const PlannerOptions& options) {
  const auto moves_rows = [](const Action& action) { return action.type == ActionType::alter && action.attributes == std::vector<std::string>{"rows"}; };
  if (options.in_use == nullptr || std::ranges::none_of(actions, moves_rows)) return;
  const ActionContext seen(actions, before, after, options);
  for (Action& filling : actions) {
    if (!moves_rows(filling) || !kinds::is_in_use_anew(filling.object, seen.get())) continue;
    const kinds::TableBeside table(filling.object, seen.get());
    std::string obstacle = table.obstacle();
    std::vector<Sql> statements = obstacle.empty() ? making(table, before, options) : std::vector<Sql>();
    if (obstacle.empty() && statements.empty()) obstacle = "there is no way to make its new form beside the old one";
    if (!obstacle.empty()) {
      explain(obstacle, filling);
      continue;
    }
    table.add_form(kinds::aside_of(filling.object), std::move(statements), filling);
    leave_out(table, filling.object, kinds::descendants(before, filling.object), actions);
  }
}

std::optional<Catalog> without_half_made(const Catalog& live, const Catalog& desired, diag::Sink& sink) {
  const std::vector<ObjectId> left = kinds::half_made(live, desired);
  if (left.empty()) return std::nullopt;
  sink.add(diag::make(diag::Code::kHalfMade, {}, left.front().path()));
  std::set<ObjectId> gone(left.begin(), left.end());
  const auto goes = [&](const Object& object) {
    for (const Object* at = &object; at != nullptr; at = at->parent ? live.find(*at->parent) : nullptr) {
      if (gone.contains(at->id)) return true;
    }
    return false;
  };
  return Catalog(live).only([&](const Object& object) { return !goes(object); });
}

}  // namespace lpc::plan
