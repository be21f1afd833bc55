insert into shop.log select n, 'v' || n from generate_series(0, 39) n;
insert into shop.uses values (3), (13), (23), (33);
