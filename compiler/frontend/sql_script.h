// A text of many SQL statements, cut into them by the real Postgres grammar. For .sql sources; .lp never needs it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace lpc::frontend {

/// The byte ranges of the text's statements, without the semicolons and without blanks and comments around them (FileId: `file`). A text that the grammar doesn't accept (a
/// newer server's syntax, psql's backslash commands, a mistake) is cut at its semicolons as well as a scanner can; the server then has the word.
std::vector<Span> split_script(std::string_view text, FileId file);

}  // namespace lpc::frontend
