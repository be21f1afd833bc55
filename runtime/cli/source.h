// Catalog sources: what a SOURCE argument may be, and how each becomes a Catalog.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace lpc::cli {

enum class SourceType : std::uint8_t { lp, sql, json, database };

struct SourceSpec {
  SourceType type;
  std::string path;                  ///< file, folder or connection string
  std::string revision;              ///< of git:REV:path; "" otherwise
};

/// By its form and, for a folder, by what is in it. LP7010 when there is no such thing, LP7014 for a bad git source.
Result<SourceSpec> classify(const std::string& argument);

struct Loaded {
  Catalog catalog;
  plan::Scope scope;
  bool canonical = false;            ///< its SQL came from a server
  int server_version = 0;            ///< of that server; 0 when none
};

/// The catalog that the sources (several only if all are .lp or all are .sql) describe, as far as no server is needed for .lp: not canonical then.
/// .sql is run in a shadow database and read back.
Result<Loaded> load(const std::vector<std::string>& arguments, Context& context);

/// load(), and .lp made canonical on the shadow too. `live` (may be null) gives the definitions of what the sources call external.
Result<Loaded> load_canonical(const std::vector<std::string>& arguments, const Catalog* live, int like_server_version, Context& context);

/// Introspects a database; unmodelled objects are reported, and refused unless `allow_unmodelled`.
Result<Loaded> load_database(pg::Connection& connection, Context& context);

}  // namespace lpc::cli
