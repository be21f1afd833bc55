// The executor and the ledger against a real server: what happens, what is recorded, and that both agree however a run ends.
#include "execute/executor.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "execute/batches.h"
#include "execute/live_catalog.h"
#include "ledger/secrets.h"
#include "plan/plan_json.h"
#include "shadow/embedded.h"

namespace lpc::execute {
namespace {

template <class T>
std::string words(const Result<T>& result) {
  return result ? "" : result.failure().code + ": " + result.failure().message + "\n" + result.failure().detail + "\n" + result.failure().hint;
}

#define ASSERT_OK(result) ASSERT_TRUE(bool(result)) << words(result)

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Execute : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new Result<std::unique_ptr<shadow::ShadowServer>>(shadow::open_shadow({})); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  void SetUp() override {
    ASSERT_OK(*server_);
    shadow::DatabaseOptions options;
    connection_ = (**server_)->create_database(options);
    ASSERT_OK(connection_);
    run("CREATE SCHEMA shop; CREATE TABLE shop.users (id int PRIMARY KEY, email text); INSERT INTO shop.users SELECT n, 'mail' || n FROM generate_series(1, 100) n");
    options_.actor = "tester@here";
    options_.say = [this](const std::string& line) {
      const std::lock_guard guard(mutex_);
      said_ += line + "\n";
    };
  }

  pg::Connection& db() { return *connection_; }
  pg::Connection another(const std::string& user = "") {
    auto& embedded = dynamic_cast<shadow::EmbeddedServer&>(***server_);
    Result<pg::Connection> opened = pg::Connection::open(embedded.conninfo(db().database()) + (user.empty() ? "" : " user=" + user));
    EXPECT_TRUE(bool(opened)) << words(opened);
    return *std::move(opened);
  }

  void run(const std::string& sql) { run(db(), sql); }
  void run(pg::Connection& connection, const std::string& sql) {
    const Status done = connection.execute(sql);
    ASSERT_TRUE(bool(done)) << sql << "\n" << words(done);
  }
  std::string value(const std::string& sql) {
    const Result<pg::Rows> rows = db().query(sql);
    EXPECT_TRUE(bool(rows)) << words(rows);
    return rows && !rows->empty() ? std::string(rows->at(0, 0)) : "";
  }
  std::string ledger_rows() {
    if (value("SELECT count(*) FROM pg_namespace WHERE nspname = 'lockplane'") == "0") return "none";
    return value("SELECT (SELECT count(*) FROM lockplane.run) || ' ' || (SELECT count(*) FROM lockplane.step) || ' ' || (SELECT count(*) FROM lockplane.ledger)");
  }
  std::string said() {
    const std::lock_guard guard(mutex_);
    return said_;
  }

  static plan::Step step(const std::string& sql, int group = 1, bool transactional = true) {
    plan::Step step;
    step.description = sql.substr(0, 20);
    step.sql = {sql};
    step.group = group;
    step.transactional = transactional;
    return step;
  }

  /// A plan from the database as it is to what `target_sql` makes of it: by default the steps themselves.
  plan::Plan make_plan(std::vector<plan::Step> steps, std::string target_sql = "") {
    plan::Plan plan;
    plan.managed = {"*"};
    plan.steps = std::move(steps);
    const bool from_steps = target_sql.empty();
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
      plan.steps[i].id = static_cast<int>(i) + 1;
      for (const std::string& sql : plan.steps[i].sql) target_sql += from_steps ? sql + ";" : "";
    }
    plan.source_hash = hash_after(plan, "");
    plan.target_hash = hash_after(plan, target_sql);
    return plan;
  }
  std::string hash_after(const plan::Plan& plan, const std::string& sql) {
    LiveCatalog live(db(), plan);
    run("BEGIN");
    if (!sql.empty()) (void)db().execute(sql);
    if (db().transaction_state() == pg::TransactionState::kFailedTransaction) {    // a plan that fails has no target
      run("ROLLBACK");
      return "sha256:none";
    }
    const Result<std::string> hash = live.hash(true);
    EXPECT_TRUE(bool(hash)) << words(hash);
    run("ROLLBACK");
    return hash ? *hash : "";
  }
  std::string live_hash(const plan::Plan& plan) { return hash_after(plan, ""); }

  std::vector<ledger::Entry> entries() {
    const Result<std::vector<ledger::Entry>> read = ledger::read(db());
    EXPECT_TRUE(bool(read)) << words(read);
    const Status chain = ledger::verify(db());
    EXPECT_TRUE(bool(chain)) << words(chain);
    return read ? *read : std::vector<ledger::Entry>();
  }

  static inline Result<std::unique_ptr<shadow::ShadowServer>>* server_ = nullptr;
  Result<pg::Connection> connection_ = Failure{};
  ExecuteOptions options_;
  std::mutex mutex_;
  std::string said_;
};

TEST_F(Execute, AppliesAndRecords) {
  plan::Plan plan = make_plan({step("ALTER TABLE shop.users ADD COLUMN age int"), step("UPDATE shop.users SET age = id WHERE id > 40"),
                               step("CREATE INDEX users_age ON shop.users (age)")});
  plan.reverse = {step("DROP INDEX shop.users_age"), step("ALTER TABLE shop.users DROP COLUMN age")};
  plan.reverse[0].id = 1;
  plan.reverse[1].id = 2;
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_OK(result);
  EXPECT_EQ(result->run, 1);
  ASSERT_EQ(result->receipts.size(), 3u);
  EXPECT_EQ(result->receipts[1].rows, 60);
  EXPECT_EQ(live_hash(plan), plan.target_hash);
  EXPECT_EQ(ledger_rows(), "1 3 1");
  EXPECT_TRUE(contains(said(), "step 2 of 3: UPDATE shop.users")) << said();

  const std::vector<ledger::Entry> runs = entries();
  ASSERT_EQ(runs.size(), 1u);
  const ledger::Entry& entry = runs[0];
  EXPECT_EQ(entry.kind, "apply");
  EXPECT_EQ(entry.state, "done");
  EXPECT_EQ(entry.plan_hash, plan::plan_hash(plan));
  EXPECT_EQ(entry.source_hash, plan.source_hash);
  EXPECT_EQ(entry.resulting_hash, plan.target_hash);
  EXPECT_EQ(entry.actor, "tester@here");
  EXPECT_EQ(entry.previous_hash, "");
  ASSERT_EQ(entry.receipts.size(), 3u);
  EXPECT_EQ(entry.receipts[2].sql, plan.steps[2].sql);
  EXPECT_EQ(entry.receipts[2].resulting_hash, plan.target_hash);
  EXPECT_EQ(entry.receipts[0].resulting_hash, "");
  EXPECT_EQ(entry.receipts[1].started_at, entry.receipts[0].finished_at);
  EXPECT_LT(entry.receipts[0].started_at, entry.receipts[2].finished_at);
  EXPECT_EQ(entry.receipts[0].started_at.size(), std::string("2026-03-01T10:00:00.123456Z").size());
  const Result<plan::Plan> kept = plan::from_json(entry.plan);
  ASSERT_OK(kept);
  EXPECT_EQ(plan::plan_hash(*kept), entry.plan_hash);
  EXPECT_FALSE(bool(*ledger::current_run(db())));
}

TEST_F(Execute, AnEmptyPlanLeavesNoTrace) {
  const Result<RunResult> result = execute(db(), make_plan({}), options_);
  ASSERT_OK(result);
  EXPECT_EQ(result->run, 0);
  EXPECT_EQ(ledger_rows(), "none");
}

TEST_F(Execute, RollsBackAndFindsWhatToRollBack) {
  EXPECT_EQ(ledger::find_for_rollback(db(), std::nullopt).failure().code, "LP6030");
  const plan::Plan first = make_plan({step("CREATE TABLE shop.a (x int)")});
  ASSERT_OK(execute(db(), first, options_));
  const plan::Plan second = make_plan({step("CREATE TABLE shop.b (x int)")});
  ASSERT_OK(execute(db(), second, options_));
  EXPECT_EQ(ledger::find_for_rollback(db(), std::nullopt)->run, 2);
  const Result<ledger::Entry> too_early = ledger::find_for_rollback(db(), 1);
  ASSERT_FALSE(bool(too_early));
  EXPECT_TRUE(contains(too_early.failure().hint, "roll back first: 2")) << words(too_early);
  EXPECT_EQ(ledger::find_for_rollback(db(), 7).failure().code, "LP6030");

  ExecuteOptions back = options_;
  back.kind = "rollback";
  back.rolls_back = 2;
  const plan::Plan reverse = make_plan({step("DROP TABLE shop.b")});
  ASSERT_OK(execute(db(), reverse, back));
  const std::vector<ledger::Entry> runs = entries();
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[1].state, "rolled back");
  EXPECT_EQ(runs[2].kind, "rollback");
  EXPECT_EQ(runs[2].rolls_back, 2);
  EXPECT_EQ(runs[2].state, "done");
  EXPECT_EQ(runs[2].previous_hash, runs[1].entry_hash);
  EXPECT_EQ(ledger::find_for_rollback(db(), std::nullopt)->run, 1);
  EXPECT_TRUE(contains(ledger::find_for_rollback(db(), 2).failure().message, "rolled back already"));
  EXPECT_TRUE(contains(ledger::find_for_rollback(db(), 3).failure().message, "is itself the rollback"));
}

TEST_F(Execute, ARollbackWithoutStepsHasItsEntry) {
  ASSERT_OK(execute(db(), make_plan({step("CREATE TABLE shop.a (x int)")}), options_));
  ExecuteOptions back = options_;
  back.kind = "rollback";
  back.rolls_back = 1;
  const Result<RunResult> result = execute(db(), make_plan({}), back);
  ASSERT_OK(result);
  EXPECT_EQ(result->run, 2);
  const std::vector<ledger::Entry> runs = entries();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].state, "rolled back");
  EXPECT_EQ(runs[1].state, "done");
  EXPECT_EQ(runs[1].resulting_hash, runs[0].resulting_hash);
  EXPECT_TRUE(runs[1].receipts.empty());
  ASSERT_OK(ledger::verify(db()));
  EXPECT_EQ(ledger::find_for_rollback(db(), std::nullopt).failure().code, "LP6030");
}

TEST_F(Execute, AFailureInTheMiddleUndoesEverything) {
  ASSERT_OK(execute(db(), make_plan({step("CREATE TABLE shop.first (x int)")}), options_));
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)"), step("ALTER TABLE shop.users\n  ADD COLUMN \"größe 表\" int, ADD COLUMN b nosuchtype"),
                                     step("CREATE TABLE shop.c (x int)")});
  const std::string before = live_hash(plan);
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_FALSE(bool(result));
  const Failure& failure = result.failure();
  EXPECT_EQ(failure.code, "LP6003");
  EXPECT_TRUE(contains(failure.message, "step 2 of 3")) << words(result);
  EXPECT_TRUE(contains(failure.message, "type \"nosuchtype\" does not exist")) << words(result);
  EXPECT_TRUE(contains(failure.detail, "SQLSTATE 42704\nLINE 2:   ADD COLUMN \"größe 表\" int, ADD COLUMN b nosuchtype\n" + std::string(50, ' ') + "^")) << words(result);
  EXPECT_TRUE(contains(failure.detail, "The database is as it was before.")) << words(result);
  EXPECT_EQ(live_hash(plan), before);
  EXPECT_EQ(ledger_rows(), "1 1 1");
  EXPECT_EQ(entries().size(), 1u);
}

TEST_F(Execute, MapsTheErrorToItsStepInABigGroup) {
  std::vector<plan::Step> steps;
  for (int n = 0; n < 1000; ++n) steps.push_back(step("CREATE TABLE shop.t" + std::to_string(n) + " (x int)"));
  steps[777].sql = {"SELECT 1", "CREATE TABLE shop.t5 (x int)"};
  const Result<RunResult> result = execute(db(), make_plan(steps, "SELECT 1"), options_);
  ASSERT_FALSE(bool(result));
  EXPECT_TRUE(contains(result.failure().message, "step 778 of 1000")) << words(result);
  EXPECT_EQ(value("SELECT count(*) FROM pg_tables WHERE schemaname = 'shop'"), "1");
}

TEST_F(Execute, TakesSeveralStatementsInOneStringAndCopy) {
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int); INSERT INTO shop.a VALUES (1), (2);"), step("COPY shop.a TO STDOUT"),
                                     step("CREATE FUNCTION shop.f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END")});
  ASSERT_OK(execute(db(), plan, options_));
  EXPECT_EQ(value("SELECT count(*) FROM shop.a"), "2");
}

TEST_F(Execute, RefusesAPlanForAnotherState) {
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)")});
  run("CREATE TABLE shop.other (x int)");
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(result.failure().code, "LP5005");
  EXPECT_TRUE(contains(result.failure().message, plan.source_hash));
  EXPECT_EQ(ledger_rows(), "none");
  EXPECT_EQ(value("SELECT to_regclass('shop.a') IS NULL"), "t");
}

TEST_F(Execute, RefusesAnUnprovedPlanAndTransactionControl) {
  plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)")});
  plan.source_hash.clear();
  const Result<RunResult> unproved = execute(db(), plan, options_);
  ASSERT_FALSE(bool(unproved));
  EXPECT_TRUE(contains(unproved.failure().hint, "lpc verify"));
  for (const char* sql : {"COMMIT", "CREATE TABLE shop.a (); /* x */ commit; BEGIN", "  -- x\n START TRANSACTION", "ROLLBACK", "PREPARE TRANSACTION 'x'", "SELECT 1; END"}) {
    const Status refused = check_statements({step(sql)});
    ASSERT_FALSE(bool(refused)) << sql;
    EXPECT_EQ(refused.failure().code, "LP5003");
  }
  for (const char* sql : {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END", "SELECT 'COMMIT'; SELECT 2", "ROLLBACK TO SAVEPOINT x", "PREPARE q AS SELECT 1", "PREPARE q",
                          "DO $$BEGIN COMMIT; END$$", "CREATE TABLE commit (start int)"}) {
    EXPECT_TRUE(bool(check_statements({step(sql)}))) << sql;
  }
}

TEST_F(Execute, AWrongEndIsRolledBack) {
  plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)")});
  plan.target_hash = plan.source_hash;
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(result.failure().code, "LP5006");
  EXPECT_EQ(value("SELECT to_regclass('shop.a') IS NULL"), "t");
  EXPECT_EQ(ledger_rows(), "0 0 0");
}

TEST_F(Execute, KeepsGroupsThatCommitted) {
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)", 1), step("CREATE TABLE shop.b (x int)", 2), step("CREATE TABLE shop.c (x nosuchtype)", 2)});
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_FALSE(bool(result));
  EXPECT_TRUE(contains(result.failure().detail, "Steps 1 to 1 of 3 are done and stay")) << words(result);
  EXPECT_EQ(value("SELECT (to_regclass('shop.a') IS NULL) || ' ' || (to_regclass('shop.b') IS NULL)"), "false true");
  const std::vector<ledger::Entry> runs = entries();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].state, "partial");
  EXPECT_EQ(runs[0].receipts.size(), 1u);
  EXPECT_EQ(runs[0].resulting_hash, live_hash(plan));
  const Result<ledger::Entry> partial = ledger::find_for_rollback(db(), std::nullopt);
  ASSERT_FALSE(bool(partial));
  EXPECT_EQ(partial.failure().code, "LP6030");
  EXPECT_TRUE(contains(partial.failure().message, "partial")) << words(partial);
}

TEST_F(Execute, ADeferredCheckSpeaksBeforeTheLedgerIsWritten) {
  run("CREATE TABLE shop.orders (id int, user_id int REFERENCES shop.users DEFERRABLE INITIALLY DEFERRED)");
  const plan::Plan plan = make_plan({step("INSERT INTO shop.orders VALUES (1, 1000)")});
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_FALSE(bool(result));
  EXPECT_TRUE(contains(result.failure().detail, "SQLSTATE 23503")) << words(result);
  EXPECT_EQ(value("SELECT count(*) FROM shop.orders"), "0");
  EXPECT_EQ(ledger_rows(), "0 0 0");
}

TEST_F(Execute, TriesAgainUntilTheBlockerGoes) {
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)"), step("ALTER TABLE shop.users ADD COLUMN age int")});
  pg::Connection blocker = another();
  run(blocker, "BEGIN; SELECT * FROM shop.users");
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1800));
    run(blocker, "COMMIT");
  });
  options_.lock_timeout_ms = 700;
  const Result<RunResult> result = execute(db(), plan, options_);
  later.join();
  ASSERT_OK(result);
  EXPECT_GT(result->receipts[1].attempts, 1);
  EXPECT_GE(result->receipts[1].lock_wait_ms, 700);
  EXPECT_EQ(result->receipts[0].lock_wait_ms, 0);
  EXPECT_TRUE(contains(said(), "waiting for a lock on shop.users held by pid " + std::to_string(blocker.backend_pid()))) << said();
  EXPECT_TRUE(contains(said(), "SELECT * FROM shop.users")) << said();
  EXPECT_TRUE(contains(said(), "trying again in")) << said();
}

TEST_F(Execute, GivesUpOnALockAndNamesTheHolder) {
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)"), step("ALTER TABLE shop.users ADD COLUMN age int")});
  pg::Connection blocker = another();
  run(blocker, "BEGIN; SELECT * FROM shop.users");
  options_.lock_timeout_ms = 800;
  options_.max_attempts = 1;
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(result.failure().code, "LP6004");
  EXPECT_TRUE(contains(result.failure().message, "shop.users")) << words(result);
  EXPECT_TRUE(contains(result.failure().detail, std::to_string(blocker.backend_pid()))) << words(result);
  EXPECT_EQ(ledger_rows(), "0 0 0");
}

TEST_F(Execute, OneRunAtATime) {
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)"), step("SELECT pg_sleep(3)")}, "CREATE TABLE shop.a (x int)");
  pg::Connection first = another();
  std::thread running([&] { EXPECT_TRUE(bool(execute(first, plan, {}))); });
  Result<std::optional<ledger::Holder>> holder = std::optional<ledger::Holder>();
  for (int i = 0; i < 100 && holder && !*holder; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    holder = ledger::current_run(db());
  }
  ASSERT_TRUE(bool(holder));
  ASSERT_TRUE(holder->has_value());
  EXPECT_EQ((*holder)->pid, first.backend_pid());
  const Result<RunResult> second = execute(db(), plan, options_);
  running.join();
  ASSERT_FALSE(bool(second));
  EXPECT_EQ(second.failure().code, "LP6005");
  EXPECT_TRUE(contains(second.failure().message, "pid " + std::to_string(first.backend_pid()))) << words(second);
  EXPECT_FALSE(bool(*ledger::current_run(db())));
}

TEST_F(Execute, AnInterruptRollsBack) {
  std::atomic<bool> interrupt = false;
  options_.interrupt = &interrupt;
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)", 1), step("CREATE TABLE shop.b (x int)", 2), step("SELECT pg_sleep(20)", 2)}, "CREATE TABLE shop.a (x int)");
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    interrupt = true;
  });
  const Result<RunResult> result = execute(db(), plan, options_);
  later.join();
  interrupt = false;
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(result.failure().code, "LP6032");
  EXPECT_TRUE(contains(result.failure().detail, "Steps 1 to 1 of 3 are done and stay")) << words(result);
  EXPECT_EQ(value("SELECT (to_regclass('shop.a') IS NULL) || ' ' || (to_regclass('shop.b') IS NULL)"), "false true");
  EXPECT_EQ(entries()[0].state, "partial");
  EXPECT_FALSE(bool(*ledger::current_run(db())));
}

TEST_F(Execute, AnInterruptInTheFirstGroupLeavesNothing) {
  std::atomic<bool> interrupt = false;
  options_.interrupt = &interrupt;
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)"), step("SELECT pg_sleep(20)")}, "SELECT 1");
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    interrupt = true;
  });
  const Result<RunResult> result = execute(db(), plan, options_);
  later.join();
  interrupt = false;
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(result.failure().code, "LP6032");
  EXPECT_TRUE(contains(result.failure().detail, "The database is as it was before.")) << words(result);
  EXPECT_EQ(live_hash(plan), plan.source_hash);
  EXPECT_EQ(ledger_rows(), "0 0 0");
}

TEST_F(Execute, RunsStepsOutsideATransaction) {
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)", 1), step("CREATE INDEX CONCURRENTLY users_email ON shop.users (email)", 2, false),
                                     step("CREATE TABLE shop.b (x int)", 3)},
                                    "CREATE TABLE shop.a (x int); CREATE INDEX users_email ON shop.users (email); CREATE TABLE shop.b (x int)");
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_OK(result);
  EXPECT_EQ(ledger_rows(), "1 3 3");
  EXPECT_EQ(value("SELECT string_agg(DISTINCT state, ' ') FROM lockplane.step"), "done");
  EXPECT_EQ(value("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"), "0");
  const std::vector<ledger::Entry> runs = entries();
  EXPECT_EQ(runs[0].state, "done");
  EXPECT_EQ(runs[0].receipts.size(), 3u);
}

TEST_F(Execute, NamesTheInvalidIndexThatStays) {
  run("INSERT INTO shop.users VALUES (1001, 'same'), (1002, 'same')");
  const plan::Plan plan = make_plan({step("CREATE UNIQUE INDEX CONCURRENTLY \"Users\" ON shop.users (email)", 1, false)}, "CREATE INDEX i ON shop.users (email)");
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(result.failure().code, "LP6003");
  EXPECT_TRUE(contains(result.failure().detail, "DROP INDEX CONCURRENTLY shop.\"Users\";")) << words(result);
  EXPECT_FALSE(contains(result.failure().detail, "as it was before")) << words(result);
  const std::vector<ledger::Entry> runs = entries();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].state, "partial");
  ASSERT_EQ(runs[0].receipts.size(), 1u);
  EXPECT_TRUE(contains(runs[0].receipts[0].error, "23505")) << runs[0].receipts[0].error;
  EXPECT_EQ(runs[0].resulting_hash, live_hash(plan));
}

TEST_F(Execute, AStepOutsideATransactionThatLeftNothingIsForgotten) {
  const plan::Plan plan = make_plan({step("CREATE INDEX CONCURRENTLY users_email ON shop.users (nosuchcolumn)", 1, false)}, "CREATE INDEX i ON shop.users (email)");
  const Result<RunResult> result = execute(db(), plan, options_);
  ASSERT_FALSE(bool(result));
  EXPECT_TRUE(contains(result.failure().detail, "The database is as it was before.")) << words(result);
  EXPECT_EQ(ledger_rows(), "0 0 0");
}

TEST_F(Execute, SaysWhatIsKnownWhenTheConnectionBreaks) {
  const plan::Plan plan = make_plan({step("CREATE TABLE shop.a (x int)", 1), step("CREATE TABLE shop.b (x int)", 2), step("SELECT pg_sleep(20)", 2)}, "SELECT 1");
  pg::Connection doomed = another(), killer = another();
  const std::string pid = std::to_string(doomed.backend_pid());
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    EXPECT_TRUE(bool(killer.query("SELECT pg_terminate_backend($1::int)", {pid})));
  });
  const Result<RunResult> result = execute(doomed, plan, options_);
  later.join();
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(result.failure().code, "LP6006");
  EXPECT_TRUE(contains(result.failure().detail, "Steps 1 to 1 of 3 are done and stay")) << words(result);
  EXPECT_EQ(value("SELECT (to_regclass('shop.a') IS NULL) || ' ' || (to_regclass('shop.b') IS NULL)"), "false true");
  EXPECT_EQ(entries()[0].state, "partial");
}

TEST_F(Execute, TheChainTellsOfAChangedRow) {
  ASSERT_OK(execute(db(), make_plan({step("CREATE TABLE shop.a (x int)")}), options_));
  ASSERT_OK(execute(db(), make_plan({step("CREATE TABLE shop.b (x int)")}), options_));
  ASSERT_OK(ledger::verify(db()));
  for (const char* change : {"UPDATE lockplane.run SET actor = 'nobody' WHERE run = 2", "UPDATE lockplane.run SET plan = '{}' WHERE run = 2",
                             "UPDATE lockplane.ledger SET receipts = '[]' WHERE entry = 2", "UPDATE lockplane.ledger SET finished_at = finished_at + '1 us' WHERE entry = 2",
                             "DELETE FROM lockplane.run WHERE run = 2", "DELETE FROM lockplane.ledger WHERE entry = 1"}) {
    run("BEGIN");
    run(change);
    const Status chain = ledger::verify(db());
    ASSERT_FALSE(bool(chain)) << change;
    EXPECT_EQ(chain.failure().code, "LP6033");
    EXPECT_TRUE(contains(chain.failure().message, "entry 2")) << change << "\n" << words(chain);
    run("ROLLBACK");
  }
  ASSERT_OK(ledger::verify(db()));
}

TEST_F(Execute, TimestampsDontDependOnTheSession) {
  ASSERT_OK(execute(db(), make_plan({step("CREATE TABLE shop.a (x int)")}), options_));
  run("SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'SQL, DMY'");
  ASSERT_OK(ledger::verify(db()));
  EXPECT_EQ(entries()[0].receipts.back().finished_at, entries()[0].finished_at);
}

TEST_F(Execute, TellsARoleWhatItNeeds) {
  ASSERT_OK((**server_)->ensure_role("poor owner"));
  run("ALTER SCHEMA shop OWNER TO \"poor owner\"; ALTER TABLE shop.users OWNER TO \"poor owner\"; REVOKE TEMPORARY, CREATE ON DATABASE " + ident(db().database()).text + " FROM PUBLIC");
  run("ALTER ROLE \"poor owner\" LOGIN");
  const plan::Plan plan = make_plan({step("ALTER TABLE shop.users ADD COLUMN age int")});
  pg::Connection poor = another("'poor owner'");
  const Result<RunResult> refused = execute(poor, plan, options_);
  ASSERT_FALSE(bool(refused));
  EXPECT_EQ(refused.failure().code, "LP6007");
  EXPECT_TRUE(contains(refused.failure().hint, "GRANT CREATE ON DATABASE " + ident(db().database()).text + " TO \"poor owner\"")) << words(refused);

  run("CREATE TABLE public.mark ()");
  ASSERT_OK(execute(db(), make_plan({step("DROP TABLE public.mark")}), options_));    // the superuser makes the ledger
  const Result<RunResult> still_refused = execute(poor, plan, options_);
  ASSERT_FALSE(bool(still_refused));
  EXPECT_EQ(still_refused.failure().code, "LP6007") << words(still_refused);
  const std::string hint = still_refused.failure().hint;
  ASSERT_TRUE(contains(hint, "GRANT USAGE")) << words(still_refused);
  EXPECT_EQ(ledger::read(poor).failure().code, "LP6007");
  run(hint.substr(hint.find("GRANT")));
  const Result<RunResult> half_granted = execute(poor, plan, options_);
  if (!half_granted) run(half_granted.failure().hint.substr(half_granted.failure().hint.find("GRANT")));
  ASSERT_OK(half_granted ? half_granted : execute(poor, plan, options_));
  EXPECT_EQ(entries().back().server_role, "poor owner");

  const plan::Plan foreign = make_plan({step("CREATE TABLE public.x (x int)")});
  run("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const Result<RunResult> no_right = execute(poor, make_plan({step("CREATE TABLE public.x (x int)")}), options_);
  ASSERT_FALSE(bool(no_right));
  EXPECT_EQ(no_right.failure().code, "LP6007") << words(no_right);
  EXPECT_TRUE(contains(no_right.failure().message, "role `poor owner`")) << words(no_right);
}

TEST_F(Execute, AnOrdinaryRoleOwnsItsLedger) {
  ASSERT_OK((**server_)->ensure_role("owner"));
  run("ALTER ROLE owner LOGIN; ALTER SCHEMA shop OWNER TO owner; ALTER TABLE shop.users OWNER TO owner; GRANT CREATE ON DATABASE " + ident(db().database()).text + " TO owner");
  pg::Connection owner = another("owner");
  ASSERT_OK(execute(owner, make_plan({step("ALTER TABLE shop.users ADD COLUMN age int")}), options_));
  ASSERT_OK(execute(owner, make_plan({step("ALTER TABLE shop.users DROP COLUMN age")}), options_));
  ASSERT_OK(execute(owner, make_plan({step("CREATE INDEX CONCURRENTLY i ON shop.users (email)", 1, false)}, "CREATE INDEX i ON shop.users (email)"), options_));
  ASSERT_OK(ledger::verify(owner));
  EXPECT_FALSE(bool(owner.execute("UPDATE lockplane.ledger SET error = 'x'")));    // rows are only added
}

TEST_F(Execute, RefusesAForeignSchema) {
  run("CREATE SCHEMA lockplane");
  const Result<RunResult> result = execute(db(), make_plan({step("CREATE TABLE shop.a (x int)")}), options_);
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(result.failure().code, "LP6034") << words(result);
}

TEST_F(Execute, KeepsPasswordsToItself) {
  const std::string sql = "CREATE USER MAPPING FOR CURRENT_USER SERVER nosuch OPTIONS (user 'me', password 'h1dden')";
  const Result<RunResult> failed = execute(db(), make_plan({step(sql)}), options_);
  ASSERT_FALSE(bool(failed));
  EXPECT_FALSE(contains(words(failed), "h1dden")) << words(failed);
  EXPECT_TRUE(contains(failed.failure().detail, "password '***'")) << words(failed);

  plan::Plan plan = make_plan({step("DO $$ BEGIN EXECUTE 'SELECT 1'; END $$"), step("CREATE TABLE shop.a (password text)")});
  plan.reverse = {step(sql)};
  ASSERT_OK(execute(db(), plan, options_));
  EXPECT_EQ(value("SELECT count(*) FROM lockplane.run WHERE plan::text ~ 'h1dden'"), "0");
  EXPECT_FALSE(bool(check_statements(plan::from_json(entries()[0].plan)->reverse)));
}

TEST(Passwords, AreMaskedAndPositionsMoved) {
  int position = 36;
  EXPECT_EQ(ledger::mask_passwords("ALTER ROLE a PASSWORD 'täglich neu' VALID", &position), "ALTER ROLE a PASSWORD '***' VALID");
  EXPECT_EQ(position, 28);
  EXPECT_EQ(ledger::mask_passwords("CREATE SUBSCRIPTION s CONNECTION 'host=x password=y' PUBLICATION p"), "CREATE SUBSCRIPTION s CONNECTION '***' PUBLICATION p");
  for (const char* sql : {"COMMENT ON COLUMN u.password IS 'x'", "CREATE TABLE t (password text DEFAULT 'x')", "SELECT 'password=x'"}) EXPECT_EQ(ledger::mask_passwords(sql), sql);
}

TEST(Batches, AreCutAtGroupsAndLoneSteps) {
  const auto make = [](int group, bool transactional) {
    plan::Step step;
    step.group = group;
    step.transactional = transactional;
    return step;
  };
  const std::vector<Batch> batches = cut_into_batches({make(1, true), make(1, true), make(1, false), make(1, true), make(2, true), make(3, false), make(3, false)});
  ASSERT_EQ(batches.size(), 6u);
  EXPECT_EQ(batches[0].count, 2u);
  EXPECT_FALSE(batches[1].transactional);
  EXPECT_EQ(batches[3].first, 4u);
  EXPECT_EQ(batches[5].number, 6);
  EXPECT_TRUE(fits_pipeline("SELECT ';' ; -- end"));
  EXPECT_FALSE(fits_pipeline("SELECT 1; SELECT 2"));
  EXPECT_FALSE(fits_pipeline("/* x */ copy t FROM STDIN"));
  EXPECT_TRUE(is_concurrent("DROP INDEX concurrently x"));
  EXPECT_FALSE(is_concurrent("CREATE INDEX \"concurrently\" ON t (x)"));
}

}  // namespace
}  // namespace lpc::execute
