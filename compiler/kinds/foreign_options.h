// OPTIONS (…) of foreign data wrappers, servers, user mappings, foreign tables and their columns: https://www.postgresql.org/docs/15/sql-createserver.html
// The attribute `options` (for a table or column `server_options`) is a map; secret options are in the list `secrets` by name alone, and the note
// `_placeholders` says which variable the sources give them.
#pragma once

#include <string_view>

#include "kinds/kind.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/secrets.h"

namespace lpc::kinds {

/// The columns `options`, `secrets` and `_placeholders` of a query from an array of options.
#define LPC_FOREIGN_OPTIONS(array)                                                                                                        \
  "  case when " array " is not null then (select json_object_agg(o.option_name, coalesce(o.option_value, '')) from pg_options_to_table(" array ") o\n" \
  "    where not coalesce(" LPC_IS_SECRET_SQL("o.option_name", "o.option_value") ", false)) end as options,\n"                                                               \
  "  case when " array " is not null then (select json_agg(o.option_name order by o.option_name collate \"C\") from pg_options_to_table(" array ") o\n" \
  "    where " LPC_IS_SECRET_SQL("o.option_name", "o.option_value") ") end as secrets,\n"                                                                   \
  "  case when " array " is not null then (select json_object_agg(o.option_name, substr(o.option_value, 3, length(o.option_value) - 3))\n" \
  "    from pg_options_to_table(" array ") o\n"                                                                                           \
  "    where " LPC_IS_SECRET_SQL("o.option_name", "o.option_value") " and o.option_value ~ '^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$') end as _placeholders"

/// `secrets` and `_placeholders`; the first needs the kind's own alter.
constexpr AttributeRule kPlaceholdersRule{.name = "_placeholders", .content = Content::map, .ignored = true};
/// Attributes that the role may not read. The planner leaves them alone.
constexpr AttributeRule kUnreadableRule{.name = "_unreadable", .content = Content::names, .ignored = true};

/// Attributes that not every role may read, and that are no part of a hash therefore: always the same for a kind.
constexpr AttributeRule kPrivateRule{.name = "_private", .content = Content::names, .ignored = true};

/// The environment variable that holds a secret of the object: the one its sources name, or one made from its id.
std::string secret_variable(const Object& object, std::string_view option);

/// Sets `options`, `secrets` and `_placeholders` from the declaration's `options (…)`.
void lower_foreign_options(const ast::Decl& decl, Object& object, LowerContext& context);
/// The options of a foreign table or column, where nothing is taken for a secret.
Map foreign_options(const ast::Clause& clause, LowerContext& context);

/// ` OPTIONS (host 'db2', password '${ARCHIVE_PASSWORD}')` with a blank before, or nothing.
Sql foreign_options_clause(const Object& object);
Sql foreign_options_clause(const Map& options);
/// `OPTIONS (ADD a '1', SET b '2', DROP c)`, or nothing.
Sql foreign_options_change(const Object& before, const Object& after);
Sql foreign_options_change(const Map& before, const Map& after);
/// `ALTER <kind> <address> OPTIONS (…)`.
void alter_foreign_options(const Alteration&, const ChangeContext&, Action&);

void print_foreign_options(const Object& object, LpWriter& writer);
void print_foreign_options(const Map& options, LpWriter& writer);

}  // namespace lpc::kinds
