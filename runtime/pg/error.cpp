#include "pg/error.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstring>

#include "base/text.h"

namespace lpc::pg {
namespace {

std::string field(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  return value ? value : "";
}

int number_field(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  int number = 0;
  if (value) std::from_chars(value, value + std::strlen(value), number);
  return number;
}

std::string severity_of(const PGresult* result) {
  std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity.empty() ? field(result, PG_DIAG_SEVERITY) : severity;
}

constexpr std::size_t kCaretWindow = 100;   // characters of a line that are shown at most

}  // namespace

ServerError read_server_error(const PGresult* result) {
  ServerError error;
  error.sqlstate = field(result, PG_DIAG_SQLSTATE);
  error.severity = severity_of(result);
  error.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  error.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  error.hint = field(result, PG_DIAG_MESSAGE_HINT);
  error.context = field(result, PG_DIAG_CONTEXT);
  error.internal_query = field(result, PG_DIAG_INTERNAL_QUERY);
  error.schema = field(result, PG_DIAG_SCHEMA_NAME);
  error.table = field(result, PG_DIAG_TABLE_NAME);
  error.column = field(result, PG_DIAG_COLUMN_NAME);
  error.data_type = field(result, PG_DIAG_DATATYPE_NAME);
  error.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  error.position = number_field(result, PG_DIAG_STATEMENT_POSITION);
  error.internal_position = number_field(result, PG_DIAG_INTERNAL_POSITION);
  if (error.message.empty()) error.message = PQresultErrorMessage(result);
  return error;
}

Notice read_notice(const PGresult* result) {
  return {severity_of(result), field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_PRIMARY),
          field(result, PG_DIAG_MESSAGE_DETAIL), field(result, PG_DIAG_MESSAGE_HINT)};
}

std::string caret_lines(std::string_view sql, int position) {
  if (position <= 0 || sql.empty()) return "";
  const std::size_t at = offset_of_character(sql, static_cast<std::size_t>(position) - 1);
  const std::size_t newline_before = at == 0 ? std::string_view::npos : sql.rfind('\n', at - 1);
  const std::size_t begin = newline_before == std::string_view::npos ? 0 : newline_before + 1;
  const std::size_t newline_after = sql.find('\n', at);
  std::string_view line = sql.substr(begin, newline_after == std::string_view::npos ? newline_after : newline_after - begin);
  std::size_t line_number = 1;
  for (char byte : sql.substr(0, begin)) line_number += byte == '\n';

  std::size_t column = count_characters(line.substr(0, at - begin));
  std::string_view before_mark, after_mark;
  if (count_characters(line) > kCaretWindow) {
    const std::size_t first = column > kCaretWindow / 2 ? column - kCaretWindow / 2 : 0;
    const std::size_t from = offset_of_character(line, first);
    const std::size_t to = offset_of_character(line, first + kCaretWindow);
    if (from > 0) before_mark = "...";
    if (to < line.size()) after_mark = "...";
    line = line.substr(from, to - from);
    column -= first;
  }
  std::string shown(line);
  for (char& byte : shown) {
    if (byte == '\t' || byte == '\r') byte = ' ';
  }
  const std::string label = fmt::format("LINE {}: {}", line_number, before_mark);
  return fmt::format("{}{}{}\n{}^", label, shown, after_mark, std::string(label.size() + column, ' '));
}

std::string describe(const ServerError& error) {
  std::string text;
  const auto add = [&text](std::string_view label, std::string_view value) {
    if (value.empty()) return;
    if (!text.empty()) text += '\n';
    text += label;
    text += value;
  };
  add("SQLSTATE ", error.sqlstate);
  add("", caret_lines(error.sql, error.position));
  add("DETAIL: ", error.detail);
  add("QUERY: ", error.internal_query);
  add("", caret_lines(error.internal_query, error.internal_position));
  add("CONTEXT: ", error.context);
  return text;
}

Failure to_failure(const ServerError& error) {
  if (is_connection_lost(error.sqlstate)) {
    return {"LP6006", fmt::format("the connection to the server was lost: {}", error.message), error.hint, describe(error)};
  }
  std::string_view code = "LP6003";
  if (error.interrupted) code = "LP6032";
  if (is_lock_timeout(error.sqlstate)) code = "LP6004";
  if (is_insufficient_privilege(error.sqlstate)) code = "LP6007";
  return {std::string(code), error.message, error.hint, describe(error)};
}

bool is_lock_timeout(std::string_view sqlstate) { return sqlstate == "55P03"; }
bool is_deadlock(std::string_view sqlstate) { return sqlstate == "40P01"; }
bool is_serialization_failure(std::string_view sqlstate) { return sqlstate == "40001"; }
bool is_cancelled(std::string_view sqlstate) { return sqlstate == "57014"; }
bool is_insufficient_privilege(std::string_view sqlstate) { return sqlstate == "42501"; }

bool is_connection_lost(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03";
}

bool is_transient(std::string_view sqlstate) {
  return is_lock_timeout(sqlstate) || is_deadlock(sqlstate) || is_serialization_failure(sqlstate) || is_connection_lost(sqlstate);
}

}  // namespace lpc::pg
