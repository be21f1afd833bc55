// Partitions' bounds as pg_get_expr() says them, compared as far as their texts tell.
// https://www.postgresql.org/docs/15/sql-createtable.html#SQL-CREATETABLE-PARTITION
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lpc::kinds {

/// What stands between the first parenthesis at or behind `from` and the one that closes it; `from` moves behind it.
std::optional<std::string> enclosed(std::string_view text, std::size_t& from);

/// Whether there may be rows that both bounds take. `DEFAULT` may overlap every bound, ranges whose ends can't be compared each other; lists overlap in values that are spelled alike.
bool bounds_may_overlap(const std::string& one, const std::string& other);

/// Whether each row that one of `parts` takes is taken by one of `wholes`: `FROM (0) TO (20)` by `FROM (0) TO (10)` and `FROM (10) TO (20)`. False when nobody can tell.
bool bounds_cover(const std::vector<std::string>& wholes, const std::vector<std::string>& parts);

}  // namespace lpc::kinds
