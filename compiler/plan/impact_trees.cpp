#include "plan/impact_trees.h"

#include <algorithm>

#include "kinds/index.h"

namespace lpc::plan::trees {

using frontend::ConstraintType;
using kinds::ConstraintFacts;
using kinds::RelationType;
using Case = ImpactCase;

namespace {

/// What the text of a CREATE INDEX says of access method, elements and predicate.
std::string shape_of(const std::string& create_index) {
  const std::size_t from = std::min(create_index.find(" USING "), create_index.size()), where = std::min(create_index.rfind(" WHERE "), create_index.size());
  const std::size_t storage = std::min(create_index.find(" WITH (", from), create_index.find(" TABLESPACE ", from));
  return create_index.substr(from, std::min(storage, where) - from) + create_index.substr(where);
}

/// Whether an index with expressions or a predicate is what the CREATE INDEX makes.
bool has_same_shape(const Case& at, const RelationFacts& own) {
  const Object* index = at.state.catalog->find(own.id);
  return shape_of(index == nullptr ? own.index_expressions : kinds::create_index_statement(*index, false).text) == shape_of(at.statement.text);
}

/// Whether the partition has a key by itself that ADD UNIQUE or ADD PRIMARY KEY of the table above it takes for its part: DefineIndex() in src/backend/commands/indexcmds.c
bool has_key_to_take(const Case& at, const RelationName& partition) {
  return at.constraint->type != ConstraintType::exclude && std::ranges::any_of(at.state.find(partition)->constraints, [&](const ConstraintFacts& own) {
    const RelationFacts* index = at.state.find({partition.schema, own.name});
    return own.type == at.constraint->type && own.columns == at.constraint->columns && (index == nullptr || index->attached_to.empty());
  });
}

/// Whether the partition has an index by itself that CREATE INDEX of the table above it takes for its part: https://www.postgresql.org/docs/15/sql-createindex.html, "Notes"
bool has_index_to_take(const Case& at, const RelationName& partition) {
  if (at.constraint != nullptr) return has_key_to_take(at, partition);
  return std::ranges::any_of(at.state.indexes(partition), [&](const RelationName& name) {
    const RelationFacts& own = *at.state.find(name);
    if (!own.attached_to.empty() || at.command.index_expressions == own.index_expressions.empty()) return false;
    if (at.command.index_expressions && !has_same_shape(at, own)) return false;
    return own.index_method == at.command.index_method && own.index_columns == at.command.index_columns && own.index_unique == at.command.index_unique;
  });
}

/// The table and those of `below`, which stand behind what they are below of, without any that has it already, and without what is below those alone.
template <class Has>
Names without_those_that_have(const Case& at, const Names& below, Has has) {
  Names result;
  for (const RelationName& name : below) {
    const Names& parents = at.state.find(name)->parents;
    const auto is_reached = [&](const RelationName& parent) { return std::ranges::find(result, parent) != result.end(); };
    if (name == at.table || (std::ranges::any_of(parents, is_reached) && !has(name))) add_name(result, name);
  }
  return result;
}

/// The table and those below it, down to those that have it already.
template <class Has>
Names down_to_those_that_have(const Case& at, Has has) {
  Names result = table(at);
  for (std::size_t each = 0; each < result.size(); ++each) {
    if (has(result[each])) continue;
    for (const RelationName& child : at.state.linked(result[each]).children) add_name(result, child);
  }
  return result;
}

const ConstraintFacts* same_check(const Case& at, const RelationName& table) {
  return at.constraint == nullptr || at.constraint->name.empty() ? nullptr : at.state.constraint_of(*at.state.find(table), at.constraint->name);
}

bool has_column(const Case& at, const RelationName& name) { return at.state.find(name)->column(at.command.name) != nullptr; }

/// Since 18 NOT NULL is a constraint, which gets to those tables too that have the column, and below them.
bool constrains_all(const Case& at) {
  if (at.major() < 18 || !at.command.column) return false;
  return at.command.column->not_null || at.command.column->identity || at.command.column->serial;
}

}  // namespace

Names table(const Case& at) { return at.facts == nullptr ? Names{} : Names{at.table}; }
Names tree(const Case& at) { return at.tree(); }
Names with_partitions(const Case& at) { return at.statement.only ? table(at) : at.state.with_descendants(at.table, true); }
Names partitions(const Case& at) { return at.statement.only ? Names{} : at.state.descendants(at.table, true); }

/// Of the tree, the tables in which a NULL may stand in a column of the command. What a statement has made below it has the column as those above have it.
Names nullable_tree(const Case& at) {
  std::vector<std::string> columns{at.command.name};
  if (at.constraint != nullptr) columns = at.constraint->columns;
  if (at.constraint != nullptr && !at.constraint->using_index.empty()) {
    if (const RelationFacts* index = at.state.find({at.table.schema, at.constraint->using_index})) columns = index->index_columns;
  }
  Names result;
  for (const RelationName& name : at.tree()) {
    const RelationFacts& facts = *at.state.find(name);
    if ((!facts.has_rows() && facts.type != RelationType::partitioned) || (name != at.table && at.state.made.contains(name))) continue;
    if (std::ranges::any_of(columns, [&](const std::string& column) { return !proves_not_null(facts, column); })) add_name(result, name);
  }
  return result;
}

Names constraint_tree(const Case& at) { return at.named_constraint() == nullptr ? tree(at) : with_partitions(at); }

Names unindexed_tables(const Case& at) {
  return without_those_that_have(at, with_partitions(at), [&](const RelationName& name) { return has_index_to_take(at, name); });
}

Names unchecked_tree(const Case& at) {
  const auto is_checked = [&](const RelationName& name) {
    const ConstraintFacts* same = same_check(at, name);
    return same != nullptr && same->type == ConstraintType::check && !same->not_valid;
  };
  return at.facts == nullptr || is_checked(at.table) ? Names{} : without_those_that_have(at, tree(at), is_checked);
}

Names check_tree(const Case& at) {
  if (at.major() >= 18 || at.statement.only) return tree(at);
  return down_to_those_that_have(at, [&](const RelationName& name) { return same_check(at, name) != nullptr; });
}

Names column_tree(const Case& at) {
  if (at.statement.only) return tree(at);
  const bool constrains = constrains_all(at);
  return down_to_those_that_have(at, [&](const RelationName& name) {
    const kinds::ColumnFacts* column = at.state.find(name)->column(at.command.name);
    return column != nullptr && (column->not_null || !constrains);
  });
}

Names new_column_tree(const Case& at) {
  return without_those_that_have(at, tree(at), [&](const RelationName& name) { return has_column(at, name); });
}

Names old_column_tree(const Case& at) {
  if (!constrains_all(at)) return {};
  Names result = column_tree(at);
  std::erase_if(result, [&](const RelationName& name) {
    const RelationFacts& facts = *at.state.find(name);
    return name == at.table || !has_column(at, name) || !facts.has_rows() || proves_not_null(facts, at.command.name);
  });
  return result;
}

Names dropped_column_tree(const Case& at) {
  if (at.facts == nullptr || at.statement.only) return table(at);
  return at.state.losing(at.table, at.command.name);
}

Names dropped_column_heirs(const Case& at) {
  Names result;
  for (const RelationName& name : dropped_column_tree(at)) {
    add_name(result, name);
    for (const RelationName& child : at.state.linked(name).children) add_name(result, child);
  }
  return result;
}

Names unvalidated_tree(const Case& at) {
  return without_those_that_have(at, tree(at), [&](const RelationName& name) {
    const ConstraintFacts* own = at.state.find(name)->constraint(at.command.name);
    return own != nullptr && !own->not_valid;
  });
}

}  // namespace lpc::plan::trees
