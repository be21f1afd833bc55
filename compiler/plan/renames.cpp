// `@renamed_from`: which live object becomes which desired one. Expressions that name it are rewritten by Postgres itself, so the planner's caller
// carries the renames out on the shadow and reads the catalog back before it compares anything.
#include <algorithm>
#include <map>
#include <set>

#include "kinds/common.h"
#include "kinds/judge.h"
#include "kinds/kind.h"
#include "kinds/parts.h"
#include "plan/planner.h"

namespace lpc::plan {

namespace {

/// What a hint asks for.
struct Wish {
  ObjectId before, after;
  const PlanningHint* hint;
};

/// Schemas first, then what stands in them, then members: by then the outer name is the new one.
int depth(const ObjectId& id) { return id.schema.empty() && id.member.empty() ? 0 : id.member.empty() ? 1 : 2; }

bool has(const Catalog& catalog, const ObjectId& id) {
  const Object* object = catalog.find(kinds::object_of(id));
  if (!object || !kinds::is_part(id)) return object != nullptr;
  const std::vector<std::string> parts = kinds::part_names(*object);
  return std::ranges::find(parts, id.member.str()) != parts.end();
}

/// The arguments of a routine may name a type that is renamed too: then the only one of the old name is meant.
ObjectId with_old_arguments(const ObjectId& id, const Catalog& live) {
  if (id.arguments.empty() || live.has(id)) return id;
  std::vector<const Object*> same_name;
  for (const Object& other : live.objects()) {
    if (other.id.kind == id.kind && other.id.schema == id.schema && other.id.name == id.name && other.id.member == id.member) same_name.push_back(&other);
  }
  return same_name.size() == 1 ? same_name.front()->id : id;
}

/// What the object's hints ask for, of itself and of its parts. `outer` are the renames of what it stands in.
std::vector<Wish> wishes_of(const Object& object, const Catalog& live, const Renames& outer) {
  std::vector<Wish> wishes;
  for (const PlanningHint& hint : object.hints) {
    if (hint.name == "renamed_from" && !hint.arguments.empty()) {
      ObjectId before = id_before(object.id, outer);
      (before.member.empty() ? before.name : before.member) = hint.arguments.front();
      wishes.push_back({with_old_arguments(before, live), object.id, &hint});
    } else if (hint.name == kinds::kRenamedPart) {
      wishes.push_back({kinds::part_id(id_before(object.id, outer), hint.arguments[0]), kinds::part_id(object.id, hint.arguments[1]), &hint});
    }
  }
  return wishes;
}

/// Those that can come true: what bears the new name now, if anything does, is renamed as well. (So wishes that would only exchange names aren't among them: nobody could tell whether that has
/// been done.)
std::vector<Wish> take_possible(std::vector<Wish>& wishes, const Catalog& live) {
  std::vector<Wish> possible;
  const auto is_free = [&](const Wish& wish) {
    return has(live, wish.before) && (!has(live, wish.after) || std::ranges::any_of(possible, [&](const Wish& other) { return other.before == wish.after; }));
  };
  for (auto at = std::ranges::find_if(wishes, is_free); at != wishes.end(); at = std::ranges::find_if(wishes, is_free)) {
    possible.push_back(*at);
    wishes.erase(at);
  }
  return possible;
}

/// What a new name means to clients.
void judge_rename(const Object& object, const Catalog& live, Action& action) {
  const auto nothing = [](const ObjectId&) { return false; };
  const kinds::ChangeContext context{live, live, 0, "", nothing, nothing, nothing};
  if (!action.sql.empty()) kinds::judge({&object, &object, action, context}, action.hazards);
}

/// Names in the way of others: relations of all kinds share theirs.
std::vector<std::string> names_taken(const Object& object, const ObjectId& id) {
  const auto slots = kinds::kind(id.kind).slots;
  Object named = object;
  named.id = id;
  std::vector<std::string> names = slots && !kinds::is_part(id) ? slots(named) : std::vector<std::string>{};
  names.push_back(id.text());
  return names;
}

/// A rename that is still to be carried out.
struct Pending {
  ObjectId before, after;
  ObjectId now;                ///< what it is called as soon as what it stands in has its new name
  const Object* object;
  std::vector<std::string> taken = names_taken(*object, now);
  std::vector<std::string> wanted = names_taken(*object, after);

  bool is_in_the_way_of(const Pending& other) const {
    return std::ranges::any_of(taken, [&](const std::string& name) { return std::ranges::find(other.wanted, name) != other.wanted.end(); });
  }
};

ObjectId with_outer_names(const ObjectId& before, const ObjectId& after, const Renames& renames) {
  ObjectId now = before;
  const auto schema = std::find_if(renames.begin(), renames.end(), [&](const auto& rename) { return rename.first == schema_id(before.schema); });
  if (!after.member.empty()) {
    now.schema = after.schema;
    now.name = after.name;
  } else if (schema != renames.end()) {
    now.schema = schema->second.name;
  }
  return now;
}

Action rename_action(const Pending& pending, const ObjectId& to) {
  Action action;
  action.type = ActionType::rename;
  action.object = to;
  action.renamed_from = pending.now;
  Object object = *pending.object;
  object.id = kinds::object_of(pending.now);
  kinds::kind(to.kind).rename(object, to, action);
  return action;
}

}  // namespace

Renames find_renames(const Catalog& live, const Catalog& desired, diag::Sink& sink) {
  Renames renames;
  std::vector<const Object*> hinted;
  for (const Object& object : desired.objects()) {
    if (!object.hints.empty()) hinted.push_back(&object);
  }
  for (int level = 0; level <= 2; ++level) {
    std::vector<Wish> wishes;
    for (const Object* object : hinted) {
      for (Wish& wish : wishes_of(*object, live, renames)) {
        if (depth(wish.after) == level) wishes.push_back(std::move(wish));
      }
    }
    std::vector<Wish> possible = take_possible(wishes, live);
    std::ranges::sort(possible, [](const Wish& a, const Wish& b) { return a.after < b.after; });
    for (const Wish& wish : possible) renames.emplace_back(wish.before, wish.after);
    for (const Wish& wish : wishes) {
      if (has(live, id_before(wish.after, renames))) {
        sink.add(diag::make(diag::Code::kStaleHint, wish.hint->span, "renamed_from", wish.after.text()));
      } else {
        sink.add(diag::make(diag::Code::kHintMatchesNothing, wish.hint->span, "renamed_from", wish.before.text()));
      }
    }
  }
  return renames;
}

Renames with_room(Renames renames, const Catalog& live) {
  std::set<std::string> wanted;
  std::set<ObjectId> renamed;
  for (const auto& [before, after] : renames) {
    const Object* object = live.find(kinds::object_of(before));
    if (!object || !kinds::kind(after.kind).rename) continue;
    const std::vector<std::string> names = names_taken(*object, after);
    wanted.insert(names.begin(), names.end());
    renamed.insert(before);
  }
  std::map<ObjectId, ObjectId> present(renames.begin(), renames.end());
  // Of a member: its relation may have another name by then.
  const auto in_present_relation = [&](const Object& object, ObjectId id) {
    const auto relation = object.parent ? present.find(*object.parent) : present.end();
    if (!id.member.empty() && relation != present.end()) {
      id.schema = relation->second.schema;
      id.name = relation->second.name;
    }
    return id;
  };
  Renames aside;
  for (const Object& object : live.objects()) {
    const std::vector<std::string> names = names_taken(object, in_present_relation(object, object.id));
    const bool is_in_the_way = std::ranges::any_of(names, [&](const std::string& name) { return wanted.contains(name); });
    if (!is_in_the_way || renamed.contains(object.id) || !kinds::kind(object.id.kind).rename) continue;
    aside.emplace_back(object.id, kinds::aside_of(object.id));
  }
  present.insert(aside.begin(), aside.end());
  for (auto& [before, after] : aside) after = in_present_relation(*live.find(before), after);
  renames.insert(renames.end(), aside.begin(), aside.end());
  return renames;
}

std::vector<Action> rename_actions(const Catalog& live, const Renames& renames) {
  std::vector<Pending> pending;
  for (const auto& [before, after] : renames) {
    const Object* object = live.find(kinds::object_of(before));
    LP_CHECK(object);
    if (kinds::kind(after.kind).rename) pending.push_back({before, after, with_outer_names(before, after, renames), object});
  }
  std::vector<Action> actions;
  while (!pending.empty()) {
    const auto is_free = [&](const Pending& one) {
      return std::ranges::none_of(pending, [&](const Pending& other) { return depth(other.after) <= depth(one.after) && &other != &one && other.is_in_the_way_of(one); });
    };
    const auto next = std::ranges::find_if(pending, is_free);
    if (next == pending.end()) {                           // they exchange their names
      const ObjectId aside = kinds::aside_of(pending.front().now);
      actions.push_back(rename_action(pending.front(), aside));
      actions.back().description = "Move " + kinds::spoken(pending.front().now) + " aside";
      actions.back().renamed_from.reset();
      pending.front().now = aside;
      pending.front().taken = names_taken(*pending.front().object, aside);
      continue;
    }
    actions.push_back(rename_action(*next, next->after));
    Action& action = actions.back();
    action.renamed_from = next->before;
    if (!kinds::is_part(next->after)) action.description = "Rename " + next->before.text() + " to " + next->after.own_name();
    judge_rename(*next->object, live, action);
    pending.erase(next);
  }
  std::erase_if(actions, [](const Action& action) { return action.sql.empty(); });    // renamed along with something else
  return actions;
}

std::vector<Action> moves_along(const Catalog& live, const Catalog& desired) {
  std::vector<Action> actions;
  std::set<std::string> said;      // two of them may need the same new schema
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    if (kind->traits.moves_along == nullptr) continue;
    for (const Object& after : desired.of(kind->id)) {
      const Object* before = live.find(after.id);
      if (before == nullptr || after.external) continue;
      Action action;
      action.type = ActionType::alter;
      action.object = after.id;
      action.sql = kind->traits.moves_along(*before, after, live, desired);
      std::erase_if(action.sql, [&](const Sql& statement) { return !said.insert(statement.text).second; });
      action.description = "Move " + kinds::spoken(after.id) + " with what it holds";
      if (!action.sql.empty()) actions.push_back(std::move(action));
    }
  }
  return actions;
}

Catalog without_old_names(const Catalog& renamed, const Catalog& live, const Renames& renames) {
  Catalog result = renamed;
  for (const Object& object : renamed.objects()) {
    for (const kinds::AttributeRule& rule : kinds::kind(object.id.kind).attributes) {
      if (!rule.unsaid_keeps_live || rule.content != kinds::Content::name || !object.attributes.has(rule.name)) continue;
      const Object* before = live.find(id_before(object.id, renames));
      const bool is_held = rule.held && rule.held(object, renamed);
      if (before && !before->attributes.has(rule.name) && !is_held) result.edit(object.id)->attributes.remove(rule.name);
    }
  }
  return result;
}

}  // namespace lpc::plan
