#!/usr/bin/env python3
"""Online forms under load: pgbench at full speed against tables of a million rows while a plan is applied and rolled back.

    run.py --lpc build/lpc [FILTER …] [--rows N] [--report FILE] [-v]

No statement of the load may fail, and none may wait longer than lpc's lock_timeout (2 s) plus 10 %. The longest wait of each form is printed.
"""
import argparse
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from harness.report import Report  # noqa: E402
from harness.scratch import Server, end_well_on_sigterm, program  # noqa: E402

LONGEST = 2.0 * 1.1    # seconds
CLIENTS = 4

BASE = """
CREATE SCHEMA shop;
CREATE DOMAIN shop.amount AS bigint;
CREATE SEQUENCE shop.load_ids START 100000001;
CREATE TABLE shop.users (id int PRIMARY KEY, email text, age int);
CREATE TABLE shop.orders (id int, user_id int, total shop.amount, note text);
CREATE INDEX orders_id ON shop.orders (id);
CREATE INDEX orders_user ON shop.orders (user_id);
CREATE TABLE shop.log (id int, at int) PARTITION BY RANGE (at);
CREATE TABLE shop.log_1 PARTITION OF shop.log FOR VALUES FROM (0) TO (500000);
CREATE TABLE shop.log_2 PARTITION OF shop.log FOR VALUES FROM (500000) TO (1000000);
CREATE TABLE shop.log_rest PARTITION OF shop.log DEFAULT;
CREATE TABLE shop.old_log (id int, at int);
"""
ROWS = """
INSERT INTO shop.users SELECT n, 'user' || n, n % 90 FROM generate_series(1, {n}) n;
INSERT INTO shop.orders SELECT n, 1 + n % {n}, n, 'note' FROM generate_series(1, {n}) n;
INSERT INTO shop.log SELECT n, (n::bigint * 1000000 / {n})::int - 1 FROM generate_series(1, {n}) n;
INSERT INTO shop.log SELECT n, 5000000 + n FROM generate_series(1, {n}) n;
INSERT INTO shop.old_log SELECT n, 2000000 + n % 1000 FROM generate_series(1, {n}) n;
ANALYZE;
"""
LOAD = """
\\set id random(1, {n})
\\set age random(1, 90)
UPDATE shop.users SET age = :age WHERE id = :id;
SELECT email FROM shop.users WHERE id = :id;
UPDATE shop.orders SET total = total + 1 WHERE id = :id;
SELECT sum(total) FROM shop.orders WHERE user_id = :id;
INSERT INTO shop.orders (id, user_id, total) VALUES (nextval('shop.load_ids'), :id, 1);
INSERT INTO shop.log (id, at) VALUES (:id, :id % 1000000);
INSERT INTO shop.log (id, at) VALUES (:id, 5000000 + :id);
"""
FORMS = {
    "create index": "CREATE INDEX users_age ON shop.users (age);",
    "replace index": "DROP INDEX shop.orders_user; CREATE INDEX orders_user ON shop.orders (user_id, id);",
    "drop index": "DROP INDEX shop.orders_user;",
    "unique": "ALTER TABLE shop.users ADD CONSTRAINT users_email_key UNIQUE (email);",
    "primary key": "ALTER TABLE shop.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);",
    "check": "ALTER TABLE shop.orders ADD CONSTRAINT positive CHECK (total > 0);",
    "foreign key": "ALTER TABLE shop.orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES shop.users;",
    "not null": "ALTER TABLE shop.users ALTER COLUMN email SET NOT NULL;",
    "column with a value for each row": "ALTER TABLE shop.users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();",
    "attach partition": "ALTER TABLE shop.log ATTACH PARTITION shop.old_log FOR VALUES FROM (2000000) TO (3000000);",
    "partition beside a default": "CREATE TABLE shop.log_3 PARTITION OF shop.log FOR VALUES FROM (3000000) TO (4000000);",
    "index of a partitioned table": "CREATE INDEX log_id ON shop.log (id);",
    "check of a domain": "ALTER DOMAIN shop.amount ADD CONSTRAINT amount_check CHECK (VALUE < 1000000000);",
    "nullable column": "ALTER TABLE shop.users ADD COLUMN nick text DEFAULT 'none';",
}


class Load:
    """pgbench, from `start` to `stop`; gives (longest wait in seconds, statements, what failed)."""

    def __init__(self, url, script, folder):
        self.folder = folder
        self.process = subprocess.Popen([program("pgbench"), "-n", "-c", str(CLIENTS), "-j", "2", "-T", "3600", "-M", "simple", "--log", f"--log-prefix={folder}/log", "-f", script, url],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def stop(self):
        early = self.process.poll() is not None
        self.process.send_signal(signal.SIGINT)
        errors = self.process.communicate()[1]
        longest, count = 0.0, 0
        for path in glob.glob(f"{self.folder}/log*"):
            with open(path) as file:
                for line in file:
                    fields = line.split()
                    if len(fields) < 3 or not fields[2].isdigit():
                        continue
                    longest, count = max(longest, int(fields[2]) / 1e6), count + 1
        failed = [line for line in errors.splitlines() if "ERROR" in line or "aborted" in line]
        if early and not failed:
            failed = ["pgbench ended by itself: " + errors[-300:]]
        return longest, count, failed


def lpc(options, url, *arguments):
    done = subprocess.run([options.lpc, *arguments], env=dict(os.environ, DATABASE_URL=url, NO_COLOR="1"), capture_output=True, text=True)
    if options.verbose:
        print(done.stdout[-2000:], done.stderr[-2000:])
    if done.returncode != 0:
        raise RuntimeError(f"lpc {arguments[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")
    return done.stdout + done.stderr    # notes go to the latter


def under_load(options, url, folder, act):
    script = os.path.join(folder, "load.sql")
    with open(script, "w") as file:
        file.write(LOAD.format(n=options.rows))
    logs = tempfile.mkdtemp(dir=folder)
    load = Load(url, script, logs)
    try:
        time.sleep(1)
        began = time.monotonic()
        act()
        took = time.monotonic() - began
        time.sleep(0.5)
    finally:
        longest, count, failed = load.stop()
        shutil.rmtree(logs)
    return longest, count, failed, took


def run(options, report):
    folder = tempfile.mkdtemp(prefix="lpc-load-")
    server = Server()
    try:
        server.create("shop")
        url = server.url("shop")
        server.psql("shop", sql=BASE + ROWS.format(n=options.rows))
        print(f"{'form':34} {'apply':>8} {'longest wait':>13} {'roll back':>10} {'longest wait':>13} {'transactions':>13}")
        for name, change in FORMS.items():
            if options.filter and not any(word in name for word in options.filter):
                continue
            wanted = os.path.join(folder, "wanted.sql")
            with open(wanted, "w") as file:
                file.write(BASE + change)
            try:
                plan = os.path.join(folder, "plan.json")
                text = lpc(options, url, "plan", wanted, "-o", plan)
                there = under_load(options, url, folder, lambda: lpc(options, url, "apply", plan, "--yes", "--allow", "all"))
                back = under_load(options, url, folder, lambda: lpc(options, url, "rollback", "--yes", "--allow", "all"))
                print(f"{name:34} {there[3]:>6.1f} s {there[0] * 1000:>10.0f} ms {back[3]:>8.1f} s {back[0] * 1000:>10.0f} ms {there[1] + back[1]:>13}", flush=True)
                wrong = there[2] + back[2]
                wrong += [f"a transaction took {each[0]:.2f} s" for each in (there, back) if each[0] > LONGEST]
                wrong += ["the plan isn't what was predicted: " + line for line in text.splitlines() if "LP5018" in line or "LP5019" in line]
                report.add(f"load/{name}", "fail" if wrong else "pass", "\n".join(wrong))
            except RuntimeError as error:
                report.add(f"load/{name}", "fail", str(error))
                server.psql("shop", sql="DROP SCHEMA shop CASCADE;" + BASE + ROWS.format(n=options.rows))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("filter", nargs="*")
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--report")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    options.lpc = os.path.abspath(options.lpc)
    end_well_on_sigterm()
    report = Report(options.report, options.verbose)
    run(options, report)
    sys.exit(report.close())


if __name__ == "__main__":
    main()
