#include "introspect/macros.h"

#include <fmt/format.h>

namespace lpc::introspect {

namespace {

constexpr std::string_view kUserSchema = "{user_schema:";
constexpr std::string_view kNotMember = "{not_member:";

/// Names that start with pg_ are the system's: https://www.postgresql.org/docs/15/ddl-schemas.html#DDL-SCHEMAS-CATALOG
std::string user_schema(std::string_view alias) {
  return fmt::format("(\"left\"({0}.nspname::text, 3) <> 'pg_' AND {0}.nspname NOT IN ('information_schema', 'lockplane', 'lockplane_trash'))", alias);
}

/// A hashed subplan over the few rows that the extensions have: once per query, while an anti-join may look up pg_depend for each row, or read all of it.
std::string not_member(std::string_view catalog, std::string_view oid) {
  return fmt::format("({1} NOT IN (SELECT lp_member.objid FROM pg_catalog.pg_depend lp_member WHERE lp_member.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass "
                     "AND lp_member.classid = 'pg_catalog.{0}'::pg_catalog.regclass AND lp_member.deptype = 'e'))", catalog, oid);
}

}  // namespace

std::string expand_macros(std::string_view sql) {
  std::string result;
  result.reserve(sql.size() + 512);
  while (!sql.empty()) {
    const std::size_t open = sql.find('{');
    if (open == std::string_view::npos) break;
    result += sql.substr(0, open);
    sql.remove_prefix(open);
    const std::size_t close = sql.find('}');
    if (sql.starts_with(kUserSchema) && close != std::string_view::npos) {
      result += user_schema(sql.substr(kUserSchema.size(), close - kUserSchema.size()));
      sql.remove_prefix(close + 1);
      continue;
    }
    if (sql.starts_with(kNotMember) && close != std::string_view::npos) {
      const std::string_view arguments = sql.substr(kNotMember.size(), close - kNotMember.size());
      const std::size_t colon = arguments.find(':');
      if (colon != std::string_view::npos) {
        result += not_member(arguments.substr(0, colon), arguments.substr(colon + 1));
        sql.remove_prefix(close + 1);
        continue;
      }
    }
    result += '{';
    sql.remove_prefix(1);
  }
  result += sql;
  return result;
}

}  // namespace lpc::introspect
