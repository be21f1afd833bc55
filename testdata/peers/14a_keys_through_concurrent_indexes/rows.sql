insert into s.t values (1, 'a', 1, 1), (2, 'b', 2, 1);
