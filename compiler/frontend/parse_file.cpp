// One file: splitter, grammar and tree builder in a loop over its declarations.
#include <algorithm>

#include "base/text.h"
#include "frontend/build_tree.h"
#include "frontend/declaration_words.h"
#include "frontend/parse.h"
#include "frontend/parse_grammar.h"
#include "frontend/recover.h"
#include "frontend/split.h"

namespace lpc::frontend {
namespace {

/// Enough to work on; a file that isn't .lp at all would fill screens.
constexpr std::size_t kMostMistakes = 100;

/// The parser and its prediction tables, which get better with every declaration it has seen.
struct Tools {
  Grammar grammar;
  TreeBuilder builder{grammar.rule_names()};
  Tree tree;
};

bool is_prefix(std::uint16_t type) {
  return type == T_HINT || type == T_EXTERNAL || type == T_UNLOGGED || type == T_RECURSIVE || type == T_MATERIALIZED;
}

bool is_statement_word(std::string_view word) { return word == "create" || word == "alter" || word == "drop"; }

class FileParser {
 public:
  FileParser(FileId file, std::string_view source, Tools& tools) : file_(file), source_(source), tools_(tools) {}

  ast::File run(Splitter::Mode mode) {
    ast::File out;
    out.file = file_;
    out_ = &out;
    schema_ = nullptr;
    in_schema_ = false;
    diagnostics_.clear();
    Splitter splitter(file_, source_, mode, diagnostics_);
    Chunk chunk;
    while (diagnostics_.size() < kMostMistakes && next(splitter, mode, chunk)) take(chunk);
    needed_mode_ = splitter.needed_mode();
    if (splitter.suspects_quotes() && !diagnostics_.empty()) needed_mode_ = Splitter::Mode::quotes;
    return out;
  }

  Splitter::Mode needed_mode() const { return needed_mode_; }
  std::vector<diag::Diagnostic>& diagnostics() { return diagnostics_; }

 private:
  /// False at the end of the text, and when it has to be split in another way.
  static bool next(Splitter& splitter, Splitter::Mode mode, Chunk& chunk) {
    splitter.next(chunk);
    return chunk.kind != Chunk::Kind::end && (mode != Splitter::Mode::strict || splitter.needed_mode() == mode);
  }

  void take(const Chunk& chunk) {
    if (chunk.kind == Chunk::Kind::schema_end) {
      if (schema_ != nullptr) schema_->span.end = chunk.tokens.back().end;
      schema_ = nullptr;
      in_schema_ = false;
      return;
    }
    if (!chunk.broken && !chunk.tokens.empty()) whole(chunk.tokens, chunk.gap_begin, chunk.kind == Chunk::Kind::schema_head);
    if (chunk.kind == Chunk::Kind::schema_head) in_schema_ = true;
  }

  void whole(const std::vector<LexToken>& tokens, std::uint32_t gap_begin, bool opens_schema) {
    if (is_known(tokens)) {
      const auto error = tools_.grammar.parse(tokens, Entry::declarations, tools_.tree);
      if (!error) return accept(tokens, gap_begin, opens_schema);
      const std::vector<std::vector<LexToken>> pieces = split_by_layout(tokens);
      if (pieces.size() == 1) {
        const std::vector<LexToken> sound = recovery().explain(tokens, *error);
        if (!sound.empty() && !tools_.grammar.parse(sound, Entry::declarations, tools_.tree)) accept(sound, gap_begin, opens_schema);
        return;
      }
      for (const auto& piece : pieces) {
        whole(piece, gap_begin, opens_schema && &piece == &pieces.back());
        gap_begin = piece.back().end;
      }
    }
  }

  void accept(const std::vector<LexToken>& tokens, std::uint32_t gap_begin, bool opens_schema) {
    TreeBuilder::Output built = tools_.builder.build({file_, source_, tokens, tools_.tree, gap_begin});
    const std::size_t before = diagnostics_.size();
    for (diag::Diagnostic& diagnostic : built.diagnostics) diagnostics_.push_back(std::move(diagnostic));
    for (const std::uint32_t column : built.run_on_columns) recovery().explain_mistyped_clause(tokens[column]);
    if (built.has_doubtful_column) recovery().explain_doubtful(tokens);
    for (ast::Import& import : built.imports) out_->imports.push_back(std::move(import));
    if (diagnostics_.size() > before) return;
    for (ast::Decl& decl : built.declarations) {
      if (in_schema_ && decl.kind == "schema") {
        diagnostics_.push_back(diag::make(diag::Code::kUnexpectedInput, decl.name_span, "schema in a schema", "a declaration that can stand in one"));
        continue;
      }
      std::vector<ast::Decl>* const into = in_schema_ ? (schema_ != nullptr ? &schema_->members : nullptr) : &out_->declarations;
      if (into != nullptr) into->push_back(std::move(decl));
    }
    if (opens_schema && !out_->declarations.empty()) schema_ = &out_->declarations.back();
  }

  /// Reports a declaration whose first word says that the grammar needn't look at it.
  bool is_known(const std::vector<LexToken>& tokens) {
    const std::size_t at = first_word(tokens);
    if (at >= tokens.size()) return true;
    const LexToken& token = tokens[at];
    if (begins_declaration(token.type) || token.type == T_GRANT || token.type == T_REVOKE) return true;
    const bool is_word = token.type == T_SOFT_WORD || !key_word(token.type).empty();
    if (!is_word) return true;
    const std::string_view text = token.text(source_);
    if (is_uniform_word(text)) return true;
    const Span place{file_, token.begin, token.end};
    if (is_statement_word(to_lower_ascii(text))) {
      diagnostics_.push_back(diag::make(diag::Code::kUnknownDeclaration, place, text)
                                 .with_note("declare what should be there, as in `table users { … }`; lpc works out the statements"));
    } else if (is_later_word(text)) {
      diagnostics_.push_back(diag::make(diag::Code::kNotSupported, place, "`" + to_lower_ascii(text) + "`"));
    } else {
      diagnostics_.push_back(diag::make(diag::Code::kUnknownDeclaration, place, text).with_suggestion(to_lower_ascii(text), declaration_words(), place));
    }
    return false;
  }

  static std::size_t first_word(const std::vector<LexToken>& tokens) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].type == T_LEFT_PAREN) ++depth;
      if (depth == 0 && !is_prefix(tokens[i].type)) return i;
      if (tokens[i].type == T_RIGHT_PAREN && depth > 0) --depth;
    }
    return tokens.size();
  }

  /// Cuts a chunk with a mistake in it where a line begins no deeper than its first one and with a word that could be meant as a declaration.
  static std::vector<std::vector<LexToken>> split_by_layout(const std::vector<LexToken>& tokens) {
    std::vector<std::vector<LexToken>> pieces(1);
    const std::uint16_t column = tokens.front().starts_line() ? tokens.front().column : 0;
    int depth = 0;
    bool has_head = false;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const LexToken& token = tokens[i];
      const bool is_start = begins_declaration(token.type) || token.type == T_SOFT_WORD || token.type == T_HINT;
      const bool names = i + 1 < tokens.size() && (is_name(tokens[i + 1].type) || begins_declaration(tokens[i + 1].type));
      if (depth == 0 && token.starts_line() && token.column <= column && is_start && names && has_head) {
        pieces.emplace_back();
        has_head = false;
      }
      pieces.back().push_back(token);
      const int change = depth_change(token.type);
      if (depth == 0 && change == 0 && !is_prefix(token.type)) has_head = true;
      depth += change;
    }
    return pieces;
  }

  Recovery recovery() { return Recovery(file_, source_, tools_.grammar, tools_.builder, diagnostics_); }

  FileId file_;
  std::string_view source_;
  Tools& tools_;
  std::vector<diag::Diagnostic> diagnostics_;
  ast::File* out_ = nullptr;
  ast::Decl* schema_ = nullptr;      ///< the schema whose block is open, when its head was right
  bool in_schema_ = false;
  Splitter::Mode needed_mode_ = Splitter::Mode::strict;
};

}  // namespace

ast::File parse(FileId file, const SourceMap& sources, diag::Sink& sink) {
  // Making the parser costs as much as a small file, so each thread keeps one; it remembers nothing of the text.
  thread_local Tools tools;
  FileParser parser(file, sources.at(file).text(), tools);
  ast::File out = parser.run(Splitter::Mode::strict);
  if (parser.needed_mode() != Splitter::Mode::strict) out = parser.run(parser.needed_mode());
  if (parser.diagnostics().size() >= kMostMistakes) parser.diagnostics().back().notes.push_back({"more mistakes may follow; correct these first", {}});
  for (diag::Diagnostic& diagnostic : parser.diagnostics()) sink.add(std::move(diagnostic));
  return out;
}

std::vector<Token> tokens(FileId file, const SourceMap& sources) {
  std::vector<Token> out;
  Lexer lexer(sources.at(file).text());
  for (LexToken token = lexer.next_any(); token.type != T_EOF; token = lexer.next_any()) {
    out.push_back({token_name(token.type), {file, token.begin, token.end}});
  }
  return out;
}

}  // namespace lpc::frontend
