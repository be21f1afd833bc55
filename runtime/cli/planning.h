// What plan, verify, apply and diff share: which part of the database is managed, the live catalog, the plan, hazards and confirmation.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/source.h"
#include "plan/plan.h"

namespace lpc::cli {

struct PlanOptions {
  std::vector<std::string> sources;
  std::string from;                        ///< a source in place of the live database
  std::vector<std::string> manage;         ///< patterns of schemas managed besides the declared ones; "*" is everything
  bool allow_unmodelled = false;
  std::string renames = "hint";            ///< what looks like a rename: hint, auto, ask, off
};

/// --from, --manage, --allow-unmodelled and the connection options.
void add_planning_options(CLI::App& command, PlanOptions& options, Context& context);

/// The plan from the live catalog (or --from) to the sources, proved. Prints notes and warnings.
Result<plan::Plan> plan_from_sources(const PlanOptions& options, Context& context);

/// Proves a plan on the shadow against the target's live catalog; fills in what a hand-written one lacks.
Result<plan::Plan> verify_plan(plan::Plan plan, Context& context);

Result<plan::Plan> read_plan(const std::string& path);

/// LP7002 unless every hazard of the steps is allowed: by code, by `all`, or in the plan itself.
Status check_hazards(const std::vector<plan::Step>& steps, const std::vector<std::string>& allowed);

/// Asks on a terminal, LP7003 without one; `yes` answers for the user.
Status confirm(const std::string& question, bool yes, Context& context);

}  // namespace lpc::cli
