// What differs between two catalogs, in words, for whoever has to find out why a proof failed.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace lpc::shadow {

/// One line for each object or attribute; the rest is counted in a last line when there are more than `most`.
std::vector<std::string> describe_differences(const Catalog& expected, const Catalog& found, std::size_t most = 10);

}  // namespace lpc::shadow
