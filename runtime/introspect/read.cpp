#include "introspect/read.h"

#include <fmt/format.h>

#include <future>
#include <map>
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
/// Relations from which on a second session is worth its start: then a snapshot for it, else null. They are counted only where there may be so many.
constexpr const char* kSnapshotQuery =
    "SELECT CASE WHEN pg_catalog.pg_relation_size('pg_catalog.pg_class'::pg_catalog.regclass) > 800000 THEN "
    "CASE WHEN (SELECT count(*) FROM pg_catalog.pg_class) > 4000 THEN pg_catalog.pg_export_snapshot() END END";

/// The newest query of the kind that the server is new enough for.
std::string_view query_for(const kinds::Kind& kind, int server_version) {
  for (const kinds::IntrospectQuery& query : kind.introspect) {
    if (query.from_version <= server_version) return query.sql;
  }
  return {};
}

/// As a prepared statement, and when there is nothing to ask it for: "lockplane_index", "lockplane_index_1" for the first of its details.
std::string name_of(const kinds::Kind& kind, const kinds::DetailQuery* detail = nullptr) {
  const std::string name = fmt::format("lockplane_{}", kind_name(kind.id));
  return detail == nullptr ? name : fmt::format("{}_{}", name, detail - kind.details.data() + 1);
}

/// What a query is worth asking for: its name, and rows of a system catalog.
struct Sought {
  std::string name;
  std::string_view catalog;      ///< or whatever else can follow FROM
  std::string_view condition;    ///< "" for any row
};

std::vector<Sought> find_sought() {
  std::vector<Sought> all;
  const auto add = [&](std::string name, std::string_view rows) {
    constexpr std::string_view kWhere = " where ";
    if (rows.empty()) return;
    const std::size_t where = rows.starts_with('(') ? std::string_view::npos : rows.find(kWhere);
    all.push_back({std::move(name), rows.substr(0, where), where == std::string_view::npos ? std::string_view() : rows.substr(where + kWhere.size())});
  };
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    add(name_of(*kind), kind->traits.found_in);
    for (const kinds::DetailQuery& detail : kind->details) add(name_of(*kind, &detail), detail.found_in);
  }
  return all;
}

const std::vector<Sought>& all_sought() {
  static const std::vector<Sought> all = find_sought();
  return all;
}

/// The names of queries for which there is nothing: planning those of all kinds would take longer than all else in a small database. For the same reason this asks each
/// catalog once, and of those that are empty at first only for their size. (One that has been emptied keeps its size for a while; then it is asked for nothing.)
std::string make_look_query() {
  std::vector<Sql> sizes, parts;
  const auto add_alone = [&](const Sought& sought) {
    const Sql where = sought.condition.empty() ? Sql() : sql(" WHERE {}", fragment(sought.condition));
    parts.push_back(sql("SELECT {} WHERE NOT EXISTS (SELECT FROM {}{})", literal(sought.name), fragment(sought.catalog), where));
  };
  std::map<std::string_view, std::vector<Sought>> by_catalog;
  for (const Sought& sought : all_sought()) {
    const bool has_subquery = sought.condition.find("exists") != std::string_view::npos;    // which a join answers at once, and bool_or() row by row
    if (sought.catalog.starts_with('(') || has_subquery) {
      add_alone(sought);
    } else if (sought.condition.empty()) {
      sizes.push_back(sql("({}, {}::regclass)", literal(sought.name), literal(sought.catalog)));
    } else {
      by_catalog[sought.catalog].push_back(sought);
    }
  }
  if (!sizes.empty()) parts.push_back(sql("SELECT s.name FROM (VALUES {}) s(name, catalog) WHERE pg_catalog.pg_relation_size(s.catalog) = 0", join(sizes, ", ")));
  for (const auto& [catalog, group] : by_catalog) {
    if (group.size() == 1) {
      add_alone(group.front());
      continue;
    }
    std::vector<Sql> columns, rows;
    for (const Sought& sought : group) {
      const std::string column = fmt::format("f{}", columns.size());
      columns.push_back(sql("bool_or({}) AS {}", fragment(sought.condition), ident(column)));
      rows.push_back(sql("({}, c.{})", literal(sought.name), ident(column)));
    }
    parts.push_back(sql("SELECT f.name FROM (SELECT {} FROM {}) c CROSS JOIN LATERAL (VALUES {}) f(name, found) WHERE f.found IS NOT TRUE", join(columns, ", "), fragment(catalog), join(rows, ", ")));
  }
  return join(parts, " UNION ALL ").text;
}

const std::string& look_query() {
  static const std::string text = make_look_query();
  return text;
}

/// Catalogs that hold no rows of users, as far as that follows.
std::set<std::string_view> bare_catalogs(const std::set<std::string, std::less<>>& absent) {
  std::set<std::string_view> bare;
  for (const Sought& sought : all_sought()) {
    if (absent.contains(sought.name) && (sought.condition.empty() || sought.condition == "oid >= 16384")) bare.insert(sought.catalog);
  }
  return bare;
}

/// What becomes of a statement's answer.
struct Answer {
  pg::Rows* target = nullptr;                    ///< null: nobody keeps it
  const kinds::Kind* kind = nullptr;             ///< whose query it is about, if any
  const kinds::DetailQuery* detail = nullptr;    ///< of the kind's, if it is one of them
  bool is_of_kind = false;                       ///< the rows of that query, for OnKind
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
    if (answer.is_of_kind) on_kind(*answer.kind, answer.detail, rows);
    if (answer.target) *answer.target = std::move(rows);
  });
  if (done) return ok();
  Failure failure = done.failure();
  const std::size_t at = connection.last_error() ? connection.last_error()->statement : batch.answers.size();
  if (at < batch.answers.size() && batch.answers[at].kind) failure.message += fmt::format(" (reading each {})", kind_name(batch.answers[at].kind->id));
  return failure;
}

/// Which of the questions a session asks, where there are two (KindTraits::asked_beside).
enum class Share { all, beside, rest };

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
  /// What there is to read, and for a big database a snapshot, so that a second session can see what this one sees. A caller's transaction must not go on in another one.
  Status look() {
    Status found = look(!options_.in_transaction);
    if (!found && !options_.in_transaction && snapshot_.empty()) {    // a server that can't export snapshots
      leave();
      found = look(false);
    }
    if (!found) leave();
    return found;
  }

  Status look(bool with_snapshot) {
    std::vector<pg::Query> queries{{options_.in_transaction ? sql("SAVEPOINT {}", ident(kSavepoint)).text : kBegin, {}}};
    const std::size_t snapshot_at = queries.size();
    if (with_snapshot) queries.push_back({.sql = kSnapshotQuery, .soon = true});
    queries.push_back({kSettings, {}});
    queries.push_back({look_query(), {}});
    return connection_.pipeline(queries, [&](std::size_t i, const pg::Rows& rows) {
      if (with_snapshot && i == snapshot_at) {
        if (rows.is_null(0, 0)) return;
        snapshot_ = rows.at(0, 0);
        fill(beside_, Share::beside);
        beside_.add("COMMIT");
        second_ = std::async(std::launch::async, [this] { return read_beside(); });    // it starts while the look goes on
      } else if (i + 1 == queries.size()) {
        for (int row = 0; row < rows.size(); ++row) absent_.emplace(rows(row, 0));
      }
    });
  }

  Status read_alone() {
    Batch batch;
    fill(batch, Share::all);
    end(batch);
    return introspect::run(connection_, batch, on_kind_);
  }

  Status read_in_two() {
    Batch rest;
    fill(rest, Share::rest);
    const Status done = introspect::run(connection_, rest, on_kind_);
    Result<bool> beside = second_.get();
    if (!done) return done;    // of the caller's session, whose last_error() it is
    LP_TRY(const bool is_read, std::move(beside));
    // Whatever kept the second session from being opened, one will do.
    return is_read ? connection_.execute("COMMIT") : introspect::run(connection_, beside_, on_kind_);
  }

  /// False when there can't be a second session.
  Result<bool> read_beside() {
    std::optional<pg::Connection> session = second_session();
    if (!session) return false;
    LP_DO(introspect::run(*session, beside_, on_kind_));
    return true;
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

  void fill(Batch& batch, Share share) {
    const auto is_asked = [share](bool beside) { return share == Share::all || beside == (share == Share::beside); };
    if (is_asked(false)) add(batch, "lockplane_system_catalogs", kSystemCatalogQuery, {.target = &reading_.system_catalogs});
    const int server_version = connection_.server_version_num();
    for (const kinds::Kind* kind : kinds::all_kinds()) {
      const std::string_view query = query_for(*kind, server_version);
      const std::string name = name_of(*kind);
      if (query.empty() || absent_.contains(name)) continue;
      if (is_asked(kind->traits.asked_beside)) add(batch, name, expand_macros(query), {.kind = kind, .is_of_kind = true});
      for (const kinds::DetailQuery& detail : kind->details) {
        const std::string detail_name = name_of(*kind, &detail);
        if (!is_asked(detail.asked_beside) || absent_.contains(detail_name)) continue;
        add(batch, detail_name, expand_macros(detail.sql), {.kind = kind, .detail = &detail, .is_of_kind = true});
      }
    }
    if (is_asked(false)) add(batch, "lockplane_labels", kSecurityLabelQuery, {.target = &reading_.labels});
    if (!is_asked(true) || options_.hash_only) return;
    add(batch, "lockplane_dependencies", kDependencyQuery, {.target = &reading_.dependencies});
    // The text depends on the database, and so the name that it is prepared under.
    std::string candidates = expand_macros(candidate_query(bare_catalogs(absent_)));
    add(batch, fmt::format("lockplane_candidates_{:x}", std::hash<std::string>{}(candidates)), std::move(candidates), {.target = &reading_.candidates});
  }

  /// Under its name when it is to be a prepared statement.
  void add(Batch& batch, const std::string& name, std::string query, const Answer& answer) const {
    if (!options_.again || !snapshot_.empty()) return batch.add(std::move(query), answer);
    if (!prepared_.contains(name)) batch.add(sql("PREPARE {} AS {}", ident(name), fragment(query)).text, {.kind = answer.kind});
    batch.add(sql("EXECUTE {}", ident(name)).text, answer);
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
  Batch beside_;                      ///< what that asks
  std::set<std::string, std::less<>> absent_;    ///< queries for which the database has nothing
  std::set<std::string> prepared_;    ///< names that the session has
  Reading reading_;
  std::future<Result<bool>> second_;  ///< of read_beside(), when there is a snapshot; last, because it uses the others until it is gone
};

}  // namespace

Result<Reading> read(pg::Connection& connection, const ReadOptions& options, const OnKind& on_kind) { return Reader(connection, options, on_kind).run(); }

}  // namespace lpc::introspect
