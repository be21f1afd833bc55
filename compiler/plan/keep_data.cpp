#include "plan/keep_data.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "kinds/common.h"
#include "kinds/kept_rows.h"
#include "kinds/kind.h"
#include "plan/action_context.h"

namespace lpc::plan {

namespace {

using diag::Code;
using kinds::KeptRows;

class Keeper {
 public:
  Keeper(std::vector<Action>& actions, const Catalog& before, const Catalog& after, const PlannerOptions& options, const std::string& digits, std::set<std::string> taken)
      : actions_(actions), before_(before), options_(options), taken_(std::move(taken)), trash_{digits, [this](std::string_view base) { return new_name(base); }},
        seen_(actions, before, after, options), context_(seen_.get()) {}

  std::vector<Keep> run() {
    for (Action& action : actions_) keep(action);
    if (!kept_.empty()) actions_.insert(actions_.begin(), making_room());
    std::vector<Keep> keeps;
    for (const KeptRows& kept : kept_) {
      keeps.push_back({as_before(kept.object).text(), kept.name, {}, kept.as_text});
      for (const std::string& name : kept.key) {
        ObjectId column = kept.object;
        column.member = name;
        keeps.back().key.push_back(as_before(column).member.str());
      }
    }
    return keeps;
  }

 private:
  std::string new_name(std::string_view base) {
    while (true) {
      std::string name = kinds::helper_name(base, "_" + trash_.digits + "_" + std::to_string(++number_));
      if (taken_.insert(name).second) return name;
    }
  }

  ObjectId as_before(const ObjectId& id) const { return options_.renames == nullptr ? id : id_before(id, *options_.renames); }

  void keep(Action& action) {
    const std::vector<ObjectId> tables = action.type == ActionType::drop ? kinds::tables_lost(action, context_) : std::vector<ObjectId>();
    for (const ObjectId& table : tables) {
      const auto untying = kinds::must_be_copied(table, context_) ? std::nullopt : std::optional(untie(table));
      kinds::keep_table(table, untying, trash_, kept_, context_, action);
    }
    for (const Hazard& hazard : std::exchange(action.hazards, {})) {
      if (hazard.code == Code::kDropsTable) {
        if (!tables.empty()) say(Code::kKeepsRows, hazard.object, std::string(kinds::kTrash), action);
      } else if (hazard.code == Code::kDropsSchema) {      // what has been in it is kept
        say(Code::kDropsUsed, hazard.object, "", action);
      } else {
        keep_values(hazard, action);
      }
    }
  }

  void keep_values(const Hazard& hazard, Action& action) {
    const std::optional<std::string> obstacle = kinds::keep_values(hazard, trash_, kept_, context_, action);
    if (!obstacle || !obstacle->empty()) action.hazards.push_back(hazard);
    if (obstacle) say(obstacle->empty() ? Code::kKeepsRows : Code::kKeepsNothing, hazard.object, obstacle->empty() ? std::string(kinds::kTrash) : *obstacle, action);
  }

  static void say(Code code, const ObjectId& object, const std::string& what, Action& action) {
    action.hazards.push_back({code, what.empty() ? diag::make(code, {}, kinds::spoken(object)).message : diag::make(code, {}, kinds::spoken(object), what).message, object});
  }

  /// What takes from the table all that ties it to others.
  std::vector<Sql> untie(const ObjectId& table) const {
    std::vector<ObjectId> parts{table};
    for (std::size_t at = 0; at < parts.size(); ++at) {
      for (const Object* part : before_.children(parts[at])) parts.push_back(part->id);
    }
    const Catalog tied = with_needs(before_, parts);
    CatalogBuilder untied(tied);
    kinds::bare(untied, table, options_.role);
    diag::Sink unsaid;    // that it loses what it loses is the plan's own wish
    PlannerOptions options = options_;
    options.renames = nullptr;
    options.in_use = nullptr;
    std::vector<Sql> statements;
    for (Action& action : plan_actions(tied, untied.finish(), options, unsaid)) std::ranges::move(action.sql, std::back_inserter(statements));
    return statements;
  }

  Action making_room() const {
    Action action;
    action.type = ActionType::alter;
    action.object = kept_.front().object;
    action.description = "Make the schema lockplane_trash, where the plan keeps rows";
    action.sql.push_back(sql("CREATE SCHEMA IF NOT EXISTS {}", ident(kinds::kTrash)));
    return action;
  }

  std::vector<Action>& actions_;
  const Catalog& before_;
  const PlannerOptions& options_;
  std::set<std::string> taken_;
  int number_ = 0;
  std::vector<KeptRows> kept_;
  const kinds::Trash trash_;
  const ActionContext seen_;
  const kinds::ChangeContext& context_;
};

}  // namespace

std::vector<Keep> keep_data(std::vector<Action>& actions, const Catalog& before, const Catalog& after, const PlannerOptions& options, const std::string& digits, std::set<std::string> taken) {
  return Keeper(actions, before, after, options, digits, std::move(taken)).run();
}

Catalog with_kept(const std::vector<Keep>& keeps, Catalog target) {
  for (const Keep& keep : keeps) {
    const std::optional<ObjectId> id = ObjectId::parse(keep.object);
    Object* object = id ? target.edit(*id) : nullptr;
    if (object != nullptr) object->hints.push_back(kinds::kept_hint({*id, keep.table, keep.key, keep.as_text}));
  }
  return target;
}

}  // namespace lpc::plan
