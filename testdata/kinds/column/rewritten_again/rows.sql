-- What a plan has left that failed half-way.
insert into shop.t select n, n from generate_series(1, 100) n;
alter table shop.t add column n_lpc_new bigint;
create function shop.t_n_lpc_sync() returns trigger language plpgsql as 'begin new.n_lpc_new := new.n; return new; end';
create trigger "~n_lpc_sync" before insert or update on shop.t for each row execute function shop.t_n_lpc_sync();
alter table shop.t enable always trigger "~n_lpc_sync";
update shop.t set n = n where id < 50;
create index t_n_lpc_new on shop.t (n_lpc_new);
