#include "plan/action_context.h"

namespace lpc::plan {

ActionContext::ActionContext(const std::vector<Action>& actions, const Catalog& before, const Catalog& after, const PlannerOptions& options)
    : context_{.before = before, .after = after, .server_version = options.server_version, .role = options.role, .is_folded = [](const ObjectId&) { return false; },
               .is_dropped = [this](const ObjectId& id) { return dropped_.contains(id); }, .is_created = [this](const ObjectId& id) { return created_.contains(id); },
               .renames = options.renames, .in_use = options.in_use} {
  for (const Action& action : actions) {
    if (action.type != ActionType::drop && action.type != ActionType::create) continue;
    IdSet& ids = action.type == ActionType::drop ? dropped_ : created_;
    ids.insert(action.object);
    ids.insert(action.covers.begin(), action.covers.end());
  }
  // Owned sequences go with their columns, without an action of their own.
  for (const Object& object : before.objects()) {
    if (!after.has(object.id)) dropped_.insert(object.id);
  }
}

}  // namespace lpc::plan
