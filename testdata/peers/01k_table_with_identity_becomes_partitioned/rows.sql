insert into shop.log (n) select generate_series(1, 20);
