// What differs between two catalogs, object by object and attribute by attribute. Generic over kinds.
#pragma once

#include <vector>

#include "change/action.h"

namespace lpc::plan {

/// Sorted by id. External objects are never reported.
std::vector<Delta> diff(const Catalog& before, const Catalog& after);

}  // namespace lpc::plan
