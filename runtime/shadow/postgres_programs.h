// Finds the Postgres server programs of this machine. Runs none of them.
#pragma once

#include <string>

#include "base/result.h"

namespace lpc::shadow {

struct PostgresPrograms {
  std::string bindir;
  int major = 0;            ///< 0 when the folder's name doesn't tell
  std::string postgres() const { return bindir + "/postgres"; }
  std::string initdb() const { return bindir + "/initdb"; }
  /// Changes when the programs are replaced: their paths, sizes and times.
  std::string fingerprint() const;
};

/// `bindir` or LPC_PG_BINDIR alone when one is set; else the wanted major version if installed, else the newest. LP6010.
Result<PostgresPrograms> find_postgres(const std::string& bindir, int major);

}  // namespace lpc::shadow
