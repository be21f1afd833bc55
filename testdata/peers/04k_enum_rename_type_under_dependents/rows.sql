insert into s.jobs values (1, 'done', '{open}', 'open');
