// `lpc fmt` of one file: its tokens in the formatter's terms.
#include "ast/format.h"

#include "frontend/lex.h"
#include "frontend/parse.h"
#include "frontend/text_values.h"

namespace lpc::frontend {
namespace {

using Role = ast::FormatToken::Role;

Role role_of(const LexToken& token, std::string_view text) {
  switch (token.type) {
    case T_BLANK: return Role::blank;
    case T_DOC: return Role::doc;
    case T_LINE_COMMENT: return Role::line_comment;
    case T_BLOCK_COMMENT: return Role::block_comment;
    case T_STRING: case T_DOLLAR_STRING: case T_NUMBER: return Role::literal;
    case T_QUOTED_NAME: return text.starts_with('"') && !needs_quotes_in_lp(name_value(text)) ? Role::needless_name : Role::name;
    case T_SOFT_WORD: case T_HINT: return Role::word;
    default: return key_word(token.type).empty() ? Role::punctuation : Role::word;
  }
}

}  // namespace

std::vector<ast::FormatToken> format_tokens(FileId file, const SourceMap& sources) {
  const std::string_view source = sources.at(file).text();
  std::vector<ast::FormatToken> out;
  out.reserve(source.size() / 4);
  Lexer lexer(source);
  for (LexToken token = lexer.next_any(); token.type != T_EOF; token = lexer.next_any()) {
    out.push_back({{file, token.begin, token.end}, role_of(token, token.text(source))});
  }
  return out;
}

std::optional<std::string> format(FileId file, const SourceMap& sources, diag::Sink& sink) {
  const std::size_t before = sink.error_count();
  const ast::File parsed = parse(file, sources, sink);
  if (sink.error_count() > before) return std::nullopt;
  return ast::format(parsed, sources.at(file).text(), format_tokens(file, sources));
}

}  // namespace lpc::frontend
