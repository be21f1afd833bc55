select 'users' from shop.users having count(*) <> 1000 or count(distinct id) <> 1000 or min(id) <> 50 or sum(n) <> 25500 or sum("Größe ""x""") <> 500500;
select 'orders' from shop.orders having count(*) <> 1000 or sum(before) <> 499500 or count(distinct buyer) <> 1000;
select indexrelid::regclass || ' is invalid' from pg_index where not indisvalid or not indisready;
select conname || ' is not valid' from pg_constraint where not convalidated;
select 'what the plan made stays: ' || tgname from pg_trigger where tgname like '%lpc%';
select 'no statistics' from pg_class where relname = 'users' and not exists (select from pg_stats where tablename = 'users' and attname = 'id');
with one as (insert into shop.users (n, name, "Größe ""x""") values (2, 'new', 5000) returning id) select 'id ' || id from one where id <> 1050;
with one as (insert into shop.orders (buyer) values (50) returning id) select 'order ' || id from one where id <> 1001;
