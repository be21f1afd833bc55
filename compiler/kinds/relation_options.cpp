#include "kinds/relation_options.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

/// `toast.autovacuum_enabled` is two names.
Sql option_name(std::string_view name) {
  std::vector<Sql> parts;
  for (const std::string& part : split(name, '.')) parts.push_back(ident(part));
  return join(parts, ".");
}

}  // namespace

Sql option_list(const Map& options) {
  std::vector<Sql> items;
  for (const auto& [name, value] : options) items.push_back(sql("{}={}", option_name(name), literal(value.text())));
  return join(items, ", ");
}

Map option_map(const Object& object, std::string_view attribute) {
  const Value* value = object.attributes.find(attribute);
  return value == nullptr ? Map{} : in_order(value->map(), object.attributes.texts(kOptionOrderRule.name));
}

Value option_order(const Map& written) {
  List names;
  for (const auto& [name, value] : written) names.push_back(Value(name));
  return std::ranges::is_sorted(written, {}, [](const auto& option) { return option.first; }) ? Value(List{}) : Value(std::move(names));
}

Map in_order(const Map& options, const std::vector<std::string>& order) {
  Map result;
  for (const std::string& name : order) {
    if (const Value* value = entry_of(options, name)) result.emplace_back(name, *value);
  }
  for (const auto& option : options) {
    if (entry_of(result, option.first) == nullptr) result.push_back(option);
  }
  return result;
}

std::vector<Sql> option_changes(const Map& before, const Map& after) {
  // SET puts what it sets behind the rest, in its own order (transformRelOptions() in src/backend/access/common/reloptions.c). So what stands in the right order at
  // the front stays, and all from the first other one on is set, if only to be moved.
  Map kept;
  for (const auto& entry : before) {
    const Value* later = entry_of(after, entry.first);
    if (later != nullptr && *later == entry.second) kept.push_back(entry);
  }
  const auto [unlike, unused] = std::ranges::mismatch(after, kept);
  const Map set(unlike, after.end());
  std::vector<Sql> reset;
  for (const auto& [name, value] : before) {
    if (entry_of(after, name) == nullptr) reset.push_back(option_name(name));
  }
  std::vector<Sql> changes;
  if (!set.empty()) changes.push_back(sql("SET ({})", option_list(set)));
  if (!reset.empty()) changes.push_back(sql("RESET ({})", join(reset, ", ")));
  return changes;
}

void alter_relation_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  const Kind& own = kind(after.id.kind);
  const Map before_options = alteration.before == nullptr ? Map{} : option_map(*alteration.before);
  const Map after_options = option_map(after);
  const std::vector<Sql> changes = option_changes(before_options, after_options);
  if (changes.empty()) return;
  action.sql.push_back(sql("ALTER {} {} {}", fragment(own.sql_name), own.address(after.id), join(changes, ", ")));
  describe(action, fmt::format("Change the storage parameters of {}", spoken(after.id)));
}

}  // namespace lpc::kinds
