#include "shadow/rows_kept.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "introspect/macros.h"
#include "kinds/names.h"

namespace lpc::shadow {

namespace {

constexpr const char* kTables =
    "SELECT c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),\n"
    "  CASE WHEN c.relispartition THEN (SELECT pg_catalog.quote_ident(rn.nspname) || '.' || pg_catalog.quote_ident(r.relname)\n"
    "    FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = pg_catalog.pg_partition_root(c.oid)) END,\n"
    "  a.attnum, pg_catalog.quote_ident(a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod)\n"
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
    "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''\n"
    "WHERE c.relkind = 'r' AND {user_schema:n} AND {not_member:pg_class:c.oid} ORDER BY c.oid, a.attname";

/// Rows that go together: those of the tables and partitions that have had, or have now, one root.
struct Group {
  std::vector<const TableSum*> before, after;
};

std::string sum_of(const std::vector<const TableSum*>& tables, const std::string& column, const std::string& type, bool& comparable) {
  unsigned long long total = 0;
  for (const TableSum* table : tables) {
    const auto found = table->columns.find(column);
    if (found == table->columns.end() || found->second.type != type) {
      comparable = false;
      return {};
    }
    total += std::strtoull(found->second.sum.c_str(), nullptr, 10);    // (modulo 2^64, as the sums themselves)
  }
  return std::to_string(total);
}

/// Names that another column has now, or that belonged to one that has another name now.
std::set<std::string> renamed_columns(const std::vector<const TableSum*>& tables, const RowSums& after) {
  std::set<std::string> names;
  for (const TableSum* table : tables) {
    const auto now = after.find(table->oid);
    if (now == after.end()) continue;
    for (const auto& [name, column] : table->columns) {
      for (const auto& [new_name, other] : now->second.columns) {
        if (column.number == other.number && name != new_name) names.insert({name, new_name});
      }
    }
  }
  return names;
}

long long rows_of(const std::vector<const TableSum*>& tables) {
  long long total = 0;
  for (const TableSum* table : tables) total += table->rows;
  return total;
}

/// Groups are found by names of roots, "b " before the earlier ones' and "a " before the later ones', each of which leads to another one of its group or to itself.
class Groups {
 public:
  Groups(const RowSums& before, const RowSums& after) {
    std::map<std::string, std::string> roots_after;    // by the names of tables and of roots
    for (const auto& [oid, table] : after) {
      roots_after.emplace(table.root, table.root);
      roots_after.emplace(table.name, table.root);
    }
    for (const auto& [oid, table] : before) {
      const auto same = after.find(oid);
      if (same != after.end()) {
        join("b " + table.root, "a " + same->second.root);
        continue;
      }
      for (const std::string& name : {table.name, table.root}) {
        if (const auto found = roots_after.find(name); found != roots_after.end()) join("b " + table.root, "a " + found->second);
      }
    }
    for (const auto& [oid, table] : before) groups_[find("b " + table.root)].before.push_back(&table);
    for (const auto& [oid, table] : after) {
      const auto group = groups_.find(find("a " + table.root));
      if (group != groups_.end()) group->second.after.push_back(&table);    // (others are new)
    }
  }

  const std::map<std::string, Group>& all() const { return groups_; }

 private:
  std::string find(const std::string& name) {
    std::string at = name;
    for (auto next = leads_to_.find(at); next != leads_to_.end(); next = leads_to_.find(at)) at = next->second;
    return at;
  }

  void join(const std::string& one, const std::string& other) {
    const std::string first = find(one), second = find(other);
    if (first != second) leads_to_[first] = second;
  }

  std::map<std::string, std::string> leads_to_;
  std::map<std::string, Group> groups_;
};

}  // namespace

Result<RowSums> sum_rows(pg::Connection& connection) {
  // Under an empty search_path a type's name says its schema.
  LP_TRY(const std::vector<pg::Rows> answers, connection.pipeline({{"BEGIN"}, {"SET LOCAL search_path = ''"}, {introspect::expand_macros(kTables)}, {"COMMIT"}}));
  const pg::Rows& rows = answers[2];
  RowSums sums;
  for (int row = 0; row < rows.size(); ++row) {
    TableSum& table = sums[std::string(rows(row, 0))];
    table.oid = rows(row, 0);
    table.name = kinds::respelled(rows(row, 1));
    table.root = rows.is_null(row, 2) ? table.name : kinds::respelled(rows(row, 2));
    if (!rows.is_null(row, 3)) table.columns[std::string(rows(row, 4))] = {std::string(rows(row, 3)), std::string(rows(row, 5)), ""};
  }
  for (auto& [oid, table] : sums) {
    // Sums modulo 2^64, as text: a bigint's would overflow. A null and an empty text are two things, and so are two texts that a collation takes for equal.
    std::string query = "SELECT count(*)";
    for (const auto& [name, column] : table.columns) {
      query += fmt::format(", pg_catalog.mod(coalesce(sum(pg_catalog.hashtextextended(coalesce('=' || {}::text, '') COLLATE pg_catalog.\"C\", 0)::numeric + 9223372036854775808), 0), 18446744073709551616)", name);
    }
    LP_TRY(const pg::Rows sum, connection.query(fmt::format("{} FROM ONLY {}", query, table.name)));
    table.rows = sum.integer(0, 0);
    int at = 0;
    for (auto& [name, column] : table.columns) column.sum = sum(0, ++at);
  }
  return sums;
}

std::vector<RowsDiffer> rows_that_differ(const RowSums& before, const RowSums& after, const Excused& excused) {
  std::vector<RowsDiffer> found;
  const Groups groups(before, after);
  for (const auto& [name, group] : groups.all()) {
    const auto is_excused = [&](const TableSum* table) { return excused.tables.contains(table->name) || excused.tables.contains(table->root); };
    if (std::ranges::any_of(group.before, is_excused)) continue;
    const long long rows_before = rows_of(group.before), rows_after = rows_of(group.after);
    const std::string& table = group.before.front()->root;
    if (rows_before != rows_after) {
      found.push_back({table, fmt::format("has {} of {} rows", rows_after, rows_before)});
      continue;
    }
    const std::set<std::string> renamed = renamed_columns(group.before, after);
    std::vector<std::string> columns;
    for (const auto& [column, sum] : group.before.front()->columns) {
      const std::string element = sum.type.substr(0, sum.type.find('['));
      bool comparable = !excused.columns.contains(fmt::format("{}.{}", table, column)) && !excused.columns.contains(table + ".*") && !excused.types.contains(element) && !renamed.contains(column);
      if (!comparable) continue;
      const std::string was = sum_of(group.before, column, sum.type, comparable), is = sum_of(group.after, column, sum.type, comparable);
      if (comparable && was != is) columns.push_back(column);
    }
    if (!columns.empty()) found.push_back({table, "has other values in " + join(columns, ", ")});
  }
  return found;
}

}  // namespace lpc::shadow
