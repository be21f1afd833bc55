// What becomes of rows between two moments of a database: how many there are and, for each column, a sum that depends on every value and on no order.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "pg/connection.h"

namespace lpc::shadow {

struct ColumnSum {
  std::string number;        ///< pg_attribute.attnum
  std::string type;          ///< with its modifier; a sum says nothing to that of another type
  std::string sum;
};

/// A table with its own rows, or one partition.
struct TableSum {
  std::string oid;
  std::string name;          ///< "shop.users"
  std::string root;          ///< the name of the partitioned table whose rows these are in the end, or its own
  long long rows = 0;
  std::map<std::string, ColumnSum> columns;    ///< by quoted name; none that are generated
};

/// By OID.
using RowSums = std::map<std::string, TableSum>;

/// Of all of the users' tables.
Result<RowSums> sum_rows(pg::Connection& connection);

/// What may differ: whole tables ("shop.users"), columns ("shop.users.phone", "shop.users.*") and all columns of a type ("shop.status").
struct Excused {
  std::set<std::string> tables, columns, types;
};

struct RowsDiffer {
  std::string table;         ///< "shop.users"
  std::string what;          ///< "has 3 of 200 rows"
};

/// What isn't as it was, an entry for each table; tables are followed by OID, else by name, and rows into the partitions of one table and out of them. Values count where a
/// column has its name and its type at both moments and none was renamed to it.
std::vector<RowsDiffer> rows_that_differ(const RowSums& before, const RowSums& after, const Excused& excused);

}  // namespace lpc::shadow
