// Objects of user schemas, and user objects in no schema, that no kind has: they are told of, never passed over in silence. Names no kind: whatever the kinds
// haven't claimed by an alias is unmodelled.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "introspect/dependencies.h"

namespace lpc::introspect {

struct Unmodelled {
  std::string what;      ///< "aggregate", "foreign table"
  std::string schema;    ///< "" for what stands in none
  std::string name;      ///< for people: with a routine's arguments
  /// It hangs on something that lpc has, and neither .lp nor pg_dump has words for it.
  bool is_beyond_dumps = false;

  /// Put into one of the server's own schemas, or onto one of its objects: pg_dump leaves such out, and they are in no plan's way.
  bool is_among_system_objects() const { return schema == "pg_catalog" || schema == "information_schema" || what == "comment on"; }
};

/// With macros. Columns: catalog name (with a `+` before it of what hangs on the row and is beyond dumps), oid (NULL when a role may not see it), what, schema, name. `bare`: system catalogs that hold no rows of users.
std::string candidate_query(const std::set<std::string_view>& bare);

/// In the order of the rows.
std::vector<Unmodelled> find_unmodelled(const pg::Rows& candidates, const Aliases& aliases, const Dependencies& dependencies);

}  // namespace lpc::introspect
