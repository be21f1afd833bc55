// `@renamed_from`: which live object becomes which desired one. Expressions that name it are rewritten by Postgres itself, so the planner's caller
// carries the renames out on the shadow and reads the catalog back before it compares anything.
#include <algorithm>
#include <tuple>

#include "kinds/kind.h"
#include "plan/planner.h"

namespace lpc::plan {

namespace {

/// The id that `object` had: the hint's name in place of its own, and its holder's old name when that was renamed too.
ObjectId old_id(const Object& object, const std::string& old_name, const Catalog& desired) {
  ObjectId id = object.id;
  (id.member.empty() ? id.name : id.member) = old_name;
  if (id.member.empty() || !object.parent) return id;
  const Object* holder = desired.find(*object.parent);
  if (!holder) return id;
  for (const PlanningHint& hint : holder->hints) {
    if (hint.name == "renamed_from" && !hint.arguments.empty()) id.name = hint.arguments.front();
  }
  return id;
}

/// Schemas first, then what stands in them, then members: by then the outer name is the new one.
int depth(const ObjectId& id) { return id.schema.empty() && id.member.empty() ? 0 : id.member.empty() ? 1 : 2; }

}  // namespace

Renames find_renames(const Catalog& live, const Catalog& desired, diag::Sink& sink) {
  Renames renames;
  for (const Object& object : desired.objects()) {
    for (const PlanningHint& hint : object.hints) {
      if (hint.name != "renamed_from" || hint.arguments.empty()) continue;
      const ObjectId before = old_id(object, hint.arguments.front(), desired);
      if (live.has(before) && !live.has(object.id)) {
        renames.emplace_back(before, object.id);
      } else if (live.has(object.id)) {
        sink.add(diag::make(diag::Code::kStaleHint, hint.span, "renamed_from", object.id.text()));
      } else {
        sink.add(diag::make(diag::Code::kHintMatchesNothing, hint.span, "renamed_from", before.text()));
      }
    }
  }
  std::sort(renames.begin(), renames.end(), [](const auto& a, const auto& b) {
    const int x = depth(a.second), y = depth(b.second);
    return x != y ? x < y : a.second < b.second;
  });
  return renames;
}

std::vector<Action> rename_actions(const Catalog& live, const Renames& renames) {
  std::vector<Action> actions;
  for (const auto& [before, after] : renames) {
    const kinds::Kind& kind = kinds::kind(after.kind);
    const Object* object = live.find(before);
    LP_CHECK(object);
    if (!kind.rename) continue;
    Object renamed_holder = *object;                       // the holder has its new name by now
    if (!after.member.empty()) renamed_holder.id.name = after.name;
    renamed_holder.id.schema = after.member.empty() ? before.schema : after.schema;
    Action action;
    action.type = ActionType::rename;
    action.object = after;
    action.description = "Rename " + before.text() + " to " + after.own_name();
    kind.rename(renamed_holder, after, action);
    actions.push_back(std::move(action));
  }
  return actions;
}

}  // namespace lpc::plan
