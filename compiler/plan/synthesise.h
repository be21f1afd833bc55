// From what differs to what is to be done: which objects are made, altered, replaced or dropped, and what must be taken down and put back around that.
// The actions come with the order that they need; order.h sorts them. Names no kind.
#pragma once

#include <utility>
#include <vector>

#include "change/action.h"
#include "diag/sink.h"
#include "plan/fate.h"
#include "plan/planner.h"

namespace lpc::plan {

/// Actions and "first before second" pairs of their positions. Soft pairs may be ignored when they close a circle; of the others the firm ones may, when nothing else opens it.
struct ActionGraph {
  std::vector<Action> actions;
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  std::vector<std::pair<std::size_t, std::size_t>> firm_edges;      ///< among `edges`
  std::vector<std::pair<std::size_t, std::size_t>> soft_edges;
};

ActionGraph synthesise(const Catalog& before, const Catalog& after, const std::vector<Delta>& deltas, const Openings& openings,
                       const PlannerOptions& options, diag::Sink& sink);

}  // namespace lpc::plan
