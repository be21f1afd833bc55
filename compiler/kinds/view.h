// What views and materialized views share, and a view's stand-in for the planner. Knows nothing of how a plan orders them.
#pragma once

#include "base/sql.h"
#include "kinds/common.h"
#include "kinds/kind.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {

/// The view with its columns' names and types and NULL in each: made first when views need each other, or a view itself; the real one then replaces it.
/// Empty when the object doesn't know its columns (a catalog that no server has seen).
Sql stand_in(const Object& view, bool replaces);

namespace view {

/// Sets `query`, and from the columns' list `column_names` or, when it gives their types, `_columns` and `_needs_itself`.
void lower_query(const ast::Decl& decl, LowerContext& context, Object& object);
/// `a integer, b text`, from what a server said of the view's columns.
Sql typed_columns(const Object& object);
/// ` (a, b)` when the columns are named outside the query, else nothing.
Sql column_names(const Object& object);
/// ` WITH (a = 'b')` of the attribute `options`, or nothing.
Sql with_clause(const Object& object);
/// What belongs to the view: `{ … }` when there is something, grants among it.
void print_members(const Object& object, const Catalog& catalog, LpWriter& writer);

}  // namespace view
}  // namespace lpc::kinds
