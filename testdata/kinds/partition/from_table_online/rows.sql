insert into shop.kinds values (1), (2);
insert into shop."Log" (at, kind, v) select date '2019-12-20' + n, 1 + n % 2, 'v' || n from generate_series(1, 30) n;
