insert into s.log values (1, 'one');
