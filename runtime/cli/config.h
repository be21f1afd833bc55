// lockplane.toml: what holds for every run in a project. Found in the working directory or the nearest folder above it, up to the repository's root.
//   protect = ["shop.invoices"]                    # globs of tables, columns, sequences that no plan may drop
//   [[allow]]                                      # hazards that are accepted, each with its reason
//   code = "LP4011"
//   object = "shop.small_*"                        # a glob; left out: any object
//   reason = "these tables stay small"
//   [preflight]
//   timeout_ms = 5000                              # for each query; 0 asks nothing
//   big_rows = 1000000                             # from how many rows on a table counts as big
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/allow.h"

namespace lpc::cli {

struct Config {
  std::string path;                          ///< "" when there is none
  std::vector<plan::Allowance> allow;
  std::vector<std::string> protect;
  int preflight_timeout_ms = 5000;
  long long big_rows = 1'000'000;
};

/// The file that counts here; an empty Config when there is none. LP7013 with file, line and column for what isn't right in it; unknown keys are mistakes.
Result<Config> load_config();
/// Of that text; `path` is for messages.
Result<Config> parse_config(const std::string& text, const std::string& path);

}  // namespace lpc::cli
