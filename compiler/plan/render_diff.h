// What differs between two catalogs, for a reviewer: by schema, with the members of a table under it, in words.
#pragma once

#include <string>
#include <vector>

#include "change/action.h"

namespace lpc::plan {

struct DiffOptions {
  bool colour = false;
  bool utf8 = true;
  std::size_t width = 0;     ///< of the terminal; 0: lines are as long as they are
};

/// `before` and `after` are the catalogs that the deltas are of.
std::string render_diff(const std::vector<Delta>& deltas, const Catalog& before, const Catalog& after, const DiffOptions& options);

}  // namespace lpc::plan
