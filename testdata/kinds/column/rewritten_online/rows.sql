insert into shop.users (n, name, plain, "Größe ""x""") select n % 50 + 1, 'u' || n, -n, n from generate_series(1, 1000) n;
insert into shop.orders (buyer) select id from shop.users;
update shop.orders set before = id - 1 where id > 1;
