// Sorts actions: what must come first does, ties are broken by type, kind and name, so that the same graph gives the same order.
#pragma once

#include "diag/sink.h"
#include "plan/synthesise.h"

namespace lpc::plan {

/// Positions of actions that wait for each other in a circle of hard edges; empty when there is none.
std::vector<std::size_t> find_circle(const ActionGraph& graph);

/// Moves the graph's actions into an order that keeps every edge, and as many soft edges as no circle forbids. Sets `commit_after` to false where nothing
/// later waits for it. LP5009 with the circle's members when the hard edges have one; then nothing is returned.
std::vector<Action> order(ActionGraph graph, diag::Sink& sink);

}  // namespace lpc::plan
