#include "shadow/canonical_cache.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/text.h"
#include "kinds/kind.h"

namespace lpc::shadow {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kHeader = "lockplane-catalog 1 ";
constexpr std::size_t kMostFiles = 64;

std::string user_cache() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') return std::string(cache) + "/lockplane/catalog";
  if (const char* home = std::getenv("HOME"); home && *home == '/') return std::string(home) + "/.cache/lockplane/catalog";
  return {};
}

/// Changes whenever the program is another one: what it makes of the same sources may be something else.
std::string this_build() {
  struct stat program {};
  if (::stat("/proc/self/exe", &program) != 0) return {};
  return fmt::format("{}:{}:{}.{}", program.st_ino, program.st_size, program.st_mtim.tv_sec, program.st_mtim.tv_nsec);
}

}  // namespace

CanonicalCache::CanonicalCache() : folder_(this_build().empty() ? std::string() : user_cache()) {
  if (folder_.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) folder_.clear();
}

std::string CanonicalCache::key(const Catalog& catalog, std::string_view conditions) const {
  return sha256_hex(fmt::format("{}\n{}\n{}", this_build(), conditions, catalog_to_json(catalog, false)));
}

std::optional<Catalog> CanonicalCache::find(const std::string& key) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream file(path(key), std::ios::binary);
  std::string header;
  if (!file || !std::getline(file, header) || !header.starts_with(kHeader)) return std::nullopt;
  std::ostringstream rest;
  rest << file.rdbuf();
  const std::string json = std::move(rest).str();
  if (header.substr(kHeader.size()) != sha256_hex(json)) return std::nullopt;
  Result<Catalog> catalog = catalog_from_json(json, kinds::attribute_names());
  if (!catalog) return std::nullopt;
  std::error_code ignored;
  fs::last_write_time(path(key), fs::file_time_type::clock::now(), ignored);    // the oldest go first
  return *std::move(catalog);
}

void CanonicalCache::put(const std::string& key, const Catalog& catalog) const {
  if (folder_.empty()) return;
  const std::string json = catalog_to_json(catalog, false);
  const std::string unfinished = fmt::format("{}.{}", path(key), ::getpid());
  std::error_code error;
  {
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    file << kHeader << sha256_hex(json) << '\n' << json;
    file.close();
    if (!file) {
      fs::remove(unfinished, error);
      return;
    }
  }
  fs::rename(unfinished, path(key), error);
  if (error) fs::remove(unfinished, error);
  remove_oldest();
}

void CanonicalCache::remove_oldest() const {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) files.emplace_back(entry.last_write_time(error), entry.path());
  if (files.size() <= kMostFiles) return;
  std::sort(files.begin(), files.end());
  for (std::size_t i = 0; i + kMostFiles < files.size(); ++i) fs::remove(files[i].second, error);
}

}  // namespace lpc::shadow
