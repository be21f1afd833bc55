#include "introspect/in_use.h"

#include "base/sql.h"

namespace lpc::introspect {

namespace {

// The system's own relations are numbered below 16384: FirstNormalObjectId in src/include/access/transam.h.
constexpr const char* kQuery = R"sql(
WITH RECURSIVE filled(oid) AS (
  SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384 AND pg_catalog.pg_relation_size(c.oid) > 0
  UNION SELECT i.inhparent FROM filled f JOIN pg_catalog.pg_inherits i ON i.inhrelid = f.oid)
SELECT n.nspname, c.relname FROM filled JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace)sql";

}  // namespace

Result<plan::RelationsInUse> relations_in_use(pg::Connection& connection) {
  LP_TRY(const pg::Rows rows, connection.query(kQuery));
  plan::RelationsInUse result;
  for (int row = 0; row < rows.size(); ++row) result.insert(qualified(rows(row, 0), rows(row, 1)).text);
  return result;
}

}  // namespace lpc::introspect
