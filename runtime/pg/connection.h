// One session with a Postgres server: statements, pipelines, notices, cancelling. Move-only; closing is destruction.
// Knows nothing of plans, catalogs or shadows. A failure is a Failure with a code, and what the server
// said field by field is in last_error(). https://www.postgresql.org/docs/15/libpq.html
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/sql.h"
#include "pg/error.h"

struct pg_result;

namespace lpc::pg {

/// A parameter in text form; nullopt is NULL.
using Params = std::vector<std::optional<std::string>>;

struct Query {
  std::string sql;      ///< one statement; parameters are $1, $2 …
  Params params = {};
  bool soon = false;    ///< in a pipeline: the server sends the answer as soon as it has it, and not with others'
};

/// What a statement gave. The views stay valid as long as the Rows live.
class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result);    ///< takes it over

  int size() const { return row_count_; }
  bool empty() const { return row_count_ == 0; }
  int columns() const { return column_count_; }
  std::string_view column_name(int column) const;
  std::optional<int> find_column(std::string_view name) const;

  /// The value in text form; empty for NULL.
  std::string_view at(int row, int column) const;
  std::string_view operator()(int row, int column) const { return at(row, column); }
  bool is_null(int row, int column) const;
  std::optional<std::string> get(int row, int column) const;
  bool boolean(int row, int column) const { return at(row, column) == "t"; }
  long long integer(int row, int column) const;    ///< 0 when it isn't a number

  long long affected() const;                      ///< rows changed, copied or returned, by the command tag
  std::string_view command() const;                ///< the command tag, such as "UPDATE 3"

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
  int row_count_ = 0;
  int column_count_ = 0;
};

struct ConnectOptions {
  std::string application_name = "lpc";            ///< a URL's own application_name wins
  int connect_timeout_seconds = 10;                ///< for each host; a URL's own connect_timeout wins
  std::string database;                            ///< replaces the URL's database unless empty
  std::vector<std::pair<std::string, std::string>> settings;   ///< set for the session, after lpc's own (DateStyle, IntervalStyle, bytea_output)
  std::function<void(const Notice&)> on_notice;    ///< notices are dropped without one
  const std::atomic<bool>* interrupt = nullptr;    ///< see Connection::set_interrupt
};

enum class TransactionState { kIdle, kActive, kInTransaction, kFailedTransaction, kUnknown };

class Connection {
 public:
  /// LP6001 can't be reached, LP6002 refused, LP6008 unreadable connection string, LP6009 no such database. Never shows a password.
  static Result<Connection> open(const std::string& conninfo_or_url, const ConnectOptions& options = {});

  /// One more session with the same server and database, as the same user. Works when this one is lost; safe from another thread while a statement runs.
  Result<Connection> another(const ConnectOptions& options = {}) const;

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// One statement in the extended protocol.
  Result<Rows> query(const std::string& sql, const Params& params = {});
  Result<Rows> query(const Sql& sql, const Params& params = {}) { return query(sql.text, params); }

  /// One or more statements in the simple protocol: several without BEGIN make one transaction. Results are thrown away.
  Status execute(const std::string& sql);
  Status execute(const Sql& sql) { return execute(sql.text); }

  /// All statements in one round trip; outside a transaction they make one transaction. At the first error the rest isn't run,
  /// and last_error()->statement is its index.
  Result<std::vector<Rows>> pipeline(const std::vector<Query>& queries);
  /// The same; each answer is handed over, with its statement's index, as soon as it has come, while the server works on the next.
  Status pipeline(const std::vector<Query>& queries, const std::function<void(std::size_t, Rows)>& take);

  /// What the server said to the last statement that failed; reset by every statement.
  const std::optional<ServerError>& last_error() const;
  bool is_connection_lost() const;
  TransactionState transaction_state() const;

  /// While a statement runs and the flag is set (by a signal handler, say), the statement is cancelled at the server and
  /// fails with LP6032. Pass nullptr before statements that clean up. The flag must outlive its use here.
  void set_interrupt(const std::atomic<bool>* flag);
  /// Asks the server to stop the running statement; safe from another thread and from a signal handler.
  bool cancel() const;
  void set_notice_handler(std::function<void(const Notice&)> handler);

  int server_version_num() const;                        ///< 150020 for 15.20
  int backend_pid() const;
  std::string parameter_status(const std::string& name) const;   ///< such as "server_encoding"; empty when not reported
  std::string database() const;
  std::string user() const;
  std::string host() const;                              ///< a folder for a Unix socket
  std::string port() const;

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// True when both connections are to one database of one server, whatever their URLs look like: by system identifier and
/// database OID, or, when a role may not read the former, by an advisory lock of one that the other can see.
Result<bool> same_database(Connection& a, Connection& b);

}  // namespace lpc::pg
