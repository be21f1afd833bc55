#include "catalog/catalog.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_set>

#include "catalog/pool.h"

namespace lpc {

ObjectId schema_id(const std::string& name) { return {KindId::Schema, "", name, "", ""}; }

Catalog::Catalog(Objects sorted, IdTable positions) : data_(std::make_shared<Data>()) {
  data_->objects = std::move(sorted);
  data_->positions = std::move(positions);
  data_->link();
}

const Catalog::Data& Catalog::none() {
  static const Data nothing;
  return nothing;
}

std::uint32_t Catalog::Data::position(const ObjectId& id) const {
  return positions.find(id, [&](std::uint32_t at) -> const ObjectId& { return objects[at].id; });
}

std::ranges::subrange<Catalog::Objects::const_iterator> Catalog::of(KindId kind) const {
  return std::ranges::equal_range(objects(), kind_name(kind), {}, [](const Object& object) { return kind_name(object.id.kind); });
}

const Object* Catalog::find(const ObjectId& id) const {
  const std::uint32_t at = data().position(id);
  return at == IdTable::kNone ? nullptr : &data().objects[at];
}

Object* Catalog::edit(const ObjectId& id) {
  const std::uint32_t at = data().position(id);
  if (at == IdTable::kNone) return nullptr;
  if (data_.use_count() > 1) data_ = std::make_shared<Data>(*data_);
  return &data_->objects[at];
}

std::vector<const Object*> Catalog::listed(const Lists& lists, const ObjectId& id) const {
  std::vector<const Object*> result;
  const std::uint32_t at = data().position(id);
  if (at == IdTable::kNone) return result;
  for (std::uint32_t i = lists.begin[at]; i < lists.begin[at + 1]; ++i) result.push_back(&data().objects[lists.items[i]]);
  return result;
}

std::vector<const Object*> Catalog::children(const ObjectId& id) const { return listed(data().children, id); }
std::vector<const Object*> Catalog::dependents(const ObjectId& id) const { return listed(data().dependents, id); }

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

void CatalogBuilder::expect(std::size_t count) {
  count += objects_.size();
  removed_.reserve(count);
  children_.reserve(count);
  positions_.reserve(count);
}

CatalogBuilder::CatalogBuilder(const Catalog& start) {
  expect(start.objects().size());
  for (const Object& object : start.objects()) add(object);
}

std::uint32_t CatalogBuilder::position(const ObjectId& id) const {
  return positions_.find(id, [&](std::uint32_t at) -> const ObjectId& { return objects_[at].id; });
}

void CatalogBuilder::share(ObjectId& id) {
  share(id.schema, last_.schema);
  share(id.name, last_.name);
  share(id.member, last_.member);
  share(id.arguments, last_.arguments);
}

void CatalogBuilder::share(Name& name, Name& last) {
  if (name.empty()) return;
  if (name != last) {
    Pool::instance().share(name);
    last = name;
  }
  name = last;
}

/// The children of what is there; null when it isn't.
std::vector<Object*>* CatalogBuilder::children_list(const ObjectId& parent) {
  const std::uint32_t at = position(parent);
  return at == IdTable::kNone ? nullptr : &children_[at];
}

Object* CatalogBuilder::add(Object object) {
  if (position(object.id) != IdTable::kNone) return nullptr;
  share(object.id);
  if (object.parent) share(*object.parent);
  positions_.insert(object.id, static_cast<std::uint32_t>(objects_.size()));
  of_kind_[static_cast<std::size_t>(object.id.kind)].push_back(static_cast<std::uint32_t>(objects_.size()));
  objects_.push_back(std::move(object));
  removed_.push_back(false);
  children_.emplace_back();
  Object* added = &objects_.back();
  if (added->parent) {
    std::vector<Object*>* const siblings = children_list(*added->parent);
    (siblings ? *siblings : orphans_[*added->parent]).push_back(added);
  }
  if (!orphans_.empty()) {
    if (const auto waiting = orphans_.find(added->id); waiting != orphans_.end()) {
      children_.back() = std::move(waiting->second);
      orphans_.erase(waiting);
    }
  }
  return added;
}

Object* CatalogBuilder::find(const ObjectId& id) {
  const std::uint32_t at = position(id);
  return at == IdTable::kNone ? nullptr : &objects_[at];
}

void CatalogBuilder::remove(const ObjectId& id) {
  const std::uint32_t at = position(id);
  if (at == IdTable::kNone) return;
  Object* object = &objects_[at];
  if (object->parent) {
    std::vector<Object*>* const siblings = children_list(*object->parent);
    std::erase(siblings ? *siblings : orphans_[*object->parent], object);
  }
  if (!children_[at].empty()) orphans_[object->id] = std::move(children_[at]);
  positions_.erase(object->id, [&](std::uint32_t other) -> const ObjectId& { return objects_[other].id; });
  removed_[at] = true;
}

std::vector<Object*> CatalogBuilder::objects() {
  std::vector<Object*> result;
  result.reserve(objects_.size());
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    if (!removed_[i]) result.push_back(&objects_[i]);
  }
  return result;
}

std::vector<Object*> CatalogBuilder::of(KindId kind) {
  std::vector<Object*> result;
  for (const std::uint32_t at : of_kind_[static_cast<std::size_t>(kind)]) {
    if (!removed_[at]) result.push_back(&objects_[at]);
  }
  return result;
}

std::vector<const Object*> CatalogBuilder::removed() const {
  std::vector<const Object*> result;
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    if (removed_[i]) result.push_back(&objects_[i]);
  }
  return result;
}

std::vector<Object*> CatalogBuilder::children(const ObjectId& id) {
  if (const std::vector<Object*>* const list = children_list(id)) return *list;
  const auto at = orphans_.find(id);
  return at == orphans_.end() ? std::vector<Object*>() : at->second;
}

void CatalogBuilder::share_new() {
  for (; shared_ < objects_.size(); ++shared_) {
    Object& object = objects_[shared_];
    if (object.parent) Pool::instance().share(object.attributes);    // a whole may still get what its parts add up to
  }
}

namespace {

/// Of each kind, its place among the names of kinds.
std::array<std::uint8_t, kKindCount> find_kind_places() {
  std::array<std::uint8_t, kKindCount> places{};
  for (std::size_t kind = 0; kind < kKindCount; ++kind) {
    for (std::size_t other = 0; other < kKindCount; ++other) places[kind] += kind_name(static_cast<KindId>(other)) < kind_name(static_cast<KindId>(kind));
  }
  return places;
}

/// Puts positions of objects in the order of their ids. Names of schemas and relations, of which there are few, are put in order first, so that no two objects
/// but members of one relation need their texts compared.
void sort_by_id(std::span<std::uint32_t> order, const std::deque<Object>& objects) {
  const auto precedes = [&](std::uint32_t a, std::uint32_t b) { return objects[a].id < objects[b].id; };
  if (std::is_sorted(order.begin(), order.end(), precedes)) return;      // as it is when it began as a catalog

  std::unordered_map<Name, std::uint32_t> places;
  std::vector<Name> names;
  const auto note = [&](const Name& name) {
    if (places.emplace(name, 0).second) names.push_back(name);
  };
  const ObjectId* last = nullptr;
  for (const std::uint32_t at : order) {
    const ObjectId& id = objects[at].id;
    if (!last || !(id.schema == last->schema)) note(id.schema);
    if (!last || !(id.name == last->name)) note(id.name);
    last = &id;
  }
  std::sort(names.begin(), names.end());
  for (std::uint32_t at = 0; at < names.size(); ++at) places[names[at]] = at;

  static const std::array<std::uint8_t, kKindCount> kinds = find_kind_places();
  struct Entry {
    std::uint8_t kind;
    std::uint32_t schema, name, at;
  };
  std::vector<Entry> entries;
  entries.reserve(order.size());
  last = nullptr;
  for (const std::uint32_t at : order) {
    const ObjectId& id = objects[at].id;
    const std::uint32_t schema = last && id.schema == last->schema ? entries.back().schema : places.at(id.schema);
    const std::uint32_t name = last && id.name == last->name ? entries.back().name : places.at(id.name);
    entries.push_back({kinds[static_cast<std::size_t>(id.kind)], schema, name, at});
    last = &id;
  }
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.schema != b.schema) return a.schema < b.schema;
    if (a.name != b.name) return a.name < b.name;
    return precedes(a.at, b.at);
  });
  std::ranges::transform(entries, order.begin(), &Entry::at);
}

/// The objects at those positions, in that order. They come from all over the memory, so each is asked for before its turn.
Catalog::Objects take(std::deque<Object>& objects, std::span<const std::uint32_t> order) {
  constexpr std::size_t kAhead = 8;
  constexpr std::size_t kCacheLine = 64;
  Catalog::Objects taken;
  taken.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + kAhead < order.size()) {
      const char* const later = reinterpret_cast<const char*>(&objects[order[i + kAhead]]);
      for (std::size_t at = 0; at < sizeof(Object); at += kCacheLine) __builtin_prefetch(later + at, 1);
    }
    taken.push_back(std::move(objects[order[i]]));
  }
  return taken;
}

}  // namespace

Catalog CatalogBuilder::finish() {
  for (Object& object : objects_) Pool::instance().share(object.attributes);
  std::vector<std::uint32_t> order(objects_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto gone = std::stable_partition(order.begin(), order.end(), [&](std::uint32_t at) { return !removed_[at]; });
  const auto count = static_cast<std::size_t>(gone - order.begin());
  sort_by_id(std::span(order).first(count), objects_);

  std::vector<std::uint32_t> numbers(objects_.size(), IdTable::kNone);
  for (std::uint32_t i = 0; i < count; ++i) numbers[order[i]] = i;
  positions_.renumber(numbers);
  Catalog catalog(take(objects_, std::span(order).first(count)), std::move(positions_));
  *this = CatalogBuilder();
  return catalog;
}

Catalog Catalog::only(const std::function<bool(const Object&)>& keep) && {
  std::vector<bool> stays;
  stays.reserve(objects().size());
  for (const Object& object : objects()) stays.push_back(keep(object));
  if (std::ranges::find(stays, false) == stays.end()) return std::move(*this);
  if (data_.use_count() > 1) data_ = std::make_shared<Data>(*data_);
  data_->keep(stays);
  return std::move(*this);
}

Catalog::Lists Catalog::Data::make_lists(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) const {
  Lists lists;
  lists.begin.assign(objects.size() + 1, 0);
  for (const auto& [of, item] : pairs) ++lists.begin[of + 1];
  for (std::size_t i = 1; i < lists.begin.size(); ++i) lists.begin[i] += lists.begin[i - 1];
  lists.items.resize(pairs.size());
  std::vector<std::uint32_t> next(lists.begin.begin(), lists.begin.end() - 1);
  for (const auto& [of, item] : pairs) lists.items[next[of]++] = item;
  return lists;
}

void Catalog::Data::keep(const std::vector<bool>& stays) {
  std::unordered_set<ObjectId, ObjectIdHash> gone;
  std::vector<std::uint32_t> losing;
  for (std::uint32_t i = 0; i < objects.size(); ++i) {
    if (stays[i]) {
      if (!objects[i].mentions.empty()) losing.push_back(i);    // `dependents` doesn't have these
      continue;
    }
    gone.insert(objects[i].id);
    for (std::uint32_t at = dependents.begin[i]; at < dependents.begin[i + 1]; ++at) losing.push_back(dependents.items[at]);
  }
  for (const std::uint32_t i : losing) {
    std::erase_if(objects[i].depends_on, [&](const ObjectId& id) { return gone.contains(id); });
    std::erase_if(objects[i].mentions, [&](const ObjectId& id) { return gone.contains(id); });
  }

  std::vector<std::uint32_t> numbers(objects.size(), IdTable::kNone);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < objects.size(); ++i) {
    if (!stays[i]) continue;
    numbers[i] = count;
    if (i != count) objects[count] = std::move(objects[i]);
    ++count;
  }
  objects.resize(count);
  positions.renumber(numbers);
  const auto renumbered = [&](const Lists& lists) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    pairs.reserve(lists.items.size());
    for (std::uint32_t i = 0; i + 1 < lists.begin.size(); ++i) {
      for (std::uint32_t at = lists.begin[i]; at < lists.begin[i + 1]; ++at) {
        const std::uint32_t item = lists.items[at];
        if (stays[i] && stays[item]) pairs.emplace_back(numbers[i], numbers[item]);
      }
    }
    return make_lists(pairs);
  };
  children = renumbered(children);
  dependents = renumbered(dependents);
}

void Catalog::Data::link() {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> children_of, dependents_of;
  std::vector<std::uint32_t> needs;
  const auto tidy = [&](std::vector<ObjectId>& ids, const ObjectId& self, bool are_needs) {
    if (!std::is_sorted(ids.begin(), ids.end())) std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::erase_if(ids, [&](const ObjectId& id) {
      const std::uint32_t at = id == self ? IdTable::kNone : position(id);
      if (are_needs && at != IdTable::kNone) needs.push_back(at);
      return at == IdTable::kNone;
    });
  };
  std::string schema;
  std::uint32_t schema_position = IdTable::kNone;
  for (std::uint32_t i = 0; i < objects.size(); ++i) {
    Object& object = objects[i];
    needs.clear();
    tidy(object.depends_on, object.id, true);
    tidy(object.mentions, object.id, false);
    std::erase_if(object.mentions, [&](const ObjectId& id) { return std::binary_search(object.depends_on.begin(), object.depends_on.end(), id); });
    if (object.parent) {
      const std::uint32_t parent = position(*object.parent);
      if (parent != IdTable::kNone) {
        children_of.emplace_back(parent, i);
        needs.push_back(parent);
      }
    }
    if (object.id.schema != schema) {    // objects of one kind and schema stand together
      schema = object.id.schema;
      schema_position = schema.empty() ? IdTable::kNone : position(schema_id(schema));
    }
    if (schema_position != IdTable::kNone) needs.push_back(schema_position);
    std::sort(needs.begin(), needs.end());
    needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
    for (const std::uint32_t need : needs) dependents_of.emplace_back(need, i);
  }
  children = make_lists(children_of);
  dependents = make_lists(dependents_of);
}

}  // namespace lpc
