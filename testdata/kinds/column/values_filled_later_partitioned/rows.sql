insert into shop.log select '2026-01-01'::timestamptz + n * interval '1 day', n from generate_series(1, 600) n;
insert into shop.parent select generate_series(1, 10);
insert into shop.child select generate_series(1, 10);
