select 'log' where (select array_agg(n || v order by n) from shop.log) is distinct from '{1one,21twenty-one}'
union all select 'log_2' where (select array_agg(n || v) from shop.log_2) is distinct from '{11eleven}'
union all select indexrelid::regclass::text || ' is invalid' from pg_index where not indisvalid;
