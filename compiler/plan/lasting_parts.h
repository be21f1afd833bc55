// What a plan back can't take away again. An enum's value can be added, but goes only with the type, which is made anew (synthesise.h); and where a partition key has that
// type, no column can be converted. A base type's storage can become one for TOAST, but plain again only in a type that is made anew, and with the old one its columns would go:
// https://www.postgresql.org/docs/15/sql-altertype.html, https://www.postgresql.org/docs/15/sql-altertable.html
#pragma once

#include "catalog/catalog.h"

namespace lpc::plan {

/// `wanted` with the parts (kinds/parts.h) that `live` has beyond it and that can't go, and with the attributes that can't be changed (AttributeRule::lasts).
Catalog with_lasting_parts(const Catalog& live, Catalog wanted, int server_version);

}  // namespace lpc::plan
