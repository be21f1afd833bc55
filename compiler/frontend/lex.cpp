#include "frontend/lex.h"

#include <algorithm>
#include <array>

#include "base/sql_scan.h"

namespace lpc::frontend {
namespace {

struct TokenInfo {
  std::string_view name;
  std::string_view key_word;
  bool soft;
};

constexpr TokenInfo kTokens[] = {
    {"", "", false},
#define LP_TOKEN(name, number, key_word, soft) {#name, key_word, soft},
#include "lp_tokens.def"
#undef LP_TOKEN
};
constexpr std::size_t kTokenCount = std::size(kTokens);
constexpr std::size_t kLongestKeyWord = 16;
constexpr std::size_t kSlots = 1024;

constexpr std::size_t hash(std::string_view word) {
  std::uint32_t value = 2166136261u;
  for (const char c : word) value = (value ^ static_cast<unsigned char>(c)) * 16777619u;
  return (value ^ (value >> 15)) % kSlots;
}

/// Open addressing over the key words, made at compile time.
constexpr std::array<std::uint16_t, kSlots> make_table() {
  std::array<std::uint16_t, kSlots> table{};
  for (std::size_t i = 1; i < kTokenCount; ++i) {
    if (kTokens[i].key_word.empty()) continue;
    std::size_t slot = hash(kTokens[i].key_word);
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<std::uint16_t>(i);
  }
  return table;
}
constexpr std::array<std::uint16_t, kSlots> kTable = make_table();

std::uint16_t symbol_type(char c) {
  switch (c) {
    case '(': return T_LEFT_PAREN;
    case ')': return T_RIGHT_PAREN;
    case '[': return T_LEFT_BRACKET;
    case ']': return T_RIGHT_BRACKET;
    case '{': return T_LEFT_BRACE;
    case '}': return T_RIGHT_BRACE;
    case ',': return T_COMMA;
    case '.': return T_DOT;
    case '=': return T_EQUALS;
    case '-': return T_MINUS;
    case '+': return T_PLUS;
    case '%': return T_PERCENT;
    default: return T_OTHER;
  }
}

/// Four dashes and more are a ruler, not documentation.
bool is_doc(std::string_view comment) { return comment.starts_with("---") && !comment.starts_with("----"); }

std::uint16_t type_of(const Lexeme& lexeme, std::string_view text) {
  switch (lexeme.kind) {
    case LexemeKind::blank: return T_BLANK;
    case LexemeKind::line_comment: return is_doc(text) ? T_DOC : T_LINE_COMMENT;
    case LexemeKind::block_comment: return T_BLOCK_COMMENT;
    case LexemeKind::string: return T_STRING;
    case LexemeKind::dollar_string: return T_DOLLAR_STRING;
    case LexemeKind::quoted_name: return T_QUOTED_NAME;
    case LexemeKind::word: return word_type(text);
    case LexemeKind::number: return T_NUMBER;
    case LexemeKind::symbol: return symbol_type(text[0]);
  }
  return T_OTHER;
}

}  // namespace

std::uint16_t word_type(std::string_view word) {
  if (word.size() > kLongestKeyWord) return T_SOFT_WORD;
  char buffer[kLongestKeyWord];
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    buffer[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  const std::string_view lower(buffer, word.size());
  for (std::size_t slot = hash(lower); kTable[slot] != 0; slot = (slot + 1) % kSlots) {
    if (kTokens[kTable[slot]].key_word == lower) return kTable[slot];
  }
  return T_SOFT_WORD;
}

LexToken Lexer::next_any() {
  LexToken token;
  token.begin = token.end = at_;
  if (at_ >= source_.size()) return token;
  const Lexeme lexeme = scan_lexeme(source_, at_);
  const std::string_view text = source_.substr(at_, lexeme.end - at_);
  token.type = type_of(lexeme, text);
  token.end = static_cast<std::uint32_t>(lexeme.end);
  token.closed = lexeme.closed;
  if (token.type == T_OTHER && text == ":" && source_.substr(lexeme.end).starts_with(':')) {
    token.type = T_CAST;
    ++token.end;
  } else if (token.type == T_OTHER && text == "@" && lexeme.end < source_.size()) {
    const Lexeme name = scan_lexeme(source_, lexeme.end);
    if (name.kind == LexemeKind::word) {
      token.type = T_HINT;
      token.end = static_cast<std::uint32_t>(name.end);
    }
  }
  if (token.type == T_BLANK || token.type == T_BLOCK_COMMENT) {
    const std::size_t line_end = text.rfind('\n');
    if (line_end != std::string_view::npos) {
      line_begin_ = token.begin + static_cast<std::uint32_t>(line_end) + 1;
      line_is_blank_ = true;
    }
  } else if (token.type != T_LINE_COMMENT && token.type != T_DOC) {
    if (line_is_blank_) {
      token.column = static_cast<std::uint16_t>(std::min<std::uint32_t>(token.begin - line_begin_, LexToken::kMidLine - 1));
    }
    line_is_blank_ = false;
  }
  at_ = token.end;
  return token;
}

LexToken Lexer::next() {
  bool doc = false;
  for (;;) {
    LexToken token = next_any();
    if (token.type == T_DOC) doc = true;
    const bool hidden = token.type == T_BLANK || token.type == T_DOC || token.type == T_LINE_COMMENT || token.type == T_BLOCK_COMMENT;
    if (hidden && token.closed) continue;
    token.doc_before = doc;
    return token;
  }
}

std::string_view token_name(std::uint16_t type) { return type < kTokenCount ? kTokens[type].name : "EOF"; }
std::string_view key_word(std::uint16_t type) { return type < kTokenCount ? kTokens[type].key_word : ""; }
int depth_change(std::uint16_t type) {
  switch (type) {
    case T_LEFT_PAREN: case T_LEFT_BRACKET: case T_LEFT_BRACE: return 1;
    case T_RIGHT_PAREN: case T_RIGHT_BRACKET: case T_RIGHT_BRACE: return -1;
    default: return 0;
  }
}
bool is_soft(std::uint16_t type) { return type < kTokenCount && kTokens[type].soft; }

}  // namespace lpc::frontend
