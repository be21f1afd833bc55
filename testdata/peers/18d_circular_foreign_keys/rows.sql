insert into s.kept values (1, null);
insert into s.kept_too values (1, 1);
update s.kept set other = 1;
