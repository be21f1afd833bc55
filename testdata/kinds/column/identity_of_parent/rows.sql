insert into s.parts select 1 + n % 2 from generate_series(1, 20) n;
insert into s.parent select generate_series(1, 5);
insert into s.child select generate_series(1, 5);
insert into s."Ta""ble; drop" select generate_series(1, 5);
insert into s.heir select generate_series(1, 5);
