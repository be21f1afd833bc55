#include "base/text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/result.h"
#include "base/sql_scan.h"

namespace lpc {
namespace {

/// NAMEDATALEN - 1: https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
constexpr std::size_t kMaxIdentifierBytes = 63;

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost one.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

/// The longest prefix of at most `bytes` that ends on a character boundary, as pg_mbcliplen() gives it for UTF-8.
std::string_view clip(std::string_view text, std::size_t bytes) {
  if (bytes >= text.size()) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

/// Trims blanks, but leaves the line end that closes a last `--` comment: without it the comment would swallow
/// whatever is written after the text.
std::string_view trim_sql(std::string_view sql) {
  const std::string_view trimmed = trim(sql);
  if (trimmed.find("--") == std::string_view::npos) return trimmed;
  LexemeKind last = LexemeKind::blank;
  for (std::size_t i = 0; i < trimmed.size();) {
    const Lexeme lexeme = scan_lexeme(trimmed, i);
    last = lexeme.kind;
    i = lexeme.end;
  }
  if (last != LexemeKind::line_comment) return trimmed;
  const auto begin = static_cast<std::size_t>(trimmed.data() - sql.data());
  const std::size_t line_end = sql.find_first_of("\r\n", begin + trimmed.size());
  if (line_end == std::string_view::npos) return trimmed;
  return sql.substr(begin, line_end + 1 - begin);
}

/// True when the first `(` is closed by the last byte and not before.
bool is_enclosed(std::string_view sql) {
  if (sql.size() < 2 || sql.front() != '(' || sql.back() != ')') return false;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, i);
    if (!lexeme.closed) return false;
    if (lexeme.kind == LexemeKind::symbol && sql[i] == '(') ++depth;
    if (lexeme.kind == LexemeKind::symbol && sql[i] == ')' && --depth == 0) return lexeme.end == sql.size();
    i = lexeme.end;
  }
  return false;
}

}  // namespace

std::string to_lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find(separator, begin);
    parts.emplace_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) joined += separator;
    joined += parts[i];
  }
  return joined;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string wanted = to_lower_ascii(word);
  const std::size_t limit = std::max<std::size_t>(1, wanted.size() / 3);
  const std::string* best = nullptr;
  std::size_t best_distance = limit + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), wanted.size());
    const std::size_t shorter = std::min(candidate.size(), wanted.size());
    if (candidate.empty() || candidate == word || longer - shorter > limit) continue;
    const std::size_t distance = edit_distance(wanted, to_lower_ascii(candidate));
    // A name of which every letter differs is no slip.
    if (distance >= longer) continue;
    if (distance < best_distance || (distance == best_distance && best != nullptr && candidate < *best)) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

std::string_view strip_outer_parentheses(std::string_view sql) {
  sql = trim_sql(sql);
  while (is_enclosed(sql)) sql = trim_sql(sql.substr(1, sql.size() - 2));
  return sql;
}

namespace {

/// One digest after the other: looking the algorithm up takes OpenSSL longer than hashing a small object.
class Sha256 {
 public:
  Sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free), context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    LP_CHECK(algorithm_ && context_);
  }

  unsigned int digest(std::string_view bytes, unsigned char* out) {
    unsigned int length = 0;
    LP_CHECK(EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) == 1 && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1 &&
             EVP_DigestFinal_ex(context_.get(), out, &length) == 1);
    return length;
  }

 private:
  std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> algorithm_;
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

}  // namespace

namespace {

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x110000) {
    text += static_cast<char>(0xF0 | (code >> 18));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::size_t count_characters(std::string_view text) { return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character)); }

std::size_t offset_of_character(std::string_view text, std::size_t index) {
  for (std::size_t offset = 0; offset < text.size(); ++offset) {
    if (starts_character(text[offset]) && index-- == 0) return offset;
  }
  return text.size();
}

std::string sha256_hex(std::string_view bytes) {
  static thread_local Sha256 sha256;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const unsigned int length = sha256.digest(bytes, digest.data());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(std::size_t{length} * 2);
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 0x0F];
  }
  return hex;
}

std::string make_object_name(std::string_view first, std::string_view second, std::string_view label) {
  std::size_t overhead = 0;
  if (!second.empty()) overhead += 1;
  if (!label.empty()) overhead += label.size() + 1;
  LP_CHECK(overhead < kMaxIdentifierBytes);
  const std::size_t available = kMaxIdentifierBytes - overhead;
  std::size_t first_bytes = first.size();
  std::size_t second_bytes = second.size();
  while (first_bytes + second_bytes > available) {
    if (first_bytes > second_bytes) {
      --first_bytes;
    } else {
      --second_bytes;
    }
  }
  std::string name(clip(first, first_bytes));
  if (!second.empty()) {
    name += '_';
    name += clip(second, second_bytes);
  }
  if (!label.empty()) {
    name += '_';
    name += label;
  }
  return name;
}

bool fits_identifier(std::string_view name) { return name.size() <= kMaxIdentifierBytes; }

}  // namespace lpc
