// --keep-data: what a plan would lose of rows is kept in the schema lockplane_trash, and its way back takes it from there. How is kinds/kept_rows.h's matter.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "change/action.h"
#include "plan/plan.h"
#include "plan/planner.h"

namespace lpc::plan {

/// The actions, made for `before` and `after`, keep what they say that they lose: the hazard becomes LP4085, and where it can't be kept LP4086 says why. Names in the trash end with
/// `digits`, and are none of `taken`.
std::vector<Keep> keep_data(std::vector<Action>& actions, const Catalog& before, const Catalog& after, const PlannerOptions& options, const std::string& digits, std::set<std::string> taken);

/// What the way back leads to, for planning it: what makes those objects, or gives them their type back, puts their values back.
Catalog with_kept(const std::vector<Keep>& keeps, Catalog target);

}  // namespace lpc::plan
