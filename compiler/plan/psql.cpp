#include "plan/psql.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/sql.h"
#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/secrets.h"

namespace lpc::plan {

namespace {

std::string_view text_of(std::string_view sql, const Lexeme& lexeme) { return sql.substr(lexeme.begin, lexeme.end - lexeme.begin); }

/// Follows psql's way of finding a statement's end: at a semicolon outside parentheses, and outside BEGIN … END of what begins like a routine in standard SQL. It looks
/// at words only, so a routine that is called `begin` fools it. See psqlscan.l, the rule for identifiers.
class StatementEnd {
 public:
  /// True when psql would send what it has read so far.
  bool take(std::string_view sql, const Lexeme& lexeme) {
    if (lexeme.kind == LexemeKind::word) word(to_lower_ascii(text_of(sql, lexeme)));
    if (lexeme.kind != LexemeKind::symbol) return false;
    const char symbol = sql[lexeme.begin];
    if (symbol == '(') ++parentheses_;
    if (symbol == ')' && parentheses_ > 0) --parentheses_;
    return symbol == ';' && is_open();
  }

  /// True when a semicolon here would end the statement.
  bool is_open() const { return parentheses_ == 0 && blocks_ == 0; }

 private:
  void word(const std::string& text) {
    constexpr std::size_t kKept = 4;
    if (words_.size() < kKept) words_.push_back(text);
    if (parentheses_ > 0 || !begins_routine()) return;
    if (text == "begin" || (text == "case" && blocks_ > 0)) ++blocks_;
    if (text == "end" && blocks_ > 0) --blocks_;
  }

  bool begins_routine() const {
    const auto at = [this](std::size_t i) { return i < words_.size() ? std::string_view(words_[i]) : std::string_view(); };
    const auto is_routine = [](std::string_view word) { return word == "function" || word == "procedure"; };
    return at(0) == "create" && (is_routine(at(1)) || (at(1) == "or" && at(2) == "replace" && is_routine(at(3))));
  }

  std::vector<std::string> words_;
  int parentheses_ = 0;
  int blocks_ = 0;
};

/// Whether psql sends this text, a semicolon behind it, as one statement and nothing else.
bool is_read_whole(std::string_view sql) {
  StatementEnd end;
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    at = lexeme.end;
    if (!lexeme.closed || end.take(sql, lexeme)) return false;
    if (lexeme.kind == LexemeKind::symbol && sql[lexeme.begin] == '\\') return false;
  }
  return end.is_open();
}

/// `:name`, `:'name'`, `:"name"` and `:{?name}` are variables of psql's, unlike `::` and `:=`.
bool could_be_variable(char next) {
  const bool is_letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || static_cast<unsigned char>(next) >= 0x80;
  return is_letter || (next >= '0' && next <= '9') || next == '_' || next == '\'' || next == '"' || next == '{';
}

std::string with_plain_colons(std::string_view sql) {
  std::string out;
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    out += text_of(sql, lexeme);
    at = lexeme.end;
    if (lexeme.kind != LexemeKind::symbol || sql[lexeme.begin] != ':' || at >= sql.size()) continue;
    if (sql[at] == ':' || sql[at] == '=') {
      out += sql[at++];
    } else if (could_be_variable(sql[at])) {
      out += ' ';
    }
  }
  return out;
}

bool ends_in_line_comment(std::string_view sql) {
  LexemeKind last = LexemeKind::blank;
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    last = lexeme.kind;
    at = lexeme.end;
  }
  return last == LexemeKind::line_comment;
}

/// Without the semicolon that a hand-written statement may end with.
std::string_view without_end(std::string_view sql) {
  std::size_t kept = 0;
  std::optional<std::size_t> semicolon;
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    at = lexeme.end;
    if (lexeme.kind == LexemeKind::blank) continue;
    const bool is_semicolon = lexeme.kind == LexemeKind::symbol && sql[lexeme.begin] == ';';
    semicolon = is_semicolon ? std::optional(lexeme.begin) : std::nullopt;
    kept = lexeme.end;
  }
  return trim(sql.substr(0, semicolon ? *semicolon : kept));
}

// ---- secrets -----------------------------------------------------------------------------------------------------------------

std::string marker(std::size_t number) { return fmt::format("lpc{}secret", number); }

std::string doubled_quotes(const std::string& value) { return fmt::format("replace({}, '''', '''''')", value); }
std::string doubled_backslashes(const std::string& value) { return fmt::format("replace({}, '\\', '\\\\')", value); }

/// SQL that gives the value of psql's variable the form in which it stands in that literal, where its marker is now.
std::string quoted_value(std::string_view literal, const std::string& marker, std::size_t number) {
  std::string value = fmt::format(":'lpc_secret_{}'", number);
  const std::size_t quote = literal.find('\'');
  const std::string_view inside = literal.substr(quote + 1, literal.size() - quote - 2);
  const bool is_uri = inside.starts_with("postgres://") || inside.starts_with("postgresql://");
  if (is_uri) return fmt::format("regexp_replace(encode(convert_to({}, 'UTF8'), 'hex'), '(..)', '%\\1', 'g')", value);
  const bool is_in_connection_string = inside != marker;      // which has quotes of its own around it
  if (is_in_connection_string) value = fmt::format("replace({}, '''', '\\''')", doubled_backslashes(value));
  if (quote > 0) value = doubled_backslashes(value);          // E'…'
  return doubled_quotes(value);
}

}  // namespace

std::string psql_statement(std::string_view sql) {
  const std::string_view statement = without_end(sql);
  if (!is_read_whole(statement)) return fmt::format("SELECT {} \\gexec\n", dollar_quoted(statement).text);
  return with_plain_colons(statement) + (ends_in_line_comment(statement) ? "\n;\n" : ";\n");
}

std::string psql_comment(std::string_view text) {
  std::string out = text.empty() ? "--" : "-- ";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_break = text[i] == '\n' || text[i] == '\r';      // both end a comment for psql
    out += is_break ? "\n--   " : std::string(1, text[i]);
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  return out + "\n";
}

std::vector<std::string> secret_variables(const std::vector<std::string>& statements) {
  std::vector<std::string> variables;
  const auto unknown = [](const std::string&) -> const char* { return nullptr; };
  for (const std::string& statement : statements) kinds::secrets::fill(statement, unknown, variables);
  return variables;
}

std::string psql_read_secrets(const std::vector<std::string>& variables) {
  std::string out;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    out += fmt::format("\\getenv lpc_secret_{0} {1}\n\\if :{{?lpc_secret_{0}}}\n\\else\n", i + 1, variables[i]);
    out += fmt::format("DO $$ BEGIN RAISE EXCEPTION 'set the environment variable {} to the secret: nothing was changed'; END $$;\n\\endif\n", variables[i]);
  }
  return out;
}

std::string psql_statement_with_secrets(std::string_view sql, const std::vector<std::string>& variables) {
  std::vector<std::string> markers, missing;
  for (std::size_t i = 0; i < variables.size(); ++i) markers.push_back(marker(i + 1));
  const auto value_of = [&](const std::string& name) -> const char* {
    const auto at = std::find(variables.begin(), variables.end(), name);
    return at == variables.end() ? nullptr : markers[static_cast<std::size_t>(at - variables.begin())].c_str();
  };
  const std::string filled = kinds::secrets::fill(without_end(sql), value_of, missing);
  std::string expression = dollar_quoted(filled).text;
  for (std::size_t at = 0; at < filled.size();) {
    const Lexeme lexeme = scan_lexeme(filled, at);
    at = lexeme.end;
    if (lexeme.kind != LexemeKind::string) continue;
    for (std::size_t i = 0; i < markers.size(); ++i) {
      if (text_of(filled, lexeme).find(markers[i]) == std::string_view::npos) continue;
      expression = fmt::format("replace({}, '{}',\n  {})", expression, markers[i], quoted_value(text_of(filled, lexeme), markers[i], i + 1));
    }
  }
  return expression == dollar_quoted(filled).text ? psql_statement(sql) : fmt::format("SELECT {} \\gexec\n", expression);
}

}  // namespace lpc::plan
