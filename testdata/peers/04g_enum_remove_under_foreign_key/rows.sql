insert into s.kinds values ('open');
insert into s.notes values ('open');
