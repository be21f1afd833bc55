// The relations of a catalog, indexes included, as statements change them one after the other (see plan/impact.h).
// Facts of a relation are read when somebody asks for them: a plan touches a few of many thousand.
#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kinds/relation_facts.h"

namespace lpc::kinds {

/// What belongs to a relation: its children, indexes, owned sequences, the tables that refer to it, the views that read it.
struct RelationLinks {
  std::vector<RelationName> children, indexes, sequences, users, readers;
};

class Relations {
 public:
  /// The catalog must outlive it and stay as it is.
  explicit Relations(const Catalog& catalog);

  bool contains(const RelationName& name) const { return entries_.contains(name); }
  /// Null when there is none of that name. The facts stay where they are until they are changed or removed.
  const RelationFacts* find(const RelationName& name) const;
  const RelationLinks& linked(const RelationName& name) const;
  /// Sorted.
  std::vector<RelationName> names() const;

  void add(const RelationName& name, RelationFacts facts);
  void remove(const RelationName& name);
  /// Changes the facts of a relation, if it is known. While that is done others see it as it was.
  template <class Change>
  void change(const RelationName& name, Change change) {
    const RelationFacts* found = find(name);
    if (found == nullptr) return;
    RelationFacts facts = *found;
    change(facts);
    remove(name);
    add(name, std::move(facts));
  }

 private:
  struct Entry {
    const Object* object = nullptr;                     ///< whose facts they are, as long as those haven't been read; of a partition's part of an index, the whole
    mutable std::unique_ptr<RelationFacts> facts;
  };

  void enter(const Object& object);
  void enter_table(const ObjectId& table);
  /// An identity's sequence.
  Entry& enter_owned(const RelationName& sequence, const RelationName& table);
  void enter_constraint(const Object& constraint);
  /// The indexes that a partition has only because its parent has them are no objects of the catalog. Postgres made up their names:
  /// https://www.postgresql.org/docs/18/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
  void imply_indexes(const RelationName& partition, std::unordered_set<RelationName>& done);

  RelationReader reader_;
  std::unordered_map<RelationName, Entry> entries_;
  std::unordered_map<RelationName, RelationLinks> links_;
};

}  // namespace lpc::kinds
