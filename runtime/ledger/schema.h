// The tables in the schema `lockplane`: their SQL, version by version, and whether a role may use them. Knows nothing of what is in them.
#pragma once

#include "pg/connection.h"

namespace lpc::ledger {

/// What the database has of the ledger's tables.
struct Installed {
  bool schema = false;     ///< a schema `lockplane` exists
  int version = 0;         ///< of its tables; 0 when there are none
};

/// Needs no rights on the schema to say that there is none. LP6007 without the right to look into it, LP6034 when it is somebody else's or newer than this lpc.
Result<Installed> find_installed(pg::Connection& connection);

/// Makes or upgrades the tables in a transaction of its own; the caller holds the run lock (run_lock.h). LP6007, with the GRANTs to run, when the role may not
/// make them or write to them.
Status ensure_installed(pg::Connection& connection);

}  // namespace lpc::ledger
