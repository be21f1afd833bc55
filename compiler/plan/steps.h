// From ordered actions to steps: plain statements or the stages of an online form, what each does to relations, and which of them share a transaction.
#pragma once

#include <vector>

#include "change/action.h"
#include "plan/plan.h"
#include "plan/planner.h"

namespace lpc::plan {

struct StepOptions {
  const SourceMap* sources = nullptr;         ///< with `desired`: where what a step makes is declared
  const Catalog* desired = nullptr;
  const Catalog* before = nullptr;            ///< what the steps start from; without it nothing is predicted
  int server_version = 150000;
  std::string role = {};                      ///< the role that will run them; "" when unknown
  const RelationsInUse* in_use = nullptr;
};

/// Numbered, in transactions. What is taken down and put back shares one (and takes no online form, which would leave it down in between); what blocks the writers of a relation in
/// use shares none with what takes long or blocks another; everything else is one.
std::vector<Step> to_steps(const std::vector<Action>& actions, const StepOptions& options);

/// The catalog that the actions lead to, given the one that they were made for: what they make anew beside the old one stands behind its siblings then.
Catalog with_moved_parts(Catalog target, const std::vector<Action>& actions);

/// What a plan loses that its reverse can't bring back.
std::vector<Loss> losses(const std::vector<Action>& actions);

}  // namespace lpc::plan
