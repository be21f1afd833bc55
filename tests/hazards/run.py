#!/usr/bin/env python3
"""Hazard precision: each change of dangerous.txt is found with its codes, and nothing is said of those of harmless.txt.

    run.py --lpc build/lpc [--jobs N] [FILTER…]

No database: `lpc lint` compares the two texts, and starts a server only for those in which SQL or a name changes.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from harness.report import Report  # noqa: E402


def read_cases(path):
    """(title, codes, before, after, script) of each `# ` block."""
    with open(path) as file:
        blocks = re.split(r"^# ", file.read(), flags=re.M)[1:]
    for block in blocks:
        head, _, body = block.partition("\n")
        title, _, codes = head.partition(": LP")
        lines = body.strip("\n").split("\n")
        script = [line[2:] for line in lines if line.startswith("$ ")]
        split = lines.index("=>") if "=>" in lines else len(lines)
        yield title.strip(), ("LP" + codes).split() if codes else [], program(lines[:split]), program(lines[split + 1:]), "\n".join(script)


def program(lines):
    outside = [line[2:] for line in lines if line.startswith("| ")]
    inside = [line for line in lines if not line.startswith(("| ", "$ "))]
    return "\n".join(outside + ["schema s {"] + inside + ["}", ""])


def lint(lpc, folder, before, after, script):
    if script:
        command = [lpc, "lint", write(folder, "change.sql", script + "\n"), "--json"]
    else:
        command = [lpc, "lint", write(folder, "new.lp", after), "--base", write(folder, "old.lp", before), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    if done.returncode not in (0, 4):
        return None, f"ended with {done.returncode}\n{done.stderr}{done.stdout}"
    return json.loads(done.stdout), ""


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def judge(case, dangerous, lpc):
    title, codes, before, after, script = case
    with tempfile.TemporaryDirectory(prefix="lpc-hazard-") as folder:
        found, problem = lint(lpc, folder, before, after, script)
    if problem:
        return problem
    said = [f"{each['severity']}[{each['code']}]: {each['message']}" for each in found]
    present = {each["code"] for each in found}
    if dangerous:
        missing = [code for code in codes if code not in present]
        return f"misses {' '.join(missing)}, found:\n" + "\n".join(said) if missing else "" if codes else "the case names no code"
    return "is told of:\n" + "\n".join(said) if said else ""


# About rows that are there, and about who waits for them.
BLOCKING = {"LP4005", "LP4008", "LP4009", "LP4010", "LP4011", "LP4020", "LP4022", "LP4023", "LP4024", "LP4030"}


def made_from_nothing(schema, lpc):
    """A real schema made from nothing: nobody waits, and no row is in the way."""
    with tempfile.TemporaryDirectory(prefix="lpc-hazard-") as folder:
        catalog = os.path.join(folder, "catalog.json")
        compiled = subprocess.run([lpc, "compile", schema, "-o", catalog], capture_output=True, text=True, timeout=600)
        if compiled.returncode:
            return f"compile ended with {compiled.returncode}\n{compiled.stderr}"
        done = subprocess.run([lpc, "lint", catalog, "--json"], capture_output=True, text=True, timeout=600)
    if done.returncode not in (0, 4):
        return f"ended with {done.returncode}\n{done.stderr}"
    found = [each for each in json.loads(done.stdout) if each["code"] in BLOCKING]
    return "\n".join(["has hazards:"] + [f"{each['code']}: {each['message']}" for each in found]) if found else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lpc", required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report")
    parser.add_argument("--corpus", help="a folder of folders with a schema.sql each: those instead of the cases")
    parser.add_argument("-v", action="store_true")
    parser.add_argument("filter", nargs="*")
    options = parser.parse_args()
    options.lpc = os.path.abspath(options.lpc)
    report = Report(options.report, options.v)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = []
        for schema in sorted(glob.glob(f"{options.corpus}/*/schema.sql")) if options.corpus else ():
            title = f"hazards/corpus/{os.path.basename(os.path.dirname(schema))}"
            if not options.filter or any(word in title for word in options.filter):
                jobs.append((title, time.monotonic(), pool.submit(made_from_nothing, schema, options.lpc)))
        for name, dangerous in () if options.corpus else (("dangerous", True), ("harmless", False)):
            for case in read_cases(os.path.join(HERE, name + ".txt")):
                title = f"hazards/{name}/{case[0]}"
                if not options.filter or any(word in title for word in options.filter):
                    jobs.append((title, time.monotonic(), pool.submit(judge, case, dangerous, options.lpc)))
        for title, start, job in jobs:
            problem = job.result()
            report.add(title, "fail" if problem else "pass", problem, time.monotonic() - start)
    sys.exit(report.close())


if __name__ == "__main__":
    main()
