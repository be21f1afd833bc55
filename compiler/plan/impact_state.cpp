#include "plan/impact_state.h"

#include <algorithm>

#include "kinds/type_change.h"

namespace lpc::plan {

using frontend::ConstraintType;
using frontend::SqlName;
using kinds::ConstraintFacts;
using kinds::RelationType;

namespace {

bool contains(const Names& names, const RelationName& name) { return std::ranges::find(names, name) != names.end(); }

void add_name(Names& names, const RelationName& name) {
  if (!name.name.empty() && !contains(names, name)) names.push_back(name);
}

/// Calls `visit(relation, list)` for each list of another relation's links that this one stands in.
template <class Visit>
void for_each_link(const RelationFacts& facts, Visit visit) {
  for (const RelationName& parent : facts.parents) visit(parent, &ImpactState::Links::children);
  for (const RelationName& source : facts.reads) visit(source, &ImpactState::Links::readers);
  for (const ConstraintFacts& constraint : facts.constraints) {
    if (constraint.type == ConstraintType::foreign_key) visit(constraint.references, &ImpactState::Links::users);
  }
  if (facts.type == RelationType::index) visit(facts.table, &ImpactState::Links::indexes);
  if (facts.type == RelationType::sequence && !facts.owner_table.name.empty()) visit(facts.owner_table, &ImpactState::Links::sequences);
}

}  // namespace

void ImpactState::start(kinds::Relations all) {
  relations = std::move(all);
  for (const auto& [name, facts] : relations) add_links(name, facts);
}

void ImpactState::add_links(const RelationName& name, const RelationFacts& facts) {
  for_each_link(facts, [&](const RelationName& other, Names Links::*list) { add_name(links[other].*list, name); });
}

void ImpactState::add(const RelationName& name, RelationFacts facts) {
  add_links(name, facts);
  relations.insert_or_assign(name, std::move(facts));
}

void ImpactState::remove_links(const RelationName& name, const RelationFacts& facts) {
  for_each_link(facts, [&](const RelationName& other, Names Links::*list) { std::erase(links[other].*list, name); });
}

void ImpactState::remove(const RelationName& name) {
  const auto found = relations.find(name);
  if (found == relations.end()) return;
  remove_links(name, found->second);
  relations.erase(found);
}

const RelationFacts* ImpactState::find(const RelationName& name) const {
  const auto found = relations.find(name);
  return found == relations.end() ? nullptr : &found->second;
}

bool ImpactState::is_constrained_domain(std::string_view type) const {
  std::string at(type);
  for (auto made = domains.find(at); made != domains.end(); made = domains.find(at)) {
    if (made->second.constrained) return true;
    at = made->second.type;
  }
  return kinds::is_constrained_domain(at, *catalog);
}

RelationName ImpactState::present(const RelationName& name) const {
  const auto found = renamed.find(name);
  return found == renamed.end() ? name : found->second;
}

const ImpactState::Links& ImpactState::linked(const RelationName& name) const {
  static const Links kNone;
  const auto found = links.find(name);
  return found == links.end() ? kNone : found->second;
}

RelationName ImpactState::resolve(const SqlName& name) const {
  if (name.parts.empty()) return {};
  if (name.parts.size() >= 2) {
    const RelationName whole = place(name);
    return relations.contains(whole) ? whole : RelationName{};
  }
  for (const std::string& schema : search_path) {
    if (const RelationName whole{schema, name.parts.back()}; relations.contains(whole)) return whole;
  }
  return {};
}

RelationName ImpactState::place(const SqlName& name) const {
  if (name.parts.size() >= 2) return {name.parts[name.parts.size() - 2], name.parts.back()};
  return {search_path.empty() ? "public" : search_path.front(), name.parts.empty() ? "" : name.parts.back()};
}

Names ImpactState::with_descendants(const RelationName& name, bool partitions_only) const {
  Names result;
  if (!relations.contains(name)) return result;
  result.push_back(name);
  for (std::size_t at = 0; at < result.size(); ++at) {
    const Names children = linked(result[at]).children;
    for (const RelationName& child : children) {
      if (!partitions_only || find(child)->is_partition) add_name(result, child);
    }
  }
  return result;
}

Names ImpactState::descendants(const RelationName& name, bool partitions_only) const {
  Names result = with_descendants(name, partitions_only);
  std::erase(result, name);
  return result;
}

std::optional<RelationName> ImpactState::default_partition(const RelationName& parent) const {
  for (const RelationName& child : linked(parent).children) {
    if (find(child)->is_default_partition) return child;
  }
  return std::nullopt;
}

Names ImpactState::referencing(const Names& tables) const {
  Names result;
  for (const RelationName& table : tables) {
    for (const RelationName& user : linked(table).users) {
      for (const RelationName& name : with_descendants(user, true)) add_name(result, name);
    }
  }
  return result;
}

Names ImpactState::indexes(const RelationName& table) const { return linked(table).indexes; }

Names ImpactState::owned_sequences(const RelationName& table, std::string_view column) const {
  Names result;
  for (const RelationName& name : linked(table).sequences) {
    if (column.empty() || find(name)->owner_column == column) result.push_back(name);
  }
  if (const RelationFacts* facts = find(table)) {
    for (const kinds::ColumnFacts& each : facts->columns) {
      if (!each.identity_sequence.empty() && (column.empty() || each.name == column)) add_name(result, RelationName{table.schema, each.identity_sequence});
    }
  }
  return result;
}

Names ImpactState::views_of(const Names& sources, std::string_view column) const {
  Names result;
  for (const RelationName& source : sources) {
    const std::string whole = source.schema + '\0' + source.name + '\0' + std::string(column);
    for (const RelationName& view : linked(source).readers) {
      const std::vector<std::string>& columns = find(view)->read_columns;
      if (column.empty() || std::ranges::find(columns, whole) != columns.end()) add_name(result, view);
    }
  }
  for (std::size_t at = 0; at < result.size(); ++at) {
    const Names readers = linked(result[at]).readers;
    for (const RelationName& view : readers) add_name(result, view);
  }
  return result;
}

}  // namespace lpc::plan
