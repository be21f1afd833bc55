// Rows for a shadow's empty tables, so that a plan can be tried with data in them: made up from the columns' types and constraints, nobody's own data.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "pg/connection.h"

namespace lpc::shadow {

/// Puts up to `rows` rows into each table (partitioned ones get theirs through their root) but those named in `left_empty` ("shop.users", quoted where Postgres would). They satisfy
/// every constraint; triggers don't fire. What the constraints' own literals, a few spellings of each type and NULL can't satisfy stays empty: the names of such tables are the answer.
Result<std::vector<std::string>> fill_with_sample_rows(pg::Connection& connection, int rows, const std::set<std::string>& left_empty);

}  // namespace lpc::shadow
