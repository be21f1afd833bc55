#include "kinds/labels.h"

#include <algorithm>

namespace lpc::kinds {

std::vector<std::pair<std::string, std::string>> renamed_labels(const Object& before, const Object& after, std::string_view hint,
                                                                const std::vector<std::string>& old_names, const std::vector<std::string>& new_names) {
  std::vector<std::pair<std::string, std::string>> renames;
  const auto holds = [](const std::vector<std::string>& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  const auto add = [&](const std::string& from, const std::string& to) {
    if (holds(old_names, from) && !holds(old_names, to) && holds(new_names, to) && !holds(new_names, from)) renames.emplace_back(from, to);
  };
  for (const PlanningHint& said : after.hints) {
    if (said.name == hint && said.arguments.size() == 2) add(said.arguments[0], said.arguments[1]);
  }
  for (const PlanningHint& said : before.hints) {
    if (said.name == hint && said.arguments.size() == 2) add(said.arguments[1], said.arguments[0]);
  }
  return renames;
}

const Object* changed_from(const Object& after, const ChangeContext& context) {
  if (const Object* same = context.before.find(after.id)) return same;
  for (const PlanningHint& hint : after.hints) {
    if (hint.name != "renamed_from" || hint.arguments.empty()) continue;
    ObjectId id = after.id;
    id.name = hint.arguments.front();
    if (const Object* old = context.before.find(id)) return old;
  }
  return nullptr;
}

}  // namespace lpc::kinds
