// Constraints of tables: what the authors of tables and columns need to print them where they are said best.
#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "kinds/kind.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {

/// The column on which it is best said: its only one, when it has the name Postgres would choose, no comment, and nothing that needs room. Otherwise "".
std::string inline_column(const Object& constraint, const Catalog& catalog);
/// `primary key`, `unique`, `check (…)`, `references …` with their clauses, behind a column.
void print_inline_constraint(const Object& constraint, const Catalog& catalog, LpWriter& writer);

// ---- SQL, for who builds constraints beside others ------------------------------------------------------------------------------------

/// ALTER TABLE … ADD CONSTRAINT …, with NOT VALID when that is said or asked for.
Sql add_constraint_statement(const Object& constraint, bool not_valid);
/// ALTER TABLE … DROP CONSTRAINT.
Sql drop_constraint_statement(const Object& constraint);
/// CREATE UNIQUE INDEX CONCURRENTLY, which a primary key or unique constraint can take over.
Sql build_key_statement(const Object& constraint, std::string_view index);
/// ALTER TABLE … ADD CONSTRAINT … USING INDEX, which gives the index the constraint's name.
Sql take_index_statement(const Object& constraint, std::string_view index);
/// ALTER TABLE … RENAME CONSTRAINT, or, of one with an index, ALTER INDEX … RENAME TO.
Sql rename_constraint_statement(const Object& constraint, std::string_view from, std::string_view to);

// ---- parts of constraint.cpp in files of their own -----------------------------------------------------------------------------------

void lower_constraint(const ast::Decl& decl, LowerContext& context);
void print_constraint(const Object& constraint, const Catalog& catalog, LpWriter& writer);
/// Fills in the columns that a foreign key refers to where the sources leave them out, and the needs that no text tells: a foreign key's unique index, partitions'
/// own parts.
void complete_constraints(CatalogBuilder& catalog);
/// The one column that a check reads, as Postgres puts it into the check's name; "" when it reads none or several.
std::string checked_column(std::string_view expression, frontend::FragmentParser& fragments);
/// Whether it has an index: a primary key, unique or exclusion constraint.
bool is_index_backed(const Object& constraint);

}  // namespace lpc::kinds
