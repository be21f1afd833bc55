-- CREATE VIEW, MATERIALIZED VIEW, RULE.
\ir ../roles.sql
\ir ../versions.sql
create schema seen;
set search_path = seen;
create table base (id integer primary key, name text not null, amount numeric, at timestamptz default now(), doc jsonb, hidden boolean default false);
create view plain as select id, name from base;
create view renamed (number, "Its name", "select") as select id, name, amount from base;
\if :from_15
create view every_option with (security_barrier = true, security_invoker = true) as select * from base where not hidden;
\endif
create view checked as select * from base where amount > 0 with check option;
create view checked_local with (check_option = local, security_barrier = false) as select * from checked where id > 5;
create view barred with (security_barrier) as select id from base with local check option;
create recursive view counting (n, path) as values (1, array[1]) union all select n + 1, path || n from counting where n < 10;
create view with_default as select id, name, amount from base;
alter view with_default alter name set default 'from the view', alter amount set default 1.5;
create view grouped as select name, count(*) as number, sum(amount) filter (where amount > 0) as total, array_agg(distinct id order by id desc) as ids from base group by id, name having count(*) > 0;
create view by_key as select id, name, amount, upper(name) as big from base group by id;
create view windows as select id, row_number() over w, lag(name, 1, 'none') over (partition by hidden order by at desc nulls last rows between 2 preceding and current row exclude ties) as lagged from base window w as (order by id);
\if :from_14
create view queries as with recursive a as materialized (select 1 as x), b as not materialized (select x from a union select x + 1 from b where x < 5) search depth first by x set seq cycle x set is_cycle using way select x, is_cycle from b;
\endif
create view joins as select b.id, c.name, d.* from base b left join base c using (id) cross join lateral (select b.id + 1 as plus) d full join (values (1, 'x'), (2, 'y')) v(i, t) on v.i = b.id where exists (select from base where base.id = b.id);
create view samples as select * from base tablesample bernoulli (10) repeatable (5);
create view functions as select g, t.ordinality, x.* from generate_series(1, 3) g, unnest(array['a']) with ordinality t, rows from (json_to_recordset('[]') as (a integer, b text), generate_series(1, 2)) x;
create view sets as (select 1 as one union all select 2 intersect select 3) except (select 4 order by 1 limit 1) order by 1 offset 1 fetch first 2 rows with ties;
create view whole_rows as select b, b.*::text as t, (b.doc -> 'a' ->> 0) as c, (row(b.id, 'x'))::text as r from base b;
create view constants as select 'x'::varchar(3) as a, 1::numeric(5, 2) as b, null::text as c, interval '1 day' as d, date '2020-01-01' as e, '\x00'::bytea as f, e'\\ '' \n' as g, array[[1, 2], [3, 4]] as h, current_user as i, localtimestamp(3) as j, B'1' as k, 'ünï 🦀'::text collate "C" as l;
create view cases as select case when id > 1 then 'a' else 'b' end as a, case id when 1 then 2 end as b, coalesce(name, 'x') as c, nullif(id, 1) as d, greatest(1, id) as e, id between 1 and 5 as f, id in (1, 2) as g, id = any (array[1, 2]) as h, name like 'a%' as i, name similar to 'a' as j, name is distinct from 'a' as p, cast(id as text) as r, xmlelement(name foo, xmlattributes(id as "Id"), name) as s, grouping(id) as t from base group by rollup (id, name, at), cube (hidden) , grouping sets ((doc), ());
-- Until 13 these are plain function calls to the server.
\if :from_14
create view in_sql_syntax as select extract(year from at) as a, substring(name from 1 for 2) as b, trim(both 'x' from name) as c, overlay(name placing 'a' from 1) as d, position('a' in name) as e, at at time zone 'UTC' as f, name is normalized as g, collation for (name) as h, (at, at) overlaps (at, at) as i from base;
\endif
create view locked as select id from base for update of base skip locked;
create view on_view as select * from plain join renamed on number = id;
create view updating_all as select * from base;
create view no_columns as select;
create temp view gone as select 1;
comment on view plain is 'Plain';
comment on column plain.name is 'Name of it';
alter view plain owner to lp_owner;
grant select on base, plain to lp_owner;
grant usage on schema seen to lp_owner;
grant select on plain to lp_reader with grant option;
grant select (number), update ("Its name") on renamed to lp_app;
create function reads_view(plain) returns integer language sql as 'select $1.id';
create view uses_function as select reads_view(p) as r from plain p;

create materialized view stored as select id, name, amount from base;
create materialized view every_stored (a, "B b") using heap with (autovacuum_enabled = off, fillfactor = 50, toast.autovacuum_enabled = off) tablespace lp_space as select id, name from base with no data;
create materialized view on_stored as select s.id, p.name from stored s join plain p using (id);
create unique index stored_key on stored (id);
create index on stored (name desc) where amount > 0;
create index on stored (lower(name));
alter materialized view stored cluster on stored_key;
alter materialized view stored alter name set storage external, alter name set statistics 5, alter id set (n_distinct = 5);
\if :from_14
alter materialized view stored alter name set compression pglz;
\endif
create statistics stored_stats on id, name from stored;
comment on materialized view stored is 'Stored';
comment on column stored.name is 'Stored name';
comment on index stored_key is 'Key';
alter materialized view stored owner to lp_owner;
grant select on stored to lp_reader;

create table log (what text, id integer, at timestamptz default now());
create rule on_insert as on insert to updating_all do instead insert into base (id, name) values (new.id, new.name) returning base.*;
create rule on_update as on update to updating_all where old.id <> new.id do also insert into log values ('update', new.id);
create rule on_update_instead as on update to updating_all do instead update base set name = new.name, amount = new.amount where id = old.id returning *;
create rule on_delete as on delete to updating_all do instead (delete from base where id = old.id; insert into log values ('delete', old.id));
create rule nothing as on insert to base where new.id < 0 do instead nothing;
create rule also as on delete to base do also (insert into log (what) values ('it''s; "gone"'); notify gone);
create rule "Odd ""rule" as on update to base do also notify changed;
create rule always as on insert to log do also select 1;
create rule upsert as on insert to plain do instead insert into base (id, name) values (new.id, new.name) on conflict (id) do update set name = excluded.name where base.id > 0;
alter table base disable rule nothing;
alter table base enable always rule also;
alter table base enable replica rule "Odd ""rule";
comment on rule also on base is 'Also';
\if :until_15
create table becomes_view (id integer, name text);
create rule "_RETURN" as on select to becomes_view do instead select id, name from base;
\endif
create function instead() returns trigger language plpgsql as 'begin return new; end';
create trigger instead_insert instead of insert or update or delete on grouped for each row execute function instead();
create view with_merge_source as select id from base;
