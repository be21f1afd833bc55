// What plans have dropped and kept in the schema `lockplane_trash` of the target, and the end of it. Only what has the comment
//   Kept by lpc: <object>, of plan <digits>
// is kept by lpc; everything else there is someone's own and stays. Knows nothing of how things come there, nor of rollback.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "catalog/object_id.h"
#include "pg/connection.h"

namespace lpc::execute {

/// A table or a sequence in `lockplane_trash`, with what its comment says.
struct KeptObject {
  std::string oid;                         ///< by which it is found again; never shown
  std::string name;                        ///< its own there
  bool is_sequence = false;
  ObjectId object;                         ///< what was dropped: a table, a column, …
  std::string plan;                        ///< the first digits of that plan's hash
  std::optional<long long> rows;           ///< estimated; nothing when it was never analysed, or has none
  long long bytes = 0;                     ///< with indexes and TOAST
  std::vector<std::string> takes;          ///< oids of other kept ones that go with it: its own sequences, its partitions
  std::vector<std::string> foreign;        ///< partitions that would go with it and aren't kept by lpc, schema-qualified
};

struct PurgeOptions {
  int lock_timeout_ms = 2000;
  int max_attempts = 20;                            ///< for lock timeouts, deadlocks, serialization failures
  const std::atomic<bool>* interrupt = nullptr;
  std::function<void(const std::string&)> say;      ///< who is waited for; may be called from another thread, never twice at once
};

struct PurgeResult {
  bool dropped_schema = false;
  std::string schema_owner;                ///< of the schema, when it stays though nothing is left in it, because only its owner may drop it
};

/// All that is kept, by object, plan and name; none when there is no such schema. Needs no right on the schema. LP6004 when someone locks a table for longer than the time given.
Result<std::vector<KeptObject>> read_kept(pg::Connection& connection, int lock_timeout_ms);

/// The chosen ones and those of `all` that go with them, in the order of `all`. LP7017 when a partition that isn't kept by lpc would go, too.
Result<std::vector<KeptObject>> with_what_they_take(const std::vector<KeptObject>& chosen, const std::vector<KeptObject>& all);

/// Drops them, which with_what_they_take() gave, in one transaction, and the schema if then nothing is in it. What depends on them from outside is never dropped.
///
/// LP7018 one of them isn't what it was when it was read, LP6005 a run works on the database, LP6003 the server refused (something depends on them), LP6004 no lock in time,
/// LP6006 connection lost, LP6007 a right is missing, LP6032 interrupted, LP6035 no session of its own. Nothing is dropped then.
Result<PurgeResult> purge(pg::Connection& connection, const std::vector<KeptObject>& objects, const PurgeOptions& options);

}  // namespace lpc::execute
