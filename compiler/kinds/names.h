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
/// The name as lpc spells it, quoted where any version's key words ask for that: an older server's quote_ident() doesn't know those of newer ones.
std::string respelled(std::string_view name);
/// The same of a type's name, before its modifiers and brackets.
std::string respelled_type(std::string_view type);
/// The same of types with commas between: a routine's arguments.
std::string respelled_types(std::string_view types);

/// The extension that brings a type of that name: for most types the one of the same name (citext, hstore).
std::string_view extension_of_type(std::string_view type);

}  // namespace lpc::kinds
