// Asks the live database, before a plan runs, whether rows in it will make a step fail, and how much there is for each step to do. Only reads: everything
// happens in READ ONLY transactions under a statement_timeout, and of rows only keys are shown.
#pragma once

#include <string>

#include "pg/connection.h"
#include "plan/plan.h"

namespace lpc::execute {

struct PreflightOptions {
  int timeout_ms = 5000;              ///< for each query
  int sample = 5;                     ///< keys to show of rows that offend
  std::int64_t big_rows = 1'000'000;  ///< from how many rows on a table that a step reads or rewrites is worth a note
  bool sizes = true;                  ///< fill in the steps' estimates as well
};

/// Fills in the results of the steps' checks, estimates and the notes LP4090 and LP4091. A query that fails or takes too long is a result, no failure.
Status preflight(pg::Connection& connection, plan::Plan& plan, const PreflightOptions& options);

/// LP6036 when rows offend in one of the steps.
Status refuse_offending(const plan::Plan& plan);

/// One line for each check that found something, or couldn't be answered: `step 3: no NULL in shop.users.email: 12 rows, such as id = 7, id = 9`.
std::vector<std::string> describe_checks(const plan::Plan& plan);

}  // namespace lpc::execute
