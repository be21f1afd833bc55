#include "kinds/relations.h"

#include <algorithm>

#include "kinds/column_clauses.h"
#include "kinds/constraint.h"
#include "kinds/index.h"

namespace lpc::kinds {
namespace {

using frontend::ConstraintType;

/// Calls `visit(relation, list)` for each list of another relation's links that this one stands in.
template <class Visit>
void for_each_link(const RelationFacts& facts, Visit visit) {
  for (const RelationName& parent : facts.parents) visit(parent, &RelationLinks::children);
  for (const RelationName& source : facts.reads) visit(source, &RelationLinks::readers);
  for (const ConstraintFacts& constraint : facts.constraints) {
    if (constraint.type == ConstraintType::foreign_key) visit(constraint.references, &RelationLinks::users);
  }
  if (facts.type == RelationType::index) visit(facts.table, &RelationLinks::indexes);
  if (facts.type == RelationType::sequence && !facts.owner_table.name.empty()) visit(facts.owner_table, &RelationLinks::sequences);
}

}  // namespace

Relations::Relations(const Catalog& catalog) : reader_(catalog) {
  for (const Object& object : catalog.objects()) enter(object);
  for (auto& [name, links] : links_) {
    for (std::vector<RelationName>* list : {&links.children, &links.indexes, &links.sequences, &links.users, &links.readers}) {
      std::ranges::sort(*list);
      list->erase(std::ranges::unique(*list).begin(), list->end());
    }
  }
  std::unordered_set<RelationName> done;
  for (const Object& object : catalog.of(KindId::Partition)) imply_indexes(name_of(*object.parent), done);
}

void Relations::enter(const Object& object) {
  const RelationName name = name_of(object.id);
  switch (object.id.kind) {
    case KindId::Table:
      entries_[name].object = &object;
      enter_table(object.id);
      break;
    case KindId::Column:
      if (!object.attributes.has("identity")) break;
      enter_owned({object.id.schema, identity_sequence_name(object)}, name).object = &object;
      break;
    case KindId::Constraint: enter_constraint(object); break;
    case KindId::View:
    case KindId::MaterializedView:
      entries_[name].object = &object;
      for (const RelationName& source : relations_read(object)) links_[source].readers.push_back(name);
      break;
    case KindId::Sequence:
      entries_[name].object = &object;
      if (const std::optional<ObjectId> column = owner_column(object)) links_[name_of(*column)].sequences.push_back(name);
      break;
    case KindId::Index:
      entries_[name].object = &object;
      if (object.parent) links_[name_of(*object.parent)].indexes.push_back(name);
      break;
    default: break;
  }
}

Relations::Entry& Relations::enter_owned(const RelationName& sequence, const RelationName& table) {
  links_[table].sequences.push_back(sequence);
  return entries_[sequence];
}

/// What a table has from others is in none of its own objects, so that its facts are read at once.
void Relations::enter_table(const ObjectId& table) {
  const RelationName name = name_of(table);
  const std::vector<RelationName> parents = reader_.parents(table);
  for (const RelationName& parent : parents) links_[parent].children.push_back(name);
  if (parents.empty()) return;
  for (const ColumnFacts& column : find(name)->columns) {
    if (column.identity_sequence.empty()) continue;
    enter_owned({name.schema, column.identity_sequence}, name).facts = std::make_unique<RelationFacts>(sequence_behind(name, column));
  }
}

void Relations::enter_constraint(const Object& constraint) {
  if (!constraint.parent) return;
  const RelationName table = name_of(*constraint.parent);
  if (is_index_backed(constraint)) {
    const RelationName index{constraint.id.schema, constraint.id.member};
    entries_[index].object = &constraint;
    links_[table].indexes.push_back(index);
  }
  const Attributes& attributes = constraint.attributes;
  if (attributes.text("type") == "foreign key" && attributes.has("references")) links_[relation_named(attributes.text("references"))].users.push_back(table);
}

void Relations::imply_indexes(const RelationName& partition, std::unordered_set<RelationName>& done) {
  if (!done.insert(partition).second || !contains(partition)) return;
  for (const RelationName& parent : find(partition)->parents) {
    if (find(parent)->is_partition) imply_indexes(parent, done);
    std::vector<std::pair<RelationFacts, const Object*>> wanted;
    for (const RelationName& index : linked(parent).indexes) {
      const RelationFacts& facts = *find(index);
      const auto is_it = [&](const RelationName& own) { return find(own)->attached_to == path_of(index); };
      const Object* source = entries_.at(index).object;
      const bool has_known_name = facts.index_expressions.empty() || source != nullptr;
      if (facts.only || !has_known_name || std::ranges::any_of(linked(partition).indexes, is_it)) continue;
      wanted.emplace_back(facts, source);
      wanted.back().first.attached_to = path_of(index);
    }
    for (auto& [facts, source] : wanted) {
      const RelationName own = facts.index_expressions.empty() ? implied_index(facts, partition)
                                                               : RelationName{partition.schema, automatic_name_on({KindId::Table, partition.schema, partition.name, {}, {}}, *source)};
      if (contains(own)) continue;
      facts.id = {KindId::Index, own.schema, own.name, "", ""};
      facts.table = partition;
      add(own, std::move(facts));
      entries_[own].object = source;
    }
  }
}

const RelationFacts* Relations::find(const RelationName& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  const Entry& entry = found->second;
  if (!entry.facts) entry.facts = std::make_unique<RelationFacts>(reader_.read(*entry.object));
  return entry.facts.get();
}

const RelationLinks& Relations::linked(const RelationName& name) const {
  static const RelationLinks kNone;
  const auto found = links_.find(name);
  return found == links_.end() ? kNone : found->second;
}

std::vector<RelationName> Relations::names() const {
  std::vector<RelationName> result;
  result.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) result.push_back(name);
  std::ranges::sort(result);
  return result;
}

void Relations::add(const RelationName& name, RelationFacts facts) {
  for_each_link(facts, [&](const RelationName& other, std::vector<RelationName> RelationLinks::*list) {
    add_name(links_[other].*list, name);
  });
  entries_[name].facts = std::make_unique<RelationFacts>(std::move(facts));
}

void Relations::remove(const RelationName& name) {
  const RelationFacts* facts = find(name);
  if (facts == nullptr) return;
  for_each_link(*facts, [&](const RelationName& other, std::vector<RelationName> RelationLinks::*list) { std::erase(links_[other].*list, name); });
  entries_.erase(name);
}

}  // namespace lpc::kinds
