// What a table has from others: the parent of a partition, the tables it INHERITS. A column that a table has only because of its parent is no object of its
// own; whoever needs its definition finds it here. https://www.postgresql.org/docs/15/ddl-inherit.html
// Works over a finished catalog and over one being built. Makes no SQL.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

/// Which tables are partitions or children of which must not change while it is used: it remembers that.
class Lineage {
 public:
  explicit Lineage(const Catalog& catalog);
  explicit Lineage(CatalogBuilder& builder);

  const Object* find(const ObjectId& id) const { return find_(id); }
  /// The table's attachment to a partitioned table, or null.
  const Object* partition(const ObjectId& table) const;
  /// The partitioned table it is a partition of, or the tables it inherits, in order. Only those that the catalog has. (A copy: the Lineage may be a temporary.)
  std::vector<ObjectId> parents(const ObjectId& table) const;
  /// The tables that it has columns from, directly or through others, each before those that have columns from it.
  std::vector<ObjectId> ancestors(const ObjectId& table) const;
  /// The objects that define a column of that table, the nearest first: what deviates on the table itself, on its parent, …, the full definition; then the
  /// same of the other parents that have the column, which is merged. Empty when the table has no such column.
  std::vector<const Object*> chain(const ObjectId& table, std::string_view column) const;
  /// The same, starting at the parents.
  std::vector<const Object*> inherited_chain(const ObjectId& table, std::string_view column) const;
  /// The default that a column of that table has: its object, or null when there is none (or it is taken away).
  const Object* default_of(const ObjectId& table, std::string_view column) const;
  /// The default that such a column gets from the table's parents: that of the one that has any.
  const Object* inherited_default(const ObjectId& table, std::string_view column) const;
  /// The access method of the table, or of the partitioned table that it takes it from: https://www.postgresql.org/docs/17/sql-createtable.html. Empty for the default.
  std::string access_method(const ObjectId& table) const;
  /// Every column of the table, implied ones included, in the order a reader of the table sees.
  std::vector<std::string> column_names(const ObjectId& table) const;
  /// The parents' columns in order, then those of the table that no parent has: the order CREATE TABLE gives.
  std::vector<std::string> natural_order(const ObjectId& table) const;
  /// Whether its columns stand in an order that CREATE TABLE with that parent wouldn't give, and that can be had otherwise: a partition may stand alone until it is
  /// attached, an inheritance child too if it declares all its columns itself.
  bool has_own_order(const ObjectId& table) const;
  /// The same of the table with its columns in that order.
  bool has_own_order(const ObjectId& table, const std::vector<std::string>& names) const;

 private:
  const std::vector<ObjectId>& known_parents(const ObjectId& table) const;
  std::vector<ObjectId> find_parents(const ObjectId& table) const;

  std::function<const Object*(const ObjectId&)> find_;
  mutable std::unordered_map<ObjectId, std::vector<ObjectId>, ObjectIdHash> parents_;
};

/// The attributes of the chain's column as they are in effect, with the id of `table`'s own column. `type` is missing when the chain is empty.
Object merged_column(const std::vector<const Object*>& chain, const ObjectId& id);
ObjectId column_id(const ObjectId& table, std::string_view column);
ObjectId default_id(const ObjectId& column);
/// The table that a member (column, default, attachment) belongs to.
ObjectId table_of(const ObjectId& member);

/// The table's own CHECK of that name, if those below have it from there; or null.
const Object* inheritable_check(const ObjectId& table, std::string_view name, const Catalog& catalog);

/// What is dropped before the object when both are: a column that its table declares and inherits can go once it is inherited no more.
/// https://www.postgresql.org/docs/15/ddl-inherit.html. A partitioned table's indexes and keys can go while the partition is attached, with the parts that it has under names of its own.
std::vector<ObjectId> dropped_first(const Object& object, const ChangeContext& context);

/// An object that its table declares and inherits, and that is dropped, can go when the table, or one above it, has left the parent that it comes from: those tables.
std::vector<ObjectId> left_first(const Object& object, const Catalog& before, const Catalog& after);

/// The partitioned table that a partition's attachment is about.
ObjectId whole_of(const Object& attachment);
/// The attachments of the table's partitions, not of those below them.
std::vector<const Object*> attachments_to(const ObjectId& table, const Catalog& catalog);

/// Whether the table keeps all its parents and gets further ones. That comes after all that becomes of its columns and checks, and of the parents', since they must fit:
/// https://www.postgresql.org/docs/15/sql-altertable.html, INHERIT
bool inherits_more(const Object& before, const Object& after);
/// A table that comes to inherit another must have that one's columns, so it declares them. Postgres merges the two, and no statement makes of it a column that is inherited alone.
/// Gives `wanted` with such columns as they will be, and adds their ids to `declared`; nothing when there are none.
std::optional<Catalog> with_declared_columns(const Catalog& live, const Catalog& wanted, std::vector<ObjectId>& declared);

/// Tables that have columns from `table`, directly or through others.
std::vector<ObjectId> descendants(const Catalog& catalog, const ObjectId& table);
/// Tables that need `need` because they have that part, which needs it, from the table that it is declared for. It is no object there, and stays with a partition that is detached.
/// None when `need` is that table or one of them, or a part of one: each has its own.
std::vector<ObjectId> heirs(const Object& part, const ObjectId& need, const Catalog& catalog);
/// Whether the column was there before the plan and stays, said or implied.
bool existed_before(const ChangeContext& context, const ObjectId& column);
/// Whether the table is, before and after, of one composite type that the plan doesn't make anew: its columns come and go with that one's attributes.
/// https://www.postgresql.org/docs/15/sql-altertype.html, CASCADE
bool follows_type(const ChangeContext& context, const ObjectId& table);
/// Whether a column that is no object of its table's own any more is there all the same, because another that the table is a part of has it.
bool goes_on(const ObjectId& column, const Catalog& after);
/// Whether the plan attaches the table, which is there already, to a partitioned one.
bool is_being_attached(const ChangeContext& context, const ObjectId& table);
/// Whether the plan detaches the table from a partitioned one, or one that it is a partition of.
bool is_being_detached(const ChangeContext& context, const ObjectId& table);

}  // namespace lpc::kinds
