// Where a source's bare names are looked for.
#pragma once

#include <string_view>

#include "base/sql.h"

namespace lpc::plan {

/// For SET search_path, before what an object of this schema says in SQL: its own schema, then public. The names' meaning where the shadow builds a source and where SQL is printed of it.
inline Sql source_path(std::string_view schema) { return schema == "public" ? ident(schema) : sql("{}, public", ident(schema)); }

}  // namespace lpc::plan
