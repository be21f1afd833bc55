#include "plan/moves.h"

#include <algorithm>

#include "kinds/inheritance.h"
#include "kinds/moved_rows.h"

namespace lpc::plan {

namespace {

class Finder {
 public:
  explicit Finder(const kinds::ChangeContext& context) : context_(context) {}

  Moves run() {
    for (const Object& object : context_.after.objects()) {
      if (!context_.is_created(object.id)) continue;
      if (kinds::is_refilled(object.id, context_)) add_refill(object.id);
      for (const Object* before : kinds::predecessors(object, context_)) add_succession(object, *before);
    }
    return std::move(moves_);
  }

 private:
  static bool is_attachment(const Object& object) { return kinds::kind(object.id.kind).traits.attached_to != nullptr; }

  void add(Event first_event, const ObjectId& first, Event second_event, const ObjectId& second) {
    moves_.order.push_back({{first_event, first}, {second_event, second}});
  }

  /// The new partition's rows are put in by the action that attaches it.
  void add_succession(const Object& attachment, const Object& before) {
    add(Event::dropped, before.id, Event::made, attachment.id);
    moves_.together.emplace_back(attachment.id, before.id);
    if (context_.is_created(before.id)) add(Event::made, attachment.id, Event::made, before.id);      // it is attached again without them
    for (const ObjectId& table : tree_of(context_.before, *before.parent)) {
      add(Event::made, attachment.id, Event::dropped, table);
      moves_.giving.insert(table);
    }
    order_making(*attachment.parent, {Event::made, attachment.id});
    order_readers(kinds::whole_of(attachment), {Event::made, attachment.id});
  }

  /// Materialized views are filled when they are made, so that all rows are where they belong by then; with them the views that stand between.
  void order_readers(const ObjectId& table, const std::pair<Event, ObjectId>& filling) {
    std::vector<ObjectId> read = tree_of(context_.after, table);
    for (std::size_t at = 0; at < read.size(); ++at) {
      const ObjectId relation = read[at];
      for (const Object* user : users_of(relation, context_.after)) {
        if (user->parent || !kinds::kind(user->id.kind).traits.rebuilt_with_column || std::ranges::find(read, user->id) != read.end()) continue;
        read.push_back(user->id);
        moves_.order.push_back({filling, {Event::made, user->id}});
      }
    }
  }

  void add_refill(const ObjectId& table) {
    moves_.refilled.push_back(table);
    const std::pair<Event, ObjectId> filling{Event::filled, table};
    add(Event::filled, table, Event::dropped, table);
    for (const ObjectId& part : kinds::descendants(context_.before, table)) {
      for (const Object* child : context_.before.children(part)) {
        // One that goes on alone, or elsewhere, takes its rows along.
        if (is_attachment(*child) && context_.after.has(part)) add(Event::dropped, child->id, Event::moved_aside, table);
      }
      if (context_.after.has(part)) continue;
      add(Event::filled, table, Event::dropped, part);
      moves_.late.insert(part);
    }
    order_leaving(table);
    order_making(table, filling);
    order_users(table, filling);
  }

  /// What goes apart from the table does so while that has its name.
  void order_leaving(const ObjectId& table) {
    const std::vector<ObjectId> own = tree_of(context_.before, table);
    const auto is_own = [&](const Object& object) { return std::ranges::find(own, object.parent.value_or(object.id)) != own.end() || std::ranges::find(own, object.id) != own.end(); };
    std::vector<const Object*> leaving = users_of(table, context_.before);
    std::erase_if(leaving, [&](const Object* object) { return is_own(*object); });
    const std::vector<const Object*> parts = context_.before.children(table);
    leaving.insert(leaving.end(), parts.begin(), parts.end());
    for (const Object* object : leaving) {
      if (context_.is_dropped(object->id)) add(Event::dropped, object->id, Event::moved_aside, table);
    }
  }

  /// What needs the table or one of its parts.
  static std::vector<const Object*> users_of(const ObjectId& table, const Catalog& catalog) {
    std::vector<const Object*> users = catalog.dependents(table);
    for (const Object* part : catalog.children(table)) {
      const std::vector<const Object*> more = catalog.dependents(part->id);
      users.insert(users.end(), more.begin(), more.end());
    }
    return users;
  }

  /// The table and all below it.
  static std::vector<ObjectId> tree_of(const Catalog& catalog, const ObjectId& table) {
    std::vector<ObjectId> tables = kinds::descendants(catalog, table);
    tables.push_back(table);
    return tables;
  }

  /// The table, its columns and its partitions are there before rows are put in, and what acts on rows comes afterwards.
  void order_making(const ObjectId& table, const std::pair<Event, ObjectId>& filling) {
    for (const ObjectId& part : tree_of(context_.after, table)) {
      moves_.order.push_back({{Event::made, part}, filling});
      for (const Object* child : context_.after.children(part)) {
        const kinds::KindTraits& traits = kinds::kind(child->id.kind).traits;
        if (traits.holds_data || (is_attachment(*child) && !(part == table))) {
          moves_.order.push_back({{Event::made, child->id}, filling});
        } else if (traits.rebuilt_with_column) {
          moves_.order.push_back({filling, {Event::made, child->id}});
        }
        for (const Object* piece : context_.after.children(child->id)) moves_.order.push_back({{Event::made, piece->id}, filling});      // a column's default
      }
    }
  }

  /// Indexes and foreign keys are made over the rows that are there; others' are, too.
  void order_users(const ObjectId& table, const std::pair<Event, ObjectId>& filling) {
    std::vector<const Object*> users = users_of(table, context_.after);
    const std::vector<const Object*> parts = context_.after.children(table);
    users.insert(users.end(), parts.begin(), parts.end());
    for (const Object* user : users) {
      const Object* whole = user->parent ? context_.after.find(*user->parent) : nullptr;
      const bool is_piece = whole != nullptr && whole->parent.has_value();       // of a column
      if (!kinds::kind(user->id.kind).traits.holds_data && !is_piece && !is_attachment(*user)) moves_.order.push_back({filling, {Event::made, user->id}});
    }
  }

  const kinds::ChangeContext& context_;
  Moves moves_;
};

}  // namespace

Moves find_moves(const kinds::ChangeContext& context) { return Finder(context).run(); }

}  // namespace lpc::plan
