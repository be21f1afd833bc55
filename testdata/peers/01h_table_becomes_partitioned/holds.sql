select 'rows are lost' where (select count(*) || ' ' || sum(n) || ' ' || sum(twice) || ' ' || count(owner_id) || ' ' || max(id) from shop."Log") is distinct from '20 210 420 10 119'
union all select 'rows are in the wrong partition' where (select count(*) from shop.log_1) <> 9
union all select 'notes are lost' where (select count(*) from shop.notes join shop."Log" using (n)) <> 2
union all select 'the sequence begins anew' where nextval('shop.numbers') <> 21;
