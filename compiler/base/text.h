// Small helpers over text that the standard library and fmt lack.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lpc {

std::string to_lower_ascii(std::string_view text);
/// What SQL takes for space between words.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The candidate nearest to `word` by Damerau-Levenshtein distance, when it is near enough to be a likely slip
/// (at most a third of the word's length, and at least one edit).
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// SQL text without the parentheses that enclose all of it, outer blanks trimmed. Knows strings, quoted names, dollar quotes and comments.
std::string_view strip_outer_parentheses(std::string_view sql);

/// Adds the character of that number; none beyond Unicode's last one.
void append_utf8(std::string& text, std::uint32_t code);
/// How many characters UTF-8 text has.
std::size_t count_characters(std::string_view text);
/// The byte offset of the character at a 0-based index; the text's size when there is none. Servers and libpg_query count characters, and from 1.
std::size_t offset_of_character(std::string_view text, std::size_t index);

/// SHA-256 in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);

/// The name Postgres gives an index, constraint or sequence that has none: `{first}_{second}_{label}`, cut to 63 bytes the
/// way makeObjectName() in src/backend/commands/indexcmds.c does (longer part shortened first, on a character boundary).
std::string make_object_name(std::string_view first, std::string_view second, std::string_view label);

/// True when at most 63 bytes (NAMEDATALEN - 1).
bool fits_identifier(std::string_view name);

}  // namespace lpc
