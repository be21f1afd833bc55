// lpc lint: hazards only, of plans, sources and other tools' migration files.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/lint.h"

namespace lpc::cli {

namespace {

enum class Target : std::uint8_t { plan, scripts, sources };

/// A .json file is a plan, unless it is a catalog; .sql files and folders of them are migrations.
Result<Target> target_of(const LintOptions& options) {
  const std::string& first = options.targets.front();
  if (options.targets.size() == 1 && is_plan_file(first)) return Target::plan;
  LP_TRY(const SourceSpec spec, classify(first));
  return spec.type == SourceType::sql && spec.revision.empty() ? Target::scripts : Target::sources;
}

Result<std::vector<LintItem>> find(const LintOptions& options, Context& context) {
  LP_TRY(const Target target, target_of(options));
  switch (target) {
    case Target::plan: return lint_plan(options.targets.front());
    case Target::scripts: return lint_scripts(options, context);
    case Target::sources: return lint_sources(options, context);
  }
  return std::vector<LintItem>{};
}

diag::Severity severity_of(const std::string& word) {
  return word == "note" ? diag::Severity::note : word == "warning" ? diag::Severity::warning : diag::Severity::error;
}

struct Findings {
  std::vector<diag::Diagnostic> shown;
  std::size_t stopping = 0, allowed = 0;
};

Findings gather(const std::vector<LintItem>& items) {
  Findings findings;
  for (const LintItem& item : items) {
    for (std::size_t i = 0; i < item.step.hazards.size(); ++i) {
      const plan::StepHazard& hazard = item.step.hazards[i];
      const diag::CodeInfo* info = diag::find_hazard(hazard.code);
      findings.allowed += !hazard.allowed.empty();
      if (info == nullptr || !hazard.allowed.empty()) continue;
      findings.stopping += plan::stops(hazard);
      const std::string step = item.spans[i].is_nowhere() && item.step.id > 0 ? fmt::format("step {}: ", item.step.id) : "";
      diag::Diagnostic diagnostic{info->code, severity_of(hazard.severity), step + hazard.message, item.spans[i], {}, {}};
      const auto same = [&](const diag::Diagnostic& other) { return other.message == diagnostic.message && other.span == diagnostic.span; };
      if (std::ranges::none_of(findings.shown, same)) findings.shown.push_back(std::move(diagnostic));
    }
  }
  return findings;
}

Status lint(const LintOptions& options, Context& context) {
  LP_TRY(const std::vector<LintItem> items, find(options, context));
  context.show_diagnostics();
  const Findings findings = gather(items);
  static const std::map<std::string, diag::Format> kFormats{
      {"text", diag::Format::text}, {"json", diag::Format::json}, {"sarif", diag::Format::sarif}, {"github", diag::Format::github}};
  const diag::Format format = context.options.json ? diag::Format::json : kFormats.at(options.format);
  context.out(diag::render(findings.shown, context.sources, {format, context.colour(1)}));
  if (format == diag::Format::text) {
    context.say(findings.shown.empty() ? "No hazards." : fmt::format("{}, of which {} would stop `lpc apply`.", counted(findings.shown.size(), "hazard"), findings.stopping));
    if (findings.allowed > 0) context.say(fmt::format("{} allowed.", counted(findings.allowed, "hazard")));
  }
  if (findings.stopping > 0) context.exit = Exit::refused;
  return ok();
}

}  // namespace

void add_lint(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("lint", "hazards of a plan, of sources, or of other tools' migration files");
  auto options = std::make_shared<LintOptions>();
  command->add_option("target", options->targets, "a plan's JSON, .sql migration files or a folder of them, or any source")->required()->type_name("PLAN|FILE.sql|SOURCE");
  command->add_option("--base", options->base, "what is there before: a source, such as git:main:schema.lp or a folder of earlier migrations")->type_name("SOURCE");
  command->add_option("--allow", options->allow, "allow a hazard, as for `lpc apply`")->type_name("CODE[:OBJECT][=REASON]")->allow_extra_args(false);
  command->add_flag("--in-transaction", options->in_transaction, "the tool that runs the .sql files puts each into one transaction");
  command->add_option("--format", options->format, "text, json, sarif or github")->check(CLI::IsMember({"text", "json", "sarif", "github"}));
  add_connection_options(*command, context);
  add_json_option(*command, context);
  command->footer("Example:\n  lpc lint schema.lp --base git:main:schema.lp");
  command->callback([&context, options] {
    if (const Status done = lint(*options, context); !done) context.fail(done.failure());
  });
}

}  // namespace lpc::cli
