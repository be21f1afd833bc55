// What indexes and the constraints that own one share: marks on the table (CLUSTER ON, REPLICA IDENTITY), storage, and being a part of a partitioned table's index.
// Knows how neither is made.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

/// The schema-qualified name of the index: an index's own, or that of a constraint's index, which has the constraint's name.
Sql index_address(const Object& part);

/// CREATE INDEX, of an index that no constraint owns.
Sql create_index_statement(const Object& index, bool concurrently);

// ---- marks and storage -------------------------------------------------------------------------------------------------------------------

/// ALTER TABLE … CLUSTER ON / REPLICA IDENTITY USING INDEX and back, for the attributes `clustered` and `replica_identity`.
void alter_index_marks(const Alteration&, const ChangeContext&, Action&);
/// Before a replica identity index is dropped: otherwise the table would silently have none.
void release_replica_identity(const Object& part, const ChangeContext&, Action&);
/// ALTER INDEX … SET, RESET, SET TABLESPACE for the attributes `with` and `tablespace`.
void alter_index_storage(const Alteration&, const Sql& address, Action&);

// ---- partitions ----------------------------------------------------------------------------------------------------------------------------

/// An index or key of the partitioned table ONLY comes after the partitions, which would get one like it.
void order_after_partitions(CatalogBuilder& catalog, Object& part);
/// The indexes and keys of the whole ONLY that stand and that the partition, attached now, shall have no copy of: Postgres would give it one of each (KindTraits::outdates).
std::vector<ObjectId> outdated_indexes(const Object& attachment, const Catalog& before, const Catalog& after);
/// Of a part with `attached_to`: it comes before the partitioned table's part and before the partition is attached.
void order_attached_part(CatalogBuilder& catalog, Object& part);
/// Whether Postgres may take `part` for a partition's part of `parent`. A constraint's index needs one with a constraint.
bool may_be_taken(const Object& part, const Object& parent);
/// Postgres takes the first index of a partition that will do, and looks at neither order nor storage: with several, each is made when its turn has come.
void order_similar_indexes(CatalogBuilder& catalog, const ObjectId& table, const std::vector<Object*>& parts, const std::map<ObjectId, std::vector<Object*>>& by_table);
/// True when Postgres won't attach it by itself, because the partitioned table's index was made ON ONLY.
bool needs_attaching(const Object& part, const ChangeContext&);
/// Whether all that the old part needs is there afterwards, unchanged as far as its columns' types go: then a new one can be built while it stands.
bool needs_stay(const Object& old, const ChangeContext& context);
/// The index of the partitioned table, owned by no constraint, that a partition's key is attached to.
std::optional<ObjectId> plain_parent(const Object& part, const Catalog&);
/// Of a new part with `attached_to` whose partition has had one under the automatic name: that name.
std::optional<std::string> automatic_twin(const Object& part, const ChangeContext&);
/// Gives the one that automatic_twin() found the storage that the new part has and the partitioned table's doesn't.
void adapt_twin(const Object& part, const Sql& address, const ChangeContext&, Action&);
/// After `table` was detached: drops the indexes, keys and foreign keys that it had from its parents alone and isn't to go on with.
void drop_left_parts(const ObjectId& table, const ChangeContext& context, Action& action);
/// The reverse: takes away from a part that goes on as its parent's, under `name`, what is its own: storage, marks, comments.
void conform_to_parent(const Object& part, const std::string& name, const ChangeContext&, Action&);
/// Whether it is a partition's exclusion constraint of a name of its own, which the partition only has with its parent's.
bool is_only_copied(const Object& part);
/// Of a part that a table has had from its parent (by partitioning, a CHECK by inheritance too) and keeps as its own: the name it has had.
std::optional<std::string> left_by_parent(const Object& part, const ChangeContext&);
/// Of a part that is no object of its own any more but goes on as what the table has from its parent: the name it has there.
std::optional<std::string> taken_by_parent(const Object& part, const ChangeContext&);

/// Whether it wouldn't be what it was when Postgres makes it anew because the type of a column changes: a part of a partitioned table's under a name of its own, one that has such parts,
/// what could be taken for one, and one ONLY the partitioned table has. Postgres would put parts with automatic names in place of them.
bool loses_own_parts(const Object& part, const Catalog& before);

/// The indexes and keys of the partitioned table whose parts of a partition the plan drops. Those of other names go with them, if that is done before the partition is detached.
std::vector<ObjectId> wholes_of_dropped_parts(const Object& attachment, const ChangeContext& context);

/// What is detached before an index or key is dropped: the partition whose part it is, when the partitioned table goes, and those that keep their parts of it. They would go with it.
std::vector<ObjectId> detached_first(const Object& part, const ChangeContext& context);

struct AttachedDrop {
  bool attached = false;       ///< it can't be dropped by itself
  std::string new_name;        ///< the automatic name it takes instead; "" when it goes with the partitioned table's
};
AttachedDrop attached_drop(const Object& part, const ChangeContext&);
/// For a part whose `attached_to` changed: what has to be done by hand. True when it has to be made again.
bool alter_attached_part(const Alteration&, const ChangeContext&, Action&);

/// The name of a partition's part that Postgres makes: {table}_{columns}_{idx, key, pkey, excl}.
std::string automatic_name(const Object& part);
/// That of the part of `whole` which a partition has because of it.
std::string automatic_name_on(const ObjectId& partition, const Object& whole);
/// Takes from a table that was a partition its part of `whole`, an index or a constraint, which stays with it under the name that Postgres made.
void drop_implied_part(const ObjectId& table, const Object& whole, Action& action);

}  // namespace lpc::kinds
