insert into shop.log values (1, 1, 'one'), (2, 11, 'eleven');
insert into shop.log_3 values (7, 21, 'twenty-one');
