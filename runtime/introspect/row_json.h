// JSON as Postgres's own functions print it, read straight into a Value: rows hold tens of thousands of small documents, and a document model
// of each would cost more than the query. Knows no kind.
#pragma once

#include <optional>
#include <string_view>

#include "catalog/value.h"

namespace lpc::introspect {

/// Nothing when the text isn't JSON. Nulls in objects are left out, in arrays they become ""; numbers that aren't integers stay text.
std::optional<Value> read_row_json(std::string_view text);

}  // namespace lpc::introspect
