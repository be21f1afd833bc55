#include "shadow/materialise.h"

#include <algorithm>

#include "introspect/introspect.h"
#include "kinds/kind.h"
#include "shadow/builder.h"
#include "shadow/embedded.h"
#include "shadow/observe.h"
#include "shadow/tablespaces.h"

namespace lpc::shadow {

namespace {

/// Cluster-wide objects that the catalog wants made as it describes them, split by whether the server has one of that name.
struct ClusterWide {
  std::vector<ObjectId> existing;    ///< left as they are
  std::vector<ObjectId> made;
};

/// On a server of our own, what an earlier build left is made anew; on another one, nothing that exists is touched.
Result<ClusterWide> sort_cluster_wide(ShadowServer& server, pg::Connection& connection, const Catalog& catalog) {
  const bool own_server = is_own_server(server);
  ClusterWide result;
  for (const Object& object : catalog.objects()) {
    if (object.external || object.id.kind != KindId::Role) continue;
    LP_TRY(const bool exists, role_exists(connection, object.id.name));
    const bool stays = exists && (!own_server || object.id.name == connection.user() || !connection.execute(sql("DROP ROLE {}", ident(object.id.name))));
    (stays ? result.existing : result.made).push_back(object.id);
  }
  return result;
}

bool is_made(const ClusterWide& cluster_wide, const std::string& name) {
  return std::any_of(cluster_wide.made.begin(), cluster_wide.made.end(), [&](const ObjectId& id) { return id.name == name; });
}

}  // namespace

bool is_own_server(const ShadowServer& server) { return dynamic_cast<const EmbeddedServer*>(&server) != nullptr; }

bool is_superuser(const pg::Connection& connection) { return connection.parameter_status("is_superuser") == "on"; }

Status ensure_usable_role(ShadowServer& server, pg::Connection& connection, const std::string& name) {
  LP_TRY(const bool exists, role_exists(connection, name));
  if (exists) return ok();
  // A role that only stands in for one elsewhere may own whatever that one owns: an event trigger's owner must be a superuser. The own server's roles end with it.
  if (is_own_server(server)) return connection.execute(sql("CREATE ROLE {} SUPERUSER", ident(name)));
  LP_DO(server.ensure_role(name));
  if (is_superuser(connection)) return ok();
  return connection.execute(sql("GRANT {} TO CURRENT_USER", ident(name)));
}

std::set<std::string> grantors(const Catalog& catalog) {
  constexpr std::string_view kBy = " by ";
  std::set<std::string> names;
  for (const Object& object : catalog.objects()) {
    for (const kinds::AttributeRule& rule : kinds::kind(object.id.kind).attributes) {
      const Value* grants = rule.content == kinds::Content::privileges ? object.attributes.find(rule.name) : nullptr;
      if (grants == nullptr) continue;
      for (const auto& [grantee, privileges] : grants->map()) {
        for (const std::string& privilege : privileges.texts()) {
          if (const std::size_t by = privilege.find(kBy); by != std::string::npos) names.insert(privilege.substr(by + kBy.size()));
        }
      }
    }
  }
  return names;
}

Status make_grantors_plain(ShadowServer& server, pg::Connection& connection, const Catalog& catalog) {
  if (!is_own_server(server)) return ok();
  for (const std::string& name : grantors(catalog)) {
    LP_TRY(const bool exists, role_exists(connection, name));
    if (exists && name != connection.user()) LP_DO(connection.execute(sql("ALTER ROLE {} NOSUPERUSER", ident(name))));
  }
  return ok();
}

Status build(ShadowServer& server, pg::Connection& connection, const Catalog& empty, const Catalog& catalog, const MaterialiseOptions& options, diag::Sink& sink) {
  LP_TRY(const ClusterWide cluster_wide, sort_cluster_wide(server, connection, catalog));
  for (const std::string& name : named_roles(catalog)) {
    if (!is_made(cluster_wide, name)) LP_DO(ensure_usable_role(server, connection, name));
  }
  LP_DO(make_grantors_plain(server, connection, catalog));
  LP_DO(ensure_tablespaces(server, connection, with_foreign_cluster(catalog, nullptr)));
  LP_TRY(const Build build, plan_build(empty, catalog, options.canonical, cluster_wide.existing, connection, sink));
  std::vector<Action> together;
  const auto run = [&]() -> Status {
    if (together.empty()) return ok();
    Script script;
    script.add("BEGIN");
    script.add("SET LOCAL check_function_bodies = off");
    add_actions(script, together);
    script.add("COMMIT");
    if (const Status built = run_script(connection, script, build.wanted, options.sources, sink); !built) {
      if (!connection.is_connection_lost()) (void)connection.execute("ROLLBACK");
      return built.failure();
    }
    together.clear();
    return ok();
  };
  for (const Action& action : build.actions) {
    if (action.object.kind != KindId::Tablespace) {
      together.push_back(action);
      continue;
    }
    LP_DO(run());
    for (const Sql& statement : action.sql) LP_DO(execute_outside_transaction(server, connection, statement.text));
  }
  LP_DO(run());
  for (const ObjectId& id : cluster_wide.made) LP_DO(server.adopt_role(id.name));
  return ok();
}

Status materialise(ShadowServer& server, pg::Connection& connection, const Catalog& catalog, const MaterialiseOptions& options, diag::Sink& sink) {
  frontend::FragmentParser fragments;
  LP_TRY(const Catalog empty, introspect::introspect(connection, {.again = true}, fragments, sink));
  return build(server, connection, empty, catalog, options, sink);
}

Result<Catalog> carry_out(ShadowServer& server, const Catalog& catalog, const NextActions& next, frontend::FragmentParser& fragments, diag::Sink& sink,
                          plan::Survivors* survivors) {
  LP_TRY(pg::Connection connection, server.create_database(room_for(catalog.objects().size())));
  LP_TRY(const Catalog empty, introspect::introspect(connection, {.again = true}, fragments, sink));
  LP_DO(build(server, connection, empty, with_foreign_cluster(catalog, nullptr), {.canonical = true}, sink));
  introspect::Identities before, after;
  if (survivors) LP_DO(introspect::introspect(connection, {.again = true, .identities = &before}, fragments, sink));
  Catalog reached = catalog;
  for (std::vector<Action> actions = next(reached); !actions.empty(); actions = next(reached)) {
    for (const Action& action : actions) {
      for (const Sql& statement : action.sql) LP_DO(connection.execute(statement));
    }
    LP_TRY(const Catalog read, introspect::introspect(connection, {.again = true, .identities = &after}, fragments, sink));
    reached = tidy(read, {catalog, empty, connection.user(), connection.user(), true});    // under a new name the owner is the old one, who may be called as the shadow's user
  }
  LP_DO(server.drop_database(connection.database()));
  if (survivors) *survivors = survivors_between(before, after);
  return reached;
}

}  // namespace lpc::shadow
