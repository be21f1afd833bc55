// What a statement does to the relations that are there: locks, rewrites, scans. The rules are those of forms.def, which also makes docs/locks.md; lpc verify
// measures them on the shadow. A pure function of the statement, the state before it and the server's version.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "change/action.h"
#include "frontend/ddl_statement.h"
#include "plan/plan.h"

namespace lpc::plan {

/// A lock taken on a relation that exists before the plan.
struct PredictedLock {
  ObjectId relation;
  Lock lock;
};

/// What one statement, or all those of a step, do to relations that are there before it. Relations that the plan itself made are left out: nobody waits for those.
/// ACCESS SHARE locks, which every query takes, are left out; so is the lock of an index when its table has one at least as strong.
struct Impact {
  std::vector<std::string> forms;       ///< rows of the table (forms.def) by name, one for each command: "add column", "add check not valid"; "" when it has none
  std::vector<PredictedLock> locks;     ///< sorted by relation, the strongest lock of each
  std::vector<ObjectId> rewrites;       ///< sorted; tables and materialized views whose rows are written anew
  std::vector<ObjectId> scans;          ///< sorted; read from end to end
  std::vector<ObjectId> joined;         ///< of the scans, those that happen only when another table has rows: the far ends of foreign keys
  std::vector<ObjectId> empties;        ///< get a new, empty file: TRUNCATE
  bool exact = true;                    ///< false when more may happen than is said here: a query, a function's body, a form that the table lacks
};

/// What is known of the session that runs the statements; "" what nobody knows.
struct SessionFacts {
  std::string time_zone = {};           ///< between the two kinds of timestamp it decides whether rows are written anew
  std::string role = {};                ///< the owner of what is made
};

/// The state of a database as predictions need it. Starts as a catalog; statements move it on.
class Forecast {
 public:
  /// The catalog must outlive it.
  Forecast(const Catalog& before, int server_version, SessionFacts session = {});
  ~Forecast();
  Forecast(Forecast&&) noexcept;
  Forecast& operator=(Forecast&&) noexcept;

  /// What the statement would do now.
  Impact predict(const frontend::DdlStatement& statement) const;
  /// After the statement.
  void apply(const frontend::DdlStatement& statement);
  /// predict() and apply() of each, put together.
  Impact run(const std::vector<std::string>& statements);
  /// What filling a column in all rows does, which its statement keeps in a body: an UPDATE of the table, or of its leaves one after the other.
  Impact in_batches(const ObjectId& column, Lock lock) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One statement against one catalog.
Impact predict(const frontend::DdlStatement& statement, const Catalog& before, int server_version);

/// Puts the prediction into the step in place of an earlier one. What has been measured stays.
void write_prediction(const Impact& impact, Step& step);
/// Fills in the predicted locks, rewrites and scans of each step, which follow one another from `before` on, and gives the predictions, one for each step.
std::vector<Impact> predict_steps(std::vector<Step>& steps, const Catalog& before, int server_version, SessionFacts session = {});

/// What waits for a lock of that name: "reads and writes", "writes", "index builds and changes of the table"; "" for none.
std::string_view lock_blocks(std::string_view lock);

}  // namespace lpc::plan
