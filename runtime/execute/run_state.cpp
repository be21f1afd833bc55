#include "execute/run_state.h"

#include <fmt/format.h>

#include "diag/sink.h"
#include "execute/retry.h"
#include "execute/transaction.h"
#include "ledger/run_lock.h"

namespace lpc::execute {

namespace {

/// True when the entry that was being committed is in the ledger. The old session keeps the run lock until it has ended, one way or the other; so whoever
/// gets the lock sees the outcome.
Result<bool> find_outcome(RunState& run) {
  constexpr int kAttempts = 25;
  constexpr std::chrono::milliseconds kPause{200};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Result<pg::Connection> other = run.connection.another();
    if (other) {
      const Result<bool> free = ledger::try_run_lock(*other);
      if (free && *free) return ledger::has_entry(*other, run.writer.recorded_hash());
    }
    if (!pause(kPause, run.options.interrupt)) break;
  }
  return Failure::reported();
}

}  // namespace

Result<long long> begin_transaction(RunState& run, bool locks_several) {
  static constexpr const char* kPlainTimeout = "SELECT pg_catalog.set_config('lock_timeout', $1, true), pg_catalog.set_config('check_function_bodies', 'off', true)";
  static constexpr const char* kShortTimeout =
      "SELECT " LPC_SHORT_LOCK_TIMEOUT ", pg_catalog.set_config('check_function_bodies', 'off', true)";
  const std::vector<pg::Query> queries{
      {kBeginTransaction},
      {locks_several ? kShortTimeout : kPlainTimeout, {std::to_string(run.options.lock_timeout_ms)}},
      {kNoOtherTimeouts},
      {ledger::kHoldsRunLockQuery},
      {ledger::kClockQuery}};
  LP_TRY(const std::vector<pg::Rows> rows, run.connection.pipeline(queries));
  if (!rows[3].boolean(0, 0)) {
    return Failure{"LP6035", diag::make(diag::Code::kTransactionPooler, {}, "connect to the server itself, or to a pooler in session mode").message, "", ""};
  }
  return rows.back().integer(0, 0);
}

Status commit(RunState& run) {
  run.connection.set_interrupt(nullptr);    // from here on it is done or not, not stopped
  const Result<pg::Rows> done = run.connection.query("COMMIT");
  if (done && done->command() == "COMMIT") {
    run.writer.committed();
    return ok();
  }
  if (done) return Failure{"LP6003", diag::make(diag::Code::kStatementFailed, {}, "it rolled back at COMMIT").message, "", ""};
  if (!run.connection.is_connection_lost()) return done.failure();
  const Result<bool> outcome = find_outcome(run);
  if (outcome && *outcome) {
    run.writer.committed();
    return ok();
  }
  Failure failure{"LP6006", diag::make(diag::Code::kConnectionLost, {}, run.connection.last_error()->message).message, "see `lpc status`, and apply again", ""};
  failure.detail = outcome ? "it broke during COMMIT, and the server rolled back"
                           : fmt::format("it broke during COMMIT, and whether that succeeded isn't known: `lpc history` tells (run {}, as soon as the server can be reached)", run.writer.run());
  return failure;
}

void roll_back(pg::Connection& connection) {
  if (connection.is_connection_lost() || connection.transaction_state() == pg::TransactionState::kIdle) return;
  (void)connection.execute("ROLLBACK");
}

void take_over(RunState& run, const ledger::GroupRecord& group) {
  run.hash = group.resulting_hash;
  if (group.error.empty()) run.steps_done += group.receipts.size();
  run.receipts.insert(run.receipts.end(), group.receipts.begin(), group.receipts.end());
  for (std::size_t i = run.receipts.size() - group.receipts.size(); i < run.receipts.size(); ++i) {
    run.receipts[i].sql = run.plan.steps[static_cast<std::size_t>(run.receipts[i].step) - 1].sql;
  }
}

Result<long long> server_clock(pg::Connection& connection) {
  LP_TRY(const pg::Rows rows, connection.query(ledger::kClockQuery));
  return rows.integer(0, 0);
}

}  // namespace lpc::execute
