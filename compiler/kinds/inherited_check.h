// CHECK constraints that a table has of its own and from a parent too: Postgres merges the two, lets nobody drop the own one as long as the parent's is there, and hands the parent's
// to the table when it is made, which then has it as its own no more than before. https://www.postgresql.org/docs/15/ddl-inherit.html
#pragma once

#include "kinds/kind.h"

namespace lpc::kinds {

/// Whether the table has that check from a parent already, and not proved for its rows: what is valid can't be merged with that before it is.
bool is_there_unproved(const Object& check, const ChangeContext& context);

/// Whether a table above has that check for those below.
bool is_inherited_check(const Object& check, const Catalog& catalog);

/// A table's parents before and after: those that it is taken off and put to, which may be the same, and those that it is left alone with.
struct ParentChange {
  std::vector<ObjectId> stay, left, joined;
  bool after_parts = false;      ///< it comes after all that becomes of the columns and checks
};

/// The checks that the table has had from parents that it leaves alone, and shall not have as its own.
std::vector<std::string> checks_left(const ObjectId& table, const ParentChange& change, const ChangeContext& context);

/// What must stand around the INHERIT of a table that comes to have checks from above, and from there alone: INHERIT wants it to have them itself, so they go before it, and are made
/// anew after it, on all tables at once. https://www.postgresql.org/docs/15/sql-altertable.html, INHERIT
struct AroundInherit {
  std::vector<Sql> before, after;
};
AroundInherit around_inherit(const ObjectId& table, const ParentChange& change, const ChangeContext& context);

/// Drops a table's own check together with the others of its name above and below it that go, in the action of the topmost one of these, from the top down. Those that stay above one
/// go with them, and are made anew. Whether anything but the check itself has to do with it: if not, nothing is done.
bool drop_own_check(const Object& check, const ChangeContext& context, Action& action);

}  // namespace lpc::kinds
