#include "frontend/split.h"

#include <algorithm>

#include "base/text.h"
#include "frontend/declaration_words.h"

namespace lpc::frontend {
namespace {

/// The parser recurses into brackets; real SQL stays far below this.
constexpr std::size_t kDeepest = 250;

bool is_opening(std::uint16_t type) { return type == T_LEFT_PAREN || type == T_LEFT_BRACKET || type == T_LEFT_BRACE; }
bool is_closing(std::uint16_t type) { return type == T_RIGHT_PAREN || type == T_RIGHT_BRACKET || type == T_RIGHT_BRACE; }

bool matches(std::uint16_t opening, std::uint16_t closing) {
  return (opening == T_LEFT_PAREN && closing == T_RIGHT_PAREN) || (opening == T_LEFT_BRACKET && closing == T_RIGHT_BRACKET) ||
         (opening == T_LEFT_BRACE && closing == T_RIGHT_BRACE);
}

/// True for the beginnings of a line that could as well go on with what stands before, so that its place alone tells a member of its
/// own: a table's check from the column's, a column named `owner` from a partition's owner.
bool begins_member_by_layout(const LexToken& token, const LexToken& next) {
  switch (token.type) {
    case T_CHECK: case T_CONSTRAINT: return true;
    case T_UNIQUE: return next.type == T_INDEX && !next.starts_line();
    case T_EXECUTE: return false;
    case T_MATCH: return next.type != T_FULL && next.type != T_PARTIAL && next.type != T_SIMPLE && is_name(next.type) && !next.starts_line();
    default: return is_soft(token.type) && is_name(next.type) && !next.starts_line();
  }
}

bool is_interval_field(std::uint16_t type) {
  return type == T_YEAR || type == T_MONTH || type == T_DAY || type == T_HOUR || type == T_MINUTE || type == T_SECOND;
}

/// True after a word that a name must follow, so that the next word begins nothing.
bool expects_name(std::uint16_t type) {
  switch (type) {
    case T_EXECUTE: case T_FOR: case T_IN: case T_OF: case T_TO: case T_BY: case T_AS: case T_DOT: case T_COMMA: case T_EQUALS: case T_WITH:
    case T_SET: case T_USING: case T_OWNER: case T_ON: case T_SUPPORT: case T_LANGUAGE: case T_PERCENT: case T_RETURNS: case T_FROM:
    case T_COLLATE: case T_VERSION: case T_TABLESPACE: case T_SETOF: case T_FOREIGN: return true;
    default: return false;
  }
}

struct Unclosed {
  std::string what;
  std::string closing;
};

Unclosed describe(const LexToken& token, std::string_view source) {
  switch (token.type) {
    case T_LEFT_PAREN: return {"`(`", ")"};
    case T_LEFT_BRACKET: return {"`[`", "]"};
    case T_LEFT_BRACE: return {"`{`", "}"};
    case T_BEGIN: return {"`begin atomic`", "end"};
    case T_CASE: return {"`case`", "end"};
    case T_QUOTED_NAME: return {"this quoted name", "\""};
    case T_BLOCK_COMMENT: return {"this comment", "*/"};
    case T_DOLLAR_STRING: {
      const std::string_view text = token.text(source);
      const std::string delimiter(text.substr(0, text.find('$', 1) + 1));
      return {"this string", delimiter};
    }
    default: return {"this string", "'"};
  }
}

/// A token's first bytes are enough to see where it opens.
Span opening_span(FileId file, const LexToken& token, std::string_view source) {
  const std::string_view text = token.text(source);
  std::size_t length = text.size();
  if (token.type == T_DOLLAR_STRING) length = text.find('$', 1) + 1;
  if (token.type == T_STRING || token.type == T_QUOTED_NAME) length = text.find_first_of("'\"") + 1;
  if (token.type == T_BLOCK_COMMENT) length = 2;
  return {file, token.begin, token.begin + static_cast<std::uint32_t>(length)};
}

/// The offset of a line inside a string that looks like a declaration and begins no deeper than `column`, or 0.
std::uint32_t find_declaration_line(std::string_view source, const LexToken& token, std::uint16_t column) {
  std::size_t line = source.find('\n', token.begin);
  while (line != std::string_view::npos && line < token.end) {
    const auto begin = static_cast<std::uint32_t>(line) + 1;
    Lexer lexer(source, begin);
    const LexToken word = lexer.next();
    const bool on_line = word.begin - begin <= column && source.substr(begin, word.begin - begin).find('\n') == std::string_view::npos;
    if (on_line && begins_declaration(word.type) && word.begin < token.end && is_name(lexer.next().type)) return begin;
    line = source.find('\n', begin);
  }
  return 0;
}

}  // namespace

Splitter::Splitter(FileId file, std::string_view source, Mode mode, std::vector<diag::Diagnostic>& diagnostics)
    : file_(file), source_(source), mode_(mode), diagnostics_(diagnostics), lexer_(source) {
  advance();
  advance();
  previous_end_ = 0;
}

void Splitter::advance() {
  previous_end_ = current_.end;
  current_ = next_;
  next_ = lexer_.next();
  if (mode_ == Mode::quotes) cut_quoted_text(next_);
  const bool is_quoted = current_.type == T_STRING || current_.type == T_QUOTED_NAME;
  if (is_quoted && next_.begin == current_.end && (is_name(next_.type) || next_.type == T_NUMBER || next_.type == T_STRING)) {
    suspects_quotes_ = suspects_quotes_ || current_.text(source_).find('\n') != std::string_view::npos;
  }
}

void Splitter::cut_quoted_text(LexToken& token) {
  std::size_t end = 0;
  if (token.type == T_STRING || token.type == T_QUOTED_NAME) {
    end = std::min(source_.find('\n', token.begin), source_.size());
    if (end >= token.end && token.closed) return;
    end = std::min<std::size_t>(end, token.end);
  } else if (token.type == T_DOLLAR_STRING) {
    end = find_declaration_line(source_, token, chunk_column_);
    if (end == 0) return;
  } else {
    return;
  }
  token.closed = false;
  token.end = static_cast<std::uint32_t>(end);
  lexer_ = Lexer(source_, token.end);
}

void Splitter::unclosed(const LexToken& token, Chunk& chunk) {
  // Once per declaration: what else is open in it was as a rule swallowed by the first.
  if (!chunk.broken) {
    const Unclosed about = describe(token, source_);
    diagnostics_.push_back(diag::make(diag::Code::kUnterminated, opening_span(file_, token, source_), about.what, about.closing));
  }
  chunk.broken = true;
  const bool is_text = token.type == T_STRING || token.type == T_QUOTED_NAME || token.type == T_DOLLAR_STRING;
  needed_ = std::max(needed_, is_text ? Mode::quotes : Mode::brackets);
}

void Splitter::next(Chunk& chunk) {
  chunk.tokens.clear();
  chunk.broken = false;
  brackets_.clear();
  atomic_blocks_ = 0;
  head_seen_ = too_deep_ = false;
  for (;; advance()) {
    chunk.gap_begin = previous_end_;
    if (current_.type == T_EOF) {
      if (in_schema_) unclosed(schema_brace_, chunk);
      in_schema_ = false;
      chunk.kind = Chunk::Kind::end;
      return;
    }
    if (current_.type != T_RIGHT_BRACE) break;
    if (in_schema_) {
      in_schema_ = false;
      chunk.kind = Chunk::Kind::schema_end;
      chunk.tokens.push_back(current_);
      advance();
      return;
    }
    diagnostics_.push_back(diag::make(diag::Code::kUnexpectedInput, span(current_), "`}`", "a declaration"));
  }
  chunk_column_ = current_.starts_line() ? current_.column : 0;
  chunk.kind = Chunk::Kind::declarations;
  collect(chunk);
}

void Splitter::collect(Chunk& chunk) {
  while (!stops(chunk)) {
    if (!current_.closed) {
      unclosed(current_, chunk);
    } else if (current_.type == T_LEFT_BRACE && brackets_.empty() && head_seen_ && chunk.tokens[head_].type == T_SCHEMA && !in_schema_) {
      schema_brace_ = current_;
      in_schema_ = true;
      chunk.kind = Chunk::Kind::schema_head;
      advance();
      return;
    } else if (!take(chunk)) {
      return;
    }
    advance();
  }
}

/// True when the chunk ends before the token at hand.
bool Splitter::stops(Chunk& chunk) {
  if (current_.type == T_EOF) {
    if (!brackets_.empty()) unclosed(brackets_.front().token, chunk);
    return true;
  }
  if (brackets_.empty()) return !chunk.tokens.empty() && ends_before(chunk);
  if (mode_ == Mode::strict || !closed_by_layout()) return false;
  unclosed(brackets_.front().token, chunk);
  return true;
}

/// True when the word at hand, which begins a declaration elsewhere, may be the first such clause of this one: a foreign table's or a user mapping's `server`,
/// a subscription's `publication`.
bool Splitter::is_clause_word(const Chunk& chunk) const {
  const std::string word = to_lower_ascii(current_.text(source_));
  const std::string head = to_lower_ascii(chunk.tokens[head_].text(source_));
  if (word == "server" ? head != "table" && head != "user" : word != "publication" || head != "subscription") return false;
  return std::none_of(chunk.tokens.begin() + static_cast<std::ptrdiff_t>(head_), chunk.tokens.end(),
                      [&](const LexToken& token) { return to_lower_ascii(token.text(source_)) == word; });
}

/// True when the token at hand, at depth 0, can only begin another declaration. Where that isn't sure the chunk goes on: the grammar takes several.
bool Splitter::ends_before(const Chunk& chunk) const {
  if (current_.type == T_RIGHT_BRACE) return true;
  if (!head_seen_) return false;
  const bool is_known_head = begins_declaration(chunk.tokens[head_].type);
  if (!is_known_head && !current_.starts_line()) return false;
  const std::uint16_t before = chunk.tokens.back().type;
  switch (current_.type) {
    case T_HINT: return true;
    case T_UNLOGGED: return next_.type == T_TABLE || next_.type == T_SEQUENCE;
    case T_RECURSIVE: case T_MATERIALIZED: return next_.type == T_VIEW;
    case T_DEFAULT: return next_.type == T_OWNER || next_.type == T_PRIVILEGES;
    case T_TABLE: return before != T_RETURNS && before != T_FOREIGN && is_name(next_.type);
    case T_IMPORT: return current_.starts_line();
    case T_RANGE: return current_.starts_line() && next_.type == T_TYPE;
    case T_DATABASE: return current_.starts_line() && current_.column <= chunk_column_ && next_.type == T_LEFT_BRACE;
    case T_TABLESPACE: return current_.starts_line() && current_.column <= chunk_column_;    // deeper, it is a table's
    case T_LANGUAGE: return begins_language();
    // A server's wrapper may stand on a line of its own.
    case T_FOREIGN: return current_.starts_line() && (next_.type == T_TABLE || (next_.type == T_DATA && chunk.tokens[head_].type != T_SERVER));
    case T_SERVER: return current_.starts_line() && is_name(next_.type) && !expects_name(before) && !is_clause_word(chunk);
    default: break;
  }
  if (!current_.starts_line() || expects_name(before) || chunk.tokens.size() - 1 == head_) return false;
  if (current_.type == T_SOFT_WORD) {
    const std::string_view word = current_.text(source_);
    // A type or a column's name, but for `text search …`.
    if (to_lower_ascii(word) == "text") return to_lower_ascii(next_.text(source_)) == "search";
    return (is_uniform_word(word) && !is_clause_word(chunk)) || is_later_word(word);
  }
  if (current_.type == T_EXTERNAL) return begins_declaration(next_.type) || next_.type == T_SOFT_WORD;
  return begins_declaration(current_.type) && is_name(next_.type);
}

/// `language plsample { … }` is a declaration, `language plsample as $$ … $$` a clause of the function before it: what tells them apart is what comes
/// first, the body of the one or that of the other.
bool Splitter::begins_language() const {
  if (!current_.starts_line() || !is_name(next_.type)) return false;
  Lexer lexer(source_, next_.end);
  for (LexToken token = lexer.next();; token = lexer.next()) {
    switch (token.type) {
      case T_LEFT_BRACE: return true;
      case T_AS: case T_RETURN: case T_BEGIN: case T_EOF: return false;
      default: {
        const std::string_view text = token.text(source_);
        const bool is_word = token.type == T_SOFT_WORD && (is_uniform_word(text) || is_later_word(text));
        if (token.starts_line() && (begins_declaration(token.type) || token.type == T_HINT || is_word)) return false;
      }
    }
  }
}

/// Inside brackets: true when the token at hand looks like another declaration, or like the end of the schema's block.
bool Splitter::closed_by_layout() const {
  if (!current_.starts_line()) return false;
  if (current_.type == T_RIGHT_BRACE) return in_schema_ && current_.column < chunk_column_;
  if (current_.column > chunk_column_ || !begins_declaration(current_.type)) return false;
  return is_name(next_.type) || begins_declaration(next_.type);
}

/// Takes the token at hand; false when the chunk ends with it.
bool Splitter::take(Chunk& chunk) {
  const LexToken token = current_;
  separate(chunk);
  if (is_opening(token.type)) {
    open(token, chunk);
  } else if (is_closing(token.type) && !brackets_.empty()) {
    const bool goes_on = close(token, chunk);
    if (!goes_on) {
      if (brackets_.empty()) advance();
      return false;
    }
  } else if (token.type == T_ATOMIC || atomic_blocks_ > 0) {
    track_atomic(token, chunk);
  }
  chunk.tokens.push_back(token);
  if (!head_seen_ && brackets_.empty()) {
    switch (token.type) {
      case T_HINT: case T_RIGHT_PAREN: case T_EXTERNAL: case T_UNLOGGED: case T_RECURSIVE: case T_MATERIALIZED: break;
      case T_FOREIGN: if (next_.type == T_TABLE) break; [[fallthrough]];
      default:
        head_seen_ = true;
        head_ = chunk.tokens.size() - 1;
    }
  }
  return true;
}

void Splitter::open(const LexToken& token, Chunk& chunk) {
  brackets_.push_back({token, LexToken::kMidLine, true});
  brackets_.back().of_hint = !chunk.tokens.empty() && chunk.tokens.back().type == T_HINT;
  if (brackets_.size() <= kDeepest || too_deep_) return;
  too_deep_ = chunk.broken = true;
  diagnostics_.push_back(diag::make(diag::Code::kUnexpectedInput, span(token), "`" + std::string(token.text(source_)) + "`",
                                    "at most " + std::to_string(kDeepest) + " brackets inside each other"));
}

/// False when the chunk ends: with the token when no bracket is left open, else before it.
bool Splitter::close(const LexToken& token, Chunk& chunk) {
  if (token.type == T_RIGHT_BRACE) return close_block(token, chunk);
  if (matches(brackets_.back().token.type, token.type)) {
    if (brackets_.back().of_hint) hint_end_ = token.end;
    brackets_.pop_back();
    return true;
  }
  // `( [ )`: the inner one is never closed. Without a partner in this block the parser will say that nothing is open.
  for (std::size_t i = brackets_.size(); i-- > 0 && brackets_[i].token.type != T_LEFT_BRACE;) {
    if (!matches(brackets_[i].token.type, token.type)) continue;
    unclosed(brackets_[i + 1].token, chunk);
    brackets_.erase(brackets_.begin() + static_cast<std::ptrdiff_t>(i), brackets_.end());
    count_atomic_blocks();
    break;
  }
  return true;
}

bool Splitter::close_block(const LexToken& token, Chunk& chunk) {
  const auto is_block = [](const Bracket& bracket) { return bracket.token.type == T_LEFT_BRACE; };
  const auto block = std::find_if(brackets_.rbegin(), brackets_.rend(), is_block);
  if (block == brackets_.rend()) {
    unclosed(brackets_.front().token, chunk);
    return false;
  }
  if (block != brackets_.rbegin()) unclosed(block.base()->token, chunk);
  brackets_.erase(block.base() - 1, brackets_.end());
  count_atomic_blocks();
  if (!brackets_.empty()) return true;
  chunk.tokens.push_back(token);
  return false;
}

void Splitter::count_atomic_blocks() {
  const auto is_atomic = [](const Bracket& bracket) { return bracket.token.type == T_BEGIN; };
  atomic_blocks_ = static_cast<std::size_t>(std::count_if(brackets_.begin(), brackets_.end(), is_atomic));
}

/// Puts a separator before a token that begins a member by its place on the line.
void Splitter::separate(Chunk& chunk) {
  if (brackets_.empty() || brackets_.back().token.type != T_LEFT_BRACE) return;
  if (head_seen_ && chunk.tokens[head_].type == T_ROLE) return;   // nothing in there can be taken for two things
  Bracket& block = brackets_.back();
  if (block.is_first) {
    block.is_first = false;
    block.base_column = current_.column;
    return;
  }
  const LexToken& before = chunk.tokens.back();
  const bool after_hint = before.type == T_HINT || (before.type == T_RIGHT_PAREN && before.end == hint_end_);
  if (!current_.starts_line() || before.type == T_COMMA || after_hint) return;
  const bool at_base = block.base_column != LexToken::kMidLine && current_.column <= block.base_column;
  const bool is_column = before.type == T_INTERVAL && is_interval_field(current_.type);
  if (!is_column && !(at_base && begins_member_by_layout(current_, next_))) return;
  LexToken separator;
  separator.type = T_LAYOUT;
  separator.begin = separator.end = before.end;
  chunk.tokens.push_back(separator);
}

/// `begin atomic … end` and the `case … end` inside it are brackets of their own.
void Splitter::track_atomic(const LexToken& token, const Chunk& chunk) {
  if (token.type == T_ATOMIC) {
    if (chunk.tokens.empty() || chunk.tokens.back().type != T_BEGIN) return;
    brackets_.push_back({chunk.tokens.back(), LexToken::kMidLine, false});
    ++atomic_blocks_;
  } else if (token.type == T_CASE) {
    brackets_.push_back({token, LexToken::kMidLine, false});
  } else if (token.type == T_END && brackets_.back().token.type == T_CASE) {
    brackets_.pop_back();
  } else if (token.type == T_END && brackets_.back().token.type == T_BEGIN) {
    brackets_.pop_back();
    --atomic_blocks_;
  }
}

}  // namespace lpc::frontend
