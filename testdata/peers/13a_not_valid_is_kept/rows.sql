insert into s.t values (1, 99, -1);
