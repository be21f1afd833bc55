#include "execute/blockers.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>

#include "ledger/secrets.h"

namespace lpc::execute {

namespace {

constexpr int kFirstLook = 200;        // milliseconds before the second session is opened
constexpr int kBetweenLooks = 300;

// https://www.postgresql.org/docs/15/functions-info.html: pg_blocking_pids gives 0 for a prepared transaction. An index build that runs concurrently waits for transactions,
// so there's not always a relation. An advisory lock of the waiter itself isn't awaited, so it isn't here.
constexpr const char* kQuery = R"sql(
SELECT b.pid, a.usename, a.application_name, a.state, EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - COALESCE(a.xact_start, a.query_start, a.backend_start))::bigint,
       pg_catalog."left"(pg_catalog.regexp_replace(a.query, '\s+', ' ', 'g'), 80),
       (SELECT pg_catalog.format('%s.%s', n.nspname, c.relname) FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE l.pid = $1::integer AND NOT l.granted LIMIT 1)
  FROM (SELECT DISTINCT p AS pid FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::integer)) p) b
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
 ORDER BY b.pid)sql";

std::string holder_of(const pg::Rows& rows, int row) {
  if (rows.integer(row, 0) == 0) return "a prepared transaction (see pg_prepared_xacts)";
  std::string text = fmt::format("pid {} (user {}", rows(row, 0), rows(row, 1));
  for (const int column : {2, 3}) {
    if (!rows(row, column).empty()) text += fmt::format(", {}", rows(row, column));
  }
  text += rows.is_null(row, 4) ? ")" : fmt::format(" for {} s)", rows(row, 4));
  if (!rows(row, 5).empty()) text += ": " + ledger::mask_passwords(rows(row, 5));
  return text;
}

}  // namespace

BlockerWatch::BlockerWatch(const pg::Connection& watched, Voice& voice) : watched_(watched), voice_(voice) {
  try {
    thread_ = std::thread([this] { watch(); });
  } catch (const std::system_error&) {    // no thread to be had: the run goes on, and nobody says who blocks
  }
}

BlockerWatch::~BlockerWatch() {
  {
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  stop_signal_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string BlockerWatch::relation() const {
  const std::lock_guard guard(mutex_);
  return relation_;
}

std::string BlockerWatch::holders() const {
  const std::lock_guard guard(mutex_);
  return holders_;
}

bool BlockerWatch::stopped_within(int milliseconds) {
  std::unique_lock guard(mutex_);
  return stop_signal_.wait_for(guard, std::chrono::milliseconds(milliseconds), [this] { return stop_; });
}

void BlockerWatch::watch() {
  if (stopped_within(kFirstLook)) return;
  pg::ConnectOptions options;
  options.application_name = "lpc watch";
  options.connect_timeout_seconds = 2;
  options.settings = {{"statement_timeout", "2000"}};
  Result<pg::Connection> eyes = watched_.another(options);
  if (!eyes) return;
  do {
    look(*eyes);
  } while (!eyes->is_connection_lost() && !stopped_within(kBetweenLooks));
}

void BlockerWatch::look(pg::Connection& eyes) {
  const Result<pg::Rows> rows = eyes.query(kQuery, {std::to_string(watched_.backend_pid())});
  if (!rows || rows->empty()) return;
  std::string holders, pids;
  for (int row = 0; row < rows->size(); ++row) {
    holders += (holders.empty() ? "" : "\n") + holder_of(*rows, row);
    pids += std::string((*rows)(row, 0)) + " ";
  }
  const std::string relation((*rows)(0, 6));
  {
    const std::lock_guard guard(mutex_);
    relation_ = relation;
    holders_ = holders;
  }
  // Once for each holder: their age alone is no news.
  const std::string news = relation + " " + pids;
  if (news == said_) return;
  said_ = news;
  voice_.say(fmt::format("waiting for {} held by {}", relation.empty() ? "a lock" : "a lock on " + relation, holders));
}

}  // namespace lpc::execute
