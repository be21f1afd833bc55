insert into s.t (id, n) values (1, 'Ab'), (2, 'Cd');
