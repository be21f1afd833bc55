#include "shadow/make_plan.h"

#include <algorithm>
#include <optional>

#include "plan/allow.h"
#include "plan/beside.h"
#include "plan/diff.h"
#include "plan/hazards.h"
#include "plan/impact.h"
#include "plan/keep_data.h"
#include "plan/respelling.h"
#include "plan/steps.h"
#include "shadow/materialise.h"
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

/// The live catalog and the desired one in the words of one server, and how the former's differ from those of the live database.
struct Words {
  const Catalog& live;
  const Catalog& desired;
  const plan::Respelling* respelling = nullptr;
};

class PlanMaker {
 public:
  PlanMaker(ShadowServer& server, const PlanRequest& request, const Words& words, frontend::FragmentParser& fragments, diag::Sink& sink)
      : server_(server), request_(request), words_(words), fragments_(fragments), sink_(sink), scope_(request.scope), in_use_(request.in_use) {}

  /// Plain forms, whatever has rows.
  PlanMaker& directly() {
    in_use_.reset();
    return *this;
  }

  Result<plan::Plan> run() {
    Catalog wanted = wanted_now();
    plan::Survivors survivors;
    LP_TRY(Renamed renamed, rename_first(server_, words_.live, wanted, request_, fragments_, sink_, words_.respelling ? &survivors : nullptr));
    if (!scope_.external_partitions.empty() && !renamed.done.empty()) {    // whoever plans may have agreed to renames of partitioned tables
      scope_ = plan::with_old_names(std::move(scope_), renamed.done);
      wanted = plan::overlay(*renamed.catalog, words_.desired, scope_);
    }
    std::optional<Catalog> kept;
    if (renamed.catalog) {
      if (words_.respelling) renamed.catalog = words_.respelling->with_stale_texts(*renamed.catalog, survivors);
      kept = plan::without_old_names(*renamed.catalog, words_.live, renamed.said);
    }
    const Catalog& start = renamed.catalog ? *renamed.catalog : words_.live;
    Catalog planned = plan::reconcile(kept ? *kept : start, std::move(wanted), request_.role, request_.server_version, sink_);
    may_be_spelled_differently_ = !plan::maybe_spelled_differently(plan::diff(start, planned)).empty();
    if (in_use_) in_use_ = plan::with_new_names(*in_use_, words_.live, renamed.done);
    const plan::PlannerOptions options{request_.server_version, request_.role, &renamed.done, in_use()};
    std::vector<Action> changes = plan::plan_actions(start, planned, options, sink_);
    if (clears_) {
      for (Action& action : changes) std::erase_if(action.hazards, [](const Hazard& hazard) { return hazard.code == diag::Code::kDropsTable; });
    }
    if (sink_.has_errors()) return Failure::reported();
    const std::string source_hash = catalog_hash(plan::restrict(request_.live, scope_));
    std::vector<plan::Keep> keeps;
    if (request_.keep_data_beside) keeps = plan::keep_data(changes, start, planned, options, source_hash.substr(source_hash.find(':') + 1, 8), *request_.keep_data_beside);
    if (request_.point_out_renames) point_out(renamed.left, changes);
    std::vector<Action> actions = std::move(renamed.actions);
    for (Action& action : changes) actions.push_back(std::move(action));
    plan::refuse_drops_of_protected(actions, words_.live, words_.desired, request_.protect, sink_);
    if (sink_.has_errors()) return Failure::reported();

    const Catalog target = plan::with_moved_parts(std::move(planned), actions);
    plan::Plan plan = to_plan(actions, target, source_hash);
    plan.keeps = std::move(keeps);
    if (plan.empty() || !request_.prove) return plan;
    may_be_spelled_differently_ = true;    // the proof compares what the shadow reads with what was planned from
    const Catalog target_in_scope = plan::restrict(target, scope_);
    LP_TRY(ProvenPlan proven, prove(server_, std::move(plan), {words_.live, scope_, &target_in_scope, words_.respelling, in_use(), false, request_.rows}, fragments_, sink_));
    return std::move(proven.plan);
  }

  /// After a failure: whether it can come from a difference in words alone.
  bool may_be_spelled_differently() const { return may_be_spelled_differently_; }

 private:
  /// What the database shall be. Others' partitions belong to their table under the name that it has had, too.
  Catalog wanted_now() {
    if (!scope_.external_partitions.empty()) {
      diag::Sink said_later;
      scope_ = plan::with_claims(plan::with_old_names(std::move(scope_), plan::find_renames(words_.live, words_.desired, said_later)), words_.live, words_.desired);
    }
    Catalog wanted = plan::overlay(words_.live, words_.desired, scope_);
    std::optional<Catalog> cleared = plan::without_half_made(words_.live, wanted, sink_);
    clears_ = cleared.has_value();
    return cleared ? *std::move(cleared) : std::move(wanted);
  }

  plan::Plan to_plan(const std::vector<Action>& actions, const Catalog& target, const std::string& source_hash) const {
    plan::Plan plan;
    plan.source_hash = source_hash;
    plan.target_hash = actions.empty() ? plan.source_hash : catalog_hash(plan::restrict(target, scope_));
    plan.server_version = request_.server_version;
    plan.managed = scope_.all ? std::vector<std::string>{"*"} : scope_.schemas;
    plan.declared = texts(scope_.declared);
    plan.external_partitions = texts(scope_.external_partitions);
    plan.role = request_.role;
    plan.steps = plan::to_steps(actions, {request_.sources, &target, &request_.live, request_.server_version, request_.role, in_use()});
    plan::judge_locks(plan.steps);
    plan::allow_by_hints(plan.steps, request_.live, request_.desired);
    plan.loses = plan::losses(actions);
    return plan;
  }

  const plan::RelationsInUse* in_use() const { return in_use_ ? &*in_use_ : nullptr; }

  ShadowServer& server_;
  const PlanRequest& request_;
  const Words words_;
  frontend::FragmentParser& fragments_;
  diag::Sink& sink_;
  plan::Scope scope_;
  std::optional<plan::RelationsInUse> in_use_;
  bool clears_ = false;               ///< it only takes away copies of rows that are where they were
  bool may_be_spelled_differently_ = false;
};

/// A live catalog in the words that a copy of it settles on.
struct Settled {
  Catalog live;
  plan::Respelling respelling;
};

/// Nothing when it can't be built, or differs in more than words.
std::optional<Settled> settled(ShadowServer& server, const Catalog& live, const plan::Scope& scope, frontend::FragmentParser& fragments) {
  diag::Sink unsaid;    // what keeps it from being built was said when the plan was proved
  Result<Catalog> copy = settle(server, live, fragments, unsaid);
  if (!copy) return std::nullopt;
  std::optional<plan::Respelling> respelling = plan::Respelling::between(live, *copy, scope);
  if (!respelling) return std::nullopt;
  Catalog settled = respelling->with_mishaps(*copy);
  return Settled{std::move(settled), *std::move(respelling)};
}

void hand_over(const diag::Sink& from, diag::Sink& to) {
  for (const diag::Diagnostic& diagnostic : from.all()) to.add(diagnostic);
}

}  // namespace

Result<plan::Plan> make_plan(ShadowServer& server, const PlanRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink) {
  diag::Sink said;
  PlanMaker as_given(server, request, {request.live, request.desired, nullptr}, fragments, said);
  Result<plan::Plan> plan = as_given.run();
  const auto in_other_words = [&]() {
    const auto live = settled(server, request.live, request.scope, fragments);
    if (!live) return;
    diag::Sink unsaid;
    const Result<Catalog> desired = settle(server, request.desired, fragments, unsaid);
    if (!desired || (live->respelling.empty() && catalog_hash(*desired) == catalog_hash(request.desired))) return;
    said = {};
    plan = PlanMaker(server, request, {live->live, *desired, &live->respelling}, fragments, said).run();
  };
  if (!plan && as_given.may_be_spelled_differently()) in_other_words();
  if (!plan && request.prove && request.in_use) {
    // What Postgres refuses of an online form must not keep anyone from the change itself.
    diag::Sink anew;
    Result<plan::Plan> direct = PlanMaker(server, request, {request.live, request.desired, nullptr}, fragments, anew).directly().run();
    if (direct) {
      const auto first_error = std::ranges::find_if(said.all(), [](const diag::Diagnostic& one) { return one.severity == diag::Severity::error; });
      anew.add(diag::make(diag::Code::kNoOnlineForm, {}, first_error == said.all().end() ? "it can't be proved" : first_error->message));
      plan = std::move(direct);
      said = std::move(anew);
    }
  }
  hand_over(said, sink);
  return plan;
}

Result<plan::Plan> verify_plan(ShadowServer& server, const plan::Plan& plan, const Catalog& live, const plan::Scope& scope, int rows, frontend::FragmentParser& fragments, diag::Sink& sink) {
  diag::Sink said;
  Result<ProvenPlan> proven = prove(server, plan, {live, scope, nullptr, nullptr, nullptr, false, rows}, fragments, said);
  if (!proven) {
    if (const auto copy = settled(server, live, scope, fragments); copy && !copy->respelling.empty()) {
      said = {};
      proven = prove(server, plan, {copy->live, scope, nullptr, &copy->respelling, nullptr, false, rows}, fragments, said);
    }
  }
  hand_over(said, sink);
  if (!proven) return proven.failure();
  return std::move(proven->plan);
}

}  // namespace lpc::shadow
