#include "kinds/secrets.h"

#include <algorithm>

#include "base/sql_scan.h"
#include "base/text.h"

namespace lpc::kinds::secrets {
namespace {

bool is_upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_variable(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::ranges::all_of(name, [](char c) { return is_upper_or_digit(c) || (c >= 'a' && c <= 'z') || c == '_'; });
}

bool is_uri(std::string_view connection) { return connection.starts_with("postgresql://") || connection.starts_with("postgres://"); }

/// `https://user:secret@host`
bool holds_password(std::string_view value) {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::string_view authority = value.substr(scheme + 3, value.find_first_of("/?#", scheme + 3) - scheme - 3);
  const std::size_t colon = authority.find(':'), at = authority.find('@');
  return colon != std::string_view::npos && at != std::string_view::npos && colon < at;
}

/// Where the words of LPC_SECRET_WORDS say `?`, the character before may be missing.
bool holds(std::string_view text, std::string_view pattern) {
  const std::size_t optional = pattern.find('?');
  if (optional == std::string_view::npos) return text.find(pattern) != std::string_view::npos;
  const std::string with = std::string(pattern.substr(0, optional)) + std::string(pattern.substr(optional + 1));
  const std::string without = std::string(pattern.substr(0, optional - 1)) + std::string(pattern.substr(optional + 1));
  return text.find(with) != std::string_view::npos || text.find(without) != std::string_view::npos;
}

// ---- connection strings ----------------------------------------------------------------------------------------------------------------

/// `key = 'value'` pairs, the way conninfo_parse() in src/interfaces/libpq/fe-connect.c cuts them.
Connection cut_pairs(std::string_view text) {
  Connection result;
  std::size_t copied = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t gap = at;
    while (at < text.size() && is_blank(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && !is_blank(text[at]) && text[at] != '=') ++at;
    const std::string key = to_lower_ascii(text.substr(begin, at - begin));
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at >= text.size() || text[at] != '=') continue;      // not a connection string; the server will say so
    ++at;
    while (at < text.size() && is_blank(text[at])) ++at;
    const bool quoted = at < text.size() && text[at] == '\'';
    if (quoted) ++at;
    std::string value;
    while (at < text.size() && (quoted ? text[at] != '\'' : !is_blank(text[at]))) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      value += text[at++];
    }
    if (quoted && at < text.size()) ++at;
    if (!is_secret(key)) continue;
    result.text += text.substr(copied, (result.text.empty() && copied == gap ? begin : gap) - copied);
    copied = at;
    result.secrets.emplace_back(key, std::move(value));
  }
  result.text += text.substr(copied);
  result.text = std::string(result.secrets.empty() ? std::string_view(result.text) : trim(result.text));
  return result;
}

Connection cut_uri(std::string_view uri) {
  Connection result;
  const std::size_t authority = uri.find("://") + 3;
  const std::size_t path = std::min(uri.find_first_of("/?", authority), uri.size());
  const std::size_t host = uri.substr(0, path).rfind('@');
  std::size_t copied = 0;
  if (host != std::string_view::npos && host >= authority) {
    const std::size_t colon = uri.substr(0, host).find(':', authority);
    if (colon != std::string_view::npos) {
      result.text = uri.substr(0, colon);
      result.secrets.emplace_back("password", std::string(uri.substr(colon + 1, host - colon - 1)));
      copied = host;
    }
  }
  const std::size_t query = uri.find('?', path);
  if (query == std::string_view::npos) {
    result.text += uri.substr(copied);
    return result;
  }
  result.text += uri.substr(copied, query - copied);
  char before = '?';
  for (const std::string& parameter : split(uri.substr(query + 1), '&')) {
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (is_secret(parameter.substr(0, equals))) {
      result.secrets.emplace_back(parameter.substr(0, equals), equals < parameter.size() ? parameter.substr(equals + 1) : std::string());
      continue;
    }
    result.text += before;
    result.text += parameter;
    before = '&';
  }
  return result;
}

// ---- values ------------------------------------------------------------------------------------------------------------------------------

std::string percent_encoded(std::string_view value) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_upper_or_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string quoted_parameter(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

/// What a string that literal() of base/sql.h wrote says: '…', or E'…' with doubled backslashes.
std::string literal_value(std::string_view text) {
  const bool escaped = text.starts_with('E');
  text.remove_prefix(escaped ? 2 : 1);
  if (text.ends_with('\'')) text.remove_suffix(1);
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '\'' || (escaped && text[i] == '\\')) && i + 1 < text.size()) ++i;
    value += text[i];
  }
  return value;
}

std::string lexeme_name(std::string_view text) {
  return text.starts_with('"') && text.size() >= 2 ? std::string(text.substr(1, text.size() - 2)) : to_lower_ascii(text);
}

class Filler {
 public:
  Filler(const std::function<const char*(const std::string&)>& value_of, std::vector<std::string>& missing) : value_of_(value_of), missing_(missing) {}

  std::string option(const std::string& text) const {
    const auto name = variable(text);
    const char* value = name ? look_up(*name) : nullptr;
    return value == nullptr ? text : value;
  }

  std::string connection(const std::string& text) const {
    std::string out;
    std::size_t copied = 0;
    for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 1)) {
      const std::size_t end = text.find('}', at);
      const auto name = end == std::string::npos ? std::nullopt : variable(std::string_view(text).substr(at, end + 1 - at));
      const char* value = name ? look_up(*name) : nullptr;
      if (value == nullptr) continue;
      out += text.substr(copied, at - copied);
      out += is_uri(text) ? percent_encoded(value) : quoted_parameter(value);
      copied = end + 1;
    }
    return out + text.substr(copied);
  }

 private:
  const char* look_up(const std::string& name) const {
    const char* value = value_of_(name);
    if (value == nullptr && std::ranges::find(missing_, name) == missing_.end()) missing_.push_back(name);
    return value;
  }

  const std::function<const char*(const std::string&)>& value_of_;
  std::vector<std::string>& missing_;
};

}  // namespace

bool is_secret(std::string_view option) {
  const std::string name = to_lower_ascii(option);
  for (const std::string& end : split(LPC_NO_SECRET_ENDS, '|')) {
    if (name.ends_with("_" + end)) return false;
  }
  const std::vector<std::string> words = split(LPC_SECRET_WORDS, '|');
  return std::ranges::any_of(words, [&](const std::string& word) { return holds(name, word); });
}

bool is_secret(std::string_view option, std::string_view value) { return is_secret(option) || variable(value) || holds_password(value); }

std::optional<std::string> variable(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return std::nullopt;
  const std::string_view name = text.substr(2, text.size() - 3);
  return is_variable(name) ? std::optional(std::string(name)) : std::nullopt;
}

std::string placeholder(std::string_view variable) { return "${" + std::string(variable) + "}"; }

std::string variable_name(const std::vector<std::string_view>& words) {
  std::string name = "LP";
  for (const std::string_view word : words) {
    name += '_';
    for (const char c : word) {
      const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      name += is_upper_or_digit(upper) ? upper : '_';
    }
  }
  return name;
}

Connection without_secrets(std::string_view connection) { return is_uri(connection) ? cut_uri(connection) : cut_pairs(connection); }

std::string with_placeholder(std::string_view connection, std::string_view parameter, std::string_view variable) {
  const bool uri = is_uri(connection);
  std::string out(connection);
  if (uri) {
    out += connection.find('?') == std::string_view::npos ? '?' : '&';
  } else if (!out.empty()) {
    out += ' ';
  }
  return out + std::string(parameter) + "=" + placeholder(variable);
}

bool has_secret_places(std::string_view statement) {
  const std::size_t first = statement.find(' ');
  if (first == std::string_view::npos) return false;
  const std::string_view verb = statement.substr(0, first), object = statement.substr(first + 1);
  if (verb != "CREATE" && verb != "ALTER") return false;
  return object.starts_with("SERVER ") || object.starts_with("USER MAPPING ") || object.starts_with("FOREIGN DATA WRAPPER ") || object.starts_with("SUBSCRIPTION ");
}

std::string fill(std::string_view statement, const std::function<const char*(const std::string&)>& value_of, std::vector<std::string>& missing) {
  if (statement.find("${") == std::string_view::npos || !has_secret_places(statement)) return std::string(statement);
  const Filler filler(value_of, missing);
  std::string out, before;      // the lexeme before, as a name
  for (std::size_t at = 0; at < statement.size();) {
    const Lexeme lexeme = scan_lexeme(statement, at);
    const std::string_view text = statement.substr(lexeme.begin, lexeme.end - lexeme.begin);
    at = lexeme.end;
    if (lexeme.kind == LexemeKind::string) {
      const std::string value = literal_value(text);
      out += literal(before == "connection" ? filler.connection(value) : filler.option(value)).text;
    } else {
      out += text;
    }
    if (!is_filler(lexeme.kind)) before = lexeme_name(text);
  }
  return out;
}

}  // namespace lpc::kinds::secrets
