insert into shop.log values ('a', 1), ('it''s', 2), ('b', 3), (null, 4), ('c', 5);
insert into shop.hashed select generate_series(1, 20);
insert into shop.days select date '2024-01-01' + n from generate_series(0, 40) n;
