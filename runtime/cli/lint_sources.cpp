#include <fmt/format.h>

#include <algorithm>

#include "cli/lint.h"
#include "kinds/judge.h"
#include "plan/diff.h"
#include "plan/hazards.h"
#include "plan/impact.h"
#include "plan/steps.h"
#include "shadow/make_plan.h"

namespace lpc::cli {

namespace {

/// Plans that no server has a part in are made for the oldest one that lpc writes SQL for by default.
constexpr int kUsualServer = 150000;

plan::Scope joined(plan::Scope a, const plan::Scope& b) {
  a.all |= b.all;
  a.schemas.insert(a.schemas.end(), b.schemas.begin(), b.schemas.end());
  a.declared.insert(a.declared.end(), b.declared.begin(), b.declared.end());
  a.external_partitions.insert(a.external_partitions.end(), b.external_partitions.begin(), b.external_partitions.end());
  std::sort(a.external_partitions.begin(), a.external_partitions.end());
  std::ranges::sort(a.schemas);
  a.schemas.erase(std::unique(a.schemas.begin(), a.schemas.end()), a.schemas.end());
  std::sort(a.declared.begin(), a.declared.end());
  a.declared.erase(std::unique(a.declared.begin(), a.declared.end()), a.declared.end());
  return a;
}

bool holds_sql(const Value& value) {
  if (value.is_map()) return value.find("expression") != nullptr || value.find("where") != nullptr;
  return value.is_list() && std::ranges::any_of(value.list(), holds_sql);
}

/// Whether it differs in SQL, which means the same in many spellings: only a server tells whether anything changes at all.
bool differs_in_sql(const Delta& delta) {
  return std::ranges::any_of(delta.attributes, [&](const AttributeDelta& attribute) {
    if (!attribute.before || !attribute.after) return false;
    const kinds::AttributeRule* rule = kinds::rule(kinds::kind(delta.after->id.kind), attribute.name);
    if (!rule || rule->ignored) return false;
    switch (rule->content) {
      case kinds::Content::expression:
      case kinds::Content::query:
      case kinds::Content::statement: return true;
      case kinds::Content::list: return holds_sql(*attribute.before) || holds_sql(*attribute.after);
      default: return false;
    }
  });
}

struct Sides {
  Loaded before, after;
};

Result<Sides> load_sides(const LintOptions& options, bool canonical, Context& context) {
  Sides sides;
  if (canonical) {
    LP_TRY(sides.after, load_canonical(options.targets, nullptr, 0, context));
    if (!options.base.empty()) {
      LP_TRY(sides.before, load_canonical({options.base}, &sides.after.catalog, sides.after.server_version, context));
    }
    return sides;
  }
  LP_TRY(sides.after, load(options.targets, context));
  if (!options.base.empty()) {
    LP_TRY(sides.before, load({options.base}, context));
  }
  return sides;
}

/// The place of an object, or of what it is part of.
Span place_of(const std::string& text, const Catalog& catalog) {
  const auto id = ObjectId::parse(text);
  const Object* object = id ? catalog.find(*id) : nullptr;
  if (id && !object && !id->member.empty()) object = catalog.find({KindId::Table, id->schema, id->name, "", ""});
  while (object && object->origin.is_nowhere() && object->parent) object = catalog.find(*object->parent);
  return object ? object->origin : Span{};
}

std::vector<LintItem> items_of(std::vector<plan::Step> steps, const Catalog& after) {
  std::vector<LintItem> items;
  for (plan::Step& step : steps) {
    LintItem item;
    for (const plan::StepHazard& hazard : step.hazards) item.spans.push_back(place_of(hazard.object, after));
    item.step = std::move(step);
    items.push_back(std::move(item));
  }
  return items;
}

/// Advice about what the change touches.
void add_advice(const Sides& sides, const std::vector<Delta>& deltas, std::vector<plan::Step>& steps) {
  for (const Delta& delta : deltas) {
    if (!delta.after) continue;
    std::vector<Hazard> hazards;
    kinds::advise(*delta.after, sides.after.catalog, hazards);
    if (hazards.empty()) continue;
    plan::Step step;
    for (const Hazard& hazard : hazards) {
      const bool is_note = diag::info(hazard.code).severity == diag::Severity::note;
      step.hazards.push_back({diag::code_text(hazard.code), is_note ? "note" : "warning", hazard.message, hazard.object.text(), ""});
    }
    steps.push_back(std::move(step));
  }
}

Result<std::vector<plan::Step>> steps_without_server(const Sides& sides, const Catalog& wanted, const Config& config, diag::Sink& sink) {
  diag::Sink order;      // that a new column comes last is no hazard
  const Catalog target = plan::reconcile(sides.before.catalog, wanted, "", kUsualServer, order);
  const std::vector<Action> actions = plan::plan_actions(sides.before.catalog, target, {kUsualServer, ""}, sink);
  plan::refuse_drops_of_protected(actions, sides.before.catalog, wanted, config.protect, sink);
  if (sink.has_errors()) return Failure::reported();
  std::vector<plan::Step> steps = plan::to_steps(actions, {.before = &sides.before.catalog, .server_version = kUsualServer});
  plan::judge_locks(steps);
  plan::allow_by_hints(steps, sides.before.catalog, wanted);
  return steps;
}

Result<std::vector<plan::Step>> steps_by_server(const Sides& sides, const plan::Scope& scope, const Config& config, Context& context) {
  LP_TRY(shadow::ShadowServer * server, context.shadow(sides.after.server_version));
  const shadow::PlanRequest request{sides.before.catalog, sides.after.catalog, scope, "", server->server_version(), nullptr, false, config.protect};
  LP_TRY(plan::Plan plan, shadow::make_plan(*server, request, context.fragments, context.sink));
  return std::move(plan.steps);
}

}  // namespace

Result<std::vector<LintItem>> lint_sources(const LintOptions& options, Context& context) {
  LP_TRY(const Config config, load_config());
  LP_TRY(Sides sides, load_sides(options, false, context));
  plan::Scope scope = joined(sides.after.scope, sides.before.scope);
  Catalog wanted = plan::overlay(sides.before.catalog, sides.after.catalog, scope);
  diag::Sink quiet;
  std::vector<Delta> deltas = plan::diff(sides.before.catalog, wanted);
  const bool mixed = !options.base.empty() && sides.before.canonical != sides.after.canonical;
  const bool needs_server = mixed || !plan::find_renames(sides.before.catalog, wanted, quiet).empty() ||
                            !plan::moves_along(sides.before.catalog, wanted).empty() || std::ranges::any_of(deltas, differs_in_sql);
  std::vector<plan::Step> steps;
  if (needs_server) {
    LP_TRY(sides, load_sides(options, true, context));
    LP_TRY(steps, steps_by_server(sides, scope, config, context));
    wanted = plan::overlay(sides.before.catalog, sides.after.catalog, scope);
    deltas = plan::diff(sides.before.catalog, wanted);
  } else {
    LP_TRY(steps, steps_without_server(sides, wanted, config, context.sink));
  }
  std::vector<plan::Step> advice;
  add_advice(sides, deltas, advice);
  plan::allow_by_hints(advice, sides.before.catalog, wanted);
  std::ranges::move(advice, std::back_inserter(steps));
  LP_DO(allow_hazards(steps, options.allow, config));
  return items_of(std::move(steps), wanted);
}

}  // namespace lpc::cli
