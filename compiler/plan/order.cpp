#include "plan/order.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <queue>
#include <set>
#include <tuple>

#include "kinds/common.h"
#include "kinds/kind.h"

namespace lpc::plan {

namespace {

/// What the order of independent actions looks like to a reader: drops, then changes, then new things, then what has an online form and can wait, because it can't share
/// a transaction with the others; kinds in their usual order, then names.
struct Rank {
  int phase;
  int weight;
  const ObjectId* id;
  std::size_t position;

  friend bool operator<(const Rank& a, const Rank& b) {
    if (a.phase != b.phase) return a.phase < b.phase;
    if (a.weight != b.weight) return a.weight < b.weight;
    if (!(*a.id == *b.id)) return *a.id < *b.id;
    return a.position < b.position;
  }
  friend bool operator>(const Rank& a, const Rank& b) { return b < a; }
};

/// `center`: the action that this one stands close to, or itself.
Rank rank(const Action& action, const Action& center, std::size_t position, bool comes_late) {
  const int weight = static_cast<int>(action.object.kind);
  if (&center != &action) return {4, static_cast<int>(center.object.kind), &center.object, position};
  if (comes_late) return {4, weight, &action.object, position};
  if (kinds::kind(action.object.kind).traits.runs_last) return {9, weight, &action.object, position};
  switch (action.type) {
    case ActionType::rename: return {0, weight, &action.object, position};
    case ActionType::drop: return {1, static_cast<int>(kKindCount) - weight, &action.object, position};
    case ActionType::alter: return {action.commit_after ? 0 : 2, weight, &action.object, position};
    case ActionType::create: return {3, weight, &action.object, position};
  }
  return {9, weight, &action.object, position};
}

using Successors = std::vector<std::vector<std::size_t>>;

Successors successors(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
  Successors result(count);
  for (const auto& [first, second] : edges) result[first].push_back(second);
  for (auto& list : result) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return result;
}

class Sorter {
 public:
  explicit Sorter(const ActionGraph& graph)
      : actions_(graph.actions), hard_(successors(graph.actions.size(), graph.edges)), soft_(successors(graph.actions.size(), graph.soft_edges)),
        hard_waits_(graph.actions.size()), soft_waits_(graph.actions.size()), done_(graph.actions.size()), late_(graph.actions.size()), center_(graph.actions.size()) {
    count(hard_, hard_waits_);
    count(soft_, soft_waits_);
    for (const Action& action : actions_) {
      if (action.type == ActionType::drop && !action.sql.empty()) taken_down_.insert(action.object);
    }
    std::vector<bool> seen(actions_.size());
    for (std::size_t i = 0; i < actions_.size(); ++i) find_late(i, seen);
    find_centers(graph.edges);
  }

  /// The positions in order; fewer than all when the hard edges have a circle.
  std::vector<std::size_t> run() {
    for (std::size_t i = 0; i < actions_.size(); ++i) offer(i);
    std::vector<std::size_t> result;
    while (true) {
      const auto next = take();
      if (!next) return result;
      result.push_back(*next);
      done_[*next] = true;
      for (const std::size_t after : hard_[*next]) {
        --hard_waits_[after];
        offer(after);
      }
      for (const std::size_t after : soft_[*next]) {
        --soft_waits_[after];
        offer(after);
      }
    }
  }

  /// The members of one circle among what is left.
  std::vector<std::size_t> circle() const {
    std::vector<std::size_t> predecessor(actions_.size(), actions_.size());
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      if (done_[i]) continue;
      for (const std::size_t after : hard_[i]) {
        if (!done_[after]) predecessor[after] = i;
      }
    }
    std::size_t at = 0;
    while (at < actions_.size() && (done_[at] || predecessor[at] == actions_.size())) ++at;
    if (at == actions_.size()) return {};
    for (std::size_t i = 0; i < actions_.size(); ++i) at = predecessor[at];      // by now surely on the circle
    std::vector<std::size_t> members{at};
    for (std::size_t i = predecessor[at]; i != at; i = predecessor[i]) members.push_back(i);
    std::reverse(members.begin(), members.end());
    return members;
  }

 private:
  static void count(const Successors& edges, std::vector<std::size_t>& waits) {
    for (const auto& list : edges) {
      for (const std::size_t after : list) ++waits[after];
    }
  }

  /// What has an online form comes late, unless something else waits for it: that would be late, too. What is put back takes none, and others wait for its transaction.
  void find_late(std::size_t i, std::vector<bool>& seen) {
    if (seen[i]) return;
    seen[i] = true;
    if (actions_[i].online.empty() || (actions_[i].type == ActionType::create && taken_down_.contains(actions_[i].object))) return;
    if (is_prepared(actions_[i])) {
      late_[i] = true;
      return;
    }
    for (const std::size_t after : hard_[i]) find_late(after, seen);
    late_[i] = std::ranges::all_of(hard_[i], [&](std::size_t after) { return late_[after]; });
  }

  /// What is taken down for an action that is prepared ahead, and put back after it, stands around it, so that their transaction is short and holds nothing else.
  void find_centers(const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
    for (std::size_t i = 0; i < center_.size(); ++i) center_[i] = i;
    if (std::ranges::none_of(actions_, is_prepared)) return;
    std::map<ObjectId, std::size_t> put_back;
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      if (actions_[i].type == ActionType::create) put_back.emplace(actions_[i].object, i);
    }
    std::vector<std::vector<std::size_t>> before(actions_.size());
    for (const auto& [first, second] : edges) before[second].push_back(first);
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      if (!is_prepared(actions_[i])) continue;
      std::vector<std::size_t> around{i};
      for (std::size_t at = 0; at < around.size(); ++at) {
        for (const std::size_t first : before[around[at]]) {
          const auto back = actions_[first].type == ActionType::drop ? put_back.find(actions_[first].object) : put_back.end();
          if (back == put_back.end() || center_[first] != first) continue;
          center_[first] = center_[back->second] = i;
          around.push_back(first);
        }
      }
    }
  }

  void offer(std::size_t i) {
    if (done_[i] || hard_waits_[i] > 0) return;
    (soft_waits_[i] > 0 ? reluctant_ : ready_).push(rank(actions_[i], actions_[center_[i]], i, late_[i]));
  }

  /// The best that waits for nothing; only when there is none, one whose soft wishes stay unmet.
  std::optional<std::size_t> take() {
    for (Queue* queue : {&ready_, &reluctant_}) {
      while (!queue->empty()) {
        const std::size_t i = queue->top().position;
        queue->pop();
        if (!done_[i]) return i;
      }
    }
    return std::nullopt;
  }

  using Queue = std::priority_queue<Rank, std::vector<Rank>, std::greater<Rank>>;

  const std::vector<Action>& actions_;
  Successors hard_, soft_;
  std::vector<std::size_t> hard_waits_, soft_waits_;
  std::vector<bool> done_;
  std::vector<bool> late_;
  std::vector<std::size_t> center_;
  std::set<ObjectId> taken_down_;
  Queue ready_, reluctant_;
};

void report_circle(const std::vector<Action>& actions, const std::vector<std::size_t>& members, diag::Sink& sink) {
  std::string names;
  for (const std::size_t i : members) names += (names.empty() ? "" : ", ") + actions[i].object.text();
  sink.add(diag::make(diag::Code::kDependencyCycle, {}, names));
}

/// The firm edges of the circle become soft ones. False when it has none.
bool give_way(ActionGraph& graph, const std::vector<std::size_t>& circle) {
  const auto is_in = [&](std::size_t position) { return std::ranges::find(circle, position) != circle.end(); };
  std::vector<std::pair<std::size_t, std::size_t>> going;
  std::ranges::copy_if(graph.firm_edges, std::back_inserter(going), [&](const auto& edge) { return is_in(edge.first) && is_in(edge.second); });
  if (going.empty()) return false;
  std::ranges::sort(going);
  const auto goes = [&](const auto& edge) { return std::ranges::binary_search(going, edge); };
  std::erase_if(graph.edges, goes);
  std::erase_if(graph.firm_edges, goes);
  std::ranges::move(going, std::back_inserter(graph.soft_edges));
  return true;
}

}  // namespace

std::vector<std::size_t> find_circle(const ActionGraph& graph) {
  Sorter sorter(graph);
  return sorter.run().size() < graph.actions.size() ? sorter.circle() : std::vector<std::size_t>();
}

std::vector<Action> order(ActionGraph graph, diag::Sink& sink) {
  Sorter sorter(graph);
  const std::vector<std::size_t> sorted = sorter.run();
  if (sorted.size() < graph.actions.size()) {
    const std::vector<std::size_t> circle = sorter.circle();
    if (give_way(graph, circle)) return order(std::move(graph), sink);
    report_circle(graph.actions, circle, sink);
    return {};
  }
  std::vector<bool> awaited(graph.actions.size());
  for (const auto& [first, second] : graph.edges) {
    awaited[first] = awaited[first] || !(graph.actions[first].object == graph.actions[second].object);
  }
  std::vector<Action> actions;
  actions.reserve(sorted.size());
  for (const std::size_t i : sorted) {
    Action& action = graph.actions[i];
    action.commit_after = action.commit_after && awaited[i];
    // What comes or goes with something else has nothing to do, but its place in the order counts.
    if (!action.sql.empty()) actions.push_back(std::move(action));
  }
  return actions;
}

}  // namespace lpc::plan
