#include "ledger/chain.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "catalog/catalog.h"
#include "diag/sink.h"
#include "ledger/schema.h"

// How timestamps are read: the same text whatever the session's TimeZone, to the microsecond that is stored. A string literal, to be part of one.
#define LP_ISO(column) "pg_catalog.to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

namespace lpc::ledger {

const char* const kClockQuery = "SELECT (EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000000)::bigint";

std::string iso_time(long long microseconds) {
  constexpr long long kMicrosecondsPerSecond = 1000000;
  const std::chrono::sys_seconds seconds{std::chrono::seconds(microseconds / kMicrosecondsPerSecond)};
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), microseconds % kMicrosecondsPerSecond);
}

std::string entry_hash(const StoredRun& run, const StoredGroup& group) {
  std::string json;
  const auto key = [&json](std::string_view name) {
    json += json.empty() ? '{' : ',';
    append_json_string(json, name);
    json += ':';
  };
  const auto text = [&](std::string_view name, std::string_view value) {
    key(name);
    append_json_string(json, value);
  };
  const auto integer = [&](std::string_view name, long long value) {
    key(name);
    json += std::to_string(value);
  };
  text("actor", run.actor);
  integer("entry", group.entry);
  text("error", group.error);
  text("finished_at", group.finished_at);
  integer("group", group.group);
  integer("groups", run.groups);
  text("kind", run.kind);
  text("plan", sha256_hex(run.plan));
  text("plan_hash", run.plan_hash);
  key("receipts");
  json += group.receipts;
  text("resulting_hash", group.resulting_hash);
  integer("rolls_back", run.rolls_back);
  integer("run", run.run);
  text("run_started_at", run.started_at);
  text("server_role", run.server_role);
  text("source_hash", run.source_hash);
  text("started_at", group.started_at);
  text("target_hash", run.target_hash);
  json += '}';
  return "sha256:" + sha256_hex(group.previous_hash + json);
}

namespace {

// One statement, so one snapshot. The plan comes with the first group of its run only; a full join, so that an entry whose run is missing is seen by the chain's check.
constexpr const char* kLoadQuery =
    "SELECT r.run, r.kind, CASE WHEN pg_catalog.row_number() OVER (PARTITION BY r.run ORDER BY l.entry) = 1 THEN r.plan END, r.plan_hash, r.source_hash, r.target_hash,"
    "  r.groups, r.actor, r.server_role, COALESCE(r.rolls_back, 0), " LP_ISO("r.started_at") ","
    "  l.entry, l.run, l.group_number, " LP_ISO("l.started_at") ", " LP_ISO("l.finished_at") ", l.resulting_hash, l.error, l.receipts, l.previous_hash, l.entry_hash"
    "  FROM lockplane.run r FULL JOIN lockplane.ledger l ON l.run = r.run ORDER BY r.run, l.entry";

StoredRun read_run(const pg::Rows& rows, int row) {
  const auto text = [&](int column) { return std::string(rows(row, column)); };
  return {rows.integer(row, 0), text(1), text(2), text(3), text(4), text(5), static_cast<int>(rows.integer(row, 6)), text(7), text(8), rows.integer(row, 9), text(10)};
}

StoredGroup read_group(const pg::Rows& rows, int row) {
  const auto text = [&](int column) { return std::string(rows(row, column)); };
  return {rows.integer(row, 11), rows.integer(row, 12), static_cast<int>(rows.integer(row, 13)), text(14), text(15), text(16), text(17), text(18), text(19), text(20)};
}

Failure broken(const StoredGroup& group, std::string_view why) {
  return {"LP6033", diag::make(diag::Code::kBrokenLedger, {}, group.entry, group.run, why).message,
          "somebody changed the ledger by other means than lpc; compare with a backup", ""};
}

}  // namespace

Result<Stored> load(pg::Connection& connection) {
  Stored stored;
  LP_TRY(const Installed installed, find_installed(connection));
  if (installed.version == 0) return stored;
  Result<pg::Rows> found = connection.query(kLoadQuery);
  if (!found) {
    Failure failure = found.failure();
    if (failure.code == "LP6007") failure.hint = fmt::format("run as the owner of schema lockplane: GRANT SELECT ON ALL TABLES IN SCHEMA lockplane TO {}", ident(connection.user()).text);
    return failure;
  }
  const pg::Rows rows = *std::move(found);
  constexpr int kRun = 0, kEntry = 11;
  for (int row = 0; row < rows.size(); ++row) {
    const bool new_run = stored.runs.empty() || stored.runs.back().run != rows.integer(row, kRun);
    if (!rows.is_null(row, kRun) && new_run) stored.runs.push_back(read_run(rows, row));
    if (!rows.is_null(row, kEntry)) stored.groups.push_back(read_group(rows, row));
  }
  std::sort(stored.groups.begin(), stored.groups.end(), [](const StoredGroup& a, const StoredGroup& b) { return a.entry < b.entry; });
  return stored;
}

Status verify(pg::Connection& connection) {
  LP_TRY(const Stored stored, load(connection));
  std::string previous_hash;
  long long expected = 1;
  for (const StoredGroup& group : stored.groups) {
    const auto run = std::find_if(stored.runs.begin(), stored.runs.end(), [&group](const StoredRun& one) { return one.run == group.run; });
    if (group.entry != expected) return broken(group, fmt::format("entry {} before it is missing", expected));
    if (run == stored.runs.end()) return broken(group, "its run is missing from lockplane.run");
    if (group.previous_hash != previous_hash) return broken(group, "it doesn't follow the entry before it");
    if (group.entry_hash != entry_hash(*run, group)) return broken(group, "its hash isn't that of its content");
    previous_hash = group.entry_hash;
    ++expected;
  }
  return ok();
}

}  // namespace lpc::ledger
