select 'rows are lost' where (select count(*) || ' ' || sum(id) from shop.log) is distinct from '10 55'
union all select 'the numbers begin anew' where nextval('shop.log_id_seq') <> 11 or nextval('shop.log_n_seq') <> 21;
