#include "plan/connect.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/kind.h"
#include "kinds/mishaps.h"
#include "plan/name_conflicts.h"

namespace lpc::plan {

namespace {

using kinds::kind;

class Connector {
 public:
  Connector(const Planned& planned, ActionGraph& graph)
      : before_(planned.before), after_(planned.after), fates_(planned.fates), openings_(planned.openings), moves_(planned.moves), folding_(planned.folding),
        context_(planned.context), nodes_(planned.nodes), graph_(graph) {}

  void run() {
    for (const Object& object : after_.objects()) connect_after(object);
    for (const Object& object : before_.objects()) {
      if (fates_.dropped.contains(object.id)) connect_drop(object);
    }
    for (const auto& [id, nodes] : nodes_.alters) connect_alters(id, nodes);
    for (const auto& [id, aside] : nodes_.asides) {
      graph_.edge(&aside, nodes_.create_node(id));
      graph_.edge(nodes_.create_node(id), nodes_.drop_node(id));
      for (const std::size_t* conversion : conversions_elsewhere(id)) graph_.edge(conversion, nodes_.drop_node(id));
      for (const ObjectId& need : before_.needs(*before_.find(id))) {      // its functions are named by the types that it is made of
        if (const auto other = nodes_.asides.find(need); other != nodes_.asides.end()) graph_.edge(&aside, &other->second);
      }
    }
    for (const kinds::Kind* kind : kinds::all_kinds()) {
      for (const kinds::AttributeRule& rule : kind->attributes) {
        if (rule.keeps_live_order) std::ranges::for_each(after_.of(kind->id), [&](const Object& object) { connect_parts_in_order(object, rule.name); });
      }
      if (kind->traits.attached_to) std::ranges::for_each(before_.of(kind->id), [&](const Object& object) { connect_after_leaving(object); });
      if (kind->traits.reaches_heirs) connect_reaching(kind->id);
    }
    connect_slots();
    connect_moves();
    connect_half_done();
  }

 private:
  /// Of a column that ties down its whole, which is made anew: what it has rows in is converted when it becomes part of the new one. And of one that its table has from a whole then.
  std::vector<const std::size_t*> conversions_elsewhere(const ObjectId& type) const {
    std::vector<const std::size_t*> nodes;
    for (const Object* dependent : before_.dependents(type)) {
      for (const ObjectId& heir : kinds::heirs(*dependent, type, before_)) nodes.push_back(nodes_.create_node(kinds::column_id(heir, dependent->id.member)));      // which has left it
      if (dependent->parent && fates_.dropped.contains(dependent->id)) std::ranges::move(attachings(*dependent->parent), std::back_inserter(nodes));
      const auto ties_down = kind(dependent->id.kind).traits.ties_down;
      const auto whole = ties_down ? ties_down(*dependent, before_) : std::nullopt;
      if (!whole || !fates_.replaced(*whole)) continue;
      for (const Object* attachment : kinds::attachments_to(*whole, after_)) {
        if (fates_.created.contains(attachment->id)) nodes.push_back(nodes_.create_node(attachment->id));
      }
    }
    return nodes;
  }

  /// What attaches a table that stands.
  std::vector<const std::size_t*> attachings(const ObjectId& table) const {
    std::vector<const std::size_t*> nodes;
    for (const Object* part : after_.children(table)) {
      if (kind(part->id.kind).traits.attached_to && fates_.created.contains(part->id) && !fates_.dropped.contains(table)) nodes.push_back(nodes_.create_node(part->id));
    }
    return nodes;
  }

  void connect_moves() {
    const auto node = [&](const std::pair<Event, ObjectId>& end) -> const std::size_t* {
      if (end.first == Event::made) return nodes_.create_node(end.second);
      if (end.first == Event::dropped) return nodes_.drop_node(end.second);
      if (end.first == Event::moved_aside) return &nodes_.asides.at(end.second);
      const auto at = nodes_.fillings.find(end.second);
      return at == nodes_.fillings.end() ? nullptr : &at->second;
    };
    // What CREATE TABLE says, rows can't come before.
    const auto comes_with_table = [&](const auto& end) { return end.first == Event::made && folding_.root(end.second); };
    const auto goes_with_table = [&](const Order& order) { return order.second.first == Event::moved_aside && node(order.first) == nodes_.drop_node(order.second.second); };
    for (const Order& order : moves_.order) {
      if (!comes_with_table(order.second) && !goes_with_table(order)) graph_.edge(node(order.first), node(order.second));
    }
    for (const auto& [made, dropped] : moves_.together) graph_.actions[*nodes_.create_node(made)].covers.push_back(dropped);
  }

  /// What was cut off is ended before anything else is done to its whole, which the server refuses until then.
  void connect_half_done() {
    for (const Object& object : before_.objects()) {
      const std::size_t* ending = object.parent && !kinds::half_done(object).empty() ? nodes_.drop_node(object.id) : nullptr;
      if (!ending) continue;
      std::vector<ObjectId> ids{*object.parent};
      for (const Catalog* catalog : {&before_, &after_}) {
        for (const Object* part : catalog->children(*object.parent)) ids.push_back(part->id);
      }
      for (const ObjectId& id : ids) {
        for (const std::size_t* node : {nodes_.drop_node(id), nodes_.create_node(id)}) graph_.edge(ending, node);
        for (const std::size_t alter : nodes_.alter_nodes(id)) graph_.edge(ending, &alter);
      }
    }
  }

  /// New parts of an ordered list (columns) are added in the list's order, but for those that were there without saying.
  void connect_parts_in_order(const Object& object, std::string_view list_name) {
    const Value* list = fates_.created.contains(object.id) ? nullptr : object.attributes.find(list_name);
    if (!list) return;
    std::unordered_map<std::string, const std::size_t*> nodes;
    for (const Object* part : after_.children(object.id)) {
      if (kind(part->id.kind).traits.listed_as == list_name && fates_.created.contains(part->id) && !kinds::existed_before(context_, part->id)) nodes.try_emplace(part->id.member, nodes_.create_node(part->id));
    }
    const std::size_t* previous = nullptr;
    for (const std::string& name : list->texts()) {
      const auto at = nodes.find(name);
      if (at == nodes.end() || !at->second) continue;
      graph_.edge(previous, at->second);
      previous = at->second;
    }
  }

  /// What a part that has left its whole is from then on comes after that: a column of a partition that is detached.
  void connect_after_leaving(const Object& object) {
    const std::size_t* leaving = object.parent && after_.has(*object.parent) ? nodes_.drop_node(object.id) : nullptr;
    if (!leaving) return;
    for (const Object* part : after_.children(*object.parent)) {
      if (fates_.created.contains(part->id) && kinds::existed_before(context_, part->id)) graph_.edge(leaving, nodes_.create_node(part->id));
    }
  }

  /// What becomes of such an object reaches tables that have the column from its table: new ones, and what they have in its place from then on, come after that.
  void connect_reaching(KindId kind) {
    for (const Catalog* catalog : {&before_, &after_}) {
      for (const Object& object : catalog->of(kind)) {
        std::vector<std::size_t> acting = catalog == &after_ ? nodes_.alter_nodes(object.id) : std::vector<std::size_t>();
        const ActionNodes::Nodes& own = catalog == &after_ ? nodes_.creates : nodes_.drops;
        if (const auto at = own.find(object.id); at != own.end()) acting.push_back(at->second);
        if (acting.empty()) continue;
        for (const ObjectId& heir : kinds::descendants(after_, kinds::table_of(object.id))) {
          const ObjectId in_its_place{kind, heir.schema, heir.name, object.id.member, ""};
          for (const std::size_t node : acting) {
            for (const ObjectId& id : {heir, in_its_place}) graph_.soft_edge(&node, nodes_.create_node(id));
            for (const std::size_t alter : nodes_.alter_nodes(in_its_place)) graph_.soft_edge(&node, &alter);
          }
        }
      }
    }
  }

  /// An object is made after what it needs is made and altered.
  void connect_after(const Object& object) {
    const std::size_t* node = nodes_.create_node(object.id);
    if (!node || !fates_.created.contains(object.id)) return;
    const auto real = nodes_.reals.find(object.id);
    for (const ObjectId& need : after_.needs(object)) {
      // A stand-in needs nothing that is of its own sort, or comes after that.
      const std::size_t* user = real != nodes_.reals.end() && need.kind >= object.id.kind ? &real->second : node;
      if (fates_.created.contains(need)) graph_.edge(nodes_.create_node(need), user);
      for (const std::size_t alter : nodes_.alter_nodes(need)) {
        if (need != object.parent || !comes_after_parts(alter)) graph_.edge(&alter, user);
      }
    }
    for (const ObjectId& mention : object.mentions) {
      if (fates_.created.contains(mention)) graph_.soft_edge(nodes_.create_node(mention), node);
    }
    for (const Object* dependent : after_.dependents(object.id)) {
      if (dependent->parent == object.id) continue;
      for (const ObjectId& heir : kinds::heirs(*dependent, object.id, after_)) graph_.soft_edge(node, nodes_.create_node(heir));
    }
    const auto attached_to = kind(object.id.kind).traits.attached_to;
    for (const Object* part : attached_to ? after_.children(attached_to(object)) : std::vector<const Object*>()) {
      for (const std::size_t alter : nodes_.alter_nodes(part->id)) graph_.soft_edge(&alter, node);      // what is attached is as these are then
    }
    if (const std::size_t* drop = nodes_.drop_node(object.id); drop && !nodes_.last_drops.contains(*drop) && !goes_with_giving(object.id)) graph_.edge(drop, node);
  }

  /// Its name is taken from it before: see connect_slots().
  bool goes_with_giving(const ObjectId& id) const {
    const Object* object = before_.find(id);
    return object->parent && moves_.giving.contains(*object->parent) && !nodes_.goes_alone(id);
  }

  /// An object is dropped after what needs it is dropped, and before what it needs is altered.
  void connect_drop(const Object& object) {
    const std::size_t* node = nodes_.drop_node(object.id);
    const auto gone_with = kind(object.id.kind).traits.gone_with;
    const std::optional<ObjectId> carrier = gone_with ? gone_with(object) : std::nullopt;
    for (const Object* dependent : before_.dependents(object.id)) {
      const auto emptied = nodes_.emptyings.find(dependent->id);
      const std::size_t* freeing = emptied != nodes_.emptyings.end() && object.id.kind >= dependent->id.kind ? &emptied->second : nodes_.drop_node(dependent->id);
      graph_.edge(freeing, node);
      if (carrier) graph_.edge(freeing, nodes_.drop_node(*carrier));
      for (const ObjectId& heir : kinds::heirs(*dependent, object.id, before_)) {
        graph_.edge(nodes_.drop_node(heir), node);
        for (const std::size_t* attaching : attachings(heir)) graph_.soft_edge(attaching, node);      // what it has from its whole is harmonised then
      }
    }
    std::vector<ObjectId> leaving;
    if (nodes_.goes_alone(object.id)) {
      for (const ObjectId& first : kinds::dropped_first(object, context_)) {
        if (nodes_.goes_alone(first)) graph_.edge(nodes_.drop_node(first), node);
      }
      leaving = kinds::left_first(object, before_, after_);
    }
    for (const ObjectId& table : leaving) {
      for (const std::size_t alter : nodes_.alter_nodes(table)) {
        if (changes(alter, "inherits")) graph_.edge(&alter, node);
      }
    }
    const bool is_detached = goes_with_giving(object.id);      // it comes late, when its table has nothing to do with the need any more
    for (const ObjectId& need : before_.needs(object)) {
      for (const std::size_t alter : is_detached ? std::vector<std::size_t>() : nodes_.alter_nodes(need)) {
        if (need == object.parent && changes(alter, "inherits") && std::ranges::find(leaving, need) != leaving.end()) continue;
        const bool redefines = graph_.actions[alter].attributes.empty();      // which what needs it outlives
        redefines ? graph_.soft_edge(node, &alter) : graph_.firm_edge(*node, alter);
      }
      // Its own drop may name the type: a function of it. What is moved aside as well goes later, under the name that it has then.
      const auto aside = nodes_.asides.find(need);
      const bool may_name = object.id.text().find(ident(need.own_name().str()).text) != std::string::npos;
      if (aside != nodes_.asides.end() && may_name && !nodes_.last_drops.contains(*node)) graph_.edge(node, &aside->second);
    }
  }

  /// An object is altered after what its new form needs is made, and before what its old form needed is dropped.
  void connect_alters(const ObjectId& id, const std::vector<std::size_t>& nodes) {
    const Object& later = *after_.find(id);
    const Object& earlier = *before_.find(id);
    for (const std::size_t node : nodes) {
      for (const ObjectId& need : after_.needs(later)) {
        if (fates_.created.contains(need)) graph_.edge(nodes_.create_node(need), &node);
        for (const std::size_t alter : nodes_.alter_nodes(need)) {      // a new definition sees the altered columns, a new default the new enum value
          if (graph_.actions[alter].attributes.empty()) {
            graph_.edge(&alter, &node);
          } else if (graph_.actions[node].attributes.empty()) {
            graph_.firm_edge(alter, node);
          }
        }
      }
      // ALTER … OWNER TO turns the new owner's privileges on the parts into the owner's own.
      for (const std::size_t alter : later.parent ? nodes_.alter_nodes(*later.parent) : nodes_.alter_nodes({})) {
        if (changes(alter, "owner")) graph_.edge(&alter, &node);
      }
      for (const ObjectId& mention : later.mentions) graph_.soft_edge(nodes_.create_node(mention), &node);
      if (graph_.actions[node].attributes.empty()) {      // its new text may name all that the tables have then
        await_siblings(after_.needs(later), node);
      }
      if (comes_after_parts(node)) {
        await_parts(id, node);
        for (const ObjectId& need : after_.needs(later)) await_parts(need, node);
      }
      for (const ObjectId& need : before_.needs(earlier)) {
        const bool conversion = nodes_.conversions.contains(id) && nodes_.conversions.at(id) == node;
        if (fates_.dropped.contains(need) && (!fates_.created.contains(need) || conversion)) graph_.edge(&node, nodes_.drop_node(need));
      }
    }
  }

  /// `node` had better come after the new parts of the same kinds of what these are parts of.
  void await_siblings(const std::vector<ObjectId>& parts, std::size_t node) {
    std::set<std::pair<ObjectId, KindId>> wholes;      // each once, however many of its parts are needed
    for (const ObjectId& part : parts) {
      const Object* object = after_.find(part);
      if (object && object->parent) wholes.emplace(*object->parent, part.kind);
    }
    for (const auto& [whole, kind] : wholes) {
      for (const Object* sibling : after_.children(whole)) {
        if (sibling->id.kind == kind && fates_.created.contains(sibling->id)) graph_.soft_edge(nodes_.create_node(sibling->id), &node);
      }
    }
  }

  /// `node` comes after what becomes of the parts of `id`, but for those that need what it alters itself.
  void await_parts(const ObjectId& id, std::size_t node) {
    const ObjectId& altered = graph_.actions[node].object;
    for (const Object* part : after_.children(id)) {
      const std::vector<ObjectId> needs = after_.needs(*part);
      if (id != altered && std::ranges::find(needs, altered) != needs.end()) continue;
      graph_.edge(nodes_.create_node(part->id), &node);
      for (const std::size_t alter : nodes_.alter_nodes(part->id)) graph_.edge(&alter, &node);
    }
  }

  /// Whether what is altered there comes after all that becomes of the object's parts.
  bool comes_after_parts(std::size_t alter) const {
    const Action& action = graph_.actions[alter];
    return std::ranges::any_of(action.attributes, [&](const std::string& name) {
      const kinds::AttributeRule* rule = kinds::rule(kind(action.object.kind), name);
      return rule && rule->after_parts && rule->after_parts(*before_.find(action.object), *after_.find(action.object));
    });
  }

  bool changes(std::size_t alter, std::string_view attribute) const {
    const std::vector<std::string>& changed = graph_.actions[alter].attributes;
    return std::ranges::find(changed, attribute) != changed.end();
  }

  /// The part goes by another name until it is dropped with its whole.
  std::size_t add_yielding(const Object& part, std::size_t drop) {
    Action action;
    action.type = ActionType::rename;
    action.object = part.id;
    kind(part.id.kind).rename(part, kinds::aside_of(part.id), action);
    action.description = fmt::format("Move {}, which goes with its table, out of the way of what takes its name", kinds::spoken(part.id));
    const std::size_t node = graph_.add(std::move(action));
    graph_.edge(&node, &drop);
    return node;
  }

  /// A name is free only when what had it is gone, or has another.
  void connect_slots() {
    const auto is_dropped = [&](const ObjectId& id) {
      const std::size_t* node = nodes_.drop_node(id);
      return node && !nodes_.last_drops.contains(*node);
    };
    ActionNodes::Nodes yielding;
    for (const NameConflict& conflict : name_conflicts(before_, after_, is_dropped, [&](const ObjectId& id) { return fates_.created.contains(id); }, moves_.giving)) {
      const std::size_t* made = nodes_.create_node(conflict.wanting);
      if (!made) continue;
      const std::size_t drop = *nodes_.drop_node(conflict.dropped);
      // What has a statement of its own to go by is waited for.
      const bool yields = conflict.yields && !nodes_.goes_alone(conflict.holder.id);
      if (!yields && !openings_.yielding.contains(conflict.holder.id)) {
        graph_.edge(&drop, made);
        continue;
      }
      const auto known = yielding.find(conflict.holder.id);
      const std::size_t node = known != yielding.end() ? known->second : yielding.emplace(conflict.holder.id, add_yielding(conflict.holder, drop)).first->second;
      graph_.edge(&node, nodes_.create_node(conflict.wanting));
    }
  }

  const Catalog& before_;
  const Catalog& after_;
  const Fates& fates_;
  const Openings& openings_;
  const Moves& moves_;
  const Folding& folding_;
  const kinds::ChangeContext& context_;
  const ActionNodes& nodes_;
  ActionGraph& graph_;
};

}  // namespace

void connect(const Planned& planned, ActionGraph& graph) { Connector(planned, graph).run(); }

}  // namespace lpc::plan
