#include "diag/snippet.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace lpc::diag {
namespace {

constexpr std::size_t kMaxCells = 100;
constexpr std::size_t kCellsBeforeCaret = 40;    ///< what a cut line keeps in front of its caret
constexpr std::size_t kTabCells = 4;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

struct Range {
  char32_t first;
  char32_t last;
};

/// Characters that take two cells: East Asian Width W and F (Unicode Standard Annex 11), in whole blocks, and emoji.
constexpr std::array kWide = std::to_array<Range>({
    {0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x25FD, 0x25FE}, {0x2614, 0x2615}, {0x2648, 0x2653},
    {0x26AA, 0x26AB}, {0x26BD, 0x26BE}, {0x2705, 0x2705}, {0x274C, 0x274C}, {0x2753, 0x2755}, {0x2795, 0x2797},
    {0x2B1B, 0x2B1C}, {0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF}, {0x4E00, 0xA4CF}, {0xA960, 0xA97F},
    {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF01, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1B000, 0x1B2FF},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
});

/// Characters that take none: combining marks, joiners and variation selectors.
constexpr std::array kZero = std::to_array<Range>({
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF},
});

/// Characters that change the direction of what follows and so could make a line look like another one.
constexpr std::array kSteering = std::to_array<Range>({
    {0x00, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069},
});

template <std::size_t N>
bool in_ranges(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t character_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && end - begin < 4 && is_continuation(text[end])) ++end;
  return end;
}

char32_t decode(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) return first;
  char32_t c = bytes.size() == 2 ? first & 0x1F : bytes.size() == 3 ? first & 0x0F : first & 0x07;
  for (const char byte : bytes.substr(1)) c = (c << 6) | (static_cast<unsigned char>(byte) & 0x3F);
  return c;
}

/// One character as a terminal shows it.
struct Cell {
  std::size_t begin;
  std::size_t end;
  std::string glyph;
  std::size_t width;
};

std::vector<Cell> to_cells(std::string_view line, std::size_t from, std::size_t to) {
  std::vector<Cell> cells;
  for (std::size_t begin = from; begin < to;) {
    const std::size_t end = std::min(character_end(line, begin), line.size());
    const std::string_view bytes = line.substr(begin, end - begin);
    const char32_t c = decode(bytes);
    if (c == '\t') {
      cells.push_back({begin, end, std::string(kTabCells, ' '), kTabCells});
    } else if (in_ranges(kSteering, c)) {
      cells.push_back({begin, end, std::string(kReplacement), 1});
    } else {
      const std::size_t width = c < 0x300 ? 1 : in_ranges(kZero, c) ? 0 : in_ranges(kWide, c) ? 2 : 1;
      cells.push_back({begin, end, std::string(bytes), width});
    }
    begin = end;
  }
  return cells;
}

}  // namespace

Snippet make_snippet(std::string_view line, std::size_t begin, std::size_t end) {
  begin = std::min(begin, line.size());
  end = std::clamp(end, begin, line.size());
  // A character has at most four bytes, so this window holds every cell that can be shown; it keeps a line of many
  // megabytes cheap.
  std::size_t from = begin > kMaxCells * 4 ? begin - kMaxCells * 4 : 0;
  while (from > 0 && is_continuation(line[from])) --from;
  std::size_t to = std::min(line.size(), begin + kMaxCells * 4);
  while (to < line.size() && is_continuation(line[to])) ++to;

  const std::vector<Cell> cells = to_cells(line, from, to);
  std::size_t width = 0;
  std::size_t before = 0;
  for (const Cell& cell : cells) {
    width += cell.width;
    if (cell.end <= begin) before += cell.width;
  }
  const bool is_long = width > kMaxCells;
  std::size_t skip = is_long && before > kCellsBeforeCaret ? before - kCellsBeforeCaret : 0;
  if (is_long) skip = std::min(skip, width - kMaxCells);

  Snippet snippet;
  if (skip > 0 || from > 0) {
    snippet.text += kEllipsis;
    snippet.carets += ' ';
  }
  std::size_t passed = 0;
  bool cut = to < line.size();
  for (const Cell& cell : cells) {
    const std::size_t at = passed;
    passed += cell.width;
    if (at < skip) continue;
    if (passed > skip + kMaxCells) {
      cut = true;
      break;
    }
    snippet.text += cell.glyph;
    if (cell.end <= begin) {
      snippet.carets.append(cell.width, ' ');
    } else if (cell.begin < end) {
      snippet.carets.append(cell.width, '^');
    }
  }
  if (cut) snippet.text += kEllipsis;
  if (snippet.carets.empty() || snippet.carets.back() != '^') snippet.carets += '^';
  snippet.text.erase(snippet.text.find_last_not_of(' ') + 1);
  return snippet;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = character_end(text, begin);
    const std::string_view bytes = text.substr(begin, end - begin);
    const char32_t c = decode(bytes);
    if (c == '\t') {
      result += ' ';
    } else if (c != '\n' && in_ranges(kSteering, c)) {
      result += kReplacement;
    } else {
      result += bytes;
    }
    begin = end;
  }
  return result;
}

std::size_t count_cells(std::string_view text) {
  std::size_t width = 0;
  for (const Cell& cell : to_cells(text, 0, text.size())) width += cell.width;
  return width;
}

}  // namespace lpc::diag
