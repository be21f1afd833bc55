#include "ledger/run_lock.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

#include "diag/sink.h"

// The key is "lockplan" in ASCII; pg_locks shows its halves as classid and objid. A string literal, so that the queries can be put together at compile time.
#define LP_RUN_LOCK_KEY "7813573191609901422"
#define LP_RUN_LOCK_ROW "l.locktype = 'advisory' AND l.classid = 1819239275 AND l.objid = 1886151022 AND l.objsubid = 1 AND l.granted"

namespace lpc::ledger {

const char* const kHoldsRunLockQuery = "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = pg_catalog.pg_backend_pid() AND " LP_RUN_LOCK_ROW ")";

namespace {

constexpr const char* kHolderQuery =
    "SELECT l.pid, a.usename, a.application_name, COALESCE(a.xact_start, a.backend_start)::timestamptz(0), a.query"
    "  FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()"
    "  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
    " WHERE " LP_RUN_LOCK_ROW;

constexpr std::chrono::milliseconds kGrace{1000};
constexpr std::chrono::milliseconds kPause{50};

Failure in_progress(const std::optional<Holder>& holder) {
  std::string who = "its session can't be seen";
  if (holder) who = fmt::format("pid {}, user `{}`, application `{}`, since {}", holder->pid, holder->user, holder->application, holder->since);
  Failure failure{"LP6005", diag::make(diag::Code::kRunInProgress, {}, who).message, "", ""};
  if (holder) failure.hint = fmt::format("if that is a forgotten one, end it: SELECT pg_terminate_backend({})", holder->pid);
  return failure;
}

}  // namespace

Result<bool> try_run_lock(pg::Connection& connection) {
  LP_TRY(const pg::Rows rows, connection.query("SELECT pg_catalog.pg_try_advisory_lock(" LP_RUN_LOCK_KEY ")"));
  return rows.boolean(0, 0);
}

Result<std::optional<Holder>> current_run(pg::Connection& connection) {
  LP_TRY(const pg::Rows rows, connection.query(kHolderQuery));
  if (rows.empty()) return std::optional<Holder>();
  const auto text = [&rows](int column) { return std::string(rows(0, column)); };
  return std::optional<Holder>(Holder{static_cast<int>(rows.integer(0, 0)), text(1), text(2), text(3), text(4)});
}

Result<RunLock> RunLock::acquire(pg::Connection& connection, const std::atomic<bool>* interrupt) {
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  for (;;) {
    LP_TRY(const bool mine, try_run_lock(connection));
    if (mine) return RunLock(connection);
    if (interrupt && interrupt->load()) return Failure{"LP6032", diag::make(diag::Code::kInterrupted, {}, "nothing was changed").message, "", ""};
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(kPause);
  }
  LP_TRY(const std::optional<Holder> holder, current_run(connection));
  return in_progress(holder);
}

RunLock::RunLock(RunLock&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

RunLock::~RunLock() {
  if (!connection_ || connection_->is_connection_lost()) return;
  connection_->set_interrupt(nullptr);
  (void)connection_->query("SELECT pg_catalog.pg_advisory_unlock(" LP_RUN_LOCK_KEY ")");
}

}  // namespace lpc::ledger
