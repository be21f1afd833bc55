// lpc show: a plan that is there already, in the form that is wanted.
#include "cli/files.h"
#include "cli/planning.h"
#include "cli/reports.h"
#include "plan/plan_json.h"

namespace lpc::cli {

namespace {

struct ShowOptions {
  std::string plan_file;
  std::string format = "text";
  std::string output = "-";
  bool reverse = false;
  bool no_sql = false;
};

std::string as_text(const plan::Report& report, const ShowOptions& options, const Context& context) {
  plan::TextOptions how = text_options(context);
  how.sql = !options.no_sql;
  if (options.output == "-") return plan::render_text(report, how);
  how.width = 0;
  how.colour = context.options.colour.value_or(false);
  return plan::render_text(report, how);
}

Status show(const ShowOptions& options, Context& context) {
  LP_TRY(plan::Plan plan, read_plan(options.plan_file));
  if (options.reverse) plan = plan::turned_around(plan);
  const plan::Report report = plan::make_report(plan);
  const std::string format = context.options.json ? "json" : options.format;
  std::string result;
  if (format == "text") result = as_text(report, options, context);
  if (format == "html") result = plan::render_html(report);
  if (format == "markdown") result = plan::render_markdown(report);
  if (format == "sql") result = sql_script(plan);
  if (format == "json") result = plan::to_json(plan);
  if (options.output != "-") return write_file(options.output, result);
  context.out(result);
  return ok();
}

}  // namespace

void add_show(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("show", "a plan's file as text, as a page, as Markdown or as a script for psql");
  auto options = std::make_shared<ShowOptions>();
  command->add_option("plan", options->plan_file, "a plan's JSON; - is the standard input")->required()->type_name("PLAN");
  command->add_option("--format", options->format, "text, html, markdown, sql or json")->check(CLI::IsMember({"text", "html", "markdown", "sql", "json"}));
  command->add_option("-o,--output", options->output, "file to write to")->type_name("FILE");
  command->add_flag("--reverse", options->reverse, "the plan's reverse, as a plan of its own");
  command->add_flag("--no-sql", options->no_sql, "leave the SQL out of the text");
  add_json_option(*command, context);
  command->footer("Example:\n  lpc show plan.json --format=html -o plan.html");
  command->callback([&context, options] {
    if (const Status done = show(*options, context); !done) context.fail(done.failure());
  });
}

}  // namespace lpc::cli
