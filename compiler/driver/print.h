// Catalogs as text: .lp (the reverse of compile) and SQL.
#pragma once

#include <map>
#include <string>

#include "catalog/catalog.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"

namespace lpc::driver {

enum class Split : std::uint8_t { file, schema, object };

/// Relative file name -> formatted .lp text. With Split::file there is one entry, "schema.lp".
std::map<std::string, std::string> print_lp(const Catalog& catalog, Split split);

/// The file as `lpc fmt` writes it; its own text when it has errors, which go to the sink.
std::string format_lp(FileId file, const SourceMap& sources, diag::Sink& sink);

/// The SQL that builds the catalog in a new database, a statement a line, in dependency order. Unless the catalog is canonical, what its expressions and bodies
/// call by bare names is looked for in their object's own schema, then in public.
Result<std::string> print_sql(const Catalog& catalog, bool canonical, int server_version, diag::Sink& sink);

}  // namespace lpc::driver
