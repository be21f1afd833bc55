#include "execute/executor.h"

#include <fmt/format.h>

#include <cstdlib>

#include "diag/sink.h"
#include "execute/failures.h"
#include "execute/group_transaction.h"
#include "execute/lone_step.h"
#include "execute/run_state.h"
#include "kinds/secrets.h"
#include "ledger/run_lock.h"
#include "ledger/schema.h"

namespace lpc::execute {

namespace {

Status check_proved(const plan::Plan& plan) {
  for (const auto& [key, hash] : {std::pair("/source_hash", &plan.source_hash), std::pair("/target_hash", &plan.target_hash)}) {
    if (!hash->empty()) continue;
    return Failure{"LP5003", diag::make(diag::Code::kBadPlanValue, {}, key, "the plan", "there, which takes a proof of the plan").message,
                   "prove it first: lpc verify plan.json -o verified.json", ""};
  }
  return check_statements(plan.steps);
}

/// The steps' statements with the secrets that the environment holds for their placeholders.
Result<std::vector<std::vector<std::string>>> fill_placeholders(const plan::Plan& plan) {
  const auto value_of = [](const std::string& name) -> const char* { return std::getenv(name.c_str()); };
  std::vector<std::vector<std::string>> statements;
  for (const plan::Step& step : plan.steps) {
    std::vector<std::string> missing;
    statements.emplace_back();
    for (const std::string& sql : step.sql) statements.back().push_back(kinds::secrets::fill(sql, value_of, missing));
    if (missing.empty()) continue;
    const std::string what = fmt::format("step {} ({}) needs the environment variable {}, which isn't set", step.id, step.description, missing.front());
    return Failure{"LP6003", what, fmt::format("nothing was changed; set {} to the secret and apply again", missing.front()), ""};
  }
  return statements;
}

/// While the connection watches the flag; the caller's own watching, if it is the same flag, is back afterwards.
class InterruptScope {
 public:
  InterruptScope(pg::Connection& connection, const std::atomic<bool>* flag) : connection_(connection), flag_(flag) { connection_.set_interrupt(flag_); }
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
  ~InterruptScope() { connection_.set_interrupt(flag_); }

 private:
  pg::Connection& connection_;
  const std::atomic<bool>* flag_;
};

/// Ctrl-C while lpc only looks.
Status before_anything(Status status) {
  if (status || status.failure().code != "LP6032") return status;
  return Failure{"LP6032", diag::make(diag::Code::kInterrupted, {}, "nothing was changed").message, "the same plan can be applied again", ""};
}

Status run_batches(RunState& run) {
  for (const Batch& batch : run.batches) {
    if (batch.transactional) {
      LP_DO(GroupTransaction(run, batch).run());
    } else {
      LP_DO(LoneStep(run, batch).run());
    }
  }
  return ok();
}

}  // namespace

Result<RunResult> execute(pg::Connection& connection, const plan::Plan& plan, const ExecuteOptions& options) {
  LP_DO(check_proved(plan));
  const bool is_rollback = options.rolls_back != 0;    // one without steps has its place in the ledger: its run is undone
  if (plan.steps.empty() && !is_rollback) return RunResult{};
  LP_TRY(std::vector<std::vector<std::string>> statements, fill_placeholders(plan));
  const InterruptScope interruptible(connection, options.interrupt);
  LP_TRY(const ledger::RunLock lock, ledger::RunLock::acquire(connection, options.interrupt));

  Voice voice(options.say);
  std::vector<Batch> batches = cut_into_batches(plan.steps);
  if (batches.empty()) batches.push_back({.number = 1, .first = 0, .count = 0, .transactional = true});
  const int groups = static_cast<int>(batches.size());
  LiveCatalog live(connection, plan);
  LP_DO(before_anything(live.check_source()));
  LP_DO(before_anything(ledger::ensure_installed(connection)));
  LP_TRY(ledger::Writer writer, ledger::Writer::open(connection, {plan, options.kind, options.actor, options.rolls_back, groups}));
  RunState run{connection, plan, options, writer, voice, live, std::move(batches), std::move(statements), plan.source_hash};
  LP_DO(run_batches(run));
  return RunResult{writer.run(), std::move(run.receipts)};
}

}  // namespace lpc::execute
