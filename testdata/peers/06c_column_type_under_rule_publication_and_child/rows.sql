insert into shop.t values (1, 7);
insert into shop.child values (2, 8, 'x');
