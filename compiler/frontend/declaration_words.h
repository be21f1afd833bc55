// The words that begin a declaration, as far as telling declarations apart needs them; what follows them is the grammar's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lpc::frontend {

/// True for the key words that begin a declaration of their own form.
bool begins_declaration(std::uint16_t type);
/// Words of declarations in the uniform shape, read whatever kinds there are: `collation`, …
bool is_uniform_word(std::string_view word);
/// Words of the language that this version can't read: `mixin`, `publication`, …
bool is_later_word(std::string_view word);
/// All of them, for suggestions.
const std::vector<std::string>& declaration_words();

}  // namespace lpc::frontend
