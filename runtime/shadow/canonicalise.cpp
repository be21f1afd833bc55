#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "introspect/introspect.h"
#include "kinds/kind.h"
#include "shadow/builder.h"
#include "shadow/canonical_cache.h"
#include "shadow/materialise.h"
#include "shadow/tablespaces.h"

namespace lpc::shadow {

namespace {

bool has_extensions(const Catalog& catalog) {
  return !catalog.of(KindId::Extension).empty();
}

/// The versions of the extensions that the catalog wants, as the server offers them: they decide what their types and functions are.
Result<std::string> extension_versions(pg::Connection& connection, const Catalog& catalog) {
  std::string names;
  for (const Object& object : catalog.of(KindId::Extension)) names += (names.empty() ? "" : ",") + literal(object.id.name).text;
  LP_TRY(const pg::Rows rows, connection.query(sql("SELECT name || ' ' || coalesce(default_version, '') FROM pg_catalog.pg_available_extensions WHERE name IN ({}) ORDER BY 1",
                                                   fragment(names))));
  std::string versions;
  for (int row = 0; row < rows.size(); ++row) versions += std::string(rows(row, 0)) + "\n";
  return versions;
}

/// Roles are made inside the transaction that is rolled back, so that none is left behind.
Status add_roles(Script& script, pg::Connection& connection, const Catalog& catalog) {
  const std::set<std::string> plain = grantors(catalog);
  for (const std::string& name : named_roles(catalog)) {
    LP_TRY(const bool exists, role_exists(connection, name));
    if (exists) continue;
    // Who may own anything: an event trigger's owner must be a superuser. Only a superuser can make one, though.
    script.add((is_superuser(connection) && !plain.contains(name) ? sql("CREATE ROLE {} SUPERUSER", ident(name)) : sql("CREATE ROLE {}", ident(name))).text);
    if (!is_superuser(connection)) script.add(sql("GRANT {} TO CURRENT_USER", ident(name)).text);
  }
  return ok();
}

/// Builds and reads in one transaction, which is then undone.
Result<Catalog> build_and_read(pg::Connection& connection, const Catalog& catalog, const MaterialiseOptions& options, frontend::FragmentParser& fragments,
                               diag::Sink& sink) {
  LP_TRY(const Catalog empty, introspect::introspect(connection, {.again = true}, fragments, sink));
  LP_TRY(const Build build, plan_build(empty, with_foreign_cluster(catalog, nullptr), options.canonical, {}, connection, sink));
  Script script;
  script.add("BEGIN");
  script.add("SET LOCAL check_function_bodies = off");
  LP_DO(add_roles(script, connection, catalog));
  add_actions(script, build.actions);
  LP_DO(run_script(connection, script, build.wanted, options.sources, sink));
  LP_TRY(const Catalog read, introspect::introspect(connection, {.in_transaction = true, .again = true}, fragments, sink));
  return tidy(read, {catalog, empty, connection.user(), "", true});
}

/// The answer as it was found, with what only the sources know.
Catalog with_sources(Catalog kept, const Catalog& catalog) {
  for (const Object& object : kept.objects()) {
    Object& edited = *kept.edit(object.id);
    if (const Object* said = catalog.find(object.id)) {
      edited.hints = said->hints;
      edited.external_partitions = said->external_partitions;
    }
    for (const Object* outer = &object; outer; outer = outer->parent ? kept.find(*outer->parent) : nullptr) {
      const Object* said = catalog.find(outer->id);
      if (!said || said->origin.is_nowhere()) continue;
      edited.origin = said->origin;
      break;
    }
  }
  return kept;
}

}  // namespace

Result<Catalog> canonicalise(ShadowServer& server, const Catalog& catalog, const MaterialiseOptions& options, frontend::FragmentParser& fragments, diag::Sink& sink) {
  const CanonicalCache cache;
  std::string key;
  if (options.use_cache && !has_extensions(catalog)) {
    key = cache.key(catalog, fmt::format("{}\n{}", server.server_version(), options.canonical));
    if (const auto kept = cache.find(key)) return with_sources(*kept, catalog);
  }
  LP_TRY(pg::Connection connection, server.create_database(room_for(catalog.objects().size())));
  if (options.use_cache && key.empty()) {
    LP_TRY(const std::string versions, extension_versions(connection, catalog));
    key = cache.key(catalog, fmt::format("{}\n{}\n{}", server.server_version(), options.canonical, versions));
    if (const auto kept = cache.find(key)) {
      server.take_back(std::move(connection));
      return with_sources(*kept, catalog);
    }
  }
  LP_DO(ensure_tablespaces(server, connection, catalog));
  const std::string database = connection.database();
  Result<Catalog> result = build_and_read(connection, catalog, options, fragments, sink);
  if (!connection.is_connection_lost() && connection.transaction_state() != pg::TransactionState::kIdle) (void)connection.execute("ROLLBACK");
  const Status dropped = connection.is_connection_lost() ? server.drop_database(database) : ok();
  if (!connection.is_connection_lost()) server.take_back(std::move(connection));
  if (!result) return result.failure();
  LP_DO(dropped);
  if (options.use_cache) cache.put(key, *result);
  return result;
}

Result<Catalog> settle(ShadowServer& server, const Catalog& catalog, frontend::FragmentParser& fragments, diag::Sink& sink) {
  constexpr int kMost = 5;    // what still changes then never comes to rest, and the proof tells of it
  Catalog settled = catalog;
  for (int round = 0; round < kMost; ++round) {
    LP_TRY(Catalog read, canonicalise(server, settled, {.canonical = true}, fragments, sink));
    const bool same = catalog_hash(read) == catalog_hash(settled);
    settled = std::move(read);
    if (same) break;
  }
  return settled;
}

}  // namespace lpc::shadow
