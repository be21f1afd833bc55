// The piece of a source line that a terminal shows under a diagnostic, and the carets under that piece.
// Knows nothing of files or diagnostics.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lpc::diag {

struct Snippet {
  std::string text;     ///< the line, or the part around the caret when it is long; tabs and control characters replaced
  std::string carets;   ///< blanks and `^`, aligned with `text` in a terminal's cells
};

/// `begin` and `end` are byte offsets in `line`; an empty range gets one caret. `line` is UTF-8.
Snippet make_snippet(std::string_view line, std::size_t begin, std::size_t end);

/// The text with control characters replaced, so that no source or server message can steer the terminal. Line ends stay.
std::string printable(std::string_view text);

/// How many cells of a terminal the text takes. It must have no line end.
std::size_t count_cells(std::string_view text);

}  // namespace lpc::diag
