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

Coverage::Coverage(const Catalog& catalog, const Scope& scope) : scope_(scope) {
  if (scope.external_partitions.empty()) return;
  std::vector<std::pair<ObjectId, ObjectId>> attached;    // what isn't declared, and to what
  for (const Object& object : catalog.objects()) {
    const auto attached_to = kinds::kind(object.id.kind).traits.attached_to;
    const bool is_declared = std::binary_search(scope.declared.begin(), scope.declared.end(), object.id);
    if (attached_to && object.parent && !is_declared) attached.emplace_back(*object.parent, attached_to(object));
  }
  IdSet partitions;
  for (bool found = true; found;) {    // partitions of such partitions as well
    found = false;
    for (const auto& [part, whole] : attached) {
      const bool is_others = std::binary_search(scope.external_partitions.begin(), scope.external_partitions.end(), whole) || partitions.contains(whole);
      found |= is_others && partitions.insert(part).second;
    }
  }
  for (const Object& object : catalog.objects()) {
    for (const Object* at = &object; at;) {
      if (partitions.contains(at->id)) left_alone_.insert(object.id);
      const auto gone_with = kinds::kind(at->id.kind).traits.gone_with;
      std::optional<ObjectId> whole = at->parent;
      if (!whole && gone_with) whole = gone_with(*at);    // a sequence that a column owns
      at = whole ? catalog.find(*whole) : nullptr;
    }
  }
}

namespace {

/// Sorted, each once.
void tidy(std::vector<ObjectId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

Scope with_old_names(Scope scope, const Renames& renames) {
  for (std::vector<ObjectId>* ids : {&scope.declared, &scope.external_partitions}) {
    for (std::size_t i = 0, count = ids->size(); i < count; ++i) {
      if (ObjectId before = id_before((*ids)[i], renames); !(before == (*ids)[i])) ids->push_back(std::move(before));
    }
    tidy(*ids);
  }
  return scope;
}

Scope with_claims(Scope scope, const Catalog& live, const Catalog& desired) {
  if (scope.external_partitions.empty()) return scope;
  for (const Object& object : live.objects()) {
    const auto attached_to = kinds::kind(object.id.kind).traits.attached_to;
    const Object* claimed = attached_to && object.parent ? desired.find(*object.parent) : nullptr;
    if (claimed && !claimed->external) scope.declared.push_back(object.id);
  }
  tidy(scope.declared);
  return scope;
}

Scope scope_of(const Plan& plan) {
  Scope scope;
  scope.all = plan.managed == std::vector<std::string>{"*"};
  if (!scope.all) scope.schemas = plan.managed;
  for (const std::string& text : plan.declared) {
    if (const auto id = ObjectId::parse(text)) scope.declared.push_back(*id);
  }
  for (const std::string& text : plan.external_partitions) {
    if (const auto id = ObjectId::parse(text)) scope.external_partitions.push_back(*id);
  }
  std::sort(scope.external_partitions.begin(), scope.external_partitions.end());
  std::sort(scope.schemas.begin(), scope.schemas.end());
  std::sort(scope.declared.begin(), scope.declared.end());
  return scope;
}

Catalog restrict(const Catalog& catalog, const Scope& scope) {
  const Coverage covers(catalog, scope);
  CatalogBuilder builder;
  for (const Object& object : catalog.objects()) {
    if (covers(object)) builder.add(object);
  }
  return builder.finish();
}

Catalog restrict(Catalog&& catalog, const Scope& scope) {
  const Coverage covers(catalog, scope);
  return std::move(catalog).only(covers);
}

Catalog without_external_partitions(Catalog&& catalog, const Scope& scope) {
  if (scope.external_partitions.empty()) return std::move(catalog);
  const Coverage coverage(catalog, scope);
  return std::move(catalog).only([&](const Object& object) { return !coverage.is_left_alone(object); });
}

namespace {

/// Takes out what others' partitions have because of something that their parent no longer has: an index under a name of its own, a column's default.
void drop_orphans(CatalogBuilder& builder, const Catalog& live, const Coverage& coverage) {
  std::vector<const Object*> parts;
  for (const Object& object : live.objects()) {
    if (object.parent && coverage.is_left_alone(object)) parts.push_back(&object);
  }
  for (bool found = true; found;) {
    found = false;
    for (const Object* part : parts) {
      if (!builder.find(part->id)) continue;
      const std::vector<ObjectId> needs = live.needs(*part);
      const bool lacks = std::ranges::any_of(needs, [&](const ObjectId& need) { return live.has(need) && !builder.find(need); });
      if (!lacks) continue;
      builder.remove(part->id);
      found = true;
    }
  }
}

/// Whether the object, or what it is attached to, has a part of that name that holds values (a column) in what is being built.
bool has_part(CatalogBuilder& builder, const Catalog& catalog, const ObjectId& id, const std::string& name) {
  const std::vector<const Object*> parts = catalog.children(id);
  return std::ranges::any_of(parts, [&](const Object* part) {
    const kinds::KindTraits& traits = kinds::kind(part->id.kind).traits;
    if (!builder.find(part->id)) return false;
    if (traits.holds_data && part->id.own_name().str() == name) return true;
    return traits.attached_to && has_part(builder, catalog, traits.attached_to(*part), name);
  });
}

/// The order of the columns of others' partitions says nothing of those that have gone with their parent's.
void forget_gone_parts(CatalogBuilder& builder, const Catalog& live, const Catalog& desired, const Coverage& coverage) {
  for (const Object& object : live.objects()) {
    if (object.parent || !coverage.is_left_alone(object)) continue;
    for (const kinds::AttributeRule& rule : kinds::kind(object.id.kind).attributes) {
      const Value* order = rule.keeps_live_order ? object.attributes.find(rule.name) : nullptr;
      if (!order) continue;
      std::vector<std::string> names = order->texts();
      std::erase_if(names, [&](const std::string& name) { return !has_part(builder, live, object.id, name) && !has_part(builder, desired, object.id, name); });
      builder.find(object.id)->attributes.set(rule.name, Value::strings(names));
    }
  }
}

/// But for its name, and where the sources declare it.
bool is_same(const Object& a, const Object& b) {
  return a.parent == b.parent && a.attributes == b.attributes && a.depends_on == b.depends_on && a.mentions == b.mentions && a.hints.empty() && b.hints.empty() &&
         a.external == b.external && a.external_partitions == b.external_partitions;
}

}  // namespace

Catalog overlay(const Catalog& live, const Catalog& desired, const Scope& scope) {
  const Coverage covers_live(live, scope);
  const auto needs_no_adding = [&](const Object& object) {
    if (covers_live(object)) return true;
    const Object* const wanted = desired.find(object.id);
    return wanted && is_same(object, *wanted);
  };
  if (std::ranges::all_of(live.objects(), needs_no_adding)) return desired;    // whose objects have all that they need
  CatalogBuilder builder;
  for (const Object& object : live.objects()) {
    if (!covers_live(object)) builder.add(object);
  }
  for (const Object& object : desired.objects()) {
    if (scope.covers(object) || !builder.find(object.id)) builder.add(object);
  }
  if (!scope.external_partitions.empty()) {
    drop_orphans(builder, live, covers_live);
    forget_gone_parts(builder, live, desired, covers_live);
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
