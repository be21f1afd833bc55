#include "shadow/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "kinds/names.h"
#include "shadow/watch.h"

namespace lpc::shadow {

namespace {

/// Looking at the locks takes time in proportion to their number, and each step of a transaction adds some.
constexpr int kCrowd = 3000;

/// One row for each relation that the transaction has locked; whatever it rewrites or scans it has locked.
constexpr const char* kLook =
    "SELECT l.relation, pg_catalog.string_agg(l.mode, ' '), pg_catalog.pg_relation_filenode(l.relation), pg_catalog.pg_stat_get_xact_numscans(l.relation) "
    "FROM pg_catalog.pg_locks l WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation >= 16384 GROUP BY l.relation";

std::string strongest(int modes) {
  for (int level = static_cast<int>(Lock::access_exclusive); level > static_cast<int>(Lock::access_share); --level) {
    if (modes & (1 << level)) return std::string(lock_name(static_cast<Lock>(level)));
  }
  return {};
}

int level_of(std::string_view name) {
  for (int level = 1; level <= static_cast<int>(Lock::access_exclusive); ++level) {
    if (lock_name(static_cast<Lock>(level)) == name) return level;
  }
  return 0;
}

bool renames(const plan::Step& step) {
  return std::ranges::any_of(step.sql, [](const std::string& sql) {
    const std::string text = to_lower_ascii(sql);
    return text.find("rename") != std::string::npos || text.find("set schema") != std::string::npos;
  });
}

bool says_nothing(const plan::Impact& impact) { return impact.exact && impact.locks.empty() && impact.rewrites.empty() && impact.scans.empty(); }

bool has(const std::vector<ObjectId>& list, const std::string& path) {
  return std::ranges::any_of(list, [&](const ObjectId& id) { return id.path() == path; });
}

template <class Entry>
Entry& entry(std::vector<Entry>& list, const std::string& relation) {
  const auto found = std::ranges::find(list, relation, &Entry::relation);
  if (found != list.end()) return *found;
  Entry added;
  added.relation = relation;
  return *list.insert(std::ranges::upper_bound(list, relation, {}, &Entry::relation), std::move(added));
}

}  // namespace

Status Meter::read_relations(std::map<std::string, Relation>& into) {
  LP_TRY(const pg::Rows rows,
         connection_.query("SELECT c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relkind, c.relfilenode, i.indrelid, "
                           "pg_catalog.pg_stat_get_xact_numscans(c.oid) "
                           "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid "
                           "WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'i', 'I', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockplane_trash')"));
  for (int row = 0; row < rows.size(); ++row) {
    Relation& relation = into[std::string(rows(row, 0))];
    relation.name = kinds::respelled(rows(row, 1));
    relation.kind = rows(row, 2).front();
    relation.file = rows(row, 3);
    relation.table = rows(row, 4);
    relation.scans = rows.integer(row, 5);
  }
  return ok();
}

Status Meter::start() { return read_relations(relations_); }

Status Meter::begin() {
  held_.clear();
  skipped_ = nullptr;
  crowded_ = false;
  std::vector<std::string> scanned;
  for (const auto& [oid, relation] : relations_) {
    if (relation.scans > 0) scanned.push_back(oid);
  }
  if (scanned.empty()) return connection_.execute("BEGIN");
  // The figures of earlier transactions stay until the session sends them.
  const std::string figures = fmt::format("SELECT o, pg_catalog.pg_stat_get_xact_numscans(o) FROM pg_catalog.unnest('{{{}}}'::pg_catalog.oid[]) o", join(scanned, ","));
  LP_TRY(const std::vector<pg::Rows> answers, connection_.pipeline({{"BEGIN"}, {figures}}));
  for (int row = 0; row < answers.back().size(); ++row) relations_[std::string(answers.back()(row, 0))].scans = answers.back().integer(row, 1);
  return ok();
}

Result<Meter::Sightings> Meter::look() {
  LP_TRY(const pg::Rows rows, connection_.query(kLook));
  crowded_ = rows.size() > kCrowd;
  Sightings seen;
  for (int row = 0; row < rows.size(); ++row) {
    const std::string oid(rows(row, 0));
    const auto found = relations_.find(oid);
    if (found == relations_.end()) continue;
    Relation& relation = found->second;
    int modes = 0;
    for (const std::string& mode : split(rows(row, 1), ' ')) modes |= 1 << mode_level(mode);
    Seen now;
    now.modes = modes & ~held_[oid];
    held_[oid] = modes;
    if (!rows.is_null(row, 2)) {
      now.rewritten = rows(row, 2) != relation.file;
      relation.file = rows(row, 2);
    }
    now.scanned = rows.integer(row, 3) > relation.scans;
    relation.scans = rows.integer(row, 3);
    if (now.modes != 0 || now.rewritten || now.scanned) seen.emplace(oid, now);
  }
  return seen;
}

Status Meter::step_done(plan::Step& step, const plan::Impact& predicted) {
  if (relations_.empty() || crowded_) return ok();
  if (says_nothing(predicted)) {
    skipped_ = &step;
    skipped_impact_ = predicted;
    return forget_names(step);
  }
  LP_TRY(const Sightings seen, look());
  record(step, predicted, seen);
  skipped_ = nullptr;
  return forget_names(step);
}

Status Meter::end() {
  if (skipped_ == nullptr || relations_.empty() || crowded_) return ok();
  LP_TRY(const Sightings seen, look());
  record(*skipped_, skipped_impact_, seen);
  skipped_ = nullptr;
  return ok();
}

Status Meter::forget_names(const plan::Step& step) {
  if (!renames(step)) return ok();
  std::map<std::string, Relation> now;
  LP_DO(read_relations(now));
  for (auto& [oid, relation] : relations_) {
    const auto found = now.find(oid);
    if (found != now.end()) relation.name = found->second.name;
  }
  return ok();
}

/// What was sent to the server's statistics and what still waits in the session.
Result<std::map<std::string, long long>> Meter::all_scans() {
  LP_TRY(const pg::Rows rows, connection_.query("SELECT c.oid, pg_catalog.pg_stat_get_xact_numscans(c.oid) + pg_catalog.pg_stat_get_numscans(c.oid) "
                                                "FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm', 'i')"));
  std::map<std::string, long long> result;
  for (int row = 0; row < rows.size(); ++row) result.emplace(rows(row, 0), rows.integer(row, 1));
  return result;
}

Status Meter::watch(plan::Step& step, const plan::Impact& predicted, const std::function<Status()>& run) {
  if (relations_.empty() || says_nothing(predicted)) return run();
  Result<pg::Connection> watcher = connect_();
  if (!watcher) return run();      // a server that grants no more sessions: the step stays as it was predicted
  LP_TRY(const auto scans_before, all_scans());
  LockWatch watch(*std::move(watcher), connection_.backend_pid());
  for (const auto& [oid, relation] : relations_) {
    const auto lock = std::ranges::find(predicted.locks, relation.name, [](const plan::PredictedLock& one) { return one.relation.path(); });
    if (lock == predicted.locks.end() || (relation.kind != 'r' && relation.kind != 'p' && relation.kind != 'm')) continue;
    if (Result<pg::Connection> holder = connect_()) LP_DO(watch.hold(*std::move(holder), oid, relation.name, lock->lock, relation.kind == 'm'));
  }
  LP_DO(watch.during(run));
  LP_TRY(const Sightings seen, sightings(watch.seen(), scans_before, predicted));
  record(step, predicted, seen);
  held_.clear();
  return forget_names(step);
}

/// Before 15 the figures take their time to arrive. https://www.postgresql.org/docs/14/monitoring-stats.html
Result<Meter::Sightings> Meter::sightings(const std::map<std::string, int>& modes, const std::map<std::string, long long>& scans_before, const plan::Impact& predicted) {
  Sightings seen;
  held_.clear();
  for (const auto& [oid, bits] : modes) {
    const auto relation = relations_.find(oid);
    if (relation == relations_.end()) continue;
    // In the middle of a body, and of an index that is built, swapped or dropped at the end, what nobody waits for is seen or not, as it happens: two plans of one change would differ.
    const bool is_predicted = std::ranges::any_of(predicted.locks, [&](const plan::PredictedLock& lock) { return lock.relation.path() == relation->second.name; });
    const bool is_index = relation->second.kind == 'i' || relation->second.kind == 'I';
    if ((!predicted.exact || is_index) && !is_predicted) continue;
    // An index that goes concurrently is locked against all use in the end, for a moment and when nobody can use it any more: index_drop() in src/backend/catalog/index.c.
    const int counted = is_index ? bits & ~(1 << static_cast<int>(Lock::access_exclusive)) : bits;
    seen[oid].modes = counted;
    held_[oid] = counted;
  }
  std::map<std::string, Relation> now;
  LP_DO(read_relations(now));
  constexpr int kTries = 30;
  const bool come_late = connection_.server_version_num() < 150000;
  for (int tries = come_late && !predicted.scans.empty() ? kTries : 1; tries > 0; --tries) {
    LP_TRY(const auto scans, all_scans());
    bool any = false;
    for (const auto& [oid, count] : scans) {
      const auto before = scans_before.find(oid);
      if (before == scans_before.end() || count <= before->second || !relations_.contains(oid)) continue;
      // Figures of earlier steps, of the way there too, may come late; what this one read it has locked.
      const bool is_predicted = has(predicted.scans, relations_.at(oid).name);
      if ((!modes.contains(oid) || !predicted.exact || come_late) && !is_predicted) continue;
      seen[oid].scanned = any = true;
    }
    if (any || tries == 1) break;
    LP_DO(connection_.execute("SELECT pg_catalog.pg_sleep(0.04)"));
  }
  for (auto& [oid, relation] : relations_) {
    const auto found = now.find(oid);
    if (found == now.end()) continue;
    if (found->second.file != relation.file) seen[oid].rewritten = true;
    relation.file = found->second.file;
    relation.scans = found->second.scans;
  }
  return seen;
}

std::string Meter::name_of_table(const Relation& relation) const {
  const auto table = relations_.find(relation.table);
  return table == relations_.end() ? std::string() : table->second.name;
}

void Meter::record(plan::Step& step, const plan::Impact& predicted, const Sightings& seen) {
  std::map<std::string, std::string> locks;      // name -> mode
  std::map<std::string, bool> rewrites, scans;
  std::map<std::string, std::string> oids;
  for (const auto& [oid, relation] : relations_) oids.emplace(relation.name, oid);
  const auto held = [&](const std::string& oid) { return held_.contains(oid) ? held_.at(oid) : 0; };
  for (const auto& [oid, now] : seen) {
    const Relation& relation = relations_.at(oid);
    const bool is_index = relation.kind == 'i' || relation.kind == 'I';
    const auto table = seen.find(relation.table);
    const std::string mode = strongest(now.modes);
    // An index's lock says nothing new when nobody gets past its table's.
    const int above = is_index ? std::max(table == seen.end() ? 0 : level_of(strongest(table->second.modes)), level_of(strongest(held(relation.table)))) : 0;
    if (!mode.empty() && level_of(mode) > above) locks[relation.name] = mode;
    if (now.rewritten && (relation.kind == 'r' || relation.kind == 'm') && !has(predicted.empties, relation.name)) rewrites[relation.name] = true;
    const std::string read = is_index ? name_of_table(relation) : relation.name;
    if (now.scanned && !read.empty() && relation.kind != 'S' && !has(predicted.empties, read)) scans[read] = true;
  }
  std::vector<std::string> differences;
  for (const plan::StepLock& lock : step.locks) {
    // What the transaction holds already can't be seen to be taken again.
    const auto oid = oids.find(lock.relation);
    const int level = level_of(lock.predicted);
    const bool holds = level > 0 && oid != oids.end() && (held(oid->second) & (1 << level)) != 0;
    if (holds && level_of(locks[lock.relation]) < level) locks[lock.relation] = lock.predicted;
  }
  for (const auto& [name, mode] : locks) {
    if (!mode.empty()) entry(step.locks, name).measured = mode;
  }
  for (plan::StepLock& lock : step.locks) {
    if (lock.measured == lock.predicted || (lock.predicted.empty() && !predicted.exact)) continue;
    differences.push_back(fmt::format("the lock on `{}` is {}, predicted {}", lock.relation, lock.measured.empty() ? "none" : lock.measured,
                                      lock.predicted.empty() ? "none" : lock.predicted));
  }
  const auto touched = [&](std::vector<plan::StepTouch>& touches, const std::map<std::string, bool>& found, std::string_view verb) {
    for (const auto& [name, yes] : found) entry(touches, name).measured = yes;
    for (plan::StepTouch& touch : touches) {
      if (!touch.measured && !touch.predicted) continue;
      if (!touch.measured && has(predicted.joined, touch.relation)) continue;      // (its table has no rows that it could be joined with)
      if (!touch.measured) touch.measured = false;
      if (!touch.predicted && predicted.exact) touch.predicted = false;
      if (!predicted.exact || touch.predicted == touch.measured) continue;
      differences.push_back(fmt::format("it {} `{}`: {}, predicted {}", verb, touch.relation, *touch.measured ? "yes" : "no", touch.predicted.value_or(false) ? "yes" : "no"));
    }
  };
  touched(step.rewrites, rewrites, "rewrites");
  touched(step.scans, scans, "scans");
  if (differences.empty()) return;
  diag::Diagnostic note = diag::make(diag::Code::kImpactDiffers, {}, step.id, step.description, differences.front());
  for (std::size_t at = 1; at < differences.size(); ++at) note.notes.push_back({differences[at], {}});
  notes_.push_back(std::move(note));
}

}  // namespace lpc::shadow
