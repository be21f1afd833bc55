#!/usr/bin/env python3
"""The databases of testdata/schemas, which hold each kind of object and option of Postgres 15, go through lpc and back.

    everything.py --lpc build/lpc [AREA …] [--major 18] [--report FILE]

Stages of an area; a failure says which one was reached:
  load      its schema.sql, into a database A
  owned     every object of A, by the server's own catalogs, is one that `lpc introspect` shows: none is left out or reported as unmodelled
  pull      A is printed as .lp, which `lpc fmt --check` accepts
  empty     a plan from A to the .lp has nothing to do
  proved    a plan that adds a schema is proved, for which the shadow has to hold all of A
  apply     the .lp goes into an empty database B, proved both ways on the shadow
  state     pg_dump of B equals pg_dump of A
With versions.txt (`14-`) in its folder an area is for servers of these majors; with pg_dump.txt, which says why, `state` is left out where
the witness of newer servers stands in for pg_dump.
"""
import argparse
import difflib
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from kinds.prove import is_meant_for  # noqa: E402
from harness.report import Report  # noqa: E402
from harness.scratch import Server, choose_major, end_well_on_sigterm  # noqa: E402

SCHEMAS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "testdata", "schemas")

# Every object with a name of its own, as `name` or `schema.name`, whatever its kind. What is a part of another (an identity's sequence, a partition's copied
# index, a member of an extension) depends on that one internally or automatically, and is no object of its own.
OWNED = """
with part as (select classid, objid from pg_depend where deptype in ('i', 'e', 'P')),
  named(classid, oid, namespace, name) as (
    select 'pg_class'::regclass, oid, relnamespace, relname from pg_class where relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    union all select 'pg_type'::regclass, oid, typnamespace, typname from pg_type where typrelid = 0 and not (typcategory = 'A' and typelem <> 0) and typtype <> 'm'
    union all select 'pg_proc'::regclass, oid, pronamespace, proname from pg_proc
    union all select 'pg_operator'::regclass, oid, oprnamespace, oprname from pg_operator where oprcode <> 0
    union all select 'pg_opclass'::regclass, oid, opcnamespace, opcname from pg_opclass
    union all select 'pg_collation'::regclass, oid, collnamespace, collname from pg_collation
    union all select 'pg_conversion'::regclass, oid, connamespace, conname from pg_conversion
    union all select 'pg_statistic_ext'::regclass, oid, stxnamespace, stxname from pg_statistic_ext
    union all select 'pg_ts_parser'::regclass, oid, prsnamespace, prsname from pg_ts_parser
    union all select 'pg_ts_template'::regclass, oid, tmplnamespace, tmplname from pg_ts_template
    union all select 'pg_ts_dict'::regclass, oid, dictnamespace, dictname from pg_ts_dict
    union all select 'pg_ts_config'::regclass, oid, cfgnamespace, cfgname from pg_ts_config
    union all select 'pg_namespace'::regclass, oid, 0, nspname from pg_namespace where nspname !~ '^pg_'
    union all select 'pg_extension'::regclass, oid, 0, extname from pg_extension
    union all select 'pg_language'::regclass, oid, 0, lanname from pg_language
    union all select 'pg_am'::regclass, oid, 0, amname from pg_am
    union all select 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwname from pg_foreign_data_wrapper
    union all select 'pg_foreign_server'::regclass, oid, 0, srvname from pg_foreign_server
    union all select 'pg_event_trigger'::regclass, oid, 0, evtname from pg_event_trigger
    union all select 'pg_publication'::regclass, oid, 0, pubname from pg_publication)
select distinct o.classid::text || ' ' || case when n.oid is null then '' else quote_ident(n.nspname) || '.' end
    || quote_ident(o.name)
from named o left join pg_namespace n on n.oid = o.namespace
where o.oid >= 16384 and coalesce(n.nspname, '') not in ('lockplane', 'information_schema') and coalesce(n.nspname, '') !~ '^pg_'
  and not exists (select from part p where p.classid = o.classid and p.objid = o.oid)
"""


class Failed(Exception):
    pass


def without_settings_of_roles(dump):
    """Roles are no part of what is pulled. (pg_dump doesn't show them either, but the witness of newer servers does.)"""
    return "\n".join(line for line in dump.splitlines() if not line.startswith('["setting", "'))


class Trip:
    def __init__(self, lpc, timeout):
        self.lpc, self.timeout, self.server = lpc, timeout, Server()

    def run(self, stage, *arguments):
        done = subprocess.run([self.lpc, *arguments], capture_output=True, text=True, timeout=self.timeout, stdin=subprocess.DEVNULL, cwd=self.folder)
        if done.returncode:
            raise Failed(f"{stage}: `lpc {' '.join(arguments)}` ended with {done.returncode}\n{done.stderr.strip() or done.stdout.strip()}")
        return done

    def check_owned(self, url):
        """Of each name that the catalogs hold there must be an object of that name."""
        done = self.run("owned", "introspect", "--url", url)
        if "LP5015" in done.stderr:
            raise Failed("owned: " + done.stderr.strip())
        ids = [each["id"] for each in json.loads(done.stdout)["objects"]]
        heads = {re.sub(r"\(.*", "", each, flags=re.S) for each in ids}
        missing = []
        for line in self.server.psql("a", OWNED + "order by 1").stdout.replace("\n", "\0").split("\0pg_"):
            name = line.rstrip("\0").replace("\0", "\n").split(" ", 1)[-1]
            if name and not any(each.endswith((" " + name, " " + name.replace('"', ""))) for each in heads) and not any(f" {name}" in each for each in ids):
                missing.append(line)
        if missing:
            raise Failed("owned: no kind has\n" + "\n".join(missing))

    def check(self, path):
        self.server.create("a")
        loaded = self.server.psql("a", file=path, check=False)
        if loaded.returncode:
            raise Failed("load: " + "\n".join(line for line in loaded.stderr.splitlines() if "ERROR" in line))
        self.check_there_and_back(self.server.witness and os.path.exists(os.path.join(os.path.dirname(path), "pg_dump.txt")))

    def check_there_and_back(self, without_state=False):
        """From `owned` on, for what is in A."""
        self.server.create("b")
        url = self.server.url
        self.check_owned(url("a"))
        self.run("pull", "pull", url("a"), "-o", "pulled.lp")
        self.run("pull", "fmt", "--check", "pulled.lp")
        self.run("empty", "plan", "pulled.lp", "--url", url("a"), "--manage", "*", "--exit-code")
        with open(f"{self.folder}/more.lp", "w") as file:
            file.write("schema lpc_one_more\n")
        self.run("proved", "plan", "pulled.lp", "more.lp", "--url", url("a"), "--manage", "*")
        self.run("apply", "apply", "pulled.lp", "--url", url("b"), "--manage", "*", "--yes", "--allow", "all")
        if without_state:
            return
        wanted, got = (without_settings_of_roles(self.server.dump(name)) for name in ("a", "b"))
        if wanted != got:
            raise Failed("state: pg_dump differs\n" + "\n".join(difflib.unified_diff(wanted.splitlines(), got.splitlines(), "origin", "from .lp", lineterm="", n=1)))

    def report_on(self, report, name, check, what):
        """What `check(what)` finds, in a folder for what is written meanwhile."""
        problem = ""
        with tempfile.TemporaryDirectory() as self.folder:
            try:
                check(what)
            except (Failed, OSError, subprocess.TimeoutExpired, RuntimeError) as failure:
                problem = str(failure) or type(failure).__name__
        report.add(name, "fail" if problem else "pass", problem)

    def finish(self):
        for database in ("a", "b"):
            self.server.drop(database)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--report")
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("--major", type=int, help="of the server; the system's newest when not said")
    parser.add_argument("areas", nargs="*")
    options = parser.parse_args()
    if options.major:
        choose_major(options.major)
    end_well_on_sigterm()
    report, trip = Report(options.report, verbose=True), Trip(os.path.abspath(options.lpc), options.timeout)
    for path in sorted(glob.glob(f"{SCHEMAS}/*/schema.sql")):
        area = os.path.basename(os.path.dirname(path))
        if options.areas and area not in options.areas:
            continue
        if not is_meant_for(os.path.dirname(path), trip.server.major):
            report.add(f"schemas/{area}", "skip", f"not for Postgres {trip.server.major}")
            continue
        trip.report_on(report, f"schemas/{area}", trip.check, path)
    trip.finish()
    sys.exit(report.close())


if __name__ == "__main__":
    main()
