// The folders of embedded servers: where they are kept, whose they are, how they are copied and how they go away.
// Knows no SQL. Layout: <cache>/<major>-<key>/template/… is kept; <root>/run/<id>/… and <root>/run/<id>.owner are one run's, where
// <root> is a folder in memory when there is room for one, else the cache.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "shadow/process.h"

namespace lpc::shadow {

/// An exclusive flock on a file, which the kernel lets go of when lpc dies, however it dies.
class FileLock {
 public:
  static Result<FileLock> wait_for(const std::string& path);           ///< makes the file
  static Result<FileLock> take_new(const std::string& path);           ///< fails when the file exists
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();
  int descriptor() const { return descriptor_; }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// The folder that lpc caches servers in: `wanted` unless empty, else $XDG_CACHE_HOME/lockplane, ~/.cache/lockplane,
/// and where these can't be used by the server's user (root's home, no home), /var/cache/lockplane or /tmp/lockplane-<uid>. LP6015.
Result<std::string> cache_folder(const std::string& wanted, const ChildUser& user);

/// A folder on a memory file system: copying a server there is faster, and ext4 gets slow at making files where thousands were
/// removed in the last minutes (it avoids their inodes). Empty when there is none.
std::string memory_folder(const ChildUser& user);
/// Whether a server may grow there.
bool has_room(const std::string& memory_folder);

/// Copies a tree of folders and plain files and gives it to `user`. `skip` gets paths relative to `from`; `stop`, when set, ends it early.
Status copy_tree(const std::string& from, const std::string& to, const ChildUser& user, const std::function<bool(std::string_view)>& skip,
                 const std::atomic<bool>* stop = nullptr);
/// A new 0700 folder that belongs to the user.
Status make_folder(const std::string& path, const ChildUser& user);
/// A folder of lpc's own, new or not, that the user can pass through.
Status make_shared_folder(const std::string& path, const ChildUser& user);
void remove_tree(const std::string& path);
std::string random_hex(std::size_t bytes);

/// One run's folder, gone with the object. Its owner file is locked as long as lpc lives.
class RunFolder {
 public:
  static Result<RunFolder> create(const std::string& root, const ChildUser& user);
  RunFolder(RunFolder&& other) noexcept;
  RunFolder& operator=(RunFolder&&) = delete;
  ~RunFolder();

  const std::string& path() const { return path_; }
  std::string data() const { return path_ + "/data"; }
  std::string log() const { return path_ + "/log"; }
  const std::string& socket_folder() const { return socket_folder_; }    ///< short enough for a socket's address

 private:
  RunFolder(std::string root, const std::string& id, FileLock lock);
  std::string root_;
  std::string path_;
  std::string owner_file_;
  std::string socket_folder_;
  FileLock lock_;
};

/// Ends the servers and removes the folders of runs whose lpc is gone.
void sweep_runs(const std::string& root);

}  // namespace lpc::shadow
