insert into s.jobs values (1, 'open');
