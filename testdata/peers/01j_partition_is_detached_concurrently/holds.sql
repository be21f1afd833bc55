select 'rows are lost' where (select array_agg(n order by n) from (select n from shop."Log" union all select n from shop.log_1 union all select n from shop.log_2_a) all_of_them) is distinct from '{1,11,12}'
union all select conname || ' is left' from pg_constraint where contype = 'c' and conrelid <> 'shop.taken'::regclass and connamespace = 'shop'::regnamespace;
