#include "execute/purge.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <tuple>

#include "base/sql.h"
#include "diag/sink.h"
#include "execute/blockers.h"
#include "execute/failures.h"
#include "execute/retry.h"
#include "execute/transaction.h"
#include "kinds/kept_rows.h"
#include "ledger/run_lock.h"

namespace lpc::execute {

namespace {

constexpr const char* kNothingDropped = "Nothing was dropped.";

// Before 14 a table that was never analysed has no rows and no pages. https://www.postgresql.org/docs/15/catalog-pg-class.html
constexpr const char* kKeptQuery = R"sql(
SELECT c.oid, c.relname, c.relkind = 'S', pg_catalog.obj_description(c.oid, 'pg_class'),
       CASE WHEN c.relkind <> 'S' AND (c.reltuples > 0 OR c.reltuples = 0 AND (c.relpages > 0 OR pg_catalog.current_setting('server_version_num')::integer >= 140000))
         THEN c.reltuples::bigint END,
       COALESCE(pg_catalog.pg_total_relation_size(c.oid), 0)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'lockplane_trash' AND c.relkind IN ('r', 'p', 'S'))sql";

// What DROP TABLE takes without being asked: partitions, and the sequences of serial and identity columns. https://www.postgresql.org/docs/15/catalog-pg-depend.html
constexpr const char* kTakenQuery = R"sql(
WITH RECURSIVE part AS (
  SELECT d.refobjid AS whole, c.oid, c.relispartition
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid AND (c.relispartition OR c.relkind = 'S')
   WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid AND d.objsubid = 0 AND d.deptype IN ('a', 'i') AND c.relkind IN ('r', 'p', 'f', 'S')
), taken AS (
  SELECT c.oid AS whole, p.oid, p.relispartition
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN part p ON p.whole = c.oid
   WHERE n.nspname = 'lockplane_trash'
   UNION
  SELECT t.whole, p.oid, p.relispartition FROM taken t JOIN part p ON p.whole = t.oid
)
SELECT t.whole, t.oid, t.relispartition, n.nspname, c.relname
  FROM taken t JOIN pg_catalog.pg_class c ON c.oid = t.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 ORDER BY n.nspname, c.relname)sql";

// Everything that is in a schema depends on it; what belongs to it, such as default privileges, goes with it.
constexpr const char* kSchemaQuery = R"sql(
SELECT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = n.oid AND d.deptype <> 'a'),
       pg_catalog.pg_has_role(n.nspowner, 'USAGE'), pg_catalog.pg_get_userbyid(n.nspowner)
  FROM pg_catalog.pg_namespace n WHERE n.nspname = 'lockplane_trash')sql";

constexpr const char* kPlainLockTimeoutQuery = "SELECT pg_catalog.set_config('lock_timeout', $1, true)";

/// Others may use tables that the kept ones refer to.
constexpr const char* kShortLockTimeoutQuery = "SELECT " LPC_SHORT_LOCK_TIMEOUT;

/// Fills in what the comment says; false when it isn't lpc's.
bool read_comment(std::string_view comment, KeptObject& out) {
  using kinds::kKeptByLpc, kinds::kOfPlan;
  const std::size_t plan = comment.rfind(kOfPlan);
  if (!comment.starts_with(kKeptByLpc) || plan == std::string_view::npos || plan < kKeptByLpc.size()) return false;
  out.plan = comment.substr(plan + kOfPlan.size());
  if (out.plan.empty() || out.plan.find_first_not_of("0123456789abcdef") != std::string::npos) return false;
  const std::optional<ObjectId> object = ObjectId::parse(comment.substr(kKeptByLpc.size(), plan - kKeptByLpc.size()));
  if (object) out.object = *object;
  return object.has_value();
}

std::vector<KeptObject> kept_in(const pg::Rows& rows, const pg::Rows& taken) {
  std::vector<KeptObject> all;
  std::set<std::string, std::less<>> oids;
  for (int row = 0; row < rows.size(); ++row) {
    KeptObject kept;
    if (!read_comment(rows(row, 3), kept)) continue;
    kept.oid = rows(row, 0);
    kept.name = rows(row, 1);
    kept.is_sequence = rows.boolean(row, 2);
    if (!rows.is_null(row, 4)) kept.rows = rows.integer(row, 4);
    kept.bytes = rows.integer(row, 5);
    oids.insert(kept.oid);
    all.push_back(std::move(kept));
  }
  for (KeptObject& kept : all) {
    for (int row = 0; row < taken.size(); ++row) {
      if (taken(row, 0) != kept.oid) continue;
      if (oids.contains(taken(row, 1))) {
        kept.takes.emplace_back(taken(row, 1));
      } else if (taken.boolean(row, 2)) {
        kept.foreign.push_back(qualified(taken(row, 3), taken(row, 4)).text);
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const KeptObject& a, const KeptObject& b) {
    if (!(a.object == b.object)) return a.object < b.object;
    return std::tie(a.plan, a.name) < std::tie(b.plan, b.name);
  });
  return all;
}

bool is_same(const KeptObject& a, const KeptObject& b) {
  return std::tie(a.oid, a.name, a.object, a.plan, a.takes, a.foreign) == std::tie(b.oid, b.name, b.object, b.plan, b.takes, b.foreign);
}

Sql names_of(const std::vector<const KeptObject*>& objects) {
  std::vector<Sql> names;
  for (const KeptObject* one : objects) names.push_back(qualified(kinds::kTrash, one->name));
  return join(names, ", ");
}

/// One statement for all tables, as they may refer to each other; then the sequences that didn't go with one of them.
std::vector<pg::Query> drops_of(const std::vector<KeptObject>& objects) {
  std::set<std::string> taken;
  for (const KeptObject& one : objects) taken.insert(one.takes.begin(), one.takes.end());
  std::vector<const KeptObject*> tables, sequences;
  for (const KeptObject& one : objects) {
    if (!one.is_sequence) {
      tables.push_back(&one);
    } else if (!taken.contains(one.oid)) {
      sequences.push_back(&one);
    }
  }
  std::vector<pg::Query> drops;
  if (!tables.empty()) drops.push_back({sql("DROP TABLE {}", names_of(tables)).text});
  if (!sequences.empty()) drops.push_back({sql("DROP SEQUENCE {}", names_of(sequences)).text});
  return drops;
}

/// One purge, through all its attempts.
class Purge {
 public:
  Purge(pg::Connection& connection, const std::vector<KeptObject>& objects, const PurgeOptions& options) : connection_(connection), objects_(objects), options_(options), voice_(options.say) {}

  Result<PurgeResult> run();

 private:
  Result<PurgeResult> attempt();
  Status begin();
  Status check_objects();
  Result<PurgeResult> drop_schema();
  Status commit();
  Failure failure_of(const Failure& failure, const BlockerWatch& watch, int attempts) const;
  Failure lock_failure_of(const BlockerWatch& watch, int attempts) const;

  pg::Connection& connection_;
  const std::vector<KeptObject>& objects_;
  const PurgeOptions& options_;
  Voice voice_;
  long long lock_timeout_ms_ = 0;      ///< what the server has of it
};

Result<PurgeResult> Purge::run() {
  constexpr int kDeadline = 600000;
  LP_TRY(const ledger::RunLock lock, ledger::RunLock::acquire(connection_, options_.interrupt));
  const BlockerWatch watch(connection_, voice_);
  Retry retry(options_.max_attempts, kDeadline);
  for (;;) {
    connection_.set_interrupt(options_.interrupt);
    Result<PurgeResult> done = attempt();
    connection_.set_interrupt(nullptr);
    if (done) return done;
    const std::optional<pg::ServerError> error = connection_.last_error();
    const Failure failure = failure_of(done.failure(), watch, retry.attempt());
    if (!connection_.is_connection_lost() && connection_.transaction_state() != pg::TransactionState::kIdle) (void)connection_.execute("ROLLBACK");
    if (!error || !may_succeed_again(error->sqlstate)) return failure;
    const auto wait = retry.next();
    if (!wait) return failure;
    voice_.say(fmt::format("{}; rolled back, trying again in {:.1f} s", failure.message, std::chrono::duration<double>(*wait).count()));
    if (!pause(*wait, options_.interrupt)) return Failure{"LP6032", diag::make(diag::Code::kInterrupted, {}, "nothing was dropped").message, "", ""};
  }
}

Result<PurgeResult> Purge::attempt() {
  LP_DO(begin());
  LP_DO(check_objects());
  LP_DO(connection_.pipeline(drops_of(objects_)));
  LP_TRY(PurgeResult result, drop_schema());
  LP_DO(commit());
  return result;
}

Status Purge::begin() {
  const std::vector<pg::Query> queries{
      {kBeginTransaction},
      {kShortLockTimeoutQuery, {std::to_string(options_.lock_timeout_ms)}},
      {kNoOtherTimeouts},
      {ledger::kHoldsRunLockQuery}};
  LP_TRY(const std::vector<pg::Rows> rows, connection_.pipeline(queries));
  lock_timeout_ms_ = rows[1].integer(0, 0);
  if (rows.back().boolean(0, 0)) return ok();
  return Failure{"LP6035", diag::make(diag::Code::kTransactionPooler, {}, "connect to the server itself, or to a pooler in session mode").message, "", ""};
}

/// While people read the list and thought, another table may have got the name of one, or the comment may have been taken off.
Status Purge::check_objects() {
  LP_TRY(const std::vector<pg::Rows> rows, connection_.pipeline({{kKeptQuery}, {kTakenQuery}}));
  const std::vector<KeptObject> now = kept_in(rows[0], rows[1]);
  for (const KeptObject& one : objects_) {
    if (std::any_of(now.begin(), now.end(), [&one](const KeptObject& other) { return is_same(one, other); })) continue;
    return Failure{"LP7018", diag::make(diag::Code::kKeptHasChanged, {}, qualified(kinds::kTrash, one.name).text).message, "", kNothingDropped};
  }
  return ok();
}

Result<PurgeResult> Purge::drop_schema() {
  PurgeResult result;
  LP_TRY(const pg::Rows schema, connection_.query(kSchemaQuery));
  if (schema.empty() || schema.boolean(0, 0)) return result;
  if (!schema.boolean(0, 1)) {
    result.schema_owner = schema(0, 2);
    return result;
  }
  LP_DO(connection_.query(sql("DROP SCHEMA {}", ident(kinds::kTrash))));
  result.dropped_schema = true;
  return result;
}

Status Purge::commit() {
  connection_.set_interrupt(nullptr);    // from here on it is done or not, not stopped
  LP_TRY(const pg::Rows done, connection_.query("COMMIT"));
  if (done.command() == "COMMIT") return ok();
  return Failure{"LP6003", diag::make(diag::Code::kStatementFailed, {}, "it rolled back at COMMIT").message, "", kNothingDropped};
}

Failure Purge::failure_of(const Failure& failure, const BlockerWatch& watch, int attempts) const {
  const std::optional<pg::ServerError>& error = connection_.last_error();
  if (!error) return failure;
  if (error->interrupted) return {"LP6032", diag::make(diag::Code::kInterrupted, {}, "nothing was dropped").message, "", ""};
  if (pg::is_connection_lost(error->sqlstate)) {
    return {"LP6006", diag::make(diag::Code::kConnectionLost, {}, error->message).message, "`lpc purge --dry-run` tells what is still kept", ""};
  }
  if (pg::is_lock_timeout(error->sqlstate)) return lock_failure_of(watch, attempts);
  Failure refused{"LP6003", diag::make(diag::Code::kStatementFailed, {}, error->message).message, error->hint, server_words(*error) + "\n" + kNothingDropped};
  if (pg::is_insufficient_privilege(error->sqlstate)) {
    refused.code = "LP6007";
    refused.message = diag::make(diag::Code::kMissingPrivilege, {}, connection_.user(), error->message).message;
  }
  constexpr std::string_view kDependentObjects = "2BP01";
  if (error->sqlstate == kDependentObjects) refused.hint = "drop what depends on them first, or name what else is to be purged";
  return refused;
}

Failure Purge::lock_failure_of(const BlockerWatch& watch, int attempts) const {
  const std::string relation = watch.relation().empty() ? qualified(kinds::kTrash, objects_.front().name).text : watch.relation();
  const std::string waited = fmt::format("{} ms, {} of {} attempts", lock_timeout_ms_, attempts, options_.max_attempts);
  Failure failure{"LP6004", diag::make(diag::Code::kLockTimeout, {}, relation, waited).message, "end the sessions that hold it, or raise --attempts", ""};
  if (!watch.holders().empty()) failure.detail = "held by " + watch.holders() + "\n";
  failure.detail += kNothingDropped;
  return failure;
}

}  // namespace

Result<std::vector<KeptObject>> read_kept(pg::Connection& connection, int lock_timeout_ms) {
  const Result<std::vector<pg::Rows>> rows = connection.pipeline({{kPlainLockTimeoutQuery, {std::to_string(lock_timeout_ms)}}, {kKeptQuery}, {kTakenQuery}});
  if (rows) return kept_in((*rows)[1], (*rows)[2]);
  if (rows.failure().code != "LP6004") return rows.failure();
  // A table's size isn't told while someone has the table for himself.
  const std::string waited = fmt::format("{} ms", lock_timeout_ms);
  return Failure{"LP6004", diag::make(diag::Code::kLockTimeout, {}, kinds::kTrash, waited).message, "end the sessions that hold a table there, or raise --lock-timeout", ""};
}

Result<std::vector<KeptObject>> with_what_they_take(const std::vector<KeptObject>& chosen, const std::vector<KeptObject>& all) {
  std::set<std::string> oids;
  for (const KeptObject& one : chosen) {
    oids.insert(one.oid);
    oids.insert(one.takes.begin(), one.takes.end());
    if (one.foreign.empty()) continue;
    return Failure{"LP7017", diag::make(diag::Code::kPurgeTakesForeign, {}, qualified(kinds::kTrash, one.name).text, one.foreign.front()).message, "", ""};
  }
  std::vector<KeptObject> result;
  std::copy_if(all.begin(), all.end(), std::back_inserter(result), [&oids](const KeptObject& one) { return oids.contains(one.oid); });
  return result;
}

Result<PurgeResult> purge(pg::Connection& connection, const std::vector<KeptObject>& objects, const PurgeOptions& options) {
  return Purge(connection, objects, options).run();
}

}  // namespace lpc::execute
