insert into shop.r values (1, 'a', 'a', 'a'), (1, 'b', 'b', 'b'), (2, 'a', 'a', 'a'), (3, 'c', 'c', 'c');
insert into shop.f values (1, 'a'), (3, 'c');
