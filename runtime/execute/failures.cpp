#include "execute/failures.h"

#include <fmt/format.h>

#include <algorithm>

#include "diag/sink.h"
#include "diag/snippet.h"
#include "ledger/secrets.h"

namespace lpc::execute {

namespace {

std::size_t byte_of_character(std::string_view text, int position) {
  std::size_t at = 0;
  for (int character = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && ++character == position) break;
  }
  return at;
}

/// "LINE 3: …" and the caret, aligned in a terminal's cells; without a position the first lines of the statement.
std::string statement_lines(std::string_view label, std::string_view statement, int position) {
  constexpr std::size_t kMostLines = 4;
  const std::string sql = ledger::mask_passwords(statement, &position);
  if (sql.empty()) return "";
  if (position <= 0) {
    std::string text;
    std::size_t begin = 0;
    for (std::size_t line = 0; line < kMostLines && begin <= sql.size(); ++line) {
      const std::size_t end = std::min(sql.find('\n', begin), sql.size());
      text += (line == 0 ? fmt::format("{}: ", label) : "\n  ") + diag::make_snippet(std::string_view(sql).substr(begin, end - begin), 0, 0).text;
      begin = end + 1;
    }
    return begin <= sql.size() ? text + "\n  …" : text;
  }
  const std::size_t at = byte_of_character(sql, position);
  const std::size_t newline = at == 0 ? std::string::npos : sql.rfind('\n', at - 1);
  const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
  const std::size_t end = std::min(sql.find('\n', at), sql.size());
  const auto line = 1 + std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  const diag::Snippet snippet = diag::make_snippet(std::string_view(sql).substr(begin, end - begin), at - begin, at - begin);
  const std::string head = fmt::format("LINE {}: ", line);
  return head + snippet.text + "\n" + std::string(head.size(), ' ') + snippet.carets;
}

std::string step_name(const RunState& run, const ErrorContext& context) {
  const std::size_t count = run.plan.steps.size();
  if (count == 0) return "the entry in the ledger";
  if (context.after_steps) return fmt::format("the checks after step {} of {}", context.step + 1, count);
  const std::string& description = run.plan.steps[context.step].description;
  return fmt::format("step {} of {} ({})", context.step + 1, count, description.substr(0, description.find('\n')));
}

std::string relation_waited_for(const RunState& run, const ErrorContext& context) {
  if (context.watch && !context.watch->relation().empty()) return context.watch->relation();
  if (run.plan.steps.empty()) return "the ledger";
  const plan::Step& step = run.plan.steps[context.step];
  if (!step.locks.empty()) return step.locks.front().relation;
  return step.objects.empty() ? fmt::format("what step {} changes", context.step + 1) : step.objects.front();
}

std::string add_lines(std::string text, std::string_view lines) {
  if (!text.empty() && !lines.empty()) text += '\n';
  return text += lines;
}

Failure lock_failure(const RunState& run, const ErrorContext& context) {
  const std::string waited = fmt::format("{} ms, {} of {} attempts", run.options.lock_timeout_ms, context.attempts, run.options.max_attempts);
  Failure failure{"LP6004", diag::make(diag::Code::kLockTimeout, {}, relation_waited_for(run, context), waited).message, "", ""};
  failure.detail = step_name(run, context) + " waited for it";
  if (context.watch && !context.watch->holders().empty()) failure.detail = add_lines(failure.detail, "held by " + context.watch->holders());
  failure.hint = "end the sessions that hold it, or raise --lock-timeout or --attempts";
  return failure;
}

Failure lost_failure(const RunState& run, const pg::ServerError& error, const ErrorContext& context) {
  Failure failure{"LP6006", diag::make(diag::Code::kConnectionLost, {}, error.message).message, "see `lpc status`, and apply again", ""};
  const bool transactional = run.plan.steps.empty() || run.plan.steps[context.step].transactional;
  failure.detail = transactional ? fmt::format("it broke at {}; the server rolls that transaction back", step_name(run, context))
                                 : fmt::format("it broke at {}, which runs outside a transaction: it may have happened in part or whole", step_name(run, context));
  return failure;
}

}  // namespace

std::string server_words(const pg::ServerError& error) {
  std::string text = "SQLSTATE " + error.sqlstate;
  text = add_lines(text, statement_lines("SQL", error.sql, error.position));
  if (!error.detail.empty()) text = add_lines(text, "DETAIL: " + error.detail);
  text = add_lines(text, statement_lines("QUERY", error.internal_query, error.internal_position));
  if (!error.context.empty()) text = add_lines(text, "CONTEXT: " + ledger::mask_passwords(error.context));
  return text;
}

std::string what_stays(const RunState& run) {
  std::string text;
  if (run.steps_done > 0) text = fmt::format("Steps 1 to {} of {} are done and stay: run {} in `lpc history`.", run.steps_done, run.plan.steps.size(), run.writer.run());
  text = add_lines(text, run.left_behind);
  if (text.empty()) return "The database is as it was before.";
  return add_lines(text, "To go on, make a new plan with `lpc plan`.");
}

Failure with_what_stays(const RunState& run, Failure failure) {
  failure.detail = add_lines(failure.detail, what_stays(run));
  return failure;
}

Failure interrupted_failure(const RunState& run, std::size_t next_step) {
  const std::string where = fmt::format("stopped before the end of step {} of {}", std::min(next_step + 1, run.plan.steps.size()), run.plan.steps.size());
  Failure failure{"LP6032", diag::make(diag::Code::kInterrupted, {}, where).message, "", what_stays(run)};
  if (run.steps_done == 0 && run.left_behind.empty()) failure.hint = "the same plan can be applied again";
  return failure;
}

Failure failure_of_step(const RunState& run, const pg::ServerError& error, const ErrorContext& context) {
  if (error.interrupted) return interrupted_failure(run, context.step);
  if (pg::is_connection_lost(error.sqlstate)) return with_what_stays(run, lost_failure(run, error, context));
  if (pg::is_lock_timeout(error.sqlstate)) return with_what_stays(run, lock_failure(run, context));
  const std::string what = fmt::format("{}: {}", step_name(run, context), error.message);
  Failure failure{"LP6003", diag::make(diag::Code::kStatementFailed, {}, what).message, error.hint, server_words(error)};
  if (pg::is_insufficient_privilege(error.sqlstate)) {
    failure.code = "LP6007";
    failure.message = diag::make(diag::Code::kMissingPrivilege, {}, run.connection.user(), what).message;
  }
  if (context.attempts > 1) failure.detail = add_lines(failure.detail, fmt::format("tried {} times", context.attempts));
  return with_what_stays(run, std::move(failure));
}

}  // namespace lpc::execute
