insert into s.t values (1, 1, 1), (2, 2, 1);
