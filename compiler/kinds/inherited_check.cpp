#include "kinds/inherited_check.h"

#include <algorithm>

#include "kinds/common.h"
#include "kinds/constraint.h"
#include "kinds/inheritance.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

bool is_check(const Object& constraint) { return constraint.attributes.text("type") == "check"; }

ObjectId of_table(const ObjectId& check, const ObjectId& table) { return {check.kind, table.schema, table.name, check.member, ""}; }

/// That table's own check of the name, if those below have it from there.
const Object* inheritable(const ObjectId& check, const ObjectId& table, const Catalog& catalog) {
  const Object* found = catalog.find(of_table(check, table));
  return found != nullptr && is_check(*found) && !found->attributes.flag("no_inherit") ? found : nullptr;
}

/// The tables above, each before those that have columns from it.
std::vector<ObjectId> ancestors(const ObjectId& table, const Lineage& lineage) {
  std::vector<ObjectId> result;
  for (const ObjectId& parent : lineage.parents(table)) {
    for (const ObjectId& above : ancestors(parent, lineage)) {
      if (std::ranges::find(result, above) == result.end()) result.push_back(above);
    }
    if (std::ranges::find(result, parent) == result.end()) result.push_back(parent);
  }
  return result;
}

/// The checks of that name in the tables above, from the top down.
std::vector<const Object*> above(const Object& check, const Catalog& catalog) {
  std::vector<const Object*> result;
  for (const ObjectId& table : ancestors(relation_id(check), Lineage(catalog))) {
    if (const Object* found = inheritable(check.id, table, catalog)) result.push_back(found);
  }
  return result;
}

Sql drop_statement(const Object& check) { return sql("ALTER TABLE {} DROP CONSTRAINT {}", relation_of(check.id), ident(check.id.member)); }

bool is_new(const Object& check, const ChangeContext& context) { return context.is_created(check.id) && !context.before.has(check.id); }

}  // namespace

bool is_there_unproved(const Object& check, const ChangeContext& context) {
  if (!is_check(check) || check.attributes.flag("not_valid")) return false;
  const std::vector<const Object*> inherited = above(check, context.before);
  return std::ranges::any_of(inherited, [&](const Object* each) { return each->attributes.flag("not_valid") && !context.is_dropped(each->id); });
}

std::vector<Sql> drops_below(const Object& check, bool goes, const ChangeContext& context) {
  if (!is_check(check) || check.attributes.flag("no_inherit") || (!goes && !is_new(check, context))) return {};
  // The topmost one sees to all.
  const std::vector<const Object*> higher = above(check, goes ? context.before : context.after);
  if (std::ranges::any_of(higher, [&](const Object* each) { return goes ? context.is_dropped(each->id) : is_new(*each, context); })) return {};
  std::vector<std::pair<std::size_t, const Object*>> own;
  for (const ObjectId& table : descendants(context.before, relation_id(check))) {
    const Object* found = context.before.find(of_table(check.id, table));
    if (found == nullptr || !context.is_dropped(found->id) || context.is_dropped(table) || context.is_created(table)) continue;
    const OwnCheckDrop drop = own_check_drop(*found, context);
    if (drop.elsewhere) own.emplace_back(above(*found, context.before).size(), found);
  }
  std::ranges::sort(own, {}, &std::pair<std::size_t, const Object*>::first);
  std::vector<Sql> statements;
  for (const auto& [depth, each] : own) statements.push_back(drop_statement(*each));
  return statements;
}

OwnCheckDrop own_check_drop(const Object& check, const ChangeContext& context) {
  if (!is_check(check)) return {};
  const std::vector<const Object*> inherited = above(check, context.before);
  if (inherited.empty()) {
    const std::vector<const Object*> later = above(check, context.after);
    return {std::ranges::any_of(later, [&](const Object* each) { return is_new(*each, context); }), {}};
  }
  std::vector<const Object*> kept;
  const std::vector<ObjectId> tables = ancestors(relation_id(check), Lineage(context.after));
  for (const Object* each : inherited) {
    const Object* later = inheritable(check.id, relation_id(*each), context.after);
    if (later != nullptr && !context.is_dropped(each->id) && std::ranges::find(tables, relation_id(*each)) != tables.end()) kept.push_back(later);
  }
  if (kept.empty()) return {std::ranges::any_of(inherited, [&](const Object* each) { return context.is_dropped(each->id); }), {}};
  if (kept.size() < inherited.size()) return {};
  OwnCheckDrop drop;
  for (const Object* each : kept) drop.statements.push_back(drop_statement(*each));
  drop.statements.push_back(drop_statement(check));
  for (const Object* each : kept) {
    drop.statements.push_back(add_constraint_statement(*each, each->attributes.flag("not_valid")));
    if (each->attributes.has("comment")) {
      drop.statements.push_back(sql("COMMENT ON CONSTRAINT {} IS {}", kind(each->id.kind).address(each->id), literal(each->attributes.text("comment"))));
    }
  }
  return drop;
}

}  // namespace lpc::kinds
