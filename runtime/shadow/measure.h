// What each step of a proof locks, rewrites and scans, read from the server while the step's transaction is open; a second session watches what runs outside of one.
// Knows no forms and no kinds: it compares with what the step predicts.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "diag/sink.h"
#include "pg/connection.h"
#include "plan/impact.h"
#include "plan/plan.h"

namespace lpc::shadow {

using ConnectFn = std::function<Result<pg::Connection>()>;

/// Follows the steps of one run. A database without relations at the start has nothing to be waited for, and nothing is measured.
class Meter {
 public:
  /// `connect` gives one more session with the database, as a role that may lock every table.
  Meter(pg::Connection& connection, ConnectFn connect) : connection_(connection), connect_(std::move(connect)) {}

  /// Which relations there are before the first step.
  Status start();
  /// Opens a transaction: BEGIN, and what this session has scanned before.
  Status begin();
  /// After a step, in its transaction: fills in what was measured. Steps that touch nothing by an exact prediction are looked at together with the next one.
  Status step_done(plan::Step& step, const plan::Impact& predicted);
  /// Before COMMIT.
  Status end();
  /// Runs a step outside of a transaction, watched from a second session while others make it wait.
  Status watch(plan::Step& step, const plan::Impact& predicted, const std::function<Status()>& run);

  /// Differences between prediction and measurement, one note for each step.
  std::vector<diag::Diagnostic> take_notes() { return std::move(notes_); }

 private:
  struct Relation {
    std::string name;             ///< as it is called now
    char kind = 0;                ///< pg_class.relkind
    std::string file;             ///< pg_class.relfilenode
    std::string table;            ///< of an index: the table's OID
    long long scans = 0;          ///< of the session, since its figures were last sent
  };
  struct Seen {
    int modes = 0;                ///< new with the step
    bool rewritten = false;
    bool scanned = false;
  };
  using Sightings = std::map<std::string, Seen>;    ///< by OID

  Status read_relations(std::map<std::string, Relation>& into);
  Result<Sightings> look();
  void record(plan::Step& step, const plan::Impact& predicted, const Sightings& seen);
  Result<Sightings> sightings(const std::map<std::string, int>& modes, const std::map<std::string, long long>& scans_before, const plan::Impact& predicted);
  Status forget_names(const plan::Step& step);
  Result<std::map<std::string, long long>> all_scans();
  std::string name_of_table(const Relation& relation) const;

  pg::Connection& connection_;
  ConnectFn connect_;
  std::map<std::string, Relation> relations_;    ///< by OID; those that were there at the start
  std::map<std::string, int> held_;              ///< bits of the modes that the transaction holds, by OID
  plan::Step* skipped_ = nullptr;                ///< the last step that wasn't looked at by itself
  plan::Impact skipped_impact_;
  bool crowded_ = false;                         ///< the transaction holds so many locks that looking would take long
  std::vector<diag::Diagnostic> notes_;
};

}  // namespace lpc::shadow
