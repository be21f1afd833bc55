#include "plan/lasting_parts.h"

#include <algorithm>

#include "kinds/kind.h"
#include "kinds/parts.h"

namespace lpc::plan {

namespace {

using kinds::kind;

/// Whether a column of the type, or of one that is made of it, can't be converted, nor is part of something that is made anew because it is another then.
bool is_tied_down(const ObjectId& type, const Catalog& live, const Catalog& wanted) {
  return std::ranges::any_of(live.dependents(type), [&](const Object* dependent) {
    const kinds::KindTraits& traits = kind(dependent->id.kind).traits;
    const Object* later = wanted.find(dependent->id);
    if (traits.ties_down && traits.ties_down(*dependent, live)) return later != nullptr && traits.ties_down(*later, wanted).has_value();
    return traits.swappable && is_tied_down(dependent->id, live, wanted);
  });
}

bool must_keep_parts(const Object& present, const Object& wanted, const Catalog& live, const Catalog& wanted_catalog) {
  const auto can_replace = kind(wanted.id.kind).traits.can_replace;
  return can_replace && !can_replace(present, wanted) && can_replace(wanted, present) && is_tied_down(present.id, live, wanted_catalog);
}

/// Whether something that holds data has columns of the type, or of one that is made of it.
bool has_columns(const ObjectId& type, const Catalog& catalog) {
  return std::ranges::any_of(catalog.dependents(type), [&](const Object* dependent) {
    const kinds::KindTraits& traits = kind(dependent->id.kind).traits;
    const bool is_made_of_it = dependent->parent == type || traits.swappable;
    return traits.holds_data || (is_made_of_it && has_columns(dependent->id, catalog));
  });
}

bool must_keep(const kinds::AttributeRule& rule, const Object& present, const Object& wanted, const Catalog& live, int server_version) {
  return !rule.lasts.empty() && rule.replace_when(present, wanted, server_version) && has_columns(present.id, live);
}

void take(const kinds::AttributeRule& rule, const Object& from, Object& to) {
  if (const Value* value = from.attributes.find(rule.name)) {
    to.attributes.set(rule.name, *value);
  } else {
    to.attributes.remove(rule.name);
  }
}

}  // namespace

Catalog with_lasting_parts(const Catalog& live, Catalog wanted, int server_version) {
  std::vector<std::pair<const Object*, const kinds::AttributeRule*>> lasting;
  for (const Object& object : wanted.objects()) {
    if (object.external) continue;
    for (const kinds::AttributeRule& rule : kind(object.id.kind).attributes) {
      if (rule.lasts.empty() && !rule.lists_parts) continue;
      const Object* present = live.find(object.id);
      if (!present) break;
      if (rule.lists_parts ? must_keep_parts(*present, object, live, wanted) : must_keep(rule, *present, object, live, server_version)) lasting.emplace_back(present, &rule);
    }
  }
  for (const auto& [present, rule] : lasting) take(*rule, *present, *wanted.edit(present->id));
  return wanted;
}

}  // namespace lpc::plan
