#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "cli/lint.h"
#include "frontend/sql_script.h"
#include "lint/script.h"
#include "shadow/prove.h"

namespace lpc::cli {

namespace {

LintItem item_of(const lint::Finding& finding) {
  LintItem item;
  item.step.hazards.push_back({diag::code_text(finding.code), std::string(diag::severity_name(diag::info(finding.code).severity)), finding.message, finding.object, ""});
  item.spans.push_back(finding.span);
  return item;
}

Result<std::vector<FileId>> read_scripts(const std::vector<std::string>& targets, Context& context) {
  std::vector<FileId> files;
  for (const std::string& target : targets) {
    std::vector<std::string> paths{target};
    std::error_code error;
    if (std::filesystem::is_directory(target, error)) {
      paths.clear();
      for (const auto& entry : std::filesystem::recursive_directory_iterator(target, std::filesystem::directory_options::skip_permission_denied, error)) {
        if (entry.path().extension() == ".sql") paths.push_back(entry.path().string());
      }
      std::ranges::sort(paths);
    }
    for (const std::string& path : paths) {
      LP_TRY(const FileId file, context.sources.read(path));
      files.push_back(file);
    }
  }
  return files;
}

std::string first_word(std::string_view sql) { return to_lower_ascii(sql.substr(0, sql.find_first_of(" \t\r\n;("))); }

bool runs_alone(std::string_view sql) {
  const std::string lower = to_lower_ascii(sql.substr(0, 160));
  return lower.find("concurrently") != std::string::npos || lower.starts_with("vacuum") || lower.starts_with("alter system") || lower.starts_with("create database");
}

/// The scripts as one hand-written plan: what they write between BEGIN and COMMIT is a group.
struct ScriptPlan {
  plan::Plan plan;
  std::vector<Span> spans;
};

ScriptPlan plan_of(const std::vector<FileId>& files, const LintOptions& options, const SourceMap& sources) {
  ScriptPlan result;
  int group = 0;
  for (const FileId file : files) {
    bool open = options.in_transaction, fresh = true;
    for (const Span& span : frontend::split_script(sources.at(file).text(), file)) {
      const std::string text(sources.text(span));
      const std::string word = first_word(text);
      if (word == "begin" || word == "start") {
        open = fresh = true;
        continue;
      }
      if (word == "commit" || word == "end") {
        open = false;
        continue;
      }
      plan::Step step;
      step.id = static_cast<int>(result.plan.steps.size()) + 1;
      step.description = fmt::format("{}:{}", sources.at(file).path(), sources.at(file).position(span.begin).line);
      step.sql = {text};
      step.transactional = !runs_alone(text);
      step.group = open && !fresh && step.transactional ? group : ++group;
      fresh = !step.transactional;
      result.plan.steps.push_back(std::move(step));
      result.spans.push_back(span);
    }
  }
  return result;
}

Result<std::vector<LintItem>> judge_on_shadow(const std::vector<FileId>& files, const LintOptions& options, Context& context) {
  LP_TRY(const Loaded base, load_canonical({options.base}, nullptr, 0, context));
  LP_TRY(shadow::ShadowServer * server, context.shadow(base.server_version));
  ScriptPlan scripts = plan_of(files, options, context.sources);
  scripts.plan.managed = {"*"};
  scripts.plan.server_version = server->server_version();
  plan::Scope scope;
  scope.all = true;
  shadow::ProveRequest request{base.catalog, scope, nullptr};
  request.forward_only = true;
  LP_TRY(shadow::ProvenPlan proven, shadow::prove(*server, std::move(scripts.plan), request, context.fragments, context.sink));
  std::vector<LintItem> items;
  for (std::size_t i = 0; i < proven.plan.steps.size(); ++i) {
    LintItem item;
    item.step = std::move(proven.plan.steps[i]);
    item.spans.assign(item.step.hazards.size(), scripts.spans[i]);
    items.push_back(std::move(item));
  }
  return items;
}

/// What facts of catalogs can't show, because it leaves no trace in them, or is about how the script is written.
bool is_about_the_script(diag::Code code) {
  switch (code) {
    case diag::Code::kRemovesRows:
    case diag::Code::kDropsByCascade:
    case diag::Code::kBlocksUntilDone:
    case diag::Code::kConcurrentlyInTransaction:
    case diag::Code::kNoLockTimeout:
    case diag::Code::kUnbatched:
    case diag::Code::kSerial:
    case diag::Code::kTimestampWithoutZone:
    case diag::Code::kBlankPadded:
    case diag::Code::kJsonText:
    case diag::Code::kLimitedText:
    case diag::Code::kNarrowKey:
    case diag::Code::kNoPrimaryKey:
    case diag::Code::kWideIndex: return true;
    default: return false;
  }
}

void suppress(const std::vector<lint::Suppression>& suppressions, std::vector<LintItem>& items) {
  for (LintItem& item : items) {
    for (std::size_t i = 0; i < item.step.hazards.size(); ++i) {
      for (const lint::Suppression& suppression : suppressions) {
        if (suppression.statement == item.spans[i] && suppression.code == item.step.hazards[i].code) item.step.hazards[i].allowed = suppression.reason;
      }
    }
  }
}

}  // namespace

Result<std::vector<LintItem>> lint_scripts(const LintOptions& options, Context& context) {
  LP_TRY(const Config config, load_config());
  LP_TRY(const std::vector<FileId> files, read_scripts(options.targets, context));
  std::vector<LintItem> items;
  if (!options.base.empty()) {
    LP_TRY(items, judge_on_shadow(files, options, context));
  }
  std::vector<lint::Suppression> suppressions;
  std::vector<diag::Diagnostic> wrong;
  for (const FileId file : files) {
    const std::string_view text = context.sources.at(file).text();
    for (const lint::Finding& finding : lint::judge_script(text, file, {options.in_transaction})) {
      if (options.base.empty() || is_about_the_script(finding.code)) items.push_back(item_of(finding));
    }
    std::ranges::move(lint::suppressions(text, file, wrong), std::back_inserter(suppressions));
  }
  for (diag::Diagnostic& diagnostic : wrong) context.sink.add(std::move(diagnostic));
  if (context.sink.has_errors()) return Failure::reported();
  suppress(suppressions, items);
  for (LintItem& item : items) {
    std::vector<plan::Step> one{std::move(item.step)};
    LP_DO(allow_hazards(one, options.allow, config));
    item.step = std::move(one.front());
  }
  return items;
}

Result<std::vector<LintItem>> lint_plan(const std::string& path) {
  LP_TRY(plan::Plan plan, read_plan(path));
  std::vector<LintItem> items;
  const bool has_hazards = std::ranges::any_of(plan.steps, [](const plan::Step& step) { return !step.hazards.empty(); });
  for (plan::Step& step : plan.steps) {
    if (!has_hazards && !plan.proof) {
      for (const std::string& statement : step.sql) {
        for (lint::Finding& finding : lint::judge_script(statement, kNoFile, {})) {
          step.hazards.push_back({diag::code_text(finding.code), std::string(diag::severity_name(diag::info(finding.code).severity)), finding.message, finding.object, ""});
        }
      }
    }
    LintItem item;
    item.spans.assign(step.hazards.size(), Span{});
    item.step = std::move(step);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace lpc::cli
