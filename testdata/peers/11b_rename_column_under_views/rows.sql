insert into s.users values (1, 'a@b');
insert into s.addresses values ('a@b');
insert into s.notes values ('a@b');
