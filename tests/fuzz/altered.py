#!/usr/bin/env python3
"""Whole schemas, changed by random DDL: planned, applied and rolled back on a real server, with pg_dump as the witness.

    altered.py --lpc build/lpc [FILTER …] [--seed 1] [--times 1] [--number N] [--corpus] [--jobs 2] [--keep FOLDER] [--report FILE] [-v]

The schemas are those of testdata/schemas, and with --corpus those of ../shared/corpus. One copy of a schema is altered (alterations.py) and then pulled; the
text is the target for another copy. Stages are those of tests/kinds/prove.py, the tables being empty. The seed and the number say which statements are taken.
What is known to be open (OPEN) is told of as skipped. Of the statements of a failure those that it can do without are left away (at most --shrink runs), and it is kept under --keep as alterations.sql and failure.txt.
"""
import argparse
import os
import queue
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from fuzz.alterations import alter  # noqa: E402
from harness.report import Report  # noqa: E402
from harness.scratch import bindir, end_well_on_sigterm, major_of  # noqa: E402
from kinds.prove import ROOT, Failed, Prover, difference, is_meant_for  # noqa: E402

SCHEMAS = os.path.join(ROOT, "testdata", "schemas")
CORPUS = os.path.join(os.path.dirname(ROOT), "shared", "corpus")
# Taken away again, a column's comment and privileges may stand elsewhere: pg_dump shows them in the order of the columns.
COLUMN_COMMENT = re.compile(r"(?:^--\n-- Name: COLUMN .*\n--\n\n)?^COMMENT ON COLUMN (?:[^']|'(?:[^']|'')*')*?;\n*", re.MULTILINE)

# What can't be done yet, by what a failure says.
OPEN = {
    r"because column \"[^\n]*\" uses its row type": "types made anew under a table whose row type is another table's column",
}


COLUMN_GRANTS = re.compile(r"^--\n-- Name: COLUMN .*; Type: ACL;.*\n--\n\n(?:(?:GRANT|REVOKE) .*\n)+", re.MULTILINE)


def any_order_of_columns(dump):
    for what in (COLUMN_COMMENT, COLUMN_GRANTS):
        dump = what.sub("", dump) + "".join(sorted(each.strip() + "\n" for each in what.findall(dump)))
    return dump


def without(dump, tables, types):
    """The dump without the CREATE TABLE and CREATE TYPE of those."""
    for what, names in ((r"(?:UNLOGGED |FOREIGN )?TABLE %s", tables), (r"TYPE %s AS ENUM", types)):
        for name in names:
            dump = re.sub(rf"(?ms)^CREATE {what % re.escape(name)} \($.*?;$", "", dump)
    return dump


class AlteredProver(Prover):
    """Holds one schema at a time, as the template `base`."""

    def __init__(self, lpc, timeout):
        super().__init__(lpc, timeout)
        roles = os.path.join(CORPUS, "roles.sql")
        self.server.psql("postgres", file=os.path.join(SCHEMAS, "roles.sql"), check=False)
        if os.path.exists(roles):
            self.server.psql("postgres", file=roles, check=False)
        self.schema, self.started_roles = None, self.server.roles()

    def hold(self, schema):
        if self.schema == schema:
            return
        self.schema = None
        self.clean()
        self.server.drop("base")
        self.server.drop_globals(self.started_roles)
        self.server.create("base")
        self.server.psql("base", file=schema, check=False)
        self.schema, self.known_roles = schema, self.server.roles()

    def copy(self, database):
        self.server.create(database, template="base")

    def start_before(self, before, fill):
        self.copy("a")
        return any_order_of_columns(self.server.dump("a")), {}

    def dumped(self, database):
        return any_order_of_columns(self.server.dump(database))

    def check_back(self, dump_before, when):
        """A column that a table had from its parent alone can't be so again, once it has left that, and a partition key's enum keeps its new values; the plan says so, and pg_dump tells the two
        apart."""
        lost = [(each["object"].split(" ", 1)[1], each["what"]) for each in self.loses()]
        tables = {name.rsplit(".", 1)[0] for name, what in lost if what == "being inherited alone"}
        types = {name for name, what in lost if what.startswith("values that it hadn't before stay")}
        before, got = without(dump_before, tables, types), without(self.dumped("a"), tables, types)
        if got != before:
            raise Failed("back", difference(before, got, ("before", when)))

    def alterations(self, seed):
        self.copy("b")
        return alter(self.server, "b", random.Random(seed))

    def altered(self, statements):
        self.copy("b")
        for statement in statements:
            self.server.psql("b", statement, check=False)

    def failure(self):
        """What is wrong with the way from the schema to database B: the stage and the details, or None."""
        with tempfile.TemporaryDirectory(prefix="lpc-altered-") as self.folder:
            try:
                self.run("pull", "pull", self.server.url("b"), "-o", "after.lp")
                self.run("pull", "fmt", "--check", "after.lp")
                wanted = self.dumped("b"), []
                self.server.drop("b")
                self.forward_and_back(None, f"{self.folder}/after.lp", wanted, fill=False)
            except Failed as failure:
                return failure.stage, failure.detail
            except subprocess.TimeoutExpired as failure:
                return "time", f"no end after {self.timeout} s: {' '.join(map(str, failure.cmd))}"
            finally:
                self.clean()
        return None

    def shrunk(self, statements, failed, runs):
        """Those of the statements without which it doesn't fail in the same way."""
        code = re.search(r"LP\d+", failed[1])
        for statement in list(reversed(statements)):
            if not runs:
                break
            runs -= 1
            fewer = [each for each in statements if each is not statement]
            self.altered(fewer)
            again = self.failure()
            if again and again[0] == failed[0] and (code is None or code[0] in again[1]):
                statements, failed = fewer, again
        return statements, failed


def examine(prover, options, schema, number, report):
    label = os.path.basename(os.path.dirname(schema))
    name, start = f"altered/{label}/{options.seed}/{number}", time.monotonic()
    prover.hold(schema)
    statements = prover.alterations(f"{label}/{options.seed}/{number}")
    failed = prover.failure()
    if not failed:
        report.add(name, "pass", seconds=time.monotonic() - start)
        return
    known = next((why for pattern, why in OPEN.items() if re.search(pattern, failed[1])), None)
    if known:
        report.add(name, "skip", f"can't be done yet: {known}")
        return
    if failed[0] != "time":
        statements, failed = prover.shrunk(statements, failed, options.shrink)
    folder = os.path.join(options.keep, f"{label}-{options.seed}-{number}")
    os.makedirs(folder, exist_ok=True)
    script = "".join(f"{each};\n" for each in statements)
    for file_name, content in (("alterations.sql", script), ("failure.txt", f"{failed[0]}: {failed[1]}\n")):
        with open(os.path.join(folder, file_name), "w") as file:
            file.write(content)
    report.add(name, "fail", f"{failed[0]}: {failed[1]}\nafter\n{script}kept in {folder}", time.monotonic() - start)


def work(tasks, options, report):
    prover = AlteredProver(os.path.abspath(options.lpc), options.timeout)
    while True:
        try:
            schema, numbers = tasks.get_nowait()
        except queue.Empty:
            break
        for number in numbers:
            try:
                examine(prover, options, schema, number, report)
            except Exception as failure:    # the worker goes on with the next one whatever happened, unless the program is ending
                if prover.server.process is None:
                    return
                report.add(f"altered/{schema}/{number}", "fail", f"harness: {type(failure).__name__}: {failure}")
    prover.server.stop()


def schemas(filters, parents):
    major = major_of(f"{bindir()}/postgres")
    found = []
    for parent in parents:
        for name in sorted(os.listdir(parent) if os.path.isdir(parent) else []):
            path = os.path.join(parent, name, "schema.sql")
            if os.path.exists(path) and is_meant_for(os.path.dirname(path), major) and (not filters or any(each in path for each in filters)):
                found.append(path)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--times", type=int, default=1, help="of each schema")
    parser.add_argument("--corpus", action="store_true", help="with the real schemas")
    parser.add_argument("--number", type=int, help="this one alone")
    parser.add_argument("--start", type=int, default=1, help="the first number")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("--keep", default="altered-failures")
    parser.add_argument("--shrink", type=int, default=14)
    parser.add_argument("--report")
    parser.add_argument("-v", action="store_true")
    parser.add_argument("filters", nargs="*")
    options = parser.parse_args()
    report, tasks = Report(options.report, options.v), queue.Queue()
    for schema in schemas(options.filters, [SCHEMAS, CORPUS] if options.corpus else [SCHEMAS]):
        tasks.put((schema, [options.number] if options.number is not None else list(range(options.start, options.start + options.times))))
    end_well_on_sigterm()
    workers = [threading.Thread(target=work, args=(tasks, options, report), daemon=True) for _ in range(max(1, min(options.jobs, tasks.qsize())))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(report.close())


if __name__ == "__main__":
    main()
