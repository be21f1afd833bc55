// The ledger in the target database: schema `lockplane`, made on first use, upgraded by lpc itself. Knows plans, not how they are carried out.
//
// One run of a plan is one row of `lockplane.run` (who, when, the plan) and, for each of its groups that committed, one row of
// `lockplane.ledger`, written in the transaction of that group. So the schema and the ledger agree at every moment, whatever is killed when:
//   no ledger row       nothing of the run has happened (a row in `run` alone: its first step runs outside a transaction and was begun)
//   some groups' rows   exactly these groups have happened: the run is "partial"
//   the last group's    the run is "done"
// `lockplane.step` has a row for each step that is done, or that was begun outside a transaction and not heard of since.
// A run's state is derived from the ledger, never stored, so nothing is ever updated in `run` and `ledger`. Each ledger row holds
// entry_hash = SHA-256(previous entry_hash ‖ canonical JSON of the entry), which covers the run's row, the plan's text and the receipts (chain.h).
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
  double lock_wait_ms = 0;           ///< what the attempts that got no lock at this step had waited
  long long rows = 0;
  std::string resulting_hash;        ///< of the catalog after the group, on its last step; "" otherwise
  std::string error;                 ///< "" when it succeeded
};

struct Entry {
  long long run = 0;                 ///< 1, 2, …
  std::string kind;                  ///< "apply", "rollback"
  std::string state;                 ///< "done", "partial" (some groups committed), "rolled back"
  std::string plan_hash;
  std::string plan;                  ///< the plan's JSON, reverse included; passwords are taken out
  std::string source_hash, target_hash;
  std::string resulting_hash;        ///< what the catalog was after the last committed group
  std::string actor;
  std::string server_role;
  std::string started_at, finished_at;
  long long rolls_back = 0;          ///< the run that this one undid, or 0
  std::string entry_hash, previous_hash;    ///< of the last group's row, and before the first group's
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

/// All runs, oldest first; empty when there is no ledger. LP6007 without the right to read it, LP6034 when the schema isn't one that this lpc knows.
Result<std::vector<Entry>> read(pg::Connection& connection);
/// The newest run that has not been rolled back, or the one named. LP6030 when there is none, or when it can't be rolled back yet.
Result<Entry> find_for_rollback(pg::Connection& connection, std::optional<long long> run);
/// Checks the hash chain. LP6033 with the first entry that doesn't fit. That the newest entries are gone altogether no chain can tell.
Status verify(pg::Connection& connection);

}  // namespace lpc::ledger
