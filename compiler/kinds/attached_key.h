// The key of a partition on an index that the partition has because of its parent's, which no constraint owns: `attached_to` names an index then.
// https://www.postgresql.org/docs/15/sql-altertable.html, ADD table_constraint_using_index
#pragma once

#include "kinds/kind.h"

namespace lpc::kinds {

/// `timing`: ` DEFERRABLE` and so on, or nothing.
void take_over_index(const Object& constraint, const Sql& timing, const ChangeContext& context, Action& action);
/// Postgres refuses to drop it while its index is a part of the parent's.
void drop_attached_key(const Object& constraint, const Object& attachment, const ChangeContext& context, Action& action);

}  // namespace lpc::kinds
