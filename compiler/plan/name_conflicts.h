// Names that what a plan makes wants, and that something has which the plan drops.
#pragma once

#include <functional>
#include <vector>

#include "catalog/catalog.h"

namespace lpc::plan {

struct NameConflict {
  Object holder;        ///< what has the name: a dropped object, or one that nobody says and that goes with that
  ObjectId dropped;     ///< with what it goes
  ObjectId wanting;     ///< what is made
  /// The name is taken from it beforehand, by a rename: what nobody says can't be waited for, nor wait, because rows may go from the one to the other.
  bool yields;
};

/// Whether what goes with its whole can go by another name until then. (A column's new name frees that of its sequence for nobody.)
bool can_yield(KindId kind);

using IsInPlan = std::function<bool(const ObjectId&)>;
/// `giving`: dropped tables that wait for what is made, because that gets their rows.
std::vector<NameConflict> name_conflicts(const Catalog& before, const Catalog& after, const IsInPlan& is_dropped, const IsInPlan& is_created, const IdSet& giving);

}  // namespace lpc::plan
