#include "plan/diff.h"

#include "catalog/spelling.h"
#include "kinds/kind.h"

namespace lpc::plan {

namespace {

std::vector<AttributeDelta> compare(const Object& before, const Object& after) {
  std::vector<AttributeDelta> deltas;
  if (before.attributes == after.attributes) return deltas;    // as most are
  for (const kinds::AttributeRule& rule : kinds::kind(after.id.kind).attributes) {
    if (rule.ignored) continue;
    const Value* a = before.attributes.find(rule.name);
    const Value* b = after.attributes.find(rule.name);
    if (a == b || (a && b && mean_the_same(*a, *b))) continue;
    deltas.push_back({rule.name, a, b});
  }
  return deltas;
}

/// The parent is part of what an object is: an index that moved to another table is another index.
void compare_parents(const Object& before, const Object& after, std::vector<Delta>& out) {
  std::vector<AttributeDelta> attributes = compare(before, after);
  if (before.parent != after.parent) {
    out.push_back({DeltaType::dropped, &before, nullptr, {}});
    out.push_back({DeltaType::created, nullptr, &after, {}});
  } else if (!attributes.empty()) {
    out.push_back({DeltaType::changed, &before, &after, std::move(attributes)});
  }
}

}  // namespace

std::vector<Delta> diff(const Catalog& before, const Catalog& after) {
  std::vector<Delta> deltas;
  auto a = before.objects().begin();
  auto b = after.objects().begin();
  const auto a_end = before.objects().end();
  const auto b_end = after.objects().end();
  while (a != a_end || b != b_end) {
    if (a != a_end && b != b_end && a->id == b->id) {
      if (!a->external && !b->external) compare_parents(*a, *b, deltas);
      ++a;
      ++b;
    } else if (b == b_end || (a != a_end && a->id < b->id)) {
      if (!a->external) deltas.push_back({DeltaType::dropped, &*a, nullptr, {}});
      ++a;
    } else {
      if (!b->external) deltas.push_back({DeltaType::created, nullptr, &*b, {}});
      ++b;
    }
  }
  return deltas;
}

}  // namespace lpc::plan
