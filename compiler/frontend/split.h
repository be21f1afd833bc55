// Finds where one declaration ends and the next begins, so that a file is parsed a declaration at a time and a mistake
// stays in its declaration. Knows brackets, quotes, comments and the words that can only begin a declaration; whether what stands
// between them makes sense is the parser's business.
#pragma once

#include <string>
#include <vector>

#include "diag/sink.h"
#include "frontend/lex.h"

namespace lpc::frontend {

struct Chunk {
  enum class Kind : std::uint8_t {
    declarations,   ///< as a rule one declaration, now and then a few short ones
    schema_head,    ///< `schema s …` without its brace; what follows, up to schema_end, stands in its block
    schema_end,     ///< the block's `}`
    end,            ///< the end of the text
  };
  Kind kind = Kind::end;
  bool broken = false;               ///< a mistake in it is reported already: it can't be parsed
  std::uint32_t gap_begin = 0;       ///< the end of what stood before
  std::vector<LexToken> tokens;      ///< without T_END
};

class Splitter {
 public:
  /// How far to trust the text. In `strict` a declaration goes on until its brackets are closed. When that leaves some open, the
  /// file is split once more in `suspicious`, where a line that begins no deeper than the declaration and looks
  /// like another one ends it, and a string ends with its line.
  enum class Mode : std::uint8_t { strict, suspicious };

  Splitter(FileId file, std::string_view source, Mode mode, std::vector<diag::Diagnostic>& diagnostics);

  /// The next chunk; `chunk`'s memory is used again. After Kind::end comes Kind::end.
  void next(Chunk& chunk);
  /// True when something was never closed, so that the chunks so far may be wrong.
  bool unbalanced() const { return unbalanced_; }

 private:
  struct Bracket {
    LexToken token;
    std::uint16_t base_column = LexToken::kMidLine;   ///< where the block's members begin
    bool is_first = true;
  };

  const LexToken& peek() const { return next_; }
  void advance();
  void collect(Chunk& chunk);
  bool ends_before(const Chunk& chunk) const;
  bool closed_by_layout(const Chunk& chunk) const;
  bool take(Chunk& chunk);
  void open(const LexToken& token);
  bool close(const LexToken& token, Chunk& chunk);
  void separate(Chunk& chunk);
  void track_atomic(const LexToken& token, const LexToken* before);
  void see_prefix(const LexToken& token);
  void unclosed_text(Chunk& chunk);
  void report_unclosed(const LexToken& bracket, Chunk& chunk);
  void skip_to_line_like_declaration(Chunk& chunk);
  Span span(const LexToken& token) const { return {file_, token.begin, token.end}; }
  std::string quoted(const LexToken& token) const;

  FileId file_;
  std::string_view source_;
  Mode mode_;
  std::vector<diag::Diagnostic>& diagnostics_;
  Lexer lexer_;
  LexToken current_;
  LexToken next_;
  std::uint32_t gap_begin_ = 0;
  std::uint32_t previous_end_ = 0;
  bool in_schema_ = false;
  LexToken schema_brace_;
  bool unbalanced_ = false;
  bool text_lost_ = false;           ///< quoted text swallowed the rest
  // Of the chunk under way:
  std::vector<Bracket> brackets_;
  std::uint16_t chunk_column_ = 0;
  std::size_t head_ = 0;             ///< index of the word that says what is declared, once seen
  bool head_seen_ = false;
};

/// The words that begin a declaration, for suggestions.
const std::vector<std::string>& declaration_words();
/// True when the first word of a declaration is one that the grammar knows.
bool begins_declaration(std::uint16_t type);
/// Words of declarations in the uniform shape: `collation`, …
bool is_uniform_word(std::string_view word);
/// Words of declarations that Lockplane will have and this version can't read: `mixin`, `publication`, …
bool is_later_word(std::string_view word);

}  // namespace lpc::frontend
