"""Random DDL for whatever schema a database holds: each kind of statement is a query that writes the statements that there could be, with what they change in the catalogs.

A statement may fail (what it names is needed by something else, or it makes no sense): then another one is tried.
"""

# Of users, and no part of an extension. `{0}` is the alias of the namespace, `{1}` the object's oid.
USERS = "{0}.nspname !~ '^(pg_|information_schema|lockplane)' and not exists (select from pg_depend lp where lp.deptype = 'e' and lp.objid = {1})"


def by_chance(statement, key):
    """A format, or one out of several, which the name of what it is for decides: it is the same one whenever the test is run."""
    if isinstance(statement, str):
        return statement
    return f"(array[{', '.join(statement)}])[1 + (hashtext({key} || current_setting('lp.seed')) & 2147483647) % {len(statement)}]"


def of_relations(statement, relkinds, weight=1.0):
    """`%1$s` is the relation's address, `%2$s` another name for it, `%3$s` its schema, `%4$s` what it is."""
    return weight, f"""select format({by_chance(statement, "n.nspname || c.relname")}, format('%I.%I', n.nspname, c.relname), quote_ident(left(c.relname, 50) || '_rn'), quote_ident(n.nspname),
        case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'i' then 'index' when 'I' then 'index' when 'f' then 'foreign table' else 'table' end)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ({', '.join(f"'{each}'" for each in relkinds)}) and {USERS.format('n', 'c.oid')}"""


def of_columns(statement, relkinds="rp", weight=1.0, where="true"):
    """`%1$s` is the relation's address, `%2$s` the column, `%3$s` another name for it."""
    return weight, f"""select format({by_chance(statement, "n.nspname || c.relname || a.attname")}, format('%I.%I', n.nspname, c.relname), quote_ident(a.attname), quote_ident(left(a.attname, 50) || '_rn'))
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ({', '.join(f"'{each}'" for each in relkinds)}) and a.attnum > 0 and not a.attisdropped and {where} and {USERS.format('n', 'c.oid')}"""


def of_table_parts(statement, catalog, name, table, weight=1.0, where="true"):
    """`%1$s` is the part, `%2$s` its relation, `%3$s` another name for it."""
    return weight, f"""select format({by_chance(statement, f"o.{name} || c.relname")}, quote_ident(o.{name}), o.{table}::regclass, quote_ident(left(o.{name}, 50) || '_rn'))
      from {catalog} o join pg_class c on c.oid = o.{table} join pg_namespace n on n.oid = c.relnamespace where {where} and {USERS.format('n', 'c.oid')}"""


def of_objects(statement, catalog, namespace, name, alias, weight=1.0, where="true"):
    """`%1$s` is the object as its alias type writes it, `%2$s` another name for it."""
    return weight, f"""select format({by_chance(statement, f"o.oid::{alias}::text")}, o.oid::{alias}, quote_ident(left(o.{name}, 50) || '_rn'))
      from {catalog} o join pg_namespace n on n.oid = o.{namespace} where {where} and {USERS.format('n', 'o.oid')}"""


def one_of(*formats):
    return ["'" + each.replace("'", "''") + "'" for each in formats]


TABLES = "rp"

ALTERATIONS = (
    # tables and other relations
    of_relations("'drop table %1$s cascade'", TABLES),
    of_relations("'alter table %1$s rename to %2$s'", TABLES, 0.7),
    of_relations(one_of(*(f"alter table %1$s add column new_col {column}" for column in (
        "int", "text not null default 'x'", "numeric(8,2) check (new_col > 0)", "int unique", "bigint generated always as identity", "timestamptz default now()",
        "text collate \"C\"", "int generated always as (1) stored", "uuid default gen_random_uuid()"))), TABLES, 1.5),
    of_relations("'comment on %4$s %1$s is ''changed, it''''s'''", "rpvmSf", 0.4),
    of_relations(one_of("grant select, update on %1$s to public", "revoke all on %1$s from public, current_user"), "rpv", 0.8),
    of_relations(one_of("grant usage, select on sequence %1$s to public", "revoke all on sequence %1$s from public, current_user"), "S", 0.4),
    of_relations("'alter %4$s %1$s set schema public'", "rpvmS", 0.3),
    of_relations(one_of("alter table %1$s set (fillfactor = 44)", "alter table %1$s set unlogged", "alter table %1$s replica identity full",
                        "alter table %1$s enable row level security", "alter table %1$s force row level security", "alter table %1$s set (autovacuum_enabled = off)"), TABLES, 0.6),
    of_relations("'create view %3$s.new_view as select * from %1$s'", "rpvm", 0.5),
    of_relations("'create table %3$s.new_child () inherits (%1$s)'", "r", 0.3),
    of_relations("'create table %3$s.new_like (like %1$s including all)'", TABLES, 0.3),
    of_relations("'drop %4$s %1$s cascade'", "vm"),
    of_relations("'alter %4$s %1$s rename to %2$s'", "vm", 0.6),
    of_relations("'drop index %1$s cascade'", "iI"),
    of_relations("'alter index %1$s rename to %2$s'", "iI", 0.7),
    of_relations("'drop sequence %1$s cascade'", "S", 0.4),
    of_relations(one_of(*(f"alter sequence %1$s {change}" for change in ("increment 7", "cache 9", "cycle", "owned by none", "rename to %2$s", "as bigint"))), "S"),
    # columns
    of_columns("'alter table %1$s drop column %2$s cascade'", weight=2.5),
    of_columns("'alter table %1$s rename column %2$s to %3$s'", "rpvmc", 1.2),
    of_columns("'alter table %1$s alter column %2$s type text using %2$s::text'"),
    of_columns("'alter table %1$s alter column %2$s type bigint'", where="a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)"),
    of_columns(one_of(*(f"alter table %1$s alter column %2$s {change}" for change in (
        "set not null", "drop not null", "drop default", "set default null", "set statistics 33", "set storage plain", "drop identity if exists", "drop expression if exists",
        "set (n_distinct = 5)"))), weight=3),
    of_columns("'create index on %1$s (%2$s)'", "rpm", 0.6),
    of_columns("'comment on column %1$s.%2$s is ''changed'''", "rpvmcf", 0.3),
    of_columns("'grant select (%2$s) on %1$s to public'", "rpvm", 0.3),
    # parts of tables
    of_table_parts("'alter table %2$s drop constraint %1$s cascade'", "pg_constraint", "conname", "conrelid", 1.5),
    of_table_parts("'alter table %2$s rename constraint %1$s to %3$s'", "pg_constraint", "conname", "conrelid", 0.7),
    of_table_parts(one_of("drop trigger %1$s on %2$s", "alter table %2$s disable trigger %1$s", "alter trigger %1$s on %2$s rename to %3$s"),
                   "pg_trigger", "tgname", "tgrelid", where="not o.tgisinternal"),
    of_table_parts(one_of("drop policy %1$s on %2$s", "alter policy %1$s on %2$s using (true)", "alter policy %1$s on %2$s rename to %3$s"), "pg_policy", "polname", "polrelid", 0.8),
    of_table_parts(one_of("drop rule %1$s on %2$s cascade", "alter rule %1$s on %2$s rename to %3$s"), "pg_rewrite", "rulename", "ev_class", 0.4, "o.rulename <> '_RETURN'"),
    (0.7, "select format('alter table %s detach partition %s', i.inhparent::regclass, i.inhrelid::regclass) from pg_inherits i join pg_class c on c.oid = i.inhparent where c.relkind = 'p'"),
    (0.4, "select format('alter table %s no inherit %s', i.inhrelid::regclass, i.inhparent::regclass) from pg_inherits i join pg_class c on c.oid = i.inhparent where c.relkind = 'r'"),
    # routines, types and what else stands in schemas
    of_objects("'drop routine %1$s cascade'", "pg_proc", "pronamespace", "proname", "regprocedure", 1.2),
    of_objects(one_of(*(f"alter routine %1$s {change}" for change in ("rename to %2$s", "security definer", "set search_path = public", "cost 55", "strict", "set schema public"))),
               "pg_proc", "pronamespace", "proname", "regprocedure", 1.2),
    of_objects("'drop type %1$s cascade'", "pg_type", "typnamespace", "typname", "regtype", 0.8, "o.typtype in ('e', 'd', 'c', 'r', 'b') and o.typelem = 0"),
    of_objects("'alter type %1$s rename to %2$s'", "pg_type", "typnamespace", "typname", "regtype", 0.5, "o.typtype in ('e', 'd', 'c', 'r')"),
    of_objects(one_of(*(f"alter domain %1$s {change}" for change in ("drop not null", "set not null", "set default null", "add constraint newcheck check (value is not null)"))),
               "pg_type", "typnamespace", "typname", "regtype", 0.6, "o.typtype = 'd'"),
    (0.8, f"""select format('alter type %s add value %L before %L', t.oid::regtype, 'new val', e.enumlabel)
      from pg_enum e join pg_type t on t.oid = e.enumtypid join pg_namespace n on n.oid = t.typnamespace where {USERS.format('n', 't.oid')}"""),
    (0.6, f"""select format('alter type %s rename value %L to %L', t.oid::regtype, e.enumlabel, e.enumlabel || '_rn')
      from pg_enum e join pg_type t on t.oid = e.enumtypid join pg_namespace n on n.oid = t.typnamespace where {USERS.format('n', 't.oid')}"""),
    of_objects("'drop operator %1$s cascade'", "pg_operator", "oprnamespace", "oprname", "regoperator", 0.3, "o.oprcode <> 0"),
    of_objects(one_of("drop collation %1$s cascade", "alter collation %1$s rename to %2$s"), "pg_collation", "collnamespace", "collname", "regcollation", 0.2),
    (0.3, f"select format('drop statistics %I.%I', n.nspname, o.stxname) from pg_statistic_ext o join pg_namespace n on n.oid = o.stxnamespace where {USERS.format('n', 'o.oid')}"),
    (0.15, "select format('alter schema %I rename to %I', n.nspname, left(n.nspname, 50) || '_rn') from pg_namespace n where n.nspname !~ '^(pg_|information_schema|lockplane|public$)'"),
)


def alter(server, database, random):
    """Carries out some statements; gives those that the server took."""
    done = []
    for _ in range(random.choice((2, 4, 8, 14))):
        query = random.choices(ALTERATIONS, [weight for weight, _ in ALTERATIONS])[0][1]
        listing = f"""set lp.seed = '{random.random()}'; set search_path = '';
            select statement from (select distinct statement from ({query}) s(statement)) s order by md5(statement || current_setting('lp.seed')) limit 40"""
        statements = [line for line in server.psql(database, listing).stdout.splitlines() if line.strip()]
        if statements and server.psql(database, statements[0], check=False).returncode == 0:
            done.append(statements[0])
    return done
