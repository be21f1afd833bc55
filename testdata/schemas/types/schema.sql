-- CREATE TYPE, CREATE DOMAIN, CREATE COLLATION.
\ir ../roles.sql
\ir ../versions.sql
create schema kinds_of_type;
set search_path = kinds_of_type;
create type mood as enum ('sad', 'ok', 'it''s "happy"', 'ünï 🦀', '');
create type no_values as enum ();
create type grown as enum ('b', 'd');
alter type grown add value 'a' before 'b';
alter type grown add value 'c' after 'b';
alter type mood rename value 'ok' to 'fine';
comment on type mood is 'A mood';
alter type mood owner to lp_owner;
grant usage on type mood to lp_app with grant option;
revoke usage on type grown from public;

create type empty as ();
create type pair as (a integer, "B c" text collate "C", moods mood[], n numeric(5, 2));
create type nested as (p pair, ps pair[], d date);
alter type pair drop attribute n, add attribute z varchar(10);
comment on type pair is 'A pair';
comment on column pair.a is 'its first';
create table of_pairs (id integer, p pair, ps pair[], m mood default 'fine', default_pair pair default row(1, 'x', '{}', 'z'));
-- uses the row type of a table
create function row_of(of_pairs) returns integer language sql immutable as 'select $1.id';
create table with_rows (one of_pairs, many of_pairs[]);

create domain positive as integer default 1 not null check (value > 0);
create domain email as text collate "C" constraint at_sign check (value ~ '@') constraint short check (length(value) < 100) check (value <> '');
create domain of_domain as positive constraint even check (value % 2 = 0);
create domain of_array as integer[] check (array_length(value, 1) > 1);
create domain of_pair as pair check ((value).a > 0);
create domain of_enum as mood default 'sad';
create domain plain as numeric(10, 2);
create domain nulls as varchar(10) null;
alter domain plain add constraint unproved check (value > 0) not valid;
comment on domain email is 'An address';
comment on constraint at_sign on domain email is 'has @';
alter domain email owner to lp_owner;
grant usage on domain email to lp_reader;
create table of_domains (a positive, b email default 'a@b', c of_domain[], d of_array, e of_pair, f of_enum, primary key (b));
create function checked(integer) returns boolean language sql immutable as 'select $1 > 5';
create domain with_function as integer check (kinds_of_type.checked(value));

create function canon_diff(double precision, double precision) returns double precision language sql immutable strict as 'select $1 - $2';
create type float_range as range (subtype = double precision, subtype_diff = canon_diff, subtype_opclass = pg_catalog.float8_ops);
create type text_range as range (subtype = text, collation = "C");
create type plain_range as range (subtype = numeric);
\if :from_14
create type pattern_range as range (subtype = text, subtype_opclass = text_pattern_ops, collation = "POSIX", multirange_type_name = "Pattern many");
create table of_multiranges (a "Pattern many", b float_multirange[]);
\endif
comment on type float_range is 'floats';
alter type float_range owner to lp_owner;
create table of_ranges (a float_range, c text_range[], exclude using gist (a with &&));

create type shell;
create type own_text;
create function own_in(cstring) returns own_text language internal immutable strict parallel safe as 'textin';
create function own_out(own_text) returns cstring language internal immutable strict parallel safe as 'textout';
create function own_recv(internal) returns own_text language internal stable strict parallel safe as 'textrecv';
create function own_send(own_text) returns bytea language internal stable strict parallel safe as 'textsend';
create type own_text (input = own_in, output = own_out, receive = own_recv, send = own_send, internallength = variable, alignment = int4, storage = extended, category = 'S', preferred = false, delimiter = ';', default = 'it''s', collatable = true);
create type own_int;
create function int_in(cstring) returns own_int language internal immutable strict as 'int4in';
create function int_out(own_int) returns cstring language internal immutable strict as 'int4out';
create type own_int (input = int_in, output = int_out, like = integer);
create type own_mod;
create function mod_in(cstring, oid, integer) returns own_mod language internal immutable strict as 'varcharin';
create function mod_out(own_mod) returns cstring language internal immutable strict as 'varcharout';
create function mod_in_mod(cstring[]) returns integer language internal immutable strict as 'varchartypmodin';
create function mod_out_mod(integer) returns cstring language internal immutable strict as 'varchartypmodout';
create type own_mod (input = mod_in, output = mod_out, typmod_in = mod_in_mod, typmod_out = mod_out_mod, category = 'U', analyze = pg_catalog.array_typanalyze);
create type own_pointed;
create function pointed_in(cstring) returns own_pointed language internal immutable strict as 'point_in';
create function pointed_out(own_pointed) returns cstring language internal immutable strict as 'point_out';
create type own_pointed (input = pointed_in, output = pointed_out, internallength = 16, alignment = double, storage = plain, element = float8, subscript = raw_array_subscript_handler);
comment on type own_text is 'own text';
alter type own_text owner to lp_owner;
create table of_base (a own_text, b own_int, c own_mod(10), d own_pointed, e own_text[]);

create collation plain_copy from "C";
create collation libc_one (provider = libc, locale = 'C');
create collation libc_two (lc_collate = 'C', lc_ctype = 'POSIX');
create collation icu_one (provider = icu, locale = 'de-u-co-phonebk');
create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create collation versioned (provider = icu, locale = 'en-US', version = '42');
comment on collation icu_one is 'Telefonbuch';
alter collation loose owner to lp_owner;
create table of_collations (a text collate loose, b text collate "icu_one");
create index on of_collations (b collate icu_one, a);
create domain of_collation as text collate loose;
