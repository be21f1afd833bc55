// The compiler as one call, shared by the command line and every other front: sources in, desired catalog and managed scope out. Needs no database.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "plan/planner.h"
#include "sema/module.h"

namespace lpc::driver {

struct Program {
  Catalog catalog;             ///< desired; SQL as written, until a shadow makes it canonical
  plan::Scope scope;           ///< what the sources manage: declared schemas, and declared objects that stand in none
};

/// Parses, analyses and lowers the files (and those that they import, which are added to `sources`). Diagnostics go to the sink; with errors the
/// result is Failure::reported().
Result<Program> compile(const std::vector<FileId>& files, SourceMap& sources, frontend::FragmentParser& fragments, diag::Sink& sink);

/// The files of a source path: the file itself, or every .lp file under a folder, sorted. LP7010 when there is nothing to read.
Result<std::vector<std::string>> lp_files(const std::string& path);

/// The managed scope of a catalog: its schemas, and its objects outside schemas. Objects of the cluster (roles) count only `with_cluster`: sources declare those
/// they mean, while a database shows all that its server has.
plan::Scope scope_of(const Catalog& catalog, bool with_cluster);

}  // namespace lpc::driver
