// What an action means to rows, to clients and for rights: the hazards that kinds don't raise where they make its statements.
#pragma once

#include "kinds/kind.h"

namespace lpc::plan {

/// What is lost with the object that the action drops, where its kind says that something is.
void warn_of_loss(const Object& object, const kinds::ChangeContext& context, Action& action);
/// What it means to clients and for rights, and what goes with it or comes with it.
void judge(Action& action, const kinds::ChangeContext& context);

}  // namespace lpc::plan
