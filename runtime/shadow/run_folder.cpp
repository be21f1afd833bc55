// A run's folder and the sweep of those whose run is dead.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/text.h"
#include "shadow/folders.h"

namespace lpc::shadow {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOwnerSuffix = ".owner";
constexpr std::string_view kSocketFolderStart = "lockplane-";

/// Whether a server can open its socket here: the address is short enough (107 bytes) and the file system can hold sockets.
bool can_hold_socket(const std::string& folder) {
  const std::string path = folder + "/.s.PGSQL.5432";
  sockaddr_un address{};
  if (path.size() + sizeof(".lock") >= sizeof(address.sun_path)) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool good = probe >= 0 && bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (probe >= 0) close(probe);
  unlink(path.c_str());
  return good;
}

/// A folder with a short name; root's server runs as another user, who can't enter root's runtime folder.
std::string socket_root(const ChildUser& user) {
  constexpr std::size_t kShort = 60;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime && *runtime == '/' && !user.changes && std::strlen(runtime) < kShort && access(runtime, W_OK | X_OK) == 0) return runtime;
  return "/tmp";
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// True when the process is a Postgres server that was started on `data`, judged by its command line (of another user's process
/// nothing else can be read).
bool is_server_of(pid_t pid, const std::string& data) {
  std::ifstream file(fmt::format("/proc/{}/cmdline", pid));
  std::string argument;
  std::getline(file, argument, '\0');
  if (fs::path(argument).filename() != "postgres") return false;
  while (std::getline(file, argument, '\0')) {
    if (argument == data) return true;
  }
  return false;
}

/// Ends the server that runs in a data directory, and frees the System V segment it may have left.
/// postmaster.pid: 1 pid, 2 data directory, 7 "key id" of the segment (src/include/utils/pidfile.h).
void end_server_in(const std::string& data) {
  const std::vector<std::string> lines = read_lines(data + "/postmaster.pid");
  if (lines.size() < 2 || trim(lines[1]) != data) return;
  const pid_t pid = static_cast<pid_t>(std::atol(lines[0].c_str()));
  if (pid > 1 && is_server_of(pid, data)) {
    kill(pid, SIGQUIT);
    for (int step = 0; step < 2000 && is_server_of(pid, data); ++step) {
      if (step == 1000) kill(pid, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  if (lines.size() < 7) return;
  const std::string_view segment_line = trim(lines[6]);
  const std::size_t blank = segment_line.rfind(' ');
  if (blank == std::string_view::npos) return;
  const int segment = std::atoi(std::string(segment_line.substr(blank + 1)).c_str());
  shmid_ds info{};
  if (shmctl(segment, IPC_STAT, &info) == 0 && info.shm_nattch == 0 && (info.shm_cpid == pid)) shmctl(segment, IPC_RMID, nullptr);
}

/// The folders above the last run; a cache isn't empty and stays.
void remove_empty(const std::string& root) {
  if (rmdir((root + "/run").c_str()) == 0) rmdir(root.c_str());
}

/// The owner file: "pid start-time" and the socket folder when that isn't the run's own.
void sweep_run(const std::string& owner_file) {
  const int descriptor = open(owner_file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return;
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    const std::vector<std::string> lines = read_lines(owner_file);
    bool owner_lives = false;
    if (!lines.empty()) {
      char* end = nullptr;
      const pid_t pid = static_cast<pid_t>(std::strtol(lines[0].c_str(), &end, 10));
      const auto start = process_start_time(pid);
      owner_lives = start && *start == std::strtoull(end, nullptr, 10);
    }
    if (!owner_lives) {
      const std::string folder = owner_file.substr(0, owner_file.size() - kOwnerSuffix.size());
      end_server_in(folder + "/data");
      remove_tree(folder);
      if (lines.size() > 1 && fs::path(lines[1]).filename().string().starts_with(kSocketFolderStart)) remove_tree(lines[1]);
      unlink(owner_file.c_str());
    }
  }
  close(descriptor);
}

}  // namespace

Result<RunFolder> RunFolder::create(const std::string& root, const ChildUser& user) {
  constexpr int kTries = 5;
  for (int attempt = 1;; ++attempt) {    // another lpc may remove the empty folders, or sweep the new file, at this very moment
    LP_DO(make_shared_folder(root, user));
    if (const Status made = make_shared_folder(root + "/run", user); !made && attempt == kTries) return made.failure();
    const std::string id = random_hex(6);
    const std::string path = root + "/run/" + id;
    const std::string owner_file = path + std::string(kOwnerSuffix);
    Result<FileLock> lock = FileLock::take_new(owner_file);
    if (!lock) {
      if (attempt == kTries) return lock.failure();
      continue;
    }
    RunFolder folder(root, id, *std::move(lock));
    std::string owner = fmt::format("{} {}\n", getpid(), process_start_time(getpid()).value_or(0));
    LP_DO(make_folder(path, user));
    folder.socket_folder_ = path;
    const bool holds_socket = can_hold_socket(path);
    if (!holds_socket) {
      folder.socket_folder_ = socket_root(user) + "/" + std::string(kSocketFolderStart) + id;
      owner += folder.socket_folder_ + "\n";
    }
    if (pwrite(folder.lock_.descriptor(), owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size())) {
      return Failure{"LP6015", fmt::format("can't write `{}`: {}", owner_file, std::strerror(errno)), "free some space on that disk", ""};
    }
    if (!holds_socket) LP_DO(make_folder(folder.socket_folder_, user));
    return folder;
  }
}

RunFolder::RunFolder(std::string root, const std::string& id, FileLock lock)
    : root_(std::move(root)), path_(root_ + "/run/" + id), owner_file_(path_ + std::string(kOwnerSuffix)), lock_(std::move(lock)) {}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : root_(std::move(other.root_)),
      path_(std::move(other.path_)),
      owner_file_(std::exchange(other.owner_file_, "")),
      socket_folder_(std::move(other.socket_folder_)),
      lock_(std::move(other.lock_)) {}

RunFolder::~RunFolder() {
  if (owner_file_.empty()) return;
  remove_tree(path_);
  if (!socket_folder_.empty() && socket_folder_ != path_) remove_tree(socket_folder_);
  unlink(owner_file_.c_str());    // after them: until then a sweep can finish what is left
  remove_empty(root_);
}

void sweep_runs(const std::string& root) {
  std::error_code error;
  std::vector<std::string> owner_files;
  for (const fs::directory_entry& entry : fs::directory_iterator(root + "/run", error)) {
    if (entry.path().extension() == kOwnerSuffix) owner_files.push_back(entry.path());
  }
  for (const std::string& owner_file : owner_files) sweep_run(owner_file);
  if (!owner_files.empty()) remove_empty(root);
}

}  // namespace lpc::shadow
