#!/usr/bin/env python3
"""Proves the cases of testdata/kinds, or of another folder, on a real server, with pg_dump as the witness.

    prove.py --lpc build/lpc [FILTER …] [--cases testdata/peers] [--major 18] [--jobs 2] [-v] [--report FILE]

A case is a folder with before.lp and after.lp. Stages, in order; a failure says which one was reached:
  build     after.lp goes into an empty database B: of a quarter of the cases by a proved plan, else by the SQL that `lpc compile` writes for version 15, where it can be
  pull      B is printed as .lp, which `lpc fmt --check` accepts, and which compiles to the very catalog that it was printed from
  before    before.lp goes into an empty database A in the same way, and of another quarter a plan then has nothing to do; then rows go into its tables
  plan      from A to after.lp, proved on the shadow with the online forms that its rows ask for; of some cases made twice, byte by byte the same
  apply     the plan
  state     pg_dump of A equals pg_dump of B (columns of a table in any order)
  empty     a second plan has nothing to do
  rows      no table that is there before and after has fewer rows, but for partitions that give some to others
  back      rollback gives A's pg_dump again, and, of a plan that loses nothing, its row counts
Variables LP_… that the sources name as placeholders of secrets are set for every command.
A case's folder may hold more files:
  expect.txt    a diagnostic code: the plan must fail with it
  others.sql    what others make on the server before lpc sees it
  rows.sql      rows of its own, put in before the usual ones; a plan that fails because of rows is a failure then, else it is tried without any
  plan.txt      what the plan's script holds, a piece of a line each, in this order; a line after `! ` is nowhere in it
  holds.sql     a query after the plan that gives no rows, each being a mistake: for what pg_dump doesn't show, such as values and valid indexes
  open.txt      what lpc can't do yet, so that the case is known to fail; it is told of as skipped, and fails when it passes
  back.lp       what rollback leads to, where that isn't the state before
  reached.lp    what the plan leads to, where that isn't after.lp as such: a name that can't change
  keep.txt      its plan keeps what it would lose (--keep-data); what the file says, besides why, doesn't matter
  versions.txt  the majors of the server it is for: `16-`, `-14`, `13-17`
--major chooses the server (scripts/fetch-postgres.py); one that is newer than pg_dump is judged by its catalogs instead (harness/witness.py).
With --with-data each plan is proved with generated rows, too, and none may be lost that it doesn't name.
With --keep-data each plan keeps what it would lose, and `back` asks for the very values, of a plan that says that nothing is lost.
With --shadow-server the shadows are databases of one server that stays, named by SHADOW_DATABASE_URL, on which nothing may be left.
With --psql the plan and its reverse are carried out by psql, from the scripts that `lpc plan` writes; the tables have no rows then.
"""
import argparse
import difflib
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from harness.report import Report  # noqa: E402
from harness.scratch import Server, bindir, choose_major, end_well_on_sigterm, major_of  # noqa: E402
from kinds.coverage import missing_cases  # noqa: E402
from kinds.rows import COUNT, FILL, SUMS  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
WRITTEN_FOR = 15    # the version of the server that `lpc compile --emit=sql` writes for
OF_OTHERS = "create role bystander superuser; create tablespace bystander location '';"    # on the server that shadows are guests of
ON_SHADOW = """select 'database', datname, '' from pg_database union all select 'tablespace', spcname, oid::text || coalesce(spcacl::text, '') from pg_tablespace
    union all select 'role', rolname, r::text from pg_roles r order by 1, 2"""
CASES = os.path.join(ROOT, "testdata", "kinds")


class Failed(Exception):
    def __init__(self, stage, detail):
        super().__init__(stage)
        self.stage, self.detail = stage, detail


def difference(wanted, got, names):
    return "\n".join(difflib.unified_diff(wanted.splitlines(), got.splitlines(), *names, lineterm="", n=1))


def is_empty(path):
    """Nothing but blank lines and comments."""
    with open(path) as file:
        lines = [line.strip() for line in file]
    return all(not line or (line.startswith("--") and not line.startswith("---")) for line in lines)


def objects(catalog):
    """What a catalog says of its objects, a line each. Roles that the text has no need to name, and what nothing is said of, are left out."""
    lines = []
    for each in json.loads(catalog)["objects"]:
        if each["attributes"] and not each.get("external") and not each["id"].startswith("role "):
            attributes = {name: value for name, value in each["attributes"].items() if not name.startswith("_")}    # `_x` are notes for planning
            lines.append(each["id"] + " " + json.dumps(attributes, sort_keys=True))
    return "\n".join(lines)


def is_sample(path, which):
    """Whether the case is in that quarter of all: what is dear is done for some of them only."""
    return zlib.crc32("/".join(path.split("/")[-3:]).encode()) % 4 == which


def without_hints(path):
    """What the file says of the state alone: a hint such as `@renamed_from(x)` needs a database with an x."""
    with open(path) as file:
        return re.sub(r"@\w+\((?:[^()]|\([^()]*\))*\)", "", file.read())


def optional(case, name):
    """The text of a file that a case may do without."""
    path = os.path.join(case, name)
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def unmet(wanted, script):
    """The first line of plan.txt that the script doesn't keep to, or nothing."""
    lines, at = script.splitlines(), 0
    for piece in filter(None, wanted.splitlines()):
        if piece.startswith("! "):
            if piece[2:] in script:
                return piece
            continue
        at = next((number + 1 for number in range(at, len(lines)) if piece in lines[number]), 0)
        if not at:
            return piece
    return ""


def secrets_of(*paths):
    """A value for each variable that the files name as a placeholder; it needs quoting wherever it goes, and a URL's has a password."""
    text = "".join(open(path).read() for path in paths)
    return {name: f"{'https://u:' if name.endswith('_URL') else ''}pa'ss \\ @{name.lower()}" for name in re.findall(r"\$\{(LP_\w+)\}", text)}


class Prover:
    """One worker: a server, and cases one after the other."""

    def __init__(self, lpc, timeout, by_psql=False, with_data=False, keep_data=False, shadow_server=False):
        self.lpc, self.timeout, self.by_psql = lpc, timeout, by_psql
        self.with_data = ["--with-data"] if with_data else []
        self.keeps_always = self.keep_data = keep_data
        self.server = Server()
        self.shadow, self.shadow_url = None, {}
        if shadow_server:
            self.shadow = Server()
            self.shadow.psql("postgres", OF_OTHERS)
            self.shadow_holds = self.on_shadow()
            self.shadow_url = {"SHADOW_DATABASE_URL": self.shadow.url("postgres")}
        self.known_roles = self.server.roles()
        self.secrets = {}
        self.others = self.own_rows = self.plan = self.holds = self.dump_back = ""

    def run(self, stage, *arguments, codes=(0,)):
        done = subprocess.run([self.lpc, *arguments], capture_output=True, text=True, timeout=self.timeout, stdin=subprocess.DEVNULL, cwd=self.folder,
                              env={**os.environ, **self.secrets, **self.shadow_url})
        if done.returncode not in codes:
            raise Failed(stage, f"`lpc {' '.join(arguments)}` ended with {done.returncode}\n{done.stderr.strip() or done.stdout.strip()}")
        return done

    def apply(self, stage, source, url):
        self.run(stage, "apply", source, "--url", url, "--manage", "*", "--yes", "--allow", "all")

    def rows(self):
        """Of each table the number of its own rows, the table that these are rows of in the end, and its OID."""
        lines = [line.rsplit("|", 3) for line in self.server.psql("a", COUNT).stdout.splitlines()]
        return {name: (int(number), root, oid) for name, root, oid, number in lines}

    def data_options(self):
        return [*self.with_data, *(["--keep-data"] if self.keep_data else [])]

    def sums(self):
        return "\n".join(sorted(self.server.psql("a", SUMS).stdout.splitlines())) if self.keep_data else ""

    def kept(self):
        return self.server.psql("a", "select string_agg(relname, ' ') from pg_class where relnamespace = to_regnamespace('lockplane_trash')").stdout.strip()

    def dumped(self, database):
        return self.server.dump(database)

    def build_after(self, after):
        """Database B: gives its dump and what roles there are, and takes both away again."""
        self.start("b")
        url = self.server.url("b")
        with open(f"{self.folder}/state.lp", "w") as file:
            file.write(without_hints(after))
        if is_sample(after, 1) or not self.build_by_sql("build", "state.lp", "b"):
            self.apply("build", "state.lp", url)
        wanted = self.dumped("b"), self.server.role_dump(self.known_roles)
        self.run("pull", "pull", url, "-o", "pulled.lp")
        self.run("pull", "fmt", "--check", "pulled.lp")
        live = objects(self.run("pull", "introspect", "--url", url).stdout)
        compiled = objects(self.run("pull", "compile", "pulled.lp").stdout)
        if live != compiled:
            raise Failed("pull", "the pulled text compiles to another catalog:\n" + difference(live, compiled, ("introspected", "compiled")))
        self.clean()
        return wanted

    def clean(self):
        self.server.drop("a", "b")
        self.server.drop_globals(self.known_roles)

    def on_shadow(self):
        return self.shadow.psql("postgres", ON_SHADOW).stdout

    def check_shadow(self):
        """A server that shadows are only guests of is as it was before."""
        if self.shadow and (now := self.on_shadow()) != self.shadow_holds:
            raise Failed("shadow", "on the shadow's server:\n" + difference(self.shadow_holds, now, ("before", "now")))

    def stop(self):
        for server in filter(None, (self.server, self.shadow)):
            server.stop()

    def start(self, database):
        self.server.create(database)
        if self.others:
            self.server.psql(database, self.others)

    def start_before(self, before, fill):
        self.start("a")
        if not is_empty(before):
            self.build_before(before)
        if fill:
            if self.own_rows:
                self.server.psql("a", self.own_rows)
            self.server.psql("a", FILL)
        return self.dumped("a"), self.rows()

    def build_before(self, before):
        url = self.server.url("a")
        if not self.build_by_sql("before", before, "a"):
            self.apply("before", before, url)
        elif is_sample(before, 0):
            self.run("before", "plan", before, "--url", url, "--manage", "*", "--exit-code")

    def build_by_sql(self, stage, source, database):
        """By what `compile` writes, which takes a fraction of a proved plan's time; False where that isn't for this server, lacks secrets, or knows nothing of what others have made."""
        if self.server.major != WRITTEN_FOR or self.secrets or self.others:
            return False
        script = self.run(stage, "compile", "--emit=sql", source).stdout
        built = self.server.psql(database, script, check=False)
        if built.returncode:
            raise Failed(stage, f"what `lpc compile --emit=sql` writes ends with\n{built.stderr.strip()}")
        return True

    def expect_failure(self, before, after, code):
        self.start_before(before, fill=False)
        done = self.run("plan", "plan", after, "--url", self.server.url("a"), "--manage", "*", codes=range(1, 70))
        if f"[{code}]" not in done.stderr:
            raise Failed("plan", f"{code} was expected\n{done.stderr}")

    def forward_and_back(self, before, after, wanted, fill):
        """False when the rows that were put into the tables stand in the way of the plan, which is no mistake of the plan."""
        dump_before, rows_before = self.start_before(before, fill)
        sums_before = self.sums()
        url = self.server.url("a")
        said = self.run("plan", "plan", after, "--url", url, "--manage", "*", "-o", "plan.json", "--sql", "plan.sql", *self.data_options()).stderr
        if re.search("LP50(18|19|22)", said):    # predicted isn't measured, online forms can't be proved, the way back loses more than it says
            raise Failed("plan", said)
        if is_sample(after, 2):    # twice
            self.run("plan", "plan", after, "--url", url, "--manage", "*", "-o", "again.json", *self.data_options())
            with open(f"{self.folder}/plan.json") as first, open(f"{self.folder}/again.json") as second:
                once, twice = first.read(), second.read()
                if once != twice:
                    raise Failed("plan", "made twice, the plan isn't the same:\n" + "\n".join(difflib.unified_diff(once.splitlines(), twice.splitlines(), "first", "second", lineterm="", n=1)))
        self.check_plan()
        if not self.carry_out("apply", fill, "apply", "plan.json", "--url", url, "--yes", "--allow", "all"):
            return False
        dump_after = self.dumped("a")
        if dump_after != wanted[0]:
            raise Failed("state", difference(wanted[0], dump_after, ("wanted", "got")))
        roles = self.server.role_dump(self.known_roles)
        missing = [line for line in wanted[1] if line not in roles]
        if missing:
            raise Failed("state", "roles lack:\n" + "\n".join(missing))
        mistakes = self.server.psql("a", self.holds).stdout.strip() if self.holds and fill else ""
        if mistakes:
            raise Failed("state", "holds.sql gives\n" + mistakes)
        second = self.run("empty", "plan", after, "--url", url, "--manage", "*", "--exit-code", codes=(0, 3))
        if second.returncode:
            raise Failed("empty", second.stdout)
        self.check_rows(rows_before, "rows")
        if self.has_steps() and not self.carry_out("back", fill, "rollback", "--url", url, "--yes", "--allow", "all"):
            return False
        self.check_back(dump_before, "after rollback")
        if not self.loses():
            self.check_rows(rows_before, "back")
            if not self.holds and self.sums() != sums_before:    # (its queries may well use sequences, or write)
                raise Failed("back", difference(sums_before, self.sums(), ("before", "after rollback")))
            if self.keep_data and self.kept():
                raise Failed("back", "something is left of what was kept: " + self.kept())
        return True

    def check_back(self, dump_before, when):
        """What the way back leads to: where the plan began, or, where it can't, what the case's back.lp says."""
        wanted = self.dump_back or dump_before
        got = self.dumped("a")
        if got != wanted:
            raise Failed("back", difference(wanted, got, ("before", when)))

    def carry_out(self, stage, fill, *arguments):
        """False when a statement fails because of the rows (classes 22 and 23: data exceptions and integrity constraints), or would by the preflight."""
        try:
            self.run(stage, *arguments)
        except Failed as failure:
            if fill and not self.own_rows and re.search(r"SQLSTATE 2[23]|LP6036", failure.detail):
                return False
            raise
        return True

    def check_plan(self):
        with open(f"{self.folder}/plan.sql") as file:
            script = file.read()
        piece = unmet(self.plan, script)
        if piece:
            statements = "\n".join(line for line in script.splitlines() if line and not line.startswith(("--", "\\", "SET ")))
            raise Failed("plan", f"plan.txt has `{piece}`, and the script is\n{statements}")

    def loses(self):
        with open(f"{self.folder}/plan.json") as file:
            return json.load(file)["reverse"]["loses"]

    def has_steps(self):
        with open(f"{self.folder}/plan.json") as file:
            return '"sql"' in file.read()

    def by_script(self, before, after, wanted):
        dump_before, _ = self.start_before(before, fill=False)
        url = self.server.url("a")
        self.run("plan", "plan", after, "--url", url, "--manage", "*", "-o", "plan.json", "--sql", "there.sql", "--reverse-sql", "back.sql")
        self.psql("apply", "there.sql", url)
        dump_after = self.dumped("a")
        if dump_after != wanted[0]:
            raise Failed("state", difference(wanted[0], dump_after, ("wanted", "got")))
        self.psql("back", "back.sql", url)
        self.check_back(dump_before, "after the reverse script")

    def psql(self, stage, script, url):
        done = subprocess.run(["psql", "-X", "-q", "-f", script, "-d", url], capture_output=True, text=True, timeout=self.timeout, stdin=subprocess.DEVNULL,
                              cwd=self.folder, env={**os.environ, **self.secrets})
        if done.returncode:
            raise Failed(stage, f"psql ended with {done.returncode}\n{done.stderr.strip()}")

    def check_rows(self, before, stage):
        def total(rows, root):
            return sum(count for count, own_root, _ in rows.values() if own_root == root)

        after = self.rows()
        lost = []
        for name, (count, _, oid) in before.items():
            renamed = next((each for each in after.values() if each[2] == oid), None)    # or where it was
            now, root, _ = renamed or after.get(name, (count, name, oid))
            # A partition may give rows to others.
            if now < count and (root == name or total(after, root) < total(before, root)):
                lost.append(f"{name}: {count} -> {now}")
        if lost:
            raise Failed(stage, "rows lost in " + ", ".join(lost))

    def prove(self, case):
        before, after, expected = (os.path.join(case, name) for name in ("before.lp", "after.lp", "expect.txt"))
        self.secrets = secrets_of(before, after)
        self.others, self.own_rows, self.plan, self.holds = (optional(case, name) for name in ("others.sql", "rows.sql", "plan.txt", "holds.sql"))
        self.keep_data = self.keeps_always or os.path.exists(os.path.join(case, "keep.txt"))
        with tempfile.TemporaryDirectory(prefix="lpc-kinds-") as self.folder:
            try:
                if os.path.exists(expected):
                    with open(expected) as file:
                        self.expect_failure(before, after, file.read().strip())
                    self.check_shadow()
                    return
                reached = os.path.join(case, "reached.lp")
                wanted = self.build_after(reached if os.path.exists(reached) else after)
                back = os.path.join(case, "back.lp")
                self.dump_back = self.build_after(back)[0] if os.path.exists(back) else ""
                if self.by_psql:
                    self.by_script(before, after, wanted)
                    return
                if not self.forward_and_back(before, after, wanted, fill=True):
                    self.clean()
                    self.forward_and_back(before, after, wanted, fill=False)
                self.check_shadow()
            finally:
                self.clean()


def is_meant_for(case, major):
    first, last = (optional(case, "versions.txt") or "-").strip().split("-")
    return int(first or 0) <= major <= int(last or 99)


def cases_in(folder):
    """The cases' folders, whose names are their paths from there."""
    return sorted(path for path, _, files in os.walk(folder) if "after.lp" in files)


def work(cases, options, report):
    prover = Prover(os.path.abspath(options.lpc), options.timeout, options.psql, options.with_data, options.keep_data, options.shadow_server)
    while True:
        try:
            case = cases.get_nowait()
        except queue.Empty:
            break
        name, start = os.path.relpath(case, os.path.dirname(os.path.abspath(options.cases))), time.monotonic()
        try:
            prover.prove(case)
            if optional(case, "open.txt"):
                report.add(name, "fail", "it passes now: take its open.txt away")
            else:
                report.add(name, "pass", seconds=time.monotonic() - start)
        except Failed as failure:
            if optional(case, "open.txt"):
                report.add(name, "skip", "can't be done yet: " + optional(case, "open.txt").strip())
                continue
            if "requires the server to be built with" in failure.detail:
                report.add(name, "skip", "this server was built without what the case needs")
                continue
            report.add(name, "fail", f"{failure.stage}: {failure.detail}", time.monotonic() - start)
        except subprocess.TimeoutExpired as failure:
            report.add(name, "fail", f"no end after {options.timeout} s: {' '.join(map(str, failure.cmd))}", time.monotonic() - start)
        except Exception as failure:    # the worker goes on with the next case whatever happened, unless the program is ending
            if prover.server.process is None:
                return
            report.add(name, "fail", f"harness: {type(failure).__name__}: {failure}", time.monotonic() - start)
    prover.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--cases", default=CASES, help="the folder of the cases")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--major", type=int, help="of the servers; the system's newest when not said")
    parser.add_argument("--psql", action="store_true", help="carry the plans out as scripts")
    parser.add_argument("--with-data", action="store_true", help="prove each plan with generated rows, too")
    parser.add_argument("--keep-data", action="store_true", help="have each plan keep what it would lose")
    parser.add_argument("--shadow-server", action="store_true", help="make the shadows on a server that is there already")
    parser.add_argument("--report")
    parser.add_argument("-v", action="store_true")
    parser.add_argument("filters", nargs="*")
    options = parser.parse_args()
    report = Report(options.report, options.v)
    if options.major:
        choose_major(options.major)
    major = major_of(f"{bindir()}/postgres")
    cases = queue.Queue()
    for case in cases_in(os.path.abspath(options.cases)):
        name = os.path.relpath(case, os.path.dirname(os.path.abspath(options.cases)))
        if options.filters and not any(each in name for each in options.filters):
            continue
        if is_meant_for(case, major):
            cases.put(case)
        else:
            report.add(name, "skip", f"not for Postgres {major}")
    if options.cases == CASES and not options.filters:
        for kind, needs in missing_cases(ROOT).items():
            report.add(f"kinds/coverage/{kind}", "fail" if needs else "pass", f"no case {' and none '.join(needs)}" if needs else "")
    end_well_on_sigterm()
    workers = [threading.Thread(target=work, args=(cases, options, report), daemon=True) for _ in range(max(1, min(options.jobs, cases.qsize())))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(report.close())


if __name__ == "__main__":
    main()
