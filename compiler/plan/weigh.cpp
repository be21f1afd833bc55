#include "plan/weigh.h"

#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/judge.h"
#include "kinds/moved_rows.h"

namespace lpc::plan {

void warn_of_loss(const Object& object, const kinds::ChangeContext& context, Action& action) {
  const kinds::KindTraits& traits = kinds::kind(object.id.kind).traits;
  if (traits.drop_hazard == diag::Code{} || action.sql.empty() || !action.hazards.empty() || (traits.derived && traits.derived(object))) return;
  if (kinds::is_emptied_shell(object.id, context)) return;
  if (kinds::goes_on(object.id, context.after) && !context.is_created(object.id)) return;      // it deviates no more from its parent's
  const std::string path = object.id.path();
  const bool names_kind = traits.drop_hazard == diag::Code::kDropsData;
  const std::string message = names_kind ? diag::make(traits.drop_hazard, {}, kind_name(object.id.kind), path).message
                                         : diag::make(traits.drop_hazard, {}, path).message;
  action.hazards.push_back({traits.drop_hazard, message, object.id});
}

void judge(Action& action, const kinds::ChangeContext& context) {
  const auto judge_one = [&](const ObjectId& id) {
    const Object *before = context.before.find(id), *after = context.after.find(id);
    if (before || after) kinds::judge({before, after, action, context}, action.hazards);
  };
  if (action.sql.empty()) return;
  judge_one(action.object);
  if (action.type != ActionType::create) return;    // what goes with a whole is missed with the whole
  for (const ObjectId& part : action.covers) judge_one(part);
}

}  // namespace lpc::plan
