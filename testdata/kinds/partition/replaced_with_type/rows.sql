insert into s.p values (1, 1.5, 'b', 's'), (2, 2.5, 'c', 'm'), (2, 3.5, null, null);
