// What a migration file of any tool does to a database in use, judged from its statements alone. It knows which tables the script has made itself, whether a
// transaction is open and whether a lock_timeout is set; what was in the database before it can't know, so it takes every other table for one with rows.
// With a schema to start from, `lpc lint --base` runs the file on the shadow and judges facts instead.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "diag/diagnostic.h"

namespace lpc::lint {

struct Finding {
  diag::Code code;
  std::string message;
  std::string object;                 ///< "table shop.users"; names as written, in `public` when the statement names no schema
  Span span;
};

struct ScriptOptions {
  bool in_transaction = false;        ///< the tool runs each file in one transaction
};

/// The findings of the script, in order. `file` is in every span. A statement that the parser doesn't know gives none.
std::vector<Finding> judge_script(std::string_view text, FileId file, const ScriptOptions& options);

/// `-- lpc: allow LP4011 reason` before or in a statement.
struct Suppression {
  std::string code;
  std::string reason;
  Span statement;                     ///< the one it is about
};
/// Wrong ones are diagnostics (LP3004, LP7015).
std::vector<Suppression> suppressions(std::string_view text, FileId file, std::vector<diag::Diagnostic>& wrong);

}  // namespace lpc::lint
