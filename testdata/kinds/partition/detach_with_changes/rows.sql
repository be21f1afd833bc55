insert into s.u values (5); insert into s.p values (1, 'a', 5, 'x'), (2, 'c', 5, 'y');
