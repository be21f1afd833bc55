#include "execute/lone_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "execute/retry.h"

namespace lpc::execute {

namespace {

// What a CONCURRENTLY that was cut off leaves, and what to do about it.
constexpr const char* kInvalidIndexes = R"sql(
SELECT pg_catalog.format('Index %1$I.%2$I stayed, INVALID: no query uses it, but every write pays for it. Remove it: DROP INDEX CONCURRENTLY %1$I.%2$I;', n.nspname, c.relname)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND c.relkind = 'i')sql";

constexpr const char* kPendingDetaches = R"sql(
SELECT pg_catalog.format('Partition %1$I.%2$I is half detached: queries of %3$I.%4$I no longer see its rows. Make a new plan, which goes on from there, or end it: '
                         'ALTER TABLE %3$I.%4$I DETACH PARTITION %1$I.%2$I FINALIZE;', n.nspname, c.relname, pn.nspname, p.relname)
  FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
 WHERE i.inhdetachpending)sql";
constexpr int kFirstWithPendingDetaches = 140000;


bool any_concurrent(const plan::Step& step) {
  return step.kind == "concurrent" || std::any_of(step.sql.begin(), step.sql.end(), [](const std::string& sql) { return is_concurrent(sql); });
}

}  // namespace

LoneStep::LoneStep(RunState& run, const Batch& batch) : run_(run), batch_(batch), step_(batch.first), concurrent_(any_concurrent(run.plan.steps[batch.first])) {}

Status LoneStep::run() {
  if (run_.interrupted()) return interrupted_failure(run_, step_);
  run_.connection.set_interrupt(nullptr);    // only the act itself can be stopped: what is done must be recorded
  run_.voice.say(fmt::format("step {} of {}: {}", step_ + 1, run_.plan.steps.size(), run_.plan.steps[step_].description));
  if (const Status ready = prepare(); !ready) return with_what_stays(run_, ready.failure());
  const BlockerWatch watch(run_.connection, run_.voice);
  const Status done = act_with_retries();
  if (done) return record_success();
  if (!run_.connection.is_connection_lost()) record_leftovers(error_ ? fmt::format("{} ({})", error_->message, error_->sqlstate) : done.failure().message);
  if (done.failure().code == "LP6032") return interrupted_failure(run_, step_);
  return error_ ? failure_of_step(run_, *error_, {step_, false, attempts_, &watch}) : with_what_stays(run_, done.failure());
}

Status LoneStep::prepare() {
  LP_TRY(halves_before_, halves());
  LP_TRY(started_, server_clock(run_.connection));
  return run_.writer.begin_step(static_cast<int>(step_) + 1, batch_.number, started_);
}

/// What runs CONCURRENTLY waits for other transactions by design and holds up nobody; with a time limit it would fail half way and leave an invalid index.
Status LoneStep::limit_waiting() {
  LP_DO(run_.connection.query("SELECT pg_catalog.set_config('lock_timeout', $1, false), pg_catalog.set_config('statement_timeout', '0', false)",
                              {std::to_string(concurrent_ ? 0 : run_.options.lock_timeout_ms)}));
  return ok();
}

Status LoneStep::act() {
  for (const std::string& sql : run_.statements[step_]) {
    if (fits_pipeline(sql)) {
      LP_TRY(const pg::Rows rows, run_.connection.query(sql));
      rows_ += rows.affected();
    } else {
      LP_DO(run_.connection.execute(sql));
    }
  }
  return ok();
}

Status LoneStep::act_with_retries() {
  const bool leaves_no_trace = !concurrent_ && run_.plan.steps[step_].sql.size() == 1;    // when it fails
  Retry retry(run_.options.max_attempts, run_.options.deadline_ms);
  for (;;) {
    attempts_ = retry.attempt();
    LP_DO(limit_waiting());
    run_.connection.set_interrupt(run_.options.interrupt);
    const Status done = act();
    run_.connection.set_interrupt(nullptr);
    error_ = run_.connection.last_error();
    roll_back(run_.connection);
    if (!run_.connection.is_connection_lost()) (void)run_.connection.execute("RESET lock_timeout; RESET statement_timeout");
    if (done || !error_ || !may_succeed_again(error_->sqlstate) || !leaves_no_trace) return done;
    const auto wait = retry.next();
    if (!wait) return done;
    if (pg::is_lock_timeout(error_->sqlstate)) lock_wait_ms_ += run_.options.lock_timeout_ms;
    run_.voice.say(fmt::format("step {}: {} (attempt {} of {}); trying again in {:.1f} s", step_ + 1, error_->message, attempts_, run_.options.max_attempts,
                               std::chrono::duration<double>(*wait).count()));
    if (!pause(*wait, run_.options.interrupt)) return interrupted_failure(run_, step_);
  }
}

Status LoneStep::write(const std::string& hash, const std::string& error) {
  LP_TRY(finished_, begin_transaction(run_));
  ledger::GroupRecord group;
  group.group = batch_.number;
  group.started = started_;
  group.finished = finished_;
  group.resulting_hash = hash;
  group.error = error;
  group.was_begun = true;
  ledger::Receipt receipt;
  receipt.run = run_.writer.run();
  receipt.step = static_cast<int>(step_) + 1;
  receipt.started_at = ledger::iso_time(started_);
  receipt.finished_at = ledger::iso_time(finished_);
  receipt.duration_ms = static_cast<double>(finished_ - started_) / kMicrosecondsPerMillisecond;
  receipt.attempts = attempts_;
  receipt.lock_wait_ms = lock_wait_ms_;
  receipt.rows = rows_;
  receipt.resulting_hash = hash;
  receipt.error = error;
  group.receipts.push_back(std::move(receipt));
  LP_DO(run_.writer.record(group));
  LP_DO(commit(run_));
  take_over(run_, group);
  return ok();
}

Status LoneStep::record_success() {
  const auto unrecorded = [this](Failure failure) {
    roll_back(run_.connection);
    run_.left_behind = fmt::format("Step {}, outside a transaction, has happened, but the ledger holds only that it was begun.", step_ + 1);
    return with_what_stays(run_, std::move(failure));
  };
  const Result<std::string> hash = run_.live.hash(false);
  if (!hash) return unrecorded(hash.failure());
  const Status reached = run_.is_last(batch_) ? run_.live.check_target(*hash) : ok();
  if (const Status written = write(*hash, reached ? "" : reached.failure().message); !written) return unrecorded(written.failure());
  if (reached) return ok();
  run_.left_behind = fmt::format("Step {}, outside a transaction, has happened all the same.", step_ + 1);
  return with_what_stays(run_, reached.failure());
}

void LoneStep::record_leftovers(const std::string& error) {
  const Status found = look_for_leftovers(error);
  if (found) return;
  roll_back(run_.connection);
  run_.left_behind += fmt::format("{}What step {} left couldn't be looked up or written into the ledger: {}", run_.left_behind.empty() ? "" : "\n", step_ + 1,
                                  found.failure().message);
}

Status LoneStep::look_for_leftovers(const std::string& error) {
  LP_TRY(const std::vector<std::string> found, halves());
  std::vector<std::string> left;
  std::set_difference(found.begin(), found.end(), halves_before_.begin(), halves_before_.end(), std::back_inserter(left));
  LP_TRY(const std::string hash, run_.live.hash(false));
  if (left.empty() && hash == run_.hash) return run_.writer.forget_step(static_cast<int>(step_) + 1);
  for (const std::string& half : left) run_.left_behind += (run_.left_behind.empty() ? "" : "\n") + half;
  if (left.empty()) run_.left_behind = fmt::format("Step {}, outside a transaction, failed, and the database isn't what it was before it.", step_ + 1);
  return write(hash, error);
}

Result<std::vector<std::string>> LoneStep::halves() {
  std::vector<std::string> found;
  for (const char* query : {kInvalidIndexes, kPendingDetaches}) {
    if (query == kPendingDetaches && run_.connection.server_version_num() < kFirstWithPendingDetaches) continue;
    LP_TRY(const pg::Rows rows, run_.connection.query(query));
    for (int row = 0; row < rows.size(); ++row) found.emplace_back(rows(row, 0));
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace lpc::execute
