insert into shop.log values (1, 'a'), (11, 'a'), (21, 'c'), (71, 'x'), (61, 'a');
insert into shop.log_4 values (41, 'd');
