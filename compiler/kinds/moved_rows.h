// Rows that outlive their table: those of partitions that others take the place of (split, merge), and those of a table that is made anew under its name because Postgres can't turn the one
// into the other (a plain table and a partitioned one, another partition key).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

// ---- row-level security -----------------------------------------------------------------------------------------------------------------

/// Whether it holds for the table's owner as well, who sees only some of the rows then: https://www.postgresql.org/docs/15/ddl-rowsecurity.html
bool is_forced(const ObjectId& table, const Catalog& catalog);
/// ALTER TABLE … [NO] FORCE ROW LEVEL SECURITY
Sql force(const ObjectId& table, bool on);

// ---- a table made anew ------------------------------------------------------------------------------------------------------------------

/// Whether the plan makes the table anew and its rows shall be in the new one: the old one is renamed aside meanwhile.
bool is_refilled(const ObjectId& table, const ChangeContext& context);
/// Whether the plan makes a partitioned table anew while all its partitions stay, and the rows with them.
bool is_emptied_shell(const ObjectId& table, const ChangeContext& context);
/// Keeps everybody from writing to the partitions of a table, called `called` by now, by their own names: what they wrote after the rows were read would be lost.
void lock_below(const ObjectId& table, const ObjectId& called, const ChangeContext& context, Action& action);
/// Of a table that is renamed aside, and of nothing else: frees the names that its parts have, once it is called `aside`. Parts that go `apart` have gone before.
void free_names(const ObjectId& table, const ObjectId& aside, const std::function<bool(const Object&)>& apart, const ChangeContext& context, Action& action);
/// Columns of both forms whose values can be put in: no generated ones.
std::vector<std::string> common_columns(const ObjectId& from, const ObjectId& to, const ChangeContext& context);
/// Goes on with the numbers of its identity columns, where its old form, which has been renamed aside, or the column's values have come to.
std::vector<Sql> numbers_go_on(const ObjectId& table, const ChangeContext& context);
/// Puts the rows of `aside` into the table, and goes on with the numbers of its identity columns.
void refill(const ObjectId& table, const ObjectId& aside, const ChangeContext& context, Action& action);

// ---- partitions -------------------------------------------------------------------------------------------------------------------------

/// Partitions that go, of a table that stays, or that get a narrower bound, whose rows `attachment`, of a new partition, takes over: their attachments.
std::vector<const Object*> predecessors(const Object& attachment, const ChangeContext& context);
/// The other way round: the attachments of partitions that take over rows of that one.
std::vector<const Object*> successors(const Object& attachment, const ChangeContext& context);
/// Where the rows of a table that goes will be: a partitioned table that has them all from then on. Nothing when some of them go with it.
std::optional<ObjectId> heir_of(const ObjectId& table, const ChangeContext& context);
/// Before `attachment` is attached: puts those rows of its predecessors that its bound takes into its table.
void take_over(const Object& attachment, const ChangeContext& context, Action& action);

}  // namespace lpc::kinds
