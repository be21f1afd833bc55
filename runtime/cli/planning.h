// What plan, verify, apply and diff share: which part of the database is managed, the live catalog, the plan, hazards and confirmation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/config.h"
#include "cli/source.h"
#include "plan/plan.h"

namespace lpc::cli {

/// What the command line says about hazards and about rows that would make the plan fail.
struct HazardOptions {
  std::vector<std::string> allow;          ///< CODE[:object][=reason]
  bool preflight = true;
  std::optional<int> preflight_timeout_ms;
};

struct PlanOptions {
  std::vector<std::string> sources;
  std::string from;                        ///< a source in place of the live database
  std::vector<std::string> manage;         ///< patterns of schemas managed besides the declared ones; "*" is everything
  bool allow_unmodelled = false;
  bool direct = false;                     ///< plain forms, whatever has rows
  std::string renames = "hint";            ///< what looks like a rename: hint, auto, ask, off
  bool with_data = false;                  ///< prove with generated rows, too
  bool keep_data = false;                  ///< keep rows that the plan would lose
  HazardOptions hazards;
};

/// --from, --manage, --allow-unmodelled, --direct, --renames, --with-data, those of hazards and the connection options.
void add_planning_options(CLI::App& command, PlanOptions& options, Context& context);

/// --with-data.
void add_data_option(CLI::App& command, bool& with_data);

/// --allow, --no-preflight, --preflight-timeout.
void add_hazard_options(CLI::App& command, HazardOptions& options);

/// The plan from the live catalog (or --from) to the sources, proved. Prints notes and warnings.
Result<plan::Plan> plan_from_sources(const PlanOptions& options, Context& context);

/// Proves a plan on the shadow against the target's live catalog; fills in what a hand-written one lacks.
Result<plan::Plan> verify_plan(plan::Plan plan, const PlanOptions& options, Context& context);

Result<plan::Plan> read_plan(const std::string& path);
/// A .json file is a plan, unless it is a catalog: that one has its objects right at the start. `-` is a plan too.
bool is_plan_file(const std::string& argument);

/// Marks what the command line and lockplane.toml allow. LP7015 for codes that aren't hazards, LP7013 for a bad lockplane.toml.
Status allow_hazards(std::vector<plan::Step>& steps, const std::vector<std::string>& allowed, const Config& config);
/// LP7002 unless every warning and error among the steps' hazards is allowed; LP4016 when lockplane.toml protects what they drop.
Status check_hazards(const std::vector<plan::Step>& steps, const Config& config);

/// Asks the target whether rows will make steps fail and writes the answers into the plan.
Status run_preflight(plan::Plan& plan, const HazardOptions& options, const Config& config, Context& context);

/// Asks on a terminal, LP7003 without one; `yes` answers for the user.
Status confirm(const std::string& question, bool yes, Context& context);

}  // namespace lpc::cli
