#!/usr/bin/env python3
"""What is pulled from a server of one major has nothing to do on a server of another that holds the same.

    across.py --lpc build/lpc [AREA …] [--pair 13:18 …] [--report FILE]

The databases of testdata/schemas are loaded on both, with what both majors have. Stages of an area; a failure says which one was reached:
  load      its schema.sql, on both servers
  pull      the first one is printed as .lp
  empty     a plan from the second one to the .lp has nothing to do
"""
import argparse
import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from harness import servers  # noqa: E402
from harness.report import Report  # noqa: E402
from harness.scratch import Server, choose_major, end_well_on_sigterm, program  # noqa: E402
from kinds.prove import is_meant_for  # noqa: E402

SCHEMAS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "testdata", "schemas")
NEWEST_OF_SYSTEM = 15


class Failed(Exception):
    pass


def known_pairs():
    """Neighbours, and the two that are furthest apart, both ways."""
    majors = sorted({*servers.fetched(), NEWEST_OF_SYSTEM})
    pairs = [pair for one, two in zip(majors, majors[1:]) for pair in ((one, two), (two, one))]
    return pairs + [(majors[0], majors[-1]), (majors[-1], majors[0])] if len(majors) > 2 else pairs


class Crossing:
    """One server of each major, started when it is first needed."""

    def __init__(self, lpc, timeout):
        self.lpc, self.timeout, self.servers = lpc, timeout, {}

    def server(self, major):
        choose_major(major)
        if major not in self.servers:
            self.servers[major] = Server()
        return self.servers[major]

    def run(self, stage, major, *arguments):
        choose_major(major)
        done = subprocess.run([self.lpc, *arguments], capture_output=True, text=True, timeout=self.timeout, stdin=subprocess.DEVNULL, cwd=self.folder)
        if done.returncode:
            raise Failed(f"{stage}: `lpc {' '.join(arguments)}` ended with {done.returncode}\n{done.stderr.strip()}\n{done.stdout.strip()}")

    def load(self, major, path, both):
        server = self.server(major)
        server.create("a")
        done = subprocess.run([program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-v", f"as_version={min(both)}0000", "-v", f"newest={max(both)}0000", server.url("a"), "-f", path],
                              capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"load: on {major}: " + "\n".join(line for line in done.stderr.splitlines() if "ERROR" in line))
        return server.url("a")

    def check(self, path, first, second):
        one, two = self.load(first, path, (first, second)), self.load(second, path, (first, second))
        self.run("pull", first, "pull", one, "-o", "pulled.lp")
        self.run("empty", second, "plan", "pulled.lp", "--url", two, "--manage", "*", "--exit-code")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--report")
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("--pair", action="append", help="FROM:TO; neighbours and the two furthest apart when not said")
    parser.add_argument("areas", nargs="*")
    options = parser.parse_args()
    end_well_on_sigterm()
    report, crossing = Report(options.report, verbose=True), Crossing(os.path.abspath(options.lpc), options.timeout)
    pairs = [tuple(int(major) for major in pair.split(":")) for pair in options.pair] if options.pair else known_pairs()
    for first, second in pairs:
        for path in sorted(glob.glob(f"{SCHEMAS}/*/schema.sql")):
            area = os.path.basename(os.path.dirname(path))
            if (options.areas and area not in options.areas) or not all(is_meant_for(os.path.dirname(path), major) for major in (first, second)):
                continue
            problem = ""
            with tempfile.TemporaryDirectory() as crossing.folder:
                try:
                    crossing.check(path, first, second)
                except (Failed, subprocess.TimeoutExpired, RuntimeError) as failure:
                    problem = str(failure) or type(failure).__name__
            report.add(f"across/{first}-{second}/{area}", "fail" if problem else "pass", problem)
    sys.exit(report.close())


if __name__ == "__main__":
    main()
