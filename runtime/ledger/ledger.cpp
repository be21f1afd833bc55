// Runs as people see them, made from what is stored.
#include "ledger/ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "diag/sink.h"
#include "ledger/chain.h"
#include "ledger/receipt_json.h"

namespace lpc::ledger {

namespace {

Entry entry_of(const StoredRun& run) {
  Entry entry;
  entry.run = run.run;
  entry.kind = run.kind;
  entry.state = "partial";
  entry.plan_hash = run.plan_hash;
  entry.plan = run.plan;
  entry.source_hash = run.source_hash;
  entry.target_hash = run.target_hash;
  entry.resulting_hash = run.source_hash;
  entry.actor = run.actor;
  entry.server_role = run.server_role;
  entry.started_at = run.started_at;
  entry.finished_at = run.started_at;
  entry.rolls_back = run.rolls_back;
  return entry;
}

Status add_group(Entry& entry, const StoredRun& run, const StoredGroup& group) {
  if (entry.receipts.empty()) entry.previous_hash = group.previous_hash;
  entry.entry_hash = group.entry_hash;
  entry.resulting_hash = group.resulting_hash;
  entry.finished_at = group.finished_at;
  if (group.group == run.groups && group.error.empty()) entry.state = "done";
  Result<std::vector<Receipt>> receipts = receipts_from_json(group.receipts);
  if (!receipts) return Failure{"LP6033", diag::make(diag::Code::kBrokenLedger, {}, group.entry, group.run, receipts.failure().message).message, "", ""};
  entry.receipts.insert(entry.receipts.end(), receipts->begin(), receipts->end());
  return ok();
}

void add_statements(Entry& entry) {
  const std::vector<std::vector<std::string>> statements = statements_of_plan(entry.plan);
  for (Receipt& receipt : entry.receipts) {
    const auto step = static_cast<std::size_t>(receipt.step);
    if (step >= 1 && step <= statements.size()) receipt.sql = statements[step - 1];
  }
}

void mark_rolled_back(std::vector<Entry>& entries) {
  for (const Entry& undo : entries) {
    if (undo.rolls_back == 0 || undo.state != "done") continue;
    const auto undone = std::find_if(entries.begin(), entries.end(), [&undo](const Entry& entry) { return entry.run == undo.rolls_back; });
    if (undone != entries.end()) undone->state = "rolled back";
  }
}

Failure nothing_to_roll_back(const std::string& why, std::string hint) {
  return {"LP6030", diag::make(diag::Code::kNothingToRollBack, {}, why).message, std::move(hint), ""};
}

/// A rollback of `entry` that stopped between its groups, so that the database is neither before nor after.
const Entry* halfway_back(const std::vector<Entry>& entries, const Entry& entry) {
  const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& one) { return one.rolls_back == entry.run && one.state == "partial"; });
  return found == entries.rend() ? nullptr : &*found;
}

std::string where_it_stopped(const Entry& entry) {
  return entry.receipts.empty() ? std::string("in its first step") : fmt::format("after step {}", entry.receipts.back().step);
}

Result<Entry> check_rollback(const std::vector<Entry>& entries, const Entry& entry) {
  const std::string way_out = "make a plan from the database to the sources that you want: lpc plan";
  if (entry.state == "partial") {
    return nothing_to_roll_back(fmt::format("run {} is partial: it stopped {}, and its reverse is for the whole", entry.run, where_it_stopped(entry)), way_out);
  }
  if (const Entry* undo = halfway_back(entries, entry)) {
    return nothing_to_roll_back(fmt::format("run {}, the rollback of run {}, is partial: it stopped {}", undo->run, entry.run, where_it_stopped(*undo)), way_out);
  }
  return entry;
}

}  // namespace

Result<std::vector<Entry>> read(pg::Connection& connection) {
  LP_TRY(const Stored stored, load(connection));
  std::vector<Entry> entries;
  entries.reserve(stored.runs.size());
  for (const StoredRun& run : stored.runs) {
    Entry entry = entry_of(run);
    for (const StoredGroup& group : stored.groups) {
      if (group.run == run.run) LP_DO(add_group(entry, run, group));
    }
    add_statements(entry);
    entries.push_back(std::move(entry));
  }
  mark_rolled_back(entries);
  return entries;
}

Result<Entry> find_for_rollback(pg::Connection& connection, std::optional<long long> run) {
  LP_TRY(const std::vector<Entry> entries, read(connection));
  const auto is_candidate = [](const Entry& entry) { return entry.kind == "apply" && entry.state != "rolled back"; };
  const auto newest = std::find_if(entries.rbegin(), entries.rend(), is_candidate);
  if (!run) {
    if (newest == entries.rend()) return nothing_to_roll_back(entries.empty() ? "nothing was applied here" : "every run was rolled back", "see `lpc history`");
    return check_rollback(entries, *newest);
  }
  const auto named = std::find_if(entries.begin(), entries.end(), [&run](const Entry& entry) { return entry.run == *run; });
  if (named == entries.end()) return nothing_to_roll_back(fmt::format("there is no run {}", *run), "see `lpc history`");
  if (named->kind != "apply") {
    return nothing_to_roll_back(fmt::format("run {} is itself the rollback of run {}", *run, named->rolls_back), "to have its changes again, apply the plan or the sources again");
  }
  if (named->state == "rolled back") return nothing_to_roll_back(fmt::format("run {} was rolled back already", *run), "see `lpc history`");
  if (newest->run != *run) {
    std::vector<std::string> later;
    for (const Entry& entry : entries) {
      if (entry.run > *run && is_candidate(entry)) later.insert(later.begin(), std::to_string(entry.run));
    }
    return nothing_to_roll_back(fmt::format("run {} isn't the last one, and what came later builds on it", *run), fmt::format("roll back first: {}", lpc::join(later, ", ")));
  }
  return check_rollback(entries, *named);
}

}  // namespace lpc::ledger
