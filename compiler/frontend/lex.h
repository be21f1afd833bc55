// Cuts .lp text into the tokens that grammar/LockplaneLexer.g4 names. It builds on base/sql_scan rather than on the generated
// lexer: lexing is most of a compile otherwise, and the splitter needs a scanner anyway. Knows nothing of the grammar beyond
// the list of tokens, and reports nothing: a token says whether it is closed.
#pragma once

#include <cstdint>
#include <string_view>

namespace lpc::frontend {

/// The tokens' numbers in the generated parser; T_EOF is the end of the text.
enum TokenType : std::uint16_t {
#define LP_TOKEN(name, number, key_word, soft) T_##name = number,
#include "lp_tokens.def"
#undef LP_TOKEN
  T_EOF = 0xFFFF,
};

struct LexToken {
  static constexpr std::uint16_t kMidLine = 0xFFFF;

  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint16_t type = T_EOF;
  std::uint16_t column = kMidLine;   ///< bytes before it on its line when it is the first token there
  bool doc_before = false;           ///< a `---` comment stands between the token before and this one
  bool closed = true;                ///< false when quoted text or a comment runs to the end

  bool starts_line() const { return column != kMidLine; }
  std::string_view text(std::string_view source) const { return source.substr(begin, end - begin); }
};

class Lexer {
 public:
  /// `at` must be the start of a line, or stand before the end of one.
  explicit Lexer(std::string_view source, std::uint32_t at = 0) : source_(source), at_(at), line_begin_(at) {}

  /// The next token that means something to the parser; an unclosed block comment is one as well.
  LexToken next();
  /// The next token of any kind, BLANK and comments included.
  LexToken next_any();
  std::uint32_t position() const { return at_; }

 private:
  std::string_view source_;
  std::uint32_t at_;
  std::uint32_t line_begin_;
  bool line_is_blank_ = true;
};

/// `TABLE` of the token list: T_TABLE's symbolic name; "EOF" for T_EOF.
std::string_view token_name(std::uint16_t type);
/// `table` for T_TABLE, "" for tokens that are no key words.
std::string_view key_word(std::uint16_t type);
/// The key word's token, or T_SOFT_WORD. `word` in any case.
std::uint16_t word_type(std::string_view word);
/// True for key words that are names as well (rule softKeyword).
bool is_soft(std::uint16_t type);
/// 1 for opening brackets, -1 for closing ones, 0 for the rest.
int depth_change(std::uint16_t type);
/// True for what rule `identifier` takes.
inline bool is_name(std::uint16_t type) { return type == T_SOFT_WORD || type == T_QUOTED_NAME || is_soft(type); }

}  // namespace lpc::frontend
