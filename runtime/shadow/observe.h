// What a step did, seen by reading the catalog before and after it: for hand-written plans, whose steps don't say which objects they touch and what
// they lose.
#pragma once

#include <vector>

#include "catalog/catalog.h"
#include "introspect/introspect.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "plan/respelling.h"

namespace lpc::shadow {

/// A database at one moment.
struct Moment {
  Catalog catalog;
  introspect::Identities identities;
};

/// What has another name now, parts (kinds/parts.h) too, outer objects first. Members that only follow their holder, and objects that only follow their schema, aren't among them.
plan::Renames renames_between(const Catalog& before, const introspect::Identities& ids_before, const Catalog& after, const introspect::Identities& ids_after);

/// What each object of the later moment was in the earlier one: those whose catalog rows are all of the same object there.
plan::Survivors survivors_between(const introspect::Identities& before, const introspect::Identities& after);

/// Fills in the step's objects and hazards, as far as they are empty. What wasn't there at the `start` of the plan is nobody's loss and makes nobody wait. Gives what it loses: objects that are gone, not those that were renamed.
std::vector<plan::Loss> observe(const introspect::Identities& start, const Moment& before, const Moment& after, const plan::PlannerOptions& options, plan::Step& step);

}  // namespace lpc::shadow
