#include "plan/name_conflicts.h"

#include <string>
#include <unordered_map>

#include "kinds/kind.h"

namespace lpc::plan {
namespace {

struct Holder {
  Object object;
  ObjectId dropped;
};
/// By slot.
using Holders = std::unordered_map<std::string, Holder>;

std::vector<std::string> slots_of(const Object& object) {
  const auto slots = kinds::kind(object.id.kind).slots;
  return slots ? slots(object) : std::vector<std::string>();
}

std::vector<Object> unsaid_parts(const Object& object, const Catalog& catalog) {
  const auto parts = kinds::kind(object.id.kind).traits.unsaid_parts;
  std::vector<Object> result;
  for (const ObjectId& id : parts ? parts(object, catalog) : std::vector<ObjectId>()) result.emplace_back().id = id;
  return result;
}

void hold(const Object& object, const ObjectId& dropped, Holders& holders) {
  for (const std::string& slot : slots_of(object)) holders.insert_or_assign(slot, Holder{object, dropped});
}

}  // namespace

bool can_yield(KindId kind) { return kinds::kind(kind).rename != nullptr && kinds::kind(kind).traits.listed_as.empty(); }

std::vector<NameConflict> name_conflicts(const Catalog& before, const Catalog& after, const IsInPlan& is_dropped, const IsInPlan& is_created, const IdSet& giving) {
  Holders said, unsaid;
  for (const Object& object : before.objects()) {
    if (!is_dropped(object.id)) continue;
    hold(object, object.id, said);
    for (const Object& part : unsaid_parts(object, before)) hold(part, object.id, unsaid);
  }
  std::vector<NameConflict> conflicts;
  if (said.empty() && unsaid.empty()) return conflicts;
  const auto add = [&](const Holders& holders, const std::string& slot, const Object& wanting, bool yields) {
    const auto holder = holders.find(slot);
    if (holder == holders.end()) return false;
    const Object& object = holder->second.object;
    const bool may_yield = can_yield(object.id.kind);
    if (yields && !may_yield) return false;
    conflicts.push_back({object, holder->second.dropped, wanting.id, yields || (may_yield && object.parent && giving.contains(*object.parent))});
    return true;
  };
  for (const Object& object : after.objects()) {
    if (!is_created(object.id)) continue;
    for (const std::string& slot : slots_of(object)) add(said, slot, object, false) || add(unsaid, slot, object, true);
    for (const Object& part : unsaid_parts(object, after)) {
      for (const std::string& slot : slots_of(part)) add(said, slot, object, true);
    }
  }
  return conflicts;
}

}  // namespace lpc::plan
