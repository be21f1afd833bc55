insert into s.t values (1, (1, 'b'), 'w', null);
