select 'rows are lost' where (select count(*) || ' ' || sum(n) from shop.log) is distinct from '20 190'
union all select 'rows are in the wrong partition' where (select count(*) from shop.log_a) <> 10;
