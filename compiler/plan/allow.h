// Which hazards a plan may have: allowed by code and object, with a reason, on the command line, in lockplane.toml or by a hint; and what no plan may drop.
// Errors and warnings stop `lpc apply` unless they are allowed; notes never do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/action.h"
#include "diag/sink.h"
#include "plan/plan.h"

namespace lpc::plan {

struct Allowance {
  std::string code;                   ///< "LP4001", or "all"
  std::string object;                 ///< glob over `shop.users` or `table shop.users`, which covers what is in it; "" is any
  std::string reason;
};

/// `CODE`, `CODE:object`, `CODE=reason`, `CODE:object=reason`; `all` in place of the code. LP7015 with a near name when there is no such hazard.
Result<Allowance> parse_allowance(std::string_view text);

/// Writes the reason into the `allowed` of every hazard that one of them covers. What no reason was given for says where it was allowed: `source`.
void allow(std::vector<Step>& steps, const std::vector<Allowance>& allowances, std::string_view source);
/// The `@allow` hints of the objects that the hazards are about, and of what those are part of, in either catalog.
void allow_by_hints(std::vector<Step>& steps, const Catalog& before, const Catalog& desired);

/// Whether `lpc apply` refuses because of it.
bool stops(const StepHazard& hazard);
/// What to write behind --allow to allow just this one: `LP4001:shop.users`, quoted for a shell.
std::string allowance_for(const StepHazard& hazard);

/// LP4016 for every object that an action drops, for good or to make it anew, though a `@protect` of either catalog or one of the patterns says that no plan may.
void refuse_drops_of_protected(const std::vector<Action>& actions, const Catalog& before, const Catalog& desired, const std::vector<std::string>& patterns, diag::Sink& sink);

/// Whether the glob fits `shop.users`, `table shop.users`, or what that is part of.
bool fits_object(std::string_view pattern, std::string_view object);

}  // namespace lpc::plan
