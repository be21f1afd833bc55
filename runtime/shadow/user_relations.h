// The condition under which a relation `c` in a schema `n` is of the database's users: not the server's or lpc's own, and no member of an extension, whose rows are that one's business.
#pragma once

#define LPC_OF_USERS                                                                                                                                        \
  " n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockplane', 'lockplane_trash')"                                                         \
  " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND m.objid = c.oid AND m.deptype = 'e') "
