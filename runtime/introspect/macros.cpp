#include "introspect/macros.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace lpc::introspect {

namespace {

/// Names that start with pg_ are the system's: https://www.postgresql.org/docs/15/ddl-schemas.html#DDL-SCHEMAS-CATALOG
std::string user_schema(std::string_view alias, std::string_view) {
  return fmt::format("(\"left\"({0}.nspname::text, 3) <> 'pg_' AND {0}.nspname NOT IN ('information_schema', 'lockplane', 'lockplane_trash'))", alias);
}

/// What a user has put into one of the system's schemas counts as well.
std::string any_schema(std::string_view alias, std::string_view oid) {
  return fmt::format("({} OR {} >= 16384 AND {}.nspname IN ('pg_catalog', 'information_schema'))", user_schema(alias, ""), oid, alias);
}

/// A hashed subplan over the few rows that the extensions have: once per query, while an anti-join may look up pg_depend for each row, or read all of it.
std::string not_member(std::string_view catalog, std::string_view oid) {
  return fmt::format("({1} NOT IN (SELECT lp_member.objid FROM pg_catalog.pg_depend lp_member WHERE lp_member.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass "
                     "AND lp_member.classid = 'pg_catalog.{0}'::pg_catalog.regclass AND lp_member.deptype = 'e'))", catalog, oid);
}

struct Macro {
  std::string_view opening;
  bool takes_two;
  std::string (*text)(std::string_view first, std::string_view second);
};

constexpr std::array<Macro, 3> kMacros{{
    {"{user_schema:", false, user_schema},
    {"{any_schema:", true, any_schema},
    {"{not_member:", true, not_member},
}};

/// What the macro at the front of the text stands for; the text goes on behind it. Nothing when there is none.
std::optional<std::string> take_macro(std::string_view& sql) {
  const std::size_t close = sql.find('}');
  if (close == std::string_view::npos) return std::nullopt;
  for (const Macro& macro : kMacros) {
    if (!sql.starts_with(macro.opening)) continue;
    const std::string_view arguments = sql.substr(macro.opening.size(), close - macro.opening.size());
    const std::size_t colon = arguments.find(':');
    if (macro.takes_two != (colon != std::string_view::npos)) return std::nullopt;
    sql.remove_prefix(close + 1);
    return macro.text(arguments.substr(0, colon), macro.takes_two ? arguments.substr(colon + 1) : std::string_view());
  }
  return std::nullopt;
}

}  // namespace

std::string expand_macros(std::string_view sql) {
  std::string result;
  result.reserve(sql.size() + 512);
  for (std::size_t open = sql.find('{'); open != std::string_view::npos; open = sql.find('{')) {
    result += sql.substr(0, open);
    sql.remove_prefix(open);
    if (const auto text = take_macro(sql)) {
      result += *text;
    } else {
      result += '{';
      sql.remove_prefix(1);
    }
  }
  result += sql;
  return result;
}

}  // namespace lpc::introspect
