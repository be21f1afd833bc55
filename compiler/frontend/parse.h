// .lp text to ast::File (parse_file.cpp); parse.cpp is the only file that includes ANTLR. Never crashes, hangs or throws on any bytes; every
// mistake becomes a diagnostic and the rest of the file is still parsed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ast/ast.h"
#include "ast/format.h"
#include "diag/sink.h"

namespace lpc::frontend {

/// Parses one source. Declarations with errors are left out of the result; the others are complete.
/// Work is done one top-level declaration (or member of a schema block) at a time, so that parse trees stay small.
ast::File parse(FileId file, const SourceMap& sources, diag::Sink& sink);

/// One token of the lexer, hidden ones (blanks, comments) included; their texts joined give the source back.
struct Token {
  std::string_view type;   ///< symbolic name: "QUOTED_NAME", "COMMENT", "TABLE", …
  Span span;
};
std::vector<Token> tokens(FileId file, const SourceMap& sources);

/// The same for ast::format.
std::vector<ast::FormatToken> format_tokens(FileId file, const SourceMap& sources);
/// The source in `lpc fmt`'s layout; nothing when it has mistakes, which the sink then holds.
std::optional<std::string> format(FileId file, const SourceMap& sources, diag::Sink& sink);

/// True when the name must be quoted in .lp: Postgres would quote it, or it is a word that begins a member or clause here.
bool needs_quotes_in_lp(std::string_view name);

}  // namespace lpc::frontend
