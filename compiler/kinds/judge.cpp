#include "kinds/judge.h"

#include <algorithm>

namespace lpc::kinds {

bool Judged::changes(std::string_view attribute) const {
  const auto differs = [&] {
    const Value* was = before ? before->attributes.find(attribute) : nullptr;
    const Value* is = after ? after->attributes.find(attribute) : nullptr;
    return was && is ? !(*was == *is) : was != is;
  };
  switch (action.type) {
    case ActionType::drop: return false;
    case ActionType::rename: return false;
    case ActionType::create: return differs();
    case ActionType::alter: break;
  }
  // An action that names no attributes redefines the whole.
  const bool is_about_it = action.attributes.empty() || std::ranges::find(action.attributes, attribute) != action.attributes.end();
  return is_about_it && differs();
}

void judge(const Judged& judged, std::vector<Hazard>& hazards) {
  judge_clients(judged, hazards);
  judge_security(judged, hazards);
}

}  // namespace lpc::kinds
