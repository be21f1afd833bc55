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

/// First of every table a lock that lets commands begin their work and then wait for what came before them, then one that lets none of them begin.
Status LockWatch::hold(const std::vector<std::string>& tables) {
  LP_DO(holder_.execute("SET lock_timeout = '2s'; BEGIN"));
  for (const char* mode : {"ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"}) {
    for (const std::string& table : tables) {
      LP_DO(holder_.execute(fmt::format("SAVEPOINT s{}", savepoints_++)));
      if (!holder_.execute(fmt::format("LOCK TABLE ONLY {} IN {} MODE", table, mode))) let_go();    // no table, after all
    }
  }
  return ok();
}

bool LockWatch::let_go() {
  if (savepoints_ == 0) return false;
  --savepoints_;
  return static_cast<bool>(holder_.execute(fmt::format("ROLLBACK TO SAVEPOINT s{0}; RELEASE SAVEPOINT s{0}", savepoints_)));
}

void LockWatch::watch() {
  const std::string look = fmt::format(
      "SELECT CASE WHEN locktype = 'relation' THEN relation END, mode, granted FROM pg_catalog.pg_locks WHERE pid = {} AND (locktype = 'relation' OR NOT granted)", pid_);
  bool again = false;
  while (!done_) {
    const Result<pg::Rows> rows = watcher_.query(look);
    if (!rows) break;
    bool waits = false;
    for (int row = 0; row < rows->size(); ++row) {
      waits |= !rows->boolean(row, 2);
      if (!rows->is_null(row, 0)) seen_[std::string((*rows)(row, 0))] |= 1 << mode_level((*rows)(row, 1));
    }
    // A command that waits for another reason than these locks goes on by itself: seen twice, a lock is given back.
    if (waits && again) let_go();
    again = waits && !again;
  }
  while (let_go()) {
  }
  (void)holder_.execute("ROLLBACK");
}

Status LockWatch::during(const std::function<Status()>& action) {
  std::thread thread([this] { watch(); });
  Status result = action();
  done_ = true;
  thread.join();
  return result;
}

}  // namespace lpc::shadow
