#include "execute/live_catalog.h"

#include <fmt/format.h>

#include "diag/sink.h"
#include "introspect/introspect.h"

namespace lpc::execute {

LiveCatalog::LiveCatalog(pg::Connection& connection, const plan::Plan& plan) : connection_(connection), plan_(plan), scope_(plan::scope_of(plan)) {}

Result<std::string> LiveCatalog::hash(bool in_transaction) {
  introspect::IntrospectOptions options;
  options.in_transaction = in_transaction;
  options.hash_only = true;
  diag::Sink sink;    // what lpc can't model was told of when the plan was made
  const Result<Catalog> live = introspect::introspect(connection_, options, fragments_, sink);
  if (!live) return live.failure();
  return catalog_hash(plan::restrict(*live, scope_));
}

Status LiveCatalog::check_source() {
  LP_TRY(const std::string found, hash(false));
  if (found == plan_.source_hash) return ok();
  return Failure{"LP5005", diag::make(diag::Code::kStalePlan, {}, plan_.source_hash, found).message,
                 "make a new plan with `lpc plan`; `lpc drift` tells whether the database has changed since the last run", "Nothing was done."};
}

Status LiveCatalog::check_target(const std::string& reached) const {
  if (reached == plan_.target_hash) return ok();
  const std::string what = fmt::format("its target is `{}`, and its steps led to `{}`", plan_.target_hash, reached);
  Failure failure{"LP5006", diag::make(diag::Code::kForwardProofFailed, {}, what).message, "", ""};
  failure.hint = "make a new plan: this one was changed after its proof, or somebody else changed the database meanwhile";
  if (!plan_.role.empty() && plan_.role != connection_.user()) {
    failure.hint = fmt::format("the plan was made for role `{}`, and this is role `{}`, to which new objects would belong; connect as the former or make a new plan",
                               plan_.role, connection_.user());
  }
  return failure;
}

}  // namespace lpc::execute
