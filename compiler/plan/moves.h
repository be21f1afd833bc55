// What order rows that change their table ask for (kinds/moved_rows.h): they are put in when the new table and its partitions are there, before triggers are, and before the old one goes.
#pragma once

#include <utility>
#include <vector>

#include "kinds/kind.h"
#include "plan/planner.h"

namespace lpc::plan {

/// Ends of an order: an object is made or dropped; a table's old form is moved aside, or rows are moved to its new one.
enum class Event : std::uint8_t { made, dropped, moved_aside, filled };

struct Order {
  std::pair<Event, ObjectId> first, second;
};

struct Moves {
  std::vector<ObjectId> refilled;                            ///< tables made anew that get the rows of their old form, which is renamed aside
  std::vector<Order> order;
  /// What is made and what is dropped before it, in one transaction: in between rows couldn't be seen.
  std::vector<std::pair<ObjectId, ObjectId>> together;
  IdSet giving;                                              ///< tables that are dropped when their rows are in partitions that take them over
  IdSet late;                                                ///< tables that are dropped when the rows are in the table that is made anew
};

Moves find_moves(const kinds::ChangeContext& context);

}  // namespace lpc::plan
