// What is stored, row by row, and the hash that chains the rows. Knows nothing of how an Entry is shown, nor of how runs are carried out.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace lpc::ledger {

/// A row of `lockplane.run`.
struct StoredRun {
  long long run = 0;
  std::string kind;
  std::string plan;                  ///< the text as stored
  std::string plan_hash, source_hash, target_hash;
  int groups = 0;
  std::string actor, server_role;
  long long rolls_back = 0;
  std::string started_at;
};

/// A row of `lockplane.ledger`.
struct StoredGroup {
  long long entry = 0;               ///< 1, 2, … without a gap
  long long run = 0;
  int group = 0;                     ///< 1, 2, … of the run
  std::string started_at, finished_at;
  std::string resulting_hash;
  std::string error;                 ///< what a step outside a transaction failed with after it had changed something; "" otherwise
  std::string receipts;              ///< JSON, the text as stored
  std::string previous_hash, entry_hash;
};

/// `sha256:…` of the hash before and of the entry: {"actor":…,…} with all columns of both rows but the two hashes, the plan's text as its SHA-256.
std::string entry_hash(const StoredRun& run, const StoredGroup& group);

/// Microseconds since 1970 as the server tells them, without regard to anybody's time zone or DateStyle.
extern const char* const kClockQuery;
/// "2026-03-01T10:00:00.123456Z"
std::string iso_time(long long microseconds);

struct Stored {
  std::vector<StoredRun> runs;       ///< by number
  std::vector<StoredGroup> groups;   ///< by entry
};

/// Everything, in one snapshot; nothing when there is no ledger.
Result<Stored> load(pg::Connection& connection);

}  // namespace lpc::ledger
