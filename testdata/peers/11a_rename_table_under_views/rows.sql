insert into s.users (name) values ('a'), ('b');
insert into s.notes values (1);
