// One SQL statement as plain values: what it does, to which relations, and the facts on which locks, rewrites and scans depend. Read by the real Postgres
// grammar (of 15); clauses that only later servers know are told by ddl_statement_newer.h. Knows no catalog: names are as written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/sql_fragment.h"

namespace lpc::frontend {

/// A condition as far as planning reads it: ANDs and ORs of comparisons of a column with a constant, and of IS NOT NULL; anything else is `other`.
struct Condition {
  enum class Type : std::uint8_t { other, all_of, any_of, not_null, compare };
  Type type = Type::other;
  std::string column;
  std::string comparison;                 ///< "<", ">=", …; "in" with several constants
  std::vector<std::string> constants;     ///< strings without their quotes
  std::vector<Condition> parts;
};

/// The condition of a CHECK, as SQL text without enclosing parentheses.
Condition parse_condition(std::string_view expression);

/// The kinds of constraint, as in a catalog's `type` attribute.
enum class ConstraintType : std::uint8_t { not_null, check, unique, primary_key, exclude, foreign_key };

struct ConstraintClause {
  ConstraintType type{};
  std::string name;                       ///< may be empty
  std::vector<std::string> columns;       ///< of keys and foreign keys, and the one of NOT NULL
  Condition condition;                    ///< of CHECK
  SqlName references;                     ///< of a foreign key
  std::vector<std::string> referenced_columns;  ///< empty when not said: those of the primary key
  std::string using_index;                ///< ADD UNIQUE USING INDEX …
  bool not_valid = false;
  bool not_enforced = false;              ///< 18
  bool no_inherit = false;
};

/// A column as ADD COLUMN says it, or the new type of ALTER COLUMN TYPE.
struct ColumnClause {
  std::string name;
  std::string type;                       ///< as normalise_type() spells it
  std::string collation;                  ///< quoted, as SQL text; "" when not said
  bool has_default = false;               ///< one that isn't NULL
  bool generated = false;
  bool is_virtual = false;                ///< 18; STORED otherwise
  bool identity = false;
  bool serial = false;                    ///< the type is serial, bigserial or smallserial
  bool not_null = false;
  std::vector<SqlName> calls;             ///< functions in the default
  bool has_using = false;                 ///< ALTER COLUMN TYPE … USING
  bool using_computes = false;            ///< the USING is more than the column and casts of it
  std::vector<std::string> using_casts;   ///< else the casts, innermost first
  std::vector<ConstraintClause> constraints;
};

/// The bound of a partition. Constants are as in Condition.
struct BoundClause {
  bool is_default = false;
  std::vector<std::string> from, to, in;  ///< "minvalue" and "maxvalue" for those
  bool other = false;                     ///< a hash, or bounds that are no constants
};

/// One thing that a statement does. ALTER TABLE does several; all others one.
struct DdlCommand {
  std::string verb;                       ///< "ADD COLUMN", "SET NOT NULL", … as in the manual; "" when the statement says it all
  std::string name;                       ///< of the column, constraint, trigger, rule, policy, index … that it is about
  std::string new_name;                   ///< RENAME TO, SET SCHEMA
  SqlName other;                          ///< the partition, parent, index or type that it names
  std::optional<ColumnClause> column;
  std::vector<ConstraintClause> constraints;    ///< ADD constraint; all those of a CREATE TABLE
  std::vector<std::string> options;       ///< names of parameters in SET (…) and RESET (…)
  std::vector<std::string> index_columns; ///< CREATE INDEX: the plain ones
  bool index_expressions = false;         ///< and whether it has expressions or a predicate besides
  std::string index_method;               ///< and its access method
  bool index_unique = false;
  std::vector<SqlName> parents;           ///< INHERITS, PARTITION OF; all the names of a DROP that are no relations'
  bool concurrently = false;              ///< DETACH PARTITION
  bool cascade = false;
  std::optional<BoundClause> bound;       ///< ATTACH PARTITION, PARTITION OF
};

/// What CREATE DOMAIN says.
struct DomainClause {
  std::string type;                       ///< as normalise_type() spells it
  bool not_null = false;
  std::vector<std::string> checks;        ///< their names; "" of one without
};

struct DdlStatement {
  std::string statement;                  ///< "ALTER TABLE", "CREATE INDEX", "DROP TABLE", "REFRESH MATERIALIZED VIEW", "UPDATE", …; "" when it isn't known
  std::string text;                       ///< as given
  std::string error;                      ///< the grammar's words when it doesn't parse
  std::vector<SqlName> relations;         ///< what it is about: the table altered, the tables dropped, the table of an index or trigger
  std::vector<SqlName> uses;              ///< what its query reads
  bool has_queries = false;               ///< a rule's actions, the SQL-standard body of a function: analysed when it is made, as a query is
  SqlName object;                         ///< a type, domain, schema, publication … that it is about
  bool only = false;
  bool concurrently = false;
  bool cascade = false;
  bool if_exists = false;                 ///< IF [NOT] EXISTS
  bool or_replace = false;
  std::vector<DdlCommand> commands;       ///< never empty when `statement` is known
  std::optional<DomainClause> domain;     ///< CREATE DOMAIN
};

/// Never fails: what isn't known has an empty `statement`.
DdlStatement parse_ddl(std::string_view sql);

}  // namespace lpc::frontend
