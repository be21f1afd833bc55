// Carries a proved plan out on the target: groups in transactions, each with its ledger row and receipts, so that a change and the record of it
// are one. Knows nothing of shadows or sources.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "pg/connection.h"
#include "plan/plan.h"

namespace lpc::execute {

struct ExecuteOptions {
  int lock_timeout_ms = 2000;
  int max_attempts = 20;                      ///< per group, for lock timeouts, deadlocks, serialization failures
  int deadline_ms = 600000;                   ///< for all attempts of one group
  std::string actor;                          ///< who asks, for the ledger: user@host
  std::string kind = "apply";                 ///< "apply" or "rollback"
  long long rolls_back = 0;                   ///< the run that a rollback undoes
  const std::atomic<bool>* interrupt = nullptr;
  /// Progress for people: "step 3 of 7: Add column …", "waiting for a lock held by pid 812 …". May be called from another thread, never twice at once.
  std::function<void(const std::string&)> say;
};

struct RunResult {
  long long run = 0;
  std::vector<ledger::Receipt> receipts;
};

/// The plan must be a proved one (with both hashes). An empty plan does nothing and leaves no run.
///
/// LP6005 another run holds the database, LP5005 the live catalog isn't the plan's source, LP6003 a step failed (detail: step, SQL with a caret, SQLSTATE, hint),
/// LP6004 no lock in time, LP6006 connection lost, LP6007 a right is missing (also that to make the ledger), LP5006 the plan didn't lead to its target, LP6032 interrupted. Everything of the failed group is undone; earlier groups stay and the ledger says so.
Result<RunResult> execute(pg::Connection& connection, const plan::Plan& plan, const ExecuteOptions& options);

}  // namespace lpc::execute
