#include "plan/steps.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "kinds/common.h"
#include "kinds/kind.h"
#include "kinds/parts.h"
#include "plan/impact.h"

namespace lpc::plan {

namespace {

std::optional<Origin> origin(const ObjectId& id, const SourceMap* sources, const Catalog* desired) {
  const Object* object = sources && desired ? desired->find(id) : nullptr;
  if (!object || object->origin.is_nowhere()) return std::nullopt;
  const SourceBuffer& buffer = sources->at(object->origin.file);
  const Position at = buffer.position(object->origin.begin);
  return Origin{buffer.path(), at.line, at.column};
}

bool loses_data(diag::Code code) {
  switch (code) {
    case diag::Code::kDropsTable:
    case diag::Code::kDropsColumn:
    case diag::Code::kDropsSchema:
    case diag::Code::kDropsData:
    case diag::Code::kRebuildsTable:
    case diag::Code::kNarrowsType:
    case diag::Code::kConvertsByHint:
    case diag::Code::kDropsEnumValue: return true;
    default: return false;
  }
}

/// Actions that must not be seen half done share a number: from the first thing that is taken down to the last that is put back.
std::vector<std::size_t> wholes(const std::vector<Action>& actions) {
  std::map<ObjectId, std::size_t> taken_down;
  std::vector<std::size_t> whole(actions.size());
  const auto close = [&](const ObjectId& id, std::size_t at) {
    const auto found = taken_down.find(id);
    if (found == taken_down.end()) return;
    const std::size_t first = whole[found->second];
    for (std::size_t i = found->second; i <= at; ++i) whole[i] = std::min(whole[i], first);
  };
  for (std::size_t at = 0; at < actions.size(); ++at) {
    const Action& action = actions[at];
    whole[at] = at;
    const bool begins = action.type == ActionType::drop || action.type == ActionType::create || (action.type == ActionType::rename && !action.renamed_from);
    std::vector<ObjectId> ids = action.covers;
    ids.push_back(action.object);
    for (const ObjectId& id : ids) {
      close(id, at);
      if (begins) taken_down.try_emplace(id, at);
    }
  }
  return whole;
}

std::size_t end_of_whole(const std::vector<std::size_t>& whole, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < whole.size() && whole[end] == whole[begin]) ++end;
  return end;
}

bool takes_long(const Action& action) {
  return std::ranges::any_of(action.hazards, [](const Hazard& hazard) { return hazard.code == diag::Code::kRewritesTable || hazard.code == diag::Code::kRebuildsTable; });
}

/// The one action of a whole for which something is prepared ahead of it, if that makes the whole short. What is prepared for several might not survive what becomes of one of them.
std::optional<std::size_t> prepared_in(const std::vector<Action>& actions, std::size_t begin, std::size_t end) {
  std::optional<std::size_t> found;
  for (std::size_t at = begin; at < end; ++at) {
    if (!is_prepared(actions[at]) && !takes_long(actions[at])) continue;
    if (found || !is_prepared(actions[at])) return std::nullopt;
    found = at;
  }
  return found;
}

/// Steps in the making, and what else decides on their transactions.
struct Draft {
  Step step;
  std::size_t whole;                  ///< as wholes()
  bool alone = false;                 ///< in its transaction
  bool commit_after = false;
};

class Drafting {
 public:
  Drafting(const std::vector<Action>& actions, const StepOptions& options) : actions_(actions), options_(options), whole_(wholes(actions)) {}

  std::vector<Draft> run() {
    for (std::size_t begin = 0, end = 0; begin < actions_.size(); begin = end) {
      end = end_of_whole(whole_, begin);
      if (const auto prepared = prepared_in(actions_, begin, end)) prepared_.insert(actions_[*prepared].object);
    }
    for (std::size_t begin = 0, end = 0; begin < actions_.size(); begin = end) {
      end = end_of_whole(whole_, begin);
      const std::optional<std::size_t> prepared = prepared_in(actions_, begin, end);
      if (prepared) {
        around(begin, end, *prepared);
      } else if (end == begin + 1 && !actions_[begin].online.empty() && !is_made_ahead(actions_[begin])) {
        in_stages(actions_[begin], begin);
      } else {
        for (std::size_t at = begin; at < end; ++at) add_in_place(actions_[at], at);
      }
    }
    return std::move(drafts_);
  }

 private:
  Step& add(const Action& action, std::size_t at, const Stage& stage, bool staged) {
    Step step;
    step.description = stage.description;
    for (const Sql& statement : stage.sql) step.sql.push_back(statement.text);
    step.objects.push_back(kinds::object_of(action.object).text());
    for (const ObjectId& id : action.covers) step.objects.push_back(id.text());
    step.origin = origin(action.object, options_.sources, options_.desired);
    step.transactional = stage.transactional;
    step.kind = stage.step_kind;
    drafts_.push_back({std::move(step), staged ? actions_.size() + drafts_.size() : whole_[at], staged, action.commit_after});
    return drafts_.back().step;
  }

  void add_plain(const Action& action, std::size_t at) {
    Step& step = add(action, at, {action.description, action.sql, action.step_kind, action.transactional}, false);
    if (is_prepared(action)) step.reason = "not online, because it shares its transaction with other changes that take long: what they need must be taken down and put back together";
    say_hazards(action, {}, step);
  }

  bool is_made_ahead(const Action& action) const { return action.prepared && prepared_.contains(action.prepared->by); }

  /// In plain form, or what is left of it when another action has made its object ahead.
  void add_in_place(const Action& action, std::size_t at) {
    if (!is_made_ahead(action)) return add_plain(action, at);
    if (action.prepared->sql.empty()) return;
    Action rest = action;
    rest.sql = action.prepared->sql;
    if (action.type == ActionType::create) rest.description = fmt::format("Give its place to the new form of {}", kinds::spoken(action.object));
    std::erase_if(rest.hazards, [](const Hazard& hazard) { return hazard.code == diag::Code::kMovesRows; });
    add_plain(rest, at);
  }

  void add_stages(const Action& action, std::size_t at, const std::vector<Stage>& stages, const OnlineForm& form) {
    for (const Stage& stage : stages) add(action, at, stage, true).reason = form.reason;
  }

  /// What is prepared comes before the whole, which then is one short transaction.
  void around(std::size_t begin, std::size_t end, std::size_t prepared) {
    const Action& action = actions_[prepared];
    const OnlineForm& form = action.online.front();
    const std::size_t first = drafts_.size();
    add_stages(action, prepared, form.ahead, form);
    say_hazards(action, form.spares, drafts_[first].step);
    for (const Hazard& hazard : form.hazards) say(hazard, drafts_[first].step);
    for (std::size_t at = begin; at < end; ++at) {
      const std::size_t known = drafts_.size();
      if (at != prepared) {
        add_in_place(actions_[at], at);
      } else {
        std::vector<Sql> statements = action.sql;
        const auto from = statements.begin() + static_cast<std::ptrdiff_t>(form.first);
        statements.insert(statements.erase(from, from + static_cast<std::ptrdiff_t>(form.count)), form.instead.begin(), form.instead.end());
        Step& step = add(action, at, {form.described.empty() ? action.description : form.described, statements, action.step_kind, true}, false);
        step.reason = form.reason;
        step.reversible = drafts_[first].step.reversible;
      }
      if (drafts_.size() > known) drafts_.back().alone = true;
    }
    add_stages(action, prepared, form.afterwards, form);
  }

  /// The stages of each online form, with the plain statements between them as steps of their own.
  void in_stages(const Action& action, std::size_t at) {
    std::size_t next = 0;
    const auto plain_until = [&](std::size_t end) {
      if (next >= end) return;
      const std::vector<Sql> statements(action.sql.begin() + static_cast<std::ptrdiff_t>(next), action.sql.begin() + static_cast<std::ptrdiff_t>(end));
      Step& step = add(action, at, {action.description, statements, action.step_kind, true}, true);
      step.reversible = "exact";
      drafts_.back().alone = false;
    };
    const std::size_t first = drafts_.size();
    std::vector<diag::Code> spared;
    for (const OnlineForm& form : action.online) {
      plain_until(form.first);
      add_stages(action, at, form.stages, form);
      spared.insert(spared.end(), form.spares.begin(), form.spares.end());
      next = form.first + form.count;
    }
    plain_until(action.sql.size());
    for (const OnlineForm& form : action.online) add_stages(action, at, form.afterwards, form);
    const auto may_fail = [](const Draft& draft) { return draft.step.kind == "validate" || draft.step.kind == "concurrent"; };
    const auto telling = std::find_if(drafts_.begin() + static_cast<std::ptrdiff_t>(first), drafts_.end(), may_fail);
    say_hazards(action, spared, telling == drafts_.end() ? drafts_[first].step : telling->step);
  }

  static void say(const Hazard& hazard, Step& step) {
    step.hazards.push_back({diag::code_text(hazard.code), std::string(diag::severity_name(diag::info(hazard.code).severity)), hazard.message, hazard.object.text(), ""});
  }

  static void say_hazards(const Action& action, const std::vector<diag::Code>& spared, Step& step) {
    for (const Hazard& hazard : action.hazards) {
      if (std::ranges::find(spared, hazard.code) != spared.end()) continue;
      say(hazard, step);
    }
    step.reversible = std::ranges::any_of(action.hazards, [](const Hazard& hazard) { return loses_data(hazard.code); }) ? "lossy" : "exact";
    for (const Check& check : action.checks) step.checks.push_back({check.description, check.sql.text, std::nullopt});
  }

  const std::vector<Action>& actions_;
  const StepOptions& options_;
  const std::vector<std::size_t> whole_;
  IdSet prepared_;                    ///< what is made ahead of its whole
  std::vector<Draft> drafts_;
};

/// What a transaction, or a part of it, does to relations in use.
struct Burden {
  std::set<std::string> blocked;      ///< relations whose writers, or readers as well, wait
  bool slow = false;                  ///< reads or rewrites one

  void add(const Burden& other) {
    blocked.insert(other.blocked.begin(), other.blocked.end());
    slow = slow || other.slow;
  }
};

Burden burden_of(const Step& step, const RelationsInUse& in_use) {
  Burden burden;
  for (const StepLock& lock : step.locks) {
    if (in_use.contains(lock.relation) && lock_blocks(lock.predicted).find("writes") != std::string_view::npos) burden.blocked.insert(lock.relation);
  }
  for (const auto* touches : {&step.rewrites, &step.scans}) {
    for (const StepTouch& touch : *touches) burden.slow = burden.slow || (touch.predicted.value_or(false) && in_use.contains(touch.relation));
  }
  return burden;
}

/// Whether the one may share a transaction with the other: nobody waits for one relation while work goes on at another, or for two at once, which could end in a deadlock.
bool may_share(const Burden& first, const Burden& second) {
  if (first.blocked.empty() && second.blocked.empty()) return true;
  if (first.slow || second.slow) return false;
  return first.blocked.empty() || second.blocked.empty() || std::ranges::includes(first.blocked, second.blocked);
}

/// Numbers the transactions.
void group(std::vector<Draft>& drafts, const RelationsInUse& in_use) {
  int number = 0;
  Burden held;
  for (std::size_t begin = 0, end = 0; begin < drafts.size(); begin = end) {
    Burden burden;
    for (end = begin; end < drafts.size() && drafts[end].whole == drafts[begin].whole; ++end) burden.add(burden_of(drafts[end].step, in_use));
    const Draft* before = begin == 0 ? nullptr : &drafts[begin - 1];
    const bool opens = before == nullptr || !before->step.transactional || before->alone || drafts[begin].alone || !may_share(held, burden);
    for (std::size_t at = begin; at < end; ++at) {
      // An uncommitted enum value waits: only further ones may join.
      const bool needs_commit = at > 0 && drafts[at - 1].commit_after && !drafts[at].commit_after;
      const bool cut = at == begin ? opens : !drafts[at - 1].step.transactional;
      if (cut || needs_commit || !drafts[at].step.transactional) {
        ++number;
        held = {};
      }
      drafts[at].step.group = number;
    }
    held.add(burden);
  }
}

}  // namespace

std::vector<Step> to_steps(const std::vector<Action>& actions, const StepOptions& options) {
  std::vector<Draft> drafts = Drafting(actions, options).run();
  std::vector<Step> steps;
  for (Draft& draft : drafts) {
    draft.step.id = static_cast<int>(steps.size()) + 1;
    steps.push_back(draft.step);
  }
  if (options.before != nullptr) predict_steps(steps, *options.before, options.server_version, {.role = options.role});
  for (std::size_t at = 0; at < steps.size(); ++at) drafts[at].step = std::move(steps[at]);
  group(drafts, options.in_use != nullptr ? *options.in_use : RelationsInUse());
  for (std::size_t at = 0; at < steps.size(); ++at) steps[at] = std::move(drafts[at].step);
  return steps;
}

Catalog with_moved_parts(Catalog target, const std::vector<Action>& actions) {
  const std::vector<std::size_t> whole = wholes(actions);
  std::map<ObjectId, std::vector<std::string>> last;      // of each object, its parts that come or move, in the order in which they do
  std::set<ObjectId> with_moved;
  for (std::size_t begin = 0, end = 0; begin < actions.size(); begin = end) {
    end = end_of_whole(whole, begin);
    const auto add = [&](const ObjectId& id) {
      const Object* part = target.find(id);
      if (part != nullptr && part->parent && !kinds::kind(id.kind).traits.listed_as.empty()) last[*part->parent].push_back(id.own_name());
    };
    if (const std::optional<std::size_t> prepared = prepared_in(actions, begin, end)) {
      add(actions[*prepared].object);
      if (const Object* part = target.find(actions[*prepared].object); part != nullptr && part->parent) with_moved.insert(*part->parent);
    }
    for (std::size_t at = begin; at < end; ++at) {
      if (actions[at].type != ActionType::create) continue;
      add(actions[at].object);
      for (const ObjectId& part : actions[at].covers) add(part);
    }
  }
  for (const ObjectId& id : with_moved) {
    Object* object = target.edit(id);
    const std::vector<std::string>& names = last.at(id);
    for (const kinds::AttributeRule& rule : kinds::kind(id.kind).attributes) {
      const Value* list = object != nullptr && rule.keeps_live_order ? object->attributes.find(rule.name) : nullptr;
      if (list == nullptr) continue;
      List items = list->list();
      std::ranges::stable_sort(items, {}, [&](const Value& item) {
        const auto place = std::ranges::find(names, item.text());
        return place == names.end() ? 0 : place - names.begin() + 1;
      });
      object->attributes.set(rule.name, Value(std::move(items)));
    }
  }
  return target;
}

std::vector<Loss> losses(const std::vector<Action>& actions) {
  std::vector<Loss> result;
  for (const Action& action : actions) {
    for (const Hazard& hazard : action.hazards) {
      if (loses_data(hazard.code)) result.push_back({hazard.object.text(), hazard.message});
    }
  }
  return result;
}

}  // namespace lpc::plan
