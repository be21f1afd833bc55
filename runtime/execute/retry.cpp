#include "execute/retry.h"

#include <algorithm>
#include <thread>

#include "pg/error.h"

namespace lpc::execute {

namespace {

using std::chrono::milliseconds;

constexpr long long kFirstCeiling = 250;
constexpr long long kHighestCeiling = 10000;
constexpr int kMostDoublings = 10;

}  // namespace

Retry::Retry(int max_attempts, int deadline_ms) : max_attempts_(max_attempts), deadline_(std::chrono::steady_clock::now() + milliseconds(deadline_ms)) {}

std::optional<milliseconds> Retry::next() {
  if (attempt_ >= max_attempts_) return std::nullopt;
  const long long ceiling = std::min(kHighestCeiling, kFirstCeiling << std::min(attempt_ - 1, kMostDoublings));
  const milliseconds wait(std::uniform_int_distribution<long long>(1, ceiling)(random_));
  if (std::chrono::steady_clock::now() + wait >= deadline_) return std::nullopt;
  ++attempt_;
  return wait;
}

bool may_succeed_again(std::string_view sqlstate) {
  return pg::is_lock_timeout(sqlstate) || pg::is_deadlock(sqlstate) || pg::is_serialization_failure(sqlstate);
}

bool pause(milliseconds duration, const std::atomic<bool>* interrupt) {
  constexpr milliseconds kSlice{50};
  const auto end = std::chrono::steady_clock::now() + duration;
  for (;;) {
    if (interrupt && interrupt->load()) return false;
    const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= milliseconds::zero()) return true;
    std::this_thread::sleep_for(std::min(left, kSlice));
  }
}

}  // namespace lpc::execute
