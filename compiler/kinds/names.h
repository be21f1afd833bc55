// Reads names out of SQL text, such as shop."Users".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lpc::kinds {

/// The dotted name at the start of a SQL text: its parts without quotes; `end` is where it ends (0 when there is none).
std::vector<std::string> leading_name(std::string_view text, std::size_t& end);

/// The parts of a text that is one dotted name; empty when it isn't.
std::vector<std::string> name_parts(std::string_view text);

/// The extension that brings a type of that name: for most types the one of the same name (citext, hstore).
std::string_view extension_of_type(std::string_view type);

}  // namespace lpc::kinds
