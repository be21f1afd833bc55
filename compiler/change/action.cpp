#include "change/action.h"

#include <algorithm>
#include <array>

namespace lpc {

std::string_view lock_name(Lock lock) {
  static constexpr std::array<std::string_view, 9> kNames{
      "", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};
  return kNames[static_cast<std::size_t>(lock)];
}

ObjectId id_before(const ObjectId& id, const Renames& renames) {
  const auto renamed = [&](const auto& is_it) { return std::find_if(renames.begin(), renames.end(), [&](const auto& rename) { return is_it(rename.second); }); };
  if (const auto own = renamed([&](const ObjectId& after) { return after == id; }); own != renames.end()) return own->first;
  ObjectId before = id;
  const auto holder = renamed([&](const ObjectId& after) { return !id.member.empty() && after.member.empty() && after.schema == id.schema && after.name == id.name; });
  if (holder != renames.end()) {
    before.schema = holder->first.schema;
    before.name = holder->first.name;
  } else if (const auto schema = renamed([&](const ObjectId& after) { return after == schema_id(id.schema); }); schema != renames.end()) {
    before.schema = schema->first.name;
  }
  return before;
}

}  // namespace lpc
