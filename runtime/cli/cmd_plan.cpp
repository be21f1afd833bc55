// lpc plan, lpc verify: a plan, proved on the shadow.
#include <fmt/format.h>

#include "cli/files.h"
#include "cli/planning.h"
#include "cli/reports.h"
#include "plan/plan_json.h"

namespace lpc::cli {

namespace {

struct PlanCommandOptions {
  PlanOptions planning;
  std::string plan_file;
  std::string output;
  ReportFiles reports;
  bool exit_code = false;
  bool no_sql = false;
};

Status write_files(const plan::Plan& plan, const PlanCommandOptions& options) {
  if (options.reports.to_stdout() + (options.output == "-") > 1) return Failure{"LP7001", "only one output can go to the standard output", "name files for the others", ""};
  if (!options.output.empty()) LP_DO(write_file(options.output, plan::to_json(plan)));
  return write_reports(plan, options.reports);
}

/// The plan to the files that are asked for, and to stdout, when none of them is that, what a person or, with --json, a program reads.
void show(const plan::Plan& plan, const PlanCommandOptions& options, Context& context) {
  if (const Status written = write_files(plan, options); !written) {
    context.fail(written.failure());
    return;
  }
  if (options.output == "-" || options.reports.to_stdout() > 0) return;
  if (context.options.json) {
    context.out(plan::to_json(plan));
  } else {
    plan::TextOptions how = text_options(context);
    how.sql = !options.no_sql;
    context.out(plan::render_text(plan::make_report(plan), how));
  }
  if (!options.output.empty() && !plan.empty()) context.say(fmt::format("Written to {}. Next: lpc apply {}", options.output, options.output));
}

}  // namespace

void add_plan(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("plan", "the steps from the live database to the sources, with their reverse, proved on a shadow");
  auto options = std::make_shared<PlanCommandOptions>();
  add_sources(*command, options->planning.sources)->required();
  add_planning_options(*command, options->planning, context);
  command->add_option("-o,--output", options->output, "file to write the plan to, as JSON")->type_name("FILE");
  add_report_options(*command, options->reports);
  command->add_flag("--exit-code", options->exit_code, "end with 3 when there is something to do");
  command->add_flag("--no-sql", options->no_sql, "leave the SQL out of what people read");
  add_json_option(*command, context);
  command->footer("Example:\n  lpc plan schema.lp --url postgres://localhost/shop -o plan.json");
  command->callback([&context, options] {
    const Result<plan::Plan> plan = plan_from_sources(options->planning, context);
    if (!plan) {
      context.fail(plan.failure());
      return;
    }
    show(*plan, *options, context);
    if (options->exit_code && !plan->empty() && context.exit == Exit::done) context.exit = Exit::differences;
  });
}

void add_verify(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("verify", "prove a plan on the shadow, hand-written ones too: forward, hash, reverse, hash");
  auto options = std::make_shared<PlanCommandOptions>();
  command->add_option("plan", options->plan_file, "a plan's JSON")->required()->type_name("PLAN");
  command->add_option("-o,--output", options->output, "file to write the completed plan to")->type_name("FILE");
  add_report_options(*command, options->reports);
  command->add_flag("--no-sql", options->no_sql, "leave the SQL out of what people read");
  add_hazard_options(*command, options->planning.hazards);
  add_data_option(*command, options->planning.with_data);
  add_connection_options(*command, context);
  add_json_option(*command, context);
  command->footer("Example:\n  lpc verify plan.json -o verified.json");
  command->callback([&context, options] {
    Result<plan::Plan> plan = read_plan(options->plan_file);
    if (plan) plan = verify_plan(*std::move(plan), options->planning, context);
    if (!plan) {
      context.fail(plan.failure());
      return;
    }
    show(*plan, *options, context);
  });
}

}  // namespace lpc::cli
