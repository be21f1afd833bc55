insert into s.t (e, v) values ('a', 'x'), ('b', 'y'); insert into s.r values (1);
