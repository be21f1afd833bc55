// Of a database with each kind of object, every row of a system catalog is some kind's: by its catalog and OID, not by a name.
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <set>

#include "base/sql.h"
#include "scratch.h"

namespace lpc::test {
namespace {

using introspect::CatalogRow;

// Those that belong to the server (roles and tablespaces are managed when declared), the labels of enums, which are their type's, and the data of large objects.
constexpr const char* kCatalogs = R"(
  SELECT c.relname, c.oid::int8 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'oid' AND NOT a.attisdropped
  WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'
    AND c.relname NOT IN ('pg_authid', 'pg_auth_members', 'pg_database', 'pg_tablespace', 'pg_parameter_acl', 'pg_enum', 'pg_largeobject_metadata')
  ORDER BY 1)";

// What is part of something by its nature: internal parts, members of extensions and what comes with these, what a partition has from its parent.
constexpr const char* kParts = R"(
  SELECT d.classid::int8, d.objid::int8, d.refclassid::int8, d.refobjid::int8 FROM pg_depend d WHERE d.objid >= 16384 AND (d.deptype IN ('i', 'e', 'P')
    OR d.deptype = 'a' AND EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e')))";

// What a table has only because of the tables it inherits from, what TOAST and temporary tables need, operators that others only speak of, and members that the
// server's own operator families were given, which are told of.
constexpr const char* kImplied = R"(
  SELECT x.class::oid::int8, x.oid::int8 FROM (
    SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE NOT conislocal
    UNION ALL SELECT 'pg_attrdef'::regclass, d.oid FROM pg_attrdef d JOIN pg_inherits i ON i.inhrelid = d.adrelid
    UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = 'pg_toast'::regnamespace
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = 'pg_toast'::regnamespace
    UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname ~ '^pg_(toast_)?temp_'
    UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator WHERE oprcode = 0
    UNION ALL SELECT 'pg_amop'::regclass, oid FROM pg_amop WHERE amopfamily < 16384
    UNION ALL SELECT 'pg_amproc'::regclass, oid FROM pg_amproc WHERE amprocfamily < 16384) x(class, oid))";

class OwnedTest : public ScratchTest {
 protected:
  static CatalogRow row(const pg::Rows& rows, int at, int column) {
    return {static_cast<std::uint32_t>(rows.integer(at, column)), static_cast<std::uint32_t>(rows.integer(at, column + 1)), 0};
  }

  static pg::Rows ask(pg::Connection& connection, const std::string& query) {
    auto rows = connection.query(query);
    EXPECT_TRUE(bool(rows)) << query << "\n" << words(rows);
    return rows ? *std::move(rows) : pg::Rows();
  }

  /// By psql, whose commands the file needs.
  static void load(pg::Connection& connection, const std::string& file) {
    const pg::Rows where = ask(connection, "SELECT current_setting('unix_socket_directories'), current_setting('port'), current_database(), current_user");
    const std::string command = fmt::format("PGOPTIONS='-c client_min_messages=error' psql -Xqo /dev/null -v ON_ERROR_STOP=1 -h '{}' -p {} -d '{}' -U '{}' -f '{}'", where(0, 0), where(0, 1), where(0, 2), where(0, 3), file);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
};

TEST_F(OwnedTest, EveryRowOfASystemCatalogIsSomeKinds) {
  pg::Connection connection = database("CREATE ROLE postgres SUPERUSER");    // whom the file speaks of
  ASSERT_NO_FATAL_FAILURE(load(connection, LPC_SOURCE_DIR "/testdata/schemas/everything.sql"));
  introspect::Identities identities;
  read(connection, {.identities = &identities});
  EXPECT_EQ(count(sink_, diag::Code::kUnmodelledObject), 0U) << words(sink_);
  EXPECT_EQ(count(sink_, diag::Code::kAmongSystemObjects), 2U) << words(sink_);

  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<CatalogRow>> wholes;
  const pg::Rows parts = ask(connection, kParts);
  for (int i = 0; i < parts.size(); ++i) wholes[{row(parts, i, 0).catalog, row(parts, i, 0).oid}].push_back(row(parts, i, 2));
  std::set<std::pair<std::uint32_t, std::uint32_t>> implied;
  const pg::Rows rows = ask(connection, kImplied);
  for (int i = 0; i < rows.size(); ++i) implied.insert({row(rows, i, 0).catalog, row(rows, i, 0).oid});
  const std::function<bool(const CatalogRow&)> is_owned = [&](const CatalogRow& at) {
    if (identities.contains(at) || implied.contains({at.catalog, at.oid})) return true;
    const auto found = wholes.find({at.catalog, at.oid});
    return found != wholes.end() && std::any_of(found->second.begin(), found->second.end(), is_owned);
  };

  std::string orphans;
  const pg::Rows catalogs = ask(connection, kCatalogs);
  for (int i = 0; i < catalogs.size(); ++i) {
    const auto catalog = static_cast<std::uint32_t>(catalogs.integer(i, 1));
    const pg::Rows oids = ask(connection, sql("SELECT x.oid::int8, pg_describe_object({}, x.oid, 0) FROM {} x WHERE x.oid >= 16384", number(catalog), ident(catalogs(i, 0))).text);
    for (int k = 0; k < oids.size(); ++k) {
      if (!is_owned({catalog, static_cast<std::uint32_t>(oids.integer(k, 0)), 0})) orphans += fmt::format("{}: {}\n", catalogs(i, 0), oids(k, 1));
    }
  }
  EXPECT_EQ(orphans, "");
}

}  // namespace
}  // namespace lpc::test
