insert into s.t values (1, 1);
alter table s.t drop constraint positive;
insert into s.t values (2, -1);
alter table s.t add constraint positive check (n > 0) not valid;
