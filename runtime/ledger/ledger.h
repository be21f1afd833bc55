// The ledger in the target database: schema `lockplane`, append-only, each entry chained to the one before by hash. Made on first use, upgraded by lpc itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pg/connection.h"
#include "plan/plan.h"

namespace lpc::ledger {

struct Receipt {
  long long run = 0;
  int step = 0;
  std::vector<std::string> sql;
  std::string started_at;            ///< ISO 8601 with offset
  std::string finished_at;
  double duration_ms = 0;
  int attempts = 1;
  double lock_wait_ms = 0;
  long long rows = 0;
  std::string resulting_hash;        ///< of the catalog after the group, on its last step; "" otherwise
  std::string error;                 ///< "" when it succeeded
};

struct Entry {
  long long run = 0;                 ///< 1, 2, …
  std::string kind;                  ///< "apply", "rollback"
  std::string state;                 ///< "done", "partial" (some groups committed), "rolled back"
  std::string plan_hash;
  std::string plan;                  ///< the plan's JSON, reverse included
  std::string source_hash, target_hash;
  std::string resulting_hash;        ///< what the catalog was after the last committed group
  std::string actor;
  std::string server_role;
  std::string started_at, finished_at;
  long long rolls_back = 0;          ///< the run that this one undid, or 0
  std::string entry_hash, previous_hash;
  std::vector<Receipt> receipts;
};

/// The session that holds the lock of a run.
struct Holder {
  int pid = 0;
  std::string user;
  std::string application;
  std::string since;                 ///< when its transaction, or else its session, began
  std::string query;                 ///< what it runs, or ran last
};

/// Who works on the database at this moment, or nobody. Never waits.
Result<std::optional<Holder>> current_run(pg::Connection& connection);

/// All runs, oldest first; empty when there is no ledger.
Result<std::vector<Entry>> read(pg::Connection& connection);
/// The newest run that has not been rolled back, or the one named. LP6030 when there is none.
Result<Entry> find_for_rollback(pg::Connection& connection, std::optional<long long> run);
/// Checks the hash chain. LP6033 with the first entry that doesn't fit.
Status verify(pg::Connection& connection);

}  // namespace lpc::ledger
