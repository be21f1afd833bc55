// How aggregates are named where Postgres's statements differ from functions.
#pragma once

#include <string>
#include <string_view>

namespace lpc::kinds {

/// The input types as GRANT ON FUNCTION takes them, from an aggregate's identity: "integer, text" of "integer ORDER BY text".
/// A variadic argument that ends both lists is one argument: https://www.postgresql.org/docs/15/sql-createaggregate.html, "aggregated arguments".
std::string aggregate_input_types(std::string_view identity);

}  // namespace lpc::kinds
