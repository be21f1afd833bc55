// .sql sources: SQL scripts (schema dumps, hand-written DDL) run in an empty shadow database and read back as a catalog.
#pragma once

#include <vector>

#include "base/source.h"
#include "catalog/catalog.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "shadow/server.h"

namespace lpc::shadow {

/// What the scripts make. Owners that they leave open are unsaid; roles are external unless a script makes them.
/// Runs the files in order, a statement at a time, each in a transaction of its own unless the script says otherwise. Roles that a script names without making them are made, and
/// all roles are gone again afterwards. The `\restrict` lines of pg_dump are skipped. Mistakes are reported at their place: LP6013, LP6014, LP6017.
Result<Catalog> run_sql_sources(ShadowServer& server, const std::vector<FileId>& files, const SourceMap& sources, frontend::FragmentParser& fragments, diag::Sink& sink);

}  // namespace lpc::shadow
