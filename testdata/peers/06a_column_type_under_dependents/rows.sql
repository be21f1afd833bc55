insert into shop.users values (1);
insert into shop.t (id, a, note) values (1, 7, 'x');
