// A database of the shadow for one piece of work, and the roles that the work leaves.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "base/result.h"
#include "pg/connection.h"
#include "shadow/server.h"

namespace lpc::shadow {

Result<std::set<std::string>> role_names(pg::Connection& connection);

/// Roles that the plan made and, when the proof failed half-way, didn't take away again.
Status adopt_roles(ShadowServer& server, pg::Connection& connection, const std::set<std::string>& before);

/// Makes a database for so many objects, does something with it, and takes it away again.
template <class Work>
auto in_new_database(ShadowServer& server, std::size_t objects, const Work& work) -> decltype(work(std::declval<pg::Connection&>())) {
  LP_TRY(pg::Connection connection, server.create_database(room_for(objects)));
  const std::string database = connection.database();
  LP_TRY(const std::set<std::string> roles, role_names(connection));
  auto result = work(connection);
  Status tidied = ok();
  if (!connection.is_connection_lost()) {
    if (connection.transaction_state() != pg::TransactionState::kIdle) (void)connection.execute("ROLLBACK");
    (void)connection.execute("RESET SESSION AUTHORIZATION");
    tidied = adopt_roles(server, connection, roles);
  }
  const Status dropped = server.drop_database(database);
  if (!result) return result.failure();
  LP_DO(tidied);
  LP_DO(dropped);
  return result;
}

}  // namespace lpc::shadow
