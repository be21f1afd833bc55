-- What the server has, for parts that not every supported version has: flags for psql's \if, and words that are empty where the option doesn't exist.
-- With the variable `as_version` (140000) only what that version has as well; with `newest` nothing that it has no longer, or that only some builds have.
\if :{?as_version}
\else
\set as_version 999999
\endif
\if :{?newest}
\else
\set newest 0
\endif
select v >= 140000 as from_14, v >= 150000 as from_15, greatest(v, :newest) < 160000 as until_15, v >= 160000 as from_16, v >= 170000 as from_17, v >= 180000 as from_18
from (select least(current_setting('server_version_num')::integer, :as_version) as v) s \gset
select case when :'from_14' then 'compression pglz' else '' end as pglz,
  case when :newest = 0 and exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then 'compression lz4' else '' end as lz4,
  case when :newest = 0 and exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then 'lz4' else 'pglz' end as lz4_else_pglz,
  case when :'from_15' then 'nulls not distinct' else '' end as one_null,
  case when :'from_15' then '(a)' else '' end as only_a, case when :'from_15' then '(b)' else '' end as only_b
\gset
