insert into s.a values (1, 'first', 'second'), (2, null, null);
insert into s.b values (2, 'x'), (3, 'y');
