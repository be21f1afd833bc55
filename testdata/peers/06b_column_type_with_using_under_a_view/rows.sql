insert into shop.t values (1, '12.5');
