// A plan: ordered steps, their reverse, and what is known about both. A value that JSON can hold (plan_json.h); steps are what
// actions become once they are ordered. Knows no database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "change/action.h"

namespace lpc::plan {

struct Origin {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct StepLock {
  std::string relation;               ///< "shop.users"
  std::string predicted;              ///< "ACCESS EXCLUSIVE", or "" when nothing was predicted
  std::string measured;               ///< "" until the shadow has measured it
};

/// A relation that a step rewrites, or reads from end to end.
struct StepTouch {
  std::string relation;
  std::optional<bool> predicted;      ///< absent when nobody could say
  std::optional<bool> measured;       ///< absent until the shadow has measured it
};

struct StepHazard {
  std::string code;                   ///< "LP4001"
  std::string severity;               ///< "warning", "error"
  std::string message;
  std::string object;
  std::string allowed;                ///< the reason given; "" when it isn't
};

/// What the live database answered to a check.
struct CheckResult {
  enum class Outcome : std::uint8_t { empty, offends, timeout, failed } outcome = Outcome::empty;
  std::int64_t rows = 0;              ///< that offend
  std::vector<std::string> keys;      ///< of a few of them: `id = 17`
  std::string error;                  ///< why it couldn't be told
};

struct StepCheck {
  std::string description;
  std::string sql;                    ///< gives the keys of rows on which the step would fail; expected to be empty
  std::optional<CheckResult> result;  ///< nothing until a live database was asked
};

/// What the step has to do with, by the live database's statistics.
struct Estimate {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
};

enum class Reversible : std::uint8_t { exact, lossy, no };

struct Step {
  int id = 0;                         ///< 1, 2, … in order
  std::string description;
  std::vector<std::string> sql;
  std::vector<std::string> objects;   ///< ids as text
  std::optional<Origin> origin;
  int group = 1;                      ///< steps of one group share a transaction
  bool transactional = true;
  std::string kind = "ddl";
  std::vector<StepLock> locks;
  std::vector<StepTouch> rewrites;
  std::vector<StepTouch> scans;
  std::vector<StepHazard> hazards;
  std::vector<StepCheck> checks;
  std::optional<Estimate> estimate;
  std::string reversible = "exact";   ///< exact, lossy, no
  std::string reason;                 ///< why it is done this way rather than another; "" when there is nothing to say
};

struct Loss {
  std::string object;
  std::string what;
};

/// What the plan keeps of rows that it would lose otherwise (--keep-data).
struct Keep {
  std::string object;                 ///< id as text, by the name that it has before the plan
  std::string table;                  ///< its name in lockplane_trash
  std::vector<std::string> key;       ///< of a column: what tells rows apart
  std::vector<std::string> as_text;   ///< of a table: columns kept as text
};

/// What rows did on the way there and back.
struct RowsProof {
  int tables = 0;                     ///< that had some
  std::int64_t rows = 0;
  std::vector<std::string> empty;     ///< tables that took none: "shop.users"
};

struct Proof {
  std::string server;                 ///< "15.20"
  std::string forward;                ///< the hash reached
  std::string reverse;
  std::string scope = "full";         ///< closure, full
  std::optional<RowsProof> rows;      ///< when it was asked for (--with-data) and the plan took them
};

struct Plan {
  int version = 1;
  std::string source_hash;
  std::string target_hash;
  int server_version = 0;
  std::vector<std::string> managed;   ///< schemas that the hashes cover; {"*"} for all
  std::vector<std::string> declared;  ///< ids of objects outside schemas (extensions, roles …) that the hashes cover
  std::vector<std::string> external_partitions;    ///< ids of partitioned tables whose partitions the hashes leave out, unless these are among `declared`
  std::string role;                   ///< who it was planned for: the role that new objects belong to
  std::vector<Step> steps;
  std::vector<Step> reverse;
  std::vector<Loss> loses;
  std::vector<Keep> keeps;
  std::optional<Proof> proof;

  bool empty() const { return steps.empty(); }
};

}  // namespace lpc::plan
