// What `lpc lint` finds in plans, in sources and in other tools' migration files: hazards with the places that they come from.
#pragma once

#include <string>
#include <vector>

#include "cli/planning.h"

namespace lpc::cli {

struct LintItem {
  plan::Step step;                         ///< what its hazards are about; of a script each finding has one of its own
  std::vector<Span> spans;                 ///< one for each hazard; may be nowhere
};

struct LintOptions {
  std::vector<std::string> targets;
  std::string base;                        ///< a source: what was there before
  std::vector<std::string> allow;
  std::string format = "text";
  bool in_transaction = false;
};

/// The plan's hazards; of a hand-written one without any, what its statements alone tell.
Result<std::vector<LintItem>> lint_plan(const std::string& path);
/// What changes from `base` to the sources, and advice about what is new or changed; without a base about everything. A server is needed only where what changes is SQL
/// that two people may write in two ways, or names that other things name.
Result<std::vector<LintItem>> lint_sources(const LintOptions& options, Context& context);
/// Each statement by itself, or with a base run on the shadow and judged by what it did.
Result<std::vector<LintItem>> lint_scripts(const LintOptions& options, Context& context);

}  // namespace lpc::cli
