// Secrets among the options of foreign servers, user mappings and subscriptions. lpc never holds one: the query that reads options leaves secret values on the
// server, a catalog knows only that the option is there, and `.lp` and plans have a placeholder, `${ARCHIVE_PASSWORD}`. Its value is read from the environment
// when the plan is carried out on its target (see runtime/execute). On a shadow server the placeholder itself is the value.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql.h"

namespace lpc::kinds::secrets {

// What the names of secret options hold, and how the names of those end that only speak of a secret: `password_required`, `access_key_id`.
#define LPC_SECRET_WORDS "passw|passfile|passphrase|secret|token|api_?key|access_?key|private_?key|account_?key|credential|scram_client_key|scram_server_key|conn_?str|dsn"
#define LPC_NO_SECRET_ENDS "required|id|name|url|uri|endpoint"

/// SQL: whether the value of an option must not leave the server: by its name, or because it is a URI with a password in it or a placeholder.
#define LPC_IS_SECRET_SQL(name, value)                                                                                                              \
  "(" name " ~* '(" LPC_SECRET_WORDS ")' and " name " !~* '_(" LPC_NO_SECRET_ENDS ")$' or " value " ~ '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#@:]*:[^/?#@]*@'\n" \
  "      or " value " ~ '^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$')"

bool is_secret(std::string_view option);
/// The same, for an option with its value.
bool is_secret(std::string_view option, std::string_view value);

/// The variable of a text that is a placeholder and nothing else: NAME of `${NAME}`.
std::optional<std::string> variable(std::string_view text);
std::string placeholder(std::string_view variable);
/// A variable's name from words: `LP_SERVER_ARCHIVE_PASSWORD`.
std::string variable_name(const std::vector<std::string_view>& words);

/// A connection string without its secrets, and these: name and value, in order. Both forms of libpq are known:
/// https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING
struct Connection {
  std::string text;
  std::vector<std::pair<std::string, std::string>> secrets;
};
Connection without_secrets(std::string_view connection);
/// The connection string with one more parameter, whose value is a placeholder.
std::string with_placeholder(std::string_view connection, std::string_view parameter, std::string_view variable);

/// Whether the statement is of a kind that can hold secrets: it makes or changes a server, a user mapping, a foreign data wrapper or a subscription.
bool has_secret_places(std::string_view statement);
/// The statement with the values of its placeholders, which are looked for only where this module's kinds write them: in the options of a server, a user mapping
/// or a foreign data wrapper, and in a subscription's connection. A variable without a value stays and is added to `missing`.
std::string fill(std::string_view statement, const std::function<const char*(const std::string&)>& value_of, std::vector<std::string>& missing);

}  // namespace lpc::kinds::secrets
