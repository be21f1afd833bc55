insert into s.jobs values (1, 'busy'), (2, 'done');
insert into s.kinds values ('open');
insert into s.notes values ('open');
