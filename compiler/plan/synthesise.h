// From what differs to what is to be done: which objects are made, altered, replaced or dropped, and what must be taken down and put back around that.
// The actions come with the order that they need (connect.h). Names no kind.
#pragma once

#include <vector>

#include "diag/sink.h"
#include "plan/action_graph.h"
#include "plan/fate.h"
#include "plan/planner.h"

namespace lpc::plan {

ActionGraph synthesise(const Catalog& before, const Catalog& after, const std::vector<Delta>& deltas, const Openings& openings,
                       const PlannerOptions& options, diag::Sink& sink);

}  // namespace lpc::plan
