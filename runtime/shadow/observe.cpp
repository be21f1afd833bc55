#include "shadow/observe.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "kinds/kind.h"
#include "kinds/parts.h"
#include "plan/steps.h"

namespace lpc::shadow {

namespace {

using IdSet = std::unordered_set<ObjectId, ObjectIdHash>;

/// Schemas first, then what stands in them, then members.
int depth(const ObjectId& id) { return id.schema.empty() && id.member.empty() ? 0 : id.member.empty() ? 1 : 2; }

/// Said of what lpc itself would have dropped or rebuilt; whoever wrote the statement may have found another way.
bool is_about_a_drop(diag::Code code) {
  switch (code) {
    case diag::Code::kDropsTable:
    case diag::Code::kDropsColumn:
    case diag::Code::kDropsSchema:
    case diag::Code::kDropsData:
    case diag::Code::kDropsIndex:
    case diag::Code::kDropsUsed:
    case diag::Code::kDropsConstraint:
    case diag::Code::kChangesSignature:
    case diag::Code::kLeavesParent:
    case diag::Code::kRebuildsTable: return true;
    default: return false;
  }
}

/// Said of what is new as well: it lets somebody see or do more than before.
bool is_about_rights(diag::Code code) {
  switch (code) {
    case diag::Code::kGrantsToPublic:
    case diag::Code::kDefinerWithoutPath:
    case diag::Code::kViewPassesRowSecurity:
    case diag::Code::kPolicyWithoutRowSecurity:
    case diag::Code::kPowerfulRole: return true;
    default: return false;
  }
}

/// Said of a column whose type has another name now, although it is the same type.
bool is_about_a_type(diag::Code code) {
  return code == diag::Code::kTypeChangeMayFail || code == diag::Code::kNarrowsType || code == diag::Code::kRewritesTable;
}

/// Objects of `before` that a row of `after` still is, under whatever name.
IdSet survivors(const Moment& before, const Moment& after) {
  IdSet alive;
  for (const auto& [row, id] : before.identities) {
    if (after.identities.contains(row)) alive.insert(id);
  }
  return alive;
}

/// Whether the object, or what it is part of, was there when the plan began. What the plan itself has made holds no rows that could suffer.
bool is_old(const ObjectId& id, const Moment& moment, const introspect::Identities& start) {
  const Object* object = moment.catalog.find(id);
  while (object && object->parent) object = moment.catalog.find(*object->parent);
  if (!object) return true;
  return std::any_of(moment.identities.begin(), moment.identities.end(), [&](const auto& entry) { return entry.second == object->id && start.contains(entry.first); });
}

void add_renamed_parts(const Object& before, const Object& after, plan::Renames& renames) {
  const std::vector<std::string> was = before.attributes.texts("_part_ids"), is = after.attributes.texts("_part_ids");
  const std::vector<std::string> old_names = kinds::part_names(before), new_names = kinds::part_names(after);
  for (std::size_t i = 0; i < is.size(); ++i) {
    const auto same = std::ranges::find(was, is[i]);
    if (same == was.end()) continue;
    const std::string& old_name = old_names[static_cast<std::size_t>(same - was.begin())];
    if (old_name != new_names[i]) renames.emplace_back(kinds::part_id(before.id, old_name), kinds::part_id(after.id, new_names[i]));
  }
}

/// The catalog with the names that parts get.
Catalog with_renamed_parts(const Catalog& catalog, const plan::Renames& renames) {
  CatalogBuilder builder(catalog);
  for (const auto& [before, after] : renames) {
    if (Object* object = kinds::is_part(before) ? builder.find(kinds::object_of(before)) : nullptr) kinds::rename_part(*object, before.member, after.member);
  }
  return builder.finish();
}

}  // namespace

plan::Renames renames_between(const Catalog& catalog_before, const introspect::Identities& before, const Catalog& catalog_after, const introspect::Identities& after) {
  plan::Renames renames;
  IdSet seen;
  std::unordered_map<std::string, std::string> schemas;
  for (const auto& [row, id] : before) {
    const auto now = after.find(row);
    if (now != after.end() && now->second.kind == id.kind && depth(id) == 0 && depth(now->second) == 0) schemas.emplace(id.name, now->second.name);
  }
  for (const auto& [row, id] : before) {
    const auto now = after.find(row);
    if (now == after.end() || now->second == id || now->second.kind != id.kind || !kinds::kind(id.kind).rename) continue;
    const auto schema = schemas.find(id.schema);
    const bool moved = (schema == schemas.end() ? id.schema.str() : schema->second) != now->second.schema;
    const bool renamed = id.own_name() != now->second.own_name();
    if ((renamed || (moved && id.member.empty())) && seen.insert(id).second) renames.emplace_back(id, now->second);
  }
  for (const auto& [now, then] : survivors_between(before, after)) {
    if (!kinds::has_parts(now.kind)) continue;
    const Object *object = catalog_after.find(now), *old = catalog_before.find(then);
    if (object && old) add_renamed_parts(*old, *object, renames);
  }
  std::sort(renames.begin(), renames.end(), [](const auto& a, const auto& b) {
    const int x = depth(a.second), y = depth(b.second);
    return x != y ? x < y : a.second < b.second;
  });
  return renames;
}

plan::Survivors survivors_between(const introspect::Identities& before, const introspect::Identities& after) {
  plan::Survivors survivors;
  IdSet changed;
  for (const auto& [row, now] : after) {
    const auto then = before.find(row);
    if (then == before.end() || survivors.emplace(now, then->second).first->second != then->second) changed.insert(now);
  }
  for (const ObjectId& id : changed) survivors.erase(id);
  return survivors;
}

std::vector<plan::Loss> observe(const introspect::Identities& start, const Moment& before, const Moment& after, const plan::PlannerOptions& options, plan::Step& step) {
  diag::Sink ignored;    // that lpc couldn't plan this change is no mistake of the step
  plan::Renames renames = renames_between(before.catalog, before.identities, after.catalog, after.identities);
  std::erase_if(renames, [&](const auto& pair) { return !before.catalog.has(kinds::object_of(pair.first)) || !after.catalog.has(kinds::object_of(pair.second)); });
  const bool parts_renamed = std::ranges::any_of(renames, [](const auto& pair) { return kinds::is_part(pair.first); });
  std::vector<Action> actions = plan::plan_actions(parts_renamed ? with_renamed_parts(before.catalog, renames) : before.catalog, after.catalog, options, ignored);
  const IdSet alive = survivors(before, after);
  const bool types_renamed = std::ranges::any_of(renames, [](const auto& pair) { return kinds::kind(pair.first.kind).traits.swappable && !kinds::is_part(pair.first); });
  IdSet renamed;
  for (const auto& [was, is] : renames) renamed.insert(is);
  for (Action& action : actions) {
    // What a step before this one has made holds no rows, and isn't there to be asked.
    if (!is_old(action.object, before.catalog.has(action.object) ? before : after, start)) action.checks.clear();
    std::erase_if(action.hazards, [&](const Hazard& hazard) {
      if (renamed.contains(hazard.object)) return true;      // it isn't new, and was as it is
      if (!is_about_rights(hazard.code) && !is_old(hazard.object, before.catalog.has(hazard.object) ? before : after, start)) return true;
      if (is_about_a_drop(hazard.code)) return !before.catalog.has(hazard.object) || alive.contains(hazard.object);
      if (types_renamed && is_about_a_type(hazard.code)) return true;
      return !step.transactional && hazard.code == diag::Code::kBlockingIndexBuild;
    });
  }
  std::vector<std::string> objects;
  std::vector<plan::StepHazard> hazards;
  std::vector<plan::StepCheck> checks;
  // The hazards of a name that changes; the statements are the step's own.
  for (const plan::Step& planned : plan::to_steps(plan::rename_actions(before.catalog, renames), {})) {
    hazards.insert(hazards.end(), planned.hazards.begin(), planned.hazards.end());
  }
  for (const plan::Step& planned : plan::to_steps(actions, {})) {
    for (const std::string& object : planned.objects) {
      if (std::find(objects.begin(), objects.end(), object) == objects.end()) objects.push_back(object);
    }
    hazards.insert(hazards.end(), planned.hazards.begin(), planned.hazards.end());
    checks.insert(checks.end(), planned.checks.begin(), planned.checks.end());
  }
  if (step.objects.empty()) step.objects = std::move(objects);
  if (step.hazards.empty()) step.hazards = std::move(hazards);
  if (step.checks.empty()) step.checks = std::move(checks);
  std::vector<plan::Loss> losses = plan::losses(actions);
  if (!losses.empty()) step.reversible = "lossy";
  return losses;
}

}  // namespace lpc::shadow
