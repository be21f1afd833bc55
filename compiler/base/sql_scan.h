// Cuts SQL text into lexemes just finely enough to tell quoted text, comments and words from the rest. It knows no
// grammar; whoever needs one asks libpg_query. Rules: https://www.postgresql.org/docs/15/sql-syntax-lexical.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lpc {

enum class LexemeKind : std::uint8_t {
  blank,           ///< white space
  line_comment,    ///< `-- …` without its line end
  block_comment,   ///< nested ones included
  string,          ///< '…', and E'…', B'…', X'…', N'…', U&'…' with their prefix
  dollar_string,
  quoted_name,     ///< "…", and U&"…" with its prefix
  word,            ///< a key word or an unquoted name
  number,
  symbol,          ///< one byte of anything else
};

struct Lexeme {
  LexemeKind kind;
  std::size_t begin;
  std::size_t end;
  bool closed;     ///< false when quoted text or a comment runs to the end of the text
};

/// The lexeme that starts at `begin`, which must lie inside `sql`. Takes time in proportion to the lexeme.
Lexeme scan_lexeme(std::string_view sql, std::size_t begin);

inline bool is_filler(LexemeKind kind) {
  return kind == LexemeKind::blank || kind == LexemeKind::line_comment || kind == LexemeKind::block_comment;
}

}  // namespace lpc
