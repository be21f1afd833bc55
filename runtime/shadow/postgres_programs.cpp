#include "shadow/postgres_programs.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/text.h"

namespace lpc::shadow {
namespace {

namespace fs = std::filesystem;

bool has_programs(const std::string& bindir) {
  return access((bindir + "/postgres").c_str(), X_OK) == 0 && access((bindir + "/initdb").c_str(), X_OK) == 0;
}

/// The first number in a folder's name: 15 of "15", "pgsql-15" and "postgresql@15".
int major_in(const std::string& name) {
  const std::size_t digit = name.find_first_of("0123456789");
  int major = 0;
  if (digit != std::string::npos) std::from_chars(name.data() + digit, name.data() + name.size(), major);
  return major;
}

/// Where Debian (/usr/lib/postgresql/15/bin), Red Hat (/usr/pgsql-15/bin), a build from source and PATH keep them.
std::vector<PostgresPrograms> installed() {
  std::vector<PostgresPrograms> found;
  const auto add = [&found](const std::string& folder) {
    if (!has_programs(folder)) return;
    std::error_code error;
    fs::path bindir = fs::canonical(folder + "/postgres", error).parent_path();    // PATH often holds links only
    if (error || !has_programs(bindir)) bindir = folder;
    const auto same = [&bindir](const PostgresPrograms& other) { return other.bindir == bindir; };
    if (std::none_of(found.begin(), found.end(), same)) found.push_back({bindir, major_in(bindir.parent_path().filename())});
  };
  const auto look = [&add](const fs::path& parent, std::string_view start) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(parent, error)) {
      if (entry.path().filename().string().starts_with(start)) add(entry.path() / "bin");
    }
  };
  look("/usr/lib/postgresql", "");
  look("/usr", "pgsql-");
  add("/usr/local/pgsql/bin");
  if (const char* path = std::getenv("PATH")) {
    for (const std::string& folder : split(path, ':')) {
      if (folder.starts_with('/')) add(folder);
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.major > b.major; });
  return found;
}

}  // namespace

std::string PostgresPrograms::fingerprint() const {
  std::string text;
  for (const std::string& program : {postgres(), initdb()}) {
    struct stat info {};
    stat(program.c_str(), &info);
    text += fmt::format("{}|{}|{}|{}|{}\n", program, info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  }
  return text;
}

Result<PostgresPrograms> find_postgres(const std::string& bindir, int major) {
  std::string wanted = bindir;
  if (const char* from_environment = std::getenv("LPC_PG_BINDIR"); wanted.empty() && from_environment) wanted = from_environment;
  if (!wanted.empty()) {
    std::error_code error;
    const fs::path absolute = fs::absolute(wanted, error);
    if (!error && has_programs(absolute)) return PostgresPrograms{absolute.lexically_normal().string(), major_in(absolute.parent_path().filename())};
    return Failure{"LP6010", fmt::format("`{}` doesn't hold the Postgres programs `postgres` and `initdb`", wanted),
                   "correct --pg-bindir or LPC_PG_BINDIR, or leave it out", ""};
  }
  const std::vector<PostgresPrograms> found = installed();
  if (found.empty()) {
    return Failure{"LP6010", "no Postgres server programs on this machine, so the shadow can't be started",
                   "install them (on Debian and Ubuntu: `apt-get install postgresql-15`), or set SHADOW_DATABASE_URL to a server that lpc may make databases on", ""};
  }
  for (const PostgresPrograms& programs : found) {
    if (major > 0 && programs.major == major) return programs;
  }
  return found.front();
}

}  // namespace lpc::shadow
