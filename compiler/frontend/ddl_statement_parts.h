// The inside of ddl_statement.h: how the parser's tree becomes its values. Only this folder includes it.
#pragma once

#include <string>

#include "frontend/ddl_statement.h"
#include "frontend/sql_fragment_tree.h"

namespace lpc::frontend {

/// `a.b` of a RangeVar.
SqlName name_of_range(const SqlNode* range);
/// Of a list of String nodes, or of a TypeName.
SqlName name_of_strings(const SqlNode* list);
Condition condition_of(const SqlNode* expression);
/// As Condition has it; nothing when the expression is no constant.
std::optional<std::string> constant_of(const SqlNode* expression);
/// The type of a TypeName, as normalise_type() spells it.
std::string type_text(const SqlNode* type);
ConstraintClause constraint_of(const SqlNode* constraint);
ColumnClause column_of(const SqlNode* definition);
BoundClause bound_of(const SqlNode* bound);
/// ALTER TABLE, and ALTER of what shares its commands: INDEX, VIEW, …
void read_alter_table(const SqlNode* body, DdlStatement& statement);
void read_create_table(const SqlNode* body, DdlStatement& statement);
/// "TABLE", "MATERIALIZED VIEW", … of OBJECT_TABLE, …; "" for what has no use here.
std::string_view object_words(std::string_view type);

}  // namespace lpc::frontend
