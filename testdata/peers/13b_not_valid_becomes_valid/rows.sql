insert into s.owners values (1);
insert into s.t values (1, 1, 1);
