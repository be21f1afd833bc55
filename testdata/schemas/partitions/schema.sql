-- Partitions of every kind and depth.
\ir ../roles.sql
create schema parts;
set search_path = parts;
create table by_range (id integer not null, at date not null, v text default 'none', n numeric check (n > 0)) partition by range (at);
create table range_1 partition of by_range for values from ('2020-01-01') to ('2021-01-01');
create table range_2 partition of by_range (v default 'own' not null, n with options default 5, constraint more check (id > 5)) for values from ('2021-01-01') to ('2022-01-01') partition by list (v);
create table range_2_a partition of range_2 for values in ('a', 'b', null) with (fillfactor = 70);
create table range_2_d partition of range_2 default partition by hash (id);
create table range_2_d_0 partition of range_2_d for values with (modulus 2, remainder 0) tablespace lp_space;
create table range_2_d_1 partition of range_2_d for values with (modulus 2, remainder 1);
create table range_min partition of by_range for values from (minvalue) to ('2020-01-01');
create table range_max partition of by_range for values from ('2030-01-01') to (maxvalue);
create table range_default partition of by_range default;
create index on by_range (v);
create index named on by_range (n desc) include (v) where n is not null;
create table keyed (id integer, at date, primary key (id, at)) partition by range (at);
create table keyed_1 partition of keyed for values from ('2020-01-01') to ('2021-01-01');
create unique index unique_parts on keyed (at, id);
create index only_parent on only by_range (v, n);
create index only_child on range_1 (n);
comment on index range_1_v_idx is 'a child''s own comment';
alter index range_1_n_v_idx set (fillfactor = 55);
comment on table range_1 is 'First';
comment on column range_2.v is 'own';
alter table range_1 alter v set storage external, alter v set statistics 50;
alter table range_1 owner to lp_owner;
grant select on by_range to lp_reader;
grant insert (v), select on range_1 to lp_app;

create table multi (a integer, b text collate "C", c integer, d timestamptz) partition by range (a, (lower(b)) collate "POSIX" text_pattern_ops, c int4_ops);
create table multi_1 partition of multi for values from (1, 'a', minvalue) to (1, 'b', maxvalue);
create table multi_2 partition of multi for values from (2, minvalue, minvalue) to (3, 'x''y', 7);
create table by_expression (a integer, b text) partition by list ((a % 10));
create table by_expression_1 partition of by_expression for values in (1, 2);
create table by_expression_null partition of by_expression for values in (null);
create table by_hash (a integer, b text) partition by hash (a, b text_ops);
create table by_hash_0 partition of by_hash for values with (modulus 3, remainder 0);
create table by_hash_1 partition of by_hash for values with (modulus 6, remainder 1);
create table by_bool (a boolean) partition by list (a);
create table by_bool_t partition of by_bool for values in (true);
create table by_bool_f partition of by_bool for values in (false);
create table without_partitions (id integer) partition by range (id) ;
create unlogged table unlogged_part (a int);

-- attached: other column orders, own names
create table attached_parent (a integer not null, b text, c integer default 3, constraint attached_pk primary key (a), constraint positive check (a > 0), unique (a, b)) partition by range (a);
create table attached (c integer default 4, dropped text, b text, a integer not null, constraint own_pk primary key (a), constraint positive check (a > 0), constraint bounds check (a >= 0 and a < 100));
alter table attached drop dropped;
create unique index own_unique on attached (a, b);
alter table attached_parent attach partition attached for values from (0) to (100);
create table attached_index (b text, a integer not null, c integer, constraint positive check (a > 0));
alter table attached_parent attach partition attached_index for values from (100) to (200);
create index attached_b on only attached_parent (b);
create index attached_b_child on attached (b);
alter index attached_b attach partition attached_b_child;
create index attached_b_second on attached_index (b);
alter index attached_b attach partition attached_b_second;
comment on constraint own_pk on attached is 'own';
alter table attached replica identity using index own_pk;
alter table attached cluster on own_pk;

-- foreign keys from and to partitioned tables
create table refers (id integer primary key, a integer references attached_parent on delete cascade);
create table refers_parts (id integer, at date, a integer references attached_parent, foreign key (id, at) references keyed (id, at)) partition by list (id);
create table refers_parts_1 partition of refers_parts for values in (1);
create table refers_parts_2 (id integer, at date, a integer, constraint own_name foreign key (a) references attached_parent);
alter table refers_parts attach partition refers_parts_2 for values in (2);
create table refers_own partition of refers_parts (foreign key (a) references refers (id)) for values in (3);

-- triggers, policies and rules of partitions
create function noted() returns trigger language plpgsql as $$begin return new; end$$;
create trigger noted_all after insert or update on by_range for each row execute function noted();
create trigger noted_statement before insert on by_range for each statement execute function noted();
create trigger noted_own before update on range_1 for each row execute function noted();
create trigger noted_always after delete on by_range for each row execute function noted();
alter table by_range enable row level security;
create policy readers on by_range for select to lp_reader using (id > 0);
create policy of_one on range_1 using (v <> 'x');
create table with_statistics (a integer, b integer) partition by range (a);
create table with_statistics_1 partition of with_statistics for values from (1) to (2);
create statistics parted on a, b from with_statistics;
create view over_parts as select * from by_range union all select id, at, v, n from range_1;
create foreign data wrapper parts_fdw;
create server parts_server foreign data wrapper parts_fdw;
create table mixed (a integer, b text) partition by list (a);
create foreign table mixed_foreign partition of mixed for values in (1) server parts_server options (x '1');
create table mixed_local partition of mixed for values in (2);
