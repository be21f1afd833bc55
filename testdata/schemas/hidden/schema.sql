-- Built-in names that objects of users have as well, in public and in the own schema: each says whose it is.
create schema hidden;
create collation public."C" (locale='C.utf8');
create collation hidden."C" (locale='C.utf8');
create collation hidden."POSIX" (locale='C.utf8');
create type public.text as (a pg_catalog.int4);
create type public.int4 as enum ('x');
create type hidden.int8 as enum('y');
create domain hidden.bool as pg_catalog.bool;
create type hidden.varchar as (b pg_catalog.int4);
create type public."character varying" as enum('q');
create type hidden.integer_ as enum('q');
create type hidden."integer" as enum('q');
create domain public.numeric as pg_catalog.numeric(10,2);
create function public.lower(pg_catalog.text) returns pg_catalog.text language sql immutable as 'select $1';
create function hidden.upper(pg_catalog.text) returns pg_catalog.text language sql immutable as 'select $1';
create function public.eq(pg_catalog.int4, pg_catalog.int4) returns pg_catalog.bool language sql immutable as 'select $1 operator(pg_catalog.=) $2';
create function public.now() returns pg_catalog.timestamptz language sql stable as 'select pg_catalog.now()';
create operator public.= (function=public.eq, leftarg=pg_catalog.int4, rightarg=pg_catalog.int4, commutator=operator(public.=));
create operator hidden.+ (function=public.eq, leftarg=pg_catalog.int4, rightarg=pg_catalog.int4);
create operator class public.int4_ops for type pg_catalog.int4 using btree as operator 1 pg_catalog.<, operator 2 pg_catalog.<=, operator 3 pg_catalog.=, operator 4 pg_catalog.>=, operator 5 pg_catalog.>, function 1 pg_catalog.btint4cmp(pg_catalog.int4,pg_catalog.int4);
create operator class hidden.text_pattern_ops for type pg_catalog.text using btree as operator 1 pg_catalog.~<~, operator 2 pg_catalog.~<=~, operator 3 pg_catalog.=, operator 4 pg_catalog.~>=~, operator 5 pg_catalog.~>~, function 1 pg_catalog.bttext_pattern_cmp(pg_catalog.text,pg_catalog.text);
create table hidden.t (
  a pg_catalog.text collate pg_catalog."C", b pg_catalog.text collate hidden."C", b2 pg_catalog.text collate public."C",
  p pg_catalog.text collate pg_catalog."POSIX",
  c pg_catalog.int4, d public.int4, e pg_catalog.int8, f hidden.int8, g pg_catalog.bool, h hidden.bool, i pg_catalog.varchar(3), j hidden.varchar, j2 public."character varying",
  k public.text, l public.text[], m pg_catalog.text[], n hidden."integer", o pg_catalog.numeric(4,1), q public.numeric,
  ts pg_catalog.timestamptz default pg_catalog.now(), ts2 pg_catalog.timestamptz default public.now(),
  check (pg_catalog.lower(a) operator(pg_catalog.=) a), check (public.lower(a) operator(pg_catalog.=) a), check (c operator(public.=) c), check (c operator(pg_catalog.=) c)
);
create index i1 on hidden.t (c pg_catalog.int4_ops);
create index i2 on hidden.t (c public.int4_ops);
create index i3 on hidden.t (a pg_catalog.text_pattern_ops);
create index i4 on hidden.t (a hidden.text_pattern_ops);
create index i5 on hidden.t (a collate pg_catalog."C" pg_catalog.text_pattern_ops, b collate pg_catalog."C", b collate pg_catalog."POSIX");
create index i6 on hidden.t (pg_catalog.lower(a), public.lower(a), hidden.upper(a), pg_catalog.upper(a));
alter table hidden.t add constraint x1 exclude using btree (c with operator(pg_catalog.=));
alter table hidden.t add constraint x2 exclude using btree (c pg_catalog.int4_ops with operator(pg_catalog.=));
create table hidden.pg_class (a pg_catalog.int4 primary key);
create view hidden.v as select c operator(pg_catalog.+) c as x, c operator(hidden.+) c as y, a collate pg_catalog."C" as z, c::pg_catalog.text as w, e::pg_catalog.int8 u, pg_catalog.lower(a) r, public.lower(a) r2, (select pg_catalog.count(*) from pg_catalog.pg_class) cc, (select pg_catalog.count(*) from hidden.pg_class) c2 from hidden.t;
create domain hidden.dd as pg_catalog.text collate pg_catalog."C" default pg_catalog.lower('X') check (value operator(pg_catalog.<>) '');
create type hidden.rr as range (subtype=pg_catalog.int4, subtype_opclass=pg_catalog.int4_ops);
create type hidden.rr2 as range (subtype=pg_catalog.int4, subtype_opclass=public.int4_ops);
create type hidden.rt as range (subtype=pg_catalog.text, collation=pg_catalog."C");
create type hidden.cc as (a pg_catalog.text collate pg_catalog."C", b pg_catalog.int4, c public.int4);
create function hidden.f(a pg_catalog.int4, b public.int4, c pg_catalog.text default pg_catalog.lower('A')) returns pg_catalog.text language sql as 'select 1::pg_catalog.text';
create table hidden.parts (a pg_catalog.int4, b pg_catalog.text) partition by range (a pg_catalog.int4_ops, b collate pg_catalog."C" pg_catalog.text_pattern_ops);
create table hidden.parts2 (a pg_catalog.int4, b pg_catalog.text) partition by range (a public.int4_ops, b collate hidden."C" hidden.text_pattern_ops);
create aggregate hidden.count (pg_catalog.int4) (sfunc = pg_catalog.int4pl, stype=pg_catalog.int4, initcond='0');
create aggregate hidden.srt (pg_catalog.int4) (sfunc = pg_catalog.int4larger, stype=pg_catalog.int4, sortop = operator(pg_catalog.>));
create text search configuration hidden.simple (copy=pg_catalog.simple);
create text search dictionary public.simple (template=pg_catalog.simple);
create text search dictionary hidden.english_stem (template=pg_catalog.simple);
alter text search configuration hidden.simple alter mapping for asciiword with pg_catalog.simple, public.simple;
alter text search configuration hidden.simple alter mapping for word with hidden.english_stem, pg_catalog.english_stem;
create function public.suppress_redundant_updates_trigger() returns trigger language plpgsql as 'begin return new; end';
create trigger t1 before update on hidden.t for each row execute function pg_catalog.suppress_redundant_updates_trigger();
create trigger t2 before update on hidden.t for each row execute function public.suppress_redundant_updates_trigger();
create cast (public.int4 as hidden.cc) with inout;
create materialized view hidden.mv as select a collate pg_catalog."C" as a from hidden.t;
create index on hidden.mv (a collate pg_catalog."POSIX");
create policy pp on hidden.t using (c operator(pg_catalog.=) 1 and pg_catalog.lower(a) operator(pg_catalog.=) 'x');
create operator class hidden.own_ops for type pg_catalog.int4 using btree as operator 1 pg_catalog.<, operator 2 pg_catalog.<=, operator 3 public.=, operator 4 pg_catalog.>=, operator 5 pg_catalog.>, function 1 pg_catalog.btint4cmp(pg_catalog.int4,pg_catalog.int4);
create table hidden.ex (c pg_catalog.int4, constraint ex_x exclude using btree (c hidden.own_ops with operator(public.=)));
create operator hidden.|| (function=pg_catalog.textcat, leftarg=pg_catalog.text, rightarg=pg_catalog.text);
create operator hidden.< (function=pg_catalog.int4lt, leftarg=pg_catalog.int4, rightarg=pg_catalog.int4, commutator=operator(hidden.>), negator = operator(hidden.>=));
create operator hidden.<> (function=pg_catalog.int4ne, leftarg=pg_catalog.int4, rightarg=pg_catalog.int4, commutator=operator(hidden.<>), negator = operator(hidden.=));
create operator family hidden.integer_ops using btree;
create operator class hidden.fam_sys for type pg_catalog.money using btree family pg_catalog.integer_ops as operator 1 pg_catalog.<, operator 2 pg_catalog.<=, operator 3 pg_catalog.=, operator 4 pg_catalog.>=, operator 5 pg_catalog.>, function 1 pg_catalog.cash_cmp(pg_catalog.money,pg_catalog.money);
