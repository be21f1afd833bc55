"""The layers of the tests: how each is run, and how its results are read."""
import glob
import json
import os
import subprocess
import sys
import time

from harness import corpus, servers

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROOT = os.path.dirname(TESTS)

# Cases whose plans put psql to the test: bodies with semicolons in them, commits between steps, steps outside transactions, secrets, grants by several roles.
BY_PSQL = ("function/standard_bodies", "procedure/standard_body", "enum/add_used_value", "enum/reorder", "user_mapping/add_secret", "subscription/create",
           "subscription/alter_secret", "server/secret", "rule/create", "table/acl_chain", "role/settings", "database/alter", "partition/attach_and_detach",
           "constraint/foreign_key_circle", "view/column_type")


# Cases that put a shadow to the test which is a guest on a server of others: what the whole server shares, owners and new names.
ON_SHADOW_SERVER = ("kinds/database/", "kinds/tablespace/", "kinds/role/", "kinds/extension_member/", "kinds/function/rename", "kinds/table/rename", "kinds/table/acl_chain",
                    "kinds/subscription/create", "kinds/schema/rename")


def lit_program():
    found = sorted(glob.glob("/usr/lib/llvm-*/build/utils/lit/lit.py"))
    return found[-1] if found else None


class Run:
    def __init__(self, options, folder):
        self.options, self.folder, self.lpc = options, folder, os.path.join(options.build, "lpc")
        self.passed = self.failed = self.skipped = 0
        self.environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SHADOW_DATABASE_URL")}
        self.environment["LOCKPLANE_SERVERS"] = os.path.dirname(servers.folder_of(0))    # found by the cache folder, which becomes the run's own
        self.environment |= {"XDG_CACHE_HOME": f"{folder}/cache", "TMPDIR": f"{folder}/tmp", "LPC_TEST_RUN": folder, "PYTHONDONTWRITEBYTECODE": "1",
                             "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
        for name in ("cache", "tmp"):
            os.mkdir(f"{folder}/{name}", 0o755)

    def say(self, text):
        print(text, flush=True)

    def add(self, name, problem="", skipped=False):
        """One result: a problem is a failure; or a reason to skip."""
        if skipped:
            self.skipped += 1
            self.say(f"SKIP {name}  {problem}")
        elif problem:
            self.failed += 1
            lines = problem.strip().splitlines() or ["failed"]
            self.say(f"FAIL {name}  {lines[0]}")
            for line in lines[1:80]:
                self.say("    " + line)
        else:
            self.passed += 1
            if self.options.v:
                self.say(f"PASS {name}")

    def close(self):
        self.say(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed or not self.passed else 0

    def layer(self, label):
        start, before = time.monotonic(), (self.passed, self.failed, self.skipped)
        getattr(self, "run_" + label)()
        passed, failed, skipped = (now - then for now, then in zip((self.passed, self.failed, self.skipped), before))
        self.say(f"-- {label}: {passed} passed, {failed} failed, {skipped} skipped in {time.monotonic() - start:.0f} s")

    def start(self, command, log, **more):
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=open(log, "w"), stderr=subprocess.STDOUT, env=self.environment | more, cwd=ROOT)

    def tail(self, log, lines=40):
        with open(log, errors="replace") as file:
            return "\n".join(file.read().splitlines()[-lines:])

    # ---- GoogleTest

    def run_unit(self):
        self.googletest("lpc_unit")

    def run_db(self):
        self.googletest("lpc_db")

    def googletest(self, name):
        program = os.path.join(self.options.build, "tests", name)
        if not os.path.exists(program):
            self.add(name, f"{program} isn't built")
            return
        shards = []
        for shard in range(self.options.jobs):
            report, log = f"{self.folder}/{name}.{shard}.json", f"{self.folder}/{name}.{shard}.log"
            shards.append((report, log, self.start([program, f"--gtest_output=json:{report}", "--gtest_brief=1"], log,
                                                   GTEST_TOTAL_SHARDS=str(self.options.jobs), GTEST_SHARD_INDEX=str(shard))))
        for report, log, process in shards:
            code = process.wait()
            if os.path.exists(report):
                self.read_googletest(name, report)
            else:
                self.add(name, f"ended with {code} before its report\n{self.tail(log)}")

    def read_googletest(self, name, report):
        with open(report) as file:
            suites = json.load(file)["testsuites"]
        for test in (test for suite in suites for test in suite["testsuite"]):
            title = f"{name}/{test['classname']}.{test['name']}"
            problems = "\n".join(failure["failure"] for failure in test.get("failures", []))
            if test.get("result") == "SKIPPED":
                self.add(title, "skipped by itself", skipped=True)
            elif test.get("status") == "RUN":
                self.add(title, problems)

    # ---- lit

    def run_lit(self):
        lit = lit_program()
        if not lit:
            self.add("lit", "lit is missing; install llvm-14-tools")
            return
        report, log = f"{self.folder}/lit.json", f"{self.folder}/lit.log"
        command = [sys.executable, lit, "-j", str(self.options.jobs), "--output", report, "--param", f"lpc={self.lpc}",
                   "--param", f"output={self.folder}/lit", "--param", f"tmp={self.folder}/tmp",
                   f"{TESTS}/lit"]
        process = self.start(command + (["--param", "update=1"] if self.options.update else []), log)
        code = process.wait()
        if not os.path.exists(report):
            self.add("lit", f"ended with {code}\n{self.tail(log)}")
            return
        with open(report) as file:
            tests = json.load(file)["tests"]
        for test in tests:
            skipped = test["code"] in ("UNSUPPORTED", "SKIPPED")
            self.add("lit/" + test["name"].split(" :: ", 1)[-1], "" if test["code"] in ("PASS", "XFAIL") else test["output"] or test["code"], skipped)
        if not tests:
            self.add("lit", "found no tests")

    # ---- scripts that write harness.report

    def run_kinds(self):
        self.script("kinds", [f"{TESTS}/kinds/prove.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs)])

        self.script("shadow-server", [f"{TESTS}/kinds/prove.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs), "--shadow-server", *ON_SHADOW_SERVER], "shadow-server/")
        self.script("scripts", [f"{TESTS}/kinds/prove.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs), "--psql", *BY_PSQL], "psql/")

    def run_peers(self):
        self.script("peers", [f"{TESTS}/kinds/prove.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs), "--cases", f"{ROOT}/testdata/peers", "--shadow-server"])

    def run_hazards(self):
        self.script("hazards", [f"{TESTS}/hazards/run.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs)])

    def run_majors(self):
        if not servers.fetched():
            self.add("majors", "no other servers are there; `python3 scripts/fetch-postgres.py` fetches them", skipped=True)
        for major in servers.fetched():
            self.script(f"majors-{major}", [f"{TESTS}/kinds/prove.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs), "--major", str(major)], f"{major}/")
            self.script(f"majors-forms-{major}", [f"{TESTS}/forms/run.py", "--lpc", self.lpc, "--major", str(major)], f"{major}/")
            self.script(f"majors-schemas-{major}", [f"{TESTS}/schemas/everything.py", "--lpc", self.lpc, "--major", str(major)], f"{major}/")
        if servers.fetched():
            self.script("majors-across", [f"{TESTS}/schemas/across.py", "--lpc", self.lpc])

    def run_forms(self):
        self.script("forms", [f"{TESTS}/forms/run.py", "--lpc", self.lpc])

    def run_fuzz(self):
        self.fuzz(seed=1, pairs=50)
        self.altered(seed=1, times=1)

    def run_load(self):
        self.script("load", [f"{TESTS}/load/run.py", "--lpc", self.lpc])

    def run_nightly(self):
        for option in ("with-data", "keep-data"):
            self.script(option, [f"{TESTS}/kinds/prove.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs), f"--{option}"], f"{option}/")
        self.script("regression", [f"{TESTS}/schemas/regression.py", "--lpc", self.lpc])
        self.fuzz(seed=2, pairs=1000)
        self.altered(seed=2, times=20)

    def altered(self, seed, times):
        self.script("altered", [f"{TESTS}/fuzz/altered.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs), "--seed", str(seed), "--times", str(times),
                                "--keep", os.path.join(self.options.build, "altered-failures")])

    def fuzz(self, seed, pairs):
        self.script("fuzz", [f"{TESTS}/fuzz/run.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs), "--seed", str(seed), "--pairs", str(pairs),
                             "--keep", os.path.join(self.options.build, "fuzz-failures")])

    def run_schemas(self):
        self.script("schemas", [f"{TESTS}/schemas/everything.py", "--lpc", self.lpc])

    def run_bench(self):
        self.script("bench", [f"{TESTS}/bench/run.py", "--build", self.options.build, "--check"])

    def script(self, name, command, prefix=""):
        report, log = f"{self.folder}/{name}.json", f"{self.folder}/{name}.log"
        code = self.start([sys.executable, *command, "--report", report], log).wait()
        if not os.path.exists(report):
            self.add(name, f"ended with {code}\n{self.tail(log)}")
            return
        with open(report) as file:
            results = json.load(file)
        for result in results:
            self.add(prefix + result["name"], result["detail"] if result["status"] != "pass" else "", result["status"] == "skip")
        if not results:
            self.add(name, "found no tests")

    def run_corpus(self):
        schemas = os.path.join(os.path.dirname(ROOT), "shared", "corpus")
        if self.options.label == ["corpus"] and os.path.isdir(schemas):
            self.script("hazards-corpus", [f"{TESTS}/hazards/run.py", "--lpc", self.lpc, "--jobs", str(self.options.jobs), "--corpus", schemas])
        corpus.run(self, ROOT)
