#include "shadow/make_plan.h"

#include "plan/impact.h"
#include "shadow/materialise.h"
#include "shadow/prove.h"

namespace lpc::shadow {

namespace {

std::vector<std::string> texts(const std::vector<ObjectId>& ids) {
  std::vector<std::string> result;
  for (const ObjectId& id : ids) result.push_back(id.text());
  return result;
}

}  // namespace

Result<plan::Plan> make_plan(ShadowServer& server, const PlanRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink) {
  const Catalog wanted = plan::overlay(request.live, request.desired, request.scope);
  const plan::Renames renames = plan::find_renames(request.live, wanted, sink);
  std::vector<Action> actions = plan::rename_actions(request.live, renames);
  if (sink.has_errors()) return Failure::reported();

  Catalog start = request.live;
  if (!actions.empty()) {
    LP_TRY(start, carry_out(server, request.live, actions, fragments, sink));    // expressions, views and rules follow a rename by themselves
  }
  const Catalog target = plan::reconcile(start, wanted, request.role, request.server_version, sink);
  std::vector<Action> changes = plan::plan_actions(start, target, {request.server_version, request.role}, sink);
  if (sink.has_errors()) return Failure::reported();
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
  plan::predict_steps(plan.steps, request.live, request.server_version);
  if (plan.empty() || !request.prove) return plan;

  const Catalog target_in_scope = plan::restrict(target, request.scope);
  LP_TRY(ProvenPlan proven, prove(server, std::move(plan), {request.live, request.scope, &target_in_scope}, fragments, sink));
  return std::move(proven.plan);
}

}  // namespace lpc::shadow
