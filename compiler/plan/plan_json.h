// Plan JSON, version 1 (03-cli-and-formats): a superset of hand-written `{"steps":[{"description":"…","sql":"…"}]}`. The same plan gives the same bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "plan/plan.h"

namespace lpc::plan {

std::string to_json(const Plan& plan);

/// Unknown keys are LP5002 with a near-name suggestion, wrong types and missing keys LP5003, other versions LP5004, bad JSON LP5001; each
/// names the place as a JSON pointer. Steps without ids are numbered, without groups share one unless they are not transactional.
Result<Plan> from_json(std::string_view json);

/// `sha256:…` over the plan's canonical JSON: what the ledger and confirmations name it by.
std::string plan_hash(const Plan& plan);

}  // namespace lpc::plan
