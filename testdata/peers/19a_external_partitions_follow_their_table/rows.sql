insert into shop.log (n, v) values (1, 'one'), (11, 'a'), (21, 'c');
