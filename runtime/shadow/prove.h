// Proves a plan on the shadow: forward it must lead from the live catalog to its target, its reverse must lead back.
#pragma once

#include "catalog/catalog.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "plan/respelling.h"
#include "shadow/server.h"

namespace lpc::shadow {

struct ProveRequest {
  const Catalog& live;              ///< whole: what the plan touches and its context
  plan::Scope scope;                ///< which part the plan's hashes cover
  /// What the plan must lead to (in scope), or null for a hand-written plan, whose target is what it reaches.
  const Catalog* target = nullptr;
  /// When the live database reads differently from its copy: `live` and `target` are as the copy spells them then, and the plan's hashes are those of the live database. Null: it doesn't.
  const plan::Respelling* respelling = nullptr;
  const plan::RelationsInUse* in_use = nullptr;    ///< as PlannerOptions, for the reverse
  bool forward_only = false;        ///< no way back is wanted: only what the steps do
  int rows = 0;                     ///< for each table, to try both ways with; 0: the tables stay empty
};

struct ProvenPlan {
  plan::Plan plan;                  ///< with hashes, reverse, losses and proof filled in
  Catalog reached;                  ///< what the forward run led to (in scope)
};

/// Builds `live` in a new shadow database, runs the plan as `plan.role` would (groups in transactions, non-transactional steps outside), reads the catalog back: its hash in scope must be
/// that of `target`. Then runs the reverse (planned from the reached catalog back to the live one when the plan has none) and reads again: must be `live` again, up to column order and what `loses` says.
/// With `rows`, both ways are then taken once more in a database whose tables have some (sample_rows.h): LP5021 when the forward way loses or changes rows; what the way back doesn't bring
/// back, though `loses` leaves it out, is added there with LP5022; notes LP5023 for steps that these rows don't fit and LP5024 for tables that took none.
/// A step that fails is LP5006 (forward) or LP5007 (reverse) with the step, its SQL, the server's error with position; a wrong end is the same code with the first differences, object by object.
Result<ProvenPlan> prove(ShadowServer& server, plan::Plan plan, const ProveRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink);

}  // namespace lpc::shadow
