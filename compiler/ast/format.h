// `lpc fmt`: the one layout of .lp text. Works on tokens and tree together, so every comment stays where it was; SQL fragments stay
// word for word. Formatting what it wrote changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ast/ast.h"

namespace lpc::ast {

/// A token as the formatter needs it; hidden ones included.
struct FormatToken {
  Span span;
  enum class Role : std::uint8_t {
    word,
    name,
    needless_name,   ///< a quoted name that means the same without its quotes
    punctuation,
    literal,
    blank,
    line_comment,
    block_comment,
    doc,
  } role;
};

/// The formatted text of a file that parsed without errors.
std::string format(const File& file, std::string_view source, const std::vector<FormatToken>& tokens);

}  // namespace lpc::ast
