#include "introspect/row_json.h"

#include <charconv>

#include "base/text.h"

namespace lpc::introspect {

namespace {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  std::optional<Value> document() {
    auto value = this->value(0);
    skip_blanks();
    if (!value || failed_ || !rest_.empty()) return std::nullopt;
    return *std::move(value);
  }

 private:
  static constexpr int kDeepest = 100;

  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\r' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }

  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take_word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  /// Nothing for null, and when it fails.
  std::optional<Value> value(int depth) {
    skip_blanks();
    if (rest_.empty() || depth > kDeepest) return fail();
    switch (rest_.front()) {
      case '{': return map(depth);
      case '[': return list(depth);
      case '"': return Value(string());
      case 't': return take_word("true") ? Value(true) : fail();
      case 'f': return take_word("false") ? Value(false) : fail();
      case 'n':
        if (!take_word("null")) fail();
        return std::nullopt;
      default: return number();
    }
  }

  std::optional<Value> map(int depth) {
    Map entries;
    take('{');
    if (take('}')) return Value(std::move(entries));
    do {
      skip_blanks();
      if (rest_.empty() || rest_.front() != '"') return fail();
      std::string key = string();
      if (!take(':')) return fail();
      auto item = value(depth + 1);
      if (failed_) return std::nullopt;
      if (item) entries.emplace_back(std::move(key), *std::move(item));
    } while (take(','));
    if (!take('}')) return fail();
    return Value(std::move(entries));
  }

  std::optional<Value> list(int depth) {
    List items;
    take('[');
    if (take(']')) return Value(std::move(items));
    do {
      auto item = value(depth + 1);
      if (failed_) return std::nullopt;
      items.push_back(item ? *std::move(item) : Value(""));
    } while (take(','));
    if (!take(']')) return fail();
    return Value(std::move(items));
  }

  std::optional<Value> number() {
    std::size_t length = 0;
    while (length < rest_.size() && std::string_view("+-.0123456789eE").find(rest_[length]) != std::string_view::npos) ++length;
    const std::string_view digits = rest_.substr(0, length);
    if (digits.empty()) return fail();
    rest_.remove_prefix(length);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size()) return Value(number);
    double fraction = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), fraction);
    return read.ec == std::errc::invalid_argument || read.ptr != digits.data() + digits.size() ? fail() : Value(digits);
  }

  std::string string() {
    std::string text;
    rest_.remove_prefix(1);
    while (true) {
      const std::size_t stop = rest_.find_first_of("\"\\");
      if (stop == std::string_view::npos) {
        fail();
        return text;
      }
      text += rest_.substr(0, stop);
      const bool ends = rest_[stop] == '"';
      rest_.remove_prefix(stop + 1);
      if (ends) return text;
      escape(text);
      if (failed_) return text;
    }
  }

  void escape(std::string& text) {
    if (rest_.empty()) {
      fail();
      return;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case 'b': text += '\b'; return;
      case 'f': text += '\f'; return;
      case 'n': text += '\n'; return;
      case 'r': text += '\r'; return;
      case 't': text += '\t'; return;
      case 'u': break;
      default: text += c; return;
    }
    std::uint32_t code = hexadecimal();
    if (code >= 0xD800 && code < 0xDC00 && rest_.starts_with("\\u")) {
      rest_.remove_prefix(2);
      code = 0x10000 + ((code - 0xD800) << 10) + (hexadecimal() - 0xDC00);
    }
    append_utf8(text, code);
  }

  std::uint32_t hexadecimal() {
    std::uint32_t code = 0;
    if (rest_.size() < 4 || std::from_chars(rest_.data(), rest_.data() + 4, code, 16).ptr != rest_.data() + 4) {
      fail();
      return 0;
    }
    rest_.remove_prefix(4);
    return code;
  }

  std::optional<Value> fail() {
    failed_ = true;
    return std::nullopt;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::optional<Value> read_row_json(std::string_view text) { return JsonReader(text).document(); }

}  // namespace lpc::introspect
