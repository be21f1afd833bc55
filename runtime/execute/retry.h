// When to try again: exponential backoff with full jitter, capped by attempts and by a deadline. Opens no connection.
// Why full jitter: several runs that collide must not collide again in step.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <random>
#include <string_view>

namespace lpc::execute {

class Retry {
 public:
  Retry(int max_attempts, int deadline_ms);

  int attempt() const { return attempt_; }    ///< 1, 2, …
  /// How long to wait before the next attempt, which is counted from here on; nothing when there is none.
  std::optional<std::chrono::milliseconds> next();

 private:
  int max_attempts_;
  std::chrono::steady_clock::time_point deadline_;
  int attempt_ = 1;
  std::mt19937 random_{std::random_device{}()};
};

/// Lock timeouts, deadlocks, serialization failures. Not a lost connection: nobody is there to try.
bool may_succeed_again(std::string_view sqlstate);

/// False when the flag was set before the time was over.
bool pause(std::chrono::milliseconds duration, const std::atomic<bool>* interrupt);

}  // namespace lpc::execute
