"""The DDL forms whose locks, rewrites and scans are predicted and measured: a statement each, on a fixture of its own.

`@x` in SQL is `<the form's schema>.x`, `@0` the schema's name.
"""
from dataclasses import dataclass

FIXTURES = {
    # A table with rows, a key, an index, and columns to be changed.
    "t": """create table @t (id int primary key, a int not null, b int, n int, c text, d varchar(10), e numeric(10,2), s timestamp, v varbit(4));
            create index t_a on @t (a);
            insert into @t select i, i, i, i, i, i, i, '2020-01-01', b'1' from generate_series(1, 3) i;""",
    # A partitioned table with a default partition; the partitions have rows.
    "p": """create table @p (id int not null, a int not null, b int, c text, primary key (id)) partition by range (id);
            create table @p1 partition of @p for values from (0) to (10);
            create table @pd partition of @p default;
            insert into @p select i, i, i, i from generate_series(1, 3) i; insert into @p values (100, 1, 1, '');""",
    # The same without a default partition.
    "q": """create table @q (id int not null, a int not null, b int, c text, primary key (id)) partition by range (id);
            create table @q1 partition of @q for values from (0) to (10);
            create table @q2 partition of @q for values from (10) to (20);
            insert into @q select i, i, i, i from generate_series(1, 3) i;""",
    # A table that could be a partition of either.
    "x": """create table @x (id int not null, a int not null, b int, c text, primary key (id)); insert into @x values (50, 1, 1, '');""",
    # A parent with a child that inherits, both with rows.
    "i": """create table @i (id int primary key, a int not null, b int, c text); create table @j () inherits (@i);
            insert into @i values (1, 1, 1, ''); insert into @j values (2, 2, 2, '');""",
    # A child and its parent, without and with a foreign key, one valid and one not.
    "f": """create table @u (id int primary key, a int); insert into @u values (1, 1), (2, 2);
            create table @o (id int primary key, u int, w int); insert into @o values (1, 1, 1);
            create table @g (id int primary key, u int constraint g_u references @u); insert into @g values (1, 1);
            create table @h (id int primary key, u int); insert into @h values (1, 1);
            alter table @h add constraint h_u foreign key (u) references @u not valid;""",
    "view": "create view @w as select id, a from @t;",
    "matview": "create materialized view @m as select id, a from @t; create unique index m_id on @m (id);",
    "trigger": """create function @tf() returns trigger language plpgsql as 'begin return new; end';
            create trigger tr before insert on @t for each row execute function @tf();""",
    "function": "create function @tf() returns trigger language plpgsql as 'begin return new; end';",
    "rule": "create rule ru as on insert to @t do also notify x;",
    "policy": "create policy po on @t using (true);",
    "check": "alter table @t add constraint ck check (b is not null); alter table @t add constraint nv check (n > 0) not valid;",
    "domain": """create domain @dm as int; create domain @dn as int check (value > 0); create domain @dv as int;
            create table @dt (id int primary key, x @dm, y @dv); insert into @dt values (1, 1, 1);
            alter domain @dv add constraint dv check (value > 0) not valid;""",
    "enum": "create type @en as enum ('a', 'b'); create table @et (id int primary key, x @en); insert into @et values (1, 'a');",
    "composite": "create type @co as (id int, a int); create table @ct of @co; insert into @ct values (1, 1);",
    "typed": "create type @ty as (id int, a int); create table @tt (id int, a int);",
    "of": "create type @ty as (id int, a int); create table @tt of @ty;",
    "unique": "create unique index t_b on @t (b); create unique index t_aid on @t (a, id);",
    "identity": "create table @k (id int generated always as identity, a int not null); insert into @k (a) values (1);",
    "stored": "create table @z (id int primary key, a int, g int generated always as (a * 2) stored); insert into @z values (1, 1);",
    "unlogged": "create unlogged table @y (id int primary key, a int); insert into @y values (1, 1);",
    "sequence": "create sequence @sq;",
    "serial": "create table @sr (id serial primary key, a int); insert into @sr (a) values (1);",
    "statistics": "create statistics @st on a, b from @t;",
    "publication": "create publication @0pub for table only @t;",
    "deferred": "alter table @o add constraint dfk foreign key (u) references @u deferrable;",
    "clustered": "alter table @t cluster on t_a;",
    "comment": "comment on table @t is 'x';",
    "schema": "create schema @0b;",
    "parent": "create table @pa (id int not null, a int not null); insert into @pa values (1, 1); create table @ch (id int not null, a int not null) inherits (@pa);",
    # A partitioned table to become or be an identity one, with a trigger, referred to.
    "pk": """create table @pk (id int not null, a int not null, primary key (id)) partition by range (id); create table @pk1 partition of @pk for values from (0) to (10);
            insert into @pk values (1, 1);""",
    "pidentity": """create table @py (id int not null, a int generated always as identity) partition by range (id);
            create table @py1 partition of @py for values from (0) to (10); insert into @py (id) values (1);""",
    "ptrigger": """create function @tf() returns trigger language plpgsql as 'begin return new; end';
            create trigger tr before insert on @q for each row execute function @tf();""",
    "foreign": "create foreign data wrapper @0w; create server @0s foreign data wrapper @0w; create foreign table @ft (id int, a int) server @0s;",
}


@dataclass
class Form:
    name: str                    # of the case; unique
    fixtures: str                # names, blank-separated
    sql: str
    first: int = 13              # majors
    last: int = 99
    transactional: bool = True
    extra: str = ""              # set-up of its own
    shadow: bool = True          # false: its set-up is a state that no statement makes, so that no shadow can have it
    schema: str = ""

    @property
    def empties(self):
        return self.sql.startswith("truncate")


FORMS = []


def form(name, fixtures, sql, **more):
    FORMS.append(Form(name, fixtures, sql, schema=f"f{len(FORMS):03}", **more))


# ALTER TABLE: columns
form("add column", "t", "alter table @t add column x int")
form("add column constant default", "t", "alter table @t add column x int default 3 not null")
form("add column now()", "t", "alter table @t add column x timestamptz default now()")
form("add column user immutable function", "t", "alter table @t add column x int default @imm()", extra="create function @imm() returns int immutable language sql as 'select 1';")
form("add column user volatile function", "t", "alter table @t add column x int default @vol()", extra="create function @vol() returns int language plpgsql as 'begin return 1; end';")
form("add column volatile default", "t", "alter table @t add column x double precision default random()")
form("add column uuid default", "t", "alter table @t add column x uuid default gen_random_uuid()")
form("add column clock_timestamp", "t", "alter table @t add column x timestamptz default clock_timestamp()")
form("add column serial", "t", "alter table @t add column x bigserial")
form("add column identity", "t", "alter table @t add column x int generated by default as identity")
form("add column stored", "t", "alter table @t add column x int generated always as (a * 2) stored")
form("add column virtual", "t", "alter table @t add column x int generated always as (a * 2) virtual", first=18)
form("add column virtual implied", "t", "alter table @t add column x int generated always as (a * 2)", first=18)
form("add column plain domain", "t domain", "alter table @t add column x @dm")
form("add column constrained domain", "t domain", "alter table @t add column x @dn")
form("add column constrained domain default", "t domain", "alter table @t add column x @dn default 3")
form("add column check", "t", "alter table @t add column x int check (x > 0)")
form("add column check default", "t", "alter table @t add column x int default 1 check (x > 0)")
BELOW = "create table @jj () inherits (@j); alter table @j add column x int; insert into @jj values (3, 3, 3, ''); update @j set x = 1;"
NULLABLE_BELOW = "create table @i (id int); create table @j (x int) inherits (@i); create table @jj () inherits (@j); insert into @jj values (3, 3);"
form("add column that children have", "i", "alter table @i add column x int", extra=BELOW)
form("add column that children have, with a default", "i", "alter table @i add column x int default 3 not null", extra=BELOW)
form("add column that children have, volatile default", "i", "alter table @i add column x int default random()::int", extra=BELOW)
form("add column that children have, not null", "", "alter table @i add column x int not null",
     extra=NULLABLE_BELOW)
form("add column that children have, serial", "", "alter table @i add column x serial",
     extra=NULLABLE_BELOW)
form("add column that children have, not null as well", "", "alter table @i add column x int not null",
     extra="create table @i (id int); create table @j (x int not null) inherits (@i); create table @jj () inherits (@j); insert into @jj values (3, 3);")
form("add column that children have, check", "i", "alter table @i add column x int check (x > 0)", extra=BELOW)
form("add column unique", "t", "alter table @t add column x int unique")
form("add column references", "t f", "alter table @t add column x int references @u")
form("add column references default", "t f", "alter table @t add column x int default 1 references @u")
form("add column not null no default", "t", "alter table @e add column x int not null", extra="create table @e (id int);")
form("add column if not exists", "t", "alter table @t add column if not exists x int")
form("add column twice", "t", "alter table @t add column x int, add column y int")
form("add column primary key", "t", "alter table @e add column x int primary key", extra="create table @e (id int);")
form("add column partitioned", "p", "alter table @p add column x int")
form("add column partitioned volatile", "p", "alter table @p add column x double precision default random()")
form("add column inherited", "i", "alter table @i add column x int")
form("drop column", "t", "alter table @t drop column c")
form("drop column indexed", "t", "alter table @t drop column a")
form("drop column key", "t", "alter table @t drop column id")
form("drop column referenced cascade", "f", "alter table @u drop column id cascade")
form("drop column foreign key", "f", "alter table @g drop column u")
form("drop column view cascade", "t view", "alter table @t drop column a cascade")
form("drop column serial", "serial", "alter table @sr drop column id")
form("drop column partitioned", "p", "alter table @p drop column c")
form("drop column only", "i", "alter table only @i drop column c")
form("drop column inherited", "i", "alter table @i drop column c")

# ALTER TABLE: types
form("type varchar widen", "t", "alter table @t alter column d type varchar(20)")
form("type varchar unbound", "t", "alter table @t alter column d type varchar")
form("type varchar to text", "t", "alter table @t alter column d type text")
form("type text to varchar", "t", "alter table @t alter column c type varchar")
form("type text to varchar(n)", "t", "alter table @t alter column c type varchar(20)")
form("type varchar shrink", "t", "alter table @t alter column d type varchar(5)")
form("type char", "t", "alter table @t alter column d type char(10)")
form("type char to text", "t", "alter table @e alter column x type text", extra="create table @e (x char(3)); insert into @e values ('a');")
form("type numeric wider", "t", "alter table @t alter column e type numeric(12,2)")
form("type numeric unbound", "t", "alter table @t alter column e type numeric")
form("type numeric scale", "t", "alter table @t alter column e type numeric(12,4)")
form("type varbit widen", "t", "alter table @t alter column v type varbit(8)")
form("type int to bigint", "t", "alter table @t alter column b type bigint")
form("type int to bigint indexed", "t", "alter table @t alter column a type bigint")
form("type int to bigint key referenced", "f", "alter table @u alter column id type bigint")
form("type int to bigint foreign key", "f", "alter table @g alter column u type bigint")
form("type varchar widen indexed", "t", "alter table @t alter column d type varchar(20)", extra="create index t_d on @t (d);")
form("type varchar to text indexed", "t", "alter table @t alter column d type text", extra="create index t_d on @t (d);")
form("type varchar to text expression index", "t", "alter table @t alter column d type text", extra="create index t_d on @t (lower(d));")
form("type varchar to text partial index", "t", "alter table @t alter column d type text", extra="create index t_d on @t (a) where d > 'x';")
form("type varchar widen check", "t", "alter table @t alter column d type varchar(20)", extra="alter table @t add check (length(d) < 9);")
form("type to plain domain", "t domain", "alter table @t alter column b type @dm")
form("type to constrained domain", "t domain", "alter table @t alter column b type @dn")
form("type from domain", "domain", "alter table @dt alter column x type int")
form("type timestamp to timestamptz in UTC", "t", "alter table @t alter column s type timestamptz")
form("type timestamp to timestamptz in UTC indexed", "t", "alter table @t alter column s type timestamptz", extra="create index t_s on @t (s);")
form("type timestamp precision up", "t", "alter table @e alter column x type timestamp(6)", extra="create table @e (x timestamp(3));")
form("type timestamp precision down", "t", "alter table @t alter column s type timestamp(0)")
form("type interval precision", "t", "alter table @e alter column x type interval(3)", extra="create table @e (x interval);")
form("type interval unbound", "t", "alter table @e alter column x type interval", extra="create table @e (x interval(3));")
form("type collation", "t", "alter table @t alter column c type text collate \"C\"")
form("type collation indexed", "t", "alter table @t alter column c type text collate \"C\"", extra="create index t_c on @t (c);")
form("type the same", "t", "alter table @t alter column c type text")
form("type the same indexed", "t", "alter table @t alter column a type int")
form("type with using", "t", "alter table @t alter column b type int using b + 1")
form("type with using itself", "t", "alter table @t alter column d type text using d::text")
form("type partitioned", "p", "alter table @p alter column b type bigint")
LIST = "create table @li (id int, d varchar(9)) partition by list (id); create table @li1 partition of @li for values in (1); "
form("type partitioned widen indexed", "", "alter table @li alter column d type varchar(20)", extra=LIST + "create index on @li (d); insert into @li values (1, 'a');")
form("type partitioned widen, key", "", "alter table @li alter column d type varchar(20)", extra="create table @li (id int, d varchar(9), unique (id, d)) partition by list (id); "
     "create table @li1 partition of @li for values in (1) partition by list (id); create table @li11 partition of @li1 for values in (1); insert into @li values (1, 'a');")
form("type partitioned widen, index of a partition", "", "alter table @li alter column d type varchar(20)", extra=LIST + "create index on @li1 (d); insert into @li values (1, 'a');")
form("type inherited", "i", "alter table @i alter column b type bigint")
form("type integer to oid", "t", "alter table @t alter column b type oid")
form("type oid to int", "t", "alter table @e alter column x type int", extra="create table @e (x oid);")
form("type cidr to inet", "t", "alter table @e alter column x type inet", extra="create table @e (x cidr);")
form("type array", "t", "alter table @e alter column x type text[]", extra="create table @e (x varchar(5)[]);")
form("type json to jsonb", "t", "alter table @e alter column x type jsonb", extra="create table @e (x json);")
form("type xml to text", "t", "alter table @e alter column x type text", extra="create table @e (x xml);")
form("type under view column of another", "t", "alter table @t alter column b type bigint", extra="create view @w as select a from @t;")

# ALTER TABLE: column properties
form("set default", "t", "alter table @t alter column b set default 3")
form("drop default", "t", "alter table @t alter column b drop default")
form("set default partitioned", "p", "alter table @p alter column b set default 1")
form("set default only", "p", "alter table only @p alter column b set default 1")
form("set not null", "t", "alter table @t alter column b set not null")
form("set not null with check", "t check", "alter table @t alter column b set not null")
form("set not null with check among and", "t", "alter table @t alter column b set not null", extra="alter table @t add check (b > 0 and b is not null);")
form("set not null with check not valid", "t", "alter table @t alter column b set not null", extra="alter table @t add check (b is not null) not valid;")
form("set not null with check on another", "t check", "alter table @t alter column n set not null")
form("set not null already", "t", "alter table @t alter column a set not null")
form("set not null partitioned", "p", "alter table @p alter column b set not null")
form("set not null inherited", "i", "alter table @i alter column b set not null")
form("drop not null", "t", "alter table @t alter column a drop not null")
form("drop not null partitioned", "p", "alter table @p alter column a drop not null")
form("add not null not valid", "t", "alter table @t add constraint nn not null b not valid", first=18)
form("add not null", "t", "alter table @t add constraint nn not null b", first=18)
form("add not null unnamed", "t", "alter table @t add not null b", first=18)
form("validate not null", "t", "alter table @t validate constraint nn", first=18, extra="alter table @t add constraint nn not null b not valid;")
form("set not null while not valid", "t", "alter table @t alter column b set not null", first=18, extra="alter table @t add constraint nn not null b not valid;")
form("not null no inherit to inherit", "t", "alter table @t alter constraint nn inherit", first=18, extra="alter table @t add constraint nn not null b no inherit;")
form("set expression", "stored", "alter table @z alter column g set expression as (a * 3)", first=17)
form("set expression virtual", "t", "alter table @z alter column g set expression as (a * 3)", first=18, extra="create table @z (a int, g int generated always as (a * 2) virtual);")
form("drop expression", "stored", "alter table @z alter column g drop expression")
form("add identity", "t", "alter table @t alter column a add generated always as identity")
form("set identity", "identity", "alter table @k alter column id set generated by default")
form("identity options", "identity", "alter table @k alter column id set increment by 2 restart with 10")
form("type of an identity column", "identity", "alter table @k alter column id type bigint")
form("drop identity", "identity", "alter table @k alter column id drop identity")
form("set statistics", "t", "alter table @t alter column a set statistics 200")
form("set statistics default", "t", "alter table @t alter column a set statistics default", first=17)
form("set statistics partitioned", "p", "alter table @p alter column a set statistics 200")
form("set attribute option", "t", "alter table @t alter column a set (n_distinct = 5)")
form("reset attribute option", "t", "alter table @t alter column a reset (n_distinct)")
form("set storage", "t", "alter table @t alter column c set storage external")
form("set storage default", "t", "alter table @t alter column c set storage default", first=16)
form("set storage partitioned", "p", "alter table @p alter column c set storage external")
form("set compression", "t", "alter table @t alter column c set compression pglz", first=14)
form("set compression partitioned", "p", "alter table @p alter column c set compression pglz", first=14)

# ALTER TABLE: constraints
form("add check", "t", "alter table @t add constraint ck check (a > 0)")
form("add check not valid", "t", "alter table @t add constraint ck check (a > 0) not valid")
form("add check not enforced", "t", "alter table @t add constraint ck check (a > 0) not enforced", first=18)
form("add check no inherit", "i", "alter table @i add constraint ck check (a > 0) no inherit")
form("add check partitioned", "p", "alter table @p add constraint ck check (a > 0)")
form("add check inherited", "i", "alter table @i add constraint ck check (a > 0)")
form("add check partitioned not valid", "p", "alter table @p add constraint ck check (a > 0) not valid")
form("validate check", "t check", "alter table @t validate constraint nv")
form("validate check valid already", "t check", "alter table @t validate constraint ck")
form("validate check partitioned", "p", "alter table @p validate constraint ck", extra="alter table @p add constraint ck check (a > 0) not valid;")
form("drop check", "t check", "alter table @t drop constraint ck")
form("drop check inherited", "i", "alter table @i drop constraint ck", extra="alter table @i add constraint ck check (a > 0);")
form("drop constraint if exists", "t", "alter table @t drop constraint if exists nothing")
form("add foreign key", "f", "alter table @o add constraint fk foreign key (u) references @u")
form("add foreign key not valid", "f", "alter table @o add constraint fk foreign key (u) references @u not valid")
form("add foreign key not enforced", "f", "alter table @o add constraint fk foreign key (u) references @u not enforced", first=18)
form("add foreign key to itself", "f", "alter table @o add constraint fk foreign key (w) references @o")
form("add foreign key partitioned", "p f", "alter table @p add constraint fk foreign key (b) references @u", extra="insert into @u values (3, 3);")
form("add foreign key partitioned not valid", "p f", "alter table @p add constraint fk foreign key (b) references @u not valid", first=18, extra="insert into @u values (3, 3);")
form("add foreign key to partitioned", "p f", "alter table @o add constraint fk foreign key (u) references @p")
form("validate foreign key", "f", "alter table @h validate constraint h_u")
form("validate foreign key to a partitioned table", "q", "alter table @fo validate constraint fk", extra="create table @fo (u int); insert into @fo values (1); "
     "alter table @fo add constraint fk foreign key (u) references @q not valid;")
form("validate foreign key valid already", "f", "alter table @g validate constraint g_u")
form("validate foreign key partitioned", "p f", "alter table @p validate constraint fk", first=18, extra="insert into @u values (3, 3); alter table @p add constraint fk foreign key (b) references @u not valid;")
form("drop foreign key", "f", "alter table @g drop constraint g_u")
form("drop foreign key partitioned", "p f", "alter table @p drop constraint fk", extra="insert into @u values (3, 3); alter table @p add constraint fk foreign key (b) references @u;")
form("drop foreign key to partitioned", "p f", "alter table @o drop constraint fk", extra="alter table @o add constraint fk foreign key (u) references @p;")
form("alter constraint", "f", "alter table @g alter constraint g_u deferrable initially deferred")
form("alter constraint not enforced", "f", "alter table @g alter constraint g_u not enforced", first=18)
form("alter constraint enforced", "f", "alter table @g alter constraint ne enforced", first=18, extra="alter table @g add constraint ne foreign key (u) references @u not enforced;")
form("add unique", "t", "alter table @t add constraint un unique (b)")
form("add unique deferrable", "t", "alter table @t add constraint un unique (b) deferrable")
form("add unique using index", "t unique", "alter table @t add constraint un unique using index t_b")
form("add unique partitioned", "p", "alter table @p add constraint un unique (id, a)")
form("add primary key", "t", "alter table @e add primary key (x)", extra="create table @e (x int not null); insert into @e values (1);")
form("add primary key nullable", "t", "alter table @e add primary key (x)", extra="create table @e (x int); insert into @e values (1);")
form("add primary key using index", "t", "alter table @e add constraint pk primary key using index e_x", extra="create table @e (x int not null); create unique index e_x on @e (x); insert into @e values (1);")
form("add primary key using index nullable", "t", "alter table @e add constraint pk primary key using index e_x", extra="create table @e (x int); create unique index e_x on @e (x); insert into @e values (1);")
form("add exclude", "t", "alter table @t add constraint ex exclude using btree (b with =)")
form("drop unique", "t", "alter table @t drop constraint un", extra="alter table @t add constraint un unique (b);")
form("drop primary key", "t", "alter table @t drop constraint t_pkey")
form("drop primary key referenced cascade", "f", "alter table @u drop constraint u_pkey cascade")
form("rename constraint", "t check", "alter table @t rename constraint ck to cl")
form("rename primary key", "t", "alter table @t rename constraint t_pkey to t_key")
form("rename foreign key", "f", "alter table @g rename constraint g_u to g_v")
form("add check that it has from above", "i", "alter table @j add constraint ck check (a > 0)", extra="create table @jj () inherits (@j); alter table @i add constraint ck check (a > 0);")
form("rename check no inherit", "i", "alter table @i rename constraint ck to cl", extra="alter table @i add constraint ck check (a > 0) no inherit;")
form("rename check inherited", "i", "alter table @i rename constraint ck to cl", extra="alter table @i add constraint ck check (a > 0);")

# ALTER TABLE: the table
form("rename table", "t", "alter table @t rename to t9")
form("rename column", "t", "alter table @t rename column c to c9")
form("rename column partitioned", "p", "alter table @p rename column c to c9")
form("rename column inherited", "i", "alter table @i rename c to c9")
form("set schema", "t schema", "alter table @t set schema @0b")
form("set schema serial", "serial schema", "alter table @sr set schema @0b")
form("owner to", "t", "alter table @t owner to postgres")
form("owner to another", "t", "alter table @t owner to pg_monitor")
form("owner to serial", "serial", "alter table @sr owner to pg_monitor")
form("cluster on", "t", "alter table @t cluster on t_a")
form("set without cluster", "t clustered", "alter table @t set without cluster")
form("set without oids", "t", "alter table @t set without oids")
form("set access method same", "t", "alter table @t set access method heap", first=15)
form("set access method partitioned", "p", "alter table @p set access method heap", first=17)
form("set tablespace", "t", "alter table @t set tablespace lpc_forms")
form("set tablespace same", "t", "alter table @t set tablespace pg_default")
form("set unlogged", "t", "alter table @t set unlogged")
form("set logged", "unlogged", "alter table @y set logged")
form("set logged already", "t", "alter table @t set logged")
form("set fillfactor", "t", "alter table @t set (fillfactor = 70)")
form("set autovacuum", "t", "alter table @t set (autovacuum_enabled = false)")
form("set toast autovacuum", "t", "alter table @t set (toast.autovacuum_enabled = false)")
form("set parallel_workers", "t", "alter table @t set (parallel_workers = 2)")
form("set user_catalog_table", "t", "alter table @t set (user_catalog_table = true)")
form("set toast_tuple_target", "t", "alter table @t set (toast_tuple_target = 1024)")
form("set vacuum_truncate", "t", "alter table @t set (vacuum_truncate = false)")
form("set log_autovacuum_min_duration", "t", "alter table @t set (log_autovacuum_min_duration = 1)")
form("set vacuum_index_cleanup", "t", "alter table @t set (vacuum_index_cleanup = off)")
form("reset fillfactor", "t", "alter table @t reset (fillfactor)")
form("inherit", "parent", "alter table @cx inherit @pa", extra="create table @cx (id int not null, a int not null);")
form("no inherit", "parent", "alter table @ch no inherit @pa")
form("of type", "typed", "alter table @tt of @ty")
form("not of", "of", "alter table @tt not of")
form("replica identity full", "t", "alter table @t replica identity full")
form("replica identity nothing", "t", "alter table @t replica identity nothing")
form("replica identity default", "t", "alter table @t replica identity default")
form("replica identity using index", "t unique", "alter table @t replica identity using index t_aid")
form("disable trigger", "t trigger", "alter table @t disable trigger tr")
form("enable trigger", "t trigger", "alter table @t enable trigger tr", extra="alter table @t disable trigger tr;")
form("enable replica trigger", "t trigger", "alter table @t enable replica trigger tr")
form("enable always trigger", "t trigger", "alter table @t enable always trigger tr")
form("disable trigger all", "f", "alter table @u disable trigger all")
form("disable trigger user", "t trigger", "alter table @t disable trigger user")
form("disable trigger partitioned", "p", "alter table @p disable trigger user")
form("disable rule", "t rule", "alter table @t disable rule ru")
form("enable rule", "t rule", "alter table @t enable rule ru", extra="alter table @t disable rule ru;")
form("enable replica rule", "t rule", "alter table @t enable replica rule ru")
form("enable always rule", "t rule", "alter table @t enable always rule ru")
form("enable row level security", "t", "alter table @t enable row level security")
form("disable row level security", "t", "alter table @t disable row level security")
form("force row level security", "t", "alter table @t force row level security")
form("no force row level security", "t", "alter table @t no force row level security")

# Partitions
form("attach partition", "q x", "alter table @q attach partition @x for values from (50) to (60)")
form("attach partition with default", "p x", "alter table @p attach partition @x for values from (50) to (60)")
form("attach partition with check", "q x", "alter table @q attach partition @x for values from (50) to (60)", extra="alter table @x add check (id >= 50 and id < 60);")
form("attach partition with check and default's", "p x", "alter table @p attach partition @x for values from (50) to (60)", extra="alter table @x add check (id >= 50 and id < 60); "
     "alter table @pd add check (id < 50 or id >= 60);")
form("attach default partition", "q x", "alter table @q attach partition @x default")
form("attach partition foreign key", "q f x", "alter table @q attach partition @x for values from (50) to (60)", extra="insert into @u values (3, 3); alter table @q add constraint fk foreign key (b) references @u;")
form("attach partition with the foreign key", "q f x", "alter table @q attach partition @x for values from (50) to (60)", extra="insert into @u values (3, 3); "
     "alter table @q add constraint fk foreign key (b) references @u; alter table @x add constraint xk foreign key (b) references @u;")
form("attach partition with a foreign key of another column", "q f x", "alter table @q attach partition @x for values from (50) to (60)", extra="insert into @u values (3, 3); "
     "alter table @q add constraint fk foreign key (b) references @u; alter table @x add constraint xk foreign key (a) references @u;")
form("attach partition with a foreign key that isn't valid", "q f x", "alter table @q attach partition @x for values from (50) to (60)", extra="insert into @u values (3, 3); "
     "alter table @q add constraint fk foreign key (b) references @u; alter table @x add constraint xk foreign key (b) references @u not valid;")
form("attach partition with another foreign key", "q f x", "alter table @q attach partition @x for values from (50) to (60)", extra="insert into @u values (3, 3); "
     "alter table @q add constraint fk foreign key (b) references @u; alter table @x add constraint xk foreign key (a) references @o;")
SUB = ("create table @sub partition of @q for values from (50) to (80) partition by range (id); create table @sub1 partition of @sub for values from (70) to (80); insert into @u values (3, 3); "
       "alter table @q add constraint fk foreign key (b) references @u;")
SUB_USED = SUB + " alter table @o add constraint ok foreign key (u) references @q;"
form("attach partition of a partition", "q f x", "alter table @sub attach partition @x for values from (50) to (60)", extra=SUB_USED)
form("detach partition of a partition", "q f", "alter table @sub detach partition @sub1", extra=SUB_USED)
form("drop partition of a partition", "q f", "drop table @sub1", extra=SUB)
form("create partition of a partition", "q f", "create table @subn partition of @sub for values from (50) to (60)", extra=SUB_USED)
form("attach partitioned partition", "q", "alter table @q attach partition @qq for values from (50) to (60)", extra="create table @qq (id int not null, a int not null, b int, c text, primary key (id)) partition by range (id); "
     "create table @qq1 partition of @qq for values from (50) to (55); insert into @qq values (51, 1, 1, '');")
form("attach partition with index", "q x", "alter table @q attach partition @x for values from (50) to (60)", extra="create index q_a on @q (a);")
form("detach partition", "q", "alter table @q detach partition @q2")
form("detach partition with indexes", "q x", "alter table @q detach partition @q2", extra="create index q_a on @q (a); create index q2_b on @q2 (b); alter table @q2 add unique (c);")
form("detach partition with default", "p", "alter table @p detach partition @p1")
form("detach partition foreign key", "q f", "alter table @q detach partition @q2", extra="insert into @u values (3, 3); alter table @q add constraint fk foreign key (b) references @u;")
form("detach partition referenced", "q f", "alter table @q detach partition @q2", extra="alter table @o add constraint fk foreign key (u) references @q;")
form("detach partition concurrently", "q", "alter table @q detach partition @q2 concurrently", first=14, transactional=False)
form("create partition of", "q", "create table @q5 partition of @q for values from (50) to (60)")
form("create partition of with default", "p", "create table @p5 partition of @p for values from (50) to (60)")
form("create default partition", "q", "create table @q5 partition of @q default")
form("create partition of with foreign key", "q f", "create table @q5 partition of @q for values from (50) to (60)", extra="insert into @u values (3, 3); alter table @q add constraint fk foreign key (b) references @u;")
form("create partition of referenced", "q f", "create table @q5 partition of @q for values from (50) to (60)", extra="alter table @o add constraint fk foreign key (u) references @q;")
form("drop partition", "q", "drop table @q2")
form("drop partition with default", "p", "drop table @p1")
form("drop partitioned table", "p", "drop table @p")

# Tables
form("create table", "t", "create table @n (id int primary key)")
form("create table references", "f", "create table @n (id int primary key, u int references @u)")
form("create table references partitioned", "p", "create table @n (id int primary key, u int references @p)")
form("create table like", "t", "create table @n (like @t including all)")
form("create table inherits", "i", "create table @n () inherits (@i)")
form("create table as", "t", "create table @n as select * from @t")
form("drop table", "t", "drop table @t")
form("drop table foreign key", "f", "drop table @g")
form("drop table referenced cascade", "f", "drop table @u cascade")
form("drop table with view cascade", "t view", "drop table @t cascade")
form("drop table serial", "serial", "drop table @sr")
form("drop table inherited cascade", "i", "drop table @i cascade")
form("truncate", "t", "truncate @t")
form("truncate cascade", "f", "truncate @u cascade")
form("truncate only", "i", "truncate only @i")
form("truncate partitioned", "p", "truncate @p")
form("truncate restart identity", "serial", "truncate @sr restart identity")
form("lock table", "t", "lock table @t in share mode")
form("cluster", "t", "cluster @t using t_a")
form("vacuum full", "t", "vacuum full @t", transactional=False)
form("vacuum", "t", "vacuum @t", transactional=False)
form("analyze", "t", "analyze @t")
form("comment on table", "t", "comment on table @t is 'y'")
form("comment on column", "t", "comment on column @t.a is 'y'")
form("comment on constraint", "t check", "comment on constraint ck on @t is 'y'")
form("comment on index", "t", "comment on index @t_a is 'y'")
form("grant", "t", "grant select on @t to public")
form("revoke", "t", "revoke all on @t from public")
form("drop schema cascade", "t schema", "drop schema @0b cascade", extra="create table @0b.t (id int primary key);")
form("alter schema rename", "t schema", "alter schema @0b rename to @0c", extra="create table @0b.t (id int primary key);")

# Indexes
form("create index", "t", "create index ix on @t (b)")
form("create unique index", "t", "create unique index ix on @t (b)")
form("create index concurrently", "t", "create index concurrently ix on @t (b)", transactional=False)
form("create index partitioned", "p", "create index ix on @p (a)")
form("create index only partitioned", "p", "create index ix on only @p (a)")
form("create index matview", "t matview", "create index ix on @m (a)")
form("drop index", "t", "drop index @t_a")
form("create index concurrently, materialized view", "t matview", "create index concurrently m_a on @m (a)", transactional=False)
form("drop index concurrently, materialized view", "t matview", "drop index concurrently @m_id", transactional=False)
form("drop index concurrently", "t", "drop index concurrently @t_a", transactional=False)
form("drop index partitioned", "p", "drop index @ix", extra="create index ix on @p (a);")
form("reindex index", "t", "reindex index @t_a")
form("reindex table", "t", "reindex table @t")
form("reindex table concurrently", "t", "reindex table concurrently @t", transactional=False)
form("reindex index concurrently", "t", "reindex index concurrently @t_a", transactional=False)
form("attach index", "p", "alter index @ix attach partition @p1x", extra="create index ix on only @p (a); create index p1x on @p1 (a);")
form("rename index", "t", "alter index @t_a rename to t_a9")
form("rename index by table", "t", "alter table @t_a rename to t_a9")
form("set index fillfactor", "t", "alter index @t_a set (fillfactor = 70)")
form("reset index fillfactor", "t", "alter index @t_a reset (fillfactor)")
form("set index statistics", "t", "alter index @t_e alter column 1 set statistics 100", extra="create index t_e on @t ((a + 1));")
form("set index tablespace", "t", "alter index @t_a set tablespace lpc_forms")
form("create statistics", "t", "create statistics @st on a, b from @t")
form("drop statistics", "t statistics", "drop statistics @st")
form("alter statistics", "t statistics", "alter statistics @st set statistics 100")

# What stands on tables
form("create trigger", "t function", "create trigger tr2 before insert on @t for each row execute function @tf()")
form("create trigger partitioned", "p function", "create trigger tr2 before insert on @p for each row execute function @tf()")
form("create constraint trigger", "f function", "create constraint trigger tr2 after insert on @o from @u for each row execute function @tf()")
form("create or replace trigger", "t trigger", "create or replace trigger tr after insert on @t for each row execute function @tf()", first=14)
form("drop trigger", "t trigger", "drop trigger tr on @t")
form("drop trigger partitioned", "p function", "drop trigger tr2 on @p", extra="create trigger tr2 before insert on @p for each row execute function @tf();")
form("rename trigger", "t trigger", "alter trigger tr on @t rename to tr9")
form("create rule", "t", "create rule ru as on insert to @t do also notify x")
form("drop rule", "t rule", "drop rule ru on @t")
form("rename rule", "t rule", "alter rule ru on @t rename to ru9")
form("create policy", "t", "create policy po on @t using (true)")
form("alter policy", "t policy", "alter policy po on @t using (false)")
form("rename policy", "t policy", "alter policy po on @t rename to po9")
form("drop policy", "t policy", "drop policy po on @t")
form("create publication", "t", "create publication @0pub for table @t")
form("publication add", "t", "alter publication @0pub add table @t", extra="create publication @0pub;")
form("publication set", "t", "alter publication @0pub set table @t", extra="create publication @0pub;")
form("publication drop", "t publication", "alter publication @0pub drop table @t")

# Views, sequences, types
form("create view", "t", "create view @w as select id from @t")
form("replace view", "t view", "create or replace view @w as select id, a, 1 as x from @t")
form("alter view default", "t view", "alter view @w alter column a set default 1")
form("alter view options", "t view", "alter view @w set (security_barrier)")
form("rename view", "t view", "alter view @w rename to w9")
form("rename view column", "t view", "alter view @w rename column a to a9")
form("drop view", "t view", "drop view @w")
form("create materialized view", "t", "create materialized view @m as select id from @t")
form("refresh materialized view", "t matview", "refresh materialized view @m")
form("refresh materialized view concurrently", "t matview", "refresh materialized view concurrently @m")
form("refresh materialized view with no data", "t matview", "refresh materialized view @m with no data")
form("rename materialized view", "t matview", "alter materialized view @m rename to m9")
form("drop materialized view", "t matview", "drop materialized view @m")
form("cluster materialized view", "t matview", "cluster @m using m_id")
form("create sequence", "t", "create sequence @sq")
form("create sequence owned by", "t", "create sequence @sq owned by @t.b")
form("alter sequence", "sequence", "alter sequence @sq increment by 2")
form("alter sequence restart", "sequence", "alter sequence @sq restart")
form("alter sequence owned by", "t sequence", "alter sequence @sq owned by @t.b")
form("rename sequence", "sequence", "alter sequence @sq rename to sq9")
form("drop sequence", "sequence", "drop sequence @sq")
form("add domain constraint", "domain", "alter domain @dm add constraint dc check (value > 0)")
form("add domain constraint not valid", "domain", "alter domain @dm add constraint dc check (value > 0) not valid")
form("validate domain constraint", "domain", "alter domain @dv validate constraint dv")
form("drop domain constraint", "domain", "alter domain @dv drop constraint dv")
form("set domain not null", "domain", "alter domain @dm set not null")
form("drop domain not null", "domain", "alter domain @dm drop not null")
form("set domain default", "domain", "alter domain @dm set default 3")
form("add enum value", "enum", "alter type @en add value 'c'")
form("add enum value before", "enum", "alter type @en add value 'c' before 'a'")
form("rename enum value", "enum", "alter type @en rename value 'a' to 'z'")
form("add attribute cascade", "composite", "alter type @co add attribute x int cascade")
form("drop attribute cascade", "composite", "alter type @co drop attribute a cascade")
form("alter attribute type cascade", "composite", "alter type @co alter attribute a type bigint cascade")
form("rename attribute cascade", "composite", "alter type @co rename attribute a to a9 cascade")
form("drop function", "t", "drop function @fn()", extra="create function @fn() returns int language sql as 'select 1';")
form("create function", "t", "create function @fn() returns int language sql as 'select 1'")

# Data
form("insert", "t", "insert into @t (id, a) values (10, 1)")
form("update", "t", "update @t set b = 1")
form("delete", "t", "delete from @t")
form("select for update", "t", "select * from @t for update")

# More of the same, where inheritance, partitions or owned sequences make a difference
form("add identity partitioned", "pk", "alter table @pk alter column a add generated always as identity", first=17)
form("set identity partitioned", "pidentity", "alter table @py alter column a set generated by default", first=17)
form("drop identity partitioned", "pidentity", "alter table @py alter column a drop identity", first=17)
form("alter constraint partitioned", "p f", "alter table @p alter constraint fk deferrable", extra="insert into @u values (3, 3); alter table @p add constraint fk foreign key (b) references @u;")
form("set unlogged serial", "serial", "alter table @sr set unlogged")
form("set logged serial", "", "alter table @us set logged", extra="create unlogged table @us (id serial primary key); insert into @us default values;")
form("rename trigger partitioned", "q ptrigger", "alter trigger tr on @q rename to tr9")
form("disable inherited trigger", "q ptrigger", "alter table @q disable trigger tr")
form("attach partition referenced", "q f x", "alter table @q attach partition @x for values from (50) to (60)", extra="alter table @o add constraint fk foreign key (u) references @q;")
PARTITIONED_USER = "create table @w (id int, q int constraint fk references @q) partition by range (id); create table @w1 partition of @w for values from (0) to (10); insert into @w values (1, 1);"
form("attach partition referenced by a partitioned table", "q x", "alter table @q attach partition @x for values from (50) to (60)", extra=PARTITIONED_USER)
form("detach partition referenced by a partitioned table", "q", "alter table @q detach partition @q2", extra=PARTITIONED_USER)
KEY_OF_PARTITION = "create table @q (id int, b int) partition by list (id); create table @q2 partition of @q (foreign key (b) references @u) for values in (1); insert into @q values (1, 1);"
form("alter column type, foreign key of a partition", "f", "alter table @q alter column b type bigint",
     extra=KEY_OF_PARTITION)
form("drop column, foreign key of a partition", "f", "alter table @q drop column b",
     extra=KEY_OF_PARTITION)
form("drop table that was a partition with foreign keys", "f", "drop table @q2", transactional=True,
     extra="create table @q (id int, b int references @u) partition by list (id); create table @q2 partition of @q for values in (1); alter table @q detach partition @q2;")
form("create partition referenced by a partitioned table", "q", "create table @q5 partition of @q for values from (50) to (60)", extra=PARTITIONED_USER)
FAR = ("create table @pt (id int primary key) partition by range (id); create table @pt1 partition of @pt for values from (0) to (100) partition by range (id); "
       "create table @pt11 partition of @pt1 for values from (0) to (10); create table @far (id int primary key, u int constraint far_u references @pt); insert into @pt values (1); insert into @far values (1, 1);")
form("drop foreign key to partitions of partitions", "", "alter table @far drop constraint far_u", extra=FAR)
form("drop column that children declare", "i", "alter table @i drop column x",
     extra="alter table @i add column x int; create table @k (x int) inherits (@i); create table @kk () inherits (@k); create table @jj (y int) inherits (@j);")
form("drop column that a child declares and views read", "i", "alter table @i drop column x cascade",
     extra="alter table @i add column x int; create table @k (x int) inherits (@i); create view @w as select x from @k; create view @v as select x from @j;")
form("drop column of several parents", "i", "alter table @i drop column b", extra="create table @k (b int); create table @kk () inherits (@j, @k); create table @kkk () inherits (@kk);")
form("drop column of two children's child", "i", "alter table @i drop column b", extra="create table @k () inherits (@i); create table @kk () inherits (@j, @k); create table @kkk () inherits (@kk, @i);")
form("drop column only, declared below then", "i", "alter table @j drop column b", extra="create table @jj () inherits (@j); alter table only @i drop column b;")
form("drop column of a former child", "i", "alter table @j drop column b", extra="create table @jj () inherits (@j); alter table @j no inherit @i;")
form("drop column with a foreign key to partitions of partitions", "", "alter table @far drop column u", extra=FAR)
form("alter column type with a foreign key to partitions of partitions", "", "alter table @far alter column u type bigint", extra=FAR)
form("drop table with a foreign key to partitions of partitions", "", "drop table @far", extra=FAR)
form("truncate with a foreign key to partitions of partitions", "", "truncate @far", extra=FAR)
form("rename exclusion index of a partition", "", "alter index @ex1_id_excl rename to ex_e", first=17, extra="create table @ex (id int, exclude using btree (id with =)) "
     "partition by range (id); create table @ex1 partition of @ex for values from (0) to (10);")
form("attach list partition with check", "", "alter table @li attach partition @lx for values in (1, 2)", extra="create table @li (id int not null) partition by list (id); "
     "create table @lx (id int not null check (id in (1, 2))); insert into @lx values (1);")
form("attach list partition", "", "alter table @li attach partition @lx for values in (1, 2)", extra="create table @li (id int not null) partition by list (id); create table @lx (id int not null); "
     "insert into @lx values (1);")
form("drop inheriting table", "i", "drop table @j")
form("drop publication", "t publication", "drop publication @0pub")
form("publish partitioned", "p", "create publication @0pub for table @p")
form("comment on view", "t view", "comment on view @w is 'y'")
form("comment on view column", "t view", "comment on column @w.a is 'y'")
form("merge", "t", "merge into @t using (select 1 as i) s on id = s.i when matched then update set b = 2", first=15)
form("set matview fillfactor", "t matview", "alter materialized view @m set (fillfactor = 70)")
form("set view schema", "t view schema", "alter view @w set schema @0b")
form("owner of sequence", "sequence", "alter sequence @sq owner to pg_monitor")
form("foreign table add column", "foreign", "alter foreign table @ft add column x int not null")
form("foreign table options", "foreign", "alter foreign table @ft options (add x 'y')")
form("foreign table column options", "foreign", "alter foreign table @ft alter column a options (add x 'y')")
form("foreign table column type", "foreign", "alter foreign table @ft alter column a type bigint")
form("create foreign table", "foreign", "create foreign table @fu (id int) server @0s")
form("create foreign table inherits", "t foreign", "create foreign table @fu () inherits (@t) server @0s")
form("create foreign table as a partition", "foreign", "create foreign table @fp partition of @mm for values from (20) to (30) server @0s", extra="create table @mm (id int) "
     "partition by range (id); create table @md partition of @mm default; insert into @md values (1);")
form("drop foreign table", "foreign", "drop foreign table @ft")
form("drop foreign table with a sequence", "foreign", "drop foreign table @ft", extra="alter foreign table @ft add column s serial;")
form("analyze partitioned", "p", "analyze @p")
OWN_KEY = "create table @li (id int, d int) partition by list (id); create table @li1 (id int, d int, constraint own unique (id, d)); alter table @li attach partition @li1 for values in (1); "
form("add unique partitioned, a partition has it", "", "alter table @li add constraint un unique (id, d)", extra=OWN_KEY + "create table @li2 partition of @li for values in (2); insert into @li values (1, 1), (2, 2);")
form("add primary key partitioned, a partition has a unique one", "", "alter table @li add primary key (id, d)", extra=OWN_KEY + "insert into @li values (1, 1);")
form("add unique inherited", "i", "alter table @i add constraint un unique (b)")
form("add primary key inherited, not null", "", "alter table @pa add primary key (a)", extra="create table @pa (id int, a int not null); create table @ch () inherits (@pa); insert into @pa values (1, 1);")
form("add primary key using index inherited, not null", "", "alter table @pa add primary key using index pi", extra="create table @pa (id int, a int not null); create unique index pi on @pa (a); "
     "create table @ch () inherits (@pa); insert into @pa values (1, 1);")
form("add primary key partitioned, not null", "", "alter table @pa add primary key (a)", extra="create table @pa (a int not null) partition by range (a); create table @ch partition of @pa default; insert into @pa values (1);")
form("add primary key inherited", "", "alter table @pa add primary key (a)", extra="create table @pa (id int, a int); create table @ch () inherits (@pa); insert into @pa values (1, 1);")
form("drop unique partitioned", "p", "alter table @p drop constraint p_pkey")
form("create index inherited", "i", "create index ix on @i (b)")
form("drop index of a constraint's table", "t unique", "drop index @t_b")
form("two locks in one statement", "t", "alter table @t alter column a set statistics 100, alter column b set default 1")
form("add check and validate it", "t", "alter table @t add constraint c1 check (a > 0), add constraint c2 check (b > 0) not valid")
form("column added in two ways", "t", "alter table @t add column x int default 1, add column y double precision default random()")
form("type of a column in a view's other column", "t view", "alter table @t alter column d type text")
form("drop constraint of a partition's parent", "q", "alter table @q drop constraint ck", extra="alter table @q add constraint ck check (a > 0);")
form("attach partition to a partition", "", "alter table @m1 attach partition @mx for values from (5) to (6)", extra="create table @mm (id int) partition by range (id); "
     "create table @m1 partition of @mm for values from (0) to (10) partition by range (id); create table @mx (id int); insert into @mx values (5);")
form("detach partitioned partition", "", "alter table @mm detach partition @m1", extra="create table @mm (id int) partition by range (id); "
     "create table @m1 partition of @mm for values from (0) to (10) partition by range (id); create table @m2 partition of @m1 for values from (0) to (5);")
form("truncate referenced by itself", "", "truncate @tr", extra="create table @tr (id int primary key, p int references @tr); insert into @tr values (1, 1);")
form("update partitioned", "p", "update @p set b = 2")
form("reindex partition", "q", "reindex table @q1")
form("set statistics only", "p", "alter table only @p alter column a set statistics 100")
form("storage of a view's table", "t", "alter table @t alter c set storage plain")
form("detach partition finalize", "q", "alter table @q detach partition @q2 finalize", first=14, shadow=False, extra="update pg_inherits set inhdetachpending = true where inhrelid = '@q2'::regclass;")
form("all in tablespace", "", "alter table all in tablespace lpc_forms2 set tablespace pg_default", extra="create table @al (id int) tablespace lpc_forms2; insert into @al values (1);")
