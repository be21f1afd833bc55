// The value of an attribute: what JSON can hold, without floating point. Absent attributes mean the default, so there is no null.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lpc {

class Value;
using List = std::vector<Value>;
/// Sorted by key.
using Map = std::vector<std::pair<std::string, Value>>;

class Value {
 public:
  Value() : data_(false) {}
  Value(bool flag) : data_(flag) {}
  Value(std::int64_t number) : data_(number) {}
  Value(int number) : data_(static_cast<std::int64_t>(number)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(List items) : data_(std::move(items)) {}
  /// Sorts the entries by key.
  Value(Map entries);
  static Value strings(const std::vector<std::string>& items);

  bool is_flag() const { return std::holds_alternative<bool>(data_); }
  bool is_number() const { return std::holds_alternative<std::int64_t>(data_); }
  bool is_text() const { return std::holds_alternative<std::string>(data_); }
  bool is_list() const { return std::holds_alternative<List>(data_); }
  bool is_map() const { return std::holds_alternative<Map>(data_); }

  /// Each accessor gives the empty value of its type when the value is of another one.
  bool flag() const;
  std::int64_t number() const;
  const std::string& text() const;
  const List& list() const;
  const Map& map() const;
  /// The entry of a map, or null.
  const Value* find(std::string_view key) const;
  std::vector<std::string> texts() const;

  /// False, an empty list and an empty map: what an object leaves out.
  bool is_default() const;
  /// Of equal values the same.
  std::size_t hash() const;
  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<bool, std::int64_t, std::string, List, Map> data_;
};

/// The entry of a map in any order, or null.
const Value* entry_of(const Map& map, std::string_view key);
/// The text of a map's entry; empty when it has none.
const std::string& text_of(const Value& map, std::string_view key);

}  // namespace lpc
