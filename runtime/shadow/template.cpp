#include "shadow/template.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/sql.h"
#include "base/text.h"
#include "pg/connection.h"

namespace lpc::shadow {
namespace {

namespace fs = std::filesystem;

constexpr int kReadyDatabases = 2;
constexpr const char* kAdminDatabase = "postgres";    // initdb's
// Part of the cache's key: raise it when what is in a template changes.
constexpr std::string_view kTemplateRevision = "2";

std::string ready_name(int number) { return fmt::format("lockplane_shadow_{}", number); }

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

int major_of(const std::string& data) {
  const std::string text = read_file(data + "/PG_VERSION");
  int major = 0;
  std::from_chars(text.data(), text.data() + text.size(), major);
  return major;
}

/// "version 150020\nready lockplane_shadow_1 base/16384\n…admin postgres base/5\nsource template0 base/4\n"
Result<Template> read_template(const std::string& folder) {
  Template made;
  made.data = folder + "/data";
  std::istringstream layout(read_file(folder + "/layout"));
  std::string what, first, second;
  while (layout >> what >> first) {
    if (what == "version") {
      made.server_version = std::atoi(first.c_str());
      continue;
    }
    layout >> second;
    if (what == "ready") made.ready.push_back({first, second});
    if (what == "admin") made.admin = {first, second};
    if (what == "source") made.source = {first, second};
  }
  if (made.server_version == 0 || made.admin.folder.empty() || made.source.folder.empty()) {
    return Failure{"LP6015", fmt::format("the shadow's template in `{}` is damaged", folder), "remove that folder; lpc makes it anew", ""};
  }
  return made;
}

/// Whether a server failed for want of space; it may not even have been able to say so in its log.
bool is_full(const std::string& folder, const std::string& words) {
  constexpr std::uintmax_t kTooLittle = 4 << 20;
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  return words.find("No space left") != std::string::npos || (!error && space.available < kTooLittle);
}

Failure full_disk(const std::string& words) {
  return {"LP6015", "no space is left for the shadow server", "free some space, or set XDG_CACHE_HOME to a folder on a disk with room", words};
}

/// https://www.postgresql.org/docs/15/app-initdb.html; small WAL segments, since a server's copy has at least one.
Status run_initdb(const PostgresPrograms& programs, const std::string& folder, const ChildUser& user) {
  const std::string log = folder + "/initdb.log";
  for (const char* locale : {"C.UTF-8", "C"}) {    // not every C library has C.UTF-8
    remove_tree(folder + "/data");
    Command command{{programs.initdb(), "-D", folder + "/data", "-A", "trust", "-U", kSuperuser, "-E", "UTF8", std::string("--locale=") + locale,
                     "--no-sync", "--wal-segsize=1"},
                    folder, log, user};
    LP_TRY(ChildProcess initdb, ChildProcess::start(command));
    if (initdb.wait()) {
      unlink(log.c_str());
      return ok();
    }
    if (read_file(log).find("invalid locale") == std::string::npos) break;
  }
  const std::string words = file_end(log);
  if (is_full(folder, words)) return full_disk(words);
  return Failure{"LP6011", fmt::format("`{}` failed", programs.initdb()), "see its words; --pg-bindir names another Postgres", words};
}

/// Makes the ready databases and drops template1, whose files every server would have to copy for nothing.
Status fill_template(pg::Connection& admin, const std::string& folder) {
  LP_DO(admin.execute("UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = 'template1'"));
  LP_DO(admin.execute("DROP DATABASE template1"));
  for (int number = 1; number <= kReadyDatabases; ++number) {
    LP_DO(admin.execute(sql("CREATE DATABASE {} TEMPLATE template0", ident(ready_name(number)))));
  }
  LP_TRY(const pg::Rows databases, admin.query("SELECT datname, oid FROM pg_catalog.pg_database ORDER BY datname"));
  std::ofstream layout(folder + "/layout");
  layout << "version " << admin.server_version_num() << "\n";
  for (int row = 0; row < databases.size(); ++row) {
    const std::string_view name = databases(row, 0);
    layout << (name == "template0" ? "source " : name == kAdminDatabase ? "admin " : "ready ") << name << " base/" << databases(row, 1) << "\n";
  }
  layout.close();
  if (!layout) return Failure{"LP6015", fmt::format("can't write `{}/layout`", folder), "free some space on that disk", ""};
  return ok();
}

Status make_template(const PostgresPrograms& programs, const std::string& cache, const std::string& folder, const ChildUser& user) {
  remove_tree(folder);
  LP_DO(make_folder(folder, user));
  LP_DO(run_initdb(programs, folder, user));
  LP_TRY(const RunFolder run, RunFolder::create(cache, user));    // for a socket whose address is short enough
  const std::string data = folder + "/data";
  LP_TRY(ChildProcess server, ChildProcess::start(server_command(programs, major_of(data), data, run.socket_folder(), run.log(), 64, user)));
  LP_DO(wait_until_ready(server, data, run.log()));
  {
    LP_TRY(pg::Connection admin, pg::Connection::open(server_conninfo(run.socket_folder(), kAdminDatabase)));
    LP_DO(fill_template(admin, folder));
  }
  // The first session of a database writes its pg_internal.init (see ServerKeeper::put_init_file()).
  for (int number = 1; number <= kReadyDatabases; ++number) {
    LP_TRY([[maybe_unused]] const pg::Connection session, pg::Connection::open(server_conninfo(run.socket_folder(), ready_name(number))));
  }
  constexpr int kShutdownMilliseconds = 30000;
  server.stop(SIGINT, kShutdownMilliseconds);    // a clean end: copies must start without recovery
  return ok();
}

/// Templates of servers that were replaced or are not used any more.
void remove_old_templates(const std::string& cache) {
  constexpr auto kUnusedFor = std::chrono::hours(24 * 60);
  std::error_code error;
  std::vector<fs::path> old;
  for (const fs::directory_entry& entry : fs::directory_iterator(cache, error)) {
    std::error_code ignored;
    const fs::path stamp = entry.path() / "template" / "layout";
    if (fs::exists(stamp, ignored) && fs::last_write_time(stamp, ignored) < fs::file_time_type::clock::now() - kUnusedFor) old.push_back(entry.path());
  }
  for (const fs::path& path : old) remove_tree(path);
}

}  // namespace

Result<Template> ensure_template(const PostgresPrograms& programs, const std::string& cache, const ChildUser& user) {
  const std::string key = sha256_hex(fmt::format("{}{}|{}", programs.fingerprint(), user.uid, kTemplateRevision)).substr(0, 12);
  const std::string home = fmt::format("{}/{}-{}", cache, programs.major > 0 ? std::to_string(programs.major) : "pg", key);
  const std::string kept = home + "/template";
  if (access((kept + "/layout").c_str(), R_OK) == 0) {
    utimensat(AT_FDCWD, (kept + "/layout").c_str(), nullptr, 0);    // in use: remove_old_templates() keeps it
    return read_template(kept);
  }

  LP_DO(make_shared_folder(home, user));
  LP_TRY(const FileLock lock, FileLock::wait_for(home + "/lock"));
  if (access((kept + "/layout").c_str(), R_OK) == 0) return read_template(kept);
  const std::string fresh = home + "/template.new";
  if (const Status made = make_template(programs, cache, fresh, user); !made) {
    remove_tree(fresh);
    return made.failure();
  }
  remove_tree(kept);
  if (std::rename(fresh.c_str(), kept.c_str()) != 0) {
    return Failure{"LP6015", fmt::format("can't rename `{}`: {}", fresh, std::strerror(errno)), "check that the cache folder can be written", ""};
  }
  remove_old_templates(cache);
  return read_template(kept);
}

Command server_command(const PostgresPrograms& programs, int major, const std::string& data, const std::string& socket_folder, const std::string& log,
                       int locks, const ChildUser& user) {
  constexpr int kFirstWithWorkerSlots = 18, kFirstWithIoWorkers = 18;
  Command command{{programs.postgres(), "-D", data, "-k", socket_folder, "-p", kSocketPort}, data, log, user};
  const auto set = [&command](std::string_view setting) {
    command.arguments.emplace_back("-c");
    command.arguments.emplace_back(setting);
  };
  set("listen_addresses=");
  // Nothing here outlives the run: https://www.postgresql.org/docs/15/non-durability.html
  for (const char* off : {"fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit", "wal_init_zero", "wal_recycle"}) set(fmt::format("{}=off", off));
  set("max_wal_size=256MB");    // the run's folder may be in memory
  set("checkpoint_timeout=1h");
  set("wal_level=logical");    // publications warn without it
  set("max_logical_replication_workers=0");
  set("shared_buffers=64MB");
  // The server fills its table of locks when it starts, which is a good part of the start: with room for each lock of each process there might be.
  set(fmt::format("max_connections={}", kServerSessions));
  set("max_worker_processes=0");
  set("max_wal_senders=0");
  set(major >= kFirstWithWorkerSlots ? "autovacuum_worker_slots=1" : "autovacuum_max_workers=1");
  set(fmt::format("max_locks_per_transaction={}", locks));
  set("dynamic_shared_memory_type=mmap");    // in the data directory, so that nothing stays in /dev/shm after kill -9
  set("timezone=UTC");
  set("log_timezone=UTC");
  if (major >= kFirstWithIoWorkers) set("io_method=sync");    // saves starting the workers
  return command;
}

std::string server_conninfo(const std::string& socket_folder, const std::string& database) {
  const auto quoted = [](std::string_view value) {
    std::string out = "'";
    for (char c : value) {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    return out + "'";
  };
  // Every parameter that the environment could set otherwise: https://www.postgresql.org/docs/15/libpq-envars.html
  return fmt::format("host={} port={} user={} dbname={} sslmode=disable gssencmode=disable options='-c DateStyle=ISO'", quoted(socket_folder),
                     kSocketPort, kSuperuser, quoted(database));
}

Status wait_until_ready(const ChildProcess& server, const std::string& data, const std::string& log) {
  constexpr auto kLimit = std::chrono::seconds(60);
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  // The server writes its state into line 8 of postmaster.pid (src/include/utils/pidfile.h).
  const std::string pid_file = data + "/postmaster.pid";
  while (server.is_running() && std::chrono::steady_clock::now() < deadline) {
    std::ifstream file(pid_file);
    std::string line;
    int number = 0;
    while (number < 8 && std::getline(file, line)) ++number;
    if (number == 8 && trim(line) == "ready") return ok();
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  const std::string words = file_end(log);
  if (is_full(data, words)) return full_disk(words);
  return Failure{"LP6012", "the shadow server did not start", "see its log; SHADOW_DATABASE_URL names another server", words};
}

std::string file_end(const std::string& path) {
  constexpr std::size_t kLines = 15;
  const std::string text = read_file(path);
  std::vector<std::string> lines = split(trim(text), '\n');
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  return lpc::join(lines, "\n");
}

}  // namespace lpc::shadow
