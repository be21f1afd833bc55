#include "frontend/sql_fragment_newer.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "frontend/sql_fragment_scan.h"

namespace lpc::frontend {
namespace {

/// Words that begin a clause inside the SQL/JSON functions of 16 and 17.
/// https://www.postgresql.org/docs/17/functions-json.html#FUNCTIONS-SQLJSON-QUERYING and #FUNCTIONS-JSON-CREATION-TABLE
constexpr auto kJsonClauses = std::to_array<std::string_view>({"absent", "as", "columns", "conditional", "default", "empty", "error", "false", "format", "keep", "null",
                                                               "omit", "on", "passing", "path", "returning", "select", "true", "unconditional",
                                                               "unknown", "value", "values", "with", "without"});
constexpr auto kJsonFunctions = std::to_array<std::string_view>({"json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
                                                                 "json_query", "json_scalar", "json_serialize", "json_table", "json_value"});

/// The pieces before the error and the calls they are inside of.
struct Place {
  std::vector<Piece> before;
  Piece token{LexemeKind::symbol, "", 0};
  std::vector<std::string> calls;   ///< the word before each open parenthesis, outermost first; "" for none

  bool follows(std::size_t back, std::string_view word) const { return before.size() >= back && before[before.size() - back].is_word(word); }
};

std::optional<Place> place_of(std::string_view text, std::uint32_t offset) {
  Place place;
  bool found = false;
  for_each_piece(text, [&](const Piece& piece) {
    if (piece.end() > offset) {
      place.token = piece;
      found = true;
      return false;
    }
    if (piece.is_symbol('(')) {
      const bool called = !place.before.empty() && place.before.back().kind == LexemeKind::word;
      place.calls.push_back(called ? to_lower_ascii(place.before.back().text) : std::string());
    }
    if (piece.is_symbol(')') && !place.calls.empty()) place.calls.pop_back();
    place.before.push_back(piece);
    return true;
  });
  return found ? std::optional(std::move(place)) : std::nullopt;
}

/// Integers of 16: `0x1F`, `0o17`, `0b11`, `1_000`. https://www.postgresql.org/docs/16/sql-syntax-lexical.html#SQL-SYNTAX-CONSTANTS-NUMERIC
bool is_newer_number(std::string_view number) {
  std::string_view digits = "0123456789";
  bool prefixed = number.size() > 2 && number[0] == '0';
  if (prefixed) {
    const char base = static_cast<char>(number[1] | 0x20);
    prefixed = base == 'x' || base == 'o' || base == 'b';
    if (base == 'x') digits = "0123456789abcdefABCDEF";
    if (base == 'o') digits = "01234567";
    if (base == 'b') digits = "01";
    if (prefixed) number.remove_prefix(2);
  }
  bool after_digit = prefixed;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const char c = number[i];
    if (c == '_' && (!after_digit || i + 1 == number.size() || digits.find(number[i + 1]) == std::string_view::npos)) return false;
    const bool fraction = !prefixed && (c == '.' || ((c == 'e' || c == 'E') && i > 0) || ((c == '-' || c == '+') && i > 0));
    if (c != '_' && !fraction && digits.find(c) == std::string_view::npos) return false;
    after_digit = digits.find(c) != std::string_view::npos;
  }
  return !number.empty();
}

/// True when the statement that holds the error begins with MERGE, perhaps after its WITH.
bool is_in_merge(const Place& place) {
  for (std::size_t i = place.before.size(); i-- > 0;) {
    if (place.before[i].is_symbol(';')) return false;
    if (place.before[i].is_word("merge") && i + 1 < place.before.size() && place.before[i + 1].is_word("into")) return true;
  }
  return false;
}

std::optional<std::string> newer_json(const Place& place) {
  const Piece& token = place.token;
  const bool negated = place.follows(1, "not") && place.follows(2, "is");
  if (token.is_word("json") && (place.follows(1, "is") || negated)) return "IS JSON";
  const auto call = std::find_if(place.calls.rbegin(), place.calls.rend(), [](const std::string& word) {
    return std::find(kJsonFunctions.begin(), kJsonFunctions.end(), word) != kJsonFunctions.end();
  });
  if (call == place.calls.rend()) return std::nullopt;
  std::string name = *call;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c; });
  const bool clause = std::any_of(kJsonClauses.begin(), kJsonClauses.end(), [&](std::string_view word) { return token.is_word(word); });
  const bool pair = (*call == "json_object" || *call == "json_objectagg") && (token.is_symbol(':') || place.follows(1, "key"));
  return clause || pair ? std::optional(name) : std::nullopt;
}

}  // namespace

std::optional<std::string> newer_syntax(std::string_view text, const FragmentError& error) {
  const std::string_view message = error.message;
  if (message == "subquery in FROM must have an alias" || message == "VALUES in FROM must have an alias") return "a subquery in FROM without an alias";
  const std::optional<Place> place = place_of(text, error.offset);
  if (!place) return std::nullopt;
  const Piece& token = place->token;
  if (message.starts_with("trailing junk after numeric literal")) {
    return token.kind == LexemeKind::number && is_newer_number(token.text) ? std::optional<std::string>("an integer with underscores or another base") : std::nullopt;
  }
  if (!message.starts_with("syntax error")) return std::nullopt;
  if (std::optional<std::string> json = newer_json(*place)) return json;
  const bool in_xml = !place->calls.empty() && place->calls.back() == "xmlserialize";
  if (in_xml && (token.is_word("indent") || token.is_word("no"))) return "XMLSERIALIZE … INDENT";
  if (token.is_word("local") && place->follows(1, "at")) return "AT LOCAL";
  if (token.is_word("by") && place->follows(1, "matched") && is_in_merge(*place)) return "MERGE … BY SOURCE";
  if (token.is_word("returning") && is_in_merge(*place)) return "MERGE … RETURNING";
  const bool opened = !place->before.empty() && place->before.back().is_symbol('(');
  if (token.is_word("merge") && opened && (place->follows(2, "as") || place->follows(2, "materialized"))) return "MERGE in WITH";
  if (token.is_word("with") && place->follows(1, "returning")) return "RETURNING WITH (OLD …, NEW …)";
  return std::nullopt;
}

}  // namespace lpc::frontend
