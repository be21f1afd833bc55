#include "shadow/keeper.h"

#include <signal.h>

#include <utility>

namespace lpc::shadow {

ServerKeeper::ServerKeeper(Command server, const Template& made, std::string data, std::vector<std::string> deferred)
    : command_(std::move(server)), template_data_(made.data), data_(std::move(data)), deferred_(std::move(deferred)) {
  // The thread inherits the mask: signals are for lpc's own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this]() { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ServerKeeper::~ServerKeeper() {
  {
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ServerKeeper::run() {
  Result<ChildProcess> server = ChildProcess::start(command_);
  {
    const std::lock_guard guard(mutex_);
    started_ = true;
    if (server) {
      pid_ = server->pid();
      server_ = &*server;
    } else {
      start_failure_ = server.failure();
    }
  }
  changed_.notify_all();
  if (!server) return;
  copy_deferred();
  {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this]() { return stop_.load(); });
    server_ = nullptr;
  }
  constexpr int kStopMilliseconds = 5000;
  server->stop(SIGQUIT, kStopMilliseconds);    // immediate: the data is thrown away
}

void ServerKeeper::copy_deferred() {
  for (const std::string& folder : deferred_) {
    const Status copied = copy_tree(template_data_ + "/" + folder, data_ + "/" + folder, command_.user, nullptr, &stop_);
    {
      const std::lock_guard guard(mutex_);
      if (copied) ++copied_;
      if (!copied) copy_failure_ = copied.failure();
    }
    changed_.notify_all();
    if (!copied || stop_) return;
  }
}

Status ServerKeeper::wait_until_ready() {
  {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this]() { return started_; });
    if (start_failure_) return *start_failure_;
  }
  return shadow::wait_until_ready(*server_, data_, command_.output_file);
}

Status ServerKeeper::wait_for_copies(std::size_t count) {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [&]() { return copied_ >= count || copy_failure_; });
  if (copied_ >= count) return ok();
  return *copy_failure_;
}

}  // namespace lpc::shadow
