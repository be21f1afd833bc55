// From two catalogs to ordered steps. A pure function: the same catalogs give the same plan, no database is asked.
//   diff (diff.h) → synthesise (synthesise.h) → order (order.h) → steps
// Names no kind: everything particular comes from kinds/kind.h.
#pragma once

#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "change/action.h"
#include "diag/sink.h"
#include "plan/plan.h"

namespace lpc::plan {

using lpc::Renames;
using IdSet = std::unordered_set<ObjectId, ObjectIdHash>;

/// Which objects a plan may touch. Everything else is context.
struct Scope {
  bool all = false;                                    ///< --manage '*': every non-system schema and what stands in none
  std::vector<std::string> schemas;                    ///< sorted
  std::vector<ObjectId> declared;                      ///< objects outside schemas, and declared partitions of `external_partitions`; sorted
  std::vector<ObjectId> external_partitions;           ///< partitioned tables whose other partitions are left alone; sorted

  /// Of an object that is no part of a partition that is left alone, which takes the whole catalog to see: Coverage.
  bool covers(const Object& object) const;
};

/// What the scope covers in one catalog.
class Coverage {
 public:
  Coverage(const Catalog& catalog, const Scope& scope);
  bool operator()(const Object& object) const { return scope_.covers(object) && !is_left_alone(object); }
  /// Whether it is a partition that others have made (`partitions external`), its attachment, or one of its parts.
  bool is_left_alone(const Object& object) const { return left_alone_.contains(object.id); }

 private:
  const Scope& scope_;
  IdSet left_alone_;
};

/// The part of the database that the plan's hashes cover.
Scope scope_of(const Plan& plan);
/// The objects of the catalog that the scope covers (context, and what is external, left out).
Catalog restrict(const Catalog& catalog, const Scope& scope);
Catalog restrict(Catalog&& catalog, const Scope& scope);
/// `live` with everything in scope replaced by `desired`: what the database shall be, its context kept. Of partitions that are left alone that goes which goes with their parent's.
Catalog overlay(const Catalog& live, const Catalog& desired, const Scope& scope);

/// The catalog without partitions that the scope leaves to others.
Catalog without_external_partitions(Catalog&& catalog, const Scope& scope);
/// The scope of a plan with renames: what it names bore other names before.
Scope with_old_names(Scope scope, const Renames& renames);
/// The scope of a plan from the one to the other: a partition of others' that `desired` declares as a table, wherever it belongs then, is managed.
Scope with_claims(Scope scope, const Catalog& live, const Catalog& desired);

/// The objects of `ids` that the catalog has, and all that is needed to build them.
Catalog with_needs(const Catalog& catalog, const std::vector<ObjectId>& ids);

/// What the plan can reach, and what is to be kept where the sources say nothing: live column order for existing columns (new ones after them), live values of attributes that
/// `unsaid_keeps_live` names, `role` as the owner of new objects. Columns that must be dropped and made again count as new. Reports differences in order as LP5012.
Catalog reconcile(const Catalog& live, Catalog wanted, const std::string& role, int server_version, diag::Sink& sink);

/// The same with what bears one of the new names, and isn't renamed, moved aside: what a plan drops, or has made on the way there, under a name that something else gets, goes only afterwards.
Renames with_room(Renames renames, const Catalog& live);

/// Matches `@renamed_from` hints of `desired` with objects of `live` and with their parts (kinds/parts.h); outer objects first. A hint whose new name is there and free of another hint is
/// stale (LP3008); one that matches nothing is LP3009.
Renames find_renames(const Catalog& live, const Catalog& desired, diag::Sink& sink);
/// The actions that carry them out, in an order that works: outer objects first, and a name is free when it is given.
std::vector<Action> rename_actions(const Catalog& live, const Renames& renames);

/// Moves that change the names of what is moved along, and so come first as renames do (KindTraits::moves_along).
std::vector<Action> moves_along(const Catalog& live, const Catalog& desired);

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
