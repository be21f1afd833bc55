#include "ledger/writer.h"

#include "ledger/receipt_json.h"
#include "plan/plan_json.h"

namespace lpc::ledger {

namespace {

/// The caller's name comes from the environment in whatever encoding; the database may have another one.
std::string plain(std::string text) {
  for (char& byte : text) {
    if (byte < ' ' || byte > '~') byte = '?';
  }
  return text;
}

}  // namespace

Result<Writer> Writer::open(pg::Connection& connection, const RunRequest& request) {
  LP_TRY(const pg::Rows last, connection.query("SELECT entry, entry_hash FROM lockplane.ledger ORDER BY entry DESC LIMIT 1"));
  LP_TRY(const pg::Rows next, connection.query("SELECT COALESCE(pg_catalog.max(run), 0) + 1, current_user FROM lockplane.run"));
  StoredRun run;
  run.run = next.integer(0, 0);
  run.kind = request.kind;
  run.plan = plan_for_ledger(request.plan);
  run.plan_hash = plan::plan_hash(request.plan);
  run.source_hash = request.plan.source_hash;
  run.target_hash = request.plan.target_hash;
  run.groups = request.groups;
  run.actor = plain(request.actor);
  run.server_role = std::string(next(0, 1));
  run.rolls_back = request.rolls_back;
  Writer writer(connection, std::move(run));
  if (!last.empty()) {
    writer.last_entry_ = last.integer(0, 0);
    writer.last_hash_ = std::string(last(0, 1));
  }
  return writer;
}

pg::Query Writer::run_row() const {
  return {"INSERT INTO lockplane.run (run, kind, plan, plan_hash, source_hash, target_hash, groups, actor, server_role, rolls_back, started_at) "
          "VALUES ($1::bigint, $2, $3::json, $4, $5, $6, $7::integer, $8, $9, NULLIF($10::bigint, 0), $11::timestamptz)",
          {std::to_string(run_.run), run_.kind, run_.plan, run_.plan_hash, run_.source_hash, run_.target_hash, std::to_string(run_.groups), run_.actor,
           run_.server_role, std::to_string(run_.rolls_back), run_.started_at}};
}

Status Writer::record(const GroupRecord& group) {
  if (!run_is_stored_) run_.started_at = iso_time(group.started);
  pending_ = {last_entry_ + 1, run_.run, group.group, iso_time(group.started), iso_time(group.finished), group.resulting_hash, group.error,
              receipts_to_json(group.receipts), last_hash_, ""};
  pending_.entry_hash = entry_hash(run_, pending_);
  const std::string run = std::to_string(run_.run), state = group.error.empty() ? "done" : "failed";
  std::vector<pg::Query> queries;
  if (!run_is_stored_) queries.push_back(run_row());
  if (group.was_begun) {
    queries.push_back({"UPDATE lockplane.step SET state = $3, changed_at = pg_catalog.clock_timestamp() WHERE run = $1::bigint AND step = $2::integer",
                       {run, std::to_string(group.receipts.front().step), state}});
  } else if (!group.receipts.empty()) {
    queries.push_back({"INSERT INTO lockplane.step (run, step, group_number, state) SELECT $1::bigint, n, $4::integer, $5 FROM pg_catalog.generate_series($2::integer, $3::integer) n",
                       {run, std::to_string(group.receipts.front().step), std::to_string(group.receipts.back().step), std::to_string(group.group), state}});
  }
  queries.push_back({"INSERT INTO lockplane.ledger (entry, run, group_number, started_at, finished_at, resulting_hash, error, receipts, previous_hash, entry_hash) "
                     "VALUES ($1::bigint, $2::bigint, $3::integer, $4::timestamptz, $5::timestamptz, $6, $7, $8::json, $9, $10)",
                     {std::to_string(pending_.entry), run, std::to_string(pending_.group), pending_.started_at, pending_.finished_at, pending_.resulting_hash,
                      pending_.error, pending_.receipts, pending_.previous_hash, pending_.entry_hash}});
  LP_DO(connection_->pipeline(queries));
  return ok();
}

void Writer::committed() {
  run_is_stored_ = has_entries_ = true;
  last_entry_ = pending_.entry;
  last_hash_ = pending_.entry_hash;
}

Status Writer::begin_step(int step, int group, long long now) {
  if (!run_is_stored_) run_.started_at = iso_time(now);
  std::vector<pg::Query> queries;    // a pipeline outside a transaction is one transaction
  if (!run_is_stored_) queries.push_back(run_row());
  queries.push_back({"INSERT INTO lockplane.step (run, step, group_number, state) VALUES ($1::bigint, $2::integer, $3::integer, 'begun')",
                     {std::to_string(run_.run), std::to_string(step), std::to_string(group)}});
  LP_DO(connection_->pipeline(queries));
  run_is_stored_ = true;
  return ok();
}

Status Writer::forget_step(int step) {
  const std::string run = std::to_string(run_.run);
  std::vector<pg::Query> queries{{"DELETE FROM lockplane.step WHERE run = $1::bigint AND step = $2::integer", {run, std::to_string(step)}}};
  if (!has_entries_) queries.push_back({"DELETE FROM lockplane.run WHERE run = $1::bigint", {run}});
  LP_DO(connection_->pipeline(queries));
  run_is_stored_ = has_entries_;
  return ok();
}

Result<bool> has_entry(pg::Connection& connection, const std::string& hash) {
  LP_TRY(const pg::Rows rows, connection.query("SELECT 1 FROM lockplane.ledger WHERE entry_hash = $1", {hash}));
  return !rows.empty();
}

}  // namespace lpc::ledger
