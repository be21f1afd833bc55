// Tables: what the partition kind shares with the table kind, and the parts of table.cpp that stand in files of their own.
#pragma once

#include "kinds/column_clauses.h"
#include "kinds/kind.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {

/// A foreign table holds nothing itself.
inline bool is_foreign(const Object& table) { return table.attributes.has("server"); }
inline bool is_foreign(const Catalog& catalog, const ObjectId& table) {
  const Object* object = catalog.find(table);
  return object != nullptr && is_foreign(*object);
}

// ---- table_lower.cpp ----------------------------------------------------------------------------------------------------------------

void lower_table(const ast::Decl& decl, LowerContext& context);
/// The clauses and members of a table or partition declaration.
void lower_table_parts(const ast::Decl& decl, Object& table, LowerContext& context);
void print_table(const Object& table, const Catalog& catalog, LpWriter& writer);
/// The clauses behind the name, and the members in braces.
void print_table_parts(const Object& table, const Catalog& catalog, LpWriter& writer);

// ---- table_normalise.cpp --------------------------------------------------------------------------------------------------------------

/// Leaves out columns and defaults that a table has only because of its parent, and says what a server implies (NOT NULL of a primary key's columns).
void normalise_tables(CatalogBuilder& builder);

// ---- partition.cpp --------------------------------------------------------------------------------------------------------------------

/// Of DROP TABLE, the last statement of the action: a partition of a table with rows is detached before, so that nobody who uses that waits.
void add_concurrent_detach(const ObjectId& table, const ChangeContext& context, Action& action);

// ---- table_create.cpp -----------------------------------------------------------------------------------------------------------------

void create_table(const Object& table, const ChangeContext& context, Action& action);
/// CHECKs of a table that its partitions and children must have as well.
std::vector<const Object*> inheritable_checks(const Catalog& catalog, const ObjectId& table);

}  // namespace lpc::kinds
