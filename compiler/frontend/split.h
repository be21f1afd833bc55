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
  std::vector<LexToken> tokens;      ///< without T_EOF
};

class Splitter {
 public:
  /// How far to trust the text. In `strict` a declaration goes on until its brackets are closed. When that leaves something open, the
  /// file is split once more: in `brackets` a line that begins no deeper than the declaration and looks like another one ends
  /// it; in `quotes`, moreover, quoted text ends with its line, and a dollar-quoted body where a line looks like a declaration.
  enum class Mode : std::uint8_t { strict, brackets, quotes };

  Splitter(FileId file, std::string_view source, Mode mode, std::vector<diag::Diagnostic>& diagnostics);

  /// The next chunk; `chunk`'s memory is used again. After Kind::end comes Kind::end.
  void next(Chunk& chunk);
  /// The mode to split with when not `strict`: something was never closed, so that the chunks so far may be wrong.
  Mode needed_mode() const { return needed_; }
  /// True when a word stuck to the end of a string of several lines: quotes may be paired wrongly, should there be mistakes.
  bool suspects_quotes() const { return suspects_quotes_; }

 private:
  struct Bracket {
    LexToken token;
    std::uint16_t base_column = LexToken::kMidLine;   ///< where the block's members begin
    bool is_first = true;
    bool of_hint = false;
  };

  void advance();
  void cut_quoted_text(LexToken& token);
  void collect(Chunk& chunk);
  bool stops(Chunk& chunk);
  bool ends_before(const Chunk& chunk) const;
  bool begins_language() const;
  bool is_clause_word(const Chunk& chunk) const;
  bool closed_by_layout() const;
  bool take(Chunk& chunk);
  void open(const LexToken& token, Chunk& chunk);
  bool close(const LexToken& token, Chunk& chunk);
  bool close_block(const LexToken& token, Chunk& chunk);
  void separate(Chunk& chunk);
  void track_atomic(const LexToken& token, const Chunk& chunk);
  void count_atomic_blocks();
  void unclosed(const LexToken& token, Chunk& chunk);
  Span span(const LexToken& token) const { return {file_, token.begin, token.end}; }

  FileId file_;
  std::string_view source_;
  Mode mode_;
  Mode needed_ = Mode::strict;
  bool suspects_quotes_ = false;
  std::vector<diag::Diagnostic>& diagnostics_;
  Lexer lexer_;
  LexToken current_;
  LexToken next_;
  std::uint32_t previous_end_ = 0;
  bool in_schema_ = false;
  LexToken schema_brace_;
  // Of the chunk under way:
  std::vector<Bracket> brackets_;
  std::size_t atomic_blocks_ = 0;
  std::uint16_t chunk_column_ = 0;
  std::size_t head_ = 0;             ///< index of the word that says what is declared, once seen
  bool head_seen_ = false;
  bool too_deep_ = false;
  std::uint32_t hint_end_ = 0;       ///< where the last hint's arguments end
};

}  // namespace lpc::frontend
