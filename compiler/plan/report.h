// What a plan says to people, worked out once: its phases, what each step holds up and for how long, what it risks, loses and brings back. The renderers (render.h)
// only lay it out, so that terminal, page, pull request and script say the same.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace lpc::plan {

/// What others can't do with a relation while a lock is held on it, mildest first. Follows from the conflicts of the lock modes:
/// https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-TABLES
enum class Blocks : std::uint8_t {
  nothing,          ///< up to ROW EXCLUSIVE
  schema_changes,   ///< SHARE UPDATE EXCLUSIVE
  writes,           ///< SHARE, SHARE ROW EXCLUSIVE, EXCLUSIVE
  everything,       ///< ACCESS EXCLUSIVE
};

Blocks blocks_of(std::string_view lock_mode);
/// "reads and writes", "writes", "schema changes", "nothing".
std::string_view blocked_words(Blocks blocks);

struct ReportLock {
  std::string relation;
  std::string mode;                ///< the measured one when there is one
  Blocks blocks = Blocks::nothing;
  bool measured = false;
  std::string predicted;           ///< when another mode was predicted than measured
};

enum class FactKind : std::uint8_t { lock, work, estimate, reason, check, undo };

/// A relation rewritten, or read from end to end.
struct Work {
  std::string relation;
  bool rewrites = false;
};

/// A sentence about a step.
struct Fact {
  FactKind kind;
  Blocks blocks = Blocks::nothing; ///< of a lock
  std::string text;
};

struct ReportStep {
  const Step* step = nullptr;
  int number = 0;                  ///< 1, 2, … in the order carried out
  std::vector<ReportLock> locks;   ///< strongest first
  std::vector<Work> works;
  std::vector<Fact> facts;         ///< all that is to be said besides description, SQL and hazards
};

/// The strongest lock that a phase takes on a relation. It is held to the phase's end.
struct HeldLock {
  std::string relation;
  Blocks blocks = Blocks::nothing;
  std::string mode;
  std::string duration;            ///< "for a moment", "while shop.users is rewritten"
  bool is_long = false;
};

/// What commits together, or one step outside a transaction.
struct Phase {
  int number = 0;
  bool transactional = true;
  std::string title;               ///< "Phase 2, a transaction: steps 3 to 5"
  std::vector<ReportStep> steps;
  std::vector<HeldLock> locks;     ///< strongest first; only those that hold up reads or writes
};

/// One direction of the plan.
struct Way {
  std::vector<Phase> phases;
  std::size_t steps = 0;
  std::string size;                ///< "5 steps, 1 transaction and 2 outside"
};

struct ReportHazard {
  const StepHazard* hazard = nullptr;
  int step = 0;
};

/// A line of the summary: "locks", "reads and writes on shop.users wait for a moment".
struct SummaryLine {
  enum class Tone : std::uint8_t { good, neutral, bad };
  std::string label;
  std::vector<std::string> texts;  ///< at least one
  Tone tone = Tone::neutral;
};

/// Who holds what when: a row a relation, a column a step.
struct HeatCell {
  Blocks blocks = Blocks::nothing;
  std::string mode;                ///< "" when there is no lock
  bool is_held_on = false;         ///< taken by an earlier step of the same transaction
};
struct HeatRow {
  std::string relation;
  std::vector<HeatCell> cells;
};
struct Heat {
  std::vector<int> columns;        ///< numbers of steps, or of phases
  bool by_phase = false;           ///< too many steps to show one by one
  std::vector<HeatRow> rows;       ///< hottest first
  std::size_t more_rows = 0;       ///< how many cooler ones are left out
};

struct Report {
  const Plan* plan = nullptr;
  std::vector<SummaryLine> summary;
  Way forward;
  Way reverse;
  std::vector<ReportHazard> hazards;
  Heat heat;
  std::string proof;               ///< a sentence
};

/// The report points into the plan.
Report make_report(const Plan& plan);

Heat make_heat(const Way& forward);

/// The plan turned around: its reverse is what is to be done.
Plan turned_around(const Plan& plan);

/// "1 step", "2 steps".
std::string counted(std::size_t count, std::string_view noun);
/// "a", "a and b", "a, b and c"; with many, the first few and how many more.
std::string listed(const std::vector<std::string>& items);

}  // namespace lpc::plan
