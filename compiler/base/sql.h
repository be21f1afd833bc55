// The quoting writer: the one way SQL text comes about. `Sql` is text that is safe to send; the only roads to it are
// a literal format string, a quoted identifier, a quoted literal, and a fragment that a real parser or a server has
// already accepted. Rules: https://www.postgresql.org/docs/15/sql-syntax-lexical.html
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lpc {

struct Sql {
  std::string text;
  bool empty() const { return text.empty(); }
  friend bool operator==(const Sql&, const Sql&) = default;
};

/// Quoted when it must be (upper case, special characters, every keyword that isn't unreserved), as quote_ident() does.
Sql ident(std::string_view name);
/// `schema.name`, or just the name when the schema is empty.
Sql qualified(std::string_view schema, std::string_view name);
/// A string literal; an E'' string when it has backslashes, so that it means the same under any setting.
Sql literal(std::string_view text);
/// A dollar-quoted string with a tag that the text doesn't hold.
Sql dollar_quoted(std::string_view text);
/// Text that libpg_query or a server has accepted (an expression, a type name, an operator).
Sql fragment(std::string_view text);
/// `fragment` in parentheses unless it is one primary expression (a literal, a name, a call, or a cast of these).
Sql parenthesised(std::string_view expression);
Sql number(long long value);
Sql join(const std::vector<Sql>& parts, std::string_view separator);
/// The identifiers quoted and joined with commas.
Sql ident_list(const std::vector<std::string>& names);

namespace detail {
Sql format_sql(std::string_view format, const Sql* const* arguments, std::size_t count);
}

/// Each `{}` of the format takes the next argument. The format is program text, never a value.
template <std::size_t N, class... Args>
Sql sql(const char (&format)[N], const Args&... arguments) {
  const std::array<const Sql*, sizeof...(Args)> pointers{(&static_cast<const Sql&>(arguments))...};
  return detail::format_sql(std::string_view(format, N - 1), pointers.data(), pointers.size());
}

/// True for words that can't stand unquoted as any identifier (keywords that aren't unreserved).
bool needs_quotes(std::string_view name);

}  // namespace lpc
