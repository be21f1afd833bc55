insert into shop.events values (1, 'a'), (2, 'b'), (11, 'b');
