// What the locks of a plan's steps mean to everybody else: who waits, how long, and because of what stands in one transaction. Works on steps, so that a
// hand-written plan, whose locks are predicted from its SQL or measured, is judged like one of lpc's own. Knows no kind.
#pragma once

#include <vector>

#include "plan/plan.h"

namespace lpc::plan {

/// Adds LP4020, LP4022 and LP4023 (and LP4010 where nobody has said it) to the steps that have locks, rewrites and scans. Done once, on complete steps.
void judge_locks(std::vector<Step>& steps);

/// What the live database's statistics say about a relation.
struct TableSize {
  std::string relation;               ///< "shop.users"
  std::int64_t rows = -1;             ///< pg_class.reltuples; -1 when it was never analysed
  std::int64_t bytes = 0;             ///< with indexes and TOAST
  bool is_empty = false;              ///< has no page: nothing in it can be slow, blocked or in the way
};

/// Fills in estimates, adds LP4090 and LP4091.
void judge_sizes(std::vector<Step>& steps, const std::vector<TableSize>& sizes, std::int64_t big_rows);

/// The relations that the steps rewrite or read from end to end, sorted.
std::vector<std::string> worked_on(const std::vector<Step>& steps);

}  // namespace lpc::plan
