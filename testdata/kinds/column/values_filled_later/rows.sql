insert into shop.t select n, 'note ' || n from generate_series(1, 2000) n;
insert into shop.loud select generate_series(1, 3);
