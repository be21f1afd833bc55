#include "base/exact_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/sql_scan.h"
#include "base/text.h"

namespace lpc {

namespace {

constexpr std::array<std::string_view, 13> kListEnds = {"FROM",  "WHERE",  "GROUP", "HAVING", "WINDOW",    "ORDER", "LIMIT",
                                                        "OFFSET", "FETCH", "FOR",   "UNION",  "INTERSECT", "EXCEPT"};

/// What stands between two parentheses, as far as it has been read.
struct Level {
  bool in_list = false;        ///< among the columns of a SELECT, or those that RETURNING gives
  bool has_cast = false;       ///< of the column under way: a cast that stands in no parentheses is all of it
  bool has_name = false;
};

/// Names the columns that would be named after a type. Key words are in upper case in what the server prints, and no other words are.
class ColumnNamer {
 public:
  explicit ColumnNamer(std::string_view sql) : sql_(sql), levels_(1) {}

  std::string run() {
    for (std::size_t at = 0; at < sql_.size();) {
      const Lexeme lexeme = scan_lexeme(sql_, at);
      const std::string_view text = sql_.substr(at, lexeme.end - at);
      if (lexeme.kind == LexemeKind::word) read_word(text);
      if (lexeme.kind == LexemeKind::symbol) read_symbol(text.front());
      out_ += text;
      if (!is_filler(lexeme.kind)) end_of_item_ = out_.size();
      at = lexeme.end;
    }
    end_item();
    return std::move(out_);
  }

 private:
  void read_word(std::string_view word) {
    Level& level = levels_.back();
    const bool is_within_group = word == "GROUP" && last_word_ == "WITHIN";
    if (word == "SELECT" || word == "RETURNING") {
      end_item();
      level = {.in_list = true};
    } else if (word == "AS") {
      level.has_name = true;
    } else if (!is_within_group && std::find(kListEnds.begin(), kListEnds.end(), word) != kListEnds.end()) {
      end_item();
      level = {};
    }
    last_word_ = word;
    after_colon_ = false;
  }

  void read_symbol(char symbol) {
    if (symbol == '(' || symbol == '[') {
      levels_.emplace_back();
    } else if (symbol == ')' || symbol == ']') {
      end_item();
      if (levels_.size() > 1) levels_.pop_back();
    } else if (symbol == ',' || symbol == ';') {
      end_item();
      levels_.back() = {.in_list = levels_.back().in_list && symbol == ','};
    } else if (symbol == ':' && after_colon_) {
      levels_.back().has_cast = true;
    }
    after_colon_ = symbol == ':';
  }

  void end_item() {
    Level& level = levels_.back();
    if (level.in_list && level.has_cast && !level.has_name) out_.insert(end_of_item_, " AS \"?column?\"");
    level.has_cast = false;
  }

  std::string_view sql_;
  std::string out_;
  std::vector<Level> levels_;
  std::size_t end_of_item_ = 0;
  std::string_view last_word_;
  bool after_colon_ = false;
};

/// The type of an array's element, when its text tells: `1`, `2.5`, `'a'::text`.
std::optional<std::string> type_of(std::string_view element) {
  std::size_t cast = std::string_view::npos;
  int depth = 0;
  for (std::size_t at = 0; at < element.size();) {
    const Lexeme lexeme = scan_lexeme(element, at);
    if (lexeme.kind == LexemeKind::symbol) {
      const char symbol = element[at];
      if (symbol == '(' || symbol == '[') ++depth;
      if (symbol == ')' || symbol == ']') --depth;
      if (symbol == ':' && depth == 0 && element.substr(at).starts_with("::")) cast = at + 2;
    }
    at = lexeme.end;
  }
  if (cast != std::string_view::npos) {
    const std::string_view type = element.substr(cast);
    return type.find_first_of("([") == std::string_view::npos ? std::optional(std::string(type)) : std::nullopt;
  }
  if (element.find_first_not_of("0123456789.") != std::string_view::npos || element.empty()) return std::nullopt;
  return element.find('.') == std::string_view::npos ? "integer" : "numeric";    // what is too big for an integer is printed with its type
}

/// `(ARRAY[` at `at`: where its bracket closes and its first element.
struct Array {
  std::string_view first;
  std::size_t end;
};

std::optional<Array> read_array(std::string_view sql, std::size_t at) {
  std::optional<std::size_t> first_end;
  int depth = 1;
  const std::size_t begin = at;
  while (at < sql.size()) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    const char symbol = lexeme.kind == LexemeKind::symbol ? sql[at] : '\0';
    if (symbol == '(' || symbol == '[') ++depth;
    if (symbol == ')' || symbol == ']') --depth;
    if ((symbol == ',' && depth == 1) || depth == 0) first_end = first_end.value_or(at);
    if (depth == 0) return Array{sql.substr(begin, *first_end - begin), at};
    at = lexeme.end;
  }
  return std::nullopt;
}

std::string cast_arrays_twice(std::string_view sql) {
  constexpr std::string_view kBegin = "(ARRAY[";
  constexpr std::string_view kCast = "])::";
  if (sql.find(kCast) == std::string_view::npos) return std::string(sql);
  std::string out;
  std::vector<std::size_t> ends;    // of arrays that get a cast of their own
  std::vector<std::string> casts;
  for (std::size_t at = 0; at < sql.size();) {
    const auto array = sql.substr(at).starts_with(kBegin) ? read_array(sql, at + kBegin.size()) : std::nullopt;
    const auto type = array && sql.substr(array->end).starts_with(kCast) ? type_of(array->first) : std::nullopt;
    if (type && !sql.substr(array->end + kCast.size()).starts_with(*type + "[]")) {
      out += '(';
      ends.push_back(array->end);
      casts.push_back("])::" + *type + "[])");
    }
    const Lexeme lexeme = scan_lexeme(sql, at);
    if (!ends.empty() && at == ends.back()) {
      out += casts.back();
      ends.pop_back();
      casts.pop_back();
      at += 2;    // `])`
      continue;
    }
    out += sql.substr(at, lexeme.end - at);
    at = lexeme.end;
  }
  return out;
}

/// `'Y'::text` as the grammar wants it where only constants may stand. What is no literal with a cast stays as it is.
std::string as_constant(std::string_view value) {
  const Lexeme literal = scan_lexeme(value, 0);
  if (literal.kind != LexemeKind::string || !value.substr(literal.end).starts_with("::")) return std::string(value);
  const std::string_view type = value.substr(literal.end + 2);
  const std::string_view text = value.substr(0, literal.end);
  return type == "text" ? std::string(text) : fmt::format("{} {}", type, text);
}

/// The marks of CYCLE … SET … TO mark DEFAULT other_mark USING ….
std::string write_cycle_marks(std::string_view sql) {
  if (sql.find(" CYCLE ") == std::string_view::npos) return std::string(sql);
  constexpr std::array<std::string_view, 5> kWords = {"CYCLE", "SET", "TO", "DEFAULT", "USING"};
  std::string out;
  std::size_t next = 0;      // the word that must come next
  std::size_t copied = 0;
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    const std::string_view word = lexeme.kind == LexemeKind::word ? sql.substr(at, lexeme.end - at) : std::string_view();
    if (word == kWords[next]) {
      if (next > 2) {        // a mark ends here
        const std::string_view mark = trim(sql.substr(copied, at - copied));
        out += fmt::format(" {} ", as_constant(mark));
        copied = at;
      }
      if (next > 1) {
        out += sql.substr(copied, lexeme.end - copied);
        copied = lexeme.end;
      }
      next = (next + 1) % kWords.size();
    } else if (word == "USING") {
      next = 0;              // SET without marks: they are true and false
    }
    at = lexeme.end;
  }
  return out.append(sql.substr(copied));
}

}  // namespace

std::string exact_sql(std::string_view printed) {
  std::string sql = write_cycle_marks(cast_arrays_twice(printed));
  const bool may_have_columns = sql.find("SELECT") != std::string::npos || sql.find("RETURNING") != std::string::npos;
  return may_have_columns && sql.find("::") != std::string::npos ? ColumnNamer(sql).run() : sql;
}

}  // namespace lpc
