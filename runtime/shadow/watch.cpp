#include "shadow/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace lpc::shadow {

int mode_level(std::string_view mode) {
  static constexpr auto kModes = std::to_array<std::string_view>({"", "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
                                                                  "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"});
  const auto found = std::ranges::find(kModes, mode);
  return found == kModes.end() ? 0 : static_cast<int>(found - kModes.begin());
}

Status LockWatch::hold(pg::Connection holder, const std::string& oid, const std::string& table, Lock expected, bool is_view) {
  const bool writes = expected == Lock::row_exclusive, locks_rows = expected == Lock::row_share;
  const std::string lock = is_view ? fmt::format("ANALYZE {}", table)
                                   : fmt::format("LOCK TABLE ONLY {} IN {} MODE", table, writes ? "SHARE" : locks_rows ? "EXCLUSIVE" : "ROW EXCLUSIVE");
  LP_DO(holder.execute("SET lock_timeout = '2s'; BEGIN; " + lock));
  const bool twice = !writes && !locks_rows && !is_view;
  if (twice) LP_DO(holder.execute(fmt::format("SAVEPOINT s; LOCK TABLE ONLY {} IN SHARE UPDATE EXCLUSIVE MODE", table)));
  LP_TRY(const pg::Rows rows, holder.query("SELECT virtualtransaction FROM pg_catalog.pg_locks WHERE pid = pg_catalog.pg_backend_pid() LIMIT 1"));
  std::string transaction = rows.empty() ? std::string() : std::string(rows(0, 0));
  holders_.push_back({std::move(holder), oid, std::move(transaction), twice ? 2 : 1});
  return ok();
}

void LockWatch::let_go(Holder& holder, bool entirely) {
  if (holder.locks == 0) return;
  const bool last = entirely || holder.locks == 1;
  (void)holder.connection.execute(last ? "ROLLBACK" : "ROLLBACK TO SAVEPOINT s");
  holder.locks = last ? 0 : 1;
}

void LockWatch::watch() {
  const std::string look = fmt::format("SELECT relation, mode, granted, virtualxid FROM pg_catalog.pg_locks WHERE pid = {} AND (locktype = 'relation' OR NOT granted)", pid_);
  while (!done_) {
    const Result<pg::Rows> rows = watcher_.query(look);
    if (!rows) break;
    for (int row = 0; row < rows->size(); ++row) {
      const std::string oid((*rows)(row, 0));
      if (!oid.empty()) seen_[oid] |= 1 << mode_level((*rows)(row, 1));
      if (rows->boolean(row, 2)) continue;
      for (Holder& holder : holders_) {
        const bool whole = oid.empty() && holder.transaction == (*rows)(row, 3);
        if (whole || (!oid.empty() && holder.oid == oid)) let_go(holder, whole);
      }
    }
  }
  for (Holder& holder : holders_) let_go(holder, true);
}

Status LockWatch::during(const std::function<Status()>& action) {
  std::thread thread([this] { watch(); });
  Status result = action();
  done_ = true;
  thread.join();
  return result;
}

}  // namespace lpc::shadow
