insert into shop.log values (1, 'one'), (9, 'nine'), (15, 'fifteen');
