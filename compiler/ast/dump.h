// Prints a syntax tree as indented text, for --emit=ast and the parser's tests.
#pragma once

#include <string>

#include "ast/ast.h"

namespace lpc::ast {

std::string dump(const File& file, const SourceMap& sources);

}  // namespace lpc::ast
