insert into shop.events values (1, 'a'), (11, 'b');
