insert into shop.owners values (1);
alter table shop."Log" disable trigger touched;
insert into shop."Log" (v, owner_id) select 'v' || n, case when n % 2 = 0 then 1 end from generate_series(1, 20) n;
alter table shop."Log" enable trigger touched;
insert into shop.notes values (3), (17);
