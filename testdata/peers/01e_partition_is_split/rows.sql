alter table shop."Log" disable trigger touched;
insert into shop."Log" select n, case when n % 2 = 0 then 'x' else 'y' end from generate_series(0, 24) n;
alter table shop."Log" enable trigger touched;
