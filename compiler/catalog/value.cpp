#include "catalog/value.h"

#include <algorithm>

namespace lpc {

Value::Value(Map entries) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  data_ = std::move(entries);
}

Value Value::strings(const std::vector<std::string>& items) {
  List list;
  list.reserve(items.size());
  for (const auto& item : items) list.emplace_back(item);
  return Value(std::move(list));
}

namespace {

template <class T, class Variant>
const T& get_or_empty(const Variant& data) {
  static const T empty{};
  const T* found = std::get_if<T>(&data);
  return found ? *found : empty;
}

}  // namespace

bool Value::flag() const { return get_or_empty<bool>(data_); }
std::int64_t Value::number() const { return get_or_empty<std::int64_t>(data_); }
const std::string& Value::text() const { return get_or_empty<std::string>(data_); }
const List& Value::list() const { return get_or_empty<List>(data_); }
const Map& Value::map() const { return get_or_empty<Map>(data_); }

const Value* Value::find(std::string_view key) const {
  const Map& entries = map();
  const auto at = std::lower_bound(entries.begin(), entries.end(), key, [](const auto& entry, std::string_view k) { return entry.first < k; });
  return at != entries.end() && at->first == key ? &at->second : nullptr;
}

std::vector<std::string> Value::texts() const {
  std::vector<std::string> result;
  for (const Value& item : list()) result.push_back(item.text());
  return result;
}

bool Value::is_default() const {
  if (is_flag()) return !flag();
  if (is_list()) return list().empty();
  if (is_map()) return map().empty();
  return false;
}

std::size_t Value::hash() const {
  constexpr std::size_t kMixer = 0x9e3779b97f4a7c15ULL;    // 2^64 divided by the golden ratio
  std::size_t hash = data_.index() * kMixer;
  const auto mix = [&](std::size_t with) { hash = (hash ^ with) * kMixer; };
  if (is_flag()) mix(flag());
  if (is_number()) mix(static_cast<std::size_t>(number()));
  if (is_text()) mix(std::hash<std::string>{}(text()));
  for (const Value& item : list()) mix(item.hash());
  for (const auto& [key, value] : map()) {
    mix(std::hash<std::string>{}(key));
    mix(value.hash());
  }
  return hash;
}

const Value* entry_of(const Map& map, std::string_view key) {
  const auto at = std::ranges::find_if(map, [&](const auto& entry) { return entry.first == key; });
  return at == map.end() ? nullptr : &at->second;
}

const std::string& text_of(const Value& map, std::string_view key) {
  static const std::string none;
  const Value* value = map.find(key);
  return value == nullptr ? none : value->text();
}

}  // namespace lpc
