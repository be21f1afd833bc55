#include "catalog/spelling.h"

#include "base/in_lists.h"

namespace lpc {

Value in_one_spelling(const Value& value) {
  if (value.is_text()) return Value(to_any_arrays(value.text()));
  if (value.is_list()) {
    List items;
    for (const Value& item : value.list()) items.push_back(in_one_spelling(item));
    return Value(std::move(items));
  }
  if (value.is_map()) {
    Map entries;
    for (const auto& [key, item] : value.map()) entries.emplace_back(key, in_one_spelling(item));
    return Value(std::move(entries));
  }
  return value;
}

bool mean_the_same(const Value& a, const Value& b) { return a == b || in_one_spelling(a) == in_one_spelling(b); }

}  // namespace lpc
