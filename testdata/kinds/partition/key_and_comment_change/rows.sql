insert into shop.log values (1, 'g', 'v');
