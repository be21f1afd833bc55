// Adds to the ledger. Whoever calls holds the run lock, so that the newest entry is known and stays the newest.
#pragma once

#include <vector>

#include "ledger/chain.h"

namespace lpc::ledger {

/// What is known of a run before anything of it has happened.
struct RunRequest {
  const plan::Plan& plan;
  std::string kind;          ///< "apply", "rollback"
  std::string actor;
  long long rolls_back = 0;
  int groups = 0;            ///< how many will commit: transactions, and steps outside one
};

struct GroupRecord {
  int group = 0;
  long long started = 0, finished = 0;      ///< microseconds, see kClockQuery
  std::string resulting_hash;
  std::string error;
  std::vector<Receipt> receipts;            ///< of steps that are next to each other; none when a rollback has nothing to do
  bool was_begun = false;                   ///< begin_step() was called for its only step
};

class Writer {
 public:
  static Result<Writer> open(pg::Connection& connection, const RunRequest& request);

  long long run() const { return run_.run; }
  const std::string& plan_hash() const { return run_.plan_hash; }

  /// In the caller's transaction: the run's row unless it's there, the steps', the ledger's. Counts once committed() is called; after a rollback call it again.
  Status record(const GroupRecord& group);
  void committed();
  /// The hash of the entry that record() made last.
  const std::string& recorded_hash() const { return pending_.entry_hash; }

  /// In a transaction of its own: says that a step outside a transaction is about to run.
  Status begin_step(int step, int group, long long now);
  /// In a transaction of its own: the step that was begun has not happened.
  Status forget_step(int step);

 private:
  Writer(pg::Connection& connection, StoredRun run) : connection_(&connection), run_(std::move(run)) {}
  pg::Query run_row() const;

  pg::Connection* connection_;
  StoredRun run_;
  bool run_is_stored_ = false;
  bool has_entries_ = false;
  long long last_entry_ = 0;
  std::string last_hash_;
  StoredGroup pending_;
};

/// Whether an entry of that hash is there: how a COMMIT ended that nobody heard of.
Result<bool> has_entry(pg::Connection& connection, const std::string& hash);

}  // namespace lpc::ledger
