#include "ledger/secrets.h"

#include "base/sql_scan.h"
#include "base/text.h"

namespace lpc::ledger {

namespace {

constexpr std::string_view kMask = "'***'";

int count_characters(std::string_view text) {
  int count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return count;
}

/// Calls `visit(begin, end)` for each string that holds a password.
template <class Visit>
void for_each_password(std::string_view sql, const Visit& visit) {
  // Most statements don't have the words at all, and plans have thousands of them.
  const std::string lower = to_lower_ascii(sql);
  if (lower.find("password") == std::string::npos && lower.find("connection") == std::string::npos) return;
  std::string_view before;    // the lexeme before, in lower case
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    const std::string_view text = std::string_view(lower).substr(lexeme.begin, lexeme.end - lexeme.begin);
    const bool is_string = lexeme.kind == LexemeKind::string || lexeme.kind == LexemeKind::dollar_string;
    const bool in_conninfo = before == "connection" && (text == kMask || text.find("password") != std::string_view::npos || text.find("://") != std::string_view::npos);
    if (is_string && (before == "password" || in_conninfo)) visit(lexeme.begin, lexeme.end);
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
