#include "base/in_lists.h"

#include <optional>
#include <vector>

#include "base/sql_scan.h"

namespace lpc {

namespace {

constexpr std::string_view kItemType = "::character varying";

/// Items of a list from `at` on, up to the byte `close`: `'a'::character varying, 'b'::character varying`.
struct Items {
  std::vector<std::string_view> texts;
  std::size_t end;               ///< of the closing byte
};

std::optional<Items> read_items(std::string_view sql, std::size_t at, char close) {
  Items items;
  while (at < sql.size()) {
    const Lexeme literal = scan_lexeme(sql, at);
    if (literal.kind != LexemeKind::string || !sql.substr(literal.end).starts_with(kItemType)) return std::nullopt;
    const std::size_t end = literal.end + kItemType.size();
    items.texts.push_back(sql.substr(at, end - at));
    if (end >= sql.size()) return std::nullopt;
    if (sql[end] == close) {
      items.end = end + 1;
      return items;
    }
    if (!sql.substr(end).starts_with(", ")) return std::nullopt;
    at = end + 2;
  }
  return std::nullopt;
}

bool is_name_path(std::string_view text) {
  if (text.empty()) return false;
  for (std::size_t at = 0; at < text.size();) {
    const Lexeme lexeme = scan_lexeme(text, at);
    const bool is_dot = lexeme.kind == LexemeKind::symbol && text[at] == '.';
    if (lexeme.kind != LexemeKind::word && lexeme.kind != LexemeKind::quoted_name && !is_dot) return false;
    at = lexeme.end;
  }
  return true;
}

/// Copies the text lexeme by lexeme; remembers where in the copy each open parenthesis stands.
class Copier {
 public:
  explicit Copier(std::string_view sql) : sql_(sql) {}

  std::string take() { return std::move(out_); }
  bool at_end() const { return at_ >= sql_.size(); }
  std::string_view rest() const { return sql_.substr(at_); }

  /// Copies one lexeme. Gives the place in the copy of the parenthesis that it closed, if it did.
  std::optional<std::size_t> copy() {
    const Lexeme lexeme = scan_lexeme(sql_, at_);
    const bool is_symbol = lexeme.kind == LexemeKind::symbol;
    std::optional<std::size_t> closed;
    if (is_symbol && sql_[at_] == '(') open_.push_back(out_.size());
    if (is_symbol && sql_[at_] == ')' && !open_.empty()) {
      closed = open_.back();
      open_.pop_back();
    }
    out_.append(sql_, at_, lexeme.end - at_);
    at_ = lexeme.end;
    return closed;
  }

  std::string& out() { return out_; }
  std::string_view sql() const { return sql_; }
  std::size_t at() const { return at_; }
  void go_to(std::size_t at) { at_ = at; }

 private:
  std::string_view sql_;
  std::string out_;
  std::vector<std::size_t> open_;
  std::size_t at_ = 0;
};

std::string joined(const std::vector<std::string_view>& items, std::string_view before, std::string_view after) {
  std::string list;
  for (const std::string_view item : items) {
    if (!list.empty()) list += ", ";
    list.append(before).append(item).append(after);
  }
  return list;
}

/// `(x)` in the copy from `begin` on, followed by the cast and an array: the IN list in its place.
bool write_in_list(Copier& copier, std::size_t begin) {
  constexpr std::string_view kAny = "::text = ANY ((ARRAY[";
  constexpr std::string_view kAll = "::text <> ALL ((ARRAY[";
  constexpr std::string_view kEnd = ")::text[])";
  const bool is_any = copier.rest().starts_with(kAny);
  if (!is_any && !copier.rest().starts_with(kAll)) return false;
  const auto items = read_items(copier.sql(), copier.at() + (is_any ? kAny : kAll).size(), ']');
  if (!items || !copier.sql().substr(items->end).starts_with(kEnd)) return false;
  std::string operand = copier.out().substr(begin);
  if (is_name_path(std::string_view(operand).substr(1, operand.size() - 2))) operand = operand.substr(1, operand.size() - 2);
  copier.out().resize(begin);
  copier.out() += operand + (is_any ? " IN (" : " NOT IN (") + joined(items->texts, "", "") + ")";
  copier.go_to(items->end + kEnd.size());
  return true;
}

/// The place in `out` where the operand begins that it ends with: a name path, or the parenthesis at `closed`.
std::size_t operand_begin(const std::string& out, std::optional<std::size_t> closed) {
  if (closed) return *closed;
  std::size_t begin = out.size();
  const auto is_path_byte = [](char c) { return c == '_' || c == '.' || c == '$' || c == '"' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; };
  bool quoted = false;
  while (begin > 0 && (quoted || is_path_byte(out[begin - 1]))) {
    if (out[begin - 1] == '"') quoted = !quoted;
    --begin;
  }
  return begin;
}

/// ` IN (…)` or ` NOT IN (…)` after an operand: the array in its place.
bool write_array(Copier& copier, std::optional<std::size_t> closed) {
  constexpr std::string_view kIn = " IN (";
  constexpr std::string_view kNotIn = " NOT IN (";
  const bool is_in = copier.rest().starts_with(kIn);
  if (!is_in && !copier.rest().starts_with(kNotIn)) return false;
  const auto items = read_items(copier.sql(), copier.at() + (is_in ? kIn : kNotIn).size(), ')');
  if (!items) return false;
  const std::size_t begin = operand_begin(copier.out(), closed);
  std::string operand = copier.out().substr(begin);
  if (!closed) operand = "(" + operand + ")";
  copier.out().resize(begin);
  copier.out() += operand + (is_in ? "::text = ANY (ARRAY[" : "::text <> ALL (ARRAY[") + joined(items->texts, "(", ")::text") + "])";
  copier.go_to(items->end);
  return true;
}

/// `(ARRAY[…])::text[]`, or that with the array's own type said as well (base/exact_sql.h): the cast moves to the elements.
bool write_cast_elements(Copier& copier) {
  constexpr std::string_view kBegin = "(ARRAY[";
  constexpr std::string_view kOwnType = ")::character varying[]";
  const bool says_own_type = copier.rest().starts_with("((ARRAY[");
  if (!says_own_type && !copier.rest().starts_with(kBegin)) return false;
  const auto items = read_items(copier.sql(), copier.at() + kBegin.size() + (says_own_type ? 1 : 0), ']');
  if (!items) return false;
  const std::size_t cast = items->end + (says_own_type ? kOwnType.size() : 0);
  if (says_own_type && !copier.sql().substr(items->end).starts_with(kOwnType)) return false;
  if (!copier.sql().substr(cast).starts_with(")::")) return false;
  const std::size_t type = cast + 3;
  const std::size_t brackets = copier.sql().find("[]", type);
  if (brackets == std::string_view::npos) return false;
  const std::string_view name = copier.sql().substr(type, brackets - type);
  if (name != "text" && !is_name_path(name)) return false;
  copier.out() += "ARRAY[" + joined(items->texts, "(", ")::" + std::string(name)) + "]";
  copier.go_to(brackets + 2);
  return true;
}

/// `(ARRAY[1, 2])::numeric[]` right after `ANY (`: without the cast, which Postgres adds by itself. Only numbers, and only types that every such number
/// turns into by itself.
bool write_bare_numbers(Copier& copier) {
  constexpr std::string_view kBegin = "(ARRAY[";
  if (!copier.rest().starts_with(kBegin) || !(copier.out().ends_with("ANY (") || copier.out().ends_with("ALL ("))) return false;
  const std::string_view rest = copier.rest().substr(kBegin.size());
  const std::size_t end = rest.find_first_not_of("0123456789, ");
  if (end == std::string_view::npos || end == 0) return false;
  for (const std::string_view cast : {"])::numeric[]", "])::bigint[]", "])::double precision[]", "])::real[]"}) {
    if (!rest.substr(end).starts_with(cast)) continue;
    copier.out().append("ARRAY[").append(rest.substr(0, end + 1));
    copier.go_to(copier.at() + kBegin.size() + end + cast.size());
    return true;
  }
  return false;
}

}  // namespace

std::string to_in_lists(std::string_view sql) {
  if (sql.find("ANY ((ARRAY[") == std::string_view::npos && sql.find("ALL ((ARRAY[") == std::string_view::npos) return std::string(sql);
  Copier copier(sql);
  while (!copier.at_end()) {
    if (write_bare_numbers(copier)) continue;
    const auto closed = copier.copy();
    if (closed) write_in_list(copier, *closed);
  }
  return copier.take();
}

std::string to_any_arrays(std::string_view sql) {
  if (sql.find(kItemType) == std::string_view::npos || (sql.find(" IN ('") == std::string_view::npos && sql.find("(ARRAY['") == std::string_view::npos)) {
    return std::string(sql);
  }
  Copier copier(sql);
  while (!copier.at_end()) {
    if (write_cast_elements(copier)) continue;
    const auto closed = copier.copy();
    write_array(copier, closed);
  }
  return copier.take();
}

}  // namespace lpc
