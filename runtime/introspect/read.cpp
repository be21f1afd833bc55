#include "introspect/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <optional>
#include <set>
#include <string>

#include "introspect/dependencies.h"
#include "introspect/macros.h"
#include "introspect/security_labels.h"
#include "introspect/unmodelled.h"

namespace lpc::introspect {

namespace {

// Everything that changes how the server prints expressions and constants, so that equal objects give equal text whoever asks; then what would only cost
// time: compiling the big queries, workers for catalogs of a few thousand rows, trying orders of joins that are written in a good one, nested loops over the copy of a
// table that the planner takes for empty, and reading all of a small catalog where a look into its index will do (the catalogs are in memory). https://www.postgresql.org/docs/15/runtime-config-client.html
constexpr const char* kSettings = R"sql(SELECT pg_catalog.set_config(s.name, s.value, true) FROM (VALUES
  ('search_path', ''), ('DateStyle', 'ISO, MDY'), ('IntervalStyle', 'postgres'), ('TimeZone', 'UTC'), ('extra_float_digits', '1'), ('bytea_output', 'hex'),
  ('quote_all_identifiers', 'off'), ('standard_conforming_strings', 'on'), ('xmlbinary', 'base64'), ('lc_monetary', 'C'),
  ('statement_timeout', '0'), ('jit', 'off'), ('max_parallel_workers_per_gather', '0'), ('work_mem', '65536'),
  ('join_collapse_limit', '1'), ('enable_material', 'off'), ('random_page_cost', '1')) s(name, value))sql";

constexpr const char* kBegin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr const char* kSavepoint = "lockplane_introspect";
/// Relations from which on a second session is worth its start: then a snapshot for it.
constexpr std::string_view kSizeQuery = "SELECT CASE WHEN count(*) > 4000 THEN pg_catalog.pg_export_snapshot() END FROM pg_catalog.pg_class";
/// As KindTraits::introspection_cost, for the queries that belong to no kind.
constexpr int kDependenciesCost = 35;
constexpr int kCandidatesCost = 10;

/// The newest query of the kind that the server is new enough for.
std::string_view query_for(const kinds::Kind& kind, int server_version) {
  for (const kinds::IntrospectQuery& query : kind.introspect) {
    if (query.from_version <= server_version) return query.sql;
  }
  return {};
}

/// In one row the snapshot (null of a small database, or within a caller's transaction, which must not go on in another session), in others the names of kinds of which
/// there is nothing: planning the queries of all kinds would take longer than all else in a small database.
std::string first_look_query(bool with_snapshot) {
  std::string text(with_snapshot ? kSizeQuery : "SELECT NULL");
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    const std::string_view rows = kind->traits.found_in;
    if (!rows.empty()) text += sql(" UNION ALL SELECT {} WHERE NOT EXISTS (SELECT FROM pg_catalog.{})", literal(kind_name(kind->id)), fragment(rows)).text;
  }
  return text;
}

/// What becomes of a statement's answer.
struct Answer {
  pg::Rows* target = nullptr;                ///< null: nobody keeps it
  const kinds::Kind* kind = nullptr;         ///< whose query it is about, if any
  bool is_of_kind = false;                   ///< the rows of that query, for OnKind
};

/// One session's pipeline.
struct Batch {
  std::vector<pg::Query> queries;
  std::vector<Answer> answers;

  void add(std::string sql, Answer answer = {}) {
    queries.push_back({std::move(sql), {}});
    answers.push_back(answer);
  }
};

Status run(pg::Connection& connection, const Batch& batch, const OnKind& on_kind) {
  const Status done = connection.pipeline(batch.queries, [&](std::size_t i, pg::Rows rows) {
    const Answer& answer = batch.answers[i];
    if (answer.is_of_kind) on_kind(*answer.kind, rows);
    if (answer.target) *answer.target = std::move(rows);
  });
  if (done) return ok();
  Failure failure = done.failure();
  const std::size_t at = connection.last_error() ? connection.last_error()->statement : batch.answers.size();
  if (at < batch.answers.size() && batch.answers[at].kind) failure.message += fmt::format(" (reading each {})", kind_name(batch.answers[at].kind->id));
  return failure;
}

struct Question {
  std::string name;              ///< as a prepared statement
  std::string query;
  Answer answer;
  int cost;
};

class Reader {
 public:
  Reader(pg::Connection& connection, const ReadOptions& options, const OnKind& on_kind) : connection_(connection), options_(options), on_kind_(on_kind) {}

  Result<Reading> run() {
    LP_DO(look());
    const Status found = options_.again && snapshot_.empty() ? find_prepared() : ok();
    const Status done = !found ? found : snapshot_.empty() ? read_alone() : read_in_two();
    if (!done) {
      leave();
      return done.failure();
    }
    return std::move(reading_);
  }

 private:
  /// What there is to read, and for a big database a snapshot, so that a second session can see what this one sees.
  Status look() {
    const std::string start = options_.in_transaction ? sql("SAVEPOINT {}", ident(kSavepoint)).text : kBegin;
    auto found = connection_.pipeline({{start, {}}, {kSettings, {}}, {first_look_query(!options_.in_transaction), {}}});
    if (!found && !options_.in_transaction) {    // a server that can't export snapshots
      leave();
      found = connection_.pipeline({{start, {}}, {kSettings, {}}, {first_look_query(false), {}}});
    }
    if (!found) {
      leave();
      return found.failure();
    }
    const pg::Rows& rows = found->back();
    if (!rows.is_null(0, 0)) snapshot_ = rows.at(0, 0);
    for (int row = 1; row < rows.size(); ++row) absent_.emplace(rows(row, 0));
    return ok();
  }

  Status read_alone() {
    Batch batch;
    fill(batch, batch);
    end(batch);
    return introspect::run(connection_, batch, on_kind_);
  }

  Status read_in_two() {
    Batch first, second;
    fill(first, second);
    second.add("COMMIT");
    bool opened = false;
    std::future<Status> other = std::async(std::launch::async, [&]() -> Status {
      std::optional<pg::Connection> session = second_session();
      opened = session.has_value();
      return opened ? introspect::run(*session, second, on_kind_) : ok();
    });
    const Status done = introspect::run(connection_, first, on_kind_);
    const Status other_done = other.get();
    if (!done) return done;
    if (!other_done) return other_done;
    // Whatever kept the second session from being opened, one will do.
    return opened ? connection_.execute("COMMIT") : introspect::run(connection_, second, on_kind_);
  }

  std::optional<pg::Connection> second_session() const {
    auto session = connection_.another();
    if (!session || !session->execute(kBegin) || !session->execute(sql("SET TRANSACTION SNAPSHOT {}", literal(snapshot_))) || !session->execute(kSettings)) return std::nullopt;
    return std::move(*session);
  }

  Status find_prepared() {
    LP_TRY(const pg::Rows rows, connection_.query("SELECT name FROM pg_catalog.pg_prepared_statements"));
    for (int row = 0; row < rows.size(); ++row) prepared_.emplace(rows(row, 0));
    return ok();
  }

  /// With two sessions, each query goes to the one that has less to do.
  void fill(Batch& first, Batch& second) {
    std::vector<Question> questions;
    questions.push_back({"lockplane_system_catalogs", kSystemCatalogQuery, {.target = &reading_.system_catalogs}, 1});
    const int server_version = connection_.server_version_num();
    for (const kinds::Kind* kind : kinds::all_kinds()) {
      const std::string_view query = query_for(*kind, server_version);
      if (query.empty() || absent_.contains(kind_name(kind->id))) continue;
      questions.push_back({fmt::format("lockplane_{}", kind_name(kind->id)), expand_macros(query), {.kind = kind, .is_of_kind = true}, kind->traits.introspection_cost});
    }
    questions.push_back({"lockplane_labels", kSecurityLabelQuery, {.target = &reading_.labels}, 1});
    if (!options_.hash_only) {
      questions.push_back({"lockplane_dependencies", kDependencyQuery, {.target = &reading_.dependencies}, kDependenciesCost});
      questions.push_back({"lockplane_candidates", expand_macros(kCandidateQuery), {.target = &reading_.candidates}, kCandidatesCost});
    }
    if (!snapshot_.empty()) std::stable_sort(questions.begin(), questions.end(), [](const Question& a, const Question& b) { return a.cost > b.cost; });
    std::array<int, 2> loads = {0, 0};
    for (Question& question : questions) {
      const std::size_t lighter = loads[0] <= loads[1] ? 0 : 1;
      loads[lighter] += question.cost;
      add(lighter == 0 ? first : second, question);
    }
  }

  void add(Batch& batch, Question& question) const {
    if (!options_.again || !snapshot_.empty()) return batch.add(std::move(question.query), question.answer);
    const Sql name = ident(question.name);
    if (!prepared_.contains(question.name)) batch.add(sql("PREPARE {} AS {}", name, fragment(question.query)).text, {.kind = question.answer.kind});
    batch.add(sql("EXECUTE {}", name).text, question.answer);
  }

  void end(Batch& batch) const {
    if (options_.in_transaction) {    // going back to the savepoint brings the caller's settings back
      batch.add(sql("ROLLBACK TO SAVEPOINT {}", ident(kSavepoint)).text);
      batch.add(sql("RELEASE SAVEPOINT {}", ident(kSavepoint)).text);
    } else {
      batch.add("COMMIT");
    }
  }

  /// After an error: the caller's transaction goes on, one of our own doesn't.
  void leave() {
    if (connection_.is_connection_lost()) return;
    if (options_.in_transaction) {
      (void)connection_.execute(sql("ROLLBACK TO SAVEPOINT {}", ident(kSavepoint)));
    } else if (connection_.transaction_state() != pg::TransactionState::kIdle) {
      (void)connection_.execute("ROLLBACK");
    }
  }

  pg::Connection& connection_;
  const ReadOptions options_;
  const OnKind& on_kind_;
  std::string snapshot_;              ///< of a big database, for the second session
  std::set<std::string, std::less<>> absent_;    ///< kinds of which the database has nothing
  std::set<std::string> prepared_;    ///< names that the session has
  Reading reading_;
};

}  // namespace

Result<Reading> read(pg::Connection& connection, const ReadOptions& options, const OnKind& on_kind) { return Reader(connection, options, on_kind).run(); }

}  // namespace lpc::introspect
