#include "shadow/builder.h"

#include <algorithm>
#include <set>

#include "kinds/common.h"
#include "kinds/kind.h"
#include "kinds/security_labels.h"
#include "plan/planner.h"
#include "plan/source_path.h"

namespace lpc::shadow {

namespace {

bool is_cluster_wide(const Object& object) { return kinds::kind(object.id.kind).traits.cluster_wide; }

/// What an untouched database has and the catalog lacks goes only when the catalog is that of a whole database: a schema that nothing stands in.
bool is_to_go(const Object& object, const Catalog& catalog) {
  if (kinds::kind(object.id.kind).traits.schemaless || !object.id.schema.empty()) return false;
  return std::none_of(catalog.objects().begin(), catalog.objects().end(), [&](const Object& other) { return other.id.schema == object.id.name; });
}

}  // namespace

void Script::add(std::string statement, const Action* action) {
  statements.push_back({std::move(statement), {}});
  actions.push_back(action);
}

Result<Build> plan_build(const Catalog& empty, const Catalog& catalog, bool canonical, const std::vector<ObjectId>& existing, const pg::Connection& connection,
                         diag::Sink& sink) {
  CatalogBuilder before;
  CatalogBuilder after;
  for (const Object& object : catalog.objects()) {
    if (is_cluster_wide(object) && (object.external || std::find(existing.begin(), existing.end(), object.id) != existing.end())) continue;
    Object wanted = object;
    wanted.external = false;
    wanted.hints.clear();
    after.add(std::move(wanted));
  }
  for (const Object& object : empty.objects()) {
    if (is_cluster_wide(object)) continue;
    before.add(object);
    if (!canonical || !is_to_go(object, catalog)) after.add(object);
  }
  const Catalog start = before.finish();
  diag::Sink notes;    // nothing is kept in order here: the database is empty
  Build build{plan::reconcile(start, after.finish(), "", connection.server_version_num(), notes), {}};
  const std::size_t errors = sink.error_count();
  build.actions = plan::plan_actions(start, build.wanted, {connection.server_version_num(), connection.user()}, sink);
  if (sink.error_count() > errors) return Failure::reported();
  return build;
}

void add_actions(Script& script, const std::vector<Action>& actions) {
  std::string schema_of_path;
  for (const Action& action : actions) {
    const std::string& schema = action.object.schema.empty() ? "public" : action.object.schema;
    if (schema != schema_of_path) {
      schema_of_path = schema;
      script.add(sql("SET LOCAL search_path = {}", plan::source_path(schema)).text);
    }
    for (const Sql& statement : action.sql) {
      if (!kinds::is_security_label(statement.text)) script.add(statement.text, &action);
    }
  }
}

std::vector<std::string> named_roles(const Catalog& catalog) {
  std::set<std::string> names;
  for (const Object& object : catalog.objects()) {
    kinds::add_named_roles(object, names);
    for (const ObjectId& need : object.depends_on) {
      if (need.kind == KindId::Role) names.insert(need.name);
    }
  }
  std::vector<std::string> result;
  for (const std::string& name : names) {
    if (!name.starts_with("pg_")) result.push_back(name);
  }
  return result;
}

Catalog with_foreign_cluster(Catalog catalog, const plan::Scope* scope) {
  for (const Object& object : catalog.objects()) {
    if (is_cluster_wide(object) && (!scope || !scope->covers(object))) catalog.edit(object.id)->external = true;
  }
  return catalog;
}

Status run_script(pg::Connection& connection, const Script& script, const Catalog& catalog, const SourceMap* sources, diag::Sink& sink) {
  const auto results = connection.pipeline(script.statements);
  if (results) return ok();
  const auto& error = connection.last_error();
  if (!error || connection.is_connection_lost() || error->interrupted || error->statement >= script.actions.size()) return results.failure();
  sink.add(rejection(*error, script.actions[error->statement], catalog, sources, connection.server_version_num()));
  return Failure::reported();
}

}  // namespace lpc::shadow
