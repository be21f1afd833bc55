#include "plan/hazards.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "change/action.h"
#include "diag/sink.h"

namespace lpc::plan {

namespace {

using diag::Code;

/// So many tables in one transaction are more than a change of one table and of what refers to it.
constexpr std::size_t kManyTables = 3;

Lock lock_of(const StepLock& lock) {
  const std::string& name = lock.measured.empty() ? lock.predicted : lock.measured;
  for (int at = static_cast<int>(Lock::access_exclusive); at > 0; --at) {
    if (lock_name(static_cast<Lock>(at)) == name) return static_cast<Lock>(at);
  }
  return Lock::none;
}

/// https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-TABLES: who conflicts with it among those who read (ACCESS SHARE) and write (ROW EXCLUSIVE).
bool blocks_writes(Lock lock) { return lock >= Lock::share; }
bool blocks_reads(Lock lock) { return lock == Lock::access_exclusive; }
std::string_view who_waits(Lock lock) { return blocks_reads(lock) ? "reads and writes" : "writes"; }

template <class... Args>
void add(Step& step, Code code, const Args&... arguments) {
  const std::string message = diag::make(code, {}, arguments...).message;
  const auto same = [&](const StepHazard& hazard) { return hazard.message == message; };
  if (std::ranges::any_of(step.hazards, same)) return;
  step.hazards.push_back({diag::code_text(code), std::string(diag::severity_name(diag::info(code).severity)), message, step.objects.empty() ? "" : step.objects.front(), ""});
}

bool says(const Step& step, Code code) {
  return std::ranges::any_of(step.hazards, [&](const StepHazard& hazard) { return hazard.code == diag::code_text(code); });
}

/// Each relation with the strongest lock that the step takes on it.
std::map<std::string, Lock> locks_of(const Step& step) {
  std::map<std::string, Lock> locks;
  for (const StepLock& lock : step.locks) {
    Lock& strongest = locks.try_emplace(lock.relation, Lock::none).first->second;
    strongest = std::max(strongest, lock_of(lock));
  }
  return locks;
}

/// What was measured counts for more than what was predicted.
std::set<std::string> relations(const std::vector<StepTouch>& touches) {
  std::set<std::string> result;
  for (const StepTouch& touch : touches) {
    if (touch.measured.value_or(touch.predicted.value_or(false))) result.insert(touch.relation);
  }
  return result;
}

std::string first_words(const std::string& statement) {
  const std::vector<std::string> words = split(statement.substr(0, 64), ' ');
  return words.size() < 2 ? statement : words[0] + " " + words[1];
}

/// Whether the step is about a part of a relation that the plan makes itself: then what it reads of others takes no time, there being nothing to compare.
bool is_about_new_relation(const Step& step) {
  const auto id = step.objects.empty() ? std::nullopt : ObjectId::parse(step.objects.front());
  if (!id || id->member.empty() || id->schema.empty()) return false;
  const std::string own = qualified(id->schema, id->name).text;
  return std::ranges::none_of(step.locks, [&](const StepLock& lock) { return lock.relation == own; });
}

/// One step by itself.
void judge_step(Step& step) {
  if (is_about_new_relation(step)) return;
  const std::set<std::string> rewritten = relations(step.rewrites), read = relations(step.scans);
  const std::map<std::string, Lock> locks = locks_of(step);
  for (const std::string& relation : rewritten) {
    if (!says(step, Code::kRewritesTable) && !says(step, Code::kRebuildsTable)) add(step, Code::kRewritesTable, relation, first_words(step.sql.front()));
  }
  // The build of an index says so itself.
  if (says(step, Code::kBlockingIndexBuild)) return;
  for (const std::string& relation : read) {
    const auto lock = locks.find(relation);
    if (lock == locks.end() || !blocks_writes(lock->second) || rewritten.contains(relation)) continue;
    add(step, Code::kReadsUnderLock, relation, lock_name(lock->second), who_waits(lock->second));
  }
}

/// The steps of one transaction: locks are kept to its end.
void judge_transaction(std::vector<Step>& steps, std::size_t begin, std::size_t end) {
  std::map<std::string, Lock> held;
  std::map<std::string, std::size_t> since;
  std::set<std::string> told, shut;
  for (std::size_t at = begin; at < end; ++at) {
    const std::set<std::string> rewritten = relations(steps[at].rewrites);
    std::set<std::string> slow = relations(steps[at].scans);
    slow.insert(rewritten.begin(), rewritten.end());
    if (is_about_new_relation(steps[at])) slow.clear();
    const std::map<std::string, Lock> locks = locks_of(steps[at]);
    for (const auto& [relation, lock] : held) {
      if (slow.empty() || !blocks_writes(lock) || told.contains(relation)) continue;
      const auto own = locks.find(relation);
      const bool is_its_own = slow.contains(relation) && slow.size() == 1;
      if (is_its_own && own != locks.end() && own->second >= lock) continue;      // it would wait just so without the others
      told.insert(relation);
      const std::string& what = *slow.begin();
      add(steps[since.at(relation)], Code::kHoldsLock, relation, lock_name(lock), steps[at].id, rewritten.contains(what) ? "rewrites" : "reads", what);
    }
    for (const auto& [relation, lock] : locks) {
      if (blocks_reads(lock)) shut.insert(relation);
      Lock& strongest = held.try_emplace(relation, Lock::none).first->second;
      if (lock > strongest) {
        strongest = lock;
        since[relation] = at;
      }
    }
  }
  if (shut.size() >= kManyTables) add(steps[begin], Code::kLocksSeveralTables, shut.size(), join(std::vector<std::string>(shut.begin(), shut.end()), ", "));
}

std::string spoken_bytes(std::int64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  auto size = static_cast<double>(bytes);
  for (; size >= 1024 && unit + 1 < std::size(kUnits); ++unit) size /= 1024;
  return fmt::format("{:.{}f} {}", size, size < 10 && unit > 0 ? 1 : 0, kUnits[unit]);
}

}  // namespace

void judge_locks(std::vector<Step>& steps) {
  for (Step& step : steps) judge_step(step);
  for (std::size_t begin = 0; begin < steps.size();) {
    std::size_t end = begin + 1;
    while (end < steps.size() && steps[end].group == steps[begin].group) ++end;
    if (steps[begin].transactional) judge_transaction(steps, begin, end);
    begin = end;
  }
}

void judge_sizes(std::vector<Step>& steps, const std::vector<TableSize>& sizes, std::int64_t big_rows) {
  for (Step& step : steps) {
    const std::set<std::string> rewritten = relations(step.rewrites);
    std::set<std::string> slow = relations(step.scans);
    slow.insert(rewritten.begin(), rewritten.end());
    Estimate total;
    bool known = false;
    for (const TableSize& size : sizes) {
      if (!slow.contains(size.relation)) continue;
      known = true;
      total.rows += std::max<std::int64_t>(size.rows, 0);
      total.bytes += size.bytes;
      if (size.rows >= big_rows) add(step, Code::kBigTable, size.relation, size.rows, spoken_bytes(size.bytes), rewritten.contains(size.relation) ? "rewrites" : "reads");
      if (size.rows < 0 && !size.is_empty) add(step, Code::kNeverAnalysed, size.relation);
    }
    if (known) step.estimate = total;
  }
}

std::vector<std::string> worked_on(const std::vector<Step>& steps) {
  std::set<std::string> all;
  for (const Step& step : steps) {
    all.merge(relations(step.rewrites));
    all.merge(relations(step.scans));
  }
  return {all.begin(), all.end()};
}

}  // namespace lpc::plan
