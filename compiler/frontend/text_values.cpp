#include "frontend/text_values.h"

#include <cstdint>

#include "base/text.h"

namespace lpc::frontend {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The number of up to `most` digits of base 8 or 16 at `at`, which moves behind them.
std::uint32_t read_number(std::string_view text, std::size_t& at, std::size_t most, int base) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < most && at < text.size(); ++i, ++at) {
    const int digit = hex_digit(text[at]);
    if (digit < 0 || digit >= base) break;
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
  }
  return value;
}

/// A code unit; two surrogates in a row are one character.
void append_unit(std::string& out, std::uint32_t code, std::uint32_t& high) {
  if (code >= 0xD800 && code < 0xDC00) {
    high = code;
    return;
  }
  if (code >= 0xDC00 && code < 0xE000 && high != 0) code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00);
  high = 0;
  append_utf8(out, code);
}

/// What `\` and the character at `at` mean in E''.
void append_escape(std::string& out, std::string_view text, std::size_t& at, std::uint32_t& high) {
  const char c = text[at];
  if (c >= '0' && c <= '7') {
    out += static_cast<char>(read_number(text, at, 3, 8));
    return;
  }
  ++at;
  switch (c) {
    case 'b': out += '\b'; break;
    case 'f': out += '\f'; break;
    case 'n': out += '\n'; break;
    case 'r': out += '\r'; break;
    case 't': out += '\t'; break;
    case 'x': out += static_cast<char>(read_number(text, at, 2, 16)); break;
    case 'u': append_unit(out, read_number(text, at, 4, 16), high); break;
    case 'U': append_unit(out, read_number(text, at, 8, 16), high); break;
    default: out += c;
  }
}

std::string escaped_value(std::string_view inner) {
  std::string out;
  std::uint32_t high = 0;
  for (std::size_t i = 0; i < inner.size();) {
    if (inner[i] == '\\' && i + 1 < inner.size()) {
      append_escape(out, inner, ++i, high);
    } else {
      if (inner[i] == '\'') ++i;   // the first of two
      if (i < inner.size()) out += inner[i++];
    }
  }
  return out;
}

/// `\0061` and `\+000061`; `\\` is a backslash.
std::string unicode_value(std::string_view inner, char quote) {
  std::string out;
  std::uint32_t high = 0;
  for (std::size_t i = 0; i < inner.size();) {
    const char c = inner[i++];
    if (c == '\\' && i < inner.size() && inner[i] == '\\') {
      out += inner[i++];
    } else if (c == '\\') {
      const bool is_long = i < inner.size() && inner[i] == '+';
      if (is_long) ++i;
      append_unit(out, read_number(inner, i, is_long ? 6 : 4, 16), high);
    } else {
      out += c;
      if (c == quote) ++i;
    }
  }
  return out;
}

std::string undoubled(std::string_view inner, char quote) {
  std::string out;
  out.reserve(inner.size());
  for (std::size_t i = 0; i < inner.size(); ++i) {
    out += inner[i];
    if (inner[i] == quote) ++i;
  }
  return out;
}

/// What stands between the quotes, the first of which is at `open`.
std::string_view between(std::string_view token, std::size_t open) {
  return token.size() < open + 2 ? std::string_view() : token.substr(open + 1, token.size() - open - 2);
}

}  // namespace

std::string string_value(std::string_view token) {
  if (token.starts_with('$')) {
    const std::size_t tag = token.find('$', 1) + 1;
    return token.size() < 2 * tag ? std::string() : std::string(token.substr(tag, token.size() - 2 * tag));
  }
  const std::size_t open = token.find('\'');
  if (open == std::string_view::npos) return std::string(token);
  const std::string_view inner = between(token, open);
  if (open == 2) return unicode_value(inner, '\'');
  if (open == 1 && (token[0] | 0x20) == 'e') return escaped_value(inner);
  return undoubled(inner, '\'');
}

std::string name_value(std::string_view token) {
  const std::size_t open = token.find('"');
  if (open == std::string_view::npos) return to_lower_ascii(token);
  const std::string_view inner = between(token, open);
  return open == 2 ? unicode_value(inner, '"') : undoubled(inner, '"');
}

std::string_view doc_text(std::string_view comment) {
  std::string_view text = comment.substr(std::min<std::size_t>(3, comment.size()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

}  // namespace lpc::frontend
