// Embedded and external shadow servers: they give databases, and nothing of them stays, however lpc ends.
#include "shadow/server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "shadow/embedded.h"
#include "shadow/external.h"
#include "shadow/tablespaces.h"

namespace lpc::shadow {
namespace {

namespace fs = std::filesystem;

template <class T>
std::string words(const Result<T>& result) {
  return result ? "" : result.failure().code + ": " + result.failure().message + "\n" + result.failure().detail;
}

#define ASSERT_OK(result) ASSERT_TRUE(bool(result)) << words(result)
#define EXPECT_OK(expression) \
  do {                        \
    const auto done = (expression); \
    EXPECT_TRUE(bool(done)) << words(done); \
  } while (0)

EmbeddedServer& embedded(const std::unique_ptr<ShadowServer>& server) { return dynamic_cast<EmbeddedServer&>(*server); }

/// False for a zombie as well: not every container's process 1 reaps orphans.
bool process_exists(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
  return file.peek() != std::ifstream::traits_type::eof();
}

bool eventually(const std::function<bool()>& condition) {
  for (int step = 0; step < 5000; ++step) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

std::string value(pg::Connection& connection, const std::string& sql) {
  const Result<pg::Rows> rows = connection.query(sql);
  if (!rows) return words(rows);
  return rows->empty() ? "(no row)" : std::string(rows->at(0, 0));
}

long long count(pg::Connection& connection, const std::string& sql) { return std::atoll(value(connection, sql).c_str()); }

/// Runs `body` in a child process, gives what it wrote to its pipe (once it wrote a line), and leaves it running.
struct Child {
  pid_t pid = -1;
  std::string line;

  explicit Child(const std::function<std::string()>& body) {
    int ends[2];
    if (pipe(ends) != 0) return;
    pid = fork();
    if (pid == 0) {
      close(ends[0]);
      const std::string text = body() + "\n";
      [[maybe_unused]] const ssize_t written = write(ends[1], text.data(), text.size());
      for (;;) pause();
    }
    close(ends[1]);
    for (char c = 0; read(ends[0], &c, 1) == 1 && c != '\n';) line += c;
    close(ends[0]);
  }
  ~Child() { end(SIGKILL); }

  void end(int signal_number) {
    if (pid <= 0) return;
    kill(pid, signal_number);
    waitpid(pid, nullptr, 0);
    pid = -1;
  }
};

/// One that has been asked for a database.
Result<std::unique_ptr<ShadowServer>> started(const ShadowOptions& options = {}) {
  LP_TRY(std::unique_ptr<ShadowServer> server, open_shadow(options));
  LP_TRY([[maybe_unused]] const pg::Connection database, server->create_database());
  return server;
}

TEST(EmbeddedServer, StartsWhenADatabaseIsWanted) {
  Result<std::unique_ptr<ShadowServer>> server = open_shadow({});
  ASSERT_OK(server);
  EXPECT_GT((*server)->server_version(), 130000);
  EXPECT_EQ(embedded(*server).server_pid(), 0);
  ASSERT_OK((*server)->ensure_role("someone"));
  EXPECT_TRUE(process_exists(embedded(*server).server_pid()));
}

TEST(EmbeddedServer, HasRoomForTheLocksOfAsManyObjectsAsAreSaid) {
  Result<std::unique_ptr<ShadowServer>> server = open_shadow({});
  ASSERT_OK(server);
  const auto room = [&](std::size_t objects, bool keep) -> std::string {
    Result<pg::Connection> database = (*server)->create_database(room_for(objects));
    if (!database) return words(database);
    const std::string locks = value(*database, "SHOW max_locks_per_transaction");
    if (!keep) EXPECT_OK((*server)->drop_database(database->database()));
    return locks;
  };
  EXPECT_EQ(room(0, false), "256");
  EXPECT_EQ(room(10000, false), "2000");    // begun anew
  EXPECT_EQ(room(10, true), "2000");
  EXPECT_EQ(room(100000, true), "2000");    // there is a database in use
}

TEST(EmbeddedServer, GivesDatabasesAndLeavesNothing) {
  Result<std::unique_ptr<ShadowServer>> server = started();
  ASSERT_OK(server);
  const pid_t pid = embedded(*server).server_pid();
  const std::string folder = embedded(*server).run_folder();
  EXPECT_TRUE(process_exists(pid));
  EXPECT_EQ(fs::status(folder).permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
  {
    Result<pg::Connection> database = (*server)->create_database();
    ASSERT_OK(database);
    EXPECT_OK(database->execute("CREATE TABLE t (id int PRIMARY KEY)"));
    EXPECT_EQ(value(*database, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), "t");
    EXPECT_EQ(value(*database, "SHOW server_encoding"), "UTF8");
    EXPECT_EQ(value(*database, "SHOW listen_addresses"), "");
    EXPECT_EQ(database->server_version_num(), (*server)->server_version());
  }
  EXPECT_OK((*server)->close());
  EXPECT_OK((*server)->close());
  EXPECT_FALSE(process_exists(pid));
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_FALSE(fs::exists(folder + ".owner"));
}

TEST(EmbeddedServer, MakesManyDistinctEmptyDatabases) {
  Result<std::unique_ptr<ShadowServer>> server = open_shadow({});
  ASSERT_OK(server);
  std::vector<pg::Connection> databases;
  for (int number = 0; number < 5; ++number) {
    Result<pg::Connection> database = (*server)->create_database();
    ASSERT_OK(database);
    EXPECT_EQ(value(*database, "SELECT count(*) FROM pg_class WHERE relname = 'mark'"), "0");
    EXPECT_OK(database->execute("CREATE TABLE mark ()"));
    for (const pg::Connection& other : databases) EXPECT_NE(other.database(), database->database());
    databases.push_back(*std::move(database));
  }
  Result<pg::Connection> second = (*server)->connect(databases[3].database());
  ASSERT_OK(second);
  EXPECT_EQ(value(*second, "SELECT count(*) FROM mark"), "0");
}

TEST(EmbeddedServer, HonoursNameOwnerSettingsAndLocale) {
  Result<std::unique_ptr<ShadowServer>> server = open_shadow({});
  ASSERT_OK(server);
  DatabaseOptions options;
  options.name = "Shop \"1\"";
  options.owner = "Own er";
  options.settings = {{"search_path", "a, b"}, {"work_mem", "5MB"}};
  Result<pg::Connection> database = (*server)->create_database(options);
  ASSERT_OK(database);
  EXPECT_EQ(database->database(), options.name);
  EXPECT_EQ(value(*database, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"), "Own er");
  EXPECT_EQ(value(*database, "SHOW work_mem"), "5MB");

  DatabaseOptions other;
  other.encoding = "SQL_ASCII";
  other.collate = other.ctype = "C";
  Result<pg::Connection> ascii = (*server)->create_database(other);
  ASSERT_OK(ascii);
  EXPECT_EQ(value(*ascii, "SHOW server_encoding"), "SQL_ASCII");
}

TEST(EmbeddedServer, DropsADatabaseInUseAndOneWithASubscription) {
  Result<std::unique_ptr<ShadowServer>> server = open_shadow({});
  ASSERT_OK(server);
  Result<pg::Connection> database = (*server)->create_database();
  ASSERT_OK(database);
  EXPECT_OK(database->execute("CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = 'x')"));
  EXPECT_OK((*server)->drop_database(database->database()));
  EXPECT_OK((*server)->create_database());
  EXPECT_FALSE(bool(database->query("SELECT 1")));
  EXPECT_TRUE(database->is_connection_lost());
}

TEST(EmbeddedServer, OutlivesTheThreadThatOpenedIt) {
  Result<std::unique_ptr<ShadowServer>> server = Failure{};
  std::thread([&server]() { server = started(); }).join();
  ASSERT_OK(server);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  Result<pg::Connection> database = (*server)->create_database();
  ASSERT_OK(database);
}

/// Of descriptors that are free when it is started only the numbers change: here 0, 3 and 4.
TEST(ChildProcess, StartsWithoutAStandardInput) {
  const int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  ASSERT_GE(kept, 10);
  close(STDIN_FILENO);
  Result<ChildProcess> child = ChildProcess::start({{"/bin/true"}, "/", "/dev/null", ChildUser{}});
  dup2(kept, STDIN_FILENO);
  close(kept);
  ASSERT_OK(child);
  EXPECT_TRUE(child->wait());
}

TEST(EmbeddedServer, TwoRunAtOnce) {
  Result<std::unique_ptr<ShadowServer>> first = open_shadow({}), second = open_shadow({});
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_OK((*first)->create_database());
  EXPECT_OK((*second)->create_database());
}

TEST(EmbeddedServer, DiesWithLpcAndTheNextRunSweeps) {
  Child child([]() -> std::string {
    static Result<std::unique_ptr<ShadowServer>> server = open_shadow({});
    if (!server) return words(server);
    static Result<pg::Connection> database = (*server)->create_database();
    return std::to_string(embedded(*server).server_pid()) + " " + embedded(*server).run_folder();
  });
  const std::size_t blank = child.line.find(' ');
  ASSERT_NE(blank, std::string::npos) << child.line;
  const pid_t server_pid = std::atoi(child.line.c_str());
  const std::string folder = child.line.substr(blank + 1);
  EXPECT_TRUE(process_exists(server_pid));

  const Result<std::unique_ptr<ShadowServer>> beside = open_shadow({});    // sweeps, and must leave the living run alone
  ASSERT_OK(beside);
  EXPECT_TRUE(process_exists(server_pid));
  EXPECT_TRUE(fs::exists(folder));

  child.end(SIGKILL);
  EXPECT_TRUE(eventually([&]() { return !process_exists(server_pid); }));
  const Result<std::unique_ptr<ShadowServer>> next = open_shadow({});
  ASSERT_OK(next);
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_FALSE(fs::exists(folder + ".owner"));
}

TEST(EmbeddedServer, ASweepEndsAServerThatOutlivedItsRun) {
  std::string root = (fs::temp_directory_path() / "lpc-sweep-XXXXXX").string();
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  fs::permissions(root, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  ShadowOptions options;
  options.embedded.cache = root;
  Child child([&options]() -> std::string {
    static Result<std::unique_ptr<ShadowServer>> server = started(options);
    return server ? embedded(*server).run_folder() : "";
  });
  ASSERT_FALSE(child.line.empty());
  const std::string folder = child.line, data = folder + "/data";
  child.end(SIGKILL);
  EXPECT_TRUE(eventually([&]() { return !fs::exists(data + "/postmaster.pid"); }));

  const Result<PostgresPrograms> programs = find_postgres("", 0);
  ASSERT_OK(programs);
  Result<ChildProcess> stray = ChildProcess::start(server_command(*programs, 0, data, folder, folder + "/log", 64, child_user()));
  ASSERT_OK(stray);
  ASSERT_OK(wait_until_ready(*stray, data, folder + "/log"));
  std::thread reaper([&stray]() { stray->wait(); });    // init would do that for an orphan
  sweep_runs(root);
  reaper.join();
  EXPECT_FALSE(fs::exists(folder));
  fs::remove_all(root);
}

TEST(EmbeddedServer, ASignalHandlerCanEndIt) {
  Child child([]() -> std::string {
    signal(SIGTERM, [](int) {
      terminate_children();
      _exit(6);
    });
    static Result<std::unique_ptr<ShadowServer>> server = started();
    return server ? std::to_string(embedded(*server).server_pid()) : "";
  });
  const pid_t server_pid = std::atoi(child.line.c_str());
  ASSERT_GT(server_pid, 0);
  child.end(SIGTERM);
  EXPECT_TRUE(eventually([&]() { return !process_exists(server_pid); }));
}

TEST(EmbeddedServer, PutsItsSocketElsewhereWhenThePathIsTooLong) {
  std::string root = (fs::temp_directory_path() / "lpc-long-XXXXXX").string();
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  fs::permissions(root, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  ShadowOptions options;
  options.embedded.cache = root + "/" + std::string(90, 'x');
  Result<std::unique_ptr<ShadowServer>> server = open_shadow(options);
  ASSERT_OK(server);
  std::string socket_folder;
  {
    Result<pg::Connection> database = (*server)->create_database();
    ASSERT_OK(database);
    socket_folder = database->host();
  }
  EXPECT_TRUE(fs::exists(socket_folder));
  EXPECT_OK((*server)->close());
  EXPECT_FALSE(fs::exists(socket_folder));
  fs::remove_all(root);
}

TEST(EmbeddedServer, SaysWhatIsMissing) {
  ShadowOptions options;
  options.embedded.bindir = "/nonexistent";
  const Result<std::unique_ptr<ShadowServer>> none = open_shadow(options);
  ASSERT_FALSE(bool(none));
  EXPECT_EQ(none.failure().code, "LP6010");

  std::string bindir = (fs::temp_directory_path() / "lpc-bin-XXXXXX").string();
  ASSERT_NE(mkdtemp(bindir.data()), nullptr);
  fs::permissions(bindir, fs::perms::owner_all | fs::perms::group_all | fs::perms::others_all);
  for (const char* program : {"/postgres", "/initdb"}) {
    std::ofstream(bindir + program) << "#!/bin/sh\necho this initdb is broken\nexit 1\n";
    fs::permissions(bindir + program, fs::perms::all);
  }
  options.embedded.bindir = bindir;
  options.embedded.cache = bindir + "/cache";
  const Result<std::unique_ptr<ShadowServer>> broken = open_shadow(options);
  ASSERT_FALSE(bool(broken));
  EXPECT_EQ(broken.failure().code, "LP6011");
  EXPECT_NE(broken.failure().detail.find("this initdb is broken"), std::string::npos);
  fs::remove_all(bindir);
}

/// An external server, played by an embedded one that is reached through its conninfo string only.
class ExternalShadow : public testing::Test {
 protected:
  void SetUp() override {
    host_ = open_shadow({});
    ASSERT_OK(host_);
    DatabaseOptions named;
    named.name = "target";
    Result<pg::Connection> target = (*host_)->create_database(named);
    ASSERT_OK(target);
    target_ = std::make_unique<pg::Connection>(*std::move(target));
    options_.url = embedded(*host_).conninfo("postgres");
    options_.target = target_.get();
  }

  Result<std::unique_ptr<ShadowServer>> host_ = Failure{};
  std::unique_ptr<pg::Connection> target_;
  ShadowOptions options_;
};

constexpr const char* kCountShadows = "SELECT count(*) FROM pg_database WHERE datname LIKE 'lpc\\_shadow\\_%'";

TEST_F(ExternalShadow, DropsItsDatabasesAndRoles) {
  Result<std::unique_ptr<ShadowServer>> shadow = open_shadow(options_);
  ASSERT_OK(shadow);
  EXPECT_OK((*shadow)->ensure_role("app"));
  Result<pg::Connection> first = (*shadow)->create_database();
  ASSERT_OK(first);
  DatabaseOptions owned;
  owned.owner = "app_owner";
  Result<pg::Connection> second = (*shadow)->create_database(owned);
  ASSERT_OK(second);
  EXPECT_OK(first->execute("CREATE ROLE made_by_sql; GRANT app TO made_by_sql; CREATE TABLE t (); ALTER TABLE t OWNER TO app"));
  EXPECT_OK((*shadow)->adopt_role("made_by_sql"));
  EXPECT_EQ(count(*target_, kCountShadows), 3);    // and one for the note
  EXPECT_EQ(value(*first, "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'app'"), "");
  for (pg::Connection* database : {&*first, &*second}) {
    EXPECT_EQ(value(*database, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"), "");
  }
  EXPECT_OK((*shadow)->close());
  EXPECT_EQ(count(*target_, kCountShadows), 0);
  EXPECT_EQ(count(*target_, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'app%' OR rolname = 'made_by_sql'"), 0);
}

TEST_F(ExternalShadow, DropsItsTablespacesAndNoOthers) {
  EXPECT_OK(target_->execute("SET allow_in_place_tablespaces = on"));
  EXPECT_OK(target_->execute("CREATE TABLESPACE theirs LOCATION ''"));
  Result<std::unique_ptr<ShadowServer>> shadow = open_shadow(options_);
  ASSERT_OK(shadow);
  Result<pg::Connection> database = (*shadow)->create_database();
  ASSERT_OK(database);
  EXPECT_FALSE(execute_outside_transaction(**shadow, *database, "CREATE TABLESPACE theirs LOCATION '/somewhere'"));
  EXPECT_EQ(count(*target_, "SELECT count(*) FROM pg_tablespace WHERE spcname = 'theirs'"), 1);
  EXPECT_OK(execute_outside_transaction(**shadow, *database, R"(CREATE TABLESPACE "Fa""st" LOCATION '/somewhere')"));
  EXPECT_OK(execute_outside_transaction(**shadow, *database, R"(CREATE TABLESPACE "Fa""st" LOCATION '/somewhere')"));    // its own one goes first
  EXPECT_OK(database->execute(R"(CREATE TABLE t () TABLESPACE "Fa""st")"));
  EXPECT_OK((*shadow)->close());
  EXPECT_EQ(value(*target_, "SELECT string_agg(spcname, ' ') FROM pg_tablespace WHERE oid >= 16384"), "theirs");
}

TEST_F(ExternalShadow, KeepsRolesThatWereThere) {
  EXPECT_OK(target_->execute("CREATE ROLE theirs"));
  {
    Result<std::unique_ptr<ShadowServer>> shadow = open_shadow(options_);
    ASSERT_OK(shadow);
    EXPECT_OK((*shadow)->ensure_role("theirs"));
  }
  EXPECT_EQ(count(*target_, "SELECT count(*) FROM pg_roles WHERE rolname = 'theirs'"), 1);
}

TEST_F(ExternalShadow, RefusesTheTarget) {
  options_.url = embedded(*host_).conninfo("target") + " application_name=other";
  const Result<std::unique_ptr<ShadowServer>> shadow = open_shadow(options_);
  ASSERT_FALSE(bool(shadow));
  EXPECT_EQ(shadow.failure().code, "LP6020");
  EXPECT_EQ(target_->transaction_state(), pg::TransactionState::kIdle);
}

TEST_F(ExternalShadow, RefusesTheTargetWithoutReadingTheSystemIdentifier) {
  EXPECT_OK(target_->execute("CREATE ROLE plain LOGIN"));
  for (const char* database : {"postgres", "target"}) {
    Result<pg::Connection> inside = (*host_)->connect(database);
    ASSERT_OK(inside);
    EXPECT_OK(inside->execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC"));
  }
  options_.url = embedded(*host_).conninfo("target") + " user=plain";
  Result<std::unique_ptr<ShadowServer>> shadow = open_shadow(options_);
  ASSERT_FALSE(bool(shadow));
  EXPECT_EQ(shadow.failure().code, "LP6020");

  options_.url = embedded(*host_).conninfo("postgres") + " user=plain";
  shadow = open_shadow(options_);
  ASSERT_OK(shadow);
  const Result<pg::Connection> database = (*shadow)->create_database();
  ASSERT_FALSE(bool(database));
  EXPECT_EQ(database.failure().code, "LP6021") << words(database);
}

TEST_F(ExternalShadow, SweepsAfterAKilledRun) {
  Child child([this]() -> std::string {
    options_.target = nullptr;
    static Result<std::unique_ptr<ShadowServer>> shadow = open_shadow(options_);
    if (!shadow) return words(shadow);
    EXPECT_OK((*shadow)->ensure_role("left_behind"));
    static Result<pg::Connection> database = (*shadow)->create_database();
    EXPECT_OK(execute_outside_transaction(**shadow, *database, "CREATE TABLESPACE left_behind LOCATION '/somewhere'"));
    return database ? "ready" : words(database);
  });
  ASSERT_EQ(child.line, "ready");
  {
    const Result<std::unique_ptr<ShadowServer>> beside = open_shadow(options_);
    ASSERT_OK(beside);
    EXPECT_EQ(count(*target_, kCountShadows), 2);    // its run is alive
  }
  child.end(SIGKILL);
  ASSERT_TRUE(eventually([this]() { return count(*target_, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lpc shadow'") == 0; }));
  const Result<std::unique_ptr<ShadowServer>> next = open_shadow(options_);
  ASSERT_OK(next);
  EXPECT_EQ(count(*target_, kCountShadows), 0);
  EXPECT_EQ(count(*target_, "SELECT count(*) FROM pg_roles WHERE rolname = 'left_behind'"), 0);
  EXPECT_EQ(count(*target_, "SELECT count(*) FROM pg_tablespace WHERE spcname = 'left_behind'"), 0);
}

TEST_F(ExternalShadow, LeavesDatabasesOfOthersAlone) {
  EXPECT_OK(target_->execute("CREATE DATABASE lpc_shadow_mine TEMPLATE template0"));
  EXPECT_OK(target_->execute("CREATE DATABASE lpc_shadow_1_0123456789abcdef_x TEMPLATE template0"));
  ASSERT_OK(open_shadow(options_));
  EXPECT_EQ(count(*target_, kCountShadows), 2);
}

}  // namespace
}  // namespace lpc::shadow
