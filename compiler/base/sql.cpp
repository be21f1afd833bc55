#include "base/sql.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/sql_scan.h"
#include "base/text.h"

namespace lpc {
namespace {

/// The keywords that pg_get_keywords() of Postgres 13 to 18 lists in a category other than `unreserved`, sorted.
/// https://www.postgresql.org/docs/15/sql-keywords-appendix.html
constexpr std::array kQuotedKeywords = std::to_array<std::string_view>({
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between",
    "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character", "check", "coalesce",
    "collate", "collation", "column", "concurrently", "constraint", "create", "cross", "current_catalog",
    "current_date", "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "dec",
    "decimal", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists", "extract",
    "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping",
    "having", "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is",
    "isnull", "join", "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
    "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "lateral", "leading", "least",
    "left", "like", "limit", "localtime", "localtimestamp", "merge_action", "national", "natural", "nchar", "none",
    "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order", "out",
    "outer", "overlaps", "overlay", "placing", "position", "precision", "primary", "real", "references",
    "returning", "right", "row", "select", "session_user", "setof", "similar", "smallint", "some", "substring",
    "symmetric", "system_user", "table", "tablesample", "then", "time", "timestamp", "to", "trailing", "treat",
    "trim", "true", "union", "unique", "user", "using", "values", "varchar", "variadic", "verbose", "when", "where",
    "window", "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces",
    "xmlparse", "xmlpi", "xmlroot", "xmlserialize", "xmltable",
});
static_assert(std::ranges::is_sorted(kQuotedKeywords));

/// Keywords of that list which are an expression by themselves.
constexpr std::array kValueKeywords = std::to_array<std::string_view>({
    "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "false", "localtime", "localtimestamp", "null", "session_user", "system_user", "true", "user",
});
static_assert(std::ranges::is_sorted(kValueKeywords));

/// Keywords of that list which are an expression together with the parentheses that follow them.
constexpr std::array kCallKeywords = std::to_array<std::string_view>({
    "cast", "coalesce", "current_time", "current_timestamp", "exists", "extract", "greatest", "least", "left",
    "localtime", "localtimestamp", "normalize", "nullif", "overlay", "position", "right", "row", "substring", "trim",
    "xmlconcat", "xmlelement", "xmlforest",
});
static_assert(std::ranges::is_sorted(kCallKeywords));

/// Words that may follow the first one of a type's name, such as in `timestamp(3) with time zone`.
constexpr std::array kTypeTailWords = std::to_array<std::string_view>({
    "day", "hour", "minute", "month", "precision", "second", "time", "to", "varying", "with", "without", "year", "zone",
});
static_assert(std::ranges::is_sorted(kTypeTailWords));

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& sorted_words, std::string_view word) {
  return std::ranges::binary_search(sorted_words, word);
}

/// Decides whether a text is one primary expression with any number of casts. It errs on the side of no: parentheses
/// too many are harmless.
class PrimaryScanner {
 public:
  explicit PrimaryScanner(std::string_view sql) : sql_(sql) { advance(); }

  bool accepts_all() { return primary() && casts() && !token_; }

 private:
  /// Moves to the next lexeme that isn't a blank or comment. Unclosed quotes end the text: the token is then a symbol
  /// that no rule takes.
  void advance() {
    token_.reset();
    while (next_ < sql_.size()) {
      const Lexeme lexeme = scan_lexeme(sql_, next_);
      next_ = lexeme.end;
      if (is_filler(lexeme.kind) && lexeme.closed) continue;
      token_ = lexeme;
      if (!lexeme.closed) token_->kind = LexemeKind::blank;
      return;
    }
  }

  bool is(LexemeKind kind) const { return token_ && token_->kind == kind; }
  bool is_symbol(char c) const { return is(LexemeKind::symbol) && sql_[token_->begin] == c; }
  std::string word() const { return to_lower_ascii(sql_.substr(token_->begin, token_->end - token_->begin)); }

  bool take(char symbol) {
    if (!is_symbol(symbol)) return false;
    advance();
    return true;
  }

  /// From an opening bracket to behind the one that closes it.
  bool brackets() {
    std::string open;
    do {
      if (!token_ || token_->kind == LexemeKind::blank) return false;
      if (is_symbol('(')) open += ')';
      if (is_symbol('[')) open += ']';
      if (is_symbol(')') || is_symbol(']')) {
        if (open.empty() || open.back() != sql_[token_->begin]) return false;
        open.pop_back();
      }
      advance();
    } while (!open.empty());
    return true;
  }

  bool primary() {
    if (is(LexemeKind::string) || is(LexemeKind::dollar_string) || is(LexemeKind::number)) {
      advance();
      return true;
    }
    if (is_symbol('(')) return brackets();
    if (is_symbol('-') || is_symbol('+')) {
      advance();
      if (!is(LexemeKind::number)) return false;
      advance();
      return true;
    }
    if (is(LexemeKind::word) || is(LexemeKind::quoted_name)) return name_or_call();
    return false;
  }

  bool name_or_call() {
    const bool is_word = is(LexemeKind::word);
    const std::string first = is_word ? word() : std::string();
    advance();
    if (is_word && needs_quotes(first)) {
      if (first == "array") return (is_symbol('[') || is_symbol('(')) && brackets();
      if (is_symbol('(')) return contains(kCallKeywords, first) && brackets();
      return contains(kValueKeywords, first);
    }
    while (take('.')) {
      if (!is(LexemeKind::word) && !is(LexemeKind::quoted_name)) return false;
      advance();
    }
    return !is_symbol('(') || brackets();
  }

  bool casts() {
    while (is_symbol(':')) {
      const std::size_t colon_end = token_->end;
      advance();
      if (!is_symbol(':') || token_->begin != colon_end) return false;
      advance();
      if (!type()) return false;
    }
    return true;
  }

  bool type() {
    if (!is(LexemeKind::word) && !is(LexemeKind::quoted_name)) return false;
    advance();
    for (;;) {
      if (take('.')) {
        if (!is(LexemeKind::word) && !is(LexemeKind::quoted_name)) return false;
        advance();
      } else if (is_symbol('(') || is_symbol('[')) {
        if (!brackets()) return false;
      } else if (is(LexemeKind::word) && contains(kTypeTailWords, word())) {
        advance();
      } else {
        return true;
      }
    }
  }

  std::string_view sql_;
  std::size_t next_ = 0;
  std::optional<Lexeme> token_;
};

bool is_plain_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  result.reserve(text.size() + 2);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  result += quote;
  return result;
}

}  // namespace

bool needs_quotes(std::string_view name) { return contains(kQuotedKeywords, name); }

// The same rule as quote_identifier() in the server, so that names look as pg_dump writes them.
Sql ident(std::string_view name) {
  if (is_plain_name(name) && !needs_quotes(name)) return {std::string(name)};
  return {quoted(name, '"')};
}

Sql qualified(std::string_view schema, std::string_view name) {
  if (schema.empty()) return ident(name);
  return {ident(schema).text + "." + ident(name).text};
}

Sql literal(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return {quoted(text, '\'')};
  std::string escaped;
  escaped.reserve(text.size() + 8);
  for (const char c : text) {
    if (c == '\\') escaped += c;
    escaped += c;
  }
  return {"E" + quoted(escaped, '\'')};
}

Sql dollar_quoted(std::string_view text) {
  // The delimiter must not come about anywhere before its place, neither in the text nor across the text's end.
  const std::string body(text);
  for (int attempt = 0;; ++attempt) {
    const std::string tag = attempt == 0 ? "" : attempt == 1 ? "lp" : fmt::format("lp{}", attempt);
    const std::string delimiter = "$" + tag + "$";
    if ((body + delimiter).find(delimiter) == body.size()) return {delimiter + body + delimiter};
  }
}

Sql fragment(std::string_view text) { return {std::string(text)}; }

Sql parenthesised(std::string_view expression) {
  const std::string_view bare = strip_outer_parentheses(expression);
  std::string text(bare);
  // A line end closes a last comment, which would swallow the parenthesis or whatever else comes next.
  if (bare.find("--") != std::string_view::npos && !bare.ends_with('\n')) text += '\n';
  if (PrimaryScanner(bare).accepts_all()) return {std::move(text)};
  return {"(" + text + ")"};
}

Sql number(long long value) { return {fmt::format("{}", value)}; }

Sql join(const std::vector<Sql>& parts, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i].text;
  }
  return {std::move(text)};
}

Sql ident_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += ident(name).text;
  }
  return {std::move(text)};
}

namespace detail {

Sql format_sql(std::string_view format, const Sql* const* arguments, std::size_t count) {
  std::string text;
  std::size_t used = 0;
  for (std::size_t begin = 0;;) {
    const std::size_t hole = format.find("{}", begin);
    text += format.substr(begin, hole == std::string_view::npos ? hole : hole - begin);
    if (hole == std::string_view::npos) break;
    LP_CHECK(used < count);
    text += arguments[used++]->text;
    begin = hole + 2;
  }
  LP_CHECK(used == count);
  return {std::move(text)};
}

}  // namespace detail
}  // namespace lpc
