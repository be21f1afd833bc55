#include "kinds/partition_bounds.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <map>
#include <numeric>
#include <optional>

#include "base/sql_scan.h"
#include "base/text.h"
#include "frontend/sql_fragment_scan.h"

namespace lpc::kinds {
namespace {

using Tuple = std::vector<std::string>;      ///< `'2024-01-01 00:00:00'`, `7`, `MINVALUE`

enum class Method : std::uint8_t { unknown, fallback, range, list, hash };

struct Bound {
  Method method = Method::unknown;
  Tuple low, high;                           ///< of a range
  std::vector<std::string> values;           ///< of a list
  int modulus = 0, remainder = 0;
};

/// The items of the parentheses that open next, and the place behind them.
Tuple items(std::string_view text, std::size_t& at) {
  const std::optional<std::string> list = enclosed(text, at);
  if (!list) return {};
  const std::vector<std::string_view> parts = frontend::split_list(*list);
  return {parts.begin(), parts.end()};
}

/// Behind the word: `modulus 4`.
int number_after(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  int number_in = 0;
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = trim(text.substr(at + word.size()));
  std::from_chars(digits.data(), digits.data() + digits.size(), number_in);
  return number_in;
}

Bound read(const std::string& text) {
  Bound bound;
  std::size_t at = 0;
  if (text == "DEFAULT") {
    bound.method = Method::fallback;
  } else if (text.starts_with("FOR VALUES IN ")) {
    bound.values = items(text, at);
    if (!bound.values.empty()) bound.method = Method::list;
  } else if (text.starts_with("FOR VALUES FROM ")) {
    bound.low = items(text, at);
    bound.high = items(text, at);
    if (!bound.low.empty() && bound.low.size() == bound.high.size()) bound.method = Method::range;
  } else if (text.starts_with("FOR VALUES WITH ")) {
    bound.modulus = number_after(text, "modulus");
    bound.remainder = number_after(text, "remainder");
    if (bound.modulus > 0) bound.method = Method::hash;
  }
  return bound;
}

bool is_quoted(std::string_view value) { return value.size() >= 2 && value.front() == '\'' && value.back() == '\''; }

/// A number_in stands without quotes, but for a negative one.
std::optional<double> number_in(std::string_view value) {
  if (is_quoted(value) && value[1] == '-') value = value.substr(1, value.size() - 2);
  double result = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
  constexpr std::size_t kExact = 15;    // digits that a double holds
  if (error != std::errc() || end != value.data() + value.size() || value.size() > kExact) return std::nullopt;
  return result;
}

/// `'2024-01-31'`, `'2024-01-31 12:00:00+01'`: what sorts as it reads, among its like.
bool is_moment(std::string_view value) {
  static constexpr std::string_view kForm = "'dddd-dd-dd dd:dd:dd";
  if (!is_quoted(value) || value.size() < 12) return false;
  for (std::size_t i = 0; i + 1 < value.size() && i < kForm.size(); ++i) {
    if (kForm[i] == 'd' ? value[i] < '0' || value[i] > '9' : value[i] != kForm[i]) return false;
  }
  return true;
}

/// What follows the seconds: fractions aside, the distance from UTC.
std::string_view offset_of(std::string_view moment) {
  const std::size_t at = moment.size() > 21 ? moment.find_first_of("+-", 20) : std::string_view::npos;
  return at == std::string_view::npos ? std::string_view() : moment.substr(at);
}

std::partial_ordering compare(std::string_view a, std::string_view b) {
  if (a == b) return std::partial_ordering::equivalent;
  if (a == "MINVALUE" || b == "MAXVALUE") return std::partial_ordering::less;
  if (b == "MINVALUE" || a == "MAXVALUE") return std::partial_ordering::greater;
  if (is_moment(a) && is_moment(b)) {
    return a.size() == b.size() && offset_of(a) == offset_of(b) ? a <=> b : std::partial_ordering::unordered;
  }
  const auto x = number_in(a), y = number_in(b);
  const bool may_be_text = is_quoted(a) && is_quoted(b);
  return x && y && !may_be_text ? *x <=> *y : std::partial_ordering::unordered;
}

std::partial_ordering compare(const Tuple& a, const Tuple& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const std::partial_ordering order = compare(std::string_view(a[i]), std::string_view(b[i]));
    if (order != 0) return order;
    if (a[i] == "MINVALUE" || a[i] == "MAXVALUE") return order;      // whatever follows is alike
  }
  return std::partial_ordering::equivalent;
}

bool is_at_most(const Tuple& a, const Tuple& b) { return compare(a, b) <= 0; }

bool may_overlap(const Bound& a, const Bound& b) {
  const auto is_behind = [](const Bound& one, const Bound& other) { return is_at_most(other.high, one.low); };
  return !is_behind(a, b) && !is_behind(b, a);
}

/// Ranges that begin where others end, joined.
std::vector<Bound> joined(std::vector<Bound> ranges) {
  std::map<Tuple, std::size_t> by_low;
  for (std::size_t i = 0; i < ranges.size(); ++i) by_low.emplace(ranges[i].low, i);
  std::vector<bool> taken(ranges.size());
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (taken[i]) continue;
    for (auto next = by_low.find(ranges[i].high); next != by_low.end() && next->second != i && !taken[next->second]; next = by_low.find(ranges[i].high)) {
      taken[next->second] = true;
      ranges[i].high = ranges[next->second].high;
    }
  }
  std::vector<Bound> result;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (!taken[i]) result.push_back(std::move(ranges[i]));
  }
  return result;
}

bool range_is_within(const Bound& part, const std::vector<Bound>& wholes) {
  return std::ranges::any_of(wholes, [&](const Bound& whole) { return is_at_most(whole.low, part.low) && is_at_most(part.high, whole.high); });
}

bool hash_is_within(const Bound& part, const std::vector<Bound>& wholes) {
  constexpr int kMost = 1 << 20;
  int period = part.modulus;
  for (const Bound& whole : wholes) {
    period = std::lcm(period, whole.modulus);
    if (period > kMost || period <= 0) return false;
  }
  for (int hash = part.remainder; hash < period; hash += part.modulus) {
    const bool taken = std::ranges::any_of(wholes, [&](const Bound& whole) { return hash % whole.modulus == whole.remainder; });
    if (!taken) return false;
  }
  return true;
}

std::vector<Bound> read_all(const std::vector<std::string>& texts, Method method) {
  std::vector<Bound> bounds;
  for (const std::string& text : texts) {
    if (Bound bound = read(text); bound.method == method) bounds.push_back(std::move(bound));
  }
  return bounds;
}

}  // namespace

std::optional<std::string> enclosed(std::string_view text, std::size_t& from) {
  std::size_t at = text.find('(', from);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t begin = at + 1;
  int depth = 0;
  while (at < text.size()) {
    const Lexeme lexeme = scan_lexeme(text, at);
    if (lexeme.kind == LexemeKind::symbol && text[at] == '(') ++depth;
    if (lexeme.kind == LexemeKind::symbol && text[at] == ')' && --depth == 0) {
      from = at + 1;
      return std::string(text.substr(begin, at - begin));
    }
    at = lexeme.end;
  }
  return std::nullopt;
}

bool bounds_may_overlap(const std::string& one, const std::string& other) {
  const Bound a = read(one), b = read(other);
  if (a.method == Method::fallback || b.method == Method::fallback) return true;
  if (a.method != b.method) return false;
  switch (a.method) {
    case Method::range: return may_overlap(a, b);
    case Method::list: return std::ranges::any_of(a.values, [&](const std::string& value) { return std::ranges::find(b.values, value) != b.values.end(); });
    case Method::hash: return a.remainder % std::gcd(a.modulus, b.modulus) == b.remainder % std::gcd(a.modulus, b.modulus);
    case Method::fallback:
    case Method::unknown: break;
  }
  return false;
}

bool bounds_cover(const std::vector<std::string>& wholes, const std::vector<std::string>& parts) {
  if (std::ranges::find(wholes, "DEFAULT") != wholes.end()) return true;
  const std::vector<Bound> ranges = joined(read_all(wholes, Method::range)), lists = read_all(wholes, Method::list), hashes = read_all(wholes, Method::hash);
  std::vector<std::string> values;
  for (const Bound& list : lists) values.insert(values.end(), list.values.begin(), list.values.end());
  const std::vector<Bound> ranges_of_parts = joined(read_all(parts, Method::range));
  if (!std::ranges::all_of(ranges_of_parts, [&](const Bound& part) { return range_is_within(part, ranges); })) return false;
  return std::ranges::all_of(parts, [&](const std::string& text) {
    const Bound part = read(text);
    switch (part.method) {
      case Method::range: return true;
      case Method::list: return std::ranges::all_of(part.values, [&](const std::string& value) { return std::ranges::find(values, value) != values.end(); });
      case Method::hash: return hash_is_within(part, hashes);
      case Method::fallback:
      case Method::unknown: break;
    }
    return false;
  });
}

}  // namespace lpc::kinds
