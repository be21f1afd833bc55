select 'rows are lost' where (select array_agg(n || v order by n) from shop.log) is distinct from '{1a,11a,41d,61a,71x}'
union all select 'log_3' where (select array_agg(n) from shop.log_3) is distinct from '{21}';
