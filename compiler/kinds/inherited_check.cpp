#include "kinds/inherited_check.h"

#include <algorithm>
#include <iterator>

#include "kinds/common.h"
#include "kinds/constraint.h"
#include "kinds/inheritance.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

bool is_check(const Object& constraint) { return constraint.attributes.text("type") == "check"; }

ObjectId of_table(const ObjectId& check, const ObjectId& table) { return {check.kind, table.schema, table.name, check.member, ""}; }

/// The checks of that name in the tables above, from the top down.
std::vector<const Object*> above(const Object& check, const Catalog& catalog) {
  std::vector<const Object*> result;
  for (const ObjectId& table : Lineage(catalog).ancestors(relation_id(check))) {
    if (const Object* found = inheritable_check(table, check.id.member, catalog)) result.push_back(found);
  }
  return result;
}

/// The check as that table would have it.
Object copy_for(const Object& check, const ObjectId& table) {
  Object copy = check;
  copy.id = of_table(check.id, table);
  copy.parent = table;
  return copy;
}

/// One of the checks of a name in tables that inherit from each other.
struct Relative {
  const Object* check;
  std::vector<const Object*> above;
};

/// The check, those above and below it, those above and below these, …, each after those above it.
std::vector<Relative> relatives(const Object& check, const Catalog& catalog) {
  std::vector<Relative> found;
  const auto add = [&](const Object* other) {
    if (std::ranges::find(found, other, &Relative::check) == found.end()) found.push_back({other, above(*other, catalog)});
  };
  add(catalog.find(check.id));
  for (std::size_t at = 0; at < found.size(); ++at) {
    for (const Object* each : std::vector<const Object*>(found[at].above)) add(each);
    if (found[at].check->attributes.flag("no_inherit")) continue;
    for (const ObjectId& table : descendants(catalog, relation_id(*found[at].check))) {
      const Object* below = catalog.find(of_table(check.id, table));
      if (below != nullptr && is_check(*below)) add(below);
    }
  }
  std::ranges::sort(found, [](const Relative& a, const Relative& b) { return a.above.size() != b.above.size() ? a.above.size() < b.above.size() : a.check->id < b.check->id; });
  return found;
}

}  // namespace

bool is_there_unproved(const Object& check, const ChangeContext& context) {
  if (!is_check(check) || check.attributes.flag("not_valid")) return false;
  const std::vector<const Object*> inherited = above(check, context.before);
  return std::ranges::any_of(inherited, [&](const Object* each) { return each->attributes.flag("not_valid") && !context.is_dropped(each->id); });
}

bool is_inherited_check(const Object& check, const Catalog& catalog) { return !above(check, catalog).empty(); }

namespace {

/// The table, and those above it.
std::vector<ObjectId> with_ancestors(const ObjectId& table, const Catalog& catalog) {
  std::vector<ObjectId> result = Lineage(catalog).ancestors(table);
  result.push_back(table);
  return result;
}

bool is_given_by(const std::vector<ObjectId>& parents, const Object& check, const Catalog& catalog) {
  return std::ranges::any_of(parents, [&](const ObjectId& parent) {
    return std::ranges::any_of(with_ancestors(parent, catalog), [&](const ObjectId& table) { return inheritable_check(table, check.id.member, catalog) != nullptr; });
  });
}

/// Calls `visit` once for each check that the table has, or would have, from these parents, with the check as the table's.
template <class Visit>
void each_given_check(const ObjectId& table, const std::vector<ObjectId>& parents, const Catalog& catalog, Visit visit) {
  std::vector<std::string> seen;
  for (const ObjectId& parent : parents) {
    for (const ObjectId& above : with_ancestors(parent, catalog)) {
      for (const Object* part : catalog.children(above)) {
        if (part->id.kind != KindId::Constraint || inheritable_check(above, part->id.member, catalog) == nullptr) continue;
        if (std::ranges::find(seen, part->id.member.str()) != seen.end()) continue;
        seen.push_back(part->id.member);
        visit(*part, copy_for(*part, table));
      }
    }
  }
}

}  // namespace

std::vector<std::string> checks_left(const ObjectId& table, const ParentChange& change, const ChangeContext& context) {
  std::vector<std::string> names;
  each_given_check(table, change.left, context.before, [&](const Object&, const Object& own) {
    if (context.before.has(own.id) || context.after.has(own.id) || is_given_by(change.stay, own, context.before)) return;
    names.push_back(own.id.member);
  });
  return names;
}

AroundInherit around_inherit(const ObjectId& table, const ParentChange& change, const ChangeContext& context) {
  AroundInherit result;
  each_given_check(table, change.joined, context.after, [&](const Object& part, const Object& own) {
    if (context.after.has(own.id) || is_given_by(change.stay, own, context.before)) return;
    // What is made later is made for this table, too. A new parent has its own from the beginning.
    const bool is_new = !context.before.has(part.id) || context.is_created(part.id);
    if (!change.after_parts && is_new && !context.is_created(relation_id(part))) return;
    Action adding;
    for (const Object* check : above(own, context.after)) {
      result.before.push_back(drop_constraint_statement(*check));
      adding.sql.push_back(add_constraint_statement(*check, check->attributes.flag("not_valid")));
      restore_comment(*check, "CONSTRAINT", kind(check->id.kind).address(check->id), adding);
    }
    std::ranges::move(adding.sql, std::back_inserter(result.after));
  });
  return result;
}

namespace {

/// Of those, what has to do with the check: tables that leave their parents may have nothing else in common.
void keep_connected(std::vector<Relative>& go, std::vector<const Object*>& in_the_way, const Object* check) {
  std::vector<const Object*> connected{check};
  const auto is_in = [](const auto& list, const Object* object) { return std::ranges::find(list, object) != list.end(); };
  const auto goes = [&](const Object* object) { return std::ranges::find(go, object, &Relative::check) != go.end() || is_in(in_the_way, object); };
  for (std::size_t known = 0; known != connected.size();) {
    known = connected.size();
    for (const Relative& relative : go) {
      const bool touches = is_in(connected, relative.check) || std::ranges::any_of(relative.above, [&](const Object* each) { return is_in(connected, each); });
      if (!touches) continue;
      if (!is_in(connected, relative.check)) connected.push_back(relative.check);
      for (const Object* each : relative.above) {
        if (goes(each) && !is_in(connected, each)) connected.push_back(each);
      }
    }
  }
  std::erase_if(go, [&](const Relative& relative) { return !is_in(connected, relative.check); });
  std::erase_if(in_the_way, [&](const Object* each) { return !is_in(connected, each); });
}

}  // namespace

bool drop_own_check(const Object& check, const ChangeContext& context, Action& action) {
  if (!is_check(check)) return false;
  const Lineage later(context.after);
  std::vector<Relative> go;
  std::vector<const Object*> in_the_way;      // above one that goes: kept, or gone with its table only
  for (Relative& relative : relatives(check, context.before)) {
    if (!context.is_dropped(relative.check->id) || context.is_dropped(relation_id(*relative.check))) continue;
    const std::vector<ObjectId> tables = later.ancestors(relation_id(*relative.check));
    for (const Object* each : relative.above) {
      const bool table_goes = context.is_dropped(relation_id(*each));
      if (context.is_dropped(each->id) && !table_goes) continue;
      // A table that ceases to inherit keeps the check as its own alone, which can be dropped then.
      if (!table_goes && std::ranges::find(tables, relation_id(*each)) == tables.end()) continue;
      if (std::ranges::find(in_the_way, each) == in_the_way.end()) in_the_way.push_back(each);
    }
    go.push_back(std::move(relative));
  }
  keep_connected(go, in_the_way, context.before.find(check.id));
  if (go.size() < 2 && in_the_way.empty()) return false;
  if (go.front().check->id != check.id) return true;

  for (const Object* each : in_the_way) go.push_back({each, above(*each, context.before)});
  std::ranges::stable_sort(go, {}, [](const Relative& relative) { return relative.above.size(); });
  for (const Relative& each : go) action.sql.push_back(drop_constraint_statement(*each.check));
  for (const Relative& each : go) {
    const Object* kept = context.is_dropped(each.check->id) ? nullptr : context.after.find(each.check->id);
    if (kept == nullptr) continue;
    action.sql.push_back(add_constraint_statement(*kept, kept->attributes.flag("not_valid")));
    restore_comment(*kept, "CONSTRAINT", kind(kept->id.kind).address(kept->id), action);
  }
  return true;
}

}  // namespace lpc::kinds
