// What can be done to a database, and what differs between two: the vocabulary in which kinds answer and plan/ orders.
// Knows no kind and no plan.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sql.h"
#include "catalog/catalog.h"
#include "diag/diagnostic.h"

namespace lpc {

/// Table-level lock modes (https://www.postgresql.org/docs/15/explicit-locking.html), weakest first.
enum class Lock : std::uint8_t {
  none, access_share, row_share, row_exclusive, share_update_exclusive, share, share_row_exclusive, exclusive, access_exclusive
};
std::string_view lock_name(Lock lock);   ///< "ACCESS EXCLUSIVE"

struct Hazard {
  diag::Code code;
  std::string message;
  ObjectId object;
};

/// A read-only query whose rows are the keys of those rows, of the database before the plan, on which the action would fail.
struct Check {
  std::string description;            ///< "no NULL in shop.users.email"
  Sql sql;
};

/// A part of an online form, committed before the next one begins.
struct Stage {
  std::string description;
  std::vector<Sql> sql;
  std::string step_kind = "ddl";      ///< as Action::step_kind
  bool transactional = true;
};

/// What is done instead of some of an action's statements where rows are in use: the same end, with locks that others hardly notice.
struct OnlineForm {
  std::size_t first = 0;              ///< of Action::sql
  std::size_t count = 1;
  std::vector<Stage> stages;          ///< in the statements' place
  std::string reason;                 ///< "shop.orders has rows: built without blocking its writers"
  std::vector<diag::Code> spares;     ///< hazards of the plain statements that it hasn't
  std::vector<Stage> afterwards = {}; ///< once the action's other statements are done
  /// What is prepared while everything that the action takes down still stands. Such a form has no `stages`, but `instead`.
  std::vector<Stage> ahead = {};
  std::vector<Sql> instead = {};      ///< after `ahead`: in the statements' place, and in the transaction that they would have been in
  std::string described = {};         ///< what these do; "" when that is what the action does
  std::vector<Hazard> hazards = {};   ///< of its own
};

/// Objects that have another name: their ids before and after.
using Renames = std::vector<std::pair<ObjectId, ObjectId>>;
/// What `id` was called before the renames: by its own, its holder's or its schema's.
ObjectId id_before(const ObjectId& id, const Renames& renames);

enum class ActionType : std::uint8_t { create, alter, drop, rename };

/// What is left of an action when the online form of another has made its object ahead, too.
struct Prepared {
  ObjectId by;                        ///< what that other action is about
  std::vector<Sql> sql = {};          ///< in place of the action's own
};

/// One thing to do, later one step of a plan. Kinds fill it in; plan/ finds the order.
struct Action {
  ActionType type{};
  ObjectId object;                    ///< the object it is about
  std::vector<ObjectId> covers;       ///< further objects created or dropped by the same statements (columns with their table)
  std::vector<std::string> attributes;///< those an alter changes
  std::string description;            ///< "Add column shop.users.nickname"
  std::vector<Sql> sql;               ///< each one statement, without semicolon
  bool transactional = true;          ///< false: can't run in a transaction block
  bool commit_after = false;          ///< its effect can be used only once it is committed (ALTER TYPE … ADD VALUE)
  std::string step_kind = "ddl";      ///< ddl, concurrent, validate, backfill, data, wait
  std::vector<OnlineForm> online;     ///< by `first`; each stands for statements of its own
  std::optional<Prepared> prepared;
  std::vector<Hazard> hazards;
  std::vector<Check> checks;
  std::optional<ObjectId> renamed_from;  ///< of a rename: the id before; `object` is the one after
};

/// Whether something is prepared ahead of the action, so that it is short itself.
inline bool is_prepared(const Action& action) { return !action.online.empty() && !action.online.front().ahead.empty(); }

/// One attribute's two values; null where absent.
struct AttributeDelta {
  std::string_view name;
  const Value* before;
  const Value* after;
};

enum class DeltaType : std::uint8_t { created, dropped, changed };

/// What differs in one object. Pointers reach into the two catalogs compared.
struct Delta {
  DeltaType type;
  const Object* before;               ///< null when created
  const Object* after;                ///< null when dropped
  std::vector<AttributeDelta> attributes;
};

}  // namespace lpc
