// What a Postgres server said when it refused something, and what its SQLSTATE means for a caller that may try again.
// Codes: https://www.postgresql.org/docs/15/errcodes-appendix.html
// Knows nothing of plans and steps: who ran the statement says which step it belonged to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

struct pg_result;

namespace lpc::pg {

/// Every field of the server's ErrorResponse that lpc shows or decides by; absent fields are empty or 0.
struct ServerError {
  std::string sqlstate;         ///< five characters; "08006" when the connection went away without a word
  std::string severity;         ///< not translated ("ERROR", "FATAL", "PANIC")
  std::string message;
  std::string detail;
  std::string hint;
  std::string context;          ///< the stack of functions that ran, one a line
  std::string internal_query;   ///< a statement that a function ran, when it is the one at fault
  std::string schema, table, column, data_type, constraint;
  std::string sql;              ///< the statement that failed
  int position = 0;             ///< 1-based, in characters of `sql`
  int internal_position = 0;    ///< 1-based, in characters of `internal_query`
  bool interrupted = false;     ///< cancelled because the interrupt flag was set
  std::size_t statement = 0;    ///< 0-based index among the statements sent together
};

/// A message that doesn't fail the statement (NOTICE, WARNING, INFO …).
struct Notice {
  std::string severity;
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
};

ServerError read_server_error(const pg_result* result);
Notice read_notice(const pg_result* result);

/// LP6006 when the connection is gone, LP6032 when lpc cancelled the statement, LP6004 for a lock timeout, LP6007 for a missing
/// right, else LP6003; `detail` is `describe(error)`.
Failure to_failure(const ServerError& error);

/// The lines under the message: SQLSTATE, the line of the statement with a caret, DETAIL, the inner query, CONTEXT. The hint isn't among them.
std::string describe(const ServerError& error);

/// "LINE 3: …" and a caret under the 1-based character `position` of `sql`, long lines cut to a window; empty when there is no position.
std::string caret_lines(std::string_view sql, int position);

bool is_lock_timeout(std::string_view sqlstate);             ///< 55P03
bool is_deadlock(std::string_view sqlstate);                 ///< 40P01
bool is_serialization_failure(std::string_view sqlstate);    ///< 40001
bool is_cancelled(std::string_view sqlstate);                ///< 57014, also what statement_timeout gives
bool is_connection_lost(std::string_view sqlstate);          ///< class 08, 57P01, 57P02, 57P03
bool is_insufficient_privilege(std::string_view sqlstate);   ///< 42501
/// May succeed when tried again, once the caller has checked that it hasn't happened already.
bool is_transient(std::string_view sqlstate);

}  // namespace lpc::pg
