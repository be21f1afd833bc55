#include <fmt/format.h>

#include <algorithm>

#include "base/sql.h"
#include "base/sql_scan.h"
#include "base/text.h"
#include "plan/psql.h"
#include "plan/render.h"

namespace lpc::plan {

namespace {

/// What waits for other transactions by design must not be cut short. The executor decides the same way.
bool is_concurrent(const Step& step) {
  const auto has_word = [](const std::string& sql) {
    for (std::size_t at = 0; at < sql.size();) {
      const Lexeme lexeme = scan_lexeme(sql, at);
      if (lexeme.kind == LexemeKind::word && to_lower_ascii(std::string_view(sql).substr(lexeme.begin, lexeme.end - lexeme.begin)) == "concurrently") return true;
      at = lexeme.end;
    }
    return false;
  };
  return step.kind == "concurrent" || std::any_of(step.sql.begin(), step.sql.end(), has_word);
}

class Script {
 public:
  Script(const Report& report, const SqlOptions& options) : report_(report), plan_(*report.plan), options_(options) {
    std::vector<std::string> statements;
    for (const Step& step : plan_.steps) statements.insert(statements.end(), step.sql.begin(), step.sql.end());
    secrets_ = secret_variables(statements);
  }

  std::string run() {
    head();
    if (plan_.empty()) return std::move(out_);
    settings();
    role();
    for (const Phase& each : report_.forward.phases) phase(each);
    return std::move(out_);
  }

 private:
  void head() {
    comment(plan_.empty() ? "Nothing to do: the database is what the sources say." : "Plan: " + report_.forward.size + ".");
    for (const SummaryLine& line : report_.summary) comment(fmt::format("  {:<6}{}", line.label, join(line.texts, "; ")));
    for (const Loss& loss : plan_.loses) comment(fmt::format("  lost: {}: {}", loss.object, loss.what));
    comment(report_.proof);
    comment("");
    if (!plan_.source_hash.empty()) comment("For a database whose catalog is " + plan_.source_hash + ".");
    comment("Unlike `lpc apply`, this script can't check that the database is in that state, doesn't try again when a lock isn't to be had, and leaves nothing in the ledger.");
    comment("Run it with: psql -X -f FILE DATABASE");
    if (!secrets_.empty()) comment("The environment must hold " + listed(secrets_) + ". This takes psql 15 or newer.");
  }

  /// What psql's own start-up file may have changed, and what lpc's sessions set.
  void settings() {
    out_ += "\n\\set ON_ERROR_STOP on\n\\set ON_ERROR_ROLLBACK off\n\\set AUTOCOMMIT on\n\\set SINGLELINE off\n\\encoding UTF8\n";
    out_ += "SET datestyle = 'ISO, MDY';\nSET intervalstyle = 'postgres';\nSET bytea_output = 'hex';\n";
    if (!secrets_.empty()) out_ += "\n" + psql_read_secrets(secrets_);
  }

  /// New objects belong to whoever makes them.
  void role() {
    if (plan_.role.empty()) return;
    out_ += "\n" + psql_comment(fmt::format("The plan is for the role {}, to whom new objects shall belong.", plan_.role));
    out_ += sql("SELECT current_user <> {} AS lpc_other_role \\gset\n", literal(plan_.role)).text;
    out_ += sql("\\if :lpc_other_role\nSET ROLE {};\n\\endif\n", ident(plan_.role)).text;
  }

  void phase(const Phase& phase) {
    out_ += "\n";
    comment(std::string(78, '-'));
    comment(phase.title);
    for (const HeldLock& lock : phase.locks) comment(fmt::format("  {} on {} wait {} ({})", blocked_words(lock.blocks), lock.relation, lock.duration, lock.mode));
    comment(std::string(78, '-'));
    if (phase.transactional) {
      transaction(phase);
    } else {
      alone(phase.steps.front());
    }
  }

  /// The settings are the executor's: see begin_transaction() in runtime/execute.
  void transaction(const Phase& phase) {
    constexpr int kHasTransactionTimeout = 170000;
    out_ += "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE;\n";
    out_ += fmt::format("SET LOCAL lock_timeout = {};\nSET LOCAL check_function_bodies = off;\n", options_.lock_timeout_ms);
    out_ += "SET LOCAL statement_timeout = 0;\nSET LOCAL idle_in_transaction_session_timeout = 0;\n";
    if (plan_.server_version >= kHasTransactionTimeout) out_ += "SET LOCAL transaction_timeout = 0;\n";
    for (const ReportStep& each : phase.steps) step(each);
    out_ += "\nSET CONSTRAINTS ALL IMMEDIATE;\nCOMMIT;\n";
  }

  void alone(const ReportStep& each) {
    out_ += fmt::format("SET lock_timeout = {};\nSET statement_timeout = 0;\n", is_concurrent(*each.step) ? 0 : options_.lock_timeout_ms);
    step(each);
    out_ += "\nRESET lock_timeout;\nRESET statement_timeout;\n";
  }

  void step(const ReportStep& step) {
    out_ += "\n";
    comment(fmt::format("{}. {}", step.number, step.step->description));
    for (const Fact& fact : step.facts) comment("   " + fact.text);
    for (const StepHazard& hazard : step.step->hazards) {
      comment(fmt::format("   {}[{}]: {}{}", hazard.severity, hazard.code, hazard.message, hazard.allowed.empty() ? "" : fmt::format(" (allowed: {})", hazard.allowed)));
    }
    for (const std::string& statement : step.step->sql) out_ += psql_statement_with_secrets(statement, secrets_);
  }

  void comment(const std::string& text) { out_ += psql_comment(text); }

  const Report& report_;
  const Plan& plan_;
  const SqlOptions& options_;
  std::vector<std::string> secrets_;
  std::string out_;
};

}  // namespace

std::string render_sql(const Report& report, const SqlOptions& options) { return Script(report, options).run(); }

}  // namespace lpc::plan
