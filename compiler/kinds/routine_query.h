// Parts of the queries that read functions and procedures. Macros, because the parts join to string literals when the program is compiled.
#pragma once

#include "kinds/extension_dependencies.h"

// What both have. Defaults are NULL. The input types are the routine's identity, so they are spelt without modifiers: the server keeps none.
#define LPC_ROUTINE_COLUMNS                                                                                                              \
  "select n.nspname as _schema, p.proname as _name, 'pg_proc:' || p.oid as _aliases,\n"                                                  \
  "  coalesce((select string_agg(format_type(t.type, null), ', ' order by t.i)\n"                                                        \
  "            from unnest(p.proargtypes) with ordinality t(type, i)), '') as _arguments,\n"                                             \
  "  pg_get_userbyid(p.proowner) as owner, p.proacl::text as _acl, pg_get_userbyid(p.proowner) as _acl_owner,\n"                         \
  "  d.description as comment, l.lanname as language, p.prosecdef as security_definer,\n"                                                \
  "  (select json_agg(json_strip_nulls(json_build_object(\n"                                                                             \
  "      'mode', case p.proargmodes[a.i] when 'o' then 'out' when 'b' then 'inout' when 'v' then 'variadic' when 't' then 'table' end,\n" \
  "      'name', nullif(p.proargnames[a.i], ''), 'type', format_type(a.type, null),\n"                                                   \
  "      'default', case when p.pronargdefaults > 0 then pg_get_function_arg_default(p.oid, a.i::int) end)) order by a.i)\n"            \
  "   from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality a(type, i)) as parameters,\n"                        \
  "  (select json_agg(json_build_object('name', split_part(s.text, '=', 1), 'value', substr(s.text, strpos(s.text, '=') + 1)) order by s.i)\n" \
  "   from unnest(p.proconfig) with ordinality s(text, i)) as settings,\n"                                                               \
  "  (select json_agg(format_type(t.type, null) order by t.i) from unnest(p.protrftypes) with ordinality t(type, i)) as transforms,\n"   \
  "  p.probin as object_file, " LPC_EXTENSIONS_COLUMN

// From 14 on a body may be kept parsed: pg_get_function_sqlbody() gives "RETURN …" or "BEGIN ATOMIC\n …\nEND".
#define LPC_ROUTINE_BODY_14                                                                              \
  ",\n  case when p.prosqlbody is null then p.prosrc end as body,\n"                                     \
  "  case when b.text like 'RETURN %' then substr(b.text, 8) end as \"return\",\n"                       \
  "  case when b.text like 'BEGIN ATOMIC%' then btrim(left(substr(b.text, 13), -3), E' \\n') end as atomic"

#define LPC_ROUTINE_BODY_13 ",\n  p.prosrc as body"

// Functions that belong to something else, such as a range type's constructors, depend on it internally.
#define LPC_ROUTINE_FROM                                                                                 \
  "\nfrom pg_proc p\n"                                                                                   \
  "join pg_namespace n on n.oid = p.pronamespace\n"                                                      \
  "join pg_language l on l.oid = p.prolang\n"                                                            \
  "left join pg_description d on d.objoid = p.oid and d.classoid = 'pg_proc'::regclass and d.objsubid = 0\n"  \
  LPC_EXTENSIONS_JOIN("pg_proc", "p.oid")

#define LPC_ROUTINE_SQLBODY_14 "left join lateral (select pg_get_function_sqlbody(p.oid) as text where p.prosqlbody is not null) b on true\n"

#define LPC_ROUTINE_WHERE                                                                                \
  "where {user_schema:n} and {not_member:pg_proc:p.oid}\n"                                               \
  "  and not exists (select from pg_depend i where i.classid = 'pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i')\n"
