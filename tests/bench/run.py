#!/usr/bin/env python3
"""Whole-process benches as ratios to a peer measured in the same run: medians of paired runs, so that a slow or busy machine doesn't count.

    run.py --build build [--record] [--check] [--report FILE] [--only TEXT]

--record writes the ratios to results.json beside this file, --check fails a ratio that is worse than the recorded one by more than noise.
Rows that need a schema of ../shared/corpus are left out when that folder isn't there.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from harness.report import Report  # noqa: E402
from harness.scratch import Server, bindir, end_well_on_sigterm, program  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
RESULTS = os.path.join(HERE, "results.json")
CORPUS = os.path.join(os.path.dirname(ROOT), "shared", "corpus")
NOISE = 1.35    # a ratio may be worse than the recorded one by this factor


def timed(command, cpu=False, **more):
    """Seconds, passed or of the process's own work, and its peak memory in MB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {errors.decode(errors='replace').strip()[:500]}")
    return usage.ru_utime + usage.ru_stime if cpu else time.monotonic() - start, usage.ru_maxrss / 1024


class Bench:
    def __init__(self, options):
        self.options, self.lpc = options, os.path.join(options.build, "lpc")
        self.rows, self.folder, self.server = [], tempfile.mkdtemp(prefix="lpc-bench-"), None
        os.chmod(self.folder, 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def pair(self, name, goal, ours, peer, peer_name, times=5):
        """One row. `ours` and `peer` are commands, or functions that give (seconds, memory)."""
        run = lambda what: what() if callable(what) else timed(what)    # noqa: E731
        self.row(name, goal, lambda: (run(ours), run(peer)), peer_name, times)

    def row(self, name, goal, measure, peer_name, times):
        """One row of what `measure` gives: ours and the peer's (seconds, memory)."""
        if self.options.only and self.options.only not in name:
            return
        measure()    # warm caches
        pairs = [measure() for _ in range(times)]
        ours_typical, peer_typical = statistics.median(a[0] for a, _ in pairs), statistics.median(b[0] for _, b in pairs)
        ratio = statistics.median(a[0] / b[0] for a, b in pairs)
        row = {"name": name, "ours_ms": round(1000 * ours_typical), "peer": peer_name, "peer_ms": round(1000 * peer_typical), "ratio": round(ratio, 3), "goal": goal,
               "memory_mb": round(max(a[1] for a, _ in pairs))}
        self.rows.append(row)
        print(f"{name:44} {row['ours_ms']:>7} ms {row['memory_mb']:>5} MB   {peer_name:34} {row['peer_ms']:>7} ms   ratio {ratio:6.2f}   goal {goal}", flush=True)

    # ---- without a server

    def compile(self):
        big, part, sql = self.path("big.lp"), self.path("part.lp"), self.path("big.sql")
        for path, tables in ((big, "10000"), (part, "1000")):
            with open(path, "w") as file:
                subprocess.run([sys.executable, f"{HERE}/generate.py", tables], stdout=file, check=True)
        # To a parser the same tables ten times are as good as ten times as many tables.
        ddl = subprocess.run([self.lpc, "compile", part, "--emit=sql"], capture_output=True, check=True).stdout
        with open(sql, "wb") as file:
            file.write(ddl * 10)
        peer = [os.path.join(self.options.build, "tests", "pg_parse"), sql]
        self.pair("compile 10,000 tables", 3.0, [self.lpc, "compile", big, "--emit=hash"], peer, "libpg_query on the same DDL", times=3)
        self.pair("check 10,000 tables", 3.0, [self.lpc, "check", big], peer, "libpg_query on the same DDL", times=3)

    def small_check(self):
        small = self.path("small.lp")
        with open(small, "w") as file:
            subprocess.run([sys.executable, f"{HERE}/generate.py", "9"], stdout=file, check=True)
        self.pair("check a 200-line file", 5.0, [self.lpc, "check", small], [self.lpc, "--version"], "lpc --version", times=15)

    def shadow_start(self):
        """An empty plan between two texts that differ in SQL needs a server, and hardly anything else."""
        texts = [self.path("a.lp"), self.path("b.lp")]
        for number, name in enumerate(texts):
            with open(name, "w") as file:
                file.write(f"schema s {{\n table t {{\n id bigint\n check (id > {number})\n }}\n}}\n")
        self.pair("plan of one change, embedded shadow", 4.0, [self.lpc, "plan", texts[1], "--from", texts[0]], self.bare_start, "copy of a server's folder + start")

    def bare_start(self):
        """What no shadow can do without: a data folder copied, a server started and stopped."""
        if self.server is None:
            self.server = Server()
        if not os.path.isdir(self.path("template")):
            self.server.psql("postgres", "checkpoint")
            subprocess.run([*self.server.as_server, f"{bindir()}/initdb", "-D", f"{self.server.folder}/template", "-U", "postgres", "-A", "trust", "--no-sync"],
                           check=True, stdout=subprocess.DEVNULL, cwd="/")
            os.mkdir(self.path("template"))
        data, sockets = f"{self.server.folder}/copy", f"{self.server.folder}/s"
        if not os.path.isdir(sockets):
            subprocess.run([*self.server.as_server, "mkdir", sockets], check=True)
        start = time.monotonic()
        subprocess.run([*self.server.as_server, "cp", "-r", f"{self.server.folder}/template", data], check=True)
        process = subprocess.Popen([*self.server.as_server, f"{bindir()}/postgres", "-D", data, "-k", sockets, "-c", "listen_addresses=", "-c", "fsync=off"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while subprocess.run([program("psql"), "-XAtc", "select 1", f"postgresql://postgres@/postgres?host={sockets}"], capture_output=True).returncode:
            time.sleep(0.005)
        process.terminate()
        process.wait()
        seconds = time.monotonic() - start
        shutil.rmtree(data)
        return seconds, 0

    # ---- with the largest schema of the corpus

    def load(self):
        schema = os.path.join(CORPUS, "gitlab", "schema.sql")
        if not os.path.exists(schema):
            print("no ../shared/corpus/gitlab: no rows with a live database")
            return False
        if self.server is None:
            self.server = Server()
        roles = os.path.join(CORPUS, "roles.sql")
        if os.path.exists(roles):
            self.server.psql("postgres", file=roles)
        self.server.create("gitlab")
        self.server.psql("gitlab", file=schema)
        return True

    def bare_queries(self, url):
        """The SELECTs that introspection sends, as a script for psql: read from the server's log."""
        log, script = f"{self.server.folder}/log", self.path("queries.sql")
        self.server.psql("postgres", "alter system set log_statement = 'all'")
        self.server.psql("postgres", "alter system set log_line_prefix = '@@@'")
        self.server.psql("postgres", "select pg_reload_conf()")
        time.sleep(0.3)
        start = os.path.getsize(log)
        timed([self.lpc, "introspect", "--url", url])
        self.server.psql("postgres", "alter system reset all")
        self.server.psql("postgres", "select pg_reload_conf()")
        with open(log) as file:
            file.seek(start)
            entries = file.read().replace("\n\t", "\n").split("@@@")
        found = [match.group(1).strip() for entry in entries if (match := re.match(r"LOG:  (?:statement|execute [^:]*): ((?:SELECT|WITH)\b.*)", entry, re.DOTALL | re.IGNORECASE))]
        with open(script, "w") as file:
            file.write("set search_path = '';\n\\o /dev/null\n" + "".join(f"{each.rstrip(';')}\n;\n" for each in found if "$1" not in each))
        return script, len(found)

    def planning(self):
        """Ten changes among so many tables, without proof: `lint --base` plans and judges. Twice the tables should take at most twice the time: those of the
        largest schema of the corpus (some thousand), and many times as many. Half as many are planned twice, which takes as long: a shorter run has a better chance
        of a moment when the machine does nothing else, and would look better than it is. Once before and once after, so that a machine that grows slower doesn't count."""
        commands = {}
        for tables in (1000, 2000, 4000, 8000):
            before, after = self.path(f"{tables}.lp"), self.path(f"{tables}.changed.lp")
            text = subprocess.run([sys.executable, f"{HERE}/generate.py", str(tables)], capture_output=True, text=True, check=True).stdout
            parts = text.split("weight_0 integer")
            joined = parts[0] + "".join(("weight_0 bigint" if number % (len(parts) // 10) == 0 else "weight_0 integer") + part for number, part in enumerate(parts[1:]))
            for path, content in ((before, text), (after, joined)):
                with open(path, "w") as file:
                    file.write(content)
            commands[tables] = [self.lpc, "lint", "--allow", "all", "--base", before, after]

        def doubled(half, whole):
            first, ours, second = [timed(commands[tables], cpu=True) for tables in (half, whole, half)]
            return ours, (first[0] + second[0], second[1])

        self.row("ten changes among 2,000 tables", 1.0, lambda: doubled(1000, 2000), "the same among 1,000, twice", times=21)
        self.row("ten changes among 8,000 tables", 1.0, lambda: doubled(4000, 8000), "the same among 4,000, twice", times=9)

    def live(self):
        if not self.load():
            return
        url = self.server.url("gitlab")
        introspect = [self.lpc, "introspect", "--url", url]
        # As after a restore: the planner knows nothing of the system catalogs yet, and a bad guess costs seconds.
        self.pair("introspect GitLab before ANALYZE", 0.5, introspect, [program("pg_dump"), "-s", "-f", "/dev/null", url], "pg_dump -s", times=3)
        self.server.psql("gitlab", "vacuum analyze")
        catalogs = [self.path("gitlab.json"), self.path("gitlab.changed.json")]
        for path in catalogs:
            timed([self.lpc, "introspect", url, "-o", path])
        with open(catalogs[1]) as file:
            text = file.read()
        with open(catalogs[1], "w") as file:
            file.write(text.replace('"not_null":true,"type":"bigint"', '"type":"bigint"', 10))
        # The goal is 3 s on the machine where pg_dump takes 1.5 s.
        self.pair("ten changes of GitLab, unproved", 2.0, [self.lpc, "lint", "--allow", "all", "--base", *catalogs], [program("pg_dump"), "-s", "-f", "/dev/null", url], "pg_dump -s", times=3)
        self.pair("introspect GitLab", 0.25, introspect, [program("pg_dump"), "-s", "-f", "/dev/null", url], "pg_dump -s")
        script, count = self.bare_queries(url)
        self.pair("introspect GitLab (queries)", 1.3, introspect, [program("psql"), "-Xq", "-f", script, url], f"its {count} queries in psql")
        changed = self.path("gitlab.lp")
        timed([self.lpc, "pull", url, "-o", changed])
        with open(changed) as file:
            text = file.read()
        at = re.search(r"^\s*table \S+ \{$|^table \S+ [^\n]*\{$", text, re.MULTILINE)
        with open(changed, "w") as file:
            file.write(text[: at.end()] + "\n    brand_new_column integer" + text[at.end():])

        def load_with_psql():
            self.server.create("copy")
            return timed([program("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-f", os.path.join(CORPUS, "gitlab", "schema.sql"), self.server.url("copy")])

        self.pair("plan of one new column against GitLab", 0.2, [self.lpc, "plan", changed, "--url", url, "--manage", "*"], load_with_psql, "psql loads the schema", times=3)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--report")
    parser.add_argument("--only", help="rows whose name has this in it")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    report, bench = Report(options.report), Bench(options)
    recorded = {}
    if os.path.exists(RESULTS):
        with open(RESULTS) as file:
            recorded = {row["name"]: row for row in json.load(file)}
    end_well_on_sigterm()
    try:
        for part in (bench.compile, bench.small_check, bench.shadow_start, bench.planning, bench.live):
            try:
                part()
            except (RuntimeError, OSError, subprocess.CalledProcessError, AttributeError) as error:
                report.add(f"bench/{part.__name__}", "fail", str(error))
    finally:
        if bench.server:
            bench.server.stop()
        shutil.rmtree(bench.folder, ignore_errors=True)
    for row in bench.rows:
        before = recorded.get(row["name"])
        worse = options.check and before and row["ratio"] > NOISE * before["ratio"]
        report.add("bench/" + row["name"], "fail" if worse else "pass", f"ratio {row['ratio']}, recorded {before['ratio']}" if worse else "")
    if options.record:
        with open(RESULTS, "w") as file:
            json.dump(list((recorded | {row["name"]: row for row in bench.rows}).values()), file, indent=1)
            file.write("\n")
    sys.exit(report.close())


if __name__ == "__main__":
    main()
