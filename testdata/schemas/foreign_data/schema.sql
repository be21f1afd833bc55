-- CREATE FOREIGN DATA WRAPPER, SERVER, USER MAPPING, FOREIGN TABLE.
\ir ../roles.sql
create schema far;
create schema far_extension;
create extension postgres_fdw schema far_extension;
create function far.validator(text[], oid) returns void language plpgsql as 'begin end';
create foreign data wrapper nothing;
create foreign data wrapper own_wrapper handler far_extension.postgres_fdw_handler validator far.validator options (debug 'true', "Quoted key" 'it''s', empty '');
create foreign data wrapper explicit no handler no validator;
comment on foreign data wrapper own_wrapper is 'Own';
alter foreign data wrapper explicit owner to postgres;
grant usage on foreign data wrapper own_wrapper to lp_app with grant option;
create server plain foreign data wrapper own_wrapper;
create server every_option type 'my"type' version '1.0''x' foreign data wrapper own_wrapper options (host 'localhost', "dbname" 'x y', port '5432');
create server "Other server" foreign data wrapper postgres_fdw options (host 'h', fetch_size '100');
comment on server plain is 'Plain';
alter server plain owner to lp_owner;
grant usage on foreign server every_option to lp_reader;
create user mapping for public server plain;
create user mapping for lp_app server plain options ("user" 'u', note 'it''s');
create user mapping for "Lp ""Role; drop" server every_option options (x '');
create user mapping for current_user server every_option;
create foreign table far.plain (id integer) server plain;
create foreign table far.every_option (
  id integer options (column_name 'ID', "Quoted" 'it''s') not null, name text collate "C" default 'x', price numeric constraint positive check (price > 0) no inherit,
  doubled numeric generated always as (price * 2) stored, constraint named check (name <> '')
) server every_option options (schema_name 's', table_name 't''t');
alter foreign table far.every_option alter name set storage external, alter id set statistics 5, alter name set (n_distinct = 5);
comment on foreign table far.every_option is 'Far';
comment on column far.every_option.name is 'Name';
alter foreign table far.plain owner to lp_owner;
grant select, insert on far.every_option to lp_reader;
grant update (name) on far.every_option to lp_app;
create table far.parent (id integer, v text);
create foreign table far.child (extra integer) inherits (far.parent) server plain;
create table far.parts (id integer, v text default 'p') partition by list (id);
create foreign table far.part partition of far.parts (v default 'own') for values in (1) server plain options (a 'b');
create function far.noted() returns trigger language plpgsql as 'begin return new; end';
create trigger noted before insert on far.plain for each row execute function far.noted();
create view far.over as select * from far.every_option;
create statistics far.stats on id, name from far.every_option;
create domain far.positive as integer check (value > 0);
create foreign table far.of_domains (id far.positive not null, p far.positive default 5) server "Other server" options (schema_name 'public');
