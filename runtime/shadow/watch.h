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
#include "change/action.h"
#include "pg/connection.h"

namespace lpc::shadow {

/// 1 for "AccessShareLock" to 8 for "AccessExclusiveLock"; 0 for what is none.
int mode_level(std::string_view mode);

class LockWatch {
 public:
  LockWatch(pg::Connection watcher, int pid) : watcher_(std::move(watcher)), pid_(pid) {}

  /// From here on `holder` keeps the table locked, so that a command that wants it, or waits for those who had it, waits until it was seen to. `expected`: the
  /// lock that it is said to want; when it only writes rows, or locks them, others must keep it from that. LOCK takes no materialized view (`is_view`), but ANALYZE does.
  Status hold(pg::Connection holder, const std::string& oid, const std::string& table, Lock expected, bool is_view);
  /// Runs `action` in this thread and watches in another. What `action` gives is given back.
  Status during(const std::function<Status()>& action);
  /// Lock modes that were held or waited for, as bits (1 << level), by relation OID.
  const std::map<std::string, int>& seen() const { return seen_; }

 private:
  /// Keeps two locks: one that lets no change of the table begin, and under it one that lets them begin and then wait for what came before. Where rows are written,
  /// one that lets no writer begin.
  struct Holder {
    pg::Connection connection;
    std::string oid;
    std::string transaction;      ///< its virtual transaction ID, which others wait for
    int locks = 2;
  };

  void watch();
  void let_go(Holder& holder, bool entirely);

  pg::Connection watcher_;
  std::vector<Holder> holders_;
  int pid_;
  std::atomic<bool> done_ = false;
  std::map<std::string, int> seen_;
};

}  // namespace lpc::shadow
