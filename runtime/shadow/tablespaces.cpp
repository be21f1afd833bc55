#include "shadow/tablespaces.h"

#include <set>

#include "base/sql.h"
#include "base/sql_scan.h"
#include "kinds/kind.h"
#include "shadow/builder.h"

namespace lpc::shadow {

namespace {

constexpr std::string_view kCreate = "CREATE TABLESPACE ";

std::set<std::string> named_tablespaces(const Catalog& catalog) {
  std::set<std::string> names;
  for (const Object& object : catalog.objects()) {
    const std::string& name = object.attributes.text("tablespace");
    if (!name.empty() && !name.starts_with("pg_")) names.insert(name);
  }
  return names;
}

/// 15 has the setting, and the older ones since 14.5 and 13.8: https://www.postgresql.org/docs/release/14.5/
Result<bool> has_in_place(pg::Connection& connection) {
  LP_TRY(const pg::Rows rows, connection.query("SELECT FROM pg_catalog.pg_settings WHERE name = 'allow_in_place_tablespaces'"));
  return rows.size() > 0;
}

/// The end of the quoted or plain name that stands first.
std::size_t name_end(std::string_view text) { return text.empty() ? 0 : scan_lexeme(text, 0).end; }

}  // namespace

Status ensure_tablespaces(ShadowServer& server, pg::Connection& connection, const Catalog& catalog, OtherTablespaces others) {
  if (!is_own_server(server)) return ok();
  LP_TRY(const bool in_place, has_in_place(connection));
  if (!in_place) return ok();
  const std::set<std::string> names = named_tablespaces(catalog);
  // What earlier builds left would count as a part of this one. Those that another database still uses resist, and stay.
  LP_TRY(const pg::Rows left, connection.query("SELECT spcname FROM pg_catalog.pg_tablespace WHERE oid >= 16384"));
  for (int row = 0; row < left.size(); ++row) {
    if (others == OtherTablespaces::kGo && !names.contains(std::string(left(row, 0)))) (void)connection.execute(sql("DROP TABLESPACE {}", ident(left(row, 0))));
  }
  for (const std::string& name : names) {
    const Object* declared = catalog.find({KindId::Tablespace, "", name, "", ""});
    if (others == OtherTablespaces::kStay && declared && !declared->external) continue;    // the plan makes it
    LP_TRY(const pg::Rows rows, connection.query(sql("SELECT 1 FROM pg_catalog.pg_tablespace WHERE spcname = {}", literal(name))));
    if (rows.size() > 0) continue;
    LP_DO(connection.execute("SET allow_in_place_tablespaces = on"));
    LP_DO(connection.execute(sql("CREATE TABLESPACE {} LOCATION ''", ident(name))));
  }
  return ok();
}

Result<std::string> prepare_tablespace(pg::Connection& connection, const std::string& statement) {
  if (!std::string_view(statement).starts_with(kCreate)) return statement;
  const std::string_view rest = std::string_view(statement).substr(kCreate.size());
  const std::string name(rest.substr(0, name_end(rest)));
  constexpr std::string_view kLocation = " LOCATION ";
  const std::size_t path = name.size() + kLocation.size();
  if (rest.substr(name.size(), kLocation.size()) != kLocation || path >= rest.size()) return statement;
  const std::size_t after = scan_lexeme(rest, path).end;
  LP_DO(connection.execute("SET allow_in_place_tablespaces = on"));
  LP_DO(connection.execute(sql("DROP TABLESPACE IF EXISTS {}", fragment(name))));
  return std::string(kCreate) + name + std::string(kLocation) + "''" + std::string(rest.substr(after));
}

}  // namespace lpc::shadow
