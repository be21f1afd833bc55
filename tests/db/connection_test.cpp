// pg::Connection against a real server: pipelines, errors, interrupts, and what is shown of connection strings.
#include "pg/connection.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "pg/conninfo.h"
#include "shadow/embedded.h"

namespace lpc::pg {
namespace {

class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = shadow::open_shadow({});
    ASSERT_TRUE(bool(server_)) << server_.failure().message;
    connection_ = (*server_)->create_database();
    ASSERT_TRUE(bool(connection_)) << connection_.failure().message;
  }
  std::string conninfo() { return dynamic_cast<shadow::EmbeddedServer&>(**server_).conninfo(connection_->database()); }

  Result<std::unique_ptr<shadow::ShadowServer>> server_ = Failure{};
  Result<Connection> connection_ = Failure{};
};

TEST_F(ConnectionTest, QueriesWithParameters) {
  const Result<Rows> rows = connection_->query("SELECT $1::text AS a, $2::int + 1 AS b, $3::text AS c", {"x'y", "41", std::nullopt});
  ASSERT_TRUE(bool(rows));
  EXPECT_EQ(rows->at(0, 0), "x'y");
  EXPECT_EQ(rows->integer(0, 1), 42);
  EXPECT_TRUE(rows->is_null(0, 2));
  EXPECT_EQ(rows->find_column("b"), 1);
  EXPECT_EQ(rows->find_column("z"), std::nullopt);
  EXPECT_EQ(connection_->query("CREATE TABLE t AS SELECT generate_series(1, 7) AS n")->affected(), 7);
  EXPECT_EQ(connection_->query("UPDATE t SET n = n WHERE n > 2")->affected(), 5);
}

TEST_F(ConnectionTest, PipelinesMegabytesBothWays) {
  std::vector<Query> queries = {{"CREATE TABLE big (n int, body text)"}};
  const std::string body(20000, 'x');
  for (int n = 0; n < 3000; ++n) queries.push_back({"INSERT INTO big VALUES (" + std::to_string(n) + ", $1) RETURNING body", {body}});
  const Result<std::vector<Rows>> results = connection_->pipeline(queries);
  ASSERT_TRUE(bool(results)) << results.failure().message;
  ASSERT_EQ(results->size(), queries.size());
  EXPECT_EQ(results->back().at(0, 0), body);
  EXPECT_EQ(connection_->query("SELECT count(*) FROM big")->integer(0, 0), 3000);
}

TEST_F(ConnectionTest, PipelineNamesTheStatementThatFailed) {
  std::vector<Query> queries;
  for (int n = 0; n < 500; ++n) queries.push_back({"CREATE TABLE t" + std::to_string(n) + " ()"});
  queries[321].sql = "CREATE TABLE t321 (a nosuchtype)";
  const Result<std::vector<Rows>> results = connection_->pipeline(queries);
  ASSERT_FALSE(bool(results));
  EXPECT_EQ(results.failure().code, "LP6003");
  ASSERT_TRUE(connection_->last_error().has_value());
  EXPECT_EQ(connection_->last_error()->statement, 321u);
  EXPECT_EQ(connection_->last_error()->sqlstate, "42704");
  EXPECT_EQ(connection_->last_error()->sql, queries[321].sql);
  EXPECT_NE(results.failure().detail.find("LINE 1: CREATE TABLE t321 (a nosuchtype)"), std::string::npos) << results.failure().detail;
  EXPECT_EQ(connection_->query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")->integer(0, 0), 0);    // one transaction
  EXPECT_TRUE(bool(connection_->pipeline({{"SELECT 1"}, {"SELECT 2"}})));
}

TEST_F(ConnectionTest, PipelineHandsOverSoonWhatIsWantedSoon) {
  std::vector<std::chrono::steady_clock::time_point> answered;
  ASSERT_TRUE(bool(connection_->pipeline({{.sql = "SELECT 1", .soon = true}, {"SELECT pg_sleep(0.5)"}},
                                         [&](std::size_t, const Rows&) { answered.push_back(std::chrono::steady_clock::now()); })));
  ASSERT_EQ(answered.size(), 2u);
  EXPECT_GT(answered[1] - answered[0], std::chrono::milliseconds(300));
}

TEST_F(ConnectionTest, ExecuteRunsSeveralStatementsAndRefusesCopy) {
  EXPECT_TRUE(bool(connection_->execute("CREATE TABLE a (); CREATE TABLE b ()")));
  EXPECT_FALSE(bool(connection_->execute("CREATE TABLE c (); SELECT 1/0")));
  EXPECT_EQ(connection_->last_error()->sqlstate, "22012");
  EXPECT_FALSE(bool(connection_->execute("COPY a FROM STDIN")));
  EXPECT_TRUE(bool(connection_->execute("COPY pg_class TO STDOUT")));
  EXPECT_EQ(connection_->query("SELECT to_regclass('c') IS NULL")->at(0, 0), "t");
}

TEST_F(ConnectionTest, TheInterruptFlagCancelsWhatRuns) {
  std::atomic<bool> interrupt = false;
  connection_->set_interrupt(&interrupt);
  std::thread later([&]() {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    interrupt = true;
  });
  const Status slept = connection_->execute("SELECT pg_sleep(20)");
  later.join();
  ASSERT_FALSE(bool(slept));
  EXPECT_EQ(slept.failure().code, "LP6032");
  connection_->set_interrupt(nullptr);
  EXPECT_TRUE(bool(connection_->execute("SELECT 1")));
}

TEST_F(ConnectionTest, ALostConnectionIsKnown) {
  Result<Connection> other = (*server_)->connect(connection_->database());
  ASSERT_TRUE(bool(other));
  ASSERT_TRUE(bool(other->query("SELECT pg_terminate_backend($1::int)", {std::to_string(connection_->backend_pid())})));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const Status status = connection_->execute("SELECT 1");
  ASSERT_FALSE(bool(status));
  EXPECT_EQ(status.failure().code, "LP6006");
  EXPECT_TRUE(connection_->is_connection_lost());
  const Result<std::vector<Rows>> results = connection_->pipeline({{"SELECT 1"}});
  ASSERT_FALSE(bool(results));
  EXPECT_EQ(results.failure().code, "LP6006");
}

TEST_F(ConnectionTest, OpenSaysWhatIsWrong) {
  const Result<Connection> missing = Connection::open(conninfo() + " dbname=nowhere");
  ASSERT_FALSE(bool(missing));
  EXPECT_EQ(missing.failure().code, "LP6009") << missing.failure().detail;
  const Result<Connection> refused = Connection::open(conninfo() + " user=nobody_here");
  ASSERT_FALSE(bool(refused));
  EXPECT_EQ(refused.failure().code, "LP6002");
  EXPECT_NE(refused.failure().detail.find("role \"nobody_here\" does not exist"), std::string::npos);
  EXPECT_EQ(refused.failure().detail.find("28000"), std::string::npos);
  const Result<Connection> unreachable = Connection::open("postgresql://me:s3cret@127.0.0.1:1/db");
  ASSERT_FALSE(bool(unreachable));
  EXPECT_EQ(unreachable.failure().code, "LP6001");
  EXPECT_EQ((unreachable.failure().message + unreachable.failure().detail).find("s3cret"), std::string::npos);
  EXPECT_NE(unreachable.failure().message.find("`127.0.0.1:1` (database `db`, user `me`)"), std::string::npos) << unreachable.failure().message;
  for (const char* broken : {"postgres://me:s3c/ret@host/db", "postgres://me:s3c@ret@nohost.invalid/db", "host=a password='s3cret"}) {
    const Result<Connection> unread = Connection::open(broken);
    ASSERT_FALSE(bool(unread));
    const std::string all = unread.failure().message + unread.failure().detail + unread.failure().hint;
    EXPECT_EQ(all.find("s3c"), std::string::npos) << all;
  }
}

TEST_F(ConnectionTest, NoticesReachTheirHandler) {
  std::vector<std::string> messages;
  connection_->set_notice_handler([&](const Notice& notice) { messages.push_back(notice.severity + " " + notice.message); });
  EXPECT_TRUE(bool(connection_->execute("DROP TABLE IF EXISTS missing")));
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0], "NOTICE table \"missing\" does not exist, skipping");
}

TEST(Conninfo, NeverShowsAPassword) {
  EXPECT_EQ(redacted("postgres://u:p@h:5432/d"), "postgres://u@h:5432/d");
  EXPECT_EQ(redacted("postgres://u:p@ss/w@h/d?password=x&sslmode=require"), "postgres://u@h/d?sslmode=require");
  EXPECT_EQ(redacted("postgres:///d"), "postgres:///d");
  EXPECT_EQ(redacted("host=h password='a b' dbname=d"), "dbname=d host=h");
  EXPECT_EQ(redacted("password='unterminated"), "***");
  EXPECT_TRUE(looks_like_conninfo("host=/tmp dbname=x"));
  EXPECT_FALSE(looks_like_conninfo("schema/shop.lp"));
}

TEST(ServerErrorText, CaretStandsUnderTheCharacter) {
  EXPECT_EQ(caret_lines("SELECT 1;\nSELECT x FROM t", 18), "LINE 2: SELECT x FROM t\n               ^");
  EXPECT_EQ(caret_lines("SELECT 'äö', x", 14), "LINE 1: SELECT 'äö', x\n                     ^");
  EXPECT_EQ(caret_lines("SELECT 1", 0), "");
  const std::string line = caret_lines(std::string(300, 'a') + "X" + std::string(300, 'b'), 301);
  const std::size_t newline = line.find('\n');
  EXPECT_EQ(line[line.find('^') - newline - 1], 'X');
}

}  // namespace
}  // namespace lpc::pg
