// Names of operators as texts of catalogs: `===`, or `shop.===` for one that isn't pg_catalog's; and lists of their operands' types.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql.h"
#include "catalog/object.h"

namespace lpc::kinds {

/// {"shop", "==="}, or {"==="}.
std::vector<std::string> operator_parts(std::string_view text);
std::string operator_text(std::string_view schema, std::string_view name);
/// From what the sources say: `===`, `shop.===` or `operator(shop.===)`.
std::string operator_text(std::string_view written);
/// The same, but what is said to be pg_catalog's keeps that until placed_text() has been asked.
std::string written_operator(std::string_view written);
/// A name as catalogs hold it, of one that is written: in a declaration a name without a schema is that of the own schema or of public where there is one, else pg_catalog's.
/// What a server says has its schema already.
std::string placed_text(const Object& object, std::string_view name, const std::function<bool(const std::string& schema)>& exists);
/// Whether a name of pg_catalog must say so, since `object` would mean another one by it.
bool is_hidden(const Object& object, const std::function<bool(const std::string& schema)>& exists);
/// schema.name, unquoted as operators are.
Sql operator_sql(std::string_view schema, std::string_view name);
/// As .lp has it: without the schema when that is the current one.
std::string operator_lp(std::string_view schema, std::string_view name, std::string_view current_schema);

/// The types of a list, which commas in brackets don't divide.
std::vector<std::string> split_types(std::string_view list);

}  // namespace lpc::kinds
