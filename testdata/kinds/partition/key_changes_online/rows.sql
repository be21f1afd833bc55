insert into shop.log select n, date '2019-12-20' + n, n % 4 from generate_series(1, 30) n;
