// Opening a connection, and telling two databases apart.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <random>

#include "base/text.h"
#include "pg/conninfo.h"
#include "pg/session.h"

namespace lpc::pg {
namespace {

using Clock = std::chrono::steady_clock;

std::string option_of(const std::vector<ConninfoOption>& options, std::string_view keyword) {
  for (const ConninfoOption& option : options) {
    if (option.keyword == keyword) return option.value;
  }
  return "";
}

struct Attempt {
  PGconn* connection = nullptr;
  bool timed_out = false;
  bool interrupted = false;
};

/// Drives PQconnectPoll, so that the interrupt flag is heeded and the server's SQLSTATE can be had.
/// https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS
void drive(Attempt& attempt, int timeout_seconds, const std::atomic<bool>* interrupt) {
  constexpr int kStepMilliseconds = 100;
  const auto deadline = Clock::now() + std::chrono::seconds(timeout_seconds);
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
    if (interrupt && interrupt->load(std::memory_order_relaxed)) {
      attempt.interrupted = true;
      return;
    }
    if (timeout_seconds > 0 && Clock::now() >= deadline) {
      attempt.timed_out = true;
      return;
    }
    pollfd socket{PQsocket(attempt.connection), static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    if (::poll(&socket, 1, kStepMilliseconds) > 0) wanted = PQconnectPoll(attempt.connection);
  }
}

Attempt connect(const std::vector<const char*>& keywords, const std::vector<const char*>& values, bool several_hosts, int timeout_seconds,
                const std::atomic<bool>* interrupt) {
  // libpq gives up on one of several hosts after connect_timeout only in its blocking form.
  if (several_hosts) return {PQconnectdbParams(keywords.data(), values.data(), 1)};
  Attempt attempt{PQconnectStartParams(keywords.data(), values.data(), 1)};
  if (!attempt.connection || PQstatus(attempt.connection) == CONNECTION_BAD) return attempt;
  PQsetErrorVerbosity(attempt.connection, PQERRORS_VERBOSE);    // puts the SQLSTATE into the message
  drive(attempt, timeout_seconds, interrupt);
  return attempt;
}

struct ServerWords {
  std::string sqlstate;    ///< empty when no server answered
  std::string text;
};

bool is_sqlstate(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto fits = [&](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); };
  constexpr std::size_t kLength = 5;
  return text.size() == kLength && std::all_of(text.begin(), text.end(), fits) && std::any_of(text.begin(), text.end(), is_digit);
}

/// Takes "…FATAL:  28P01: password authentication failed …\nLOCATION:  auth_failed, auth.c:335" apart. The words in capitals
/// may be translated, so only the code, which always has a digit, and the line of the source file are looked for.
ServerWords read_words(std::string_view message) {
  ServerWords words;
  for (const std::string& line : split(trim(message), '\n')) {
    const bool is_location = line.find(".c:") != std::string::npos && line.find(":  ") != std::string::npos;
    if (is_location) continue;
    std::string kept = line;
    for (std::size_t at = line.find(": "); words.sqlstate.empty() && at != std::string::npos; at = line.find(": ", at + 1)) {
      const std::size_t begin = line.find_first_not_of(' ', at + 1);
      const std::size_t end = begin == std::string::npos ? begin : line.find(": ", begin);
      if (end == std::string::npos || !is_sqlstate(std::string_view(line).substr(begin, end - begin))) continue;
      words.sqlstate = line.substr(begin, end - begin);
      kept = line.substr(0, at) + line.substr(end);
    }
    words.text += (words.text.empty() ? "" : "\n") + kept;
  }
  return words;
}

/// "`host:port` (database `d`, user `u`)"
std::string place_of(const PGconn* connection) {
  const auto text = [](const char* value) { return std::string(value ? value : ""); };
  const std::string host = text(PQhost(connection));
  const std::string port = text(PQport(connection));
  return fmt::format("`{}{}{}` (database `{}`, user `{}`)", host, port.empty() ? "" : ":", port, text(PQdb(connection)), text(PQuser(connection)));
}

Failure connect_failure(const Attempt& attempt, int timeout_seconds) {
  if (!attempt.connection) return {"LP6001", "can't reach the server: out of memory", "", ""};
  const std::string place = place_of(attempt.connection);
  if (attempt.interrupted) return {"LP6032", "interrupted while connecting to " + place, "", ""};
  if (attempt.timed_out) {
    return {"LP6001", fmt::format("can't reach the server at {}: no answer in {} s", place, timeout_seconds),
            "check the host and the port, and that a firewall lets them through", ""};
  }
  ServerWords words = read_words(PQerrorMessage(attempt.connection));
  if (const char* password = PQpass(attempt.connection)) words.text = without_secret(words.text, password);
  if (!PQhost(attempt.connection) || (*PQhost(attempt.connection) == '\0' && words.sqlstate.empty())) {    // options that libpq refused
    return {"LP6008", "the connection string or a PG… variable of the environment can't be used", "correct it; PGSERVICE, PGPORT and others count too",
            words.text};
  }
  const bool wants_password = PQconnectionNeedsPassword(attempt.connection) != 0;
  if (words.sqlstate == "3D000") {
    return {"LP6009", "the server has no database `" + std::string(PQdb(attempt.connection)) + "`",
            "create it, or correct the database's name in the URL", words.text};
  }
  if (words.sqlstate == "53300") {
    return {"LP6002", "the server at " + place + " has no free connection", "close idle sessions or raise max_connections", words.text};
  }
  if (wants_password || words.sqlstate.starts_with("28")) {
    return {"LP6002", "the server at " + place + " refused the connection",
            wants_password ? "it asks for a password: put one into the URL, PGPASSWORD or ~/.pgpass"
                           : "check the user and the password, and the server's pg_hba.conf",
            words.text};
  }
  if (!words.sqlstate.empty() && words.sqlstate != "57P03") {
    return {"LP6002", "the server at " + place + " refused the connection", "", words.text};
  }
  return {"LP6001", "can't reach the server at " + place, "check that it runs and that the URL names its host and port", words.text};
}

/// Output formats that every reader of results relies on, and the caller's own settings after them.
Status apply_settings(Connection& connection, const ConnectOptions& options) {
  std::vector<std::pair<std::string, std::string>> settings = {{"DateStyle", "ISO, MDY"}, {"IntervalStyle", "postgres"}, {"bytea_output", "hex"}};
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  std::vector<Sql> parts;
  for (const auto& [name, value] : settings) {
    parts.push_back(sql("SELECT pg_catalog.set_config({}, {}, false)", literal(name), literal(value)));
  }
  return connection.execute(join(parts, "; "));
}

}  // namespace

Result<Connection> Connection::open(const std::string& conninfo_or_url, const ConnectOptions& options) {
  LP_TRY(const std::vector<ConninfoOption> parsed, parse_conninfo(conninfo_or_url));
  int timeout_seconds = options.connect_timeout_seconds;
  if (const std::string own = option_of(parsed, "connect_timeout"); !own.empty()) {
    std::from_chars(own.data(), own.data() + own.size(), timeout_seconds);
  }
  const std::string timeout = std::to_string(timeout_seconds);
  const bool several_hosts = (option_of(parsed, "host") + option_of(parsed, "hostaddr")).find(',') != std::string::npos;

  std::vector<const char*> keywords, values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  add("dbname", conninfo_or_url.empty() ? "client_encoding=UTF8" : conninfo_or_url.c_str());
  if (!options.database.empty()) add("dbname", options.database.c_str());
  add("fallback_application_name", options.application_name.c_str());
  add("client_encoding", "UTF8");
  add("connect_timeout", timeout.c_str());
  add(nullptr, nullptr);

  const Attempt attempt = connect(keywords, values, several_hosts, timeout_seconds, options.interrupt);
  auto state = std::make_unique<State>();
  state->connection.reset(attempt.connection);
  if (!attempt.connection || PQstatus(attempt.connection) != CONNECTION_OK) return connect_failure(attempt, timeout_seconds);
  PQsetErrorVerbosity(attempt.connection, PQERRORS_DEFAULT);
  PQsetNoticeReceiver(attempt.connection, &State::on_notice, state.get());
  PQsetnonblocking(attempt.connection, 1);
  state->cancel.reset(PQgetCancel(attempt.connection));
  state->notice_handler = options.on_notice;
  state->interrupt = options.interrupt;
  Connection connection(std::move(state));
  LP_DO(apply_settings(connection, options));
  return connection;
}

Result<Connection> Connection::another(const ConnectOptions& options) const {
  const PGconn* const session = state_->connection.get();
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> own(PQconninfo(state_->connection.get()), &PQconninfoFree);
  if (!own) return Failure{"LP6001", "can't reach the server: out of memory", "", ""};
  std::string conninfo;
  for (const PQconninfoOption* option = own.get(); option->keyword; ++option) {
    const std::string_view keyword = option->keyword;
    const char* value = option->val;
    if (keyword == "host") value = PQhost(session);    // of several, the one that answered
    if (keyword == "port") value = PQport(session);
    if (keyword == "hostaddr" || !value || !*value) continue;
    std::string quoted;
    for (const char* byte = value; *byte; ++byte) {
      if (*byte == '\'' || *byte == '\\') quoted += '\\';
      quoted += *byte;
    }
    conninfo += fmt::format("{}='{}' ", keyword, quoted);
  }
  return open(conninfo, options);
}

namespace {

struct Identity {
  std::string system;      ///< empty when the role may not read it
  std::string database;
};

/// The system identifier may be out of reach for a role, and the failure must not break the caller's transaction.
Result<Identity> identify(Connection& connection) {
  LP_TRY(const Rows oid, connection.query("SELECT oid, pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') "
                                          "FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"));
  if (oid.empty()) return Failure{"LP6003", "the server doesn't say which database this is", "", ""};
  Identity identity{"", std::string(oid(0, 0))};
  if (oid.boolean(0, 1)) {
    LP_TRY(const Rows system, connection.query("SELECT system_identifier FROM pg_catalog.pg_control_system()"));
    identity.system = std::string(system(0, 0));
  }
  return identity;
}

/// Takes an advisory lock through `a` and looks for it through `b`: only in the same database of the same server is it there.
Result<bool> sees_lock(Connection& a, Connection& b) {
  std::random_device random;
  const std::string high = std::to_string(random() & 0x7fffffff), low = std::to_string(random() & 0x7fffffff);
  const bool own_transaction = a.transaction_state() == TransactionState::kIdle;
  if (own_transaction) LP_DO(a.execute("BEGIN"));    // holds through a pooler, where a session's lock doesn't
  const auto look = [&]() -> Result<bool> {
    LP_DO(a.query("SELECT pg_catalog.pg_advisory_xact_lock($1::int, $2::int)", {high, low}));
    LP_TRY(const Rows seen, b.query("SELECT 1 FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database "
                                    "WHERE d.datname = pg_catalog.current_database() AND l.locktype = 'advisory' "
                                    "AND l.classid = $1::oid AND l.objid = $2::oid AND l.objsubid = 2",
                                    {high, low}));
    return !seen.empty();
  };
  Result<bool> seen = look();
  if (own_transaction) {
    if (const Status ended = a.execute("ROLLBACK"); !ended && seen) return ended.failure();
  }
  return seen;
}

}  // namespace

Result<bool> same_database(Connection& a, Connection& b) {
  LP_TRY(const Identity first, identify(a));
  LP_TRY(const Identity second, identify(b));
  if (first.database != second.database) return false;
  if (!first.system.empty() && !second.system.empty()) return first.system == second.system;
  return sees_lock(a, b);
}

}  // namespace lpc::pg
