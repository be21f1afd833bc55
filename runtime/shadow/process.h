// Child processes that die with lpc: the embedded server and initdb. Linux only (PR_SET_PDEATHSIG, /proc).
// Knows nothing of Postgres but the signal that ends it at once.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace lpc::shadow {

/// Who a child runs as. Postgres refuses to run as root: https://www.postgresql.org/docs/15/postgres-user.html
struct ChildUser {
  bool changes = false;    ///< false: the same user as lpc
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};

/// lpc's own user, or for root the user `postgres`, else `nobody`.
ChildUser child_user();

struct Command {
  std::vector<std::string> arguments;    ///< the first is the program's path
  std::string folder;                    ///< where it runs
  std::string output_file;               ///< takes stdout and stderr
  ChildUser user;
};

/// A running child. It gets SIGQUIT when the *thread* that started it ends, so start it in one that lives as long as it.
class ChildProcess {
 public:
  static Result<ChildProcess> start(const Command& command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();    ///< ends it at once

  pid_t pid() const { return pid_; }
  bool is_running() const;
  /// Sends the signal and waits; SIGKILL after `timeout_ms`.
  void stop(int signal, int timeout_ms);
  /// Waits for its end; true when it exited with 0.
  bool wait();

 private:
  explicit ChildProcess(pid_t pid);
  bool reap();

  pid_t pid_ = -1;
  int slot_ = -1;
  bool ended_well_ = false;
};

/// Sends SIGQUIT to every child of this process. Async-signal-safe: for a handler that is about to end lpc.
void terminate_children() noexcept;

/// The start time of a living process in clock ticks since boot (field 22 of /proc/<pid>/stat); with the pid it names a process for good.
std::optional<unsigned long long> process_start_time(pid_t pid);

}  // namespace lpc::shadow
