// lpc apply, lpc rollback: what changes the target.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/files.h"
#include "cli/planning.h"
#include "cli/reports.h"
#include "execute/executor.h"
#include "execute/live_catalog.h"
#include "execute/preflight.h"
#include "ledger/ledger.h"
#include "plan/plan_json.h"

namespace lpc::cli {

namespace {

struct ApplyOptions {
  PlanOptions planning;
  bool yes = false;
  bool dry_run = false;
  int lock_timeout_ms = 2000;
  int max_attempts = 20;
  long long run = 0;
};

void add_execution_options(CLI::App& command, ApplyOptions& options) {
  command.add_flag("-y,--yes", options.yes, "don't ask");
  command.add_flag("--dry-run", options.dry_run, "show what would be done and stop");
  command.add_option("--lock-timeout", options.lock_timeout_ms, "milliseconds to wait for a lock, each attempt")->check(CLI::Range(1, 3600000));
  command.add_option("--attempts", options.max_attempts, "attempts per transaction when locks don't come")->check(CLI::Range(1, 1000));
}

std::string actor() {
  const char* user = std::getenv("USER");
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("{}@{}", user && *user ? user : "unknown", host);
}

execute::ExecuteOptions execution(const ApplyOptions& options, Context& context) {
  execute::ExecuteOptions result;
  result.lock_timeout_ms = options.lock_timeout_ms;
  result.max_attempts = options.max_attempts;
  result.actor = actor();
  result.interrupt = &interrupted();
  result.say = [&context](const std::string& line) { context.say(line); };
  return result;
}

Result<plan::Plan> plan_for_apply(ApplyOptions options, Context& context) {
  options.planning.hazards.preflight = false;      // comes when it is known that hazards don't stop the plan
  if ((options.planning.sources.size() != 1 || !is_plan_file(options.planning.sources.front()))) return plan_from_sources(options.planning, context);
  LP_TRY(plan::Plan plan, read_plan(options.planning.sources.front()));
  if (plan.proof && (plan.proof->rows || !options.planning.with_data) && !plan.source_hash.empty() && !plan.target_hash.empty()) return plan;
  context.say(plan.proof ? "This plan has no proof with rows yet: proving it on the shadow first." : "This plan has no proof yet: proving it on the shadow first.");
  return verify_plan(std::move(plan), options.planning, context);
}

Status carry_out(plan::Plan plan, const ApplyOptions& options, execute::ExecuteOptions execution, const std::string& question, Context& context) {
  LP_TRY(const Config config, load_config());
  LP_DO(allow_hazards(plan.steps, options.planning.hazards.allow, config));
  LP_DO(check_hazards(plan.steps, config));
  plan::Plan asked = plan;      // the answers of this moment are no part of what the ledger keeps
  LP_DO(run_preflight(asked, options.planning.hazards, config, context));
  LP_DO(execute::refuse_offending(asked));
  for (const std::string& line : execute::describe_checks(asked)) context.say("warning: " + line);
  if (options.dry_run) {
    context.say("Dry run: nothing was changed.");
    return ok();
  }
  LP_TRY(pg::Connection * target, context.target());
  LP_DO(confirm(fmt::format("{} {} to database `{}` on {}", question, counted(plan.steps.size(), "step"), target->database(), target->host()), options.yes, context));
  LP_TRY(const execute::RunResult result, execute::execute(*target, plan, execution));
  context.say(fmt::format("Done: run {}, {}. The way back: lpc rollback", result.run, counted(plan.steps.size(), "step")));
  return ok();
}

void show_forward(const plan::Plan& plan, const Context& context) {
  plan::TextOptions how = text_options(context);
  how.reverse = false;
  context.out(plan::render_text(plan::make_report(plan), how));
}

Status apply(const ApplyOptions& options, Context& context) {
  LP_TRY(const plan::Plan plan, plan_for_apply(options, context));
  if (context.options.json) {
    context.out(plan::to_json(plan));
  } else {
    show_forward(plan, context);
  }
  if (plan.empty()) return ok();
  return carry_out(plan, options, execution(options, context), "Apply", context);
}

/// When rollbacks of later runs left what can't be taken back (an enum's value, say), the way back begins elsewhere than it was proved: it is proved anew from
/// there. LP5005 when something else has changed the database since.
Result<plan::Plan> prove_from_here(plan::Plan back, const ledger::Entry& newest, const ApplyOptions& options, pg::Connection& target, Context& context) {
  LP_TRY(plan::Plan last, plan::from_json(newest.plan));
  last.source_hash = newest.resulting_hash;
  LP_DO(execute::LiveCatalog(target, last).check_source());
  context.say("The rollbacks of later runs left what can't be taken back: proving this one anew on the shadow.");
  back.source_hash.clear();
  back.target_hash.clear();
  back.reverse.clear();
  back.proof.reset();
  return verify_plan(std::move(back), options.planning, context);
}

Status rollback(const ApplyOptions& options, Context& context) {
  LP_TRY(pg::Connection * target, context.target());
  LP_TRY(const std::vector<ledger::Entry> entries, ledger::read(*target));
  if (entries.empty() && !options.run) {
    context.say("Nothing to roll back: nothing was applied to this database.");
    return ok();
  }
  LP_TRY(const ledger::Entry entry, ledger::find_for_rollback(*target, options.run ? std::optional(options.run) : std::nullopt));
  LP_TRY(const plan::Plan done, plan::from_json(entry.plan));
  plan::Plan back = plan::turned_around(done);
  back.source_hash = entry.resulting_hash;
  for (const plan::Loss& loss : done.loses) context.say(fmt::format("not brought back: {}: {}", loss.object, loss.what));
  if (back.empty() && !done.proof) {
    return Failure{"LP6030", fmt::format("run {} has no reverse", entry.run), "to have another state, plan and apply the sources that say it", ""};
  }
  const ledger::Entry& newest = entries.back();
  if (newest.run != entry.run && newest.resulting_hash != entry.resulting_hash && !back.empty()) {
    LP_TRY(back, prove_from_here(std::move(back), newest, options, *target, context));
  }
  if (context.options.json) {
    context.out(plan::to_json(back));
  } else {
    show_forward(back, context);
  }
  execute::ExecuteOptions how = execution(options, context);
  how.kind = "rollback";
  how.rolls_back = entry.run;
  return carry_out(back, options, std::move(how), fmt::format("Roll back run {}:", entry.run), context);
}

}  // namespace

void add_apply(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("apply", "carry a plan out, or plan from sources and carry that out");
  auto options = std::make_shared<ApplyOptions>();
  add_sources(*command, options->planning.sources)->required()->type_name("PLAN|SOURCE");
  add_planning_options(*command, options->planning, context);
  add_execution_options(*command, *options);
  add_json_option(*command, context);
  command->footer("Example:\n  lpc apply plan.json --url postgres://localhost/shop --yes");
  command->callback([&context, options] {
    if (const Status done = apply(*options, context); !done) context.fail(done.failure());
  });
}

void add_rollback(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("rollback", "apply the proved reverse of a run (by default the last one)");
  auto options = std::make_shared<ApplyOptions>();
  command->add_option("run", options->run, "the run's number, see `lpc history`")->type_name("RUN")->check(CLI::PositiveNumber);
  add_connection_options(*command, context);
  add_hazard_options(*command, options->planning.hazards);
  add_execution_options(*command, *options);
  add_json_option(*command, context);
  command->footer("Example:\n  lpc rollback --url postgres://localhost/shop --yes");
  command->callback([&context, options] {
    if (const Status done = rollback(*options, context); !done) context.fail(done.failure());
  });
}

}  // namespace lpc::cli
