#!/usr/bin/env python3
"""Predicted locks, rewrites and scans of every form of DDL against measured ones.

    run.py --lpc build/lpc [--major 18] [--report FILE] [FILTER …]

Two checks of each form of forms.py on a server of that major:
  shadow   `lpc verify` of one hand-written plan with all forms, a transaction each: what lpc predicts equals what it measures on the shadow, without a note
  outside  what plain SQL measures on tables with rows (outside.py, which knows nothing of lpc) equals the prediction
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from forms import outside  # noqa: E402
from forms.forms import FIXTURES, FORMS  # noqa: E402
from harness.report import Report  # noqa: E402
from harness.scratch import Server, bindir, choose_major, end_well_on_sigterm, major_of, program  # noqa: E402

class Database:
    def __init__(self, server):
        self.server = server
        server.create("forms")
        for name in ("lpc_forms", "lpc_forms2"):
            # In place from 15 on; before that a folder of the server's own user.
            folder = ""
            if server.major < 15:
                folder = f"{server.folder}/{name}"
                os.mkdir(folder)
                if os.geteuid() == 0:
                    shutil.chown(folder, "postgres", "postgres")
            self("create tablespace {} location '{}'".format(name, folder))

    def __call__(self, sql, whole=False):
        stop = [] if whole else ["-v", "ON_ERROR_STOP=1"]
        done = subprocess.run([program("psql"), "-XqAt", *stop, self.server.url("forms")], input=sql, capture_output=True, text=True)
        if not whole and done.returncode:
            raise RuntimeError(done.stderr.strip()[:1000])
        return done if whole else done.stdout


def plan_of(forms):
    """Each form in a transaction of its own; the way back makes every form's objects anew."""
    steps, reverse = [], []
    for number, form in enumerate(forms, 1):
        objects = [f"schema {form.schema}"]
        steps.append({"description": form.name, "sql": outside.sql_of(form.sql, form), "objects": objects, "group": number, "transactional": form.transactional})
        reverse.append({"description": form.name, "sql": outside.take_down(form) + outside.build_up(form, FIXTURES), "objects": objects, "group": number})
    return {"managed": ["*"], "declared": ["tablespace lpc_forms", "tablespace lpc_forms2"], "steps": steps, "reverse": {"steps": reverse}}


def verify(lpc, server, forms, folder):
    """Step by form's name, and what lpc said."""
    plan, out = f"{folder}/plan.json", f"{folder}/verified.json"
    with open(plan, "w") as file:
        json.dump(plan_of(forms), file)
    done = subprocess.run([lpc, "verify", plan, "-o", out, "--no-sql", "--url", server.url("forms")], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[:4000])
    with open(out) as file:
        return {step["description"]: step for step in json.load(file)["steps"]}, done.stderr


def differences_of(step):
    """Where the plan's own prediction and measurement part."""
    for lock in step.get("locks", []):
        if lock.get("predicted") != lock.get("measured"):
            yield f"lock on {lock['relation']}: predicted {lock.get('predicted')}, measured {lock.get('measured')}"
    for what in ("rewrites", "scans"):
        for touch in step.get(what, []):
            if "measured" in touch and touch.get("predicted") != touch["measured"]:
                yield f"{what} {touch['relation']}: predicted {touch.get('predicted')}, measured {touch['measured']}"


def prediction_of(step):
    return {"locks": {lock["relation"]: lock["predicted"] for lock in step.get("locks", []) if "predicted" in lock},
            **{what: sorted(touch["relation"] for touch in step.get(what, []) if touch.get("predicted")) for what in ("rewrites", "scans")}}


def tell(report, name, problems):
    report.add(name, "fail" if problems else "pass", "\n".join(problems))


def check_form(form, step, measured, report):
    found = list(differences_of(step))
    tell(report, f"forms/shadow/{form.name}", found)
    predicted = prediction_of(step)
    if form.empties:      # a new, empty file isn't written anew, whatever its number says
        measured = measured | {"rewrites": [], "scans": []}
    found = [f"{what}: predicted {predicted[what]}, measured {measured[what]}" for what in ("locks", "rewrites", "scans") if predicted[what] != measured[what]]
    tell(report, f"forms/outside/{form.name}", found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--major", type=int)
    parser.add_argument("--report")
    parser.add_argument("-v", action="store_true")
    parser.add_argument("filter", nargs="*")
    options = parser.parse_args()
    end_well_on_sigterm()
    if options.major:
        choose_major(options.major)
    major = options.major or major_of(f"{bindir()}/postgres")
    forms = [form for form in FORMS if form.shadow and form.first <= major <= form.last and (not options.filter or any(each in form.name for each in options.filter))]
    report = Report(options.report, options.v)
    server = Server()
    try:
        database = Database(server)
        outside.set_up(forms, FIXTURES, database)
        with tempfile.TemporaryDirectory() as folder:
            steps, said = verify(os.path.abspath(options.lpc), server, forms, folder)
        tell(report, "forms/no note", said.splitlines() if "LP5018" in said else [])
        measured = outside.measure(forms, database, server.url("forms"))
        for form in forms:
            check_form(form, steps[form.name], measured[form.schema], report)
    finally:
        server.stop()
    sys.exit(report.close())


if __name__ == "__main__":
    main()
