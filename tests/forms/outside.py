"""What the forms lock, rewrite and scan, measured by plain SQL through psql on tables with rows. Knows nothing of lpc."""
import re
import subprocess
import time

from harness.scratch import program

MODES = ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]
NAMES = ["ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"]
RELATIONS = """select c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind, c.relfilenode, coalesce(i.indrelid, 0), pg_stat_get_numscans(c.oid)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_index i on i.indexrelid = c.oid
    where n.nspname ~ '^f[0-9]{3}' and c.relkind <> 'c';"""
# What the transaction did, one line each: locks, the files as they are now, and the scans it began.
MEASURE = """select 'lock', relation::text, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and relation >= 16384 and granted
    union all select 'file', oid::text, relfilenode::text from pg_class where oid in (select relation from pg_locks where pid = pg_backend_pid())
    union all select 'scan', relation::text, '' from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and pg_stat_get_xact_numscans(relation) > 0;"""


def sql_of(text, form):
    """`@x` is x in the form's schema, `@0` the schema's name."""
    return re.sub(r"@(?=\w)", form.schema + ".", text.replace("@0", form.schema))


def build_up(form, fixtures):
    """As statements in a text of their own."""
    return "".join([f"create schema {form.schema}; ", *(sql_of(fixtures[name], form) + " " for name in form.fixtures.split()), sql_of(form.extra, form)])


def take_down(form):
    return (f"drop publication if exists {form.schema}pub; drop schema if exists {form.schema} cascade; drop schema if exists {form.schema}b cascade; "
            f"drop schema if exists {form.schema}c cascade; drop foreign data wrapper if exists {form.schema}w cascade; ")


def set_up(forms, fixtures, psql):
    psql("set client_min_messages = error; set check_function_bodies = off;\n" + "\n".join(build_up(form, fixtures) for form in forms))


class Relation:
    def __init__(self, name, kind, file, table, scans):
        self.name, self.kind, self.file, self.table, self.scans = name, kind, file, table, int(scans)


def relations(psql):
    result = {}
    for line in psql(RELATIONS).splitlines():
        oid, name, kind, file, table, scans = line.split("|")
        result[oid] = Relation(name, kind, file, table, scans)
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


def measure_transactions(forms, psql, known):
    """Each form in a transaction that is rolled back."""
    script = ["set client_min_messages = error;"]
    for form in forms:
        script += [f"\\echo == {form.schema}", "begin;", f"{sql_of(form.sql, form)};", MEASURE, "rollback;"]
    done = psql("\n".join(script), whole=True)
    if done.stderr:
        raise RuntimeError(done.stderr[:2000])
    results = {}
    for block in done.stdout.split("== ")[1:]:
        schema, *lines = block.splitlines()
        found = {"lock": [], "file": [], "scan": []}
        for parts in (line.split("|") for line in lines):
            if len(parts) == 3 and parts[0] in found:
                found[parts[0]].append(parts[1:])
        results[schema] = summary(known, found["lock"], dict(found["file"]), [oid for oid, _ in found["scan"]])
    return results


class Session:
    """A psql that answers line by line."""

    def __init__(self, url):
        self.process = subprocess.Popen([program("psql"), "-XqAt", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)

    def __call__(self, sql):
        self.process.stdin.write(sql + "\n\\echo ==\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline().rstrip("\n")) != "==":
            lines.append(line)
        return lines

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def measure_alone(form, url, psql):
    """A form outside of a transaction: others hold its tables, first so that no change begins, then so that it waits for them. Each time that it waits, its locks are read
    and the one that it waits for lets go."""
    known = relations(psql)
    tables = [(oid, each.name, each.kind) for oid, each in known.items() if each.name.startswith(form.schema + ".") and each.kind in "rpm"]
    watcher, runner = Session(url), Session(url)
    pid = runner("select pg_backend_pid();")[0]
    holders = []
    for oid, table, kind in tables:
        session = Session(url)
        if kind == "m":    # LOCK takes no materialized view
            session(f"begin; analyze {table};")
        else:
            session(f"begin; lock table only {table} in row exclusive mode; savepoint s; lock table only {table} in share update exclusive mode;")
        transaction = session("select virtualtransaction from pg_locks where pid = pg_backend_pid() limit 1;")[0]
        holders.append({"session": session, "oid": oid, "transaction": transaction, "locks": 1 if kind == "m" else 2})
    runner.process.stdin.write(sql_of(form.sql, form) + ";\n\\echo done\n")
    runner.process.stdin.flush()
    locks, seen_active = set(), False
    for _ in range(4000):
        state = watcher(f"select state from pg_stat_activity where pid = {pid};")
        rows = [line.split("|") for line in watcher(f"""select coalesce(relation, 0), mode, granted, virtualxid from pg_locks where pid = {pid}
            and (locktype = 'relation' or not granted);""")]
        # An index that goes is locked against all use in the end, when nobody can use it any more. Known by what it was before: its row may be gone while the lock is still there.
        locks |= {(oid, mode) for oid, mode, _, _ in rows if oid in known and not (mode == "AccessExclusiveLock" and known[oid].kind in "iI")}
        for oid, _, granted, transaction in rows:
            for holder in holders if granted == "f" else []:
                whole = oid == "0" and transaction == holder["transaction"]
                if holder["locks"] and (whole or oid == holder["oid"]):
                    last = whole or holder["locks"] == 1
                    holder["session"]("rollback;" if last else "rollback to savepoint s;")
                    holder["locks"] = 0 if last else 1
        seen_active |= state == ["active"]
        if seen_active and state == ["idle"]:
            break
    for session in (*(holder["session"] for holder in holders), runner, watcher):      # the runner's figures are sent when it ends
        session.close()
    return summary(known, locks, *after(known, form, psql))


def after(known, form, psql):
    """The files as they are now, and what was scanned; before 15 the figures take their time."""
    names = {oid for oid, relation in known.items() if relation.name.startswith(form.schema + ".")}
    for _ in range(12):
        now = relations(psql)
        scanned = [oid for oid in names if oid in now and now[oid].scans > known[oid].scans]
        if scanned:
            break
        time.sleep(0.1)
    return {oid: relation.file for oid, relation in now.items() if oid in names}, scanned


def measure(forms, psql, url):
    known = relations(psql)
    results = measure_transactions([form for form in forms if form.transactional], psql, known)
    for form in forms:
        if not form.transactional:
            results[form.schema] = measure_alone(form, url, psql)
    return results
