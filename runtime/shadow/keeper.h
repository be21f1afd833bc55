// The thread that an embedded server hangs on. The kernel ends the server when the thread that started it ends, so that
// thread must live exactly as long as the server, whoever calls from wherever. While the server starts, it copies what the
// server doesn't need yet.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "shadow/process.h"
#include "shadow/template.h"

namespace lpc::shadow {

class ServerKeeper {
 public:
  /// Starts the server; `deferred` are folders of the template to be copied afterwards, in this order.
  ServerKeeper(Command server, const Template& made, std::string data, std::vector<std::string> deferred);
  ~ServerKeeper();    ///< ends the server

  /// Waits until the server takes connections.
  Status wait_until_ready();
  /// Waits until this deferred folder is there.
  Status wait_for_copy(std::string_view folder);
  /// Waits until all of them are.
  Status wait_for_copies();
  pid_t pid() const { return pid_.load(); }

 private:
  void run();
  void copy_deferred();
  Status put_init_file(std::string_view folder) const;

  const Command command_;
  const std::string template_data_;
  const std::string data_;
  const std::vector<std::string> deferred_;
  std::atomic<bool> stop_ = false;
  std::atomic<pid_t> pid_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool started_ = false;
  std::vector<std::string> copied_;    ///< of the deferred ones
  std::optional<Failure> start_failure_;
  std::optional<Failure> copy_failure_;
  const ChildProcess* server_ = nullptr;
  std::thread thread_;    // last: it uses everything above
};

}  // namespace lpc::shadow
