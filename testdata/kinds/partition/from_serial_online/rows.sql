insert into shop.counters (n) select n from generate_series(1, 10) n;
