#include "execute/group_transaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "execute/retry.h"
#include "plan/impact.h"

namespace lpc::execute {

namespace {

// A step a round trip shows people where a run stands, and costs little; plans of thousands of steps go in chunks.
std::size_t steps_per_chunk(std::size_t steps) {
  constexpr std::size_t kChunks = 50, kMost = 200;
  return std::clamp<std::size_t>(steps / kChunks, 1, kMost);
}


/// Whether others may have to wait for more than one relation until the batch's transaction ends.
bool blocks_several(const std::vector<plan::Step>& steps, const Batch& batch) {
  std::set<std::string> relations;
  for (std::size_t at = batch.first; at < batch.first + batch.count; ++at) {
    for (const plan::StepLock& lock : steps[at].locks) {
      const std::string& mode = lock.measured.empty() ? lock.predicted : lock.measured;
      if (plan::lock_blocks(mode).find("writes") != std::string_view::npos) relations.insert(lock.relation);
    }
  }
  return relations.size() > 1;
}

}  // namespace

GroupTransaction::GroupTransaction(RunState& run, const Batch& batch) : run_(run), batch_(batch), at_step_(batch.first) {}

Status GroupTransaction::run() {
  const BlockerWatch watch(run_.connection, run_.voice);
  Retry retry(run_.options.max_attempts, run_.options.deadline_ms);
  for (;;) {
    attempts_ = retry.attempt();
    error_.reset();
    run_.connection.set_interrupt(run_.options.interrupt);
    const Status done = attempt();
    run_.connection.set_interrupt(nullptr);
    if (done) return ok();
    if (!error_) error_ = run_.connection.last_error();
    roll_back(run_.connection);
    if (!may_retry(done.failure())) return final_failure(done.failure(), watch);
    if (run_.interrupted()) return interrupted_failure(run_, at_step_);
    if (done.failure().code == "LP6004") lock_wait_ms_[at_step_] += run_.options.lock_timeout_ms;
    const auto wait = retry.next();
    if (!wait) return final_failure(done.failure(), watch);
    run_.voice.say(fmt::format("step {}: {} (attempt {} of {}); rolled back, trying again in {:.1f} s", at_step_ + 1, done.failure().message, attempts_,
                               run_.options.max_attempts, std::chrono::duration<double>(*wait).count()));
    if (!pause(*wait, run_.options.interrupt)) return interrupted_failure(run_, at_step_);
  }
}

bool GroupTransaction::may_retry(const Failure& failure) const {
  if (failure.code == "LP6004") return true;
  return error_ && may_succeed_again(error_->sqlstate);
}

Failure GroupTransaction::final_failure(const Failure& failure, const BlockerWatch& watch) const {
  if (failure.code == "LP6032") return interrupted_failure(run_, at_step_);
  if (committing_ && run_.connection.is_connection_lost()) return with_what_stays(run_, failure);
  if (error_) return failure_of_step(run_, *error_, {at_step_, after_steps_, attempts_, &watch});
  return failure.code == "LP5005" ? failure : with_what_stays(run_, failure);
}

Status GroupTransaction::attempt() {
  queries_.clear();
  step_of_.clear();
  is_clock_.clear();
  results_.assign(batch_.count, {});
  at_step_ = batch_.first;
  after_steps_ = committing_ = false;
  // While it waited the database may have become another one. Later groups stand on the first, which has committed.
  if (attempts_ > 1 && batch_.number == 1) LP_DO(run_.live.check_source());
  LP_TRY(started_, begin_transaction(run_, blocks_several(run_.plan.steps, batch_)));
  LP_DO(send_steps());
  return finish();
}

void GroupTransaction::announce(std::size_t first, std::size_t end) {
  const std::size_t count = run_.plan.steps.size();
  if (end - first == 1) {
    run_.voice.say(fmt::format("step {} of {}: {}", first + 1, count, run_.plan.steps[first].description));
  } else {
    run_.voice.say(fmt::format("steps {} to {} of {}", first + 1, end, count));
  }
}

Status GroupTransaction::send_steps() {
  const std::size_t chunk = steps_per_chunk(batch_.count);
  const std::size_t end = batch_.first + batch_.count;
  for (std::size_t first = batch_.first; first < end; first += chunk) {
    at_step_ = first;
    if (run_.interrupted()) return interrupted_failure(run_, at_step_);
    const std::size_t behind = std::min(first + chunk, end);
    announce(first, behind);
    LP_DO(send_chunk(first, behind));
  }
  return ok();
}

Status GroupTransaction::send_chunk(std::size_t first, std::size_t end) {
  const auto add = [this](const std::string& sql, std::size_t step, bool is_clock) {
    queries_.push_back({sql, {}});
    step_of_.push_back(step);
    is_clock_.push_back(is_clock);
  };
  for (std::size_t step = first; step < end; ++step) {
    for (const std::string& sql : run_.statements[step]) {
      if (fits_pipeline(sql)) {
        add(sql, step, false);
        continue;
      }
      LP_DO(send_pipeline());
      at_step_ = step;
      LP_DO(send_alone(sql));
    }
    add(ledger::kClockQuery, step, true);
  }
  return send_pipeline();
}

Status GroupTransaction::send_alone(const std::string& sql) {
  const Status done = run_.connection.execute(sql);
  if (!done) error_ = run_.connection.last_error();
  return done;
}

Status GroupTransaction::send_pipeline() {
  if (queries_.empty()) return ok();
  const Result<std::vector<pg::Rows>> rows = run_.connection.pipeline(queries_);
  if (!rows) {
    error_ = run_.connection.last_error();
    if (error_) at_step_ = step_of_[std::min(error_->statement, step_of_.size() - 1)];
    return rows.failure();
  }
  for (std::size_t i = 0; i < rows->size(); ++i) {
    StepResult& result = results_[step_of_[i] - batch_.first];
    if (is_clock_[i]) {
      result.finished = (*rows)[i].integer(0, 0);
    } else {
      result.rows += (*rows)[i].affected();
    }
  }
  queries_.clear();
  step_of_.clear();
  is_clock_.clear();
  return ok();
}

Status GroupTransaction::finish() {
  if (batch_.count > 0) at_step_ = batch_.first + batch_.count - 1;
  after_steps_ = true;
  LP_DO(run_.connection.execute("SET CONSTRAINTS ALL IMMEDIATE"));    // a deferred check must speak before the ledger is written
  LP_TRY(const std::string hash, run_.live.hash(true));
  if (run_.is_last(batch_)) LP_DO(run_.live.check_target(hash));
  const ledger::GroupRecord group = record(hash);
  LP_DO(run_.writer.record(group));
  if (run_.interrupted()) return interrupted_failure(run_, at_step_);
  committing_ = true;
  LP_DO(commit(run_));
  take_over(run_, group);
  return ok();
}

ledger::GroupRecord GroupTransaction::record(const std::string& hash) const {
  ledger::GroupRecord group;
  group.group = batch_.number;
  group.started = started_;
  group.finished = results_.empty() ? started_ : results_.back().finished;
  group.resulting_hash = hash;
  long long step_started = started_;
  for (std::size_t i = 0; i < results_.size(); ++i) {
    const std::size_t step = batch_.first + i;
    ledger::Receipt receipt;
    receipt.run = run_.writer.run();
    receipt.step = static_cast<int>(step) + 1;
    receipt.started_at = ledger::iso_time(step_started);
    receipt.finished_at = ledger::iso_time(results_[i].finished);
    receipt.duration_ms = static_cast<double>(results_[i].finished - step_started) / kMicrosecondsPerMillisecond;
    receipt.attempts = attempts_;
    if (const auto wait = lock_wait_ms_.find(step); wait != lock_wait_ms_.end()) receipt.lock_wait_ms = wait->second;
    receipt.rows = results_[i].rows;
    if (i + 1 == results_.size()) receipt.resulting_hash = hash;
    group.receipts.push_back(std::move(receipt));
    step_started = results_[i].finished;
  }
  return group;
}

}  // namespace lpc::execute
