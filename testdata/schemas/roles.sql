-- Roles and a tablespace, which belong to the server. May be loaded more than once.
select 'create role ' || name || ' ' || options
from (values
  ('lp_owner', 'createrole createdb'),
  ('lp_app', 'login noinherit connection limit 5 valid until ''2099-01-01 00:00:00+00'''),
  ('lp_reader', ''),
  ('lp_writer', 'bypassrls'),
  ('lp_replica', 'login replication'),
  ('"Lp ""Role; drop"', 'login'),
  ('"select"', ''),
  ('"lp é 🦀"', '')) r(name, options)
where not exists (select from pg_roles where quote_ident(rolname) = name) \gexec
grant lp_reader to lp_app;
grant lp_reader to lp_writer with admin option;
grant lp_writer to "Lp ""Role; drop";
alter role lp_app set work_mem = '8MB';
alter role lp_app set search_path = app, "$user", public;
comment on role lp_reader is 'Reads; it''s "all" there is';
set allow_in_place_tablespaces = on;
select $$create tablespace lp_space owner lp_owner location '' with (seq_page_cost = 1.5, random_page_cost = 2)$$
where not exists (select from pg_tablespace where spcname = 'lp_space') \gexec
comment on tablespace lp_space is 'A place';
grant create on tablespace lp_space to lp_app with grant option;
reset allow_in_place_tablespaces;
