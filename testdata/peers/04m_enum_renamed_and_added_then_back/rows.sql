insert into s.jobs values (1, 'busy'), (2, 'open');
