#include "cli/planning.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "cli/files.h"
#include "diag/snippet.h"
#include "execute/preflight.h"
#include "introspect/in_use.h"
#include "plan/allow.h"
#include "plan/plan_json.h"
#include "shadow/make_plan.h"
#include "shadow/prove.h"

namespace lpc::cli {

namespace {

/// Adds the schemas that --manage names: those of either side that match a pattern.
plan::Scope widen(plan::Scope scope, const std::vector<std::string>& patterns, const Catalog& live) {
  for (const std::string& pattern : patterns) {
    if (pattern == "*") {
      scope.all = true;
      continue;
    }
    for (const Object& object : live.of(KindId::Schema)) {
      if (::fnmatch(pattern.c_str(), object.id.name.str().c_str(), 0) == 0) scope.schemas.push_back(object.id.name);
    }
    if (pattern.find_first_of("*?[") == std::string::npos) scope.schemas.push_back(pattern);
  }
  std::sort(scope.schemas.begin(), scope.schemas.end());
  scope.schemas.erase(std::unique(scope.schemas.begin(), scope.schemas.end()), scope.schemas.end());
  return scope;
}

/// A shadow of another major version prints expressions differently, so nothing could be compared.
Status check_versions(int live, int shadow) {
  if (live == 0 || live / 10000 == shadow / 10000) return ok();
  return Failure{"LP6016", diag::make(diag::Code::kShadowVersion, {}, shadow / 10000, live / 10000).message,
                 fmt::format("install postgresql-{} or name its folder with --pg-bindir, or a server of that version with --shadow-url", live / 10000), ""};
}

/// Objects of kinds that lpc doesn't know can be neither built on the shadow nor compared.
Status refuse_unmodelled(const Context& context, bool allowed) {
  if (allowed) return ok();
  for (const diag::Diagnostic& diagnostic : context.sink.all()) {
    if (diagnostic.code == diag::Code::kUnmodelledObject) {
      return Failure{"LP5014", "the database holds objects that this version of lpc can't represent (named above)",
                     "pass --allow-unmodelled to leave them alone and go on without them", ""};
    }
  }
  return ok();
}

bool ask_whether(const plan::PossibleRename& rename) {
  std::cerr << fmt::format("Is {} now called {}? Type yes to rename it, anything else to drop the one and add the other: ", rename.before.text(), rename.after.path()) << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return trim(answer) == "yes";
}

/// Asks about each pair once, however often planning comes back to it.
std::function<bool(const plan::PossibleRename&)> renames_by(const std::string& mode) {
  if (mode == "auto") return [](const plan::PossibleRename&) { return true; };
  if (mode == "ask" && ::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO)) {
    return [answers = std::map<ObjectId, bool>()](const plan::PossibleRename& rename) mutable {
      const auto known = answers.find(rename.before);
      return known != answers.end() ? known->second : answers.emplace(rename.before, ask_whether(rename)).first->second;
    };
  }
  return nullptr;
}

/// For each table: enough for every branch of a partition and every value of an enum, and made in a moment.
int rows_for_proof(const PlanOptions& options) { return options.with_data ? 200 : 0; }

/// Of what is kept in the live database.
Result<std::set<std::string>> kept_names(const PlanOptions& options, Context& context) {
  std::set<std::string> names;
  if (!options.from.empty()) return names;
  LP_TRY(pg::Connection * target, context.target());
  LP_TRY(const pg::Rows rows, target->query("SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.to_regnamespace('lockplane_trash')"));
  for (int row = 0; row < rows.size(); ++row) names.emplace(rows(row, 0));
  return names;
}

struct Live {
  Loaded loaded;
  std::string role;
  std::optional<plan::RelationsInUse> in_use;
};

Result<Live> load_live(const PlanOptions& options, Context& context) {
  Live live;
  if (!options.from.empty()) {
    LP_TRY(live.loaded, load_canonical({options.from}, nullptr, 0, context));
    return live;
  }
  LP_TRY(pg::Connection * target, context.target());
  live.role = target->user();
  LP_TRY(live.loaded, load_database(*target, context));
  if (!options.direct) {
    LP_TRY(live.in_use, introspect::relations_in_use(*target));
  }
  return live;
}

}  // namespace

void add_planning_options(CLI::App& command, PlanOptions& options, Context& context) {
  command.add_option("--from", options.from, "plan from this source instead of the live database")->type_name("SOURCE");
  command.add_option("--manage", options.manage, "also manage schemas that match PATTERN; '*' is every non-system schema, so that a plan also drops what the sources don't mention")
      ->type_name("PATTERN")->allow_extra_args(false);
  add_hazard_options(command, options.hazards);
  command.add_flag("--allow-unmodelled", options.allow_unmodelled, "go on although the database holds objects that lpc can't represent; they are left alone");
  command.add_flag("--direct", options.direct, "plain statements in as few transactions as can be, instead of the online forms that tables with rows get: faster, but others wait");
  command.add_option("--renames", options.renames, "what looks like a rename and has no `@renamed_from`: `hint` drops and adds, with a hazard that shows the hint to write (default); "
                     "`auto` renames, `ask` asks, `off` drops and adds")->type_name("MODE")->check(CLI::IsMember({"hint", "auto", "ask", "off"}));
  add_data_option(command, options.with_data);
  command.add_flag("--keep-data", options.keep_data, "keep rows that the plan would lose in the schema lockplane_trash, so that its way back brings them back; `lpc purge` ends that");
  add_connection_options(command, context);
}

void add_data_option(CLI::App& command, bool& with_data) {
  command.add_flag("--with-data", with_data, "prove both ways with generated rows in the shadow's tables, too: what is lost or changed is told of");
}

void add_hazard_options(CLI::App& command, HazardOptions& options) {
  command.add_option("--allow", options.allow, "allow a hazard: LP4001, LP4001:shop.carts, 'LP4001:shop.*=reason'; `all` allows every one")
      ->type_name("CODE[:OBJECT][=REASON]")->allow_extra_args(false);
  command.add_flag("!--no-preflight", options.preflight, "don't ask the database whether rows in it would make the plan fail");
  command.add_option("--preflight-timeout", options.preflight_timeout_ms, "milliseconds for each such query; 5000, or what lockplane.toml says")->check(CLI::Range(1, 86400000));
}

Result<plan::Plan> plan_from_sources(const PlanOptions& options, Context& context) {
  LP_TRY(const Config config, load_config());
  LP_TRY(const Live live, load_live(options, context));
  LP_TRY(const Loaded desired, load_canonical(options.sources, &live.loaded.catalog, live.loaded.server_version, context));
  context.show_diagnostics();
  LP_DO(refuse_unmodelled(context, options.allow_unmodelled));
  LP_TRY(shadow::ShadowServer * server, context.shadow(live.loaded.server_version));
  LP_DO(check_versions(live.loaded.server_version, server->server_version()));
  const plan::Scope scope = widen(desired.scope, options.manage, live.loaded.catalog);
  const int version = live.loaded.server_version ? live.loaded.server_version : server->server_version();
  shadow::PlanRequest request{live.loaded.catalog, desired.catalog, scope, live.role, version, &context.sources, true, config.protect};
  request.is_rename = renames_by(options.renames);
  request.point_out_renames = options.renames != "off";
  request.in_use = live.in_use;
  request.rows = rows_for_proof(options);
  if (options.keep_data) {
    LP_TRY(request.keep_data_beside, kept_names(options, context));
  }
  Result<plan::Plan> plan = shadow::make_plan(*server, request, context.fragments, context.sink);
  context.show_diagnostics();
  if (!plan) return plan;
  LP_DO(allow_hazards(plan->steps, options.hazards.allow, config));
  if (options.from.empty()) LP_DO(run_preflight(*plan, options.hazards, config, context));
  return plan;
}

Result<plan::Plan> verify_plan(plan::Plan plan, const PlanOptions& options, Context& context) {
  LP_TRY(const Config config, load_config());
  LP_TRY(pg::Connection * target, context.target());
  LP_TRY(const Loaded live, load_database(*target, context));
  context.show_diagnostics();
  LP_TRY(shadow::ShadowServer * server, context.shadow(live.server_version));
  LP_DO(check_versions(live.server_version, server->server_version()));
  if (plan.managed.empty()) plan.managed = {"*"};
  if (plan.role.empty()) plan.role = target->user();
  if (plan.server_version == 0) plan.server_version = live.server_version;
  const plan::Scope scope = plan::scope_of(plan);
  const std::string hash = catalog_hash(plan::restrict(live.catalog, scope));
  if (!plan.source_hash.empty() && plan.source_hash != hash) {
    return Failure{"LP5005", diag::make(diag::Code::kStalePlan, {}, plan.source_hash, hash).message, "make a new plan; `lpc drift` shows what changed", ""};
  }
  plan.source_hash = hash;
  Result<plan::Plan> verified = shadow::verify_plan(*server, plan, live.catalog, scope, rows_for_proof(options), context.fragments, context.sink);
  context.show_diagnostics();
  if (!verified) return verified;
  LP_DO(allow_hazards(verified->steps, options.hazards.allow, config));
  LP_DO(run_preflight(*verified, options.hazards, config, context));
  return verified;
}

bool is_plan_file(const std::string& argument) {
  if (!argument.ends_with(".json") && argument != "-") return false;
  const Result<std::string> text = argument == "-" ? Failure::reported() : read_file(argument);
  return !text || text->substr(0, 256).find("\"objects\"") == std::string::npos;
}

Result<plan::Plan> read_plan(const std::string& path) {
  LP_TRY(const std::string text, read_file(path));
  Result<plan::Plan> plan = plan::from_json(text);
  if (plan) return plan;
  Failure failure = plan.failure();
  failure.message = fmt::format("{}: {}", path, failure.message);
  return failure;
}

namespace {

/// `LP4001,LP4002` are two; what follows another comma is part of a function's arguments or of the reason.
std::vector<std::string> split_allowances(const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  for (const std::string& argument : arguments) {
    std::string text;
    for (const std::string& part : split(argument, ',')) {
      const bool begins = part.starts_with("LP") || part.starts_with("lp") || part == "all" || text.empty();
      if (begins && !text.empty()) all.push_back(std::exchange(text, ""));
      text += (text.empty() ? "" : ",") + part;
    }
    if (!text.empty()) all.push_back(text);
  }
  return all;
}

/// The protected table, column or other holder of data that a step of a plan drops, whoever wrote the plan.
const plan::StepHazard* drops_protected(const std::vector<plan::Step>& steps, const std::vector<std::string>& patterns, std::string& pattern) {
  static const std::vector<std::string> kDrops{"LP4001", "LP4002", "LP4003", "LP4004"};
  for (const plan::Step& step : steps) {
    for (const plan::StepHazard& hazard : step.hazards) {
      if (std::find(kDrops.begin(), kDrops.end(), hazard.code) == kDrops.end()) continue;
      for (const std::string& wanted : patterns) {
        if (!plan::fits_object(wanted, hazard.object)) continue;
        pattern = wanted;
        return &hazard;
      }
    }
  }
  return nullptr;
}

}  // namespace

Status allow_hazards(std::vector<plan::Step>& steps, const std::vector<std::string>& allowed, const Config& config) {
  std::vector<plan::Allowance> allowances;
  for (const std::string& text : split_allowances(allowed)) {
    LP_TRY(plan::Allowance allowance, plan::parse_allowance(text));
    allowances.push_back(std::move(allowance));
  }
  plan::allow(steps, config.allow, config.path);
  plan::allow(steps, allowances, "on the command line");
  return ok();
}

Status check_hazards(const std::vector<plan::Step>& steps, const Config& config) {
  std::string pattern;
  if (const plan::StepHazard* hazard = drops_protected(steps, config.protect, pattern)) {
    return Failure{"LP4016", diag::make(diag::Code::kDropsProtected, {}, hazard->object, fmt::format("`{}` in {}", pattern, config.path)).message, "", ""};
  }
  std::vector<std::string> refused, flags;
  std::string detail;
  for (const plan::Step& step : steps) {
    for (const plan::StepHazard& hazard : step.hazards) {
      if (!plan::stops(hazard)) continue;
      if (std::find(refused.begin(), refused.end(), hazard.code) == refused.end()) refused.push_back(hazard.code);
      const std::string flag = "--allow " + plan::allowance_for(hazard);
      if (std::find(flags.begin(), flags.end(), flag) == flags.end()) flags.push_back(flag);
      detail += fmt::format("{}step {}: {} [{}]", detail.empty() ? "" : "\n", step.id, hazard.message, hazard.code);
    }
  }
  if (refused.empty()) return ok();
  return Failure{"LP7002", diag::make(diag::Code::kHazardsNotAllowed, {}, join(refused, ", ")).message, "to go on: " + join(flags, " "), detail};
}

Status run_preflight(plan::Plan& plan, const HazardOptions& options, const Config& config, Context& context) {
  execute::PreflightOptions how;
  how.timeout_ms = options.preflight_timeout_ms.value_or(config.preflight_timeout_ms);
  how.big_rows = config.big_rows;
  if (plan.empty() || !options.preflight || how.timeout_ms == 0) return ok();
  LP_TRY(pg::Connection * target, context.target());
  return execute::preflight(*target, plan, how);
}

Status confirm(const std::string& question, bool yes, Context& context) {
  if (yes) return ok();
  if (!::isatty(STDIN_FILENO) || !::isatty(STDERR_FILENO)) return Failure{"LP7003", diag::make(diag::Code::kConfirmationMissing, {}, question).message, "", ""};
  std::cerr << question << "? Type yes to go on: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (interrupted()) return Failure{"LP6032", "interrupted: nothing was changed", "", ""};
  if (trim(answer) == "yes") return ok();
  context.say("Nothing was changed.");
  return Failure{"LP7003", diag::make(diag::Code::kConfirmationMissing, {}, question).message, "", ""};
}

}  // namespace lpc::cli
