// What a plan may touch, and what the database shall be when the rest is left alone.
#include <algorithm>

#include "kinds/kind.h"
#include "plan/planner.h"

namespace lpc::plan {

bool Scope::covers(const Object& object) const {
  if (object.external) return false;
  const ObjectId& id = object.id;
  if (std::binary_search(declared.begin(), declared.end(), id)) return true;
  const kinds::KindTraits& traits = kinds::kind(id.kind).traits;
  // Parts of what stands in no schema are managed with it.
  if (traits.schemaless && object.parent && std::binary_search(declared.begin(), declared.end(), *object.parent)) return true;
  if (traits.cluster_wide) return false;
  if (all) return true;
  if (!id.schema.empty()) return std::binary_search(schemas.begin(), schemas.end(), id.schema);
  if (traits.schemaless) return false;
  return std::binary_search(schemas.begin(), schemas.end(), id.name);   // a schema itself
}

Scope scope_of(const Plan& plan) {
  Scope scope;
  scope.all = plan.managed == std::vector<std::string>{"*"};
  if (!scope.all) scope.schemas = plan.managed;
  for (const std::string& text : plan.declared) {
    if (const auto id = ObjectId::parse(text)) scope.declared.push_back(*id);
  }
  std::sort(scope.schemas.begin(), scope.schemas.end());
  std::sort(scope.declared.begin(), scope.declared.end());
  return scope;
}

Catalog restrict(const Catalog& catalog, const Scope& scope) {
  CatalogBuilder builder;
  for (const Object& object : catalog.objects()) {
    if (scope.covers(object)) builder.add(object);
  }
  return builder.finish();
}

Catalog restrict(Catalog&& catalog, const Scope& scope) {
  return std::move(catalog).only([&](const Object& object) { return scope.covers(object); });
}

Catalog overlay(const Catalog& live, const Catalog& desired, const Scope& scope) {
  const auto is_covered = [&](const Object& object) { return scope.covers(object); };
  if (std::ranges::all_of(live.objects(), is_covered)) return desired;
  CatalogBuilder builder;
  for (const Object& object : live.objects()) {
    if (!scope.covers(object)) builder.add(object);
  }
  for (const Object& object : desired.objects()) {
    if (scope.covers(object) || !builder.find(object.id)) builder.add(object);
  }
  return builder.finish();
}

Catalog with_needs(const Catalog& catalog, const std::vector<ObjectId>& ids) {
  std::vector<const Object*> queue;
  for (const ObjectId& id : ids) {
    if (const Object* object = catalog.find(id)) queue.push_back(object);
  }
  CatalogBuilder builder;
  while (!queue.empty()) {
    const Object* object = queue.back();
    queue.pop_back();
    if (!builder.add(*object)) continue;
    for (const ObjectId& need : catalog.needs(*object)) {
      if (const Object* found = catalog.find(need)) queue.push_back(found);
    }
    for (const Object* part : catalog.children(object->id)) {
      if (kinds::kind(part->id.kind).folds) queue.push_back(part);
    }
  }
  return builder.finish();
}

}  // namespace lpc::plan
