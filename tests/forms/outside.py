"""What the forms lock, rewrite and scan, measured by plain SQL through psql on tables with rows. Knows nothing of lpc."""
import re
import subprocess
import sys
import time

MODES = ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]
NAMES = ["ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"]
RELATIONS = """select c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind, c.relfilenode, coalesce(i.indrelid, 0)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_index i on i.indexrelid = c.oid
    where n.nspname ~ '^f[0-9]{3}' and c.relkind <> 'c'"""
# What the transaction did, one line each: locks, the files as they are now, and the scans it began.
MEASURE = """select 'lock', relation::text, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and relation >= 16384 and granted
    union all select 'file', oid::text, relfilenode::text from pg_class where oid in (select relation from pg_locks where pid = pg_backend_pid())
    union all select 'scan', relation::text, '' from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and pg_stat_get_xact_numscans(relation) > 0;"""


def sql_of(text, form):
    """`@x` is x in the form's schema, `@0` the schema's name."""
    return re.sub(r"@(?=\w)", form.schema + ".", text.replace("@0", form.schema))


def set_up(forms, fixtures, psql):
    script = ["set client_min_messages = error; set check_function_bodies = off;"]
    for form in forms:
        script.append(f"create schema {form.schema};")
        script += [sql_of(fixtures[name], form) for name in form.fixtures.split()]
        script.append(sql_of(form.extra, form))
    psql("\n".join(script))


class Relation:
    def __init__(self, name, kind, file, table):
        self.name, self.kind, self.file, self.table = name, kind, file, table


def relations(psql):
    result = {}
    for line in psql(RELATIONS).splitlines():
        oid, name, kind, file, table = line.split("|")
        result[oid] = Relation(name, kind, file, table)
    return result


def summary(known, locks, files, scans):
    """Only what was there before; no ACCESS SHARE; no index lock that says less than its table's; index scans count for their table."""
    strongest = {}
    for oid, mode in locks:
        if oid in known:
            strongest[oid] = max(strongest.get(oid, 0), MODES.index(mode))
    told = {oid: level for oid, level in strongest.items() if level > 0 and level > (strongest.get(known[oid].table, -1) if known[oid].kind in "iI" else 0)}
    rewritten = {known[oid].name for oid, file in files.items() if oid in known and known[oid].kind in "rm" and file != known[oid].file}
    return {
        "locks": {known[oid].name: NAMES[level] for oid, level in told.items()},
        "rewrites": sorted(rewritten),
        "scans": sorted({known[known[oid].table].name if known[oid].kind in "iI" else known[oid].name for oid in scans if oid in known and known[oid].kind in "rmiI"}),
    }


def measure_transactional(forms, psql, known):
    script = ["set client_min_messages = error;"]
    for form in forms:
        script += [f"\\echo == {form.schema}", "begin;", sql_of(form.sql, form) + " \\g (format=unaligned tuples_only=on) /dev/null" if False else f"{sql_of(form.sql, form)};", MEASURE, "rollback;"]
    done = psql("\n".join(script), whole=True)
    errors = done.stderr
    results = {}
    for block in done.stdout.split("== ")[1:]:
        lines = block.splitlines()
        locks, files, scans = [], {}, []
        for line in lines[1:]:
            parts = line.split("|")
            if len(parts) != 3:
                continue
            if parts[0] == "lock":
                locks.append(parts[1:])
            elif parts[0] == "file":
                files[parts[1]] = parts[2]
            elif parts[0] == "scan":
                scans.append(parts[1])
        results[lines[0]] = summary(known, locks, files, scans)
    return results, errors
