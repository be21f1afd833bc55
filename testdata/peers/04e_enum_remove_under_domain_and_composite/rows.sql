insert into s.jobs values (1, 'busy', row('2024-01-01 00:00:00+00', 'done'), null);
