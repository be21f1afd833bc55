insert into shop.events values (1, 'a');
insert into shop.events_2 values (11, 'b');
