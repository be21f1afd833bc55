// What the lexemes of a fragment tell without a grammar: its parts between commas, whether its parentheses pair up, and
// dotted names. Offsets are bytes from the start of the text given. Knows nothing of libpg_query.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_scan.h"

namespace lpc::frontend {

/// One lexeme that isn't white space or a comment.
struct Piece {
  LexemeKind kind;
  std::string_view text;
  std::uint32_t begin;

  std::uint32_t end() const { return begin + static_cast<std::uint32_t>(text.size()); }
  bool is_symbol(char c) const { return kind == LexemeKind::symbol && text.front() == c; }
  /// True for the unquoted word; `lower` is in lower case.
  bool is_word(std::string_view lower) const;
};

std::vector<Piece> pieces_of(std::string_view sql);

/// Calls `visit(piece)` for each piece until it returns false.
template <class Visit>
void for_each_piece(std::string_view sql, Visit visit) {
  for (std::size_t i = 0; i < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, i);
    i = lexeme.end;
    if (is_filler(lexeme.kind)) continue;
    const Piece piece{lexeme.kind, sql.substr(lexeme.begin, lexeme.end - lexeme.begin), static_cast<std::uint32_t>(lexeme.begin)};
    if (!visit(piece)) return;
  }
}

/// The offset of the parenthesis or bracket that closes nothing; nothing when there is none. Text that libpg_query accepted between two
/// parentheses of a wrapper is one item of that wrapper only when this gives nothing.
std::optional<std::uint32_t> find_unopened(std::string_view sql);

/// The offset of the first comma outside all parentheses and brackets.
std::optional<std::uint32_t> find_top_level_comma(std::string_view sql);

/// The text between the commas that stand outside all parentheses and brackets, blanks and comments trimmed; empty for blank text.
std::vector<std::string_view> split_list(std::string_view sql);

/// The text without the blanks and comments at its ends.
std::string_view trim_filler(std::string_view sql);

/// The identifier that a word or quoted name stands for: folded, or its quotes resolved.
std::string identifier_of(const Piece& piece);

/// The parts of `a."B".c`; empty when the text isn't one to three names joined with dots.
std::vector<std::string> parse_dotted_name(std::string_view text);

}  // namespace lpc::frontend
