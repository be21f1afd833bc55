// The roles of forms.def: which relations a command touches in which part.
#include <algorithm>
#include <array>

#include "base/result.h"
#include "plan/impact_conditions.h"
#include "plan/impact_state.h"
#include "plan/impact_trees.h"

namespace lpc::plan {

using frontend::ConstraintType;
using frontend::SqlName;
using kinds::ConstraintFacts;
using kinds::RelationType;
using namespace trees;

namespace {

void add_names(Names& names, const Names& more) {
  for (const RelationName& name : more) add_name(names, name);
}

using Case = ImpactCase;

Names named(const Case& at) {
  Names result;
  for (const SqlName& name : at.statement.relations) add_name(result, at.state.resolve(name));
  return result;
}

/// The relation, and what inherits from it unless it is meant alone.
void add_tree(Names& names, const RelationName& name, bool alone, const Case& at) {
  if (alone) {
    add_name(names, name);
  } else {
    add_names(names, at.state.with_descendants(name));
  }
}

Names named_tree(const Case& at) {
  Names result;
  for (const RelationName& name : named(at)) add_tree(result, name, at.statement.only, at);
  return result;
}

Names named_partitions(const Case& at) {
  Names result;
  for (const RelationName& name : named(at)) add_names(result, at.state.with_descendants(name, true));
  return result;
}

/// A partitioned table is published as it is, with a plain one those that inherit from it.
Names newly_published(const Case& at) {
  Names result;
  for (const RelationName& name : named(at)) {
    add_tree(result, name, at.statement.only || at.state.find(name)->type == RelationType::partitioned, at);
  }
  return result;
}

/// Of the table, or of a partitioned one above it.
bool has_row_trigger(const Case& at, const RelationFacts& table, const std::string& name) {
  if (name.empty() ? !table.row_triggers.empty() : std::ranges::find(table.row_triggers, name) != table.row_triggers.end()) return true;
  return table.is_partition && std::ranges::any_of(table.parents, [&](const RelationName& parent) {
           const RelationFacts* facts = at.state.find(parent);
           return facts != nullptr && has_row_trigger(at, *facts, name);
         });
}

/// Row-level triggers of a partitioned table have copies on the partitions, which go along.
Names trigger_tree(const Case& at) {
  if (at.facts == nullptr) return {};
  return has_row_trigger(at, *at.facts, at.command.name) && !at.statement.only ? at.state.with_descendants(at.table, true) : Names{at.table};
}

/// A dropped partition's parent and its default partition; an inheritance parent stays as it is.
Names named_parents(const Case& at) {
  Names result;
  for (const RelationName& name : named(at)) {
    const RelationFacts& facts = *at.state.find(name);
    if (!facts.is_partition) continue;
    for (const RelationName& parent : facts.parents) {
      add_name(result, parent);
      if (const auto other = at.state.default_partition(parent)) add_name(result, *other);
    }
  }
  return result;
}

Names named_tables(const Case& at) {
  Names result;
  for (const RelationName& name : named(at)) {
    const RelationFacts& facts = *at.state.find(name);
    if (at.statement.statement == "DROP INDEX") {
      add_names(result, at.state.with_descendants(facts.table, true));
    } else {
      add_name(result, facts.table);
    }
  }
  return result;
}

Names parents(const Case& at) {
  Names result;
  for (const SqlName& name : at.command.parents) add_name(result, at.state.resolve(name));
  return result;
}

Names parents_default(const Case& at) {
  Names result;
  for (const RelationName& parent : parents(at)) {
    if (const auto other = at.state.default_partition(parent)) add_name(result, *other);
  }
  return result;
}

Names other(const Case& at) {
  const RelationName name = at.state.resolve(at.command.other);
  return name.name.empty() ? Names{} : Names{name};
}

Names partition(const Case& at) {
  Names result;
  for (const RelationName& name : other(at)) add_names(result, at.state.with_descendants(name, true));
  return result;
}

Names below_partition(const Case& at) {
  Names result;
  for (const RelationName& name : other(at)) add_names(result, at.state.descendants(name, true));
  return result;
}

Names default_itself(const Case& at) {
  const auto name = at.state.default_partition(at.table);
  return name ? Names{*name} : Names{};
}

Names default_tree(const Case& at) {
  const auto name = at.state.default_partition(at.table);
  return name ? at.state.with_descendants(*name, true) : Names{};
}

/// Postgres reads the leaves whose own constraints don't prove the bound.
void add_unproved(const Case& at, const Names& from, const RelationFacts* parent, bool inverse, Names& result) {
  for (const RelationName& name : from) {
    const RelationFacts* facts = at.state.find(name);
    if (facts == nullptr || parent == nullptr || !at.command.bound) continue;
    if (!proves_bound(*facts, *parent, *at.command.bound, inverse)) add_name(result, name);
  }
}

/// Whether the partition lacks a part of one of its parent's indexes, so that ATTACH builds it.
bool lacks_index(const Case& at, const RelationName& partition) {
  const Names present = at.state.indexes(partition);
  return std::ranges::any_of(at.state.indexes(at.table), [&](const RelationName& name) {
    const RelationFacts& wanted = *at.state.find(name);
    return !wanted.only && std::ranges::none_of(present, [&](const RelationName& own) {
      const RelationFacts& index = *at.state.find(own);
      return index.index_columns == wanted.index_columns && index.index_expressions == wanted.index_expressions;
    });
  });
}

/// Whether the table is proved to be within the bound, and within those of all that it becomes a part of.
bool proves_bounds(const Case& at, const RelationFacts& table) {
  if (!at.command.bound || !proves_bound(table, *at.facts, *at.command.bound, false)) return false;
  for (const RelationFacts* part = at.facts; part->is_partition && !part->parents.empty();) {
    const RelationFacts* parent = at.state.find(part->parents.front());
    if (parent == nullptr || !proves_own_bound(table, *parent, *part)) return false;
    part = parent;
  }
  return true;
}

Names unproved_partition(const Case& at) {
  Names result;
  const Names whole = partition(at);
  if (!whole.empty() && lacks_index(at, whole.front())) return whole;
  // The first partition of a list or range with no other bound to heed: a default one has nothing to prove when it is the only one.
  const bool alone = at.facts != nullptr && !at.facts->is_partition && at.command.bound && at.command.bound->is_default && at.state.descendants(at.table, true).empty();
  if (whole.empty() || alone || at.facts == nullptr || proves_bounds(at, *at.state.find(whole.front()))) return result;
  for (const RelationName& name : whole) {
    if (!proves_bounds(at, *at.state.find(name))) add_name(result, name);
  }
  return result;
}

Names unproved_default(const Case& at) {
  Names result;
  add_unproved(at, default_tree(at), at.facts, true, result);
  return result;
}

Names parents_unproved_default(const Case& at) {
  Names result;
  for (const RelationName& parent : parents(at)) {
    const auto name = at.state.default_partition(parent);
    if (name) add_unproved(at, at.state.with_descendants(*name, true), at.state.find(parent), true, result);
  }
  return result;
}

/// The tables, with their partitions, that those foreign keys refer to for which `counts` says so.
template <class Counts>
Names targets(const Case& at, const RelationFacts& facts, Counts counts) {
  Names result;
  for (const ConstraintFacts& constraint : facts.constraints) {
    if (constraint.type == ConstraintType::foreign_key && counts(constraint)) add_names(result, at.state.with_descendants(constraint.references, true));
  }
  return result;
}

Names targets(const Case& at, const RelationFacts& facts) {
  return targets(at, facts, [](const ConstraintFacts&) { return true; });
}

/// The partition's parent, and the partitioned tables that this one is a partition of.
Names wholes(const Case& at) {
  Names result = at.statement.statement == "ALTER TABLE" ? table(at) : parents(at);
  for (std::size_t each = 0; each < result.size(); ++each) {
    const RelationFacts& facts = *at.state.find(result[each]);
    if (!facts.is_partition) continue;
    for (const RelationName& parent : facts.parents) {
      if (at.state.contains(parent)) add_name(result, parent);
    }
  }
  return result;
}

/// Whether the partition has the foreign key of a table above it already, so that its own becomes a share of that: tryAttachPartitionForeignKey() in
/// src/backend/commands/tablecmds.c. Before 18 one that isn't valid can't; since then its rows are checked.
bool has_share(const Case& at, const ConstraintFacts& key, bool proved) {
  const Names partitions = partition(at);
  return std::ranges::any_of(partitions, [&](const RelationName& name) {
    return std::ranges::any_of(at.state.find(name)->constraints, [&](const ConstraintFacts& own) {
      return own.type == ConstraintType::foreign_key && own.references == key.references && own.columns == key.columns && own.referenced_columns == key.referenced_columns &&
             (!own.not_valid || (!proved && at.major() >= 18));
    });
  });
}

/// The same of the tables above.
template <class Counts>
Names keys_above(const Case& at, Counts counts) {
  Names result;
  for (const RelationName& whole : wholes(at)) add_names(result, targets(at, *at.state.find(whole), counts));
  return result;
}

/// The tables that the foreign keys of a partition's parent refer to: the partition gets its own share of those.
Names parent_keys(const Case& at) {
  return keys_above(at, [](const ConstraintFacts&) { return true; });
}

Names merged_keys(const Case& at) {
  return keys_above(at, [&](const ConstraintFacts& key) { return has_share(at, key, false); });
}

/// The tables that refer to the parent, which get a share of their key; their partitions aren't told.
Names parent_users(const Case& at) {
  Names result;
  for (const RelationName& whole : wholes(at)) add_names(result, at.state.linked(whole).users);
  return result;
}

/// The rows that an attached partition's share of foreign keys checks. Where it had the key before, they have been.
Names checked_keys(const Case& at) {
  Names result = keys_above(at, [&](const ConstraintFacts& key) { return !has_share(at, key, true); });
  if (!result.empty()) add_names(result, partition(at));
  return result;
}

/// A detached partition that others refer to must hold no row that one of theirs means.
Names users_scan(const Case& at) {
  Names result = at.state.referencing(wholes(at));
  if (!result.empty()) add_names(result, partition(at));
  return result;
}

/// The partition's shares of the partitioned table's indexes: one that it has by itself is left alone.
Names partition_indexes(const Case& at) {
  Names result;
  for (const RelationName& name : partition(at)) {
    for (const RelationName& index : at.state.indexes(name)) {
      if (!at.state.find(index)->attached_to.empty()) result.push_back(index);
    }
  }
  return result;
}

Names referenced(const Case& at) {
  Names result;
  const auto add_target = [&](const frontend::ConstraintClause& constraint) {
    if (constraint.type == ConstraintType::foreign_key) add_names(result, at.state.with_descendants(at.state.resolve(constraint.references), true));
  };
  if (at.constraint != nullptr) {
    add_target(*at.constraint);
  } else {
    for (const frontend::ConstraintClause& constraint : at.command.constraints) add_target(constraint);
  }
  return result;
}

Names key_ends(const Case& at) {
  const ConstraintFacts* constraint = at.named_constraint();
  return constraint == nullptr || constraint->type != ConstraintType::foreign_key ? Names{} : at.state.with_descendants(constraint->references, true);
}

/// The other end of a foreign key by itself: its partitions are only read.
Names key_end(const Case& at) {
  const Names ends = key_ends(at);
  return ends.empty() ? ends : Names{ends.front()};
}

/// Of tables at the other ends of foreign keys those with the triggers of these, which go with the keys: before 15 partitioned tables had none.
Names with_triggers(const Case& at, Names ends) {
  if (at.major() < 15) std::erase_if(ends, [&](const RelationName& name) { return at.state.find(name)->type == RelationType::partitioned; });
  return ends;
}

Names key_triggers(const Case& at) { return with_triggers(at, key_ends(at)); }

bool has(const std::vector<std::string>& list, const std::string& item) { return std::ranges::find(list, item) != list.end(); }

/// Those whose column the command changes or drops.
Names column_tables(const Case& at) { return at.command.verb == "DROP COLUMN" ? dropped_column_tree(at) : tree(at); }

/// The tables that foreign keys refer to which the column is part of: those of the tables that the command gets to.
template <class Counts>
Names keys_of_column(const Case& at, Counts counts) {
  Names result;
  for (const RelationName& table : column_tables(at)) {
    add_names(result, targets(at, *at.state.find(table), [&](const ConstraintFacts& key) { return has(key.columns, at.command.name) && counts(key); }));
  }
  return result;
}

/// The tables whose foreign keys refer to the column.
template <class Counts>
Names users_of_column(const Case& at, Counts counts) {
  Names result;
  for (const RelationName& table : column_tables(at)) {
    for (const RelationName& name : at.state.linked(table).users) {
      for (const ConstraintFacts& key : at.state.find(name)->constraints) {
        const bool refers = key.type == ConstraintType::foreign_key && key.references == table && has(key.referenced_columns, at.command.name);
        if (refers && counts(key)) add_names(result, at.state.with_descendants(name, true));
      }
    }
  }
  return result;
}

bool any_key(const ConstraintFacts&) { return true; }
bool is_checked_key(const ConstraintFacts& key) { return !key.not_valid && !key.not_enforced; }

Names column_keys(const Case& at) { return keys_of_column(at, any_key); }

/// The tables at the other ends of foreign keys that the column is part of.
Names column_key_ends(const Case& at) {
  Names result = with_triggers(at, column_keys(at));
  add_names(result, users_of_column(at, any_key));
  return result;
}

/// The far tables of those that are valid: checked again after the type has changed.
Names rechecked_keys(const Case& at) {
  Names result = keys_of_column(at, is_checked_key);
  add_names(result, users_of_column(at, is_checked_key));
  return result;
}

/// Tables whose foreign keys need the key that is dropped, with CASCADE.
Names constraint_users(const Case& at) {
  Names result;
  const ConstraintFacts* key = at.named_constraint();
  if (key == nullptr) return result;
  for (const RelationName& name : at.state.linked(at.table).users) {
    for (const ConstraintFacts& constraint : at.state.find(name)->constraints) {
      const bool refers = constraint.type == ConstraintType::foreign_key && constraint.references == at.table;
      if (refers && std::ranges::is_permutation(constraint.referenced_columns, key->columns)) add_names(result, at.state.with_descendants(name, true));
    }
  }
  return result;
}

/// Both ends of every foreign key of what is dropped.
Names all_key_ends(const Case& at) {
  Names dropped = at.statement.statement == "DROP SCHEMA" ? role("in_schema", at) : named_tree(at);
  Names result = at.state.referencing(dropped);
  for (const RelationName& name : dropped) {
    add_names(result, with_triggers(at, targets(at, *at.state.find(name))));      // those that a partition has of its parent have no triggers on the other end
  }
  return result;
}

Names truncated_users(const Case& at) {
  Names result = named_tree(at);
  for (std::size_t before = 0; before < result.size();) {
    before = result.size();
    add_names(result, at.state.referencing(result));
    if (result.size() == before) break;
  }
  return result;
}

Names sequences(const Case& at) {
  Names result;
  for (const RelationName& name : named_tree(at)) add_names(result, at.state.owned_sequences(name));
  return result;
}

Names column_sequences(const Case& at) { return at.command.name.empty() ? Names{} : at.state.owned_sequences(at.table, at.command.name); }
Names column_views(const Case& at) { return at.state.views_of(dropped_column_tree(at), at.command.name); }
Names views(const Case& at) { return at.state.views_of(at.statement.statement == "DROP SCHEMA" ? role("in_schema", at) : named_tree(at)); }

Names identity_sequence(const Case& at) {
  const kinds::ColumnFacts* column = at.facts == nullptr ? nullptr : at.facts->column(at.command.name);
  return column == nullptr || column->identity_sequence.empty() ? Names{} : Names{{at.table.schema, column->identity_sequence}};
}

Names in_tablespace(const Case& at) {
  Names result;
  for (const RelationName& name : at.state.names()) {
    const RelationFacts& facts = *at.state.find(name);
    if (facts.has_rows() && (facts.tablespace.empty() ? "pg_default" : facts.tablespace) == at.command.name) result.push_back(name);
  }
  return result;
}

Names in_schema(const Case& at) {
  Names result;
  for (const RelationName& name : at.state.names()) {
    for (const SqlName& schema : at.command.parents) {
      if (!schema.parts.empty() && schema.parts.back() == name.schema) result.push_back(name);
    }
  }
  return result;
}

Names indexes(const Case& at) { return at.state.indexes(at.table); }
Names indexed_table(const Case& at) { return at.state.indexes(at.table).empty() ? Names{} : table(at); }

Names reads(const Case& at) {
  Names result;
  for (const SqlName& name : at.statement.uses) add_name(result, at.state.resolve(name));
  if (at.statement.statement == "REFRESH MATERIALIZED VIEW" && at.facts != nullptr) result = at.facts->reads;
  for (std::size_t each = 0; each < result.size(); ++each) {      // what stands behind views and partitioned tables
    const RelationFacts* facts = at.state.find(result[each]);
    if (facts == nullptr) continue;
    if (facts->type == RelationType::view) add_names(result, facts->reads);
    if (facts->type == RelationType::partitioned) add_names(result, at.state.descendants(result[each], true));
  }
  return result;
}

Names statistics_table(const Case& at) {
  Names result;
  for (const SqlName& name : at.command.parents) add_name(result, at.state.present(kinds::statistics_table(name, *at.state.catalog)));
  return result;
}

Names published(const Case& at) {
  Names result = at.statement.object.parts.empty() ? Names{} : kinds::publication_tables(at.statement.object.parts.back(), *at.state.catalog);
  for (RelationName& name : result) name = at.state.present(name);
  return result;
}

/// As the catalog calls it.
std::string type_path(const Case& at) {
  RelationName name = at.state.place(at.statement.object);
  if (const auto before = at.state.schemas_before.find(name.schema); before != at.state.schemas_before.end()) name.schema = before->second;
  return kinds::path_of(name);
}

Names typed_tables(const Case& at) {
  Names result;
  const std::string type = type_path(at);
  for (const RelationName& name : at.state.names()) {
    const RelationFacts& facts = *at.state.find(name);
    if (facts.of_type == type) add_names(result, at.state.with_descendants(name));
  }
  return result;
}

/// Tables with a column of the domain, or of a domain over it.
Names domain_users(const Case& at) {
  Names result;
  const Names all = at.state.names();
  for (const std::string& type : kinds::domains_over(type_path(at), *at.state.catalog)) {
    for (const RelationName& name : all) {
      const RelationFacts& facts = *at.state.find(name);
      const bool stores = facts.type == RelationType::table || facts.type == RelationType::materialized_view;
      if (stores && std::ranges::any_of(facts.columns, [&](const kinds::ColumnFacts& column) { return column.type == type; })) add_name(result, name);
    }
  }
  return result;
}

struct Role {
  std::string_view name;
  Names (*relations)(const Case&);
};

constexpr auto kRoles = std::to_array<Role>({
    {"table", table}, {"tree", tree}, {"with_partitions", with_partitions}, {"partitions", partitions}, {"named", named}, {"named_tree", named_tree},
    {"named_parents", named_parents}, {"named_partitions", named_partitions}, {"newly_published", newly_published},
    {"trigger_tree", trigger_tree}, {"named_tables", named_tables}, {"parents", parents}, {"parents_default", parents_default}, {"other", other},
    {"partition", partition}, {"below_partition", below_partition}, {"default", default_tree}, {"default_itself", default_itself}, {"unproved_partition", unproved_partition}, {"unproved_default", unproved_default},
    {"parents_unproved_default", parents_unproved_default}, {"parent_keys", parent_keys}, {"parent_users", parent_users}, {"checked_keys", checked_keys}, {"merged_keys", merged_keys},
    {"users_scan", users_scan}, {"partition_indexes", partition_indexes}, {"referenced", referenced}, {"key_ends", key_ends}, {"key_triggers", key_triggers}, {"column_keys", column_keys}, {"key_end", key_end},
    {"column_key_ends", column_key_ends}, {"rechecked_keys", rechecked_keys}, {"constraint_users", constraint_users}, {"all_key_ends", all_key_ends},
    {"truncated_users", truncated_users}, {"sequences", sequences}, {"column_sequences", column_sequences}, {"column_views", column_views}, {"views", views},
    {"identity_sequence", identity_sequence}, {"nullable_tree", nullable_tree}, {"constraint_tree", constraint_tree}, {"in_tablespace", in_tablespace},
    {"in_schema", in_schema}, {"index_tables", with_partitions}, {"unindexed_tables", unindexed_tables},
    {"column_tree", column_tree}, {"new_column_tree", new_column_tree}, {"old_column_tree", old_column_tree}, {"dropped_column_heirs", dropped_column_heirs},
    {"unchecked_tree", unchecked_tree}, {"check_tree", check_tree}, {"unvalidated_tree", unvalidated_tree},
    {"indexes", indexes}, {"indexed_table", indexed_table}, {"reads", reads},
    {"statistics_table", statistics_table}, {"published", published}, {"typed_tables", typed_tables}, {"domain_users", domain_users},
});

}  // namespace

Names role(std::string_view name, const ImpactCase& at) {
  const auto found = std::ranges::find(kRoles, name, &Role::name);
  LP_CHECK(found != kRoles.end());
  return found->relations(at);
}

}  // namespace lpc::plan
