// A step that Postgres refuses inside a transaction, such as CREATE INDEX CONCURRENTLY: an intent that is committed, the act, then a look at what it
// left and the ledger's row. Such a statement can fail and leave something, so it is never tried again blindly.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "execute/failures.h"
#include "execute/run_state.h"

namespace lpc::execute {

class LoneStep {
 public:
  LoneStep(RunState& run, const Batch& batch);

  /// Done and in the ledger; or a Failure, and the ledger holds what it left, if it left anything.
  Status run();

 private:
  Status prepare();
  Status limit_waiting();
  Status act();
  Status act_with_retries();
  Status record_success();
  /// What the failed act left goes into the ledger and into the run's `left_behind`.
  void record_leftovers(const std::string& error);
  Status look_for_leftovers(const std::string& error);
  Status write(const std::string& hash, const std::string& error);
  /// What is half done in the database: invalid indexes, pending detaches, each with what to do about it; sorted.
  Result<std::vector<std::string>> halves();

  RunState& run_;
  const Batch& batch_;
  const std::size_t step_;
  const bool concurrent_;
  std::vector<std::string> halves_before_;
  std::optional<pg::ServerError> error_;
  long long started_ = 0, finished_ = 0, rows_ = 0;
  int attempts_ = 1;
  double lock_wait_ms_ = 0;
};

}  // namespace lpc::execute
