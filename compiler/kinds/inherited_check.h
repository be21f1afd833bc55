// CHECK constraints that a table has of its own and from a parent too: Postgres merges the two, lets nobody drop the own one as long as the parent's is there, and hands the parent's
// to the table when it is made, which then has it as its own no more than before. https://www.postgresql.org/docs/15/ddl-inherit.html
#pragma once

#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

/// Whether the table has that check from a parent already, and not proved for its rows: what is valid can't be merged with that before it is.
bool is_there_unproved(const Object& check, const ChangeContext& context);

/// How a table's own check is dropped, where others of its name stand above or below it.
struct OwnCheckDrop {
  bool elsewhere = false;          ///< the action of another one of them does it
  std::vector<Sql> statements;     ///< those instead of the plain one: all of them that go, from the top down; those that stay above go with them, and are made anew
};
OwnCheckDrop own_check_drop(const Object& check, const ChangeContext& context);

}  // namespace lpc::kinds
