#!/usr/bin/env python3
"""What the regression tests of Postgres 15 and of its extensions leave behind goes through lpc and back.

    regression.py --lpc build/lpc [NAME …] [--report FILE]

NAME is `regression`, for the server's own, or that of an extension's folder; all when none is named. scripts/fetch-regression-tests.py fetches them.
The stages are those of everything.py without `load`, and then
  back      the database made from the .lp is rolled back, and as empty as it was
Whether the tests themselves give what they should doesn't matter: what they leave is a database.
"""
import argparse
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.dirname(HERE))
from harness.report import Report  # noqa: E402
from harness.scratch import bindir, end_well_on_sigterm, program  # noqa: E402
from schemas.everything import Failed, Trip  # noqa: E402

PG_REGRESS = "/usr/lib/postgresql/15/lib/pgxs/src/test/regress/pg_regress"


class Regression(Trip):
    def __init__(self, lpc, timeout, tests):
        super().__init__(lpc, timeout)
        self.work = f"{self.server.folder}/work"
        shutil.copytree(tests, self.work)
        subprocess.run(["chown", "-R", "--reference", self.server.folder, self.work], check=True)

    def leave_behind(self, name):
        """Database A with what the tests leave in it."""
        if name == "regression":
            self.server.drop("a")
            subprocess.run([*self.server.as_server, PG_REGRESS, f"--bindir={bindir()}", f"--host={self.server.folder}", "--user=postgres", f"--dlpath={self.work}/lib",
                            f"--inputdir={self.work}/regress", f"--outputdir={self.work}", f"--schedule={self.work}/regress/parallel_schedule", "--max-connections=4", "--dbname=a"],
                           cwd=self.work, capture_output=True, timeout=self.timeout)
            return
        self.server.create("a")
        folder = f"{self.work}/contrib/{name}"
        for script in sorted(os.listdir(f"{folder}/sql")):
            subprocess.run([program("psql"), "-qX", "-f", f"sql/{script}", self.server.url("a")], cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=self.timeout)

    def check_left(self, name):
        self.leave_behind(name)
        if name == "regression" and not int(self.server.psql("a", "select count(*) from pg_depend where objid >= 16384").stdout):
            raise Failed("the tests have left nothing")      # those of extensions may drop all that they make
        self.check_there_and_back()
        self.server.create("c")
        empty = self.server.dump("c")
        self.run("back", "rollback", "--url", self.server.url("b"), "--yes", "--allow", "all")
        if self.server.dump("b") != empty:
            raise Failed("back: the database isn't empty")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--report")
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    end_well_on_sigterm()
    fetched = subprocess.run([sys.executable, f"{ROOT}/scripts/fetch-regression-tests.py"], capture_output=True, text=True)
    if fetched.returncode:
        raise SystemExit(fetched.stderr.strip())
    tests = fetched.stdout.strip()
    # Secrets that the sources name as placeholders.
    os.environ["LP_USER_MAPPING_PUBLIC_TESTSERVER1_SSLPASSWORD"] = "dummy"
    report = Report(options.report, verbose=True)
    trip = Regression(os.path.abspath(options.lpc), options.timeout, tests)
    extensions = sorted(each for each in os.listdir(f"{tests}/contrib") if os.path.isdir(f"{tests}/contrib/{each}/sql"))
    for name in options.names or ["regression", *extensions]:
        trip.report_on(report, f"regression/{name}", trip.check_left, name)
    trip.finish()
    sys.exit(report.close())


if __name__ == "__main__":
    main()
