// `@renamed_from`: which live object becomes which desired one. Expressions that name it are rewritten by Postgres itself, so the planner's caller
// carries the renames out on the shadow and reads the catalog back before it compares anything.
#include <algorithm>
#include <tuple>

#include "kinds/judge.h"
#include "kinds/kind.h"
#include "plan/planner.h"

namespace lpc::plan {

namespace {

const std::string* old_name(const Object* object) {
  if (!object) return nullptr;
  for (const PlanningHint& hint : object->hints) {
    if (hint.name == "renamed_from" && !hint.arguments.empty()) return &hint.arguments.front();
  }
  return nullptr;
}

/// The id that `object` had: the hint's name in place of its own, and the old names of its holder and its schema where those are renamed too.
ObjectId old_id(const Object& object, const Catalog& live, const Catalog& desired) {
  ObjectId id = object.id;
  (id.member.empty() ? id.name : id.member) = *old_name(&object);
  if (!id.schema.empty()) {
    if (const std::string* schema = old_name(desired.find(schema_id(id.schema)))) id.schema = *schema;
  }
  if (!id.member.empty() && object.parent) {
    if (const std::string* holder = old_name(desired.find(*object.parent))) id.name = *holder;
  }
  if (id.arguments.empty() || live.has(id)) return id;
  // The arguments may name a type that is renamed too: then the only one of the old name is meant.
  std::vector<const Object*> same_name;
  for (const Object& other : live.objects()) {
    if (other.id.kind == id.kind && other.id.schema == id.schema && other.id.name == id.name && other.id.member == id.member) same_name.push_back(&other);
  }
  return same_name.size() == 1 ? same_name.front()->id : id;
}

/// What a new name means to clients.
void judge_rename(const Object& object, const Catalog& live, Action& action) {
  const auto nothing = [](const ObjectId&) { return false; };
  const kinds::ChangeContext context{live, live, 0, "", nothing, nothing, nothing};
  if (!action.sql.empty()) kinds::judge({&object, &object, action, context}, action.hazards);
}

/// Schemas first, then what stands in them, then members: by then the outer name is the new one.
int depth(const ObjectId& id) { return id.schema.empty() && id.member.empty() ? 0 : id.member.empty() ? 1 : 2; }

}  // namespace

Renames find_renames(const Catalog& live, const Catalog& desired, diag::Sink& sink) {
  Renames renames;
  for (const Object& object : desired.objects()) {
    for (const PlanningHint& hint : object.hints) {
      if (hint.name != "renamed_from" || hint.arguments.empty()) continue;
      const ObjectId before = old_id(object, live, desired);
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

Catalog without_old_names(const Catalog& renamed, const Catalog& live, const Renames& renames) {
  CatalogBuilder builder(renamed);
  for (Object* object : builder.objects()) {
    for (const kinds::AttributeRule& rule : kinds::kind(object->id.kind).attributes) {
      if (!rule.unsaid_keeps_live || rule.content != kinds::Content::name || !object->attributes.has(rule.name)) continue;
      const Object* before = live.find(id_before(object->id, renames));
      if (before && !before->attributes.has(rule.name)) object->attributes.remove(rule.name);
    }
  }
  return builder.finish();
}

std::vector<Action> rename_actions(const Catalog& live, const Renames& renames) {
  std::vector<Action> actions;
  for (const auto& [before, after] : renames) {
    const kinds::Kind& kind = kinds::kind(after.kind);
    const Object* object = live.find(before);
    LP_CHECK(object);
    if (!kind.rename) continue;
    Object renamed_holder = *object;                       // the schema and the holder have their new names by now
    const auto schema = std::find_if(renames.begin(), renames.end(), [&](const auto& rename) { return rename.first == schema_id(before.schema); });
    if (!after.member.empty()) renamed_holder.id.name = after.name;
    if (!after.member.empty()) renamed_holder.id.schema = after.schema;
    else if (schema != renames.end()) renamed_holder.id.schema = schema->second.name;
    Action action;
    action.type = ActionType::rename;
    action.object = after;
    action.description = "Rename " + before.text() + " to " + after.own_name();
    kind.rename(renamed_holder, after, action);
    action.renamed_from = before;
    judge_rename(*object, live, action);
    actions.push_back(std::move(action));
  }
  return actions;
}

}  // namespace lpc::plan
