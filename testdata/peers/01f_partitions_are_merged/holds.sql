select 'log' where (select array_agg(n order by n) from shop.log) is distinct from '{1,2,3,4,5}' or (select count(*) from shop.log_all) <> 4
union all select 'hashed' where (select sum(n) from shop.hashed) is distinct from 210
union all select 'days' where (select count(*) from shop.days) <> 41 or (select count(*) from shop.january) <> 31;
