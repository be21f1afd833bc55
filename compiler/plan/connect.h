// Which of the actions come before which others: what makes an object after what makes what it needs, what drops it the other way round, and the like. Names no kind.
#pragma once

#include "kinds/kind.h"
#include "plan/action_graph.h"
#include "plan/fate.h"
#include "plan/folding.h"
#include "plan/moves.h"

namespace lpc::plan {

/// What is known of the plan whose actions are to be put in order.
struct Planned {
  const Catalog& before;
  const Catalog& after;
  const Fates& fates;
  const Openings& openings;
  const Moves& moves;
  const Folding& folding;
  const kinds::ChangeContext& context;
  const ActionNodes& nodes;
};

/// Adds the edges, and the actions that move names out of the way of others.
void connect(const Planned& planned, ActionGraph& graph);

}  // namespace lpc::plan
