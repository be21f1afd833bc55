// The inside of impact.h: the state that statements move on, and one command of a statement seen against it. Only this folder includes it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/ddl_statement.h"
#include "kinds/relations.h"
#include "plan/impact.h"

namespace lpc::plan {

using kinds::RelationFacts;
using kinds::RelationName;
using Names = std::vector<RelationName>;

/// The relations as they are by now, and what else statements have changed.
struct ImpactState : kinds::Relations {
  ImpactState(const Catalog& before, int server_version, SessionFacts facts) : Relations(before), catalog(&before), session(std::move(facts)), version(server_version) {}

  const Catalog* catalog;                       ///< before the first statement
  std::set<RelationName> made;                  ///< by the statements so far: nobody waits for those
  std::vector<std::string> search_path{"public"};
  SessionFacts session;
  int version = 0;
  std::map<RelationName, RelationName> renamed;    ///< what relations of the catalog are called by now, where it is something else

  std::map<std::string, std::string> schemas_before;        ///< what the catalog calls a schema, by the name that a statement has given it

  std::map<std::string, frontend::DomainClause> domains;    ///< those that statements made or changed, by path

  /// The domain of that path as it is by now; nothing when there is none.
  std::optional<frontend::DomainClause> domain(std::string_view path) const;
  /// Whether values of that type must be looked at.
  bool is_constrained_domain(std::string_view type) const;
  /// What a relation of the catalog is called by now.
  RelationName present(const RelationName& name) const;
  /// The table's constraint of that name, or what it has from tables above under the name; null when there is none.
  const kinds::ConstraintFacts* constraint_of(const RelationFacts& table, std::string_view constraint) const;
  /// The relation that a name as written means, or {} when there is none of that name.
  RelationName resolve(const frontend::SqlName& name) const;
  /// What a statement that makes it would call it.
  RelationName place(const frontend::SqlName& name) const;
  /// Partitions and inheriting tables, at any depth, without the table itself.
  Names descendants(const RelationName& name, bool partitions_only = false) const;
  Names with_descendants(const RelationName& name, bool partitions_only = false) const;
  /// The tables that lose the column when it is dropped from this one: not those below that declare it too, or have it from others.
  Names losing(const RelationName& table, std::string_view column) const;
  std::optional<RelationName> default_partition(const RelationName& parent) const;
  /// Tables with a foreign key to one of these.
  Names referencing(const Names& tables) const;
  Names indexes(const RelationName& table) const;
  Names owned_sequences(const RelationName& table, std::string_view column = {}) const;
  /// Views and materialized views that read one of these, directly or through others; only those that read the column, when one is named.
  Names views_of(const Names& relations, std::string_view column = {}) const;
};

/// One command of a statement.
struct ImpactCase {
  const ImpactState& state;
  const frontend::DdlStatement& statement;
  const frontend::DdlCommand& command;
  const frontend::ConstraintClause* constraint = nullptr;    ///< the one that it adds
  RelationName table;                                        ///< the relation that the statement names (first)
  const RelationFacts* facts = nullptr;                      ///< of it; null when nobody knows it

  int major() const { return state.version / 10000; }
  /// The table and what inherits from it; it alone with ONLY.
  Names tree() const;
  const kinds::ConstraintFacts* named_constraint() const;
};

using ImpactCondition = bool (*)(const ImpactCase&);
/// The relations that a role of forms.def stands for; LP_CHECK when there is no role of that name.
Names role(std::string_view name, const ImpactCase& at);
/// Moves the state on by the whole statement.
void apply(const frontend::DdlStatement& statement, ImpactState& state);

/// Whether the constraints that hold for the table prove the column's values to be no NULLs.
bool proves_not_null(const RelationFacts& table, std::string_view column);
/// Whether the table's constraints prove that its rows are within the bound (or, `inverse`, all outside), so that nobody reads them.
/// https://www.postgresql.org/docs/18/sql-altertable.html#SQL-ALTERTABLE-DESC-ATTACH-PARTITION
bool proves_bound(const RelationFacts& table, const RelationFacts& parent, const frontend::BoundClause& bound, bool inverse);
/// The same for the bound that `partition` has in `parent`.
bool proves_own_bound(const RelationFacts& table, const RelationFacts& parent, const RelationFacts& partition);
/// What ALTER COLUMN TYPE does to the rows.
struct TypeEffect {
  bool rewrites = false;
  bool rechecks = false;      ///< an index or check is made anew all the same
};
TypeEffect type_effect(const ImpactCase& at);

}  // namespace lpc::plan
