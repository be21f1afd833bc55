select 'rows are lost' where (select count(*) || ' ' || sum(n) from shop.counters) is distinct from '10 55'
union all select 'the sequence begins anew' where nextval('shop.counters_id_seq') <> 11;
