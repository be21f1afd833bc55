#include "plan/synthesise.h"

#include <fmt/format.h>

#include <algorithm>

#include "kinds/common.h"
#include "kinds/kind.h"
#include "kinds/moved_rows.h"
#include "kinds/type_change.h"
#include "plan/connect.h"
#include "plan/fate.h"
#include "plan/folding.h"
#include "plan/moves.h"
#include "plan/weigh.h"

namespace lpc::plan {

namespace {

using kinds::kind;

class Synthesiser {
 public:
  Synthesiser(const Catalog& before, const Catalog& after, Fates fates, const Openings& openings, const PlannerOptions& options)
      : before_(before), after_(after), fates_(std::move(fates)), openings_(openings), apart_(openings.apart),
        context_{before, after, options.server_version, options.role,
                 [this](const ObjectId& id) { return folding_.root(id).has_value(); },
                 [this](const ObjectId& id) { return fates_.dropped.contains(id); },
                 [this](const ObjectId& id) { return fates_.created.contains(id); }, options.renames, options.in_use} {}

  ActionGraph run() {
    moves_ = find_moves(context_);
    for (const ObjectId& table : moves_.refilled) fates_.swapped.insert(table);
    folding_ = fold(after_, fates_.created, context_);
    for (const Object& object : before_.objects()) {
      if (fates_.dropped.contains(object.id)) add_drop(object);
    }
    for (const Object& object : after_.objects()) {
      if (fates_.altered.contains(object.id) || fates_.redefined.contains(object.id)) add_alters(object);
      if (fates_.converted.contains(object.id)) add_conversion(object);
      if (fates_.created.contains(object.id)) add_create(object);
    }
    for (const ObjectId& table : moves_.refilled) add_filling(table);
    for (Action& action : graph_.actions) judge(action, context_);
    connect({before_, after_, fates_, openings_, moves_, folding_, context_, nodes_}, graph_);
    return std::move(graph_);
  }

 private:
  /// Before what it is a part of.
  bool goes_apart(const Object& object) const {
    const auto dropped_apart = kind(object.id.kind).traits.dropped_apart;
    return apart_.contains(object.id) || (dropped_apart && dropped_apart(object, context_));
  }

  void add_drop(const Object& object) {
    const kinds::Kind& its_kind = kind(object.id.kind);
    if (its_kind.traits.dropped_with_parent && !goes_apart(object) && object.parent && fates_.dropped.contains(*object.parent)) return;
    if (fates_.swapped.contains(object.id)) {
      add_swap(object);
      return;
    }
    Action action;
    action.type = ActionType::drop;
    action.object = object.id;
    its_kind.drop(object, context_, action);
    if (action.description.empty()) action.description = "Drop " + kinds::spoken(object.id);
    cover_parts(object.id, action);
    warn_of_loss(object, context_, action);
    nodes_.drops[object.id] = graph_.add(std::move(action));
    if (moves_.late.contains(object.id)) nodes_.last_drops.insert(nodes_.drops[object.id]);
    if (openings_.emptied.contains(object.id)) add_emptying(object);
  }

  /// What is about to be dropped lets go of what it needs.
  void add_emptying(const Object& object) {
    Action action;
    action.type = ActionType::drop;
    action.object = object.id;
    action.sql.push_back(kind(object.id.kind).traits.stand_in(object, true));
    action.description = fmt::format("Empty {}, which goes, so that what it needs can go before", kinds::spoken(object.id));
    nodes_.emptyings[object.id] = graph_.add(std::move(action));
    graph_.edge(&nodes_.emptyings[object.id], nodes_.drop_node(object.id));
  }

  void cover_parts(const ObjectId& id, Action& action) {
    for (const Object* part : before_.children(id)) {
      if (!kind(part->id.kind).traits.dropped_with_parent || apart_.contains(part->id)) continue;
      action.covers.push_back(part->id);
      cover_parts(part->id, action);
    }
  }

  /// A type whose columns must be converted: its old form is renamed aside first and dropped at the end.
  void add_swap(const Object& object) {
    const kinds::Kind& its_kind = kind(object.id.kind);
    Object aside = object;
    aside.id = kinds::aside_of(object.id);
    Action rename;
    rename.type = ActionType::rename;
    rename.object = object.id;
    its_kind.rename(object, aside.id, rename);
    rename.description = fmt::format("Move the old form of {} aside", kinds::spoken(object.id));
    kinds::free_names(object.id, aside.id, [this](const Object& part) { return goes_apart(part); }, context_, rename);
    if (its_kind.traits.fit_aside) its_kind.traits.fit_aside(aside, *after_.find(object.id), rename);
    nodes_.asides[object.id] = graph_.add(std::move(rename));

    Action drop;
    drop.type = ActionType::drop;
    drop.object = object.id;
    its_kind.drop(aside, context_, drop);
    drop.description = fmt::format("Drop the old form of {}", kinds::spoken(object.id));
    cover_parts(object.id, drop);
    nodes_.drops[object.id] = graph_.add(std::move(drop));
    nodes_.last_drops.insert(nodes_.drops[object.id]);
  }

  void add_filling(const ObjectId& table) {
    Action action;
    action.type = ActionType::alter;
    action.object = table;
    action.attributes = {"rows"};
    action.step_kind = "data";
    kinds::refill(table, kinds::aside_of(table), context_, action);
    nodes_.fillings[table] = graph_.add(std::move(action));
  }

  void add_create(const Object& object) {
    if (folding_.root(object.id)) return;
    const kinds::Kind& its_kind = kind(object.id.kind);
    const bool stood_in = openings_.stood_in.contains(object.id);
    Action action;
    action.type = stood_in ? ActionType::alter : ActionType::create;
    action.object = object.id;
    its_kind.create(object, context_, action);
    if (action.description.empty()) action.description = "Create " + kinds::spoken(object.id);
    kinds::finish_creation(object, context_, action);
    for (const ObjectId& part : folding_.parts(object.id)) {
      action.covers.push_back(part);
      kinds::finish_creation(*after_.find(part), context_, action);
    }
    const std::size_t node = graph_.add(std::move(action));
    if (stood_in) {
      nodes_.reals[object.id] = node;
      add_stand_in(object);
    } else {
      nodes_.creates[object.id] = node;
    }
  }

  /// What needs the object is content with this.
  void add_stand_in(const Object& object) {
    Action action;
    action.type = ActionType::create;
    action.object = object.id;
    action.sql.push_back(kind(object.id.kind).traits.stand_in(object, false));
    action.description = fmt::format("Create {} with nothing in it, for what it needs and what needs it", kinds::spoken(object.id));
    nodes_.creates[object.id] = graph_.add(std::move(action));
    graph_.edge(nodes_.create_node(object.id), &nodes_.reals[object.id]);
  }

  void add_alters(const Object& object) {
    const kinds::Kind& its_kind = kind(object.id.kind);
    const Object& before = *before_.find(object.id);
    if (fates_.redefined.contains(object.id)) {
      Action action;
      action.type = ActionType::alter;
      action.object = object.id;
      its_kind.create(object, context_, action);
      action.description = "Redefine " + kinds::spoken(object.id);
      nodes_.alters[object.id].push_back(graph_.add(std::move(action)));
    }
    const std::vector<AttributeDelta>& changes = deltas_of(object.id);
    std::vector<kinds::AlterFn> done;
    for (const kinds::AttributeRule& rule : its_kind.attributes) {
      if (!rule.alter || std::find(done.begin(), done.end(), rule.alter) != done.end()) continue;
      kinds::Alteration alteration{&before, object, {}};
      for (const AttributeDelta& change : changes) {
        const kinds::AttributeRule* other = kinds::rule(its_kind, change.name);
        if (other->alter == rule.alter) alteration.changed.push_back(change.name);
      }
      if (alteration.changed.empty()) continue;
      done.push_back(rule.alter);
      add_alter(alteration, rule.alter);
    }
  }

  const std::vector<AttributeDelta>& deltas_of(const ObjectId& id) {
    static const std::vector<AttributeDelta> none;
    const auto at = fates_.altered.find(id);
    return at == fates_.altered.end() ? none : at->second;
  }

  void add_alter(const kinds::Alteration& alteration, kinds::AlterFn alter) {
    Action action;
    action.type = ActionType::alter;
    action.object = alteration.after.id;
    for (const std::string_view name : alteration.changed) action.attributes.emplace_back(name);
    alter(alteration, context_, action);
    if (action.sql.empty()) return;
    if (action.description.empty()) {
      std::string what;
      for (const std::string& name : action.attributes) what += (what.empty() ? "" : ", ") + name;
      std::replace(what.begin(), what.end(), '_', ' ');
      action.description = fmt::format("Change {} of {}", what, kinds::spoken(action.object));
    }
    auto& nodes = nodes_.alters[action.object];
    const std::size_t node = graph_.add(std::move(action));
    if (!nodes.empty()) graph_.edges.emplace_back(nodes.back(), node);
    nodes.push_back(node);
  }

  /// A column of a swapped type or collation: its values go through text to the new form.
  void add_conversion(const Object& object) {
    const Object& before = *before_.find(object.id);
    for (const kinds::AttributeRule& rule : kind(object.id.kind).attributes) {
      if (!rule.disturbs_dependents || !rule.alter || !object.attributes.has(rule.name)) continue;
      if (std::any_of(deltas_of(object.id).begin(), deltas_of(object.id).end(), [&](const auto& d) { return d.name == rule.name; })) return;
      const std::string& type = object.attributes.text(rule.name);
      const Object converted = kinds::to_new_form(object, type, before_, after_);
      const std::size_t known = graph_.actions.size();
      add_alter({&before, converted, {rule.name}}, rule.alter);
      if (graph_.actions.size() == known) return;      // the conversion of what it inherits from reaches it
      if (kinds::can_have_new_form(type)) graph_.actions.back().description = fmt::format("Convert {} to the new form of {}", kinds::spoken(object.id), type);
      nodes_.conversions[object.id] = nodes_.alters[object.id].back();
      return;
    }
  }

  const Catalog& before_;
  const Catalog& after_;
  Fates fates_;
  const Openings& openings_;
  const IdSet& apart_;
  Moves moves_;
  Folding folding_;
  kinds::ChangeContext context_;
  ActionGraph graph_;
  ActionNodes nodes_{before_, fates_, folding_};
};

}  // namespace

ActionGraph synthesise(const Catalog& before, const Catalog& after, const std::vector<Delta>& deltas, const Openings& openings,
                       const PlannerOptions& options, diag::Sink& sink) {
  return Synthesiser(before, after, decide_fates(before, after, deltas, openings, options.server_version, sink), openings, options).run();
}

}  // namespace lpc::plan
