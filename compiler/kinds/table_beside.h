// A table that Postgres can't turn into what it shall be (a plain one into a partitioned one, or the other way round) changes its form while others read and write it: the new form is made
// beside it, under another name; a trigger keeps that in step, the rows that are there are copied in batches; then the two change places in a moment. All other ways are in moved_rows.h.
// https://www.postgresql.org/docs/15/ddl-partitioning.html
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

/// What is left of new forms that were being made when their plan failed: tables beside others, with their partitions, the triggers and functions that keep them in step. `desired` has
/// what the sources say in place of what they are about.
std::vector<ObjectId> half_made(const Catalog& live, const Catalog& desired);

class TableBeside {
 public:
  /// `table` is one whose rows are moved to its new form (is_refilled). The context must outlive this.
  TableBeside(const ObjectId& table, const ChangeContext& context);

  /// Why it can't be made so, as a clause behind "because"; "" when it can.
  std::string obstacle() const;
  /// Whether it is made beside the old form, by the id that it has in the end: the table, its partitions, and their parts but for what acts on rows.
  bool is_of_family(const ObjectId& id) const;
  /// What the family needs besides itself.
  const std::vector<ObjectId>& needs() const { return needs_; }
  /// The catalog with the family in it, where that has to wait under other names.
  Catalog beside(const Catalog& catalog) const;
  /// Once the old form is renamed aside: gives the family the names that it has in the end.
  std::vector<Sql> take_place() const;
  /// The online form of `filling`, which puts the rows of `aside` into the table; `making` are the statements that make the family.
  void add_form(const ObjectId& aside, std::vector<Sql> making, Action& filling) const;

 private:
  void find_family();
  void find_names();
  void find_key();
  void find_unique_index(const std::vector<const Object*>& past);
  ObjectId called(const ObjectId& id) const;
  Object called(const Object& object) const;

  std::string needs_obstacle() const;
  std::string users_obstacle() const;
  std::string table_obstacle() const;
  std::string key_obstacle() const;
  std::string partitions_obstacle() const;
  bool has_same_type(const std::string& column) const;
  bool is_always_identity(const std::string& column) const;

  struct SyncTrigger {
    Sql name;
    ObjectId table;
    std::string_view events;      ///< `TRUNCATE`
    std::string_view each;        ///< `STATEMENT`
  };

  Sql same_key(const Sql& one, const Sql& other) const;
  Stage trigger_stage() const;
  Stage copying_stage() const;
  Stage comparing_stage() const;
  std::vector<SyncTrigger> triggers() const;

  const ObjectId table_;
  const ChangeContext& context_;
  const ObjectId fresh_;
  std::vector<ObjectId> family_, needs_;
  std::map<ObjectId, std::string> names_;                   ///< of those of the family whose own names are taken as yet: the other names
  std::map<std::string, std::string> sequences_;            ///< the same of identity columns' sequences
  std::vector<std::string> columns_;                        ///< whose values are copied
  std::vector<std::string> key_;                            ///< tells rows of both forms apart; empty when nothing does
  std::string index_;                                       ///< a unique index of the key, made for the copy only; "" when the new form has one
  const Sql sync_;
};

}  // namespace lpc::kinds
