#include "plan/impact.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "kinds/online.h"
#include "plan/impact_conditions.h"
#include "plan/impact_state.h"

namespace lpc::plan {

struct Forecast::State : ImpactState {
  using ImpactState::ImpactState;
};

namespace {

using frontend::ConstraintClause;
using frontend::ConstraintType;
using frontend::DdlCommand;
using frontend::DdlStatement;

struct Form {
  std::string_view name, statement, verb;
  ImpactCondition condition;
  int first_major;
  std::string_view locks, rewrites, scans;
};

constexpr Form kForms[] = {
#define FORM(name, statement, verb, condition, first_major, locks, rewrites, scans, online) \
  {name, statement, verb, conditions::condition, first_major, locks, rewrites, scans},
#include "plan/forms.def"
#undef FORM
};

/// Statements whose row says what is certain; a query may lock and read more or less, as its plan goes.
constexpr auto kQueries = std::to_array<std::string_view>({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "CREATE TABLE AS", "CREATE MATERIALIZED VIEW",
                                                           "REFRESH MATERIALIZED VIEW"});

Lock lock_of(std::string_view abbreviation) {
  static constexpr auto kModes = std::to_array<std::pair<std::string_view, Lock>>(
      {{"RS", Lock::row_share}, {"RX", Lock::row_exclusive}, {"SUX", Lock::share_update_exclusive}, {"S", Lock::share}, {"SRX", Lock::share_row_exclusive},
       {"X", Lock::exclusive}, {"AX", Lock::access_exclusive}});
  const auto found = std::ranges::find(kModes, abbreviation, &std::pair<std::string_view, Lock>::first);
  LP_CHECK(found != kModes.end());
  return found->second;
}

Lock lock_named(std::string_view name) {
  for (std::uint8_t level = 0; level <= static_cast<std::uint8_t>(Lock::access_exclusive); ++level) {
    if (lock_name(static_cast<Lock>(level)) == name) return static_cast<Lock>(level);
  }
  return Lock::none;
}

/// How forms.def calls what the command does.
std::string verb_of(const DdlStatement& statement, const DdlCommand& command, const ConstraintClause* constraint) {
  if (command.verb == "ADD" && constraint != nullptr && statement.statement != "ALTER DOMAIN") {
    switch (constraint->type) {
      case ConstraintType::check: return "ADD CHECK";
      case ConstraintType::not_null: return "ADD NOT NULL";
      case ConstraintType::foreign_key: return "ADD FOREIGN KEY";
      case ConstraintType::unique:
      case ConstraintType::primary_key:
      case ConstraintType::exclude: return constraint->using_index.empty() ? "ADD UNIQUE" : "ADD USING INDEX";
    }
  }
  if (command.verb == "DETACH PARTITION" && command.concurrently) return "DETACH PARTITION CONCURRENTLY";
  if (command.verb.empty() && statement.concurrently) return "CONCURRENTLY";
  if (command.bound && (statement.statement == "CREATE TABLE" || statement.statement == "CREATE FOREIGN TABLE")) return "PARTITION OF";
  return command.verb;
}

std::string_view verb_in_column(ConstraintType type) {
  switch (type) {
    case ConstraintType::check: return "ADD COLUMN CHECK";
    case ConstraintType::foreign_key: return "ADD COLUMN REFERENCES";
    case ConstraintType::not_null:
    case ConstraintType::unique:
    case ConstraintType::primary_key:
    case ConstraintType::exclude: return "ADD COLUMN UNIQUE";
  }
  return "";
}

const Form* find_form(std::string_view statement, std::string_view verb, const ImpactCase& at) {
  for (const Form& form : kForms) {
    const bool fits = form.statement == statement && (form.verb == verb || form.verb == "*") && at.major() >= form.first_major;
    if (fits && form.condition(at)) return &form;
  }
  // Views, sequences and indexes share the commands of tables.
  static constexpr auto kLikeTables =
      std::to_array<std::string_view>({"ALTER VIEW", "ALTER MATERIALIZED VIEW", "ALTER SEQUENCE", "ALTER INDEX", "ALTER FOREIGN TABLE"});
  return std::ranges::find(kLikeTables, statement) == kLikeTables.end() ? nullptr : find_form("ALTER TABLE", verb, at);
}

/// What the commands of a statement do, put together.
class Collector {
 public:
  explicit Collector(const ImpactState& state) : state_(state) {}

  void add(const DdlStatement& statement) {
    if (statement.statement.empty()) {
      impact_.forms.emplace_back();
      impact_.exact = false;
      return;
    }
    if (statement.has_queries || std::ranges::find(kQueries, statement.statement) != kQueries.end()) impact_.exact = false;
    for (const DdlCommand& command : statement.commands) add(statement, command);
  }

  Impact finish() {
    // An index's lock says nothing new when nobody gets past its table's.
    for (const auto& [name, lock] : locks_) {
      const RelationFacts& facts = *state_.find(name);
      const auto table = facts.type == kinds::RelationType::index ? locks_.find(facts.table) : locks_.end();
      if (table == locks_.end() || table->second < lock) impact_.locks.push_back({facts.id, lock});
    }
    for (const RelationName& name : rewrites_) impact_.rewrites.push_back(state_.find(name)->id);
    for (const RelationName& name : scans_) impact_.scans.push_back(state_.find(name)->id);
    for (const RelationName& name : joined_) impact_.joined.push_back(state_.find(name)->id);
    for (const RelationName& name : empties_) impact_.empties.push_back(state_.find(name)->id);
    return std::move(impact_);
  }

 private:
  void add(const DdlStatement& statement, const DdlCommand& command) {
    ImpactCase at{state_, statement, command, nullptr, {}, nullptr};
    if (!statement.relations.empty()) at.table = state_.resolve(statement.relations.front());
    at.facts = state_.find(at.table);
    const ConstraintClause* constraint = command.column || command.constraints.empty() ? nullptr : &command.constraints.front();
    at.constraint = statement.statement.starts_with("CREATE ") ? nullptr : constraint;
    add_form(verb_of(statement, command, constraint), at);
    if (command.column && command.verb == "ADD COLUMN") {
      for (const ConstraintClause& own : command.column->constraints) {
        at.constraint = &own;
        add_form(verb_in_column(own.type), at);
      }
    }
    if (statement.statement == "TRUNCATE") note(empties_, role("truncated_users", at));
  }

  void add_form(std::string_view verb, const ImpactCase& at) {
    const Form* form = find_form(at.statement.statement, verb, at);
    impact_.forms.emplace_back(form == nullptr ? "" : form->name);
    if (form == nullptr) {
      const bool reaches = at.statement.cascade || at.command.cascade || !at.statement.relations.empty() || at.statement.statement.ends_with("EXTENSION");
      impact_.exact &= !reaches;
      return;
    }
    for (const std::string& lock : split(form->locks, ',')) add_locks(trim(lock), at);
    for (const std::string& name : split(form->rewrites, ',')) note(rewrites_, relations(trim(name), at));
    for (const std::string& text : split(form->scans, ',')) {
      const bool joined = trim(text).starts_with('~');
      const Names names = relations(trim(text).substr(joined ? 1 : 0), at);
      note(scans_, names);
      if (joined) note(joined_, names);
    }
  }

  static Names relations(std::string_view name, const ImpactCase& at) { return name.empty() ? Names{} : role(name, at); }

  void add_locks(std::string_view text, const ImpactCase& at) {
    if (text.empty()) return;
    const std::size_t blank = text.find(' ');
    const Lock lock = text.starts_with('*') ? lock_named(at.command.verb) : lock_of(text.substr(0, blank));
    if (lock <= Lock::access_share) return;
    for (const RelationName& name : role(text.substr(blank + 1), at)) {
      if (!state_.find(name) || state_.made.contains(name)) continue;
      Lock& strongest = locks_[name];
      strongest = std::max(strongest, lock);
    }
  }

  void note(std::set<RelationName>& out, const Names& names) const {
    for (const RelationName& name : names) {
      const RelationFacts* facts = state_.find(name);
      if (facts != nullptr && facts->has_rows() && !state_.made.contains(name)) out.insert(name);
    }
  }

  const ImpactState& state_;
  Impact impact_;
  std::map<RelationName, Lock> locks_;
  std::set<RelationName> rewrites_, scans_, joined_, empties_;
};

void merge(Impact& all, Impact more) {
  all.exact &= more.exact;
  std::ranges::move(more.forms, std::back_inserter(all.forms));
  for (const PredictedLock& lock : more.locks) {
    const auto same = std::ranges::find(all.locks, lock.relation, &PredictedLock::relation);
    if (same == all.locks.end()) {
      all.locks.push_back(lock);
    } else {
      same->lock = std::max(same->lock, lock.lock);
    }
  }
  const auto join = [](std::vector<ObjectId>& into, const std::vector<ObjectId>& from) {
    for (const ObjectId& id : from) {
      if (std::ranges::find(into, id) == into.end()) into.push_back(id);
    }
  };
  join(all.rewrites, more.rewrites);
  join(all.scans, more.scans);
  join(all.joined, more.joined);
  join(all.empties, more.empties);
}

void sort(Impact& impact) {
  const auto by_path = [](const ObjectId& a, const ObjectId& b) { return a.path() < b.path(); };
  std::ranges::sort(impact.locks, [&](const PredictedLock& a, const PredictedLock& b) { return by_path(a.relation, b.relation); });
  for (std::vector<ObjectId>* list : {&impact.rewrites, &impact.scans, &impact.joined, &impact.empties}) std::ranges::sort(*list, by_path);
}

Impact predict_with(const DdlStatement& statement, const ImpactState& state) {
  Collector collector(state);
  collector.add(statement);
  Impact impact = collector.finish();
  sort(impact);
  return impact;
}

void note_touches(const std::vector<ObjectId>& relations, std::vector<StepTouch>& touches) {
  for (const ObjectId& id : relations) {
    const std::string path = id.path();
    auto found = std::ranges::find(touches, path, &StepTouch::relation);
    if (found == touches.end()) found = touches.insert(touches.end(), {path, {}, {}});
    found->predicted = true;
  }
}

/// A relation that the statements before have renamed is told of under the name that it had before them.
void name_as(Impact& impact, const std::map<RelationName, RelationName>& before, const std::map<RelationName, RelationName>& now) {
  const auto rename = [&](ObjectId& id) {
    const auto known = std::ranges::find(now, RelationName{id.schema, id.name}, [](const auto& each) { return each.second; });
    if (known == now.end()) return;
    const auto earlier = before.find(known->first);
    const RelationName& name = earlier == before.end() ? known->first : earlier->second;
    id.schema = name.schema;
    id.name = name.name;
  };
  for (PredictedLock& lock : impact.locks) rename(lock.relation);
  for (std::vector<ObjectId>* ids : {&impact.rewrites, &impact.scans}) {
    for (ObjectId& id : *ids) rename(id);
  }
}

/// Predictions of an earlier lpc go; what was measured stays.
void forget_predictions(Step& step) {
  for (StepLock& lock : step.locks) lock.predicted.clear();
  std::erase_if(step.locks, [](const StepLock& lock) { return lock.measured.empty(); });
  for (std::vector<StepTouch>* touches : {&step.rewrites, &step.scans}) {
    for (StepTouch& touch : *touches) touch.predicted.reset();
    std::erase_if(*touches, [](const StepTouch& touch) { return !touch.measured; });
  }
}

}  // namespace

Forecast::Forecast(const Catalog& before, int server_version, SessionFacts session) : state_(std::make_unique<State>(before, server_version, std::move(session))) {}

Forecast::~Forecast() = default;
Forecast::Forecast(Forecast&&) noexcept = default;
Forecast& Forecast::operator=(Forecast&&) noexcept = default;

Impact Forecast::predict(const DdlStatement& statement) const { return predict_with(statement, *state_); }

void Forecast::apply(const DdlStatement& statement) { plan::apply(statement, *state_); }

Impact Forecast::run(const std::vector<std::string>& statements) {
  Impact all;
  const auto called_before = state_->renamed;
  for (const std::string& text : statements) {
    const DdlStatement statement = frontend::parse_ddl(text);
    Impact impact = predict(statement);
    name_as(impact, called_before, state_->renamed);
    merge(all, std::move(impact));
    apply(statement);
  }
  sort(all);
  return all;
}

Impact Forecast::in_batches(const ObjectId& column, Lock lock) const {
  Impact all;
  for (const RelationName& name : state_->with_descendants({column.schema, column.name})) {
    const RelationFacts* facts = state_->find(name);
    if (facts == nullptr || facts->type != kinds::RelationType::table || state_->made.contains(name)) continue;
    if (lock > Lock::access_share) all.locks.push_back({facts->id, lock});
    all.scans.push_back(facts->id);
  }
  return all;
}

Impact predict(const DdlStatement& statement, const Catalog& before, int server_version) { return Forecast(before, server_version).predict(statement); }

void write_prediction(const Impact& impact, Step& step) {
  forget_predictions(step);
  for (const PredictedLock& lock : impact.locks) {
    const std::string path = lock.relation.path();
    auto found = std::ranges::find(step.locks, path, &StepLock::relation);
    if (found == step.locks.end()) found = step.locks.insert(step.locks.end(), {path, "", ""});
    found->predicted = lock_name(lock.lock);
  }
  note_touches(impact.rewrites, step.rewrites);
  note_touches(impact.scans, step.scans);
}

std::vector<Impact> predict_steps(std::vector<Step>& steps, const Catalog& before, int server_version, SessionFacts session) {
  std::vector<Impact> impacts;
  if (steps.empty()) return impacts;      // nothing to do, for which the whole catalog need not be gone through
  Forecast forecast(before, server_version, std::move(session));
  for (Step& step : steps) {
    impacts.push_back(forecast.run(step.sql));
    if (step.kind == "backfill" && !step.objects.empty()) {
      if (const std::optional<ObjectId> column = ObjectId::parse(step.objects.front())) merge(impacts.back(), forecast.in_batches(*column, kinds::updates_in_batches(step.sql.front()) ? Lock::row_exclusive : Lock::row_share));
      sort(impacts.back());
    }
    write_prediction(impacts.back(), step);
  }
  return impacts;
}

std::string_view lock_blocks(std::string_view lock) {
  switch (lock_named(lock)) {
    case Lock::access_exclusive: return "reads and writes";
    case Lock::exclusive:
    case Lock::share_row_exclusive:
    case Lock::share: return "writes";
    case Lock::share_update_exclusive: return "changes of the table, index builds, VACUUM";
    case Lock::row_exclusive: return "changes of the table, index builds";
    case Lock::row_share: return "changes of the table";
    case Lock::access_share:
    case Lock::none: return "";
  }
  return "";
}

}  // namespace lpc::plan
