// Builds a catalog in an empty shadow database, and reads it back as Postgres sees it. Postgres is the canonicaliser: two catalogs are compared only when both came
// out of one server.
#pragma once

#include "catalog/catalog.h"
#include "change/action.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "plan/respelling.h"
#include "shadow/server.h"

namespace lpc::shadow {

struct MaterialiseOptions {
  /// True when the SQL in the catalog came from a server (everything qualified). False for sources: each statement then runs with the search_path of the schema that its object stands in.
  bool canonical = false;
  /// The sources that the catalog came from, to place the server's errors in them; may be null.
  const SourceMap* sources = nullptr;
  /// canonicalise() only: look in the user's cache of canonical catalogs, and keep the answer there.
  bool use_cache = true;
};

/// Builds `catalog` in the database of `connection` (just made by create_database): plans from what the empty database holds to the catalog, and runs that in one
/// transaction, pipelined, with check_function_bodies off. Roles that the catalog names (owners, grantees, policies, default privileges) are made first. An error
/// becomes a diagnostic at the object's origin (LP6014, LP6013 for an extension that the server lacks, naming the Debian package where it is known), with the server's position mapped
/// into the source where the SQL fragment stands in it word for word.
Status materialise(ShadowServer& server, pg::Connection& connection, const Catalog& catalog, const MaterialiseOptions& options, diag::Sink& sink);

/// What to do next to a database that holds this catalog; empty when it is enough.
using NextActions = std::function<std::vector<Action>(const Catalog&)>;
/// `catalog` (of a whole database) after all that `next` says, as Postgres itself tells it: built in a new database, changed there and read back after each turn.
/// `survivors` (may be null) takes what its objects were before.
Result<Catalog> carry_out(ShadowServer& server, const Catalog& catalog, const NextActions& next, frontend::FragmentParser& fragments, diag::Sink& sink,
                          plan::Survivors* survivors = nullptr);

/// materialise() in a new database, introspect, drop the database. Hints and origins are carried over from `catalog`; owners that `catalog` leaves unsaid are left out again.
/// Only what `catalog` declares or implies comes back: its external objects stay as they were.
Result<Catalog> canonicalise(ShadowServer& server, const Catalog& catalog, const MaterialiseOptions& options, frontend::FragmentParser& fragments, diag::Sink& sink);

/// A canonical catalog as a server reads it that was built from it, over and over until it reads what it was built from (plan/respelling.h). Most catalogs are that already.
Result<Catalog> settle(ShadowServer& server, const Catalog& catalog, frontend::FragmentParser& fragments, diag::Sink& sink);

}  // namespace lpc::shadow
