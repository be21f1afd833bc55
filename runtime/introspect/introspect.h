// Reads a database into a Catalog: one snapshot, a loop over the kinds' queries, then who depends on whom. Names no kind. Knows nothing of plans or shadows.
#pragma once

#include <string>

#include "catalog/catalog.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "introspect/dependencies.h"
#include "introspect/unmodelled.h"
#include "pg/connection.h"

namespace lpc::introspect {

/// Which object each catalog row is. Only good within one database: it tells a renamed object from another one of that name.
using Identities = std::unordered_map<CatalogRow, ObjectId, CatalogRowHash>;

struct IntrospectOptions {
  /// The caller has a transaction open (a proof between its steps): read in it, leave it and its settings as they were.
  bool in_transaction = false;
  /// Leave dependencies out: for a hash alone.
  bool hash_only = false;
  /// The session is lpc's own and will be read again: the server keeps the queries' plans, which are most of the time that a small database takes.
  bool again = false;
  /// Takes what was found that no kind has; each is reported as LP5015 (a warning) all the same. Null: only reported.
  std::vector<Unmodelled>* unmodelled = nullptr;
  /// Takes the identities of what the catalog holds. Null: nobody wants them.
  Identities* identities = nullptr;
};

/// Everything in the database but system schemas, lpc's own schemas and members of extensions. Reads in one REPEATABLE READ, READ ONLY transaction with an empty
/// search_path, in pipeline mode. Works with a role that may only connect (what it can't see isn't in system catalogs' text functions; LP6007 then).
Result<Catalog> introspect(pg::Connection& connection, const IntrospectOptions& options, frontend::FragmentParser& fragments, diag::Sink& sink);

}  // namespace lpc::introspect
