#include "execute/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "diag/sink.h"
#include "plan/hazards.h"

namespace lpc::execute {

namespace {

using plan::CheckResult;
using Outcome = CheckResult::Outcome;

constexpr std::string_view kTimedOut = "57014";      // query_canceled, https://www.postgresql.org/docs/15/errcodes-appendix.html

/// Whether the backfill says which column it fills, as those that lpc plans do: one that the plan makes, while checks are about values from before.
bool fills_own_column(const plan::Step& step) {
  const auto id = step.objects.empty() ? std::nullopt : ObjectId::parse(step.objects.front());
  return id && id->kind == KindId::Column;
}

class Preflight {
 public:
  Preflight(pg::Connection& connection, const PreflightOptions& options) : connection_(connection), options_(options) {}

  Status run(plan::Plan& plan) {
    if (options_.sizes) LP_DO(measure(plan));
    bool rows_change = false;      // what an earlier step does to rows, no query can know now
    for (plan::Step& step : plan.steps) {
      for (plan::StepCheck& check : step.checks) {
        if (rows_change) continue;
        LP_TRY(check.result, ask(check.sql));
      }
      rows_change |= step.kind == "data" || (step.kind == "backfill" && !fills_own_column(step));
    }
    return ok();
  }

 private:
  /// A query of its own transaction: one that fails doesn't keep the next from being asked. Nothing when it failed; then last_error() says why.
  Result<std::optional<pg::Rows>> read(const std::string& query) {
    LP_DO(connection_.execute("BEGIN TRANSACTION READ ONLY"));
    LP_DO(connection_.execute(sql("SET LOCAL statement_timeout = {}", number(options_.timeout_ms))));
    LP_DO(connection_.execute("SET LOCAL row_security = off"));      // a policy that hides rows is an error then, and no clean bill
    Result<pg::Rows> rows = connection_.query(query);
    const std::optional<pg::ServerError> error = connection_.last_error();
    if (connection_.is_connection_lost()) return rows.failure();
    if (!rows && (!error || error->interrupted)) return rows.failure();
    LP_DO(connection_.execute("ROLLBACK"));
    if (!rows) {
      error_ = error;
      return std::optional<pg::Rows>();
    }
    return std::optional<pg::Rows>(*std::move(rows));
  }

  /// A few keys first: mostly there are none, or no more than these, and then nothing needs to be counted.
  Result<std::optional<CheckResult>> ask(const std::string& query) {
    CheckResult result;
    LP_TRY(const std::optional<pg::Rows> sample, read(fmt::format("SELECT * FROM ({}) AS offending LIMIT {}", query, options_.sample + 1)));
    if (!sample) return std::optional(unanswered());
    if (sample->empty()) return std::optional(result);
    result.outcome = Outcome::offends;
    result.rows = sample->size();
    for (int row = 0; row < std::min(sample->size(), options_.sample); ++row) result.keys.push_back(key(*sample, row));
    if (sample->size() <= options_.sample) return std::optional(std::move(result));
    LP_TRY(const std::optional<pg::Rows> count, read(fmt::format("SELECT count(*) FROM ({}) AS offending", query)));
    if (count && count->size() == 1) result.rows = count->integer(0, 0);
    else result.error = "not counted in time";
    return std::optional(std::move(result));
  }

  CheckResult unanswered() const {
    CheckResult result;
    const bool timed_out = error_ && error_->sqlstate == kTimedOut;
    result.outcome = timed_out ? Outcome::timeout : Outcome::failed;
    result.error = timed_out ? fmt::format("no answer within {} ms", options_.timeout_ms) : error_ ? words_of(*error_) : "no answer";
    return result;
  }

  /// Messages about data quote the data; those about names and rights (class 42) don't.
  static std::string words_of(const pg::ServerError& error) {
    return error.sqlstate.starts_with("42") ? error.message : fmt::format("the query fails with SQLSTATE {}", error.sqlstate);
  }

  static std::string key(const pg::Rows& rows, int row) {
    std::vector<std::string> parts;
    for (int column = 0; column < rows.columns(); ++column) {
      parts.push_back(fmt::format("{} = {}", rows.column_name(column), rows.is_null(row, column) ? "NULL" : std::string(rows(row, column))));
    }
    return join(parts, ", ");
  }

  Status measure(plan::Plan& plan) {
    const std::vector<std::string> relations = plan::worked_on(plan.steps);
    if (relations.empty()) return ok();
    std::vector<Sql> names;
    for (const std::string& relation : relations) names.push_back(literal(relation));
    // A table that the plan renames or makes has another name now, or none. Of a partitioned one the partitions have the rows.
    const Sql query = sql(
        "SELECT wanted.name, sum(greatest(c.reltuples, 0))::bigint, sum(pg_total_relation_size(c.oid))::bigint, sum(pg_relation_size(c.oid)) = 0, bool_and(c.reltuples >= 0)\n"
        "FROM unnest(ARRAY[{}]) AS wanted (name)\n"
        "CROSS JOIN LATERAL (SELECT to_regclass(wanted.name) AS oid) AS named\n"
        "JOIN LATERAL (SELECT named.oid AS relid WHERE named.oid IS NOT NULL UNION SELECT tree.relid FROM pg_partition_tree(named.oid) AS tree) AS part ON true\n"
        "JOIN pg_class AS c ON c.oid = part.relid AND c.relkind IN ('r', 'm')\n"
        "GROUP BY wanted.name", join(names, ", "));
    LP_TRY(const std::optional<pg::Rows> rows, read(query.text));
    if (!rows) return ok();
    std::vector<plan::TableSize> sizes;
    for (int row = 0; row < rows->size(); ++row) {
      const bool analysed = server_counts_unknown() ? rows->boolean(row, 4) : true;
      sizes.push_back({std::string((*rows)(row, 0)), analysed ? rows->integer(row, 1) : -1, rows->integer(row, 2), rows->boolean(row, 3)});
    }
    plan::judge_sizes(plan.steps, sizes, options_.big_rows);
    return ok();
  }

  /// Before 14 zero rows and an unknown number were one: https://www.postgresql.org/docs/14/release-14.html
  bool server_counts_unknown() const { return connection_.server_version_num() >= 140000; }

  pg::Connection& connection_;
  const PreflightOptions& options_;
  std::optional<pg::ServerError> error_;
};

}  // namespace

Status preflight(pg::Connection& connection, plan::Plan& plan, const PreflightOptions& options) {
  return Preflight(connection, options).run(plan);
}

std::vector<std::string> describe_checks(const plan::Plan& plan) {
  std::vector<std::string> lines;
  for (const plan::Step& step : plan.steps) {
    for (const plan::StepCheck& check : step.checks) {
      if (!check.result || check.result->outcome == Outcome::empty) continue;
      const CheckResult& result = *check.result;
      if (result.outcome != Outcome::offends) {
        lines.push_back(diag::make(diag::Code::kPreflightUnsure, {}, step.id, check.description, result.error).message);
        continue;
      }
      const bool counted = result.error.empty();
      const std::string rows = fmt::format("{}{} row{}", counted ? "" : "more than ", counted ? result.rows : static_cast<std::int64_t>(result.keys.size()), result.rows == 1 ? "" : "s");
      lines.push_back(fmt::format("step {} fails: {}: not so in {}, such as {}", step.id, check.description, rows, join(result.keys, "; ")));
    }
  }
  return lines;
}

Status refuse_offending(const plan::Plan& plan) {
  std::int64_t rows = 0;
  for (const plan::Step& step : plan.steps) {
    for (const plan::StepCheck& check : step.checks) {
      if (check.result && check.result->outcome == Outcome::offends) rows += check.result->rows;
    }
  }
  if (rows == 0) return ok();
  return Failure{"LP6036", diag::make(diag::Code::kRowsOffend, {}, fmt::format("{} row{}", rows, rows == 1 ? "" : "s")).message, "", join(describe_checks(plan), "\n")};
}

}  // namespace lpc::execute
