// What a run works with, and how far it has come. Shared by the files of this folder; nobody outside includes it.
#pragma once

#include <vector>

#include "execute/batches.h"
#include "execute/executor.h"
#include "execute/live_catalog.h"
#include "execute/voice.h"
#include "ledger/writer.h"

namespace lpc::execute {

struct RunState {
  pg::Connection& connection;
  const plan::Plan& plan;
  const ExecuteOptions& options;
  ledger::Writer& writer;
  Voice& voice;
  LiveCatalog& live;
  const std::vector<Batch> batches;
  const std::vector<std::vector<std::string>> statements;    ///< of each step, with the values of placeholders; never shown or recorded

  std::string hash;                   ///< of the live catalog after what has committed
  std::size_t steps_done = 0;         ///< committed
  std::string left_behind = {};       ///< what a step outside a transaction left when it failed, for people
  std::vector<ledger::Receipt> receipts = {};

  bool is_last(const Batch& batch) const { return batch.number == static_cast<int>(batches.size()); }
  bool interrupted() const { return options.interrupt && options.interrupt->load(); }
};

/// BEGIN, with the settings that hold for the transaction: `lock_timeout`, no other time limit, bodies unchecked. LP6035 when the session isn't the one that took
/// the run lock. Gives the server's clock. With `locks_several` it waits for less than the server's deadlock_timeout: when others take the same relations in another order, this
/// transaction gives up, and none of theirs is the deadlock's victim. https://www.postgresql.org/docs/15/runtime-config-locks.html
Result<long long> begin_transaction(RunState& run, bool locks_several = false);

/// Commits what writer.record() has just written. When the connection breaks during the COMMIT, a second one finds out how it ended: LP6006 if it was rolled
/// back or if that can't be known.
Status commit(RunState& run);

/// Ends a transaction that a failure has left open.
void roll_back(pg::Connection& connection);

/// Takes over a group that has committed.
void take_over(RunState& run, const ledger::GroupRecord& group);

/// Microseconds, by the server's clock.
Result<long long> server_clock(pg::Connection& connection);
inline constexpr double kMicrosecondsPerMillisecond = 1000;

}  // namespace lpc::execute
