with added as (insert into shop.log (n) values (21) returning "Id") select 'the numbers begin anew: ' || "Id" from added where "Id" <> 120
union all select 'rows are lost' where (select count(*) || ' ' || sum(n) || ' ' || max("Id") || ' ' || min(note) from shop.log) is distinct from '20 210 119 none';
