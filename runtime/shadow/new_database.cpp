#include "shadow/new_database.h"

namespace lpc::shadow {

Result<std::set<std::string>> role_names(pg::Connection& connection) {
  LP_TRY(const pg::Rows rows, connection.query("SELECT rolname FROM pg_catalog.pg_roles"));
  std::set<std::string> names;
  for (int row = 0; row < rows.size(); ++row) names.emplace(rows(row, 0));
  return names;
}

Status adopt_roles(ShadowServer& server, pg::Connection& connection, const std::set<std::string>& before) {
  LP_TRY(const std::set<std::string> after, role_names(connection));
  for (const std::string& name : after) {
    if (!before.contains(name)) LP_DO(server.adopt_role(name));
  }
  return ok();
}

}  // namespace lpc::shadow
