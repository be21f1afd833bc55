-- Schemas with things that hide built-in ones.
\ir ../roles.sql
create schema shadow;
set search_path = shadow, pg_catalog;
create function shadow.lower(text) returns text language sql immutable as $$select 'shadow' || $1$$;
create function shadow.now() returns timestamptz language sql stable as 'select pg_catalog.now()';
create function shadow.length(text) returns integer language sql immutable as 'select 1';
create function shadow.count(integer) returns integer language sql immutable as 'select 1';
create domain shadow.text as pg_catalog.text;
create domain shadow.int4 as pg_catalog.int4;
create type shadow.uuid as enum ('a', 'b');
create type shadow.date as (d pg_catalog.date);
create domain shadow.timestamptz as pg_catalog.timestamptz;
create function shadow.equal(integer, integer) returns boolean language sql immutable as 'select true';
create operator shadow.= (function = shadow.equal, leftarg = integer, rightarg = integer);
create function shadow.concatenated(pg_catalog.text, pg_catalog.text) returns pg_catalog.text language sql immutable as 'select $1';
create operator shadow.|| (function = shadow.concatenated, leftarg = pg_catalog.text, rightarg = pg_catalog.text);
create table shadow.pg_class (id integer, relname name);
create table shadow.hidden (
  a shadow.text default 'x', b pg_catalog.text default shadow.lower('X'), c pg_catalog.text default pg_catalog.lower('X'), d shadow.int4, e pg_catalog.int4, f shadow.uuid, g pg_catalog.uuid, h shadow.date, i pg_catalog.date,
  j timestamp with time zone default shadow.now(), k shadow.timestamptz default pg_catalog.now(), check (e operator(shadow.=) 1), check (e operator(pg_catalog.=) 1), check (b operator(shadow.||) c <> 'x'), check (shadow.length(b) > 0)
);
create index on shadow.hidden (shadow.lower(b), pg_catalog.lower(c));
create view shadow.over as select shadow.lower(b), pg_catalog.lower(c) as low, relname from shadow.hidden, shadow.pg_class, pg_catalog.pg_namespace n where n.oid operator(pg_catalog.=) 1;
create collation shadow.own from pg_catalog."POSIX";
create table shadow.collated (a pg_catalog.text collate shadow.own, b pg_catalog.text collate pg_catalog."C");
create function shadow.takes(shadow.text, pg_catalog.text, shadow.date, pg_catalog.date[]) returns shadow.uuid language sql as $$select 'a'::shadow.uuid$$;
create text search configuration shadow.english (copy = pg_catalog.simple);
create index on shadow.hidden using gin (pg_catalog.to_tsvector('shadow.english'::regconfig, c));
create operator class shadow.int4_ops for type integer using btree as operator 1 <, operator 2 <=, operator 3 shadow.=, operator 4 >=, operator 5 >, function 1 btint4cmp(integer, integer);
create index on shadow.hidden (e shadow.int4_ops, e);
create table public.date (id integer, at pg_catalog.date);
create domain public.point as pg_catalog.point;
create table public.uses_shadow (a public.point, b pg_catalog.point, c public.date);
