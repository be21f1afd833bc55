-- CREATE FUNCTION, CREATE PROCEDURE, CREATE AGGREGATE.
\ir ../roles.sql
\ir ../versions.sql
create schema routines;
set search_path = routines;
create table things (id integer primary key, name text);
create function plain() returns integer language sql as 'select 1';
create function every_attribute(a integer, inout b text, out c numeric, variadic d integer[] default '{1}') returns record
  language plpgsql immutable strict leakproof security definer parallel safe cost 42.5 set search_path = routines, "$user", 'with space' set work_mem to '4MB' set datestyle from current set my.setting = 'it''s'
  as $body$begin b := $x$a 'b' \ $y$ $x$; c := a; /* nested /* comment */ */ -- 'open
end$body$;
create function returns_table(n integer = 5, m text default 'x' || 'y') returns table (id integer, "Name" text) language sql stable called on null input rows 10 parallel restricted as $$select n, m$$;
\if :from_14
create function returns_set() returns setof things language sql volatile rows 7 cost 3 begin atomic select id, name from things; end;
\endif
create function returns_setof_record() returns setof record language sql external security definer as $$select 1, 2$$;
create function returns_trigger() returns trigger language plpgsql as 'begin return new; end';
create function returns_event_trigger() returns event_trigger language plpgsql as 'begin end';
create function returns_void(things) returns void language sql as '';
\if :from_14
create function standard_return(a integer, b integer default 2) returns integer language sql immutable return a + b;
create function standard_block(x integer) returns setof integer language sql begin atomic insert into things values (x, 'a') on conflict do nothing; select id from things where id > x union all select standard_return(x); end;
\endif
create function in_c(internal) returns internal language c strict as '$libdir/plpgsql', 'plpgsql_call_handler';
create function internal(text) returns integer language internal immutable strict as 'textlen';
create function support(text, integer) returns boolean language sql immutable support pg_catalog.varchar_support as 'select true';
create function windowed(integer) returns bigint language internal window as 'window_row_number';
create function dollar() returns text language plpgsql as 'begin return $$a$$ || $_$b$_$ || $function$c$function$ || ''q'' || E''\\''; end';
create function non_ascii("ünï" text default '🦀 é') returns text language sql as $$select '日本語' || "ünï" -- é
$$;
create function over(a integer) returns text language sql as 'select 1::text';
create function over(a bigint) returns text language sql as 'select 2::text';
create function over(a integer, b integer) returns text language sql as 'select 3::text';
create function over(variadic a text[]) returns text language sql as 'select 4::text';
create function over(a numeric, b anyelement, c anyarray) returns anyelement language sql as 'select b';
create function over("char", character, char(5)) returns text language sql as 'select 5::text';
\if :from_14
create function compatible(anycompatible, anycompatiblearray, anyrange, anymultirange, anyenum, anynonarray) returns anycompatible language sql as 'select $1';
\endif
create function uses_later() returns text language sql as 'select routines.over(1)';
create function types_of(a things.id%type, b things, c things[]) returns things language sql as 'select b';
create function unnamed(integer, out integer, inout text) language sql as $$select 1, 'x'$$;
create function "Quoted ""name; drop"("A b" integer, "select" text = 'x') returns text language sql as 'select "select"';
\if :from_14
create function calls_quoted() returns text language sql return "Quoted ""name; drop"(1, 'y');
\endif
create function transforms_none(a integer default null, b timestamptz default now(), c text default current_user) returns integer language sql as 'select a';
comment on function plain() is 'Plain';
comment on function over(integer, integer) is $$it's "two"$$;
alter function plain() owner to lp_owner;
revoke all on function plain() from public;
grant execute on function plain() to lp_app with grant option;
grant execute on function over(integer), over(bigint) to lp_reader;
\if :from_14
create table uses_functions (id integer default standard_return(1), t text check (length(t) > plain()), g integer generated always as (standard_return(3, 4)) stored);
create index on uses_functions (standard_return(id));
\endif

create procedure no_arguments() language sql as '';
create procedure arguments(a integer, inout b text default 'x', variadic d text[] default '{}') language plpgsql security definer set search_path to '' as $$begin commit; b := 'y'; end$$;
\if :from_14
create procedure with_out(a integer, out b text, inout c integer) language plpgsql as $$begin b := a::text; end$$;
create procedure standard(x integer) language sql begin atomic insert into things values (x, null); delete from things where id = x; end;
comment on procedure standard(integer) is 'Standard';
alter procedure standard(integer) owner to lp_owner;
grant execute on procedure standard(integer) to lp_reader;
\endif
revoke all on procedure no_arguments() from public;

create function sum_state(numeric, integer) returns numeric language sql immutable as 'select coalesce($1, 0) + coalesce($2, 0)';
create function sum_inverse(numeric, integer) returns numeric language sql immutable as 'select $1 - coalesce($2, 0)';
create function sum_final(numeric) returns text language sql immutable as 'select $1::text';
create function sum_final_extra(numeric, integer) returns text language sql immutable as 'select $1::text';
create function sum_combine(numeric, numeric) returns numeric language sql immutable as 'select $1 + $2';
create aggregate simple(integer) (sfunc = sum_state, stype = numeric);
create aggregate full_one(integer) (sfunc = sum_state, stype = numeric, sspace = 100, finalfunc = sum_final, finalfunc_modify = read_write, combinefunc = sum_combine, initcond = '5',
  msfunc = sum_state, minvfunc = sum_inverse, mstype = numeric, msspace = 50, mfinalfunc = sum_final, mfinalfunc_modify = shareable, minitcond = '0', parallel = safe);
create aggregate extra(integer) (sfunc = sum_state, stype = numeric, finalfunc = sum_final_extra, finalfunc_extra, parallel = restricted);
create aggregate internal_one(integer) (sfunc = int4_avg_accum, stype = int8[], finalfunc = int8_avg, combinefunc = int4_avg_combine, initcond = '{0,0}');
create aggregate serial(numeric) (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg, combinefunc = numeric_avg_combine, serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize, parallel = safe);
create aggregate star(*) (sfunc = int8inc, stype = bigint, initcond = '0');
create function several_state(text, integer, text) returns text language sql immutable as 'select $1 || $2 || $3';
create aggregate several(a integer, b text) (sfunc = several_state, stype = text, initcond = 'it''s \ ');
create aggregate greatest_one(text) (sfunc = text_larger, stype = text, sortop = operator(pg_catalog.>));
\if :from_14
create aggregate polymorphic(anycompatible) (sfunc = array_append, stype = anycompatiblearray, initcond = '{}');
\endif
create function list_state(text, variadic text[]) returns text language sql immutable as 'select $1';
create aggregate variadic_one(variadic items text[]) (sfunc = list_state, stype = text);
create aggregate ordered(double precision order by double precision) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_cont_float8_final, finalfunc_modify = read_write);
create aggregate ordered_any(float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
create aggregate hypothetical(variadic "any" order by variadic "any") (sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);
comment on aggregate simple(integer) is 'Simple';
comment on aggregate ordered(double precision order by double precision) is 'Ordered';
comment on aggregate star(*) is 'Star';
alter aggregate simple(integer) owner to lp_owner;
grant execute on function full_one(integer) to lp_app;
create view uses_aggregates as select simple(id), star(*) from things;
