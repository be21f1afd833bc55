-- CREATE CAST, CONVERSION, TRANSFORM, LANGUAGE, ACCESS METHOD, EXTENSION.
\ir ../roles.sql
\ir ../versions.sql
select max(version) filter (where version < '1.9') as hstore from pg_available_extension_versions where name = 'hstore' \gset
create schema extending;
create schema ext;
create extension hstore schema ext version :'hstore';
create extension pg_trgm with schema ext;
create extension btree_gist schema ext;
create extension citext;
comment on extension hstore is 'Own comment';
create table extending.of_extensions (h ext.hstore, c citext, t text, i integer, exclude using gist (i with =));
create index on extending.of_extensions using gin (t ext.gin_trgm_ops);
create index on extending.of_extensions using gist (t ext.gist_trgm_ops (siglen = 32), h);
create function extending.tied() returns integer language sql as 'select 1';
alter function extending.tied() depends on extension citext;
create materialized view extending.tied_view as select 1 as one;
alter materialized view extending.tied_view depends on extension citext;
create function extending.trigger() returns trigger language plpgsql as 'begin return new; end';
create trigger tied before insert on extending.of_extensions for each row execute function extending.trigger();
alter trigger tied on extending.of_extensions depends on extension pg_trgm;
alter index extending.of_extensions_t_idx depends on extension pg_trgm;
grant select on table extending.of_extensions to lp_reader;
revoke execute on function ext.akeys(ext.hstore) from public;
grant execute on function ext.akeys(ext.hstore) to lp_app;

create type extending.pair as (a integer, b integer);
create type extending.colour as enum ('red');
create function extending.pair_to_int(extending.pair) returns integer language sql immutable as 'select $1.a';
create function extending.int_to_pair(integer, integer, boolean) returns extending.pair language sql immutable as 'select row($1, $2)::extending.pair';
create cast (extending.pair as integer) with function extending.pair_to_int(extending.pair) as assignment;
create cast (integer as extending.pair) with function extending.int_to_pair(integer, integer, boolean);
create cast (extending.colour as varchar) with inout as implicit;
create domain extending.number as integer;
create type extending.own_int;
create function extending.int_in(cstring) returns extending.own_int language internal immutable strict as 'int4in';
create function extending.int_out(extending.own_int) returns cstring language internal immutable strict as 'int4out';
create type extending.own_int (input = extending.int_in, output = extending.int_out, like = integer);
create cast (extending.own_int as integer) without function as implicit;
create cast (integer as extending.own_int) without function;
comment on cast (extending.pair as integer) is 'First of the pair';
create table extending.casts (p extending.pair);

create conversion extending.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create default conversion extending.utf for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
comment on conversion extending.latin is 'Latin';
alter conversion extending.latin owner to lp_owner;

create function extending.handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function extending.inline(internal) returns void language c strict as '$libdir/plpgsql', 'plpgsql_inline_handler';
create function extending.validator(oid) returns void language c strict as '$libdir/plpgsql', 'plpgsql_validator';
create trusted language own_pl handler extending.handler inline extending.inline validator extending.validator;
create language "Untrusted pl" handler extending.handler;
comment on language own_pl is 'Own';
alter language own_pl owner to lp_owner;
grant usage on language own_pl to lp_app with grant option;
revoke usage on language own_pl from public;
create function extending.in_own_pl() returns integer language own_pl as 'begin return 1; end';

create function extending.from_hstore(internal) returns internal language c immutable strict as '$libdir/plpgsql', 'plpgsql_validator';
create transform for extending.pair language own_pl (from sql with function extending.from_hstore(internal));
create function extending.to_type(internal) returns extending.colour language c immutable strict as '$libdir/plpgsql', 'plpgsql_validator';
create transform for extending.colour language plpgsql (from sql with function extending.from_hstore(internal), to sql with function extending.to_type(internal));
comment on transform for extending.colour language plpgsql is 'Transform';
create function extending.transformed(extending.colour) returns integer language plpgsql transform for type extending.colour as 'begin return 1; end';

create access method own_heap type table handler heap_tableam_handler;
create access method own_gist type index handler gisthandler;
comment on access method own_heap is 'Own heap';
create table extending.on_own_heap (id integer, b box) using own_heap;
create materialized view extending.view_on_own_heap using own_heap as select 1 as one;
create operator class extending.own_ops default for type box using own_gist as operator 3 && (box, box),
  function 1 gist_box_consistent(internal, box, smallint, oid, internal), function 2 gist_box_union(internal, internal), function 5 gist_box_penalty(internal, internal, internal), function 6 gist_box_picksplit(internal, internal), function 7 gist_box_same(box, box, internal);
create index on extending.on_own_heap using own_gist (b);
