// What predictions of locks, rewrites and scans need to know of a relation: plain facts, with partitions, inheritance, foreign keys and owned sequences resolved.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "frontend/ddl_statement.h"
#include "kinds/inheritance.h"

namespace lpc::kinds {

struct RelationName {
  Name schema;
  Name name;
  friend bool operator==(const RelationName&, const RelationName&) = default;
  friend auto operator<=>(const RelationName&, const RelationName&) = default;
};

/// Once, and nothing for an empty name.
void add_name(std::vector<RelationName>& names, const RelationName& name);

struct ColumnFacts {
  std::string name;
  std::string type;
  std::string collation;                 ///< quoted, as SQL text; "" for the type's own
  bool not_null = false;
  bool not_null_not_valid = false;       ///< 18
  bool generated = false;
  bool is_virtual = false;
  bool declared = true;                  ///< by the table itself: not only by one above it
  std::string identity_sequence;         ///< in the table's schema; "" when it is none
};

struct ConstraintFacts {
  frontend::ConstraintType type{};
  std::string name;
  std::vector<std::string> columns;      ///< of keys and foreign keys
  std::string expression;                ///< of checks
  frontend::Condition condition;         ///< of checks that a statement has added; of others `expression` says it
  RelationName references;               ///< of foreign keys
  std::vector<std::string> referenced_columns;
  bool not_valid = false;
  bool not_enforced = false;
  bool no_inherit = false;
  bool inherited = false;                ///< given by a statement to a table above; goes when that one's goes
};

enum class RelationType : std::uint8_t { table, partitioned, foreign_table, view, materialized_view, sequence, index };

struct RelationFacts {
  ObjectId id;                           ///< as it is called now
  RelationType type{};
  std::vector<RelationName> parents;     ///< the partitioned table it is a partition of, or those it INHERITS
  bool is_partition = false;
  bool is_default_partition = false;
  std::string bound;                     ///< as pg_get_expr() says it; "" when a statement has given it
  std::optional<frontend::BoundClause> given_bound;      ///< by a statement
  std::vector<std::string> key;          ///< a partitioned table's key columns; expressions are ""
  std::string strategy;                  ///< "range", "list", "hash"
  std::vector<ColumnFacts> columns;
  std::vector<ConstraintFacts> constraints;
  std::vector<RelationName> reads;       ///< of views: the relations that the query reads
  std::vector<std::string> read_columns; ///< of views: "schema.table.column", unquoted, joined with zero bytes
  std::vector<std::string> row_triggers; ///< FOR EACH ROW
  std::string of_type;
  std::string tablespace;
  std::string access_method;
  std::string owner;
  bool unlogged = false;
  // An index:
  RelationName table;
  std::vector<std::string> index_columns;///< plain ones
  std::string index_method;              ///< its access method
  bool index_unique = false;             ///< keys too
  std::string index_expressions;         ///< the text of expressions and predicate; "" when it has neither
  std::string label = "idx";             ///< how Postgres ends a name that it makes up for it: "pkey", "key", "excl"
  std::string attached_to;               ///< the index of the partitioned table that it is part of, when that is said
  bool only = false;                     ///< of the partitioned table alone
  // A sequence:
  RelationName owner_table;
  std::string owner_column;

  bool has_rows() const { return type == RelationType::table || type == RelationType::materialized_view; }
  const ColumnFacts* column(std::string_view name) const;
  const ConstraintFacts* constraint(std::string_view name) const;
};

/// Reads a relation's facts from a catalog, which must outlive the reader and stay as it is.
class RelationReader {
 public:
  explicit RelationReader(const Catalog& catalog) : catalog_(catalog), lineage_(catalog) {}

  /// Of what the object says that there is: a table, view, materialized view, sequence or index; a key's or exclusion constraint's index; an identity column's sequence.
  RelationFacts read(const Object& object) const;
  /// The partitioned table that a table is a partition of, or those that it inherits.
  std::vector<RelationName> parents(const ObjectId& table) const;

 private:
  void read_table(const Object& object, RelationFacts& facts) const;
  void read_row_triggers(const Object& object, RelationFacts& facts) const;
  ColumnFacts read_column(const Object& object) const;

  const Catalog& catalog_;
  Lineage lineage_;
};

/// The relations that a view's query reads.
std::vector<RelationName> relations_read(const Object& view);
/// The sequence behind an identity column, which is no object of the catalog.
RelationFacts sequence_behind(const RelationName& table, const ColumnFacts& column);
/// The name that Postgres makes up for the index which a partition gets because its parent has one with these facts.
RelationName implied_index(const RelationFacts& index, const RelationName& partition);

RelationName name_of(const ObjectId& id);
/// The relation's name for plans: "shop.users", quoted where Postgres would.
std::string path_of(const RelationName& name);
/// `shop."Users"` as SQL text.
RelationName relation_named(std::string_view qualified_text);

/// The domain `schema.name` as a type's spelling, and those made of it.
std::vector<std::string> domains_over(const std::string& type, const Catalog& catalog);
/// Whether a call of the name may be volatile: pg_catalog's volatile functions, the catalog's own, and those that nobody knows.
bool may_be_volatile(const frontend::SqlName& function, const Catalog& catalog);
/// The table of a statistics object, {} when there is none.
RelationName statistics_table(const frontend::SqlName& name, const Catalog& catalog);
/// The tables that a publication names.
std::vector<RelationName> publication_tables(const std::string& name, const Catalog& catalog);

}  // namespace lpc::kinds

template <>
struct std::hash<lpc::kinds::RelationName> {
  std::size_t operator()(const lpc::kinds::RelationName& name) const { return name.name.hash() * 31 + name.schema.hash(); }
};
