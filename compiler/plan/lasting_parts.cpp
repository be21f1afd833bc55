#include "plan/lasting_parts.h"

#include <algorithm>

#include "kinds/kind.h"
#include "kinds/parts.h"

namespace lpc::plan {

namespace {

using kinds::kind;

/// Whether a column of the type, or of one that is made of it, can't be converted.
bool is_tied_down(const ObjectId& type, const Catalog& catalog) {
  return std::ranges::any_of(catalog.dependents(type), [&](const Object* dependent) {
    const kinds::KindTraits& traits = kind(dependent->id.kind).traits;
    if (traits.ties_down && traits.ties_down(*dependent, catalog)) return true;
    return traits.swappable && is_tied_down(dependent->id, catalog);
  });
}

bool must_keep_parts(const Object& present, const Object& wanted, const Catalog& live) {
  const auto can_replace = kind(wanted.id.kind).traits.can_replace;
  return can_replace && !can_replace(present, wanted) && can_replace(wanted, present) && is_tied_down(present.id, live);
}

}  // namespace

Catalog with_lasting_parts(const Catalog& live, Catalog wanted) {
  std::vector<const Object*> lasting;
  for (const Object& object : wanted.objects()) {
    const Object* present = kinds::has_parts(object.id.kind) && !object.external ? live.find(object.id) : nullptr;
    if (present && must_keep_parts(*present, object, live)) lasting.push_back(present);
  }
  if (lasting.empty()) return wanted;      // nearly always: a catalog takes its time to build
  CatalogBuilder builder(wanted);
  for (const Object* present : lasting) kinds::take_parts(*present, *builder.find(present->id));
  return builder.finish();
}

}  // namespace lpc::plan
