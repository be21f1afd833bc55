insert into s.u values (1), (2); insert into s.p values ('a', 1, 'x'), ('b', 2, 'y'); insert into s.r values (1, 'a');
