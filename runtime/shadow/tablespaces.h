// Tablespaces on a shadow server: their folders are another machine's business, so all of them stand in the server's own data folder.
// https://www.postgresql.org/docs/15/runtime-config-developer.html#GUC-ALLOW-IN-PLACE-TABLESPACES
#pragma once

#include <string>

#include "catalog/catalog.h"
#include "shadow/server.h"

namespace lpc::shadow {

enum class OtherTablespaces { kGo, kStay };

/// Makes those that the catalog's relations name and the server lacks, and drops the others unless they stay; in that case
/// those that the catalog declares are left to the plan that makes them. Of another's server only those that were made here are dropped, and they go with the shadow.
/// Where the server or the role can't make them in its own folder, nothing is done.
Status ensure_tablespaces(ShadowServer& server, pg::Connection& connection, const Catalog& catalog, OtherTablespaces others = OtherTablespaces::kGo);
/// Carries a statement out that can't be in a transaction. What CREATE TABLESPACE makes stands in the server's own folder; one of the name that an earlier build left goes first.
Status execute_outside_transaction(ShadowServer& server, pg::Connection& connection, const std::string& statement);

}  // namespace lpc::shadow
