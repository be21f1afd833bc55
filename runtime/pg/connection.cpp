#include "pg/connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"
#include "pg/session.h"

namespace lpc::pg {

Rows::Rows(pg_result* result) : result_(result), row_count_(PQntuples(result)), column_count_(PQnfields(result)) {}

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

std::string_view Rows::column_name(int column) const {
  const char* name = PQfname(result_.get(), column);
  return name ? name : "";
}

std::optional<int> Rows::find_column(std::string_view name) const {
  for (int column = 0; column < column_count_; ++column) {
    if (column_name(column) == name) return column;
  }
  return std::nullopt;
}

std::string_view Rows::at(int row, int column) const {
  LP_CHECK(row >= 0 && row < row_count_ && column >= 0 && column < column_count_);
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

bool Rows::is_null(int row, int column) const {
  LP_CHECK(row >= 0 && row < row_count_ && column >= 0 && column < column_count_);
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::optional<std::string> Rows::get(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return std::string(at(row, column));
}

long long Rows::integer(int row, int column) const {
  const std::string_view text = at(row, column);
  long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

long long Rows::affected() const {
  if (!result_) return 0;
  const char* text = PQcmdTuples(result_.get());
  long long number = 0;
  std::from_chars(text, text + std::strlen(text), number);
  return number;
}

std::string_view Rows::command() const { return result_ ? PQcmdStatus(result_.get()) : ""; }

namespace {

/// The parameters' array in the form that libpq takes.
std::vector<const char*> pointers(const Params& params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const auto& param : params) values.push_back(param ? param->c_str() : nullptr);
  return values;
}

bool send_query(PGconn* connection, const std::string& sql, const Params& params) {
  const std::vector<const char*> values = pointers(params);
  return PQsendQueryParams(connection, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0) == 1;
}

/// An error of a result, or of the connection when the result has no words of its own.
ServerError error_of(const PGconn* connection, const PGresult* result, const std::string& sql) {
  ServerError error;
  if (result) error = read_server_error(result);
  if (error.message.empty()) error.message = PQerrorMessage(connection);
  error.message = std::string(trim(error.message));
  if (error.sqlstate.empty()) error.sqlstate = PQstatus(connection) == CONNECTION_BAD ? "08006" : "XX000";
  error.sql = sql;
  return error;
}

bool is_failure(ExecStatusType status) {
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_PIPELINE_ABORTED;
}

}  // namespace

void Connection::State::FinishConnection::operator()(PGconn* connection) const { PQfinish(connection); }
void Connection::State::FreeCancel::operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }

void Connection::State::on_notice(void* self, const PGresult* result) {
  const auto& handler = static_cast<State*>(self)->notice_handler;
  if (handler) handler(read_notice(result));
}

void Connection::State::start_statement() {
  last_error.reset();
  cancel_sent = false;
}

/// Records the error and turns it into a Failure.
Failure Connection::State::fail(ServerError error) {
  error.interrupted = cancel_sent && is_cancelled(error.sqlstate);
  last_error = std::move(error);
  return to_failure(*last_error);
}

/// Blocks until the socket can be read (or written, if wanted), watching the interrupt flag. A signal that comes just
/// before poll() doesn't end it, hence the time limit.
void Connection::State::wait(bool for_writing) {
  constexpr int kFlagCheckMilliseconds = 100;
  if (interrupt && !cancel_sent && interrupt->load(std::memory_order_relaxed)) {
    cancel_sent = true;
    char ignored[256];
    PQcancel(cancel.get(), ignored, sizeof ignored);
  }
  pollfd socket{PQsocket(connection.get()), static_cast<short>(POLLIN | (for_writing ? POLLOUT : 0)), 0};
  ::poll(&socket, 1, interrupt && !cancel_sent ? kFlagCheckMilliseconds : -1);
}

bool Connection::State::flush() {
  for (;;) {
    const int pending = PQflush(connection.get());
    if (pending <= 0) return pending == 0;
    wait(true);
    if (!PQconsumeInput(connection.get())) return false;
  }
}

PGresult* Connection::State::next_result() {
  while (PQisBusy(connection.get())) {
    wait(false);
    if (!PQconsumeInput(connection.get())) break;
  }
  return PQgetResult(connection.get());
}

/// COPY needs a data stream that nobody gives here: copying in is refused, what is copied out is thrown away.
void Connection::State::end_copy(ExecStatusType status) {
  PGconn* const session = connection.get();
  if (status == PGRES_COPY_IN || status == PGRES_COPY_BOTH) {
    while (PQputCopyEnd(session, "COPY FROM STDIN has no input here") == 0) wait(true);
    flush();
  }
  if (status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
    char* buffer = nullptr;
    for (int got = 0; (got = PQgetCopyData(session, &buffer, 1)) >= 0;) {
      if (buffer) PQfreemem(buffer);
      buffer = nullptr;
      if (got > 0) continue;
      wait(false);
      if (!PQconsumeInput(session)) break;
    }
  }
}

Result<Rows> Connection::State::collect(bool sent, const std::string& sql) {
  if (!sent || !flush()) {
    Failure failure = fail(error_of(connection.get(), nullptr, sql));
    while (PGresult* result = PQgetResult(connection.get())) PQclear(result);
    return failure;
  }
  Rows last;
  std::optional<ServerError> first_error;
  while (PGresult* result = next_result()) {
    Rows rows(result);
    const ExecStatusType status = PQresultStatus(result);
    if (is_failure(status)) {
      if (!first_error) first_error = error_of(connection.get(), result, sql);
      if (PQstatus(connection.get()) == CONNECTION_BAD) break;
    } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      end_copy(status);
    } else {
      last = std::move(rows);
    }
  }
  if (first_error) return fail(std::move(*first_error));
  if (PQstatus(connection.get()) == CONNECTION_BAD) return fail(error_of(connection.get(), nullptr, sql));
  return last;
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Rows> Connection::query(const std::string& sql, const Params& params) {
  state_->start_statement();
  return state_->collect(send_query(state_->connection.get(), sql, params), sql);
}

Status Connection::execute(const std::string& sql) {
  state_->start_statement();
  LP_DO(state_->collect(PQsendQuery(state_->connection.get(), sql.c_str()) == 1, sql));
  return ok();
}

namespace {

/// The two sides of a pipeline: how many statements are sent, and how many have been answered.
struct Exchange {
  const std::vector<Query>& queries;
  const std::function<void(std::size_t, Rows)>& take;
  std::size_t sent = 0;
  std::size_t answered = 0;
  bool end_sent = false;
  bool finished = false;
  std::optional<ServerError> error;

  bool expects_answer() const { return answered < sent || end_sent; }
};

/// Queues statements until all are queued or the socket is full. libpq queues without limit, so it's asked now and then
/// whether the server still takes them; and after an error there's no use in sending more.
bool send_some(PGconn* connection, Exchange& exchange) {
  constexpr std::size_t kBytesBetweenFlushes = 64 * 1024;
  std::size_t queued = 0;
  while (exchange.sent < exchange.queries.size() && !exchange.error) {
    const Query& query = exchange.queries[exchange.sent];
    if (!send_query(connection, query.sql, query.params)) return false;
    if (query.soon && PQsendFlushRequest(connection) != 1) return false;
    ++exchange.sent;
    queued += query.sql.size();
    if (queued < kBytesBetweenFlushes) continue;
    queued = 0;
    const int pending = PQflush(connection);
    if (pending != 0) return pending > 0;
  }
  if (exchange.end_sent) return true;
  exchange.end_sent = true;
  return PQpipelineSync(connection) == 1;
}

void take_answers(PGconn* connection, Exchange& exchange) {
  while (!exchange.finished && exchange.expects_answer() && !PQisBusy(connection)) {
    PGresult* result = PQgetResult(connection);
    if (!result) {    // ends the answer to one statement
      ++exchange.answered;
      continue;
    }
    Rows rows(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_SYNC) {
      exchange.finished = true;
    } else if (!is_failure(status)) {
      exchange.take(exchange.answered, std::move(rows));
    } else if (!exchange.error) {
      exchange.error = error_of(connection, result, exchange.answered < exchange.queries.size() ? exchange.queries[exchange.answered].sql : "");
      exchange.error->statement = exchange.answered;
    }
    if (PQstatus(connection) == CONNECTION_BAD) return;
  }
}

}  // namespace

Result<std::vector<Rows>> Connection::pipeline(const std::vector<Query>& queries) {
  std::vector<Rows> results;
  results.reserve(queries.size());
  LP_DO(pipeline(queries, [&](std::size_t, Rows rows) { results.push_back(std::move(rows)); }));
  return results;
}

Status Connection::pipeline(const std::vector<Query>& queries, const std::function<void(std::size_t, Rows)>& take) {
  state_->start_statement();
  PGconn* const session = state_->connection.get();
  if (queries.empty()) return ok();
  if (!PQenterPipelineMode(session)) return state_->fail(error_of(session, nullptr, queries.front().sql));
  Exchange exchange{.queries = queries, .take = take, .error = {}};
  bool alive = true;
  while (alive && !exchange.finished) {
    if (!exchange.end_sent) alive = send_some(session, exchange);
    const int pending = alive ? PQflush(session) : -1;
    if (pending < 0) break;
    take_answers(session, exchange);
    if (exchange.finished) break;
    if (pending == 0 && !exchange.end_sent) continue;    // there's room: send on before waiting
    state_->wait(pending > 0);
    alive = PQconsumeInput(session) == 1;
    take_answers(session, exchange);
    alive = alive && PQstatus(session) == CONNECTION_OK;
  }
  if (!exchange.finished) {
    if (!exchange.error) {
      exchange.error = error_of(session, nullptr, queries[std::min(exchange.answered, queries.size() - 1)].sql);
      exchange.error->statement = exchange.answered;
    }
    return state_->fail(std::move(*exchange.error));
  }
  PQexitPipelineMode(session);
  if (exchange.error) return state_->fail(std::move(*exchange.error));
  return ok();
}

const std::optional<ServerError>& Connection::last_error() const { return state_->last_error; }

bool Connection::is_connection_lost() const {
  return PQstatus(state_->connection.get()) == CONNECTION_BAD ||
         (state_->last_error && pg::is_connection_lost(state_->last_error->sqlstate));
}

TransactionState Connection::transaction_state() const {
  switch (PQtransactionStatus(state_->connection.get())) {
    case PQTRANS_IDLE: return TransactionState::kIdle;
    case PQTRANS_ACTIVE: return TransactionState::kActive;
    case PQTRANS_INTRANS: return TransactionState::kInTransaction;
    case PQTRANS_INERROR: return TransactionState::kFailedTransaction;
    case PQTRANS_UNKNOWN: return TransactionState::kUnknown;
  }
  return TransactionState::kUnknown;
}

void Connection::set_interrupt(const std::atomic<bool>* flag) { state_->interrupt = flag; }

bool Connection::cancel() const {
  char ignored[256];
  return PQcancel(state_->cancel.get(), ignored, sizeof ignored) == 1;
}

void Connection::set_notice_handler(std::function<void(const Notice&)> handler) { state_->notice_handler = std::move(handler); }

int Connection::server_version_num() const { return PQserverVersion(state_->connection.get()); }
int Connection::backend_pid() const { return PQbackendPID(state_->connection.get()); }

std::string Connection::parameter_status(const std::string& name) const {
  const char* value = PQparameterStatus(state_->connection.get(), name.c_str());
  return value ? value : "";
}

std::string Connection::database() const { return PQdb(state_->connection.get()); }
std::string Connection::user() const { return PQuser(state_->connection.get()); }
std::string Connection::host() const { return PQhost(state_->connection.get()); }
std::string Connection::port() const { return PQport(state_->connection.get()); }

}  // namespace lpc::pg
