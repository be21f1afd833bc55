// What a catalog uses that came with some version of Postgres, so that an older server is refused by name, not by a syntax error of its own.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace lpc::kinds {

struct VersionNeed {
  const Object* object;
  std::string_view feature;           ///< "a virtual generated column"
  int major;                          ///< the first version that has it
};

/// What the server lacks, in the order of the objects.
std::vector<VersionNeed> lacking(const Catalog& catalog, int server_version);

/// "column `shop.t.a`: a virtual generated column needs Postgres 18, the server has 17"
std::string describe_need(const VersionNeed& need, int server_version);

}  // namespace lpc::kinds
