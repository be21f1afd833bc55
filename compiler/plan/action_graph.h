// Actions, the order that they need, and which of them does what to an object. synthesise() makes the actions, connect() their order; order.h sorts them.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "change/action.h"
#include "plan/fate.h"
#include "plan/folding.h"

namespace lpc::plan {

/// Actions and "first before second" pairs of their positions. Soft pairs may be ignored when they close a circle; of the others the firm ones may, when nothing else opens it.
struct ActionGraph {
  std::vector<Action> actions;
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  std::vector<std::pair<std::size_t, std::size_t>> firm_edges;      ///< among `edges`
  std::vector<std::pair<std::size_t, std::size_t>> soft_edges;

  /// The action's position.
  std::size_t add(Action action) {
    actions.push_back(std::move(action));
    return actions.size() - 1;
  }

  /// Null stands for what no action does: there is nothing to put in order then. The same of soft_edge().
  void edge(const std::size_t* first, const std::size_t* second) {
    if (first && second && *first != *second) edges.emplace_back(*first, *second);
  }

  void soft_edge(const std::size_t* first, const std::size_t* second) {
    if (first && second && *first != *second) soft_edges.emplace_back(*first, *second);
  }

  /// For what is mostly so: many an alteration is none of the other's business.
  void firm_edge(std::size_t first, std::size_t second) {
    if (first == second) return;
    edges.emplace_back(first, second);
    firm_edges.emplace_back(first, second);
  }
};

/// Positions of the actions about each object.
struct ActionNodes {
  using Nodes = std::unordered_map<ObjectId, std::size_t, ObjectIdHash>;

  const Catalog& before;
  const Fates& fates;
  const Folding& folding;
  Nodes creates = {}, reals = {}, drops = {}, emptyings = {}, asides = {}, conversions = {}, fillings = {};
  std::set<std::size_t> last_drops = {};      ///< of old forms that were moved aside, and of what holds rows of theirs
  std::map<ObjectId, std::vector<std::size_t>> alters = {};

  /// Its own, or that of what it is folded into. Null when it isn't made.
  const std::size_t* create_node(const ObjectId& id) const;
  /// The action that drops it: its own, or that of the whole it is part of. Null when it isn't dropped.
  const std::size_t* drop_node(const ObjectId& id) const;
  const std::vector<std::size_t>& alter_nodes(const ObjectId& id) const;
  /// Not with the whole that it is part of.
  bool goes_alone(const ObjectId& id) const { return drops.contains(id); }
};

}  // namespace lpc::plan
