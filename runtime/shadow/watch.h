// Watches the locks of one session from a second one, while a third makes it wait at known points. For commands that can't run in a transaction: they take and
// give back locks on their way, and nothing of that is left to be read when they are done. https://www.postgresql.org/docs/18/view-pg-locks.html
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "pg/connection.h"

namespace lpc::shadow {

/// 1 for "AccessShareLock" to 8 for "AccessExclusiveLock"; 0 for what is none.
int mode_level(std::string_view mode);

class LockWatch {
 public:
  /// `tables` are locked by `holder`, so that a command that wants one of them waits until it was seen to. Both sessions belong to the watch from here on.
  LockWatch(pg::Connection watcher, pg::Connection holder, int pid) : watcher_(std::move(watcher)), holder_(std::move(holder)), pid_(pid) {}

  Status hold(const std::vector<std::string>& tables);
  /// Runs `action` in this thread and watches in another. What `action` gives is given back.
  Status during(const std::function<Status()>& action);
  /// Lock modes that were held or waited for, as bits (1 << level), by relation OID.
  const std::map<std::string, int>& seen() const { return seen_; }

 private:
  void watch();
  /// Gives back the lock that was taken last; false when there is none left.
  bool let_go();

  pg::Connection watcher_;
  pg::Connection holder_;
  int pid_;
  int savepoints_ = 0;
  std::atomic<bool> done_ = false;
  std::map<std::string, int> seen_;
};

}  // namespace lpc::shadow
