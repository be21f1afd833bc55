insert into shop.log select n, (array['a','b',null,'z'])[1 + n % 4] from generate_series(1,100) n;
