// All objects of a database, or of the sources of one. A value, built once by a CatalogBuilder: which objects there are, and how they hang together, doesn't change afterwards.
// Desired and live catalogs are the same type, so whoever compares them needs no database. Copies share what they hold until one is edited: a plan is made
// from several catalogs that are mostly alike.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/id_table.h"
#include "catalog/object.h"

namespace lpc {

class Catalog {
 public:
  using Objects = std::vector<Object>;

  Catalog() = default;

  /// Sorted by id.
  const Objects& objects() const { return data().objects; }
  /// Those of one kind.
  std::ranges::subrange<Objects::const_iterator> of(KindId kind) const;
  const Object* find(const ObjectId& id) const;
  bool has(const ObjectId& id) const { return find(id) != nullptr; }
  /// The object, for a change of its attributes, hints and flags. What is indexed (id, parent, dependencies, mentions) is to stay as it is. Null when there is none.
  /// The first edit of a copy moves its objects elsewhere: references into objects() from before it are then those of the other copies.
  Object* edit(const ObjectId& id);
  /// Objects whose parent is `id`, in catalog order.
  std::vector<const Object*> children(const ObjectId& id) const;
  /// Everything that lists `id` in depends_on, or has it as parent or schema.
  std::vector<const Object*> dependents(const ObjectId& id) const;
  /// depends_on, the parent, and the schema when the catalog has it.
  std::vector<ObjectId> needs(const Object& object) const;
  /// Any relation-like object (table, view, materialized view, sequence, index…) of that name, or null. `kinds` in order of preference.
  const Object* find_named(std::span<const KindId> kinds, std::string_view schema, std::string_view name) const;
  /// This catalog without the objects that `keep` says no to. Dependencies on them are dropped.
  Catalog only(const std::function<bool(const Object&)>& keep) &&;

 private:
  friend class CatalogBuilder;

  /// For each object a list of positions, all in one array: those of object i are items[begin[i]] to items[begin[i + 1] - 1].
  struct Lists {
    std::vector<std::uint32_t> begin;
    std::vector<std::uint32_t> items;
  };

  struct Data {
    Objects objects;    // sorted by id
    IdTable positions;
    Lists children;
    Lists dependents;

    std::uint32_t position(const ObjectId& id) const;
    /// `pairs` of (object, listed object), the latter ascending.
    Lists make_lists(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) const;
    /// Tidies the objects' lists of others, and makes the lists to look up by. `positions` is there.
    void link();
    /// Takes out what doesn't stay. Quicker than link() anew: who names what goes is known.
    void keep(const std::vector<bool>& stays);
  };

  Catalog(Objects sorted, IdTable positions);
  const Data& data() const { return data_ ? *data_ : none(); }
  static const Data& none();
  std::vector<const Object*> listed(const Lists& lists, const ObjectId& id) const;

  std::shared_ptr<Data> data_;
};

class CatalogBuilder {
 public:
  CatalogBuilder() = default;
  explicit CatalogBuilder(const Catalog& start);

  /// Makes room for so many objects more.
  void expect(std::size_t count);
  /// Null when an object of that id is there already (find() gives it). Pointers stay valid until finish().
  Object* add(Object object);
  Object* find(const ObjectId& id);
  void remove(const ObjectId& id);
  std::vector<Object*> objects();
  /// Those of one kind.
  std::vector<Object*> of(KindId kind);
  /// What has been taken away, though something of that id may be there again.
  std::vector<const Object*> removed() const;
  /// Objects whose parent is `id`.
  std::vector<Object*> children(const ObjectId& id);
  /// Shares the attributes of objects that have been added since the last call, as long as they are at hand. finish() shares those of all others.
  void share_new();
  /// Sorts and indexes. Dependencies on objects that aren't there are dropped. The builder is empty afterwards.
  Catalog finish();

 private:
  std::uint32_t position(const ObjectId& id) const;
  void share(ObjectId& id);
  void share(Name& name, Name& last);
  std::vector<Object*>* children_list(const ObjectId& parent);

  std::deque<Object> objects_;
  std::vector<bool> removed_;      // of each object
  std::size_t shared_ = 0;         // so many of them have been shared
  std::array<std::vector<std::uint32_t>, kKindCount> of_kind_;    // positions
  IdTable positions_;
  std::vector<std::vector<Object*>> children_;    // of each object
  std::unordered_map<ObjectId, std::vector<Object*>, ObjectIdHash> orphans_;    // children of what isn't there (yet)
  ObjectId last_;                                 // neighbours have the same names more often than not
};

ObjectId schema_id(const std::string& name);

/// `sha256:…` over the canonical JSON of the object's id, parent and attributes (RFC 8785); dependencies and hints don't count.
std::string object_hash(const Object& object);
/// `sha256:…` over the sorted list of (id, object hash).
std::string catalog_hash(const Catalog& catalog);

/// {"version":1,"objects":[…]}; `pretty` puts one object on a line each, otherwise canonical minimal form. Attributes
/// whose names begin with `_` are notes for planning: they are in the minimal form only, and in no hash.
std::string catalog_to_json(const Catalog& catalog, bool pretty);
/// LP5011 with the place when it isn't one; unknown kinds, attributes and keys are errors with a near-name suggestion.
Result<Catalog> catalog_from_json(std::string_view json, const class AttributeNames& names);

/// What catalog_from_json must know of kinds, which are above it: the static string of an attribute's name, or "" when the kind has none.
class AttributeNames {
 public:
  virtual ~AttributeNames() = default;
  virtual std::string_view find(KindId kind, std::string_view name) const = 0;
  virtual std::vector<std::string> all(KindId kind) const = 0;
};

/// Canonical JSON of a value (RFC 8785), appended to `out`.
void append_json(std::string& out, const Value& value);
void append_json_string(std::string& out, std::string_view text);

}  // namespace lpc
