#include "plan/sql_tokens.h"

#include <algorithm>
#include <array>

#include "base/sql.h"
#include "base/sql_scan.h"
#include "base/text.h"

namespace lpc::plan {

namespace {

/// What PL/pgSQL has besides SQL's reserved words (https://www.postgresql.org/docs/15/plpgsql.html), and frequent words of SQL that aren't reserved.
constexpr std::array kMoreWords = std::to_array<std::string_view>({
    "alter", "atomic", "begin", "by", "close", "commit", "continue", "cursor", "declare", "delete", "drop", "each", "elsif", "exception", "execute", "exit", "foreach",
    "found", "function", "get", "if", "insert", "language", "loop", "no", "notice", "of", "open", "over", "partition", "perform", "procedure", "raise",
    "replace", "return", "returns", "rollback", "set", "slice", "statement", "trigger", "type", "update", "view", "while",
});
static_assert(std::ranges::is_sorted(kMoreWords));

/// An unquoted name in capitals is rare in what people write, and never in what a server prints.
bool is_all_capitals(std::string_view word) {
  return word.size() > 1 && std::ranges::all_of(word, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

SqlColour colour_of_word(std::string_view word, char before, char after) {
  if (before == '.') return after == '(' ? SqlColour::call : SqlColour::plain;
  const std::string lower = to_lower_ascii(word);
  if (is_all_capitals(word) || needs_quotes(lower)) return SqlColour::keyword;
  if (after == '(') return SqlColour::call;
  return std::ranges::binary_search(kMoreWords, std::string_view(lower)) && before != '"' ? SqlColour::keyword : SqlColour::plain;
}

class Cutter {
 public:
  std::vector<SqlToken> run(std::string_view sql) {
    cut(sql);
    return std::move(tokens_);
  }

 private:
  void cut(std::string_view sql) {
    for (std::size_t at = 0; at < sql.size();) {
      const Lexeme lexeme = scan_lexeme(sql, at);
      const std::string_view text = sql.substr(lexeme.begin, lexeme.end - lexeme.begin);
      at = lexeme.end;
      switch (lexeme.kind) {
        case LexemeKind::line_comment:
        case LexemeKind::block_comment: add(SqlColour::comment, text); break;
        case LexemeKind::string: add(SqlColour::string, text); break;
        case LexemeKind::number: add(SqlColour::number, text); break;
        case LexemeKind::dollar_string: cut_body(text, lexeme.closed); break;
        case LexemeKind::word:
          add(colour_of_word(text, lexeme.begin ? sql[lexeme.begin - 1] : ' ', lexeme.end < sql.size() ? sql[lexeme.end] : ' '), text);
          break;
        case LexemeKind::blank:
        case LexemeKind::quoted_name:
        case LexemeKind::symbol: add(SqlColour::plain, text); break;
      }
    }
  }

  /// `$tag$ body $tag$`
  void cut_body(std::string_view text, bool closed) {
    const std::size_t quote = text.find('$', 1) + 1;
    if (!closed) {
      add(SqlColour::string, text);
      return;
    }
    add(SqlColour::string, text.substr(0, quote));
    cut(text.substr(quote, text.size() - 2 * quote));
    add(SqlColour::string, text.substr(text.size() - quote));
  }

  void add(SqlColour colour, std::string_view text) {
    if (text.empty()) return;
    if (!tokens_.empty() && tokens_.back().colour == colour && tokens_.back().text.data() + tokens_.back().text.size() == text.data()) {
      tokens_.back().text = {tokens_.back().text.data(), tokens_.back().text.size() + text.size()};
    } else {
      tokens_.push_back({colour, text});
    }
  }

  std::vector<SqlToken> tokens_;
};

}  // namespace

std::vector<SqlToken> sql_tokens(std::string_view sql) { return Cutter().run(sql); }

}  // namespace lpc::plan
