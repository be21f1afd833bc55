#include "plan/planner.h"

#include <algorithm>
#include <iterator>

#include "kinds/kind.h"
#include "plan/beside.h"
#include "plan/diff.h"
#include "plan/fate.h"
#include "plan/name_conflicts.h"
#include "plan/order.h"
#include "plan/synthesise.h"

namespace lpc::plan {

namespace {

/// One of the objects that the circle makes or drops and that something can stand in for; nothing when there is none that isn't stood in for already.
bool add_stand_in(const ActionGraph& graph, const std::vector<std::size_t>& circle, ActionType type, const Catalog& catalog, IdSet& stood_in) {
  const Object* first = nullptr;
  for (const std::size_t position : circle) {
    const Action& action = graph.actions[position];
    const Object* object = action.type == type ? catalog.find(action.object) : nullptr;
    const auto stand_in = object ? kinds::kind(object->id.kind).traits.stand_in : nullptr;
    if (!stand_in || stood_in.contains(object->id) || stand_in(*object, false).text.empty()) continue;
    if (!first || object->id < first->id) first = object;
  }
  if (first) stood_in.insert(first->id);
  return first != nullptr;
}

/// What takes the object along when it is dropped, or the object itself.
ObjectId goes_with(const ObjectId& id, const Catalog& catalog) {
  const Object* object = catalog.find(id);
  const auto gone_with = object == nullptr ? nullptr : kinds::kind(id.kind).traits.gone_with;
  return gone_with == nullptr ? id : gone_with(*object).value_or(id);
}

std::vector<std::string> names_taken(const Catalog& catalog, const ObjectId& id) {
  const Object* object = catalog.find(id);
  const auto slots = object == nullptr ? nullptr : kinds::kind(id.kind).slots;
  return slots == nullptr ? std::vector<std::string>() : slots(*object);
}

/// The parts of what the circle drops whose names are what the next action of it waits for.
void add_yielding(const ActionGraph& graph, const std::vector<std::size_t>& circle, const Catalog& before, const Catalog& after, IdSet& yielding) {
  for (std::size_t at = 0; at < circle.size(); ++at) {
    const Action &drop = graph.actions[circle[at]], &next = graph.actions[circle[(at + 1) % circle.size()]];
    if (drop.type != ActionType::drop || next.type != ActionType::create) continue;
    std::vector<std::string> wanted = names_taken(after, next.object);
    for (const ObjectId& part : next.covers) std::ranges::move(names_taken(after, part), std::back_inserter(wanted));
    for (const ObjectId& part : drop.covers) {
      const auto is_wanted = [&](const std::string& name) { return std::ranges::find(wanted, name) != wanted.end(); };
      if (can_yield(part.kind) && std::ranges::any_of(names_taken(before, part), is_wanted)) yielding.insert(part);
    }
  }
}

/// When actions wait for each other, adds the parts through which dropped objects do, otherwise those whose names are waited for, otherwise what could be redefined or
/// altered in place, otherwise what something can stand in for: see Openings. False when there is no circle, or none that this opens.
bool open_circle(const ActionGraph& graph, const Catalog& before, const Catalog& after, Openings& openings) {
  const std::vector<std::size_t> circle = find_circle(graph);
  IdSet members;
  for (const std::size_t position : circle) {
    const Action& action = graph.actions[position];
    if (action.type != ActionType::drop) continue;
    members.insert(action.object);
    members.insert(action.covers.begin(), action.covers.end());
  }
  const std::size_t known = openings.size();
  for (const std::size_t position : circle) {
    const Action& action = graph.actions[position];
    if (action.type != ActionType::drop) continue;
    const IdSet own(action.covers.begin(), action.covers.end());
    for (const ObjectId& part : action.covers) {
      const Object* object = before.find(part);
      if (!object || kinds::kind(part.kind).traits.holds_data) continue;
      for (const ObjectId& needed : object->depends_on) {
        const ObjectId need = goes_with(needed, before);
        if (members.contains(need) && !own.contains(need) && !(need == action.object)) openings.apart.insert(part);
      }
    }
  }
  if (openings.size() > known) return true;
  add_yielding(graph, circle, before, after, openings.yielding);
  if (openings.size() > known) return true;
  for (const std::size_t position : circle) {
    const Action& action = graph.actions[position];
    const kinds::KindTraits& traits = kinds::kind(action.object.kind).traits;
    const bool redefines = action.attributes.empty() && traits.can_replace;
    if (action.type == ActionType::alter && !traits.holds_data && (redefines || traits.rebuilt_with_column)) openings.anew.insert(action.object);
  }
  if (openings.size() > known) return true;
  return add_stand_in(graph, circle, ActionType::create, after, openings.stood_in) || add_stand_in(graph, circle, ActionType::drop, before, openings.emptied);
}

}  // namespace

std::vector<Action> plan_actions(const Catalog& before, const Catalog& after, const PlannerOptions& options, diag::Sink& sink) {
  const std::vector<Delta> deltas = diff(before, after);
  if (deltas.empty()) return {};
  const std::size_t errors = sink.error_count();
  Openings openings;
  ActionGraph graph = synthesise(before, after, deltas, openings, options, sink);
  while (sink.error_count() == errors && open_circle(graph, before, after, openings)) graph = synthesise(before, after, deltas, openings, options, sink);
  if (sink.error_count() > errors) return {};
  if (graph.actions.empty()) {
    const Object& object = deltas.front().after ? *deltas.front().after : *deltas.front().before;
    sink.add(diag::make(diag::Code::kUnreachable, object.origin, object.id.text(), "lpc knows no statement for it", "change it by hand and plan again"));
    return {};
  }
  std::vector<Action> actions = order(std::move(graph), sink);
  std::erase_if(actions, [](const Action& action) { return action.sql.empty(); });      // done by what stands around it
  make_beside(actions, before, after, options);
  return actions;
}

RelationsInUse with_new_names(const RelationsInUse& in_use, const Catalog& live, const Renames& renames) {
  RelationsInUse all = in_use;
  Renames back;
  for (const auto& [before, after] : renames) back.emplace_back(after, before);
  for (const Object& object : live.objects()) {
    if (in_use.contains(object.id.path())) all.insert(id_before(object.id, back).path());
  }
  return all;
}

}  // namespace lpc::plan
