#include "introspect/macros.h"

#include <fmt/format.h>

namespace lpc::introspect {

namespace {

constexpr std::string_view kUserSchema = "{user_schema:";
constexpr std::string_view kAnySchema = "{any_schema:";
constexpr std::string_view kNotMember = "{not_member:";

/// Names that start with pg_ are the system's: https://www.postgresql.org/docs/15/ddl-schemas.html#DDL-SCHEMAS-CATALOG
std::string user_schema(std::string_view alias) {
  return fmt::format("(\"left\"({0}.nspname::text, 3) <> 'pg_' AND {0}.nspname NOT IN ('information_schema', 'lockplane', 'lockplane_trash'))", alias);
}

/// What a user has put into one of the system's schemas counts as well.
std::string any_schema(std::string_view alias, std::string_view oid) {
  return fmt::format("({} OR {} >= 16384 AND {}.nspname IN ('pg_catalog', 'information_schema'))", user_schema(alias), oid, alias);
}

/// An anti-join, so that pg_depend is read once per query and not once per row.
std::string not_member(std::string_view catalog, std::string_view oid) {
  return fmt::format("NOT EXISTS (SELECT FROM pg_catalog.pg_depend lp_member WHERE lp_member.classid = 'pg_catalog.{}'::pg_catalog.regclass "
                     "AND lp_member.objid = {} AND lp_member.deptype = 'e')", catalog, oid);
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
    if (sql.starts_with(kAnySchema) && close != std::string_view::npos) {
      const std::string_view arguments = sql.substr(kAnySchema.size(), close - kAnySchema.size());
      const std::size_t colon = arguments.find(':');
      if (colon != std::string_view::npos) {
        result += any_schema(arguments.substr(0, colon), arguments.substr(colon + 1));
        sql.remove_prefix(close + 1);
        continue;
      }
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
