// Tells mistakes from syntax of servers 16 to 18, which a parser of 15 can't know. Looks at the offending token and what stands around it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "frontend/sql_fragment.h"

namespace lpc::frontend {

/// What the newer syntax is called ("JSON_TABLE", "MERGE … RETURNING") when a newer server's grammar has the token at the place of the error.
std::optional<std::string> newer_syntax(std::string_view text, const FragmentError& error);

}  // namespace lpc::frontend
