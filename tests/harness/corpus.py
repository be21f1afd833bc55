"""Real schemas and before/after pairs of ../shared, when that folder is there: what has passed before must pass now.

tests/corpus_floor.json names what passed. A plain run takes a part of the pairs, so that all tests together stay within minutes;
`run.py --label corpus` takes them all, and with --record writes the floor anew.
"""
import glob
import json
import os
import sys

# Seconds of all pairs together would be too many for each run.
PAIRS_OF_A_PLAIN_RUN = 100
# Schemas that take minutes are for `--label corpus`.
SLOW_SCHEMAS = {"gitlab"}


def run(run, root):
    shared, floor_file = os.path.join(os.path.dirname(root), "shared"), os.path.join(root, "tests", "corpus_floor.json")
    if not os.path.isdir(os.path.join(shared, "tools")):
        run.add("corpus", "../shared isn't there", skipped=True)
        return
    with open(floor_file) as file:
        floor = json.load(file)
    full = run.options.record or run.options.label == ["corpus"]
    schemas = start_schemas(run, shared, floor, full)
    pairs = start_pairs(run, shared, floor, full)
    found = {"roundtrip": finish_schemas(run, *schemas), "pairs": finish_pairs(run, pairs)}
    for label, results in found.items():
        for name in floor[label]:
            if name in results:
                run.add(f"corpus/{label}/{name}", results[name])
            elif full:
                run.add(f"corpus/{label}/{name}", "wasn't run")
        new = sorted(name for name, why in results.items() if not why and name not in floor[label])
        if new:
            run.say(f"   passes now and isn't in the floor: {', '.join(new[:20])}")
        if full:
            run.say(f"   {label}: {sum(not why for why in results.values())} of {len(results)} pass")
    if run.options.record:
        with open(floor_file, "w") as file:
            json.dump({label: sorted(name for name, why in results.items() if not why) for label, results in found.items()}, file, indent=1)
            file.write("\n")


def start_schemas(run, shared, floor, full):
    files = sorted(glob.glob(f"{shared}/corpus/*/schema.sql"))
    name = lambda path: os.path.basename(os.path.dirname(path))    # noqa: E731
    chosen = [path for path in files if full or (name(path) in floor["roundtrip"] and name(path) not in SLOW_SCHEMAS)]
    log = f"{run.folder}/roundtrip.log"
    return (run.start([sys.executable, f"{shared}/tools/roundtrip.py", "--lpc", run.lpc, *chosen], log) if chosen else None), log


def finish_schemas(run, process, log):
    if not process:
        return {}
    process.wait()
    results = {}
    with open(log) as file:
        for line in file:
            if line.startswith(("ok  ", "FAIL")):
                words = line.split(None, 2)
                results[words[1]] = "" if words[0] == "ok" else words[2]
    return results


def start_pairs(run, shared, floor, full):
    cases = sorted(os.path.relpath(os.path.dirname(path), f"{shared}/cases") for path in glob.glob(f"{shared}/cases/**/new.sql", recursive=True))
    if not full:
        known = [case for case in cases if case in set(floor["pairs"])]
        step = max(1, len(known) // PAIRS_OF_A_PLAIN_RUN)
        cases = known[::step]
    started = []
    for part in range(run.options.jobs):
        chosen = cases[part :: run.options.jobs]
        if chosen:
            report, log = f"{run.folder}/pairs.{part}.json", f"{run.folder}/pairs.{part}.log"
            folders = [os.path.join(shared, "cases", case) for case in chosen]
            started.append((run.start([sys.executable, f"{shared}/tools/pairs.py", "--lpc", run.lpc, "--report", report, *folders], log), report, log, folders, shared))
    return started


def finish_pairs(run, started):
    results = {}
    for process, report, log, folders, shared in started:
        process.wait()
        if not os.path.exists(report):
            run.add("corpus/pairs", "ended before its report\n" + run.tail(log))
            continue
        common = os.path.commonpath(folders) if len(folders) > 1 else folders[0]
        with open(report) as file:
            for name, result in json.load(file).items():
                if result["stage"] != "harness":
                    case = os.path.relpath(os.path.normpath(os.path.join(common, name)), os.path.join(shared, "cases"))
                    results[case] = "" if result["stage"] == "ok" else f"{result['stage']}: {result['why']}"
    return results
