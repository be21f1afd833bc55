// Ties the parser's tokens and tree together for ast::format.
#include "ast/format.h"

#include "driver/print.h"
#include "frontend/parse.h"

namespace lpc::driver {

namespace {

ast::FormatToken::Role role(std::string_view type, std::string_view text) {
  using Role = ast::FormatToken::Role;
  if (type == "BLANK") return Role::blank;
  if (type == "LINE_COMMENT") return Role::line_comment;
  if (type == "BLOCK_COMMENT") return Role::block_comment;
  if (type == "DOC") return Role::doc;
  if (type == "SOFT_WORD" || type == "QUOTED_NAME") return Role::name;
  if (type == "STRING" || type == "DOLLAR_STRING" || type == "NUMBER") return Role::literal;
  const char first = text.empty() ? ' ' : text.front();
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '@';
  return letter ? Role::word : Role::punctuation;
}

}  // namespace

std::string format_lp(FileId file, const SourceMap& sources, diag::Sink& sink) {
  const std::size_t errors = sink.error_count();
  const std::string_view text = sources.at(file).text();
  const ast::File tree = frontend::parse(file, sources, sink);
  if (sink.error_count() > errors) return std::string(text);
  std::vector<ast::FormatToken> tokens;
  for (const frontend::Token& token : frontend::tokens(file, sources)) {
    tokens.push_back({token.span, role(token.type, sources.text(token.span))});
  }
  return ast::format(tree, text, tokens);
}

}  // namespace lpc::driver
