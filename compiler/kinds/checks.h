// Queries that tell before a plan runs whether rows of the live database make one of its actions fail. Each gives the keys of the rows that do, never other
// values. What no query can tell for sure gets none. They read names as they are before the plan, so a rename of the same plan is undone in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

/// Rows of a table as the live database has them.
class LiveRows {
 public:
  LiveRows(const ObjectId& table, const ChangeContext& context);

  /// Whether the table is there before the plan, as itself, with rows that can be read by key.
  bool exist() const { return exist_; }
  /// What stands behind FROM. Columns that the plan renames have their new names in it.
  const Sql& source() const { return source_; }
  /// The primary key's columns, or the place of the row (ctid) when there is none.
  const Sql& keys() const { return keys_; }
  /// Whether the column is there before the plan with the type that it has afterwards.
  bool has_column(const std::string& column) const;
  bool has_columns(const std::vector<std::string>& columns) const;
  /// Whether the plan changes nothing of the columns that the part needs, so that its expression can be asked now.
  bool can_ask(const Object& part) const;

 private:
  const ObjectId table_;
  const ChangeContext& context_;
  bool exist_ = false;
  Sql source_;
  Sql keys_;
};

void check_not_null(const ObjectId& column, const ChangeContext& context, Action& action);
/// A column without a value for the rows that are there: each of them offends.
void check_no_rows(const ObjectId& column, const ChangeContext& context, Action& action);
/// Of a new or changed constraint, of any type.
void check_constraint(const Object& constraint, const ChangeContext& context, Action& action);
/// Of a unique index.
void check_unique_index(const Object& index, const ChangeContext& context, Action& action);
/// Values of the column that the type `to` can't hold.
void check_type(const ObjectId& column, const std::string& from, const std::string& to, const ChangeContext& context, Action& action);
/// Rows with an enum value that goes.
void check_enum_values(const Object& before, const std::vector<std::string>& gone, const ChangeContext& context, Action& action);
/// Values of columns of the domain that its new CHECK, or NOT NULL when `check` is empty, refuses.
void check_domain(const ObjectId& domain, const std::string& check, const ChangeContext& context, Action& action);
/// Rows of a table that don't fit the bound with which it is attached, nor those of `takers`, attachments that take rows of it over, and rows of the default partition that do.
void check_bounds(const Object& attachment, const std::vector<const Object*>& takers, const ChangeContext& context, Action& action);

/// Rows of a table that is made anew, partitioned, which none of its partitions takes.
void check_has_partition(const ObjectId& table, const ChangeContext& context, Action& action);

/// True of rows of the table, standing alone, that the attachment's bound will take; nothing when the key isn't made of plain columns.
std::optional<Sql> bound_condition(const Object& attachment, const ChangeContext& context);

/// What Postgres takes as proof that all rows of a table are within the attachment's bound (or, of the default partition, that all are outside), as the expression of a CHECK;
/// nothing when no simple one is: https://www.postgresql.org/docs/15/sql-altertable.html, ATTACH PARTITION
std::optional<Sql> bound_proof(const Object& attachment, bool outside, const ChangeContext& context);

/// True of values that `to` can't hold, or nothing when no condition is sure: https://www.postgresql.org/docs/16/functions-info.html#FUNCTIONS-INFO-VALIDITY
std::optional<Sql> misfit(const Sql& value, const std::string& from, const std::string& to, const ChangeContext& context);

}  // namespace lpc::kinds
