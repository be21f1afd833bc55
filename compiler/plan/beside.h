// Tables that the plan makes anew, with their rows, while others use them: their new form is made beside the old one ahead of the rest. How is kinds/table_beside.h's matter.
#pragma once

#include <optional>
#include <vector>

#include "change/action.h"
#include "plan/planner.h"

namespace lpc::plan {

/// The ordered actions from `before` to `after`: those that move a table's rows to its new form get an online form, where that can be; otherwise their hazard says why not.
void make_beside(std::vector<Action>& actions, const Catalog& before, const Catalog& after, const PlannerOptions& options);

/// What is to be reached first when a plan that failed has left new forms half made: the live catalog without those. Nothing when there are none. Says so as LP5025.
std::optional<Catalog> without_half_made(const Catalog& live, const Catalog& desired, diag::Sink& sink);

}  // namespace lpc::plan
