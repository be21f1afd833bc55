#include "kinds/inheritance.h"

#include <algorithm>

#include "kinds/identity_sequence.h"
#include "kinds/index.h"
#include "kinds/names.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

/// What a column doesn't have from its parent's.
constexpr std::string_view kOwn[] = {"statistics", "options", "server_options", "comment", "not_null_comment", "grants", "identity", "inherited", "_not_null_name",
                                      kSequenceComment, kSequenceLabels, kSequenceGrants, kSequenceRevokes, kSequenceGrantOrder};

bool contains(const std::vector<std::string>& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

void append_new(std::vector<std::string>& names, const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (!contains(names, name)) names.push_back(name);
  }
}

bool declares(const Lineage& lineage, const ObjectId& table, std::string_view column) {
  const Object* own = lineage.find(column_id(table, column));
  return own != nullptr && own->attributes.has("type");
}

}  // namespace

Lineage::Lineage(const Catalog& catalog) : find_([&catalog](const ObjectId& id) { return catalog.find(id); }) {}

Lineage::Lineage(CatalogBuilder& builder) : find_([&builder](const ObjectId& id) { return static_cast<const Object*>(builder.find(id)); }) {}

const Object* Lineage::partition(const ObjectId& table) const { return find_({KindId::Partition, table.schema, table.name, "", ""}); }

std::vector<ObjectId> Lineage::parents(const ObjectId& table) const { return known_parents(table); }

const std::vector<ObjectId>& Lineage::known_parents(const ObjectId& table) const {
  const auto known = parents_.find(table);
  return known != parents_.end() ? known->second : parents_.emplace(table, find_parents(table)).first->second;
}

std::vector<ObjectId> Lineage::find_parents(const ObjectId& table) const {
  std::vector<ObjectId> result;
  const auto add = [&](std::string_view text) {
    const ObjectId parent = table_named(text);
    if (find_(parent) != nullptr) result.push_back(parent);
  };
  if (const Object* attachment = partition(table)) {
    add(attachment->attributes.text("of"));
  } else if (const Object* object = find_(table)) {
    for (const std::string& parent : object->attributes.texts("inherits")) add(parent);
  }
  return result;
}

std::vector<const Object*> Lineage::chain(const ObjectId& table, std::string_view column) const {
  std::vector<const Object*> result;
  if (const Object* own = find_(column_id(table, column))) {
    result.push_back(own);
    if (own->attributes.has("type")) return result;
  }
  const std::vector<const Object*> rest = inherited_chain(table, column);
  if (rest.empty()) return {};
  result.insert(result.end(), rest.begin(), rest.end());
  return result;
}

std::vector<const Object*> Lineage::inherited_chain(const ObjectId& table, std::string_view column) const {
  std::vector<const Object*> result;
  for (const ObjectId& parent : known_parents(table)) {
    for (const Object* object : chain(parent, column)) {
      // (Two ways may lead to one ancestor.)
      if (std::ranges::find(result, object) == result.end()) result.push_back(object);
    }
  }
  return result;
}

const Object* Lineage::default_of(const ObjectId& table, std::string_view column) const {
  const ObjectId id = column_id(table, column);
  if (const Object* found = find_(default_id(id))) return found->attributes.flag("none") ? nullptr : found;
  const Object* own = find_(id);
  return own != nullptr && own->attributes.has("type") ? nullptr : inherited_default(table, column);
}

const Object* Lineage::inherited_default(const ObjectId& table, std::string_view column) const {
  for (const ObjectId& parent : known_parents(table)) {
    if (const Object* found = default_of(parent, column)) return found;
  }
  return nullptr;
}

std::vector<ObjectId> Lineage::ancestors(const ObjectId& table) const {
  std::vector<ObjectId> result;
  for (const ObjectId& parent : known_parents(table)) {
    std::vector<ObjectId> found = ancestors(parent);
    found.push_back(parent);
    for (ObjectId& each : found) {
      if (std::ranges::find(result, each) == result.end()) result.push_back(std::move(each));
    }
  }
  return result;
}

std::string Lineage::access_method(const ObjectId& table) const {
  const Object* object = find_(table);
  if (object != nullptr && object->attributes.has("access_method")) return object->attributes.text("access_method");
  const std::vector<ObjectId> above = partition(table) == nullptr ? std::vector<ObjectId>() : parents(table);
  return above.empty() ? std::string() : access_method(above.front());
}

std::vector<std::string> Lineage::natural_order(const ObjectId& table) const {
  std::vector<std::string> names;
  for (const ObjectId& parent : known_parents(table)) append_new(names, column_names(parent));
  if (const Object* object = find_(table)) append_new(names, object->attributes.texts("columns"));
  return names;
}

bool Lineage::has_own_order(const ObjectId& table) const { return has_own_order(table, column_names(table)); }

bool Lineage::has_own_order(const ObjectId& table, const std::vector<std::string>& names) const {
  if (known_parents(table).empty()) return false;
  if (names == natural_order(table)) return false;
  return partition(table) != nullptr || std::ranges::all_of(names, [&](const std::string& name) { return declares(*this, table, name); });
}

std::vector<std::string> Lineage::column_names(const ObjectId& table) const {
  const Object* object = find_(table);
  if (object == nullptr) return {};
  std::vector<std::string> names = object->attributes.texts("columns");
  std::vector<std::string> natural = natural_order(table);
  return names.size() == natural.size() ? std::move(names) : std::move(natural);
}

Object merged_column(const std::vector<const Object*>& chain, const ObjectId& id) {
  Object merged;
  merged.id = id;
  merged.parent = table_of(id);
  if (chain.empty()) return merged;
  // Nearest first: what is further away fills in what is unsaid.
  for (const Object* column : chain) {
    const bool is_own = column->id == id;
    for (const auto& [name, value] : column->attributes) {
      const bool inheritable = std::ranges::find(kOwn, std::string_view(name)) == std::end(kOwn);
      const bool kept_back = !is_own && column->attributes.flag("not_null_no_inherit") && name.starts_with("not_null");
      if ((is_own || inheritable) && !kept_back && !merged.attributes.has(name)) merged.attributes.set_always(name, value);
    }
    if (is_own) {
      merged.hints = column->hints;
      merged.origin = column->origin;
    }
  }
  return merged;
}

ObjectId column_id(const ObjectId& table, std::string_view column) { return {KindId::Column, table.schema, table.name, std::string(column), ""}; }

ObjectId default_id(const ObjectId& column) { return {KindId::ColumnDefault, column.schema, column.name, column.member, ""}; }

ObjectId table_of(const ObjectId& member) { return {KindId::Table, member.schema, member.name, "", ""}; }

bool inherits_more(const Object& before, const Object& after) {
  const std::vector<std::string> old_parents = before.attributes.texts("inherits");
  const std::vector<std::string> new_parents = after.attributes.texts("inherits");
  const auto stays = [&](const std::string& parent) { return std::ranges::find(new_parents, parent) != new_parents.end(); };
  return new_parents.size() > old_parents.size() && std::ranges::all_of(old_parents, stays);
}

namespace {

/// Whether a table that is there must have, or goes on having, a declaration of its own of a column that it shall inherit.
bool is_declared_to_fit(const Lineage& past, const Lineage& future, const ObjectId& table, const std::string& column) {
  const std::vector<ObjectId> old_parents = past.parents(table);
  bool from_old = false, from_new = false, had_by_parent = false;
  for (const ObjectId& parent : future.parents(table)) {
    if (future.chain(parent, column).empty()) continue;
    (std::ranges::find(old_parents, parent) == old_parents.end() ? from_new : from_old) = true;
    had_by_parent |= !past.chain(parent, column).empty();
  }
  return declares(past, table, column) ? from_new || had_by_parent : from_new && !from_old;
}

/// The column that `table` goes on declaring, and the default that it has then.
std::vector<Object> declared_column(const Lineage& future, const ObjectId& table, const std::string& name) {
  const ObjectId id = column_id(table, name);
  const std::vector<const Object*> chain = future.chain(table, name);
  Object column = merged_column(chain, id);
  column.depends_on = chain.back()->depends_on;
  column.attributes.remove("inherited");
  const Object* own = chain.front()->id == id ? chain.front() : nullptr;
  // A NOT NULL constraint keeps the name that it has there.
  if (own == nullptr || !own->attributes.has("not_null_name")) column.attributes.remove("not_null_name");
  std::vector<Object> result = {std::move(column)};
  if (const Object* value = future.default_of(table, name)) {
    Object own_default = *value;
    own_default.id = default_id(id);
    own_default.parent = id;
    result.push_back(std::move(own_default));
  }
  return result;
}

}  // namespace

std::optional<Catalog> with_declared_columns(const Catalog& live, const Catalog& wanted, std::vector<ObjectId>& declared) {
  const Lineage past(live), future(wanted);
  std::vector<ObjectId> in_any_order;      // tables that declare all their columns then
  for (const Object& table : wanted.of(KindId::Table)) {
    if (table.external || !live.has(table.id) || future.partition(table.id) != nullptr || future.parents(table.id).empty()) continue;
    bool declares_all = true;
    for (const std::string& name : future.column_names(table.id)) {
      if (declares(future, table.id, name)) continue;
      const bool fits = is_declared_to_fit(past, future, table.id, name);
      declares_all &= fits;
      if (fits) declared.push_back(column_id(table.id, name));
    }
    if (declares_all) in_any_order.push_back(table.id);
  }
  if (declared.empty()) return std::nullopt;      // nearly always: a catalog takes its time to build
  CatalogBuilder builder(wanted);
  for (const ObjectId& column : declared) {
    builder.remove(default_id(column));
    builder.remove(column);
    for (Object& object : declared_column(future, table_of(column), column.member)) builder.add(std::move(object));
  }
  for (const ObjectId& table : in_any_order) builder.find(table)->attributes.remove("_first");
  return builder.finish();
}

const Object* inheritable_check(const ObjectId& table, std::string_view name, const Catalog& catalog) {
  const Object* found = catalog.find({KindId::Constraint, table.schema, table.name, std::string(name), ""});
  return found != nullptr && found->attributes.text("type") == "check" && !found->attributes.flag("no_inherit") ? found : nullptr;
}

std::vector<ObjectId> dropped_first(const Object& object, const ChangeContext& context) {
  std::vector<ObjectId> result;
  if (object.id.kind == KindId::Partition) return wholes_of_dropped_parts(object, context);
  if (object.id.kind == KindId::Index || object.id.kind == KindId::Constraint) return detached_first(object, context);
  if (object.id.kind != KindId::Column || object.attributes.flag("inherited")) return result;
  const Lineage past(context.before);
  for (const Object* above : past.inherited_chain(table_of(object.id), object.id.member)) result.push_back(above->id);
  for (const ObjectId& below : descendants(context.before, table_of(object.id))) {      // goes its own way, with the column
    const Object* attachment = past.partition(below);
    if (attachment != nullptr && context.is_dropped(attachment->id) && goes_on(column_id(below, object.id.member), context.after)) result.push_back(attachment->id);
  }
  return result;
}

std::vector<ObjectId> left_first(const Object& object, const Catalog& before, const Catalog& after) {
  const bool is_check = object.id.kind == KindId::Constraint && object.attributes.text("type") == "check";
  if (!is_check && (object.id.kind != KindId::Column || object.attributes.flag("inherited"))) return {};
  const Lineage past(before), future(after);
  const auto has_check = [&](const ObjectId& other) { return inheritable_check(other, object.id.member, before) != nullptr; };
  const auto gives_it = [&](const ObjectId& parent) {
    return is_check ? has_check(parent) || std::ranges::any_of(past.ancestors(parent), has_check) : !past.chain(parent, object.id.member).empty();
  };
  std::vector<ObjectId> tables = past.ancestors(table_of(object.id));
  tables.push_back(table_of(object.id));
  std::erase_if(tables, [&](const ObjectId& table) {
    const std::vector<ObjectId> stay = future.parents(table);
    return std::ranges::none_of(past.parents(table), [&](const ObjectId& parent) { return std::ranges::find(stay, parent) == stay.end() && gives_it(parent); });
  });
  return tables;
}

ObjectId whole_of(const Object& attachment) { return table_named(attachment.attributes.text("of")); }

std::vector<const Object*> attachments_to(const ObjectId& table, const Catalog& catalog) {
  std::vector<const Object*> result;
  for (const Object* dependent : catalog.dependents(table)) {
    if (dependent->id.kind == KindId::Partition && whole_of(*dependent) == table) result.push_back(dependent);
  }
  return result;
}

std::vector<ObjectId> descendants(const Catalog& catalog, const ObjectId& table) {
  const Lineage lineage(catalog);
  std::vector<ObjectId> result;
  std::vector<ObjectId> open = {table};
  while (!open.empty()) {
    const ObjectId at = open.back();
    open.pop_back();
    for (const Object* dependent : catalog.dependents(at)) {
      if (dependent->id.kind != KindId::Table && dependent->id.kind != KindId::Partition) continue;
      const ObjectId child = table_of(dependent->id);
      const std::vector<ObjectId> parents = lineage.parents(child);
      if (std::ranges::find(parents, at) == parents.end() || std::ranges::find(result, child) != result.end()) continue;
      result.push_back(child);
      open.push_back(child);
    }
  }
  std::ranges::sort(result, [](const ObjectId& a, const ObjectId& b) { return a < b; });
  return result;
}

std::vector<ObjectId> heirs(const Object& part, const ObjectId& need, const Catalog& catalog) {
  if (part.attributes.has("references")) return {};      // it goes before its table does: two may refer to each other
  ObjectId table;
  switch (part.id.kind) {
    case KindId::Column:
    case KindId::ColumnDefault:
    case KindId::Constraint:
    case KindId::Trigger: table = table_of(part.id); break;
    case KindId::Index: table = relation_id(part); break;
    default: return {};
  }
  const auto is_of_one = [&](const std::vector<ObjectId>& tables) {
    for (const Object* at = catalog.find(need); at != nullptr; at = at->parent ? catalog.find(*at->parent) : nullptr) {
      if (std::ranges::find(tables, at->id) != tables.end()) return true;
    }
    return false;
  };
  if (is_of_one({table})) return {};      // as most are
  std::vector<ObjectId> tables = descendants(catalog, table);
  return tables.empty() || is_of_one(tables) ? std::vector<ObjectId>() : tables;
}

bool goes_on(const ObjectId& column, const Catalog& after) { return column.kind == KindId::Column && !Lineage(after).chain(table_of(column), column.member).empty(); }

bool existed_before(const ChangeContext& context, const ObjectId& column) {
  const ObjectId table = table_of(column);
  return is_standing(context, table) && !context.is_dropped(column) && !Lineage(context.before).chain(table, column.member).empty();
}

bool follows_type(const ChangeContext& context, const ObjectId& table) {
  const Object* before = context.before.find(table);
  const Object* after = context.after.find(table);
  if (before == nullptr || after == nullptr || context.is_created(table)) return false;
  const std::string& type = after->attributes.text("of_type");
  const std::vector<std::string> parts = name_parts(type);
  return before->attributes.text("of_type") == type && parts.size() == 2 && !context.is_created({KindId::CompositeType, parts[0], parts[1], "", ""});
}

bool is_being_detached(const ChangeContext& context, const ObjectId& table) {
  const Lineage past(context.before);
  for (const Object* at = past.partition(table); at != nullptr; at = past.partition(whole_of(*at))) {
    if (context.is_dropped(at->id)) return true;
  }
  return false;
}

bool is_being_attached(const ChangeContext& context, const ObjectId& table) {
  const ObjectId attachment{KindId::Partition, table.schema, table.name, "", ""};
  return is_standing(context, table) && context.after.has(attachment) && context.is_created(attachment);
}

}  // namespace lpc::kinds
