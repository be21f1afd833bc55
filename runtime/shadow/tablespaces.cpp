#include "shadow/tablespaces.h"

#include <set>

#include "base/sql.h"
#include "base/sql_scan.h"
#include "base/text.h"
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

/// The name that a quoted or plain identifier stands for.
std::string meant_by(const std::string& identifier) {
  if (!identifier.starts_with('"')) return to_lower_ascii(identifier);
  std::string name;
  for (std::size_t at = 1; at + 1 < identifier.size(); ++at) {
    name += identifier[at];
    if (identifier[at] == '"') ++at;    // it is doubled
  }
  return name;
}

}  // namespace

Status ensure_tablespaces(ShadowServer& server, pg::Connection& connection, const Catalog& catalog, OtherTablespaces others) {
  if (!is_superuser(connection)) return ok();
  LP_TRY(const bool in_place, has_in_place(connection));
  if (!in_place) return ok();
  const std::set<std::string> names = named_tablespaces(catalog);
  // What earlier builds left would count as a part of this one. Those that another database still uses resist, and stay.
  LP_TRY(const pg::Rows left, connection.query("SELECT spcname FROM pg_catalog.pg_tablespace WHERE oid >= 16384"));
  for (int row = 0; row < left.size(); ++row) {
    const std::string name(left(row, 0));
    if (others == OtherTablespaces::kGo && !names.contains(name) && server.made_tablespace(name)) (void)connection.execute(sql("DROP TABLESPACE {}", ident(name)));
  }
  for (const std::string& name : names) {
    const Object* declared = catalog.find({KindId::Tablespace, "", name, "", ""});
    if (others == OtherTablespaces::kStay && declared && !declared->external) continue;    // the plan makes it
    LP_TRY(const pg::Rows rows, connection.query(sql("SELECT 1 FROM pg_catalog.pg_tablespace WHERE spcname = {}", literal(name))));
    if (rows.size() > 0) continue;
    LP_DO(connection.execute("SET allow_in_place_tablespaces = on"));
    LP_DO(connection.execute(sql("CREATE TABLESPACE {} LOCATION ''", ident(name))));
    LP_DO(server.adopt_tablespace(name));
  }
  return ok();
}

Status execute_outside_transaction(ShadowServer& server, pg::Connection& connection, const std::string& statement) {
  if (!std::string_view(statement).starts_with(kCreate)) return connection.execute(statement);
  const std::string_view rest = std::string_view(statement).substr(kCreate.size());
  const std::string written(rest.substr(0, name_end(rest)));
  constexpr std::string_view kLocation = " LOCATION ";
  const std::size_t path = written.size() + kLocation.size();
  if (rest.substr(written.size(), kLocation.size()) != kLocation || path >= rest.size()) return connection.execute(statement);
  const std::size_t after = scan_lexeme(rest, path).end;
  const std::string name = meant_by(written);
  LP_DO(connection.execute("SET allow_in_place_tablespaces = on"));
  if (server.made_tablespace(name)) LP_DO(connection.execute(sql("DROP TABLESPACE IF EXISTS {}", ident(name))));
  LP_DO(connection.execute(std::string(kCreate) + written + std::string(kLocation) + "''" + std::string(rest.substr(after))));
  return server.adopt_tablespace(name);
}

}  // namespace lpc::shadow
