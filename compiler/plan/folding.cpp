#include "plan/folding.h"

#include <functional>

namespace lpc::plan {

std::optional<ObjectId> Folding::root(const ObjectId& id) const {
  const auto at = roots_.find(id);
  return at == roots_.end() ? std::nullopt : std::optional(at->second);
}

const std::vector<ObjectId>& Folding::parts(const ObjectId& root) const {
  static const std::vector<ObjectId> none;
  const auto at = parts_.find(root);
  return at == parts_.end() ? none : at->second;
}

namespace {

/// The outermost new object that `id` is part of.
ObjectId whole(const ObjectId& id, const Catalog& after, const IdSet& created) {
  const Object* at = after.find(id);
  while (at && at->parent && created.contains(*at->parent)) at = after.find(*at->parent);
  return at ? at->id : id;
}

/// Whether `from`, or a new object that it needs, needs `target` to exist. New objects are taken together with all their parts, which is
/// more than they may need and so never too little.
class Reach {
 public:
  Reach(const Catalog& after, const IdSet& created, const ObjectId& target) : after_(after), created_(created), target_(target) {}

  bool operator()(const ObjectId& from) {
    if (!created_.contains(from)) return false;
    const ObjectId start = whole(from, after_, created_);
    if (start == target_) return true;
    if (!seen_.insert(start).second) return false;
    return visit(start);
  }

 private:
  bool visit(const ObjectId& id) {
    const Object* object = after_.find(id);
    if (!object) return false;
    for (const ObjectId& need : object->depends_on) {
      if ((*this)(need)) return true;
    }
    for (const Object* part : after_.children(id)) {
      if (kinds::kind(part->id.kind).folds && visit(part->id)) return true;
    }
    return false;
  }

  const Catalog& after_;
  const IdSet& created_;
  const ObjectId target_;
  IdSet seen_;
};

}  // namespace

Folding fold(const Catalog& after, const IdSet& created, const kinds::ChangeContext& context) {
  Folding folding;
  const std::function<void(const ObjectId&, const ObjectId&)> visit = [&](const ObjectId& parent, const ObjectId& root) {
    for (const Object* child : after.children(parent)) {
      const kinds::Kind& its_kind = kinds::kind(child->id.kind);
      if (!created.contains(child->id)) continue;
      if (!its_kind.folds || !its_kind.folds(*child, context)) {
        visit(child->id, child->id);
        continue;
      }
      Reach reach(after, created, root);
      bool circular = false;
      for (const ObjectId& need : child->depends_on) {
        if (created.contains(need) && whole(need, after, created) != root && reach(need)) circular = true;
      }
      if (circular) {
        visit(child->id, child->id);
        continue;
      }
      folding.roots_.emplace(child->id, root);
      folding.parts_[root].push_back(child->id);
      visit(child->id, root);
    }
  };
  for (const Object& object : after.objects()) {
    if (created.contains(object.id) && (!object.parent || !created.contains(*object.parent))) visit(object.id, object.id);
  }
  return folding;
}

}  // namespace lpc::plan
