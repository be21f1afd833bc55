#include "ledger/schema.h"

#include <fmt/format.h>

#include <array>

#include "diag/sink.h"

namespace lpc::ledger {

namespace {

// One element a version: what leads there from the version before. Text of unbounded content is kept as json, escaped to ASCII, so that any server encoding can hold
// it and its bytes, which the hash chain covers, come back as they were. The owner's own right to change the ledger is taken away: rows are only added.
constexpr std::array<const char*, 1> kVersions = {R"sql(
CREATE SCHEMA lockplane;
COMMENT ON SCHEMA lockplane IS 'What lpc did to this database. Made, read and upgraded by lpc; no part of the application';

CREATE TABLE lockplane.version (
  version integer PRIMARY KEY,
  made_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  made_by name NOT NULL DEFAULT current_user
);

CREATE TABLE lockplane.run (
  run bigint PRIMARY KEY,
  kind text NOT NULL,
  plan json NOT NULL,
  plan_hash text NOT NULL,
  source_hash text NOT NULL,
  target_hash text NOT NULL,
  groups integer NOT NULL,
  actor text NOT NULL,
  server_role text NOT NULL,
  rolls_back bigint,
  started_at timestamptz NOT NULL
);
COMMENT ON TABLE lockplane.run IS 'One row for each run of a plan';

CREATE TABLE lockplane.step (
  run bigint NOT NULL,
  step integer NOT NULL,
  group_number integer NOT NULL,
  state text NOT NULL CHECK (state IN ('begun', 'done', 'failed')),
  changed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  PRIMARY KEY (run, step)
);
COMMENT ON TABLE lockplane.step IS 'Steps that are done, or that were begun outside a transaction';

CREATE TABLE lockplane.ledger (
  entry bigint PRIMARY KEY,
  run bigint NOT NULL,
  group_number integer NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  resulting_hash text NOT NULL,
  error text NOT NULL,
  receipts json NOT NULL,
  previous_hash text NOT NULL,
  entry_hash text NOT NULL,
  UNIQUE (run, group_number)
);
COMMENT ON TABLE lockplane.ledger IS 'One row for each group of steps that committed, written in its transaction and chained to the row before by entry_hash; rows are only added';
REVOKE UPDATE, DELETE, TRUNCATE ON lockplane.ledger FROM CURRENT_USER;
)sql"};

constexpr int kCurrentVersion = static_cast<int>(kVersions.size());

constexpr const char* kWriteGrants =
    "GRANT USAGE ON SCHEMA lockplane TO {0}; GRANT SELECT, INSERT ON lockplane.ledger TO {0}; "
    "GRANT SELECT, INSERT, DELETE ON lockplane.run TO {0}; GRANT SELECT, INSERT, UPDATE, DELETE ON lockplane.step TO {0}; GRANT SELECT ON lockplane.version TO {0}";
constexpr const char* kReadGrants = "GRANT USAGE ON SCHEMA lockplane TO {0}; GRANT SELECT ON ALL TABLES IN SCHEMA lockplane TO {0}";

// The privilege functions raise an error for a table that isn't there, hence the join.
constexpr const char* kStateQuery = R"sql(
SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE'), t.oid IS NOT NULL,
       t.oid IS NOT NULL AND pg_catalog.has_table_privilege(t.oid, 'SELECT'),
       current_user, pg_catalog.pg_get_userbyid(n.nspowner)
  FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class t ON t.relnamespace = n.oid AND t.relname = 'version'
 WHERE n.nspname = 'lockplane')sql";

constexpr const char* kMayWriteQuery = R"sql(
SELECT current_user, COALESCE(pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, p.privilege)), false)
  FROM (VALUES ('ledger', 'SELECT'), ('ledger', 'INSERT'), ('run', 'SELECT'), ('run', 'INSERT'), ('run', 'DELETE'),
               ('step', 'SELECT'), ('step', 'INSERT'), ('step', 'UPDATE'), ('step', 'DELETE')) p(relation, privilege)
  LEFT JOIN (pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'lockplane') ON c.relname = p.relation)sql";

Failure missing_privilege(std::string_view role, std::string_view what, std::string hint) {
  return {"LP6007", diag::make(diag::Code::kMissingPrivilege, {}, role, what).message, std::move(hint), ""};
}

std::string grants(const char* format, std::string_view role) { return "run as the owner of schema lockplane: " + fmt::format(fmt::runtime(format), ident(role).text); }

Failure foreign(const std::string& why, std::string hint) {
  return {"LP6034", diag::make(diag::Code::kForeignLedger, {}, why).message, std::move(hint), ""};
}

Status install(pg::Connection& connection, const Installed& before) {
  std::vector<Sql> parts{fragment("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")};
  for (int version = before.version; version < kCurrentVersion; ++version) {
    parts.push_back(fragment(kVersions[static_cast<std::size_t>(version)]));
    parts.push_back(sql("INSERT INTO lockplane.version (version) VALUES ({})", number(version + 1)));
  }
  parts.push_back(fragment("COMMIT"));
  const Status made = connection.execute(join(parts, ";\n"));
  if (made) return ok();
  Failure failure = made.failure();
  const bool privilege = connection.last_error() && pg::is_insufficient_privilege(connection.last_error()->sqlstate);
  if (!connection.is_connection_lost()) (void)connection.execute("ROLLBACK");
  if (!privilege) return failure;
  LP_TRY(const pg::Rows who, connection.query("SELECT current_user, pg_catalog.current_database()"));
  const std::string hint = before.schema ? "run lpc once as the owner of schema lockplane"
                                         : fmt::format("run as the owner of the database: GRANT CREATE ON DATABASE {} TO {}", ident(who(0, 1)).text, ident(who(0, 0)).text);
  return missing_privilege(who(0, 0), before.schema ? "upgrade the tables of schema `lockplane`" : "make the schema `lockplane`, where lpc keeps its ledger", hint);
}

}  // namespace

Result<Installed> find_installed(pg::Connection& connection) {
  LP_TRY(const pg::Rows state, connection.query(kStateQuery));
  if (state.empty()) return Installed{};
  if (!state.boolean(0, 0) || (state.boolean(0, 1) && !state.boolean(0, 2))) {
    return missing_privilege(state(0, 3), "read the ledger in schema `lockplane`", grants(kReadGrants, state(0, 3)));
  }
  if (!state.boolean(0, 1)) {
    return foreign(fmt::format("its owner `{}` made it for something else", state(0, 4)), "rename that schema: lpc needs the name for its ledger");
  }
  LP_TRY(const pg::Rows version, connection.query("SELECT pg_catalog.max(version) FROM lockplane.version"));
  const Installed installed{true, static_cast<int>(version.integer(0, 0))};
  if (installed.version > kCurrentVersion) {
    return foreign(fmt::format("its version is {}, and this lpc knows {}", installed.version, kCurrentVersion), "use the newer lpc that upgraded it");
  }
  return installed;
}

Status ensure_installed(pg::Connection& connection) {
  LP_TRY(const Installed installed, find_installed(connection));
  if (installed.version < kCurrentVersion) LP_DO(install(connection, installed));
  LP_TRY(const pg::Rows may_write, connection.query(kMayWriteQuery));
  if (may_write.boolean(0, 1)) return ok();
  return missing_privilege(may_write(0, 0), "write to the ledger in schema `lockplane`", grants(kWriteGrants, may_write(0, 0)));
}

}  // namespace lpc::ledger
