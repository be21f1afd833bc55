// The main job in one call: a live and a desired catalog, both canonical, become a proved plan with its reverse. Or a plan that is there already is proved.
// A live database that reads differently from its copy on the shadow (plan/respelling.h) is taken care of here: both sides are then taken as the shadow spells them.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "plan/rename_detection.h"
#include "shadow/server.h"

namespace lpc::shadow {

struct PlanRequest {
  const Catalog& live;                 ///< whole
  const Catalog& desired;              ///< canonical, hints on its objects
  plan::Scope scope;
  std::string role;                    ///< who will run the plan
  int server_version = 0;              ///< the live server's
  const SourceMap* sources = nullptr;  ///< for the steps' origins
  bool prove = true;
  std::vector<std::string> protect = {};    ///< globs of what no plan may drop, besides @protect
  /// What looks like a rename and has no hint: true makes it one. Null: none is, and the plan drops the one and adds the other with the hazard LP4013. (Parts that hold no rows,
  /// such as indexes and constraints, are renamed without being asked for.)
  std::function<bool(const plan::PossibleRename&)> is_rename = nullptr;
  /// Whether LP4013 is raised for what looks like a rename and isn't made one.
  bool point_out_renames = true;
  /// Relations with rows, by their present names, so that changes of them take online forms. Nothing: plain forms everywhere.
  std::optional<plan::RelationsInUse> in_use = {};
  int rows = 0;                        ///< as ProveRequest
  /// Keeps what the plan would lose of rows (plan/keep_data.h), under names that are none of these. Nothing: it is lost.
  std::optional<std::set<std::string>> keep_data_beside = {};
};

/// An empty plan when nothing differs in scope. Renames come first (rename_first.h),
/// order reconciled, actions ordered, the result proved (prove.h). Diagnostics go to the sink; errors end in Failure::reported().
Result<plan::Plan> make_plan(ShadowServer& server, const PlanRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink);

/// prove() for a plan that was written or made before, with its source_hash.
Result<plan::Plan> verify_plan(ShadowServer& server, const plan::Plan& plan, const Catalog& live, const plan::Scope& scope, int rows, frontend::FragmentParser& fragments, diag::Sink& sink);

}  // namespace lpc::shadow
