#include "shadow/run_steps.h"

#include <fmt/format.h>

#include "kinds/security_labels.h"
#include "shadow/tablespaces.h"

namespace lpc::shadow {

namespace {

diag::Diagnostic to_diagnostic(const Refusal& refusal, diag::Code code) {
  const plan::Step& step = *refusal.step;
  const std::string& statement = refusal.statement;
  const pg::ServerError& error = refusal.error;
  diag::Diagnostic diagnostic = diag::make(code, {}, fmt::format("step {} ({}) fails: {}", step.id, step.description, error.message));
  if (step.origin) diagnostic.notes.push_back({fmt::format("it comes from {}:{}:{}", step.origin->file, step.origin->line, step.origin->column), {}});
  constexpr std::size_t kLongest = 2000;
  diagnostic.notes.push_back({"the statement was:\n" + (error.position > 0 ? pg::caret_lines(statement, error.position) : statement.substr(0, kLongest)), {}});
  diagnostic.notes.push_back({"SQLSTATE " + error.sqlstate, {}});
  if (!error.detail.empty()) diagnostic.notes.push_back({error.detail, {}});
  if (!error.hint.empty()) diagnostic.notes.push_back({"hint: " + error.hint, {}});
  if (!error.context.empty()) diagnostic.notes.push_back({error.context, {}});
  return diagnostic;
}

/// With a meter, which writes into the steps what it sees, their predictions are needed, too.
class StepRunner {
 public:
  StepRunner(ShadowServer& server, pg::Connection& connection, Meter* meter) : server_(server), connection_(connection), meter_(meter) {}

  Status run(std::vector<plan::Step>& steps, const std::vector<plan::Impact>* predicted, const std::function<Status(std::size_t)>& after_step) {
    if (meter_) LP_DO(meter_->start());
    for (std::size_t at = 0; at < steps.size(); ++at) {
      plan::Step& step = steps[at];
      if (open_ && (!step.transactional || step.group != group_)) LP_DO(end());
      if (step.transactional) {
        if (!open_) LP_DO(begin(step));
        LP_DO(run(step));
        last_ = &step;
        if (meter_) LP_DO(meter_->step_done(step, (*predicted)[at]));
      } else {
        LP_DO(meter_ ? meter_->watch(step, (*predicted)[at], [&] { return run(step); }) : run(step));
        last_ = &step;
      }
      if (after_step) LP_DO(after_step(at));
    }
    return open_ ? end() : ok();
  }

  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  Status run(const plan::Step& step) {
    for (const std::string& written : step.sql) {
      if (kinds::is_security_label(written)) continue;
      const Status done = step.transactional ? connection_.execute(written) : execute_outside_transaction(server_, connection_, written);
      if (!done) return fail(step, written);
    }
    return ok();
  }

  Status begin(const plan::Step& step) {
    LP_DO(meter_ ? meter_->begin() : connection_.execute("BEGIN"));
    open_ = true;
    group_ = step.group;
    return ok();
  }

  /// Deferred constraints are checked here.
  Status end() {
    open_ = false;
    if (meter_) LP_DO(meter_->end());
    if (!connection_.execute("COMMIT")) return fail(*last_, "COMMIT");
    return ok();
  }

  Failure fail(const plan::Step& step, const std::string& statement) {
    const auto error = connection_.last_error();
    if (!error || error->interrupted || connection_.is_connection_lost()) return error ? pg::to_failure(*error) : Failure{"LP6006", "the connection was lost", "", ""};
    refusal_ = Refusal{&step, statement, *error};
    if (connection_.transaction_state() != pg::TransactionState::kIdle) (void)connection_.execute("ROLLBACK");
    return Failure::reported();
  }

  ShadowServer& server_;
  pg::Connection& connection_;
  Meter* meter_;
  bool open_ = false;
  int group_ = 0;
  const plan::Step* last_ = nullptr;
  std::optional<Refusal> refusal_;
};

}  // namespace

Status run_steps(ShadowServer& server, pg::Connection& connection, std::vector<plan::Step>& steps, const Measuring& measuring, diag::Code code, diag::Sink& sink,
                 const std::function<Status(std::size_t)>& after_step) {
  StepRunner runner(server, connection, &measuring.meter);
  const Status done = runner.run(steps, &measuring.predicted, after_step);
  if (runner.refusal()) sink.add(to_diagnostic(*runner.refusal(), code));
  return done;
}

Result<std::optional<Refusal>> run_unwatched(ShadowServer& server, pg::Connection& connection, std::vector<plan::Step>& steps) {
  StepRunner runner(server, connection, nullptr);
  const Status done = runner.run(steps, nullptr, nullptr);
  if (done || runner.refusal()) return runner.refusal();
  return done.failure();
}

}  // namespace lpc::shadow
