#include "shadow/server.h"

#include "base/sql.h"
#include "shadow/embedded.h"
#include "shadow/external.h"

namespace lpc::shadow {

Result<std::unique_ptr<ShadowServer>> open_shadow(const ShadowOptions& options) {
  if (!options.url.empty()) return ExternalServer::open(options);
  return EmbeddedServer::open(options);
}

Status create_database_from_template0(pg::Connection& admin, const std::string& name, const DatabaseOptions& options) {
  std::vector<Sql> clauses = {sql("CREATE DATABASE {} TEMPLATE template0", ident(name))};
  clauses.push_back(sql("ENCODING {}", literal(options.encoding.empty() ? "UTF8" : options.encoding)));
  if (!options.collate.empty()) clauses.push_back(sql("LC_COLLATE {}", literal(options.collate)));
  if (!options.ctype.empty()) clauses.push_back(sql("LC_CTYPE {}", literal(options.ctype)));
  if (!options.owner.empty()) clauses.push_back(sql("OWNER {}", ident(options.owner)));
  return admin.execute(join(clauses, " "));
}

Status apply_database_settings(pg::Connection& admin, const std::string& name, const DatabaseOptions& options) {
  for (const auto& [setting, value] : options.settings) {
    LP_DO(admin.execute(sql("ALTER DATABASE {} SET {} = {}", ident(name), ident(setting), literal(value))));
  }
  return ok();
}

namespace {

/// A subscription keeps its database from being dropped; without its slot's name nothing is asked of the publisher.
/// https://www.postgresql.org/docs/15/sql-dropsubscription.html
Status drop_subscriptions(pg::Connection& connection) {
  LP_TRY(const pg::Rows subscriptions, connection.query("SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid "
                                                        "WHERE d.datname = pg_catalog.current_database()"));
  for (int row = 0; row < subscriptions.size(); ++row) {
    const Sql name = ident(subscriptions(row, 0));
    LP_DO(connection.execute(sql("ALTER SUBSCRIPTION {} DISABLE", name)));
    LP_DO(connection.execute(sql("ALTER SUBSCRIPTION {} SET (slot_name = NONE)", name)));
    LP_DO(connection.execute(sql("DROP SUBSCRIPTION {}", name)));
  }
  return ok();
}

}  // namespace

Status drop_database_by_force(pg::Connection& admin, const std::string& name, const std::function<Result<pg::Connection>()>& connect) {
  const Sql statement = sql("DROP DATABASE {} WITH (FORCE)", ident(name));
  const Status dropped = admin.execute(statement);
  if (dropped) return ok();
  constexpr std::string_view kObjectInUse = "55006";
  if (!admin.last_error() || admin.last_error()->sqlstate != kObjectInUse) return dropped.failure();
  {
    LP_TRY(pg::Connection inside, connect());
    LP_DO(drop_subscriptions(inside));
  }
  return admin.execute(statement);
}

Result<bool> role_exists(pg::Connection& admin, const std::string& name) {
  LP_TRY(const pg::Rows found, admin.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1", {name}));
  return !found.empty();
}

}  // namespace lpc::shadow
