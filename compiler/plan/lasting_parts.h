// What a plan back can't take away again. An enum's value can be added, but goes only with the type, which is made anew (synthesise.h); and where a partition key has that type, no column can be
// converted: https://www.postgresql.org/docs/15/sql-altertype.html, https://www.postgresql.org/docs/15/sql-altertable.html
#pragma once

#include "catalog/catalog.h"

namespace lpc::plan {

/// `wanted` with the parts (kinds/parts.h) that `live` has beyond it and that can't go.
Catalog with_lasting_parts(const Catalog& live, Catalog wanted);

}  // namespace lpc::plan
