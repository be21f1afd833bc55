#include "introspect/dependencies.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace lpc::introspect {

// 16384 is the first OID that isn't the system's own (FirstNormalObjectId in src/include/access/transam.h); the schema public has a smaller one.
// The triggers that carry out a foreign key, four of each, are nothing of their own, and nothing else depends on them.
const char* const kDependencyQuery =
    "SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid, d.deptype "
    "FROM pg_catalog.pg_depend d WHERE d.deptype <> 'p' AND d.objid >= 16384 "
    "AND (d.refobjid >= 16384 OR d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass) "
    "AND NOT (d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.deptype = 'i')";

const char* const kSystemCatalogQuery =
    "SELECT c.oid::int8, c.relname FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace AND c.relkind = 'r'";

namespace {

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Aliases::Aliases(const pg::Rows& system_catalogs) {
  for (int row = 0; row < system_catalogs.size(); ++row) {
    catalogs_.emplace(system_catalogs(row, 1), static_cast<std::uint32_t>(system_catalogs.integer(row, 0)));
  }
}

std::uint32_t Aliases::catalog(std::string_view name) const {
  const auto at = catalogs_.find(std::string(name));
  return at == catalogs_.end() ? 0 : at->second;
}

std::optional<CatalogRow> Aliases::row(std::string_view word) const {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  CatalogRow row;
  row.catalog = catalog(word.substr(0, colon));
  std::string_view oid = word.substr(colon + 1);
  if (const std::size_t second = oid.find(':'); second != std::string_view::npos) {
    if (!read(oid.substr(second + 1), row.sub)) return std::nullopt;
    oid = oid.substr(0, second);
  }
  if (row.catalog == 0 || !read(oid, row.oid)) return std::nullopt;
  return row;
}

bool Aliases::add(std::string_view words, Object* object) {
  while (!words.empty()) {
    const std::size_t blank = words.find(' ');
    const std::string_view word = words.substr(0, blank);
    words.remove_prefix(blank == std::string_view::npos ? words.size() : blank + 1);
    if (word.empty()) continue;
    const auto row = this->row(word);
    if (!row) return false;
    objects_.emplace(*row, object);
  }
  return true;
}

Object* Aliases::find(const CatalogRow& row) const {
  const auto at = objects_.find(row);
  return at == objects_.end() ? nullptr : at->second;
}

std::unordered_map<CatalogRow, ObjectId, CatalogRowHash> Aliases::identities(CatalogBuilder& builder) const {
  std::unordered_map<CatalogRow, ObjectId, CatalogRowHash> result;
  for (const auto& [row, object] : objects_) {
    if (builder.find(object->id) == object) result.emplace(row, object->id);
  }
  return result;
}

Dependencies::Dependencies(const pg::Rows& rows, const Aliases& aliases) : aliases_(aliases) {
  const std::uint32_t pg_class = aliases.catalog("pg_class");
  const auto number = [&rows](int row, int column) { return static_cast<std::uint32_t>(rows.integer(row, column)); };
  edges_.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    const CatalogRow from{number(i, 0), number(i, 1), static_cast<std::int32_t>(rows.integer(i, 2))};
    const CatalogRow to{number(i, 3), number(i, 4), static_cast<std::int32_t>(rows.integer(i, 5))};
    const char type = rows(i, 6).empty() ? 'n' : rows(i, 6).front();
    // A partition depends on its parent by itself (auto, relation to relation); that is the attachment's dependency, not the table's.
    if (type == 'a' && from.catalog == pg_class && to.catalog == pg_class && from.sub == 0 && to.sub == 0) continue;
    // P and S tie a partition's index, constraint or trigger to its parent's and to the partition: no need of its own, but the way to what others need of it.
    if (type == 'P') originals_.emplace(from, to);
    if (type == 'S') partitions_.emplace(from, to);
    if (type == 'P' || type == 'S') continue;
    if ((type == 'i' || type == 'e') && from.sub == 0 && !aliases.find(from)) owners_.emplace(from, to);
    edges_.push_back({from, to});
  }
}

Object* Dependencies::resolve(CatalogRow row) const {
  constexpr int kLongestChain = 8;
  for (int step = 0; step < kLongestChain; ++step) {
    if (Object* object = aliases_.find(row)) return object;
    if (row.sub != 0) {                    // a column without an object of its own: its relation
      row.sub = 0;
      continue;
    }
    const auto owner = owners_.find(row);
    if (owner == owners_.end()) return nullptr;
    row = owner->second;
  }
  return nullptr;
}

/// The object that the row is. What a partition has from its parent is there once the parent's is, and the partition is attached.
void Dependencies::add_needed(const CatalogRow& row, std::vector<const Object*>& needed) const {
  if (const Object* object = resolve(row)) {
    needed.push_back(object);
    return;
  }
  constexpr int kDeepestPartition = 64;
  CatalogRow at = row;
  for (int step = 0; step < kDeepestPartition; ++step) {
    if (const auto owner = owners_.find(at); owner != owners_.end() && !originals_.contains(at)) at = owner->second;
    if (const auto partition = partitions_.find(at); partition != partitions_.end()) {
      if (const Object* attachment = aliases_.find({aliases_.catalog("pg_inherits"), partition->second.oid, 0})) needed.push_back(attachment);
    }
    const auto original = originals_.find(at);
    if (original == originals_.end()) return;
    at = original->second;
    if (const Object* object = aliases_.find(at)) {
      needed.push_back(object);
      return;
    }
  }
}

namespace {

using Parents = tsl::robin_map<const Object*, const Object*>;

Parents parents_of(CatalogBuilder& builder) {
  Parents parents;
  const std::vector<Object*> objects = builder.objects();
  parents.reserve(objects.size());
  for (const Object* object : objects) {
    if (object->parent) parents.emplace(object, builder.find(*object->parent));
  }
  return parents;
}

bool is_within(const Object* object, const Object* outer, const Parents& parents) {
  while (object) {
    if (object == outer) return true;
    const auto at = parents.find(object);
    object = at == parents.end() ? nullptr : at->second;
  }
  return false;
}

}  // namespace

void Dependencies::apply(CatalogBuilder& builder) const {
  const Parents parents = parents_of(builder);
  const std::uint32_t pg_namespace = aliases_.catalog("pg_namespace");
  tsl::robin_map<Object*, std::vector<const Object*>> needs;
  std::vector<const Object*> needed;
  for (const Edge& edge : edges_) {
    Object* from = resolve(edge.from);
    if (!from) continue;
    needed.clear();
    add_needed(edge.to, needed);
    for (const Object* to : needed) {
      const bool own_schema = edge.to.catalog == pg_namespace && to->id.name == from->id.schema;
      if (own_schema || is_within(from, to, parents) || is_within(to, from, parents)) continue;
      std::vector<const Object*>& list = needs[from];
      if (std::find(list.begin(), list.end(), to) == list.end()) list.push_back(to);
    }
  }
  for (const auto& [object, list] : needs) {
    for (const Object* need : list) object->depends_on.push_back(need->id);
  }
}

void redirect_from_removed(CatalogBuilder& builder) {
  const std::vector<const Object*> removed = builder.removed();
  if (removed.empty()) return;
  std::unordered_map<ObjectId, ObjectId, ObjectIdHash> parents;
  for (const Object* object : removed) {
    if (object->parent) parents.emplace(object->id, *object->parent);
  }
  for (Object* object : builder.objects()) {
    for (ObjectId& need : object->depends_on) {
      while (!builder.find(need)) {
        const auto parent = parents.find(need);
        if (parent == parents.end()) break;
        need = parent->second;
      }
    }
    std::erase_if(object->depends_on, [&](const ObjectId& need) { return need == object->id || (object->parent && need == *object->parent); });
  }
}

}  // namespace lpc::introspect
