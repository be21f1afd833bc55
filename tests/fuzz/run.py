#!/usr/bin/env python3
"""Random pairs of schemas, planned, applied and rolled back on a real server, with pg_dump as the witness.

    run.py --lpc build/lpc [--seed 1] [--pairs 50] [--pair N] [--jobs 2] [--keep FOLDER] [--shrink 40] [-v] [--report FILE]

The seed says which pairs: pair N of a seed is the same one every time. Both states of a pair are SQL (generate.py), loaded into databases; the target reaches
lpc as the text that it pulls, with @renamed_from where an object has another name. Stages are those of tests/kinds/prove.py. A pair that fails is made
smaller (at most --shrink runs) and kept under --keep as before.sql, after.sql, after.lp and failure.txt.
"""
import argparse
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from fuzz.generate import KINDS, ROLES, pair, text  # noqa: E402
from fuzz.shrink import shrink  # noqa: E402
from harness.report import Report  # noqa: E402
from harness.scratch import end_well_on_sigterm, program  # noqa: E402
from kinds.prove import Failed, Prover, difference, objects  # noqa: E402
from kinds.rows import FILL  # noqa: E402


def quoted(name):
    """A name as lpc prints it, or close: as a pattern."""
    return f'(?:{re.escape(name)}|"{re.escape(name.replace(chr(34), chr(34) * 2))}")'


def with_hints(pulled, first, second):
    """The text, with @renamed_from before the declarations of objects that have another name than in the first state."""
    order = {"schema": 0, "table": 1}
    unsaid = set()    # renamed without a hint, so dropped and made anew: their parts are no parts of what was there
    for each in sorted(second.objects.values(), key=lambda one: order.get(one.kind, 2)):
        before = first.objects.get(each.uid)
        word = KINDS[each.kind].word
        if not before or any(holder and holder.uid in unsaid for holder in (each["schema"], each["table"])):
            unsaid.add(each.uid)
            continue
        if before.name == each.name:
            continue
        unsaid.add(each.uid)
        if not each.hinted or not word:
            continue
        word = r"(?:unlogged |foreign )?table" if word == "table" else r"(?:\w+ )*?" + word if word != "column" else ""
        if each.kind == "schema":
            word = "schema "    # nothing stands before it, and `default privileges … in schema` is another one
        pattern = re.compile(rf"^([ \t]*)({word}(?:^|(?<=\s)| ){quoted(each.name)}(?=[ (;{{]|$))", re.MULTILINE)
        if len(pattern.findall(pulled)) == 1 or each.kind == "schema":    # a schema may have several blocks
            name = before.name if re.fullmatch(r"[a-z_][a-z0-9_]*", before.name) and "_" in before.name else '"' + before.name.replace('"', '""') + '"'
            pulled = pattern.sub(lambda found, name=name: f"{found[1]}@renamed_from({name})\n{found[1]}{found[2]}", pulled, count=1)
            unsaid.discard(each.uid)
    return pulled


class FuzzProver(Prover):
    def __init__(self, lpc, timeout):
        super().__init__(lpc, timeout)
        for role in ROLES:
            self.server.psql("postgres", f"create role {role}")
        self.known_roles = self.server.roles()
        self.statements = self.refused = 0

    def load(self, database, state):
        """Statements that the server refuses are left out."""
        self.server.create(database)
        sql = text(state)
        done = subprocess.run([program("psql"), "-Xq", self.server.url(database)], input=sql, capture_output=True, text=True)
        self.statements += sql.count(";\n")
        self.refused += done.stderr.count("ERROR:")
        self.errors = done.stderr

    def pulled(self, database, state):
        """Pulls the database, and compares what the text compiles to with what was read."""
        self.load(database, state)
        url = self.server.url(database)
        self.run("pull", "pull", url, "-o", "pulled.lp")
        self.run("pull", "fmt", "--check", "pulled.lp")
        live = objects(self.run("pull", "introspect", "--url", url).stdout)
        compiled = objects(self.run("pull", "compile", "pulled.lp").stdout)
        if live != compiled:
            raise Failed("pull", "the pulled text compiles to another catalog:\n" + difference(live, compiled, ("introspected", "compiled")))

    def start_before(self, before, fill):
        self.load("a", before)
        if fill:
            self.server.psql("a", FILL, check=False)    # a deferred constraint may refuse all rows
        return self.server.dump("a"), self.rows()

    def prove(self, states):
        first, second = states
        with tempfile.TemporaryDirectory(prefix="lpc-fuzz-") as self.folder:
            try:
                self.pulled("b", second)
                wanted = self.server.dump("b"), self.server.role_dump(self.known_roles)
                with open(f"{self.folder}/pulled.lp") as file:
                    self.after = with_hints(file.read(), first, second)
                with open(f"{self.folder}/after.lp", "w") as file:
                    file.write(self.after)
                self.clean()
                if not self.forward_and_back(first, "after.lp", wanted, fill=True):
                    self.clean()
                    self.forward_and_back(first, "after.lp", wanted, fill=False)
            finally:
                self.clean()

    def failure(self, states):
        """The stage and what went wrong, or None."""
        self.after = ""
        try:
            self.prove(states)
        except Failed as failure:
            return failure.stage, failure.detail
        except subprocess.TimeoutExpired as failure:
            return "time", f"no end after {self.timeout} s: {' '.join(map(str, failure.cmd))}"
        return None


def keep(folder, states, after, stage, detail):
    os.makedirs(folder, exist_ok=True)
    for name, content in (("before.sql", text(states[0])), ("after.sql", text(states[1])), ("after.lp", after), ("failure.txt", f"{stage}: {detail}\n")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(content)


def examine(prover, options, number, report):
    name, start = f"fuzz/{options.seed}/{number}", time.monotonic()
    states = pair(f"{options.seed}/{number}")
    failed = prover.failure(states)
    if failed:
        stage, code = failed[0], re.search(r"LP\d+", failed[1])
        def fails(smaller):
            again = prover.failure(smaller)
            return bool(again) and again[0] == stage and (code is None or code[0] in again[1])
        if options.shrink and stage != "time":
            states = shrink(states, fails, options.shrink)
            failed = prover.failure(states) or failed
        folder = os.path.join(options.keep, f"{options.seed}-{number}")
        keep(folder, states, prover.after, *failed)
        report.add(name, "fail", f"{failed[0]}: {failed[1]}\nkept in {folder}; again with: tests/fuzz/run.py --lpc {options.lpc} --seed {options.seed} --pair {number}", time.monotonic() - start)
    else:
        report.add(name, "pass", seconds=time.monotonic() - start)


def work(numbers, options, report, totals):
    prover = FuzzProver(os.path.abspath(options.lpc), options.timeout)
    while True:
        try:
            number = numbers.get_nowait()
        except queue.Empty:
            break
        try:
            examine(prover, options, number, report)
        except Exception as failure:    # the worker goes on with the next pair whatever happened, unless the program is ending
            if prover.server.process is None:
                return
            report.add(f"fuzz/{options.seed}/{number}", "fail", f"harness: {type(failure).__name__}: {failure}")
    totals.append((prover.statements, prover.refused))
    prover.server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--pair", type=int, help="this one alone")
    parser.add_argument("--start", type=int, default=1, help="the first pair's number")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--keep", default="fuzz-failures")
    parser.add_argument("--shrink", type=int, default=40)
    parser.add_argument("--report")
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    report, numbers, totals = Report(options.report, options.v), queue.Queue(), []
    for number in [options.pair] if options.pair is not None else range(options.start, options.start + options.pairs):
        numbers.put(number)
    end_well_on_sigterm()
    workers = [threading.Thread(target=work, args=(numbers, options, report, totals), daemon=True) for _ in range(max(1, min(options.jobs, numbers.qsize())))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    statements, refused = (sum(column) for column in zip(*totals)) if totals else (0, 0)
    report.add(f"fuzz/{options.seed}/the server takes the statements", "fail" if refused > statements * 0.05 else "pass", f"{refused} of {statements} refused")
    print(f"{refused} of {statements} statements refused by the server", flush=True)
    sys.exit(report.close())


if __name__ == "__main__":
    main()
