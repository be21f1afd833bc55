insert into shop.log select n, 'v' from generate_series(1,1000) n; insert into shop.uses values (3),(700);
