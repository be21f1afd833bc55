// From two catalogs to ordered steps. A pure function: the same catalogs give the same plan, no database is asked.
//   diff (diff.h) → synthesise (synthesise.h) → order (order.h) → steps
// Names no kind: everything particular comes from kinds/kind.h.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "change/action.h"
#include "diag/sink.h"
#include "plan/plan.h"

namespace lpc::plan {

/// Which objects a plan may touch. Everything else is context.
struct Scope {
  bool all = false;                                    ///< --manage '*': every non-system schema and what stands in none
  std::vector<std::string> schemas;                    ///< sorted
  std::vector<ObjectId> declared;                      ///< objects outside schemas; sorted

  bool covers(const Object& object) const;
};

/// The part of the database that the plan's hashes cover.
Scope scope_of(const Plan& plan);
/// The objects of the catalog that the scope covers (context, and what is external, left out).
Catalog restrict(const Catalog& catalog, const Scope& scope);
Catalog restrict(Catalog&& catalog, const Scope& scope);
/// `live` with everything in scope replaced by `desired`: what the database shall be, its context kept.
Catalog overlay(const Catalog& live, const Catalog& desired, const Scope& scope);

/// The objects of `ids` that the catalog has, and all that is needed to build them.
Catalog with_needs(const Catalog& catalog, const std::vector<ObjectId>& ids);

/// What the plan can reach, and what is to be kept where the sources say nothing: live column order for existing columns (new ones after them), live values of attributes that
/// `unsaid_keeps_live` names, `role` as the owner of new objects. Columns that must be dropped and made again count as new. Reports differences in order as LP5012.
Catalog reconcile(const Catalog& live, const Catalog& desired, const std::string& role, int server_version, diag::Sink& sink);

using lpc::Renames;
/// Matches `@renamed_from` hints of `desired` with objects of `live` and with their parts (kinds/parts.h); outer objects first. A hint whose new name is there and free of another hint is
/// stale (LP3008); one that matches nothing is LP3009.
Renames find_renames(const Catalog& live, const Catalog& desired, diag::Sink& sink);
/// The actions that carry them out, in an order that works: outer objects first, and a name is free when it is given.
std::vector<Action> rename_actions(const Catalog& live, const Renames& renames);

/// `renamed`, which is `live` with the renames carried out, as far as nothing in it still has a name that Postgres made from an old one: such names follow, as if they had been made now.
Catalog without_old_names(const Catalog& renamed, const Catalog& live, const Renames& renames);

/// Relations that hold rows, partitioned and inherited tables with those of their children, by ObjectId::path().
using RelationsInUse = std::set<std::string>;
/// With the names that they have after the renames as well.
RelationsInUse with_new_names(const RelationsInUse& in_use, const Catalog& live, const Renames& renames);

struct PlannerOptions {
  int server_version = 150000;
  std::string role;
  const Renames* renames = nullptr;                    ///< carried out before what is planned now
  const RelationsInUse* in_use = nullptr;              ///< null: not known, or not to be cared for
};

/// The ordered actions that turn `before` into `after`. LP5008 and LP5009 when there is no way.
std::vector<Action> plan_actions(const Catalog& before, const Catalog& after, const PlannerOptions& options, diag::Sink& sink);

}  // namespace lpc::plan
