#include "ledger/secrets.h"

#include <algorithm>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/secrets.h"

namespace lpc::ledger {

namespace {

constexpr std::string_view kMask = "'***'";

int count_characters(std::string_view text) {
  int count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return count;
}

/// A placeholder isn't what it stands for, and a rollback needs it.
bool is_placeholder(std::string_view string) {
  return string.size() > 2 && string.starts_with('\'') && kinds::secrets::variable(string.substr(1, string.size() - 2)).has_value();
}

bool has_placeholders_alone(std::string_view string) {
  if (!string.starts_with('\'')) return false;
  const kinds::secrets::Connection connection = kinds::secrets::without_secrets(string.substr(1, string.size() - 2));
  return !connection.secrets.empty() &&
         std::ranges::all_of(connection.secrets, [](const auto& secret) { return kinds::secrets::variable(secret.second).has_value(); });
}

/// Calls `visit(begin, end)` for each string that holds a password.
template <class Visit>
void for_each_password(std::string_view sql, const Visit& visit) {
  // Most statements don't have the words at all, and plans have thousands of them.
  const std::string lower = to_lower_ascii(sql);
  const bool has_options = kinds::secrets::has_secret_places(sql);
  if (!has_options && lower.find("password") == std::string::npos && lower.find("connection") == std::string::npos) return;
  std::string_view before;    // the lexeme before, in lower case
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    const std::string_view text = std::string_view(lower).substr(lexeme.begin, lexeme.end - lexeme.begin);
    const bool is_string = lexeme.kind == LexemeKind::string || lexeme.kind == LexemeKind::dollar_string;
    const bool in_conninfo = before == "connection" && (text == kMask || text.find("password") != std::string_view::npos || text.find("://") != std::string_view::npos);
    const std::string_view string = sql.substr(lexeme.begin, lexeme.end - lexeme.begin);
    const bool in_option = before == "password" || (has_options && before != "connection" && kinds::secrets::is_secret(before, string.substr(1)));
    if (is_string && ((in_option && !is_placeholder(string)) || (in_conninfo && !has_placeholders_alone(string)))) visit(lexeme.begin, lexeme.end);
    if (!is_filler(lexeme.kind)) before = text;
    at = lexeme.end;
  }
}

}  // namespace

std::string mask_passwords(std::string_view sql, int* position) {
  std::string masked;
  std::size_t copied = 0;
  int shift = 0;
  for_each_password(sql, [&](std::size_t begin, std::size_t end) {
    masked += sql.substr(copied, begin - copied);
    masked += kMask;
    copied = end;
    if (position && *position > count_characters(sql.substr(0, begin)) + 1) shift += count_characters(kMask) - count_characters(sql.substr(begin, end - begin));
  });
  masked += sql.substr(copied);
  if (position && *position > 0) *position = *position + shift > 0 ? *position + shift : 1;
  return masked;
}

bool has_masked_password(std::string_view sql) {
  bool found = false;
  for_each_password(sql, [&](std::size_t begin, std::size_t end) { found = found || sql.substr(begin, end - begin) == kMask; });
  return found;
}

}  // namespace lpc::ledger
