// Says who holds the lock that a session waits for, while it waits: a second session asks, because the first can't. Ends nobody.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "execute/voice.h"
#include "pg/connection.h"

namespace lpc::execute {

class BlockerWatch {
 public:
  /// Watches the connection's session until destruction. Both references must live longer. A second session is only opened when it takes a while.
  BlockerWatch(const pg::Connection& watched, Voice& voice);
  BlockerWatch(const BlockerWatch&) = delete;
  BlockerWatch& operator=(const BlockerWatch&) = delete;
  ~BlockerWatch();

  /// The relation that was waited for last, such as "shop.users"; "" when nothing was seen to wait.
  std::string relation() const;
  /// "pid 812 (user app, psql, idle in transaction for 12 s): SELECT …", one line each, as seen last; "" likewise.
  std::string holders() const;

 private:
  void watch();
  bool stopped_within(int milliseconds);
  void look(pg::Connection& eyes);

  const pg::Connection& watched_;
  Voice& voice_;
  mutable std::mutex mutex_;
  std::condition_variable stop_signal_;
  bool stop_ = false;
  std::string relation_, holders_, said_;
  std::thread thread_;
};

}  // namespace lpc::execute
