// The inside of materialise.h: the statements that build a catalog in an empty database, and what the server's refusal of one means for the user.
// Only this folder includes it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "change/action.h"
#include "diag/sink.h"
#include "pg/connection.h"
#include "plan/planner.h"
#include "shadow/materialise.h"

namespace lpc::shadow {

/// Statements to be sent in one pipeline, each with the action that it belongs to (null for those around them).
struct Script {
  std::vector<pg::Query> statements;
  std::vector<const Action*> actions;

  void add(std::string statement, const Action* action = nullptr);
};

struct Build {
  Catalog wanted;                  ///< what the planner was asked for
  std::vector<Action> actions;
};

/// Plans from `empty`, the catalog of an untouched database, to `catalog`. Cluster-wide objects that are external, or that the server has already (`existing`), are left alone.
Result<Build> plan_build(const Catalog& empty, const Catalog& catalog, bool canonical, const std::vector<ObjectId>& existing, const pg::Connection& connection,
                         diag::Sink& sink);
/// The statements of the actions, each under the search_path of its object's schema. Without BEGIN and COMMIT.
void add_actions(Script& script, const std::vector<Action>& actions);

/// The names of roles that the catalog speaks of: owners, grantees, grantors, and external or named cluster-wide objects. No PUBLIC, no predefined role.
std::vector<std::string> named_roles(const Catalog& catalog);

/// The same catalog with cluster-wide objects declared external unless `scope` covers them (null: none is covered), so that a build needs only their names.
Catalog with_foreign_cluster(Catalog catalog, const plan::Scope* scope);

/// Runs the script; an error is reported to the sink and leaves the transaction failed.
Status run_script(pg::Connection& connection, const Script& script, const Catalog& catalog, const SourceMap* sources, diag::Sink& sink);

/// LP6013 or LP6014 with the server's words at the object's place in the sources.
diag::Diagnostic rejection(const pg::ServerError& error, const Action* action, const Catalog& catalog, const SourceMap* sources, int server_version);

/// materialise() when the untouched database has been read already.
Status build(ShadowServer& server, pg::Connection& connection, const Catalog& empty, const Catalog& catalog, const MaterialiseOptions& options, diag::Sink& sink);
/// ensure_role(), and when the shadow's user is no superuser, a role that was made just now is granted to it: only members may give objects to a role.
Status ensure_usable_role(ShadowServer& server, pg::Connection& connection, const std::string& name);
/// Who grants what isn't theirs: such a role is no superuser, whose grants would be the owner's. https://www.postgresql.org/docs/15/sql-grant.html#SQL-GRANT-NOTES
std::set<std::string> grantors(const Catalog& catalog);
/// Takes back what ensure_usable_role() has given to the catalog's grantors.
Status make_grantors_plain(ShadowServer& server, pg::Connection& connection, const Catalog& catalog);
bool is_superuser(const pg::Connection& connection);
/// True for a server that lpc started itself and may do anything in.
bool is_own_server(const ShadowServer& server);

/// What came back from a shadow database, without what only the shadow put there.
struct ReadBack {
  const Catalog& said;             ///< what was built: hints, places and external objects come from it; attributes it leaves open are left out again
  const Catalog& empty;            ///< the untouched database: what it had and `said` doesn't is left out
  std::string admin;               ///< whom the shadow was built by
  std::string role;                ///< takes the admin's place as an owner; "" leaves it out
  bool roles_as_said = true;       ///< cluster-wide objects are those of `said`, unread
  bool others_server = false;      ///< cluster-wide objects may have been there before
};
Catalog tidy(const Catalog& read, const ReadBack& how);

}  // namespace lpc::shadow
