// The SQL of a column: its definition as it stands in CREATE TABLE and ADD COLUMN, what only ALTER COLUMN can say, its identity, and the sequences it owns.
// Shared by table, column, default, partition and sequence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kinds/inheritance.h"
#include "kinds/kind.h"
#include "kinds/sequence_options.h"

namespace lpc::kinds {

/// `email text COLLATE "C" NOT NULL DEFAULT ''`. `column` is a merged one (see merged_column); `default_expression` is null when the default comes later.
Sql column_definition(const Object& column, const std::string* default_expression);
/// For PARTITION OF: `email NOT NULL DEFAULT ''`, or nothing when the override says nothing that CREATE TABLE could.
Sql column_override(const Object& column, const std::string* default_expression);
/// `ALTER COLUMN email SET STORAGE external`, …: what a new column needs besides its definition, each to be put behind ALTER TABLE.
std::vector<Sql> column_settings(const Object& column);
/// Those that are for the table alone, with ONLY: as forms of ALTER TABLE they would reach the children, which don't inherit them otherwise.
std::vector<Sql> own_column_settings(const Object& column);
/// The NOT NULL constraint's name: what is said, or what Postgres takes when nothing is (18).
std::string not_null_name(const Object& column);
/// As a constraint of the table: `CONSTRAINT t_a_not_null NOT NULL a NOT VALID` (18).
Sql not_null_constraint(const Object& column);
/// ALTER TABLE t ALTER COLUMN a SET NOT NULL, or ADD with what the constraint says besides (18).
Sql set_not_null(const Object& column);
/// Whether its NOT NULL constraint has a name of its own or isn't for all rows.
bool says_more_than_not_null(const Object& column);
/// ALTER TABLE [ONLY] t c1, c2.
Sql alter_table(const ObjectId& table, const std::vector<Sql>& changes, bool only = false);

/// The type of a column's identity sequence: its own, or that of the domain's base.
std::string identity_type(const Object& column, const Catalog& catalog);
/// The name Postgres would give the identity sequence or that of a serial column.
std::string implied_sequence_name(const ObjectId& column);
/// That of the column's identity, which it must have.
std::string identity_sequence_name(const Object& column);
/// `GENERATED ALWAYS AS IDENTITY (…)`.
Sql identity_clause(const Object& column);

/// Sequences of the catalog that are OWNED BY a column of that id.
std::vector<const Object*> owned_sequences(const Catalog& catalog, const ObjectId& column);
/// The column that owns a sequence, or nothing.
std::optional<ObjectId> owner_column(const Object& sequence);
/// OWNED BY for the sequences that a new column of the plan owns.
void take_ownership(const ObjectId& column, const ChangeContext& context, Action& action);
/// The privileges on the sequences that a new column of the plan owns: they count from the table's owner, so they come after OWNED BY has made them its own.
void grant_on_owned_sequences(const ObjectId& column, const ChangeContext& context, Action& action);
/// The sequence as one of its table's owner, for the privileges on it.
Object with_table_owner(const Object& sequence, const ChangeContext& context);
/// OWNED BY NONE for sequences that are to outlive a dropped column.
void release_ownership(const ObjectId& column, const ChangeContext& context, Action& action);

/// Whether an identity or serial column goes over to the other; then the new sequence must go on where the values are.
bool becomes_identity(const ChangeContext& context, const ObjectId& column);
bool ceases_identity(const ChangeContext& context, const ObjectId& column);
/// SELECT setval(…) so that the sequence goes on behind the values that the column holds already.
Sql continue_sequence(const ObjectId& column, const Sql& sequence, const SequenceOptions& options, std::string_view type);
/// The same of the column's own.
Sql continue_identity(const Object& column, const Catalog& catalog);

/// Whether the text holds the name of a function that gives another value for each row: pg_catalog's and those of common extensions.
bool calls_volatile_function(std::string_view expression);
/// Whether evaluating the default for existing rows needs a rewrite: it calls something volatile.
/// https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-NOTES
bool is_volatile_default(const Object& column_default, const Catalog& catalog);

}  // namespace lpc::kinds
