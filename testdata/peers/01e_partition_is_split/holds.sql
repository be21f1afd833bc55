select 'rows are lost' where (select count(*) || ' ' || sum(n) || ' ' || sum(twice) from shop."Log") is distinct from '25 300 600'
union all select 'rows are in the wrong partition' where (select string_agg(t || ' ' || count, ', ' order by t) from (select tableoid::regclass::text as t, count(*) from shop."Log" group by 1) s)
    is distinct from 'shop.log_2 5, shop.log_a 10, shop.log_b_rest 5, shop.log_b_x 5'
union all select indexrelid::regclass::text || ' is invalid' from pg_index where not indisvalid;
