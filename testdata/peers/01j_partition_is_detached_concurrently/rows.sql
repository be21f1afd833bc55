insert into shop."Log" values (1, 'a'), (11, 'b'), (12, 'c'), (21, 'd');
