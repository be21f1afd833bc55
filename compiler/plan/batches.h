// What of a plan commits together: the executor carries these out, and people are shown them as the plan's phases.
#pragma once

#include <cstddef>
#include <vector>

#include "plan/plan.h"

namespace lpc::plan {

/// Neighbouring steps that share a transaction, or one step outside a transaction.
struct Batch {
  int number = 1;                ///< 1, 2, …
  std::size_t first = 0;         ///< positions in Plan::steps
  std::size_t count = 0;
  bool transactional = true;
};

std::vector<Batch> cut_into_batches(const std::vector<Step>& steps);

}  // namespace lpc::plan
