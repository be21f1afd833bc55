// The target's catalog as a plan sees it: its hash in the plan's scope, and whether that is what the plan starts from or leads to.
#pragma once

#include <string>

#include "frontend/sql_fragment.h"
#include "pg/connection.h"
#include "plan/plan.h"
#include "plan/planner.h"

namespace lpc::execute {

class LiveCatalog {
 public:
  LiveCatalog(pg::Connection& connection, const plan::Plan& plan);

  /// With `in_transaction` it is read in the caller's, uncommitted changes included.
  Result<std::string> hash(bool in_transaction);
  /// LP5005 unless the live catalog is what the plan starts from.
  Status check_source();
  /// LP5006 unless the hash is what the plan must lead to.
  Status check_target(const std::string& hash) const;

 private:
  pg::Connection& connection_;
  const plan::Plan& plan_;
  const plan::Scope scope_;
  frontend::FragmentParser fragments_;
};

}  // namespace lpc::execute
