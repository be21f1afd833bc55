// Tablespaces on a shadow server: their folders are another machine's business, so all of them stand in the server's own data folder.
// https://www.postgresql.org/docs/15/runtime-config-developer.html#GUC-ALLOW-IN-PLACE-TABLESPACES
#pragma once

#include <string>

#include "catalog/catalog.h"
#include "shadow/server.h"

namespace lpc::shadow {

enum class OtherTablespaces { kGo, kStay };

/// Makes those that the catalog's relations name and the server lacks, and drops the others unless they stay; in that case
/// those that the catalog declares are left to the plan that makes them. Only on a server of our own: elsewhere nothing is added to the cluster.
Status ensure_tablespaces(ShadowServer& server, pg::Connection& connection, const Catalog& catalog, OtherTablespaces others = OtherTablespaces::kGo);
/// The statement as a shadow can carry it out: CREATE TABLESPACE without a location. One of the name that an earlier build left goes first.
Result<std::string> prepare_tablespace(pg::Connection& connection, const std::string& statement);

}  // namespace lpc::shadow
