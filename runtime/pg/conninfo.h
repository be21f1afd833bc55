// Connection strings: what may be shown of them. Knows nothing of connections; opens none.
// Forms: https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lpc::pg {

struct ConninfoOption {
  std::string keyword;
  std::string value;
};

/// The options that a URL or a keyword/value string sets; LP6008 when it is neither. The message never holds a password.
Result<std::vector<ConninfoOption>> parse_conninfo(const std::string& conninfo_or_url);

/// The same string without its passwords, safe to print even when libpq can't read it.
std::string redacted(std::string_view conninfo_or_url);

/// True when it has the form of a connection string (`postgres://…`, `postgresql://…`, `host=… dbname=…`), not of a path.
bool looks_like_conninfo(std::string_view text);

/// `text` with every occurrence of the secret replaced by `***`.
std::string without_secret(std::string text, std::string_view secret);

}  // namespace lpc::pg
