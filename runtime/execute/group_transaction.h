// One group of steps in one transaction, with its ledger row: all of it happens or none. Tried again as a whole when locks don't come.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "execute/failures.h"
#include "execute/run_state.h"

namespace lpc::execute {

class GroupTransaction {
 public:
  GroupTransaction(RunState& run, const Batch& batch);

  /// Committed and taken over into the run, or rolled back and a Failure that says it all.
  Status run();

 private:
  /// What each step of the attempt came to.
  struct StepResult {
    long long finished = 0;      ///< microseconds, server's clock
    long long rows = 0;
  };

  Status attempt();
  Status send_steps();
  Status send_chunk(std::size_t first, std::size_t end);
  Status send_pipeline();
  Status send_alone(const std::string& sql);
  Status finish();
  ledger::GroupRecord record(const std::string& hash) const;
  bool may_retry(const Failure& failure) const;
  Failure final_failure(const Failure& failure, const BlockerWatch& watch) const;
  void announce(std::size_t first, std::size_t end);

  RunState& run_;
  const Batch& batch_;
  int attempts_ = 1;
  std::map<std::size_t, double> lock_wait_ms_;    ///< by step, of the attempts that failed

  // Of the attempt under way:
  std::vector<pg::Query> queries_;
  std::vector<std::size_t> step_of_;              ///< for each query; a step's last query is the clock's
  std::vector<bool> is_clock_;
  std::vector<StepResult> results_;
  long long started_ = 0;
  std::size_t at_step_ = 0;                       ///< the step at which it is, or at which it failed
  bool after_steps_ = false;
  bool committing_ = false;
  std::optional<pg::ServerError> error_;
};

}  // namespace lpc::execute
