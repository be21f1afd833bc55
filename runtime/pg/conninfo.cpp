#include "pg/conninfo.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/text.h"

namespace lpc::pg {
namespace {

bool is_url(std::string_view text) { return text.starts_with("postgresql://") || text.starts_with("postgres://"); }

bool is_secret(std::string_view keyword) {
  return keyword == "password" || keyword == "sslpassword" || keyword == "scram_client_key" || keyword == "scram_server_key" ||
         keyword == "oauth_client_secret";
}

/// `user` of `user:password@`, taken from before the last `@`: a password with an unescaped `@` or `/` must not show either.
std::string redacted_url(std::string_view url) {
  const std::size_t scheme_end = url.find("://") + 3;
  std::string out(url.substr(0, scheme_end));
  std::string_view rest = url.substr(scheme_end);
  std::string_view parameters;
  if (const std::size_t last_at = rest.rfind('@'); last_at != std::string_view::npos) {
    const std::string_view user_info = rest.substr(0, last_at);
    out += user_info.substr(0, user_info.find(':'));
    out += '@';
    rest = rest.substr(last_at + 1);
  }
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    parameters = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  out += rest;
  char separator = '?';
  for (const std::string& parameter : split(parameters, '&')) {
    if (parameter.empty() || is_secret(parameter.substr(0, parameter.find('=')))) continue;
    out += separator + parameter;
    separator = '&';
  }
  return out;
}

std::string quoted_value(std::string_view value) {
  if (!value.empty() && value.find_first_of(" '\\\t\n") == std::string_view::npos) return std::string(value);
  std::string out = "'";
  for (char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

/// A password with a raw `@` or `/` doesn't end where its writer thinks: its rest would be taken for the host or the port, and shown.
bool holds_strayed_password(const ConninfoOption& option) {
  if (option.keyword == "port") return option.value.find_first_not_of("0123456789,") != std::string::npos;
  return option.keyword == "host" && option.value.find('@', 1) != std::string::npos;    // a leading @ is an abstract socket
}

Failure unreadable(const std::string& conninfo_or_url, std::string detail) {
  return {"LP6008", "the connection string `" + redacted(conninfo_or_url) + "` can't be read",
          "write postgresql://user:password@host:port/database, with special characters in the password percent-encoded (@ is %40, / is %2F)",
          std::move(detail)};
}

}  // namespace

Result<std::vector<ConninfoOption>> parse_conninfo(const std::string& conninfo_or_url) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(conninfo_or_url.c_str(), &message),
                                                                             &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned_message(message, &PQfreemem);
  if (!options) {
    // libpq quotes the part it can't read, which may be a piece of a password that wasn't percent-encoded.
    const bool may_hold_secret = conninfo_or_url.find('@') != std::string::npos || conninfo_or_url.find("pass") != std::string::npos;
    return unreadable(conninfo_or_url, message && !may_hold_secret ? std::string(trim(message)) : "");
  }
  std::vector<ConninfoOption> found;
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
    if (!option->val) continue;
    found.push_back({option->keyword, option->val});
    if (holds_strayed_password(found.back())) return unreadable(conninfo_or_url, "");
  }
  return found;
}

std::string redacted(std::string_view conninfo_or_url) {
  if (is_url(conninfo_or_url)) return redacted_url(conninfo_or_url);
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(std::string(conninfo_or_url).c_str(), &message), &PQconninfoFree);
  if (message) PQfreemem(message);
  if (!options) return "***";
  std::string out;
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
    if (!option->val || is_secret(option->keyword)) continue;
    if (!out.empty()) out += ' ';
    out += std::string(option->keyword) + "=" + quoted_value(option->val);
  }
  return out;
}

bool looks_like_conninfo(std::string_view text) {
  if (is_url(text)) return true;
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  static constexpr std::array<std::string_view, 9> kStarts = {"host",    "hostaddr", "port",    "dbname",          "user",
                                                              "service", "sslmode",  "options", "application_name"};
  return std::find(kStarts.begin(), kStarts.end(), trim(text.substr(0, equals))) != kStarts.end() ||
         is_secret(trim(text.substr(0, equals)));
}

std::string without_secret(std::string text, std::string_view secret) {
  constexpr std::string_view kMask = "***";
  if (secret.empty()) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size())) {
    text.replace(at, secret.size(), kMask);
  }
  return text;
}

}  // namespace lpc::pg
