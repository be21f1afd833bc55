// What people hear while a run goes on. Lines come from the run and from the watch over blockers, which is another thread: never two at once.
#pragma once

#include <functional>
#include <mutex>
#include <string>

namespace lpc::execute {

class Voice {
 public:
  explicit Voice(std::function<void(const std::string&)> say) : say_(std::move(say)) {}

  void say(const std::string& line) {
    if (!say_) return;
    const std::lock_guard guard(mutex_);
    say_(line);
  }

 private:
  std::function<void(const std::string&)> say_;
  std::mutex mutex_;
};

}  // namespace lpc::execute
