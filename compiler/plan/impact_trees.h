// Roles of forms.def that follow inheritance: the table that a command names, and how far below it the command gets.
#pragma once

#include "plan/impact_state.h"

namespace lpc::plan::trees {

Names table(const ImpactCase& at);
Names tree(const ImpactCase& at);
Names with_partitions(const ImpactCase& at);
Names partitions(const ImpactCase& at);
/// Of the tree, the tables in which a NULL may stand in a column of the command.
Names nullable_tree(const ImpactCase& at);
/// ALTER CONSTRAINT reaches the partitions with a foreign key's timing, all with NOT NULL's reach.
Names constraint_tree(const ImpactCase& at);
/// Without partitions that have an index for CREATE INDEX to take, and those below them alone.
Names unindexed_tables(const ImpactCase& at);
/// A CHECK that a table has under that name becomes one with the new one, and isn't validated: MergeWithExistingConstraint() in src/backend/catalog/heap.c.
Names unchecked_tree(const ImpactCase& at);
/// Before 18 the tables below one that has it are left alone.
Names check_tree(const ImpactCase& at);
/// A column that a child has already becomes one with its parent's, and nothing happens to the tables below: ATExecAddColumn() in src/backend/commands/tablecmds.c.
Names column_tree(const ImpactCase& at);
/// Of these, the tables that get the column.
Names new_column_tree(const ImpactCase& at);
/// Those that have it, and become NOT NULL by the command (18).
Names old_column_tree(const ImpactCase& at);
/// Those that lose the column of the command; with ONLY, it stays with all below.
Names dropped_column_tree(const ImpactCase& at);
/// The same, and the tables directly below, which are told of it.
Names dropped_column_heirs(const ImpactCase& at);
/// Those of the tree for whose rows the constraint isn't proved already.
Names unvalidated_tree(const ImpactCase& at);

}  // namespace lpc::plan::trees
