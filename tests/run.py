#!/usr/bin/env python3
"""Runs the tests, and closes with `N passed, N failed, N skipped`. Exit status 1 when something failed.

    run.py --build build [--label unit|db|lit|hazards|kinds|peers|forms|schemas|fuzz|corpus|majors|bench|load|nightly]… [-v]

Labels (all but majors, bench, load and nightly when none is named):
  unit     the GoogleTest program without a database
  lit      transcripts, goldens and FileCheck tests of the language and the commands, and the guards of scripts/check.sh
  db       the GoogleTest program with real servers
  hazards  dangerous changes are told of with the right codes, harmless ones aren't (tests/hazards)
  kinds    the cases of testdata/kinds, proved both ways with pg_dump as the witness
  peers    the cases of testdata/peers, where other tools fail, proved in the same way
  forms    each form of DDL: predicted locks, rewrites and scans against measured ones (tests/forms)
  schemas  the databases of testdata/schemas, with each kind of object and option, into .lp and back
  fuzz     fifty random schemas and random successors of them, proved both ways (tests/fuzz)
  majors   the same on each other major of Postgres that scripts/fetch-postgres.py has fetched
  corpus   real schemas and before/after pairs in ../shared, against what passed before (tests/corpus_floor.json)
  bench    ratios of tests/bench against the recorded ones
  load     each online form while pgbench runs against a million rows (tests/load)
  nightly  the cases of testdata/kinds proved with generated rows, and again with plans that keep what they would lose, a thousand random pairs, of another seed, twenty random
           changes of each database of testdata/schemas, and what the regression tests of Postgres 15 and of its extensions leave behind (fetched through apt)
A run works in a folder of its own under the temporary folder and removes it. Its last test is that no server, process or folder is left behind.
"""
import argparse
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import layers  # noqa: E402
from harness.leftovers import Leftovers  # noqa: E402
from harness.scratch import end_well_on_sigterm  # noqa: E402

LABELS = ("unit", "lit", "db", "hazards", "kinds", "peers", "forms", "schemas", "fuzz", "corpus", "majors", "bench", "load", "nightly")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, help="the build folder, with lpc and tests/ in it")
    parser.add_argument("--label", action="append", choices=LABELS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--update", action="store_true", help="rewrite the goldens (their tests fail once more)")
    parser.add_argument("--record", action="store_true", help="with --label corpus: run all of it and record what passes")
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    folder = tempfile.mkdtemp(prefix="lpc-tests-")
    os.chmod(folder, 0o755)    # the servers of root's tests run as another user
    end_well_on_sigterm()
    leftovers = Leftovers(folder)
    run = layers.Run(options, folder)
    try:
        for label in options.label or [each for each in LABELS if each not in ("majors", "bench", "load", "nightly")]:
            run.layer(label)
        run.add("run/nothing is left behind", leftovers.find())
    finally:
        leftovers.end_processes()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(run.close())


if __name__ == "__main__":
    main()
