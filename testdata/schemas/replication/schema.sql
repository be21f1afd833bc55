-- CREATE PUBLICATION, SUBSCRIPTION.
\ir ../roles.sql
\ir ../versions.sql
create schema sent;
create schema "Sent too";
create table sent.a (id integer primary key, b text, c integer);
create table sent.b (id integer primary key, "Odd ""column" text);
create table "Sent too".a (id integer primary key);
create table sent.parts (id integer primary key, v text) partition by range (id);
create table sent.parts_1 partition of sent.parts for values from (1) to (10);
create publication everything for all tables;
create publication nothing;
create publication several for table sent.a, only sent.b, "Sent too".a;
\if :from_15
create publication filtered for table sent.a (id, b) where (id > 5 and b <> 'it''s'), sent.b ("Odd ""column", id), sent.parts where (id < 5) with (publish_via_partition_root = true);
create publication schemas for tables in schema sent, "Sent too";
create publication mixed for tables in schema "Sent too", table sent.a where (c is null) with (publish = 'insert');
\endif
create publication only_some with (publish = 'insert, update, truncate');
create publication no_operations with (publish = '');
create publication "Odd ""publication; drop" for table sent.parts_1 with (publish = 'delete');
comment on publication several is 'Some';
alter publication several owner to postgres;
create subscription plain connection 'host=nowhere dbname=x' publication p with (connect = false);
\if :from_15
create subscription every_option connection 'host=nowhere options=''it\''s'' application_name=y' publication p, "Q ""q; drop" with (connect = false, slot_name = 'own_slot', binary = true, streaming = true, synchronous_commit = 'remote_apply', two_phase = true, disable_on_error = true);
\endif
create subscription without_slot connection 'dbname=x' publication p with (connect = false, slot_name = none);
comment on subscription plain is 'Plain';
