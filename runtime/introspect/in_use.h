// Which relations hold rows: a fact of the live database beside its catalog, on which the forms of changes depend.
#pragma once

#include "base/result.h"
#include "pg/connection.h"
#include "plan/planner.h"

namespace lpc::introspect {

/// By the size of their files, which needs no rights and no ANALYZE. A partitioned or inherited table holds what its children do.
Result<plan::RelationsInUse> relations_in_use(pg::Connection& connection);

}  // namespace lpc::introspect
