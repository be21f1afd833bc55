select 'rows are lost' where (select count(*) || ' ' || sum(id) || ' ' || sum(own) || ' ' || sum(twice) || ' ' || max(v) from shop."Log") is distinct from '30 3435 1935 90 v9'
union all select 'rows are in the wrong partition' where (select count(*) from shop.log_old) <> 11 or (select count(*) from shop.log_new_1) <> 4
union all select 'the sequence begins anew' where nextval('shop.ids') <> 130;
