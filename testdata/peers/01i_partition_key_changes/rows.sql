insert into shop.log select n, case when n % 2 = 0 then 'a' else 'b' end from generate_series(0, 19) n;
