// The main job in one call: a live and a desired catalog, both canonical, become a proved plan with its reverse.
#pragma once

#include <string>
#include <vector>

#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "plan/plan.h"
#include "plan/planner.h"
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
  std::vector<std::string> protect;    ///< globs of what no plan may drop, besides @protect
};

/// An empty plan when nothing differs in scope. Hints are matched, renames carried out on the shadow so that Postgres itself rewrites what names them,
/// order reconciled, actions ordered, the result proved (prove.h) unless told otherwise. Diagnostics go to the sink; errors end in Failure::reported().
Result<plan::Plan> make_plan(ShadowServer& server, const PlanRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink);

}  // namespace lpc::shadow
