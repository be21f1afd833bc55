insert into s.a values (1, 'x', 'y');
insert into s.b values (1, 'of b');
