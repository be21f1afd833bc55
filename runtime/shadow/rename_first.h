// The renames of a plan, which come before everything else: those that hints ask for, those of parts that hold no rows, and those that whoever plans agrees to.
// They are carried out on the shadow, so that Postgres itself rewrites the expressions, views and rules that name what is renamed.
#pragma once

#include <optional>

#include "plan/respelling.h"
#include "shadow/make_plan.h"

namespace lpc::shadow {

struct Renamed {
  std::optional<Catalog> catalog;                  ///< the live catalog after the renames; nothing when there are none
  std::vector<Action> actions;                     ///< that lead there, in order
  plan::Renames said;                              ///< those that hints ask for
  plan::Renames done;                              ///< all of them
  std::vector<plan::PossibleRename> left;          ///< look like renames, and aren't made ones
};

/// From `live` to `wanted`, both of the whole database. Hints that match nothing are reported to the sink. `survivors` as in carry_out().
Result<Renamed> rename_first(ShadowServer& server, const Catalog& live, const Catalog& wanted, const PlanRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink,
                             plan::Survivors* survivors);

}  // namespace lpc::shadow
