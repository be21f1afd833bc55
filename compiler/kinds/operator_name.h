// Names of operators as texts of catalogs: `===`, or `shop.===` for one that isn't pg_catalog's; and lists of their operands' types.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sql.h"

namespace lpc::kinds {

/// {"shop", "==="}, or {"==="}.
std::vector<std::string> operator_parts(std::string_view text);
std::string operator_text(std::string_view schema, std::string_view name);
/// From what the sources say: `===`, `shop.===` or `operator(shop.===)`.
std::string operator_text(std::string_view written);
/// schema.name, unquoted as operators are.
Sql operator_sql(std::string_view schema, std::string_view name);
/// As .lp has it: without the schema when that is the current one.
std::string operator_lp(std::string_view schema, std::string_view name, std::string_view current_schema);

/// The types of a list, which commas in brackets don't divide.
std::vector<std::string> split_types(std::string_view list);

}  // namespace lpc::kinds
