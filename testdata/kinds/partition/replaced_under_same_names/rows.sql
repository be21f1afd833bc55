insert into s.p values (1, 'a', 1, 1.5), (1, 'c', 5, 2.5), (2, 'c', 7, null);
