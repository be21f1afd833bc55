// Renames that nobody wrote a hint for: what is gone under one name and there under another, the same in everything that makes it what it is.
// Only names what could be one; who plans decides. Never matches what could be taken for two things.
#pragma once

#include <vector>

#include "catalog/catalog.h"

namespace lpc::plan {

struct PossibleRename {
  ObjectId before;
  ObjectId after;
  /// Whether another name is all there is to it: the same part of the same whole (an index, a constraint, a trigger, a sequence of a column), which holds no rows of its own.
  /// Renaming it and making it anew end in the same state, and one of the two takes no time.
  bool is_free = false;
};

/// Objects of `live` that `wanted` doesn't have, each with the one object of `wanted` that `live` doesn't have and that is of the same kind, in the same place and built the same:
/// for a table, columns of the same names and types; for anything else, the same attributes. Owners, comments and grants don't count. Sorted by the id before.
std::vector<PossibleRename> possible_renames(const Catalog& live, const Catalog& wanted);

}  // namespace lpc::plan
