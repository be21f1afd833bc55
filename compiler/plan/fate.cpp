#include "plan/fate.h"

#include <deque>

#include "kinds/inheritance.h"
#include "kinds/kind.h"

namespace lpc::plan {

namespace {

using kinds::kind;

class Decider {
 public:
  Decider(const Catalog& before, const Catalog& after, const Openings& openings, int server_version, diag::Sink& sink)
      : before_(before), after_(after), openings_(openings), server_version_(server_version), sink_(sink) {}

  Fates run(const std::vector<Delta>& deltas) {
    for (const Delta& delta : deltas) start(delta);
    while (!queue_.empty()) {
      const ObjectId id = queue_.front();
      queue_.pop_front();
      spread(id);
    }
    swap_what_swapped_types_need();
    return std::move(fates_);
  }

 private:
  void start(const Delta& delta) {
    switch (delta.type) {
      case DeltaType::created: create(*delta.after); break;
      case DeltaType::dropped:
        fates_.dropped.insert(delta.before->id);
        queue_.push_back(delta.before->id);
        break;
      case DeltaType::changed: start_change(delta); break;
    }
  }

  void create(const Object& object) {
    fates_.created.insert(object.id);
    const auto outdates = kind(object.id.kind).traits.outdates;
    if (outdates == nullptr) return;
    for (const ObjectId& id : outdates(object, before_, after_)) replace(id);
  }

  void start_change(const Delta& delta) {
    if (fates_.dropped.contains(delta.after->id)) return;      // replaced because of one of its parts
    const kinds::Kind& its_kind = kind(delta.after->id.kind);
    const bool anew = openings_.anew.contains(delta.after->id);
    bool replace = anew;
    bool disturbs = false;
    for (const AttributeDelta& change : delta.attributes) {
      const kinds::AttributeRule* rule = kinds::rule(its_kind, change.name);
      LP_CHECK(rule);
      replace |= rule->alter == nullptr || (rule->replace_when && rule->replace_when(*delta.before, *delta.after, server_version_));
      disturbs |= rule->disturbs_dependents;
    }
    if (replace && !anew && its_kind.traits.can_replace && its_kind.traits.can_replace(*delta.before, *delta.after)) {
      fates_.redefined.insert(delta.after->id);
      replace = false;
    }
    if (replace) {
      this->replace(delta.after->id);
      return;
    }
    if (const auto whole = disturbs && its_kind.traits.ties_down ? its_kind.traits.ties_down(*delta.before, before_) : std::nullopt) {
      this->replace(*whole);
      return;
    }
    fates_.altered[delta.after->id] = delta.attributes;
    if (disturbs) {
      disturbing_.insert(delta.after->id);
      queue_.push_back(delta.after->id);
    }
  }

  void replace(const ObjectId& id) {
    if (fates_.dropped.contains(id)) return;
    fates_.altered.erase(id);
    fates_.redefined.erase(id);
    fates_.converted.erase(id);
    fates_.dropped.insert(id);
    if (const Object* later = after_.find(id)) create(*later);
    queue_.push_back(id);
  }

  /// Whether an object is part of `whole`, directly or through its parents.
  bool is_part_of(const Object& object, const ObjectId& whole) const {
    for (const Object* at = &object; at && at->parent; at = before_.find(*at->parent)) {
      if (*at->parent == whole) return true;
    }
    return false;
  }

  /// What happens to the dependents of something that is dropped, replaced or changed in a way that disturbs them.
  void spread(const ObjectId& id) {
    const bool stays = disturbing_.contains(id) && !fates_.dropped.contains(id);
    for (const Object* dependent : before_.dependents(id)) {
      if (fates_.dropped.contains(dependent->id) && keeps_form(id, *dependent)) fates_.swapped.insert(id);
      if (fates_.dropped.contains(dependent->id) || dependent->external) continue;
      if (stays) {
        if (after_.has(dependent->id) && must_be_rebuilt(*dependent)) replace(dependent->id);
      } else {
        spread_drop(id, *dependent);
      }
    }
  }

  /// Whether its rows are in the old form until it is attached to what it has the column from.
  bool keeps_form(const ObjectId& type, const Object& column) const {
    return fates_.replaced(type) && kind(type.kind).traits.swappable && column.parent && !fates_.dropped.contains(*column.parent) && kinds::goes_on(column.id, after_);
  }

  bool must_be_rebuilt(const Object& dependent) const {
    const kinds::KindTraits& traits = kind(dependent.id.kind).traits;
    if (traits.rebuilt_with_column) return true;
    return traits.torn_by_types && traits.torn_by_types(dependent, before_, after_, [this](const ObjectId& id) { return fates_.converted.contains(id); });
  }

  /// The old form of a type that is kept aside keeps the types that it is made of, and the tables whose row types they are.
  void swap_what_swapped_types_need() {
    std::deque<ObjectId> kept(fates_.swapped.begin(), fates_.swapped.end());
    IdSet seen = fates_.swapped;
    while (!kept.empty()) {
      const ObjectId id = kept.front();
      kept.pop_front();
      std::vector<const Object*> whole = before_.children(id);
      whole.push_back(before_.find(id));
      for (const Object* part : whole) {
        for (const ObjectId& need : before_.needs(*part)) {
          if (!fates_.dropped.contains(need) || !seen.insert(need).second) continue;
          if (fates_.replaced(need) && kind(need.kind).traits.swappable) fates_.swapped.insert(need);
          kept.push_back(need);
        }
      }
    }
  }

  void spread_drop(const ObjectId& id, const Object& dependent) {
    if (is_part_of(dependent, id)) {
      replace(dependent.id);
      return;
    }
    const bool gone = !fates_.created.contains(id);
    const Object* later = after_.find(dependent.id);
    if (gone && later && changes(dependent.id)) return;      // altered so that it no longer needs it; the order takes care
    const kinds::KindTraits& traits = kind(dependent.id.kind).traits;
    const bool loses_data = traits.holds_data && !(traits.derived && traits.derived(dependent));
    if (!loses_data) {
      replace(dependent.id);
    } else if (const auto whole = !gone && traits.ties_down ? traits.ties_down(dependent, before_) : std::nullopt; whole && kind(id.kind).traits.swappable) {
      fates_.swapped.insert(id);
      replace(*whole);
    } else if (!gone && kind(id.kind).traits.swappable) {
      fates_.swapped.insert(id);
      if (fates_.converted.insert(dependent.id).second) {
        disturbing_.insert(dependent.id);
        queue_.push_back(dependent.id);
      }
    } else if (!gone) {
      refuse(id, dependent);
    }
  }

  bool changes(const ObjectId& id) const { return fates_.altered.contains(id) || fates_.redefined.contains(id); }

  void refuse(const ObjectId& id, const Object& dependent) {
    if (!refused_.insert(id).second) return;
    const Object* object = after_.find(id);
    sink_.add(diag::make(diag::Code::kUnreachable, object ? object->origin : Span{}, id.text(),
                         "it would have to be dropped and made again, and `" + dependent.id.text() + "` holds data that depends on it",
                         "give the new form another name and move the data in two steps"));
  }

  const Catalog& before_;
  const Catalog& after_;
  const Openings& openings_;
  const int server_version_;
  diag::Sink& sink_;
  Fates fates_;
  IdSet disturbing_;
  IdSet refused_;
  std::deque<ObjectId> queue_;
};

}  // namespace

Fates decide_fates(const Catalog& before, const Catalog& after, const std::vector<Delta>& deltas, const Openings& openings, int server_version, diag::Sink& sink) {
  return Decider(before, after, openings, server_version, sink).run(deltas);
}

}  // namespace lpc::plan
