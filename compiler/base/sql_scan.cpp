#include "base/sql_scan.h"

#include "base/result.h"
#include "base/text.h"

namespace lpc {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

char at(std::string_view sql, std::size_t i) { return i < sql.size() ? sql[i] : '\0'; }

Lexeme to_end(LexemeKind kind, std::size_t begin, std::string_view sql) { return {kind, begin, sql.size(), false}; }

/// Quoted text whose opening quote is at `open`; a doubled quote stands for itself.
Lexeme scan_quoted(std::string_view sql, std::size_t begin, std::size_t open, bool backslash_escapes) {
  const char quote = sql[open];
  const LexemeKind kind = quote == '"' ? LexemeKind::quoted_name : LexemeKind::string;
  for (std::size_t i = open + 1; i < sql.size(); ++i) {
    if (backslash_escapes && sql[i] == '\\') {
      ++i;
    } else if (sql[i] == quote) {
      if (at(sql, i + 1) != quote) return {kind, begin, i + 1, true};
      ++i;
    }
  }
  return to_end(kind, begin, sql);
}

Lexeme scan_block_comment(std::string_view sql, std::size_t begin) {
  std::size_t depth = 0;
  for (std::size_t i = begin; i + 1 < sql.size(); ++i) {
    if (sql[i] == '/' && sql[i + 1] == '*') {
      ++depth;
      ++i;
    } else if (sql[i] == '*' && sql[i + 1] == '/') {
      ++i;
      if (--depth == 0) return {LexemeKind::block_comment, begin, i + 1, true};
    }
  }
  return to_end(LexemeKind::block_comment, begin, sql);
}

/// `$tag$ … $tag$`; a `$` that opens none is a symbol (as in `$1`).
Lexeme scan_dollar(std::string_view sql, std::size_t begin) {
  std::size_t i = begin + 1;
  if (i < sql.size() && starts_word(sql[i])) {
    while (i < sql.size() && (starts_word(sql[i]) || is_digit(sql[i]))) ++i;
  }
  if (at(sql, i) != '$') return {LexemeKind::symbol, begin, begin + 1, true};
  const std::string_view delimiter = sql.substr(begin, i + 1 - begin);
  const std::size_t close = sql.find(delimiter, i + 1);
  if (close == kNone) return to_end(LexemeKind::dollar_string, begin, sql);
  return {LexemeKind::dollar_string, begin, close + delimiter.size(), true};
}

Lexeme scan_word(std::string_view sql, std::size_t begin) {
  const char first = static_cast<char>(sql[begin] | 0x20);
  const char next = at(sql, begin + 1);
  if (next == '\'' && (first == 'e' || first == 'b' || first == 'x' || first == 'n')) {
    return scan_quoted(sql, begin, begin + 1, first == 'e');
  }
  if (first == 'u' && next == '&' && (at(sql, begin + 2) == '\'' || at(sql, begin + 2) == '"')) {
    return scan_quoted(sql, begin, begin + 2, false);
  }
  std::size_t i = begin + 1;
  while (i < sql.size() && (starts_word(sql[i]) || is_digit(sql[i]) || sql[i] == '$')) ++i;
  return {LexemeKind::word, begin, i, true};
}

Lexeme scan_number(std::string_view sql, std::size_t begin) {
  std::size_t i = begin;
  while (i < sql.size()) {
    const bool exponent_sign = (sql[i] == '+' || sql[i] == '-') && i > begin && (sql[i - 1] | 0x20) == 'e';
    // `1..10` is a number and a range, so a second dot in a row ends the number.
    const bool dot = sql[i] == '.' && at(sql, i + 1) != '.';
    if (!is_digit(sql[i]) && !dot && !exponent_sign && !starts_word(sql[i])) break;
    ++i;
  }
  return {LexemeKind::number, begin, i, true};
}

}  // namespace

Lexeme scan_lexeme(std::string_view sql, std::size_t begin) {
  LP_CHECK(begin < sql.size());
  const char c = sql[begin];
  const char next = at(sql, begin + 1);
  if (is_blank(c)) {
    std::size_t i = begin + 1;
    while (i < sql.size() && is_blank(sql[i])) ++i;
    return {LexemeKind::blank, begin, i, true};
  }
  if (c == '-' && next == '-') {
    const std::size_t end = sql.find_first_of("\r\n", begin);
    return {LexemeKind::line_comment, begin, end == kNone ? sql.size() : end, true};
  }
  if (c == '/' && next == '*') return scan_block_comment(sql, begin);
  if (c == '\'' || c == '"') return scan_quoted(sql, begin, begin, false);
  if (c == '$') return scan_dollar(sql, begin);
  if (starts_word(c)) return scan_word(sql, begin);
  if (is_digit(c) || (c == '.' && is_digit(next))) return scan_number(sql, begin);
  return {LexemeKind::symbol, begin, begin + 1, true};
}

}  // namespace lpc
