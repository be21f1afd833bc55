#include "catalog/spelling.h"

#include "base/in_lists.h"

namespace lpc {

Value with_texts(const Value& value, std::string (*change)(std::string_view)) {
  if (value.is_text()) return Value(change(value.text()));
  if (value.is_list()) {
    List items;
    for (const Value& item : value.list()) items.push_back(with_texts(item, change));
    return Value(std::move(items));
  }
  if (value.is_map()) {
    Map entries;
    for (const auto& [key, item] : value.map()) entries.emplace_back(key, with_texts(item, change));
    return Value(std::move(entries));
  }
  return value;
}

Value in_one_spelling(const Value& value) { return with_texts(value, to_any_arrays); }

bool mean_the_same(const Value& a, const Value& b) { return a == b || in_one_spelling(a) == in_one_spelling(b); }

}  // namespace lpc
