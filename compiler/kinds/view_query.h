// Parts of the queries that read views and materialized views. Macros, because the parts join to string literals when the program is compiled.
#pragma once

// pg_get_viewdef() puts a blank before the query and a semicolon behind it. What the query needs hangs on its rule (pg_rewrite), and the row type and
// its array type are the view as well.
#define LPC_VIEW_COLUMNS                                                                                                            \
  "select n.nspname as _schema, c.relname as _name,\n"                                                                              \
  "  'pg_class:' || c.oid || ' pg_rewrite:' || r.oid || ' pg_type:' || c.reltype || ' pg_type:' || coalesce(t.typarray, 0) as _aliases,\n" \
  "  pg_get_userbyid(c.relowner) as owner, c.relacl::text as _acl, pg_get_userbyid(c.relowner) as _acl_owner,\n"                    \
  "  d.description as comment, btrim(pg_get_viewdef(c.oid), E' \\n;') as query"

#define LPC_VIEW_FROM                                                                                                               \
  "\nfrom pg_class c\n"                                                                                                             \
  "join pg_namespace n on n.oid = c.relnamespace\n"                                                                                 \
  "join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'\n"                                                            \
  "left join pg_type t on t.oid = c.reltype\n"                                                                                      \
  "left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0\n"
