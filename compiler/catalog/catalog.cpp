#include "catalog/catalog.h"

#include <algorithm>

namespace lpc {

const Object* Catalog::find(const ObjectId& id) const {
  const auto at = positions_.find(id);
  return at == positions_.end() ? nullptr : &objects_[at->second];
}

namespace {

std::vector<const Object*> look_up(const auto& index, const std::vector<Object>& objects, const ObjectId& id) {
  std::vector<const Object*> result;
  if (const auto at = index.find(id); at != index.end()) {
    for (const std::uint32_t position : at->second) result.push_back(&objects[position]);
  }
  return result;
}

ObjectId schema_id(const std::string& name) { return {KindId::Schema, "", name, "", ""}; }

}  // namespace

std::vector<const Object*> Catalog::children(const ObjectId& id) const { return look_up(children_, objects_, id); }
std::vector<const Object*> Catalog::dependents(const ObjectId& id) const { return look_up(dependents_, objects_, id); }

std::vector<ObjectId> Catalog::needs(const Object& object) const {
  std::vector<ObjectId> result = object.depends_on;
  if (object.parent) result.push_back(*object.parent);
  if (!object.id.schema.empty() && has(schema_id(object.id.schema))) result.push_back(schema_id(object.id.schema));
  return result;
}

const Object* Catalog::find_named(std::span<const KindId> kinds, std::string_view schema, std::string_view name) const {
  ObjectId id{{}, std::string(schema), std::string(name), "", ""};
  for (const KindId kind : kinds) {
    id.kind = kind;
    if (const Object* found = find(id)) return found;
  }
  return nullptr;
}

CatalogBuilder::CatalogBuilder(const Catalog& start) {
  for (const Object& object : start.objects()) add(object);
}

Object* CatalogBuilder::add(Object object) {
  if (positions_.contains(object.id)) return nullptr;
  objects_.push_back(std::make_unique<Object>(std::move(object)));
  Object* added = objects_.back().get();
  positions_.emplace(added->id, added);
  if (added->parent) children_[*added->parent].push_back(added);
  return added;
}

Object* CatalogBuilder::find(const ObjectId& id) {
  const auto at = positions_.find(id);
  return at == positions_.end() ? nullptr : at->second;
}

void CatalogBuilder::remove(const ObjectId& id) {
  const auto at = positions_.find(id);
  if (at == positions_.end()) return;
  Object* object = at->second;
  if (object->parent) std::erase(children_[*object->parent], object);
  positions_.erase(at);
  removed_.insert(object);
}

std::vector<Object*> CatalogBuilder::objects() {
  std::vector<Object*> result;
  for (const auto& object : objects_) {
    if (!removed_.contains(object.get())) result.push_back(object.get());
  }
  return result;
}

std::vector<Object*> CatalogBuilder::children(const ObjectId& id) {
  const auto at = children_.find(id);
  return at == children_.end() ? std::vector<Object*>() : at->second;
}

Catalog CatalogBuilder::finish() {
  Catalog catalog;
  catalog.objects_.reserve(positions_.size());
  for (const auto& object : objects_) {
    if (!removed_.contains(object.get())) catalog.objects_.push_back(std::move(*object));
  }
  std::sort(catalog.objects_.begin(), catalog.objects_.end(), [](const Object& a, const Object& b) { return a.id < b.id; });
  catalog.positions_.reserve(catalog.objects_.size());
  for (std::uint32_t i = 0; i < catalog.objects_.size(); ++i) catalog.positions_.emplace(catalog.objects_[i].id, i);

  const auto tidy = [&](std::vector<ObjectId>& ids, const ObjectId& self) {
    std::erase_if(ids, [&](const ObjectId& id) { return id == self || !catalog.positions_.contains(id); });
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  };
  for (std::uint32_t i = 0; i < catalog.objects_.size(); ++i) {
    Object& object = catalog.objects_[i];
    tidy(object.depends_on, object.id);
    tidy(object.mentions, object.id);
    std::erase_if(object.mentions, [&](const ObjectId& id) { return std::binary_search(object.depends_on.begin(), object.depends_on.end(), id); });
    if (object.parent) catalog.children_[*object.parent].push_back(i);
    for (const ObjectId& need : catalog.needs(object)) {
      auto& list = catalog.dependents_[need];
      if (list.empty() || list.back() != i) list.push_back(i);
    }
  }
  *this = CatalogBuilder();
  return catalog;
}

}  // namespace lpc
