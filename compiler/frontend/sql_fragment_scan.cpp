#include "frontend/sql_fragment_scan.h"

#include "base/text.h"

namespace lpc::frontend {
namespace {

bool opens(const Piece& piece) { return piece.is_symbol('(') || piece.is_symbol('['); }
bool closes(const Piece& piece) { return piece.is_symbol(')') || piece.is_symbol(']'); }

}  // namespace

bool Piece::is_word(std::string_view lower) const {
  if (kind != LexemeKind::word || text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

std::vector<Piece> pieces_of(std::string_view sql) {
  std::vector<Piece> pieces;
  for_each_piece(sql, [&](const Piece& piece) {
    pieces.push_back(piece);
    return true;
  });
  return pieces;
}

std::optional<std::uint32_t> find_unopened(std::string_view sql) {
  std::optional<std::uint32_t> found;
  std::size_t depth = 0;
  for_each_piece(sql, [&](const Piece& piece) {
    if (opens(piece)) ++depth;
    if (closes(piece) && depth-- == 0) {
      found = piece.begin;
      return false;
    }
    return true;
  });
  return found;
}

std::optional<std::uint32_t> find_top_level_comma(std::string_view sql) {
  std::optional<std::uint32_t> found;
  int depth = 0;
  for_each_piece(sql, [&](const Piece& piece) {
    if (opens(piece)) ++depth;
    if (closes(piece)) --depth;
    if (depth == 0 && piece.is_symbol(',')) found = piece.begin;
    return !found;
  });
  return found;
}

std::vector<std::string_view> split_list(std::string_view sql) {
  std::vector<std::string_view> items;
  int depth = 0;
  std::size_t begin = 0;
  for_each_piece(sql, [&](const Piece& piece) {
    if (opens(piece)) ++depth;
    if (closes(piece)) --depth;
    if (depth == 0 && piece.is_symbol(',')) {
      items.push_back(trim_filler(sql.substr(begin, piece.begin - begin)));
      begin = piece.end();
    }
    return true;
  });
  const std::string_view last = trim_filler(sql.substr(begin));
  if (!items.empty() || !last.empty()) items.push_back(last);
  return items;
}

std::string_view trim_filler(std::string_view sql) {
  std::optional<std::size_t> begin;
  std::size_t end = 0;
  for_each_piece(sql, [&](const Piece& piece) {
    if (!begin) begin = piece.begin;
    end = piece.end();
    return true;
  });
  return begin ? sql.substr(*begin, end - *begin) : std::string_view();
}

std::string identifier_of(const Piece& piece) {
  if (piece.kind != LexemeKind::quoted_name) return to_lower_ascii(piece.text);
  std::string name;
  const std::string_view inside = piece.text.substr(1, piece.text.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    name += inside[i];
    if (inside[i] == '"') ++i;
  }
  return name;
}

std::vector<std::string> parse_dotted_name(std::string_view text) {
  const std::vector<Piece> pieces = pieces_of(text);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    if (i % 2 == 1) {
      if (!piece.is_symbol('.')) return {};
      continue;
    }
    // U&"…" isn't taken: its escapes can't be told without the parser.
    const bool quoted = piece.kind == LexemeKind::quoted_name && piece.text.front() == '"' && piece.text.size() > 2 && piece.text.back() == '"';
    if (piece.kind != LexemeKind::word && !quoted) return {};
    parts.push_back(identifier_of(piece));
  }
  if (pieces.size() % 2 == 0 || parts.size() > 3) return {};
  return parts;
}

}  // namespace lpc::frontend
