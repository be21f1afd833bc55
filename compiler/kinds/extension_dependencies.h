// `depends on extension x`: what goes with an extension though it is no member of it. https://www.postgresql.org/docs/15/sql-alterfunction.html
// Functions, procedures, triggers, indexes and materialized views can have it. Knows none of them.
#pragma once

#include "kinds/kind.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {

// For the queries: the join gives ext(names) for the catalog row of that class and oid. The inner query is asked once, whatever the planner thinks of the number of
// rows; there are hardly ever such dependencies, and then there is nothing to look up.
#define LPC_EXTENSIONS_JOIN(class, oid)                                                                                                                  \
  "left join lateral (select (select jsonb_object_agg(x.objid, x.names) from (\n"                                                                        \
  "    select x.objid, json_agg(e.extname order by e.extname collate \"C\") as names from pg_depend x join pg_extension e on e.oid = x.refobjid\n"       \
  "    where x.refclassid = 'pg_extension'::regclass and x.classid = '" class "'::regclass and x.objsubid = 0 and x.deptype = 'x' group by x.objid) x)\n" \
  "  -> " oid "::text as names) ext on true\n"
#define LPC_EXTENSIONS_COLUMN "ext.names as depends_on_extensions"

/// `ALTER … [NO] DEPENDS ON EXTENSION` for what differs.
void alter_extension_dependencies(const Alteration&, const ChangeContext&, Action&);
/// All of them, after a statement that makes the object anew: CREATE OR REPLACE forgets them (deleteDependencyRecordsFor() in src/backend/catalog/pg_depend.c).
void restore_extension_dependencies(const Object& object, Action& action);

void lower_extension_dependencies(const ast::Decl& decl, Object& object, LowerContext& context);
void link_extension_dependencies(const Object& object, LinkContext& context);
void print_extension_dependencies(const Object& object, LpWriter& writer);

inline constexpr AttributeRule kExtensionDependenciesRule{
    .name = "depends_on_extensions", .content = Content::names, .alter = alter_extension_dependencies, .after_create = true};

}  // namespace lpc::kinds
