-- GRANT, REVOKE, ALTER DEFAULT PRIVILEGES, OWNER.
\ir ../roles.sql
\ir ../versions.sql
create schema granted authorization lp_owner;
create schema app;
grant usage on schema granted to lp_reader;
grant all on schema granted to lp_app with grant option;
grant usage on schema granted to public;
grant create on schema app to lp_writer;
revoke usage on schema public from public;
grant create on schema public to lp_app;
set search_path = granted;
create table a (id serial primary key, name text, secret text);
create table b (id integer generated always as identity, name text);
create table no_owner_privileges (id integer);
create table for_all (id integer);
alter table a owner to lp_owner;
grant select on a to public;
grant select, insert, update, delete, references, trigger on b to lp_app;
grant all on b to lp_writer;
grant select on b to lp_reader with grant option;
grant select (name), insert (id, name), update (name) on a to lp_reader;
grant references (secret), select (secret) on a to "lp é 🦀" with grant option;
grant all (name) on b to "select";
revoke all on no_owner_privileges from postgres;
revoke update, delete on for_all from postgres;
grant all privileges on for_all to lp_app, "select";
create sequence numbers;
grant usage on sequence numbers to lp_reader;
grant all on sequence numbers to lp_app with grant option;
grant select on sequence a_id_seq to lp_reader;
create view v as select * from a;
grant select on v to public;
create materialized view mv as select 1 as one;
grant select on mv to lp_reader;
create type t as enum ('a');
create domain d as integer;
revoke usage on type t from public;
grant usage on type t to lp_app;
grant usage on domain d to lp_reader with grant option;
create function f() returns integer language sql as 'select 1';
create procedure p() language sql as '';
create aggregate g(integer) (sfunc = int4pl, stype = integer);
revoke execute on function f() from public;
grant execute on function f() to lp_app with grant option;
revoke all on function f() from postgres;
revoke execute on procedure p() from public, postgres;
revoke execute on function g(integer) from public;
grant execute on function g(integer) to lp_reader;
\if :from_15
grant set on parameter work_mem to lp_app;
grant set, alter system on parameter log_min_messages to lp_owner with grant option;
\endif

alter default privileges grant select on tables to lp_reader;
alter default privileges for role lp_owner grant all on tables to lp_app with grant option;
alter default privileges for role lp_owner revoke all on tables from lp_owner;
alter default privileges for role lp_owner in schema granted grant insert, update on tables to lp_writer;
alter default privileges for role lp_owner in schema granted grant usage on sequences to public;
alter default privileges for role lp_owner grant select, usage on sequences to lp_reader;
alter default privileges for role lp_owner revoke execute on functions from public;
alter default privileges for role lp_owner in schema app grant execute on routines to lp_app;
alter default privileges for role lp_owner revoke usage on types from public;
alter default privileges for role lp_owner in schema app grant usage on types to lp_app with grant option;
alter default privileges for role lp_owner grant usage, create on schemas to lp_reader;
alter default privileges for role "Lp ""Role; drop" in schema app grant select on tables to "select", public;
