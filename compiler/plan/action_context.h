// What hooks of kinds see (kinds::ChangeContext) of actions that are made and ordered already: for what looks at a whole plan once more.
#pragma once

#include "kinds/kind.h"
#include "plan/planner.h"

namespace lpc::plan {

class ActionContext {
 public:
  /// All of them must outlive it.
  ActionContext(const std::vector<Action>& actions, const Catalog& before, const Catalog& after, const PlannerOptions& options);
  ActionContext(const ActionContext&) = delete;
  ActionContext& operator=(const ActionContext&) = delete;

  const kinds::ChangeContext& get() const { return context_; }

 private:
  IdSet dropped_, created_;
  const kinds::ChangeContext context_;
};

}  // namespace lpc::plan
