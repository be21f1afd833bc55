#include "shadow/keeper.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
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
      if (copied) copied_.push_back(folder);
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
  LP_DO(shadow::wait_until_ready(*server_, data_, command_.output_file));
  return put_init_file("global");
}

Status ServerKeeper::wait_for_copy(std::string_view folder) {
  std::unique_lock guard(mutex_);
  const auto is_there = [&]() { return std::find(copied_.begin(), copied_.end(), folder) != copied_.end(); };
  changed_.wait(guard, [&]() { return is_there() || copy_failure_; });
  if (!is_there()) return *copy_failure_;
  return put_init_file(folder);
}

/// Of the caches of system catalogs that the template's databases have: with them a session begins in a fraction of the time. A server removes those that it finds when it starts
/// (RelationCacheInitFileRemove() in src/backend/utils/cache/relcache.c).
Status ServerKeeper::put_init_file(std::string_view folder) const {
  constexpr std::string_view kInitFile = "pg_internal.init";
  const std::string path = fmt::format("/{}", folder);
  if (access(fmt::format("{}{}/{}", data_, path, kInitFile).c_str(), F_OK) == 0) return ok();
  return copy_tree(template_data_ + path, data_ + path, command_.user, [&](std::string_view name) { return name != kInitFile; });
}

Status ServerKeeper::wait_for_copies() {
  for (const std::string& folder : deferred_) LP_DO(wait_for_copy(folder));
  return ok();
}

}  // namespace lpc::shadow
