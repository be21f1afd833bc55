// The part of the queries that index.cpp and constraint.cpp share: the elements of an index, from the catalogs' columns where they say it all. pg_get_indexdef()
// would say it too, but costs several times as much, and large schemas have thousands of indexes. Macros, because the parts join to string literals when the
// program is compiled.
#pragma once

// An operator class is left unsaid when it is the default of the column's type. That is plain to see for an exact match, a polymorphic class
// (2277 anyarray, 3500 anyenum, 3831 anyrange, 4537 anymultirange) and varchar under text_ops; for anything else, and for the collation of an
// expression, the server's own definition tells whether it says it. OFFSET 0 keeps what is used in several places from being planned, and run, for each.
// Aliases of the caller: i (pg_index). Gives: elements, include, statistics, _element_order. `operator_of_key` is the operator of an exclusion, or null.
#define LPC_SELECT_INDEX_KEYS(operator_of_key)                                                                                                     \
  "  select json_agg(\n"                                                                                                                           \
  "      case when a.attname is not null and opclass.said is null and coll.said is null and k.option = 0 and " operator_of_key " is null\n"        \
  "        then to_json(a.attname)\n"                                                                                                              \
  "        else json_strip_nulls(json_build_object('column', a.attname, 'expression', case when a.attname is null then e.stripped end,\n"          \
  "          'collation', coll.said, 'opclass', opclass.said, 'options', e.options,\n"                                                             \
  "          'order', case when k.option & 1 = 1 then 'desc' end,\n"                                                                               \
  "          'nulls', case k.option & 3 when 1 then 'last' when 2 then 'first' end, 'operator', " operator_of_key ")) end order by k.position)\n"  \
  "      filter (where k.position <= i.indnkeyatts) as elements,\n"                                                                                \
  "    json_agg(a.attname order by k.position) filter (where k.position > i.indnkeyatts) as include,\n"                                            \
  "    json_object_agg(k.position, k.attstattarget::text order by k.position) filter (where k.attstattarget >= 0) as statistics,\n"                  \
  "    json_object_agg(k.position, e.option_order order by k.position) filter (where e.option_order is not null) as _element_order\n"            \
  "  from (select ia.attname, ia.attnum::int8 as position, ia.attstattarget, ia.attoptions, ia.atttypid, i.indkey[ia.attnum - 1] as attnum,\n"       \
  "      i.indclass[ia.attnum - 1] as opclass, i.indcollation[ia.attnum - 1] as coll, i.indoption[ia.attnum - 1] as option\n"                        \
  "    from pg_attribute ia where ia.attrelid = i.indexrelid and ia.attnum > 0 offset 0) k\n"                                                        \
  "  left join lateral (select a.attname, a.atttypid, a.attcollation from pg_attribute a\n"                                                          \
  "    where a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum <> 0 offset 0) a on true\n"                                                \
  "  left join lateral (select oc.opcname, oc.opcnamespace, oc.opcdefault, oc.opcintype from pg_opclass oc where oc.oid = k.opclass offset 0) oc on true\n"\
  "  cross join lateral (select\n"                                                                                                                 \
  "      case when a.attname is null then pg_get_indexdef(i.indexrelid, k.position::int, false) else quote_ident(a.attname) end as text,\n"        \
  "      case when a.attname is null then pg_get_indexdef(i.indexrelid, k.position::int, false) end as stripped,\n"                                \
  "      case when k.coll is distinct from coalesce(a.attcollation, 0) then\n"                                                                     \
  "        (select format('%I.%I', cn.nspname, co.collname) from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace\n"              \
  "         where co.oid = k.coll) end as coll,\n"                                                                                                 \
  "      (select case when cn.nspname = 'pg_catalog' then quote_ident(oc.opcname) else format('%I.%I', cn.nspname, oc.opcname) end\n"              \
  "       from pg_namespace cn where cn.oid = oc.opcnamespace) as opclass,\n"                                                                      \
  "      case when k.attoptions is not null then\n"                                                                                                  \
  "        (select json_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)) from unnest(k.attoptions) o\n"                              \
  "         where o not like 'pg\\_attver=%') end as options,\n"                                                                                    \
  "      case when cardinality(k.attoptions) > 1 then (select json_agg(split_part(o, '=', 1)) from unnest(k.attoptions) o\n"                         \
  "         where o not like 'pg\\_attver=%') end as option_order offset 0) e\n"                                                                  \
  "  cross join lateral (select\n"                                                                                                                 \
  "      case when k.coll = 0 then null\n"                                                                                                         \
  "        when a.attname is not null then case when k.coll <> a.attcollation then e.coll end\n"                                                   \
  "        when strpos(pg_get_indexdef(i.indexrelid), e.text || ' COLLATE ' || replace(e.coll, 'pg_catalog.', '')) > 0 then e.coll end as said) coll\n" \
  "  cross join lateral (select\n"                                                                                                                 \
  "      case when not oc.opcdefault or e.options is not null then e.opclass\n"                                                                    \
  "        when oc.opcintype in (coalesce(a.atttypid, k.atttypid), 2277, 3500, 3831, 4537) or (oc.opcintype = 25 and a.atttypid = 1043) then null\n" \
  "        when strpos(pg_get_indexdef(i.indexrelid), e.text || coalesce(' COLLATE ' || replace(coll.said, 'pg_catalog.', ''), '') || ' ' || e.opclass) > 0\n" \
  "        then e.opclass end as said) opclass\n"

// The names of the keys of `index` (a pg_index row), as in the name that Postgres chooses for it, where the condition holds. As `keys`.
#define LPC_KEY_NAMES(index, condition)                                                                                                            \
  "cross join lateral (select (select string_agg(coalesce(a.attname, k.attname), '_' order by k.attnum) from pg_attribute k\n"                    \
  "  left join lateral (select a.attname from pg_attribute a\n"                                                                                   \
  "    where a.attrelid = " index ".indrelid and a.attnum = " index ".indkey[k.attnum - 1] and a.attnum <> 0 offset 0) a on true\n"               \
  "  where k.attrelid = " index ".indexrelid and k.attnum > 0 and " condition ") as names offset 0) keys\n"

// Where the relation is a user's own. Printing an expression locks the relation that it is over, which with others' temporary tables may mean to wait for them.
// (An IN would become a join, that may well come after the printing.)
#define LPC_IS_USERS_TABLE(relation)                                                                                                               \
  relation " = any (array(select t.oid from pg_class t join pg_namespace n on n.oid = t.relnamespace\n"                                           \
  "  where t.relkind in ('r', 'p', 'm', 'f') and {user_schema:n} and {not_member:pg_class:t.oid}))"

// Storage parameters of the relation `c` as a map.
#define LPC_INDEX_OPTIONS                                                                                                 \
  "case when c.reloptions is not null then\n"                                                                             \
  "    (select json_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)) from unnest(c.reloptions) o) end"

// The name makeObjectName() in src/backend/commands/indexcmds.c gives the index `c` of table `t`: what is longer is cut first. (Names with characters of
// several bytes that must be cut come out otherwise; then the name only counts as chosen by hand, which is harmless.)
#define LPC_CUT_NAME(longest, larger_half, smaller_half, label)                                                                                    \
  "left(t.relname, least(octet_length(t.relname), greatest(" larger_half ", " longest " - octet_length(keys.names)))) || '_'\n"                    \
  "    || left(keys.names, least(octet_length(keys.names), greatest(" smaller_half ", " longest " - octet_length(t.relname)))) || '_" label "'"
