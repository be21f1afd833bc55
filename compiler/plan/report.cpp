#include "plan/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "plan/batches.h"

namespace lpc::plan {

namespace {

// ---- what a step says of itself: the only place that reads these fields ----------------------------------------------------

/// The strongest lock on each relation.
std::vector<ReportLock> report_locks(const Step& step) {
  std::vector<ReportLock> locks;
  for (const StepLock& lock : step.locks) {
    const bool measured = !lock.measured.empty();
    const std::string& mode = measured ? lock.measured : lock.predicted;
    if (mode.empty()) continue;
    locks.push_back({lock.relation, mode, blocks_of(mode), measured, measured && lock.predicted != mode ? lock.predicted : ""});
  }
  std::stable_sort(locks.begin(), locks.end(), [](const ReportLock& a, const ReportLock& b) { return a.blocks > b.blocks; });
  std::set<std::string> seen;
  std::erase_if(locks, [&](const ReportLock& lock) { return !seen.insert(lock.relation).second; });
  return locks;
}

/// What is known to be rewritten or read: as measured, else as predicted.
std::vector<Work> works_of(const Step& step) {
  const auto relation = [](const StepTouch& touch) { return touch.measured.value_or(touch.predicted.value_or(false)) ? touch.relation : ""; };
  std::vector<Work> works;
  const auto add = [&](const std::string& name, bool rewrites) {
    const bool is_known = std::any_of(works.begin(), works.end(), [&](const Work& work) { return work.relation == name; });
    if (!name.empty() && !is_known) works.push_back({name, rewrites});
  };
  for (const StepTouch& touch : step.rewrites) add(relation(touch), true);
  for (const StepTouch& touch : step.scans) add(relation(touch), false);
  return works;
}

// ---- sentences ---------------------------------------------------------------------------------------------------------------

std::string mode_note(const ReportLock& lock) {
  if (!lock.measured) return lock.mode + ", predicted";
  return lock.predicted.empty() ? lock.mode : fmt::format("{}, though {} was predicted", lock.mode, lock.predicted);
}

/// One sentence for all relations that the step holds up in the same way. What holds up nobody is said only when nothing else is.
void add_lock_facts(ReportStep& report) {
  if (report.locks.empty()) return;
  for (const Blocks blocks : {Blocks::everything, Blocks::writes}) {
    std::map<std::string, std::vector<std::string>> relations;      // by mode
    for (const ReportLock& lock : report.locks) {
      if (lock.blocks == blocks) relations[mode_note(lock)].push_back(lock.relation);
    }
    for (const auto& [mode, names] : relations) report.facts.push_back({FactKind::lock, blocks, fmt::format("{} on {} wait ({})", blocked_words(blocks), listed(names), mode)});
  }
  const ReportLock& lock = report.locks.front();
  if (lock.blocks >= Blocks::writes) return;
  report.facts.push_back({FactKind::lock, lock.blocks, fmt::format("reads and writes on {} go on ({})", lock.relation, mode_note(lock))});
}

/// "1.2 million", "98 MB": as exact as statistics are.
std::string rounded(std::int64_t number, double base, const std::vector<std::string_view>& units) {
  double value = static_cast<double>(number);
  std::size_t unit = 0;
  for (; value >= base && unit + 1 < units.size(); ++unit) value /= base;
  const std::string digits = unit == 0 || value >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.1f}", value);
  return units[unit].empty() ? digits : fmt::format("{} {}", digits, units[unit]);
}

std::string estimate_words(const Estimate& estimate) {
  const std::string rows = rounded(estimate.rows, 1000, {"", "thousand", "million", "billion"});
  return fmt::format("about {} row{}, {}", rows, rows == "1" ? "" : "s", rounded(estimate.bytes, 1024, {"bytes", "kB", "MB", "GB", "TB"}));
}

std::string check_words(const StepCheck& check) {
  if (!check.result) return "to be checked first: " + check.description;
  switch (check.result->outcome) {
    case CheckResult::Outcome::empty: return "checked: " + check.description;
    case CheckResult::Outcome::offends: {
      const std::string keys = check.result->keys.empty() ? "" : fmt::format(", such as {}", listed(check.result->keys));
      return fmt::format("will fail: {}: not so for {}{}", check.description, counted(static_cast<std::size_t>(check.result->rows), "row"), keys);
    }
    case CheckResult::Outcome::timeout: return fmt::format("not known in time: {}", check.description);
    case CheckResult::Outcome::failed: return fmt::format("not known: {}: {}", check.description, check.result->error);
  }
  return check.description;
}

void add_facts(ReportStep& report) {
  const Step& step = *report.step;
  if (!step.reason.empty()) report.facts.push_back({FactKind::reason, {}, step.reason});
  add_lock_facts(report);
  for (const bool rewrites : {true, false}) {
    std::vector<std::string> relations;
    for (const Work& work : report.works) {
      if (work.rewrites == rewrites) relations.push_back(work.relation);
    }
    if (!relations.empty()) report.facts.push_back({FactKind::work, {}, (rewrites ? "rewrites " : "reads all of ") + listed(relations)});
  }
  if (step.estimate) report.facts.push_back({FactKind::estimate, {}, estimate_words(*step.estimate)});
  for (const StepCheck& check : step.checks) report.facts.push_back({FactKind::check, {}, check_words(check)});
  if (step.reversible == "lossy") report.facts.push_back({FactKind::undo, {}, "what this loses can't be brought back"});
  if (step.reversible == "no") report.facts.push_back({FactKind::undo, {}, "can't be undone"});
}

// ---- phases ------------------------------------------------------------------------------------------------------------------

std::string phase_title(const Phase& phase) {
  const int first = phase.steps.front().number, last = phase.steps.back().number;
  const std::string steps = first == last ? fmt::format("step {}", first) : fmt::format("steps {} to {}", first, last);
  return fmt::format("Phase {}, {}: {}", phase.number, phase.transactional ? "a transaction" : "outside transactions", steps);
}

/// How long the locks last that the steps from `first` on are carried out under.
std::string duration_from(const Phase& phase, std::size_t first) {
  std::vector<Work> works;      // a rewrite says more than a scan
  for (std::size_t i = first; i < phase.steps.size(); ++i) {
    for (const Work& work : phase.steps[i].works) {
      const auto known = std::find_if(works.begin(), works.end(), [&](const Work& other) { return other.relation == work.relation; });
      if (known == works.end()) {
        works.push_back(work);
      } else {
        known->rewrites = known->rewrites || work.rewrites;
      }
    }
  }
  std::vector<std::string> words;
  for (const Work& work : works) words.push_back(fmt::format("{} is {}", work.relation, work.rewrites ? "rewritten" : "read"));
  return words.empty() ? "" : "while " + listed(words);
}

std::vector<HeldLock> held_locks(const Phase& phase) {
  std::vector<HeldLock> held;
  for (std::size_t i = 0; i < phase.steps.size(); ++i) {
    for (const ReportLock& lock : phase.steps[i].locks) {
      if (lock.blocks < Blocks::writes) continue;
      const auto known = std::find_if(held.begin(), held.end(), [&](const HeldLock& other) { return other.relation == lock.relation; });
      if (known != held.end() && known->blocks >= lock.blocks) continue;
      const std::string duration = duration_from(phase, i);
      HeldLock entry{lock.relation, lock.blocks, lock.mode, duration.empty() ? "for a moment" : duration, !duration.empty()};
      if (known == held.end()) {
        held.push_back(std::move(entry));
      } else {
        *known = std::move(entry);
      }
    }
  }
  std::stable_sort(held.begin(), held.end(), [](const HeldLock& a, const HeldLock& b) { return a.blocks > b.blocks; });
  return held;
}

Way make_way(const std::vector<Step>& steps) {
  Way way;
  way.steps = steps.size();
  std::size_t transactions = 0;
  for (const Batch& batch : cut_into_batches(steps)) {
    Phase phase;
    phase.number = batch.number;
    phase.transactional = batch.transactional;
    transactions += batch.transactional;
    for (std::size_t i = batch.first; i < batch.first + batch.count; ++i) {
      ReportStep step{&steps[i], static_cast<int>(i) + 1, report_locks(steps[i]), works_of(steps[i]), {}};
      add_facts(step);
      phase.steps.push_back(std::move(step));
    }
    phase.title = phase_title(phase);
    phase.locks = held_locks(phase);
    way.phases.push_back(std::move(phase));
  }
  const std::size_t alone = way.phases.size() - transactions;
  way.size = counted(way.steps, "step");
  if (transactions) way.size += ", " + counted(transactions, "transaction");
  if (alone) way.size += fmt::format("{} {} outside", transactions ? " and" : ",", alone);
  return way;
}

// ---- summary -----------------------------------------------------------------------------------------------------------------

using Tone = SummaryLine::Tone;

SummaryLine locks_line(const Report& report) {
  struct Group { Blocks blocks; std::string duration; bool is_long; std::vector<std::string> relations; };
  std::vector<Group> groups;
  bool known = report.plan->proof.has_value();
  for (const Phase& phase : report.forward.phases) {
    for (const ReportStep& step : phase.steps) known = known || !step.locks.empty();
    for (const HeldLock& lock : phase.locks) {
      auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.blocks == lock.blocks && g.duration == lock.duration; });
      if (group == groups.end()) group = groups.insert(groups.end(), {lock.blocks, lock.duration, lock.is_long, {}});
      if (std::find(group->relations.begin(), group->relations.end(), lock.relation) == group->relations.end()) group->relations.push_back(lock.relation);
    }
  }
  if (!known) return {"locks", {"not known before the plan is proved"}, Tone::neutral};
  if (groups.empty()) return {"locks", {"no reads or writes wait"}, Tone::good};
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return std::pair(a.is_long, a.blocks) > std::pair(b.is_long, b.blocks); });
  SummaryLine line{"locks", {}, groups.front().is_long ? Tone::bad : Tone::neutral};
  for (const Group& group : groups) line.texts.push_back(fmt::format("{} on {} wait {}", blocked_words(group.blocks), listed(group.relations), group.duration));
  return line;
}

SummaryLine risks_line(const Report& report) {
  std::map<std::string, std::size_t> open, allowed;
  bool is_error = false;
  for (const ReportHazard& each : report.hazards) {
    const StepHazard& hazard = *each.hazard;
    ++(hazard.allowed.empty() ? open : allowed)[hazard.code];
    is_error = is_error || (hazard.allowed.empty() && hazard.severity != "note");
  }
  const auto words = [](const std::map<std::string, std::size_t>& codes) {
    std::vector<std::string> parts;
    for (const auto& [code, count] : codes) parts.push_back(count == 1 ? code : fmt::format("{} ({} times)", code, count));
    return listed(parts);
  };
  SummaryLine line{"risks", {}, is_error ? Tone::bad : Tone::good};
  if (!open.empty()) line.texts.push_back(words(open));
  if (!allowed.empty()) line.texts.push_back("allowed: " + words(allowed));
  if (line.texts.empty()) line.texts.push_back("none");
  return line;
}

/// The numbers of the steps that are so, as "step 3" or "steps 3 and 4".
std::string steps_that_are(const Plan& plan, std::string_view reversible) {
  std::vector<std::string> numbers;
  for (const Step& step : plan.steps) {
    if (step.reversible == reversible) numbers.push_back(std::to_string(step.id));
  }
  return numbers.empty() ? "" : fmt::format("step{} {}", numbers.size() == 1 ? "" : "s", listed(numbers));
}

SummaryLine loses_line(const Plan& plan) {
  const std::string lossy = steps_that_are(plan, "lossy");
  if (plan.loses.empty() && !lossy.empty()) return {"loses", {"what " + lossy + " can't give back"}, Tone::bad};
  if (plan.loses.empty()) return {"loses", {plan.proof ? "nothing" : "not known before the plan is proved"}, plan.proof ? Tone::good : Tone::neutral};
  std::vector<std::string> objects;
  for (const Loss& loss : plan.loses) objects.push_back(loss.object);
  return {"loses", {listed(objects)}, Tone::bad};
}

SummaryLine undo_line(const Report& report) {
  const Plan& plan = *report.plan;
  if (plan.reverse.empty()) return {"undo", {plan.proof ? "nothing to undo" : "no reverse yet: prove the plan to get one"}, Tone::neutral};
  const std::string lossy = steps_that_are(plan, "lossy"), never = steps_that_are(plan, "no");
  SummaryLine line{"undo", {report.reverse.size}, never.empty() && lossy.empty() && plan.loses.empty() ? Tone::good : Tone::bad};
  if (!never.empty()) line.texts.push_back(never + " can't be undone");
  if (!lossy.empty()) line.texts.push_back(fmt::format("not what {} lost", lossy));
  return line;
}

std::string proof_sentence(const Plan& plan) {
  if (!plan.proof) return "Not proved.";
  constexpr std::size_t kShort = std::string_view("sha256:").size() + 12;
  std::string text = fmt::format("Proved on a Postgres {} shadow: forward to {}, back to {}.", plan.proof->server, plan.proof->forward.substr(0, kShort), plan.proof->reverse.substr(0, kShort));
  if (const auto& rows = plan.proof->rows) {
    text += fmt::format(" With {} in {}: none is lost on the way, and {}.", counted(static_cast<std::size_t>(rows->rows), "generated row"), counted(static_cast<std::size_t>(rows->tables), "table"),
                        plan.loses.empty() ? "the way back leads to the same ones" : "the way back leads to the same ones but for what it says is lost");
  }
  return text;
}

}  // namespace

Blocks blocks_of(std::string_view mode) {
  if (mode == "ACCESS EXCLUSIVE") return Blocks::everything;
  if (mode == "EXCLUSIVE" || mode == "SHARE ROW EXCLUSIVE" || mode == "SHARE") return Blocks::writes;
  return mode == "SHARE UPDATE EXCLUSIVE" ? Blocks::schema_changes : Blocks::nothing;
}

std::string_view blocked_words(Blocks blocks) {
  switch (blocks) {
    case Blocks::nothing: return "nothing";
    case Blocks::schema_changes: return "schema changes";
    case Blocks::writes: return "writes";
    case Blocks::everything: return "reads and writes";
  }
  return "nothing";
}

std::string counted(std::size_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string listed(const std::vector<std::string>& items) {
  constexpr std::size_t kMost = 6;
  if (items.empty()) return "";
  const bool cut = items.size() > kMost + 1;
  const std::size_t shown = cut ? kMost : items.size();
  std::string text = items.front();
  for (std::size_t i = 1; i < shown; ++i) text += (i + 1 == items.size() ? " and " : ", ") + items[i];
  return cut ? fmt::format("{} and {} more", text, items.size() - shown) : text;
}

Plan turned_around(const Plan& plan) {
  Plan back = plan;
  std::swap(back.steps, back.reverse);
  std::swap(back.source_hash, back.target_hash);
  back.loses.clear();
  if (back.proof) {
    back.source_hash = plan.proof->forward;
    back.target_hash = plan.proof->reverse;
    std::swap(back.proof->forward, back.proof->reverse);
  }
  return back;
}

Report make_report(const Plan& plan) {
  Report report;
  report.plan = &plan;
  report.forward = make_way(plan.steps);
  report.reverse = make_way(plan.reverse);
  for (const Phase& phase : report.forward.phases) {
    for (const ReportStep& step : phase.steps) {
      for (const StepHazard& hazard : step.step->hazards) report.hazards.push_back({&hazard, step.number});
    }
  }
  report.heat = make_heat(report.forward);
  report.summary = {locks_line(report), risks_line(report), loses_line(plan), undo_line(report)};
  report.proof = proof_sentence(plan);
  return report;
}

}  // namespace lpc::plan
