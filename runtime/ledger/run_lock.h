// One run at a time: a session's advisory lock, polled and never waited for, because a session that waits in pg_advisory_lock() holds a snapshot that
// the holder's CREATE INDEX CONCURRENTLY would wait for: a deadlock. https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS
#pragma once

#include <atomic>

#include "ledger/ledger.h"

namespace lpc::ledger {

class RunLock {
 public:
  /// Tries for about a second, then LP6005, naming the holder. LP6032 when the flag is set meanwhile.
  static Result<RunLock> acquire(pg::Connection& connection, const std::atomic<bool>* interrupt);

  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  /// Lets go, unless the connection is lost (the server has let go then). The connection must live longer.
  ~RunLock();

 private:
  explicit RunLock(pg::Connection& connection) : connection_(&connection) {}
  pg::Connection* connection_;
};

/// A boolean: whether this very server session holds the lock. False behind a pooler that hands each transaction to another session.
extern const char* const kHoldsRunLockQuery;

/// True when the lock was free; it is held from then on, until the session ends.
Result<bool> try_run_lock(pg::Connection& connection);

}  // namespace lpc::ledger
