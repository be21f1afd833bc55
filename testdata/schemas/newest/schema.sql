-- What came with 16, 17 and 18, a part for each: the pages of CREATE and ALTER commands in those manuals.
\ir ../roles.sql
\ir ../versions.sql
create schema newest;
set search_path = newest;
create table base (id integer primary key, name text, doc jsonb);

\if :from_16
create table stored (a text storage external, b jsonb storage main, c text storage plain, d text storage default);
create collation ruled (provider = icu, locale = 'und', rules = '&a < g');
create view json_values as select json_object('a': id, 'b': name absent on null) as a, json_array(id, name null on null) as b, json_arrayagg(name order by id) as c, doc is json object as d from base group by id, name, doc;
create view users_of_system as select any_value(name) as a, system_user as b from base;
create subscription of_16 connection 'host=nowhere' publication p with (connect = false, slot_name = none, password_required = false, run_as_owner = true, origin = none, streaming = on);
create function numbers() returns bigint language sql immutable return 0xFF + 0b101 + 1_000;
\endif

\if :from_17
create table identified (id bigint generated always as identity, at date, room int4range, exclude using gist (room with =, at_range with &&), at_range int4range) partition by list (room);
create table identified_1 partition of identified for values in ('[1,2)');
comment on sequence identified_id_seq is 'Of all partitions.';
grant usage on sequence identified_id_seq to public;
create access method own_heap type table handler heap_tableam_handler;
create table by_method (id integer) partition by range (id) using own_heap;
create table by_method_1 partition of by_method for values from (1) to (10);
create table by_method_2 partition of by_method for values from (10) to (20) using heap;
create function merged(x integer) returns setof integer language sql begin atomic
  merge into base b using (select x as id) s on b.id = s.id when matched then update set name = 'x' when not matched by source then do nothing when not matched then insert (id) values (s.id) returning b.id;
end;
create view tabled as select t.* from base, json_table(doc, '$.items[*]' columns (n for ordinality, a integer path '$.a' default 0 on empty, nested path '$.b[*]' columns (c text path '$'))) t;
create view queried as select json_value(doc, '$.a' returning integer null on error) as a, json_query(doc, '$.b' with wrapper) as b, json_exists(doc, '$.c') as c, json_scalar(id) as d from base;
create collation built_in (provider = builtin, locale = 'C.UTF-8');
create table collated (a text collate built_in);
create function on_login() returns event_trigger language plpgsql as 'begin end';
create event trigger at_login on login execute function on_login();
alter event trigger at_login disable;
create subscription of_17 connection 'host=nowhere' publication p with (connect = false, slot_name = none, failover = true);
grant maintain on base to lp_app;
create domain named as integer constraint never_null not null;
\endif

\if :from_18
create extension btree_gist;
create table virtual (a integer, b integer generated always as (a * 2) virtual, c integer generated always as (a * 3), d integer generated always as (a + 1) stored);
create table enforced (a integer primary key, b integer constraint said check (b > 0) not enforced, c integer references enforced not enforced);
create table rooms (id integer, at daterange, name text, primary key (id, at without overlaps), constraint named unique (name, at without overlaps));
create table bookings (id integer, at daterange, room integer, foreign key (room, period at) references rooms (id, period at));
create table split (id integer, at daterange, room integer, primary key (id, at without overlaps), foreign key (room, period at) references rooms (id, period at)) partition by list (id);
create table split_1 partition of split for values in (1);
create table split_2 partition of split for values in (2);
create table of_split (id integer, at daterange, foreign key (id, period at) references split (id, period at));
create table nullable (a integer constraint own_name not null, b integer not null no inherit, c integer, d integer);
alter table nullable add constraint later not null c not valid;
alter table nullable add not null d not valid;
create table heirs () inherits (nullable);
create table parted (id integer not null, b integer) partition by list (id);
create table parted_1 (id integer constraint parted_1_own not null, b integer);
alter table parted attach partition parted_1 for values in (1);
create table parted_2 partition of parted for values in (2);
alter table parted add constraint unproved foreign key (b) references base not valid;
create publication with_generated for table virtual, base with (publish_generated_columns = stored);
create subscription of_18 connection 'host=nowhere' publication p with (connect = false, slot_name = none, two_phase = true, streaming = off);
create function changed(x integer) returns setof text language sql begin atomic
  update base set name = 'x' where id = x returning old.name || new.name;
end;
\endif
