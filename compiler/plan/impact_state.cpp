#include "plan/impact_state.h"

#include <algorithm>

#include "kinds/type_change.h"

namespace lpc::plan {

using frontend::ConstraintType;
using frontend::SqlName;
using kinds::ConstraintFacts;
using kinds::RelationType;

std::optional<frontend::DomainClause> ImpactState::domain(std::string_view path) const {
  if (const auto known = domains.find(std::string(path)); known != domains.end()) return known->second;
  RelationName name = kinds::relation_named(path);
  if (const auto before = schemas_before.find(name.schema); before != schemas_before.end()) name.schema = before->second;
  return kinds::domain_clause(kinds::path_of(name), *catalog);
}

bool ImpactState::is_constrained_domain(std::string_view type) const {
  return kinds::is_constrained_domain(type, [this](const std::string& path) { return domain(path); });
}

const ConstraintFacts* ImpactState::constraint_of(const RelationFacts& table, std::string_view constraint) const {
  if (const ConstraintFacts* own = table.constraint(constraint)) return own;
  for (const RelationName& parent : table.parents) {
    const RelationFacts* above = find(parent);
    const ConstraintFacts* inherited = above == nullptr ? nullptr : constraint_of(*above, constraint);
    if (inherited != nullptr && !inherited->no_inherit) return inherited;
  }
  return nullptr;
}

RelationName ImpactState::present(const RelationName& name) const {
  const auto found = renamed.find(name);
  return found == renamed.end() ? name : found->second;
}

RelationName ImpactState::resolve(const SqlName& name) const {
  if (name.parts.empty()) return {};
  if (name.parts.size() >= 2) {
    const RelationName whole = place(name);
    return contains(whole) ? whole : RelationName{};
  }
  for (const std::string& schema : search_path) {
    if (const RelationName whole{schema, name.parts.back()}; contains(whole)) return whole;
  }
  return {};
}

RelationName ImpactState::place(const SqlName& name) const {
  if (name.parts.size() >= 2) return {name.parts[name.parts.size() - 2], name.parts.back()};
  return {search_path.empty() ? "public" : search_path.front(), name.parts.empty() ? "" : name.parts.back()};
}

Names ImpactState::with_descendants(const RelationName& name, bool partitions_only) const {
  Names result;
  if (!contains(name)) return result;
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

/// https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-NOTES
Names ImpactState::losing(const RelationName& table, std::string_view column) const {
  Names result{table};
  const Names below = descendants(table);
  for (std::size_t before = 0; before != result.size();) {
    before = result.size();
    for (const RelationName& name : below) {
      const RelationFacts& facts = *find(name);
      const kinds::ColumnFacts* own = facts.column(column);
      const auto gives_it = [&](const RelationName& parent) {
        const RelationFacts* above = find(parent);
        return above != nullptr && above->column(column) != nullptr && std::ranges::find(result, parent) == result.end();
      };
      const bool only_inherits = own == nullptr ? facts.columns.empty() : !own->declared;    // nobody knows the columns of a table that a statement has made
      if (only_inherits && std::ranges::none_of(facts.parents, gives_it)) add_name(result, name);
    }
  }
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
    const std::string whole = source.schema.str() + '\0' + source.name.str() + '\0' + std::string(column);
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

// ---- a command -------------------------------------------------------------------------------------------------------------------------

Names ImpactCase::tree() const {
  if (facts == nullptr) return {};
  return statement.only ? Names{table} : state.with_descendants(table);
}

const ConstraintFacts* ImpactCase::named_constraint() const { return facts == nullptr ? nullptr : state.constraint_of(*facts, command.name); }

}  // namespace lpc::plan
