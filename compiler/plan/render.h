// A plan for people: what it does, in order, with its SQL, what it risks and how it is undone.
#pragma once

#include <string>

#include "plan/plan.h"

namespace lpc::plan {

struct RenderOptions {
  bool colour = false;
  bool sql = true;           ///< show the statements, not only what they do
  bool reverse = true;       ///< show the reverse steps too
};

std::string render(const Plan& plan, const RenderOptions& options);

}  // namespace lpc::plan
