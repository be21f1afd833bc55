#include "cli/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace lpc::cli {

namespace fs = std::filesystem;

Result<std::string> read_file(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::error_code error;
  if (fs::is_directory(path, error)) return Failure{"LP7010", fmt::format("can't read `{}`: it is a folder", path), "name a file", ""};
  std::ifstream in(path, std::ios::binary);
  if (!in) return Failure{"LP7010", fmt::format("can't read `{}`: {}", path, std::strerror(errno)), "check the path", ""};
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Status write_file(const std::string& path, std::string_view text) {
  const auto failed = [&](int cause) -> Failure {
    return {"LP7011", fmt::format("can't write `{}`: {}", path, std::strerror(cause)), "check the folder, its permissions and the free space", ""};
  };
  if (path == "-") {
    std::cout << text << std::flush;
    return ok();
  }
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {      // /dev/stdout, a pipe
    std::ofstream out(path, std::ios::binary);
    if (!(out << text << std::flush)) return failed(errno);
    return ok();
  }
  const std::string beside = fmt::format("{}.{}.tmp", path, ::getpid());
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    if (!out || !(out << text << std::flush)) {
      const int cause = errno;
      fs::remove(beside, error);
      return failed(cause);
    }
  }
  fs::rename(beside, path, error);
  if (error) {
    const int cause = error.value();
    fs::remove(beside, error);
    return failed(cause);
  }
  return ok();
}

}  // namespace lpc::cli
