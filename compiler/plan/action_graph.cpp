#include "plan/action_graph.h"

namespace lpc::plan {

const std::size_t* ActionNodes::create_node(const ObjectId& id) const {
  const auto root = folding.root(id);
  const auto at = creates.find(root ? *root : id);
  return at == creates.end() ? nullptr : &at->second;
}

const std::size_t* ActionNodes::drop_node(const ObjectId& id) const {
  if (!fates.dropped.contains(id)) return nullptr;
  ObjectId at = id;
  while (true) {
    if (const auto found = drops.find(at); found != drops.end()) return &found->second;
    const Object* object = before.find(at);
    if (!object || !object->parent) return nullptr;
    at = *object->parent;
  }
}

const std::vector<std::size_t>& ActionNodes::alter_nodes(const ObjectId& id) const {
  static const std::vector<std::size_t> none;
  const auto at = alters.find(id);
  return at == alters.end() ? none : at->second;
}

}  // namespace lpc::plan
