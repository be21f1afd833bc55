insert into shop.log select n, 2 * n from generate_series(1, 10) n;
