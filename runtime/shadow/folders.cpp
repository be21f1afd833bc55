#include "shadow/folders.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

namespace lpc::shadow {
namespace {

namespace fs = std::filesystem;

Failure folder_failure(const std::string& path, int error) {
  const char* hint = error == ENOSPC || error == EDQUOT ? "free some space, or set XDG_CACHE_HOME to a folder on a disk with room"
                                                        : "set XDG_CACHE_HOME to a folder that can be written";
  return {"LP6015", fmt::format("the shadow server's folder `{}` can't be used: {}", path, std::strerror(error)), hint, ""};
}

/// Whether the user may pass through every folder above and including `path`.
bool is_reachable(const fs::path& path, const ChildUser& user) {
  if (!user.changes) return true;
  fs::path step;
  for (const fs::path& part : path) {
    step /= part;
    struct stat info {};
    if (stat(step.c_str(), &info) != 0) return errno == ENOENT;    // what lpc makes itself can be passed
    const mode_t needed = info.st_uid == user.uid ? S_IXUSR : info.st_gid == user.gid ? S_IXGRP : S_IXOTH;
    if (!(info.st_mode & needed)) return false;
  }
  return true;
}

/// True for a folder of this user, and no link: in /tmp anybody can make one.
bool is_own_folder(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid();
}

/// Makes the folder if it isn't there; false when it can't be written, or belongs to somebody else.
bool is_usable(const std::string& path, const ChildUser& user) {
  if (!is_reachable(path, user)) return false;
  std::error_code error;
  const bool made = fs::create_directories(path, error);
  if (error) return false;
  if (made) chmod(path.c_str(), user.changes ? 0711 : 0700);
  return is_own_folder(path) && access(path.c_str(), W_OK | X_OK) == 0 && is_reachable(path, user);
}

std::string home_folder() {
  if (const char* home = std::getenv("HOME"); home && *home == '/') return home;
  const passwd* entry = getpwuid(geteuid());
  return entry && entry->pw_dir ? entry->pw_dir : "";
}

struct CopyTask {
  const ChildUser& user;
  const std::function<bool(std::string_view)>& skip;
  const std::atomic<bool>* stop;

  bool stopped() const { return stop && stop->load(std::memory_order_relaxed); }
};

bool write_all(int target, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = write(target, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

/// The kernel copies (and shares blocks where the file system can); read and write are for file systems that know no copy_file_range.
bool copy_bytes(int source, int target, off_t size) {
  while (size > 0) {
    const ssize_t copied = copy_file_range(source, nullptr, target, nullptr, static_cast<std::size_t>(size), 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0 && errno == ENOSPC) return false;
    if (copied <= 0) break;
    size -= copied;
  }
  if (size == 0) return true;
  std::vector<char> buffer(1 << 18);
  for (;;) {
    const ssize_t got = read(source, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    if (!write_all(target, buffer.data(), static_cast<std::size_t>(got))) return false;
  }
}

Status copy_file(int source_folder, int target_folder, const char* name, const CopyTask& task, const std::string& shown) {
  const int source = openat(source_folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (source < 0) return folder_failure(shown, errno);
  struct stat info {};
  fstat(source, &info);
  const int target = openat(target_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool good = target >= 0 && copy_bytes(source, target, info.st_size);
  if (good && task.user.changes) good = fchown(target, task.user.uid, task.user.gid) == 0;
  const int error = errno;
  close(source);
  if (target >= 0 && close(target) != 0 && good) return folder_failure(shown, errno);
  if (!good) return folder_failure(shown, error);
  return ok();
}

Status copy_folder(const std::string& from, const std::string& to, const std::string& relative, const CopyTask& task) {
  const int source = open(from.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (source < 0) return folder_failure(from, errno);
  if (mkdir(to.c_str(), 0700) != 0 && errno != EEXIST) {
    const int error = errno;
    close(source);
    return folder_failure(to, error);
  }
  const int target = open(to.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  Status status = target >= 0 ? ok() : Status(folder_failure(to, errno));
  if (status && task.user.changes && fchown(target, task.user.uid, task.user.gid) != 0) status = folder_failure(to, errno);
  std::error_code error;
  for (fs::directory_iterator entry(from, error), end; status && !error && entry != end && !task.stopped(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    const std::string path = relative.empty() ? name : relative + "/" + name;
    if (task.skip && task.skip(path)) continue;
    if (entry->is_directory()) {
      status = copy_folder(from + "/" + name, to + "/" + name, path, task);
    } else {
      status = copy_file(source, target, name.c_str(), task, to + "/" + name);
    }
  }
  close(source);
  if (target >= 0) close(target);
  if (status && error) return folder_failure(from, error.value());
  return status;
}

}  // namespace

Result<FileLock> FileLock::wait_for(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return folder_failure(path, errno);
  FileLock lock(descriptor);
  while (flock(descriptor, LOCK_EX) != 0) {
    if (errno != EINTR) return folder_failure(path, errno);
  }
  return lock;
}

Result<FileLock> FileLock::take_new(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return folder_failure(path, errno);
  FileLock lock(descriptor);
  struct stat info {};
  // A sweep in another process may have taken the new file for an orphan in the instant before the lock.
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 || fstat(descriptor, &info) != 0 || info.st_nlink == 0) return folder_failure(path, EAGAIN);
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<std::string> cache_folder(const std::string& wanted, const ChildUser& user) {
  if (!wanted.empty()) {
    const std::string absolute = fs::absolute(wanted).lexically_normal();
    if (is_usable(absolute, user)) return absolute;
    return Failure{"LP6015", fmt::format("the cache folder `{}` can't be used by {}", wanted, user.changes ? "user " + user.name : "lpc"),
                   "name one that can be written and reached", ""};
  }
  std::vector<std::string> candidates;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') candidates.push_back(std::string(cache) + "/lockplane");
  if (const std::string home = home_folder(); home.size() > 1) candidates.push_back(home + "/.cache/lockplane");
  if (user.changes) candidates.push_back("/var/cache/lockplane");
  candidates.push_back(fmt::format("/tmp/lockplane-{}", geteuid()));
  for (const std::string& candidate : candidates) {
    if (is_usable(candidate, user)) return candidate;
  }
  return Failure{"LP6015", "no folder can hold the shadow server", "set XDG_CACHE_HOME to a folder that can be written", ""};
}

std::string memory_folder(const ChildUser& user) {
  for (const char* parent : {"/dev/shm", "/tmp"}) {
    struct statfs info {};
    if (statfs(parent, &info) != 0 || info.f_type != TMPFS_MAGIC) continue;
    const std::string folder = fmt::format("{}/lockplane-{}", parent, geteuid());
    if (is_usable(folder, user)) return folder;
  }
  return "";
}

bool has_room(const std::string& memory_folder) {
  constexpr std::uint64_t kEnough = std::uint64_t{1} << 30;
  struct statfs info {};
  const std::string parent = fs::path(memory_folder).parent_path();    // the folder itself goes with the last run
  if (memory_folder.empty() || statfs(parent.c_str(), &info) != 0) return false;
  std::uint64_t available_kilobytes = 0;
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("MemAvailable:")) available_kilobytes = std::strtoull(line.c_str() + std::strlen("MemAvailable:"), nullptr, 10);
  }
  return static_cast<std::uint64_t>(info.f_bavail) * static_cast<std::uint64_t>(info.f_bsize) >= kEnough && available_kilobytes * 1024 >= kEnough;
}

Status copy_tree(const std::string& from, const std::string& to, const ChildUser& user, const std::function<bool(std::string_view)>& skip,
                 const std::atomic<bool>* stop) {
  return copy_folder(from, to, "", CopyTask{user, skip, stop});
}

Status make_shared_folder(const std::string& path, const ChildUser& user) {
  const mode_t mode = user.changes ? 0711 : 0700;    // the server's user must pass
  if (mkdir(path.c_str(), mode) == 0) chmod(path.c_str(), mode);
  if (!is_own_folder(path)) return folder_failure(path, errno == ENOENT || errno == ENOSPC ? errno : EACCES);
  return ok();
}

Status make_folder(const std::string& path, const ChildUser& user) {
  if (mkdir(path.c_str(), 0700) != 0) return folder_failure(path, errno);
  if (user.changes && chown(path.c_str(), user.uid, user.gid) != 0) return folder_failure(path, errno);
  return ok();
}

void remove_tree(const std::string& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

std::string random_hex(std::size_t bytes) {
  std::random_device random;
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += fmt::format("{:02x}", random() & 0xff);
  return text;
}

}  // namespace lpc::shadow
