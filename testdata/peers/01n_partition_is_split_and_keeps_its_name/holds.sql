select 'rows are lost' where (select count(*) || ' ' || sum(n) from shop.log) is distinct from '40 780'
union all select 'rows are in the wrong partition' where (select string_agg(t || ' ' || count, ', ' order by t) from (select tableoid::regclass::text as t, count(*) from shop.log group by 1) s)
    is distinct from 'shop.log_1 10, shop.log_1b_high 5, shop.log_1b_low 5, shop.log_3 20'
union all select indexrelid::regclass::text || ' is invalid' from pg_index where not indisvalid;
