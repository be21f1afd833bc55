// What becomes of each object: the first half of synthesis. Works out, from what differs, everything that has to be replaced because of
// something else (04-planning, "Ordering").
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "change/action.h"
#include "diag/sink.h"
#include "plan/planner.h"

namespace lpc::plan {

struct Fates {
  IdSet created;                       ///< made by the plan: new, or the second half of a replacement
  IdSet dropped;                       ///< dropped by the plan: gone, or the first half of a replacement
  IdSet swapped;                       ///< replaced types whose old form is kept aside until its columns are converted
  /// Altered in place, with what differs. Those in `redefined` by running CREATE OR REPLACE.
  std::unordered_map<ObjectId, std::vector<AttributeDelta>, ObjectIdHash> altered;
  IdSet redefined;
  IdSet converted;                     ///< columns of swapped types

  bool replaced(const ObjectId& id) const { return created.contains(id) && dropped.contains(id); }
};

/// What opens circles of actions that wait for each other.
struct Openings {
  IdSet apart;                         ///< parts of dropped objects that get a drop of their own before it: foreign keys of tables that refer to each other
  IdSet anew;                          ///< objects that could be redefined or altered in place, and are dropped and made again instead: a view over what takes another's place
  IdSet stood_in;                      ///< new objects that something stands in for until what they need is there: views that select from each other
  IdSet emptied;                       ///< dropped objects that something takes the place of before, so that what they need can go
  IdSet yielding;                      ///< parts of dropped objects that give up their names before: the key of a table whose successor has one of the same name

  std::size_t size() const { return apart.size() + anew.size() + stood_in.size() + emptied.size() + yielding.size(); }
};

/// LP5008 at what would lose data only because something else must be replaced.
Fates decide_fates(const Catalog& before, const Catalog& after, const std::vector<Delta>& deltas, const Openings& openings, int server_version, diag::Sink& sink);

}  // namespace lpc::plan
