insert into s.u values (1); insert into s.p (k, a, v) values (1, 1, 'a'), (7, 1, 'b'), (70, null, null); insert into s.r values (1), (7);
