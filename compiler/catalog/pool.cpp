#include "catalog/pool.h"

#include <algorithm>
#include <string_view>

namespace lpc {

namespace {

/// Forgets what only the set itself holds, when it has grown to `limit`.
template <class Set, class IsUsed>
void tidy(Set& set, std::size_t& limit, const IsUsed& is_used) {
  if (set.size() < limit) return;
  for (auto at = set.begin(); at != set.end();) at = is_used(*at) ? std::next(at) : set.erase(at);
  limit = std::max(limit, 2 * set.size());
}

}  // namespace

Pool& Pool::instance() {
  static Pool& pool = *new Pool;    // never taken down: the process ends, and its memory with it
  return pool;
}

std::size_t Pool::EntriesHash::operator()(const Entries& entries) const {
  std::size_t hash = 0;
  for (const auto& [name, value] : *entries) hash = 31 * (31 * hash + std::hash<std::string_view>{}(name)) + value.hash();
  return hash;
}

void Pool::share(Name& name) {
  const std::lock_guard lock(mutex_);
  name = *names_.insert(name).first;
  tidy(names_, names_to_tidy_, [](const Name& known) { return known.is_shared(); });
}

void Pool::share(Attributes& attributes) {
  Entries& entries = attributes.entries_;
  if (!entries || entries.use_count() > 1) return;    // known already: from another catalog, or from an earlier call
  const std::lock_guard lock(mutex_);
  entries = *entries_.insert(std::move(entries)).first;
  tidy(entries_, entries_to_tidy_, [](const Entries& known) { return known.use_count() > 1; });
}

}  // namespace lpc
