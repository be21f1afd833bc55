// Which new objects are part of the statement that creates their parent: columns always, defaults and constraints when nothing they need has to come
// between.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "kinds/kind.h"
#include "plan/fate.h"

namespace lpc::plan {

class Folding {
 public:
  /// The object whose CREATE makes `id`; nothing when it has an action of its own.
  std::optional<ObjectId> root(const ObjectId& id) const;
  /// What the CREATE of `root` makes besides, in catalog order.
  const std::vector<ObjectId>& parts(const ObjectId& root) const;

 private:
  friend Folding fold(const Catalog&, const IdSet&, const kinds::ChangeContext&);
  std::unordered_map<ObjectId, ObjectId, ObjectIdHash> roots_;
  std::unordered_map<ObjectId, std::vector<ObjectId>, ObjectIdHash> parts_;
};

Folding fold(const Catalog& after, const IdSet& created, const kinds::ChangeContext& context);

}  // namespace lpc::plan
