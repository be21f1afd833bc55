// Storage parameters and attribute options, which are maps of option name to text: as a SQL list, and what to SET and RESET between two of them.
// Knows no kind.
#pragma once

#include <string>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

/// `fillfactor='70', toast.autovacuum_enabled='off'`. A value may be quoted whatever its type: def_arg in src/backend/parser/gram.y takes a string.
Sql option_list(const Map& options);
/// The map of that attribute; empty when it is absent. Where the object notes the order of its options, in that.
Map option_map(const Object& object, std::string_view attribute = "options");

/// The names of `options` or `with` in the order in which they were said. It means nothing to the server, which keeps it all the same, and pg_dump shows it.
constexpr AttributeRule kOptionOrderRule{.name = "_order", .content = Content::names, .ignored = true};
/// The value of that attribute for options as written.
Value option_order(const Map& written);
Map in_order(const Map& options, const std::vector<std::string>& order);

/// The column `_order` of a query, from an array of `name=value`.
#define LPC_OPTION_ORDER(array) \
  "case when cardinality(" array ") > 1 then (select json_agg(split_part(u, '=', 1)) from unnest(" array ") u) end as _order"
/// `SET (…)` and `RESET (…)`, as few as needed, to be put behind ALTER TABLE x or ALTER COLUMN c.
std::vector<Sql> option_changes(const Map& before, const Map& after);
/// The alter of an attribute `options` of a whole relation: ALTER <sql_name> <address> SET (…).
void alter_relation_options(const Alteration&, const ChangeContext&, Action&);

}  // namespace lpc::kinds
