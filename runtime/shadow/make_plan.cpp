#include "shadow/make_plan.h"

#include "shadow/prove.h"
#include "shadow/rename_first.h"

namespace lpc::shadow {

namespace {

std::vector<std::string> texts(const std::vector<ObjectId>& ids) {
  std::vector<std::string> result;
  for (const ObjectId& id : ids) result.push_back(id.text());
  return result;
}

/// The drop of what may have been meant to be renamed says so.
void point_out(const std::vector<plan::PossibleRename>& renames, std::vector<Action>& actions) {
  for (const plan::PossibleRename& rename : renames) {
    for (Action& action : actions) {
      if (action.type != ActionType::drop || action.object != rename.before) continue;
      const std::string message = diag::make(diag::Code::kPossibleRename, {}, kind_name(rename.before.kind), rename.before.path(), rename.after.path(),
                                             ident(rename.before.own_name()).text).message;
      action.hazards.push_back({diag::Code::kPossibleRename, message, rename.before});
    }
  }
}

}  // namespace

Result<plan::Plan> make_plan(ShadowServer& server, const PlanRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink) {
  const Catalog wanted = plan::overlay(request.live, request.desired, request.scope);
  LP_TRY(Renamed renamed, rename_first(server, request, wanted, fragments, sink));
  const Catalog& start = renamed.start;
  const Catalog kept = renamed.actions.empty() ? start : plan::without_old_names(start, request.live, renamed.said);
  const Catalog target = plan::reconcile(kept, wanted, request.role, request.server_version, sink);
  std::vector<Action> changes = plan::plan_actions(start, target, {request.server_version, request.role}, sink);
  if (sink.has_errors()) return Failure::reported();
  if (request.point_out_renames) point_out(renamed.left, changes);
  std::vector<Action> actions = std::move(renamed.actions);
  for (Action& action : changes) actions.push_back(std::move(action));

  plan::Plan plan;
  plan.source_hash = catalog_hash(plan::restrict(request.live, request.scope));
  plan.target_hash = catalog_hash(plan::restrict(target, request.scope));
  plan.server_version = request.server_version;
  plan.managed = request.scope.all ? std::vector<std::string>{"*"} : request.scope.schemas;
  plan.declared = texts(request.scope.declared);
  plan.role = request.role;
  plan.steps = plan::to_steps(actions, request.sources, &target);
  plan.loses = plan::losses(actions);
  if (plan.empty() || !request.prove) return plan;

  const Catalog target_in_scope = plan::restrict(target, request.scope);
  LP_TRY(ProvenPlan proven, prove(server, std::move(plan), {request.live, request.scope, &target_in_scope}, fragments, sink));
  return std::move(proven.plan);
}

}  // namespace lpc::shadow
