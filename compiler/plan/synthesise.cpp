#include "plan/synthesise.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/kind.h"
#include "kinds/mishaps.h"
#include "kinds/moved_rows.h"
#include "kinds/type_change.h"
#include "plan/fate.h"
#include "plan/folding.h"
#include "plan/moves.h"
#include "plan/name_conflicts.h"
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
    connect();
    connect_moves();
    connect_half_done();
    return std::move(graph_);
  }

 private:
  std::size_t add(Action action) {
    graph_.actions.push_back(std::move(action));
    return graph_.actions.size() - 1;
  }

  // ---- actions -----------------------------------------------------------------------------------------------------------

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
    drop_nodes_[object.id] = add(std::move(action));
    if (moves_.late.contains(object.id)) last_drops_.insert(drop_nodes_[object.id]);
    if (openings_.emptied.contains(object.id)) add_emptying(object);
  }

  /// What is about to be dropped lets go of what it needs.
  void add_emptying(const Object& object) {
    Action action;
    action.type = ActionType::drop;
    action.object = object.id;
    action.sql.push_back(kind(object.id.kind).traits.stand_in(object, true));
    action.description = fmt::format("Empty {}, which goes, so that what it needs can go before", kinds::spoken(object.id));
    empty_nodes_[object.id] = add(std::move(action));
    edge(&empty_nodes_[object.id], drop_node(object.id));
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
    aside_nodes_[object.id] = add(std::move(rename));

    Action drop;
    drop.type = ActionType::drop;
    drop.object = object.id;
    its_kind.drop(aside, context_, drop);
    drop.description = fmt::format("Drop the old form of {}", kinds::spoken(object.id));
    cover_parts(object.id, drop);
    drop_nodes_[object.id] = add(std::move(drop));
    last_drops_.insert(drop_nodes_[object.id]);
  }

  void add_filling(const ObjectId& table) {
    Action action;
    action.type = ActionType::alter;
    action.object = table;
    action.attributes = {"rows"};
    action.step_kind = "data";
    kinds::refill(table, kinds::aside_of(table), context_, action);
    filling_nodes_[table] = add(std::move(action));
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
    const std::size_t node = add(std::move(action));
    if (stood_in) {
      real_nodes_[object.id] = node;
      add_stand_in(object);
    } else {
      create_nodes_[object.id] = node;
    }
  }

  /// What needs the object is content with this.
  void add_stand_in(const Object& object) {
    Action action;
    action.type = ActionType::create;
    action.object = object.id;
    action.sql.push_back(kind(object.id.kind).traits.stand_in(object, false));
    action.description = fmt::format("Create {} with nothing in it, for what it needs and what needs it", kinds::spoken(object.id));
    create_nodes_[object.id] = add(std::move(action));
    edge(create_node(object.id), &real_nodes_[object.id]);
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
      alter_nodes_[object.id].push_back(add(std::move(action)));
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
    auto& nodes = alter_nodes_[action.object];
    const std::size_t node = add(std::move(action));
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
      const Object converted = kinds::through_text(object, type);
      const std::size_t known = graph_.actions.size();
      add_alter({&before, converted, {rule.name}}, rule.alter);
      if (graph_.actions.size() == known) return;      // the conversion of what it inherits from reaches it
      if (kinds::can_have_new_form(type)) graph_.actions.back().description = fmt::format("Convert {} to the new form of {}", kinds::spoken(object.id), type);
      conversion_nodes_[object.id] = alter_nodes_[object.id].back();
      return;
    }
  }

  // ---- order -------------------------------------------------------------------------------------------------------------

  const std::size_t* create_node(const ObjectId& id) const {
    const auto root = folding_.root(id);
    const auto at = create_nodes_.find(root ? *root : id);
    return at == create_nodes_.end() ? nullptr : &at->second;
  }

  /// The action that drops it: its own, or that of the whole it is part of.
  const std::size_t* drop_node(const ObjectId& id) const {
    if (!fates_.dropped.contains(id)) return nullptr;
    ObjectId at = id;
    while (true) {
      if (const auto found = drop_nodes_.find(at); found != drop_nodes_.end()) return &found->second;
      const Object* object = before_.find(at);
      if (!object || !object->parent) return nullptr;
      at = *object->parent;
    }
  }

  /// Not with the whole that it is part of.
  bool goes_alone(const ObjectId& id) const { return drop_nodes_.contains(id); }

  const std::vector<std::size_t>& alter_nodes(const ObjectId& id) const {
    static const std::vector<std::size_t> none;
    const auto at = alter_nodes_.find(id);
    return at == alter_nodes_.end() ? none : at->second;
  }

  void edge(const std::size_t* first, const std::size_t* second) {
    if (first && second && *first != *second) graph_.edges.emplace_back(*first, *second);
  }

  void soft_edge(const std::size_t* first, const std::size_t* second) {
    if (first && second && *first != *second) graph_.soft_edges.emplace_back(*first, *second);
  }

  /// For what is mostly so: many an alteration is none of the other's business.
  void firm_edge(std::size_t first, std::size_t second) {
    if (first == second) return;
    graph_.edges.emplace_back(first, second);
    graph_.firm_edges.emplace_back(first, second);
  }

  void connect() {
    for (const Object& object : after_.objects()) connect_after(object);
    for (const Object& object : before_.objects()) {
      if (fates_.dropped.contains(object.id)) connect_drop(object);
    }
    for (const auto& [id, nodes] : alter_nodes_) connect_alters(id, nodes);
    for (const auto& [id, aside] : aside_nodes_) {
      edge(&aside, create_node(id));
      edge(create_node(id), drop_node(id));
      for (const std::size_t* conversion : conversions_elsewhere(id)) edge(conversion, drop_node(id));
      for (const ObjectId& need : before_.needs(*before_.find(id))) {      // its functions are named by the types that it is made of
        if (const auto other = aside_nodes_.find(need); other != aside_nodes_.end()) edge(&aside, &other->second);
      }
    }
    for (const kinds::Kind* kind : kinds::all_kinds()) {
      for (const kinds::AttributeRule& rule : kind->attributes) {
        if (rule.keeps_live_order) std::ranges::for_each(after_.of(kind->id), [&](const Object& object) { connect_parts_in_order(object, rule.name); });
      }
      if (kind->traits.attached_to) std::ranges::for_each(before_.of(kind->id), [&](const Object& object) { connect_after_leaving(object); });
    }
    connect_slots();
  }

  /// Of a column that ties down its whole, which is made anew: what it has rows in is converted when it becomes part of the new one. And of one that its table has from a whole then.
  std::vector<const std::size_t*> conversions_elsewhere(const ObjectId& type) const {
    std::vector<const std::size_t*> nodes;
    for (const Object* dependent : before_.dependents(type)) {
      for (const ObjectId& heir : kinds::heirs(*dependent, type, before_)) nodes.push_back(create_node(kinds::column_id(heir, dependent->id.member)));      // which has left it
      if (dependent->parent && fates_.dropped.contains(dependent->id)) std::ranges::move(attachings(*dependent->parent), std::back_inserter(nodes));
      const auto ties_down = kind(dependent->id.kind).traits.ties_down;
      const auto whole = ties_down ? ties_down(*dependent, before_) : std::nullopt;
      if (!whole || !fates_.replaced(*whole)) continue;
      for (const Object* attachment : kinds::attachments_to(*whole, after_)) {
        if (fates_.created.contains(attachment->id)) nodes.push_back(create_node(attachment->id));
      }
    }
    return nodes;
  }

  /// What attaches a table that stands.
  std::vector<const std::size_t*> attachings(const ObjectId& table) const {
    std::vector<const std::size_t*> nodes;
    for (const Object* part : after_.children(table)) {
      if (kind(part->id.kind).traits.attached_to && fates_.created.contains(part->id) && !fates_.dropped.contains(table)) nodes.push_back(create_node(part->id));
    }
    return nodes;
  }

  void connect_moves() {
    const auto node = [&](const std::pair<Event, ObjectId>& end) -> const std::size_t* {
      if (end.first == Event::made) return create_node(end.second);
      if (end.first == Event::dropped) return drop_node(end.second);
      if (end.first == Event::moved_aside) return &aside_nodes_.at(end.second);
      const auto at = filling_nodes_.find(end.second);
      return at == filling_nodes_.end() ? nullptr : &at->second;
    };
    // What CREATE TABLE says, rows can't come before.
    const auto comes_with_table = [&](const auto& end) { return end.first == Event::made && folding_.root(end.second); };
    const auto goes_with_table = [&](const Order& order) { return order.second.first == Event::moved_aside && node(order.first) == drop_node(order.second.second); };
    for (const Order& order : moves_.order) {
      if (!comes_with_table(order.second) && !goes_with_table(order)) edge(node(order.first), node(order.second));
    }
    for (const auto& [made, dropped] : moves_.together) graph_.actions[*create_node(made)].covers.push_back(dropped);
  }

  /// What was cut off is ended before anything else is done to its whole, which the server refuses until then.
  void connect_half_done() {
    for (const Object& object : before_.objects()) {
      const std::size_t* ending = object.parent && !kinds::half_done(object).empty() ? drop_node(object.id) : nullptr;
      if (!ending) continue;
      std::vector<ObjectId> ids{*object.parent};
      for (const Catalog* catalog : {&before_, &after_}) {
        for (const Object* part : catalog->children(*object.parent)) ids.push_back(part->id);
      }
      for (const ObjectId& id : ids) {
        for (const std::size_t* node : {drop_node(id), create_node(id)}) edge(ending, node);
        for (const std::size_t alter : alter_nodes(id)) edge(ending, &alter);
      }
    }
  }

  /// New parts of an ordered list (columns) are added in the list's order, but for those that were there without saying.
  void connect_parts_in_order(const Object& object, std::string_view list_name) {
    const Value* list = fates_.created.contains(object.id) ? nullptr : object.attributes.find(list_name);
    if (!list) return;
    std::unordered_map<std::string, const std::size_t*> nodes;
    for (const Object* part : after_.children(object.id)) {
      if (kind(part->id.kind).traits.listed_as == list_name && fates_.created.contains(part->id) && !kinds::existed_before(context_, part->id)) nodes.try_emplace(part->id.member, create_node(part->id));
    }
    const std::size_t* previous = nullptr;
    for (const std::string& name : list->texts()) {
      const auto at = nodes.find(name);
      if (at == nodes.end() || !at->second) continue;
      edge(previous, at->second);
      previous = at->second;
    }
  }

  /// What a part that has left its whole is from then on comes after that: a column of a partition that is detached.
  void connect_after_leaving(const Object& object) {
    const std::size_t* leaving = object.parent && after_.has(*object.parent) ? drop_node(object.id) : nullptr;
    if (!leaving) return;
    for (const Object* part : after_.children(*object.parent)) {
      if (fates_.created.contains(part->id) && kinds::existed_before(context_, part->id)) edge(leaving, create_node(part->id));
    }
  }

  /// An object is made after what it needs is made and altered.
  void connect_after(const Object& object) {
    const std::size_t* node = create_node(object.id);
    if (!node || !fates_.created.contains(object.id)) return;
    const auto real = real_nodes_.find(object.id);
    for (const ObjectId& need : after_.needs(object)) {
      // A stand-in needs nothing that is of its own sort, or comes after that.
      const std::size_t* user = real != real_nodes_.end() && need.kind >= object.id.kind ? &real->second : node;
      if (fates_.created.contains(need)) edge(create_node(need), user);
      for (const std::size_t alter : alter_nodes(need)) {
        if (need != object.parent || !comes_after_parts(alter)) edge(&alter, user);
      }
    }
    for (const ObjectId& mention : object.mentions) {
      if (fates_.created.contains(mention)) soft_edge(create_node(mention), node);
    }
    for (const Object* dependent : after_.dependents(object.id)) {
      if (dependent->parent == object.id) continue;
      for (const ObjectId& heir : kinds::heirs(*dependent, object.id, after_)) soft_edge(node, create_node(heir));
    }
    const auto attached_to = kind(object.id.kind).traits.attached_to;
    for (const Object* part : attached_to ? after_.children(attached_to(object)) : std::vector<const Object*>()) {
      for (const std::size_t alter : alter_nodes(part->id)) soft_edge(&alter, node);      // what is attached is as these are then
    }
    if (const std::size_t* drop = drop_node(object.id); drop && !last_drops_.contains(*drop) && !goes_with_giving(object.id)) edge(drop, node);
  }

  /// Its name is taken from it before: see connect_slots().
  bool goes_with_giving(const ObjectId& id) const {
    const Object* object = before_.find(id);
    return object->parent && moves_.giving.contains(*object->parent) && !goes_alone(id);
  }

  /// An object is dropped after what needs it is dropped, and before what it needs is altered.
  void connect_drop(const Object& object) {
    const std::size_t* node = drop_node(object.id);
    const auto gone_with = kind(object.id.kind).traits.gone_with;
    const std::optional<ObjectId> carrier = gone_with ? gone_with(object) : std::nullopt;
    for (const Object* dependent : before_.dependents(object.id)) {
      const auto emptied = empty_nodes_.find(dependent->id);
      const std::size_t* freeing = emptied != empty_nodes_.end() && object.id.kind >= dependent->id.kind ? &emptied->second : drop_node(dependent->id);
      edge(freeing, node);
      if (carrier) edge(freeing, drop_node(*carrier));
      for (const ObjectId& heir : kinds::heirs(*dependent, object.id, before_)) {
        edge(drop_node(heir), node);
        for (const std::size_t* attaching : attachings(heir)) soft_edge(attaching, node);      // what it has from its whole is harmonised then
      }
    }
    std::vector<ObjectId> leaving;
    if (goes_alone(object.id)) {
      for (const ObjectId& first : kinds::dropped_first(object, context_)) {
        if (goes_alone(first)) edge(drop_node(first), node);
      }
      leaving = kinds::left_first(object, before_, after_);
    }
    for (const ObjectId& table : leaving) {
      for (const std::size_t alter : alter_nodes(table)) {
        if (changes(alter, "inherits")) edge(&alter, node);
      }
    }
    const bool is_detached = goes_with_giving(object.id);      // it comes late, when its table has nothing to do with the need any more
    for (const ObjectId& need : before_.needs(object)) {
      for (const std::size_t alter : is_detached ? std::vector<std::size_t>() : alter_nodes(need)) {
        if (need == object.parent && changes(alter, "inherits") && std::ranges::find(leaving, need) != leaving.end()) continue;
        const bool redefines = graph_.actions[alter].attributes.empty();      // which what needs it outlives
        redefines ? soft_edge(node, &alter) : firm_edge(*node, alter);
      }
      // Its own drop may name the type: a function of it. What is moved aside as well goes later, under the name that it has then.
      const auto aside = aside_nodes_.find(need);
      const bool may_name = object.id.text().find(ident(need.own_name().str()).text) != std::string::npos;
      if (aside != aside_nodes_.end() && may_name && !last_drops_.contains(*node)) edge(node, &aside->second);
    }
  }

  /// An object is altered after what its new form needs is made, and before what its old form needed is dropped.
  void connect_alters(const ObjectId& id, const std::vector<std::size_t>& nodes) {
    const Object& later = *after_.find(id);
    const Object& earlier = *before_.find(id);
    for (const std::size_t node : nodes) {
      for (const ObjectId& need : after_.needs(later)) {
        if (fates_.created.contains(need)) edge(create_node(need), &node);
        for (const std::size_t alter : alter_nodes(need)) {      // a new definition sees the altered columns, a new default the new enum value
          if (graph_.actions[alter].attributes.empty()) {
            edge(&alter, &node);
          } else if (graph_.actions[node].attributes.empty()) {
            firm_edge(alter, node);
          }
        }
      }
      // ALTER … OWNER TO turns the new owner's privileges on the parts into the owner's own.
      for (const std::size_t alter : later.parent ? alter_nodes(*later.parent) : alter_nodes({})) {
        if (changes(alter, "owner")) edge(&alter, &node);
      }
      for (const ObjectId& mention : later.mentions) soft_edge(create_node(mention), &node);
      if (graph_.actions[node].attributes.empty()) {      // its new text may name all that the tables have then
        await_siblings(after_.needs(later), node);
      }
      if (comes_after_parts(node)) {
        await_parts(id, node);
        for (const ObjectId& need : after_.needs(later)) await_parts(need, node);
      }
      for (const ObjectId& need : before_.needs(earlier)) {
        const bool conversion = conversion_nodes_.contains(id) && conversion_nodes_.at(id) == node;
        if (fates_.dropped.contains(need) && (!fates_.created.contains(need) || conversion)) edge(&node, drop_node(need));
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
        if (sibling->id.kind == kind && fates_.created.contains(sibling->id)) soft_edge(create_node(sibling->id), &node);
      }
    }
  }

  /// `node` comes after what becomes of the parts of `id`, but for those that need what it alters itself.
  void await_parts(const ObjectId& id, std::size_t node) {
    const ObjectId& altered = graph_.actions[node].object;
    for (const Object* part : after_.children(id)) {
      const std::vector<ObjectId> needs = after_.needs(*part);
      if (id != altered && std::ranges::find(needs, altered) != needs.end()) continue;
      edge(create_node(part->id), &node);
      for (const std::size_t alter : alter_nodes(part->id)) edge(&alter, &node);
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
    const std::size_t node = add(std::move(action));
    edge(&node, &drop);
    return node;
  }

  /// A name is free only when what had it is gone, or has another.
  void connect_slots() {
    const auto is_dropped = [&](const ObjectId& id) {
      const std::size_t* node = drop_node(id);
      return node && !last_drops_.contains(*node);
    };
    Nodes yielding;
    for (const NameConflict& conflict : name_conflicts(before_, after_, is_dropped, [&](const ObjectId& id) { return fates_.created.contains(id); }, moves_.giving)) {
      const std::size_t* made = create_node(conflict.wanting);
      if (!made) continue;
      const std::size_t drop = *drop_node(conflict.dropped);
      // What has a statement of its own to go by is waited for.
      const bool yields = conflict.yields && !goes_alone(conflict.holder.id);
      if (!yields && !openings_.yielding.contains(conflict.holder.id)) {
        edge(&drop, made);
        continue;
      }
      const auto known = yielding.find(conflict.holder.id);
      const std::size_t node = known != yielding.end() ? known->second : yielding.emplace(conflict.holder.id, add_yielding(conflict.holder, drop)).first->second;
      edge(&node, create_node(conflict.wanting));
    }
  }

  using Nodes = std::unordered_map<ObjectId, std::size_t, ObjectIdHash>;

  const Catalog& before_;
  const Catalog& after_;
  Fates fates_;
  const Openings& openings_;
  const IdSet& apart_;
  Moves moves_;
  Folding folding_;
  kinds::ChangeContext context_;
  ActionGraph graph_;
  Nodes create_nodes_, real_nodes_, drop_nodes_, empty_nodes_, aside_nodes_, conversion_nodes_, filling_nodes_;
  std::set<std::size_t> last_drops_;          ///< of old forms that were moved aside, and of what holds rows of theirs
  std::map<ObjectId, std::vector<std::size_t>> alter_nodes_;
};

}  // namespace

ActionGraph synthesise(const Catalog& before, const Catalog& after, const std::vector<Delta>& deltas, const Openings& openings,
                       const PlannerOptions& options, diag::Sink& sink) {
  return Synthesiser(before, after, decide_fates(before, after, deltas, openings, options.server_version, sink), openings, options).run();
}

}  // namespace lpc::plan
