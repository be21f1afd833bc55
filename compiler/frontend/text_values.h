// What quoted text and names stand for. https://www.postgresql.org/docs/current/sql-syntax-lexical.html
#pragma once

#include <string>
#include <string_view>

namespace lpc::frontend {

/// The value of a string token: quotes, doubled quotes, dollar delimiters and the escapes of E'' and U&'' resolved. Of B'' and X''
/// the digits.
std::string string_value(std::string_view token);
/// The name that a word or quoted name means: words folded to lower case, quotes resolved.
std::string name_value(std::string_view token);
/// The text of a `---` comment, without the dashes and one blank.
std::string_view doc_text(std::string_view comment);

}  // namespace lpc::frontend
