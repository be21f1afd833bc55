"""Every diagnostic has a test: its code, or its name in the registry, stands in tests/. Prints what doesn't."""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

# What no test can bring about in a reasonable way, and why.
EXCEPTIONS = {
    2010: "nothing reports it yet",
    4005: "nothing reports it yet",
    5008: "what lpc can plan for has no such change left; for kinds to come",
    5013: "nothing reports it yet",
    5010: "a bug of lpc or of the server: a catalog that contradicts itself",
    6004: "needs a lock held for longer than all retries",
    6006: "needs a connection cut at the right moment",
    6009: "depends on the words of the server",
    6010: "needs a machine without Postgres",
    6011: "needs an initdb that fails",
    6012: "needs a server that doesn't start",
    6015: "needs a full disk or a folder that can't be written; root can write everywhere",
    6016: "see 6015",
    6021: "needs a shadow server with a user that may not create databases",
    6031: "needs a database changed during a run",
    6035: "needs a transaction pooler",
}


def main():
    texts = []
    for path in glob.glob(f"{ROOT}/tests/**/*", recursive=True) + glob.glob(f"{ROOT}/testdata/kinds/*/*/expect.txt"):
        if os.path.isfile(path) and not path.endswith("coverage.py"):
            with open(path, errors="replace") as file:
                texts.append(file.read())
    text = "\n".join(texts)
    missing = []
    with open(f"{ROOT}/compiler/diag/diagnostics.def") as file:
        for code, name in re.findall(r"^LP\((\d+), \w+, (k\w+),", file.read(), re.MULTILINE):
            if f"LP{code}" not in text and not re.search(rf"\b{name}\b", text) and int(code) not in EXCEPTIONS:
                missing.append(f"LP{code} {name}")
    print("\n".join(missing))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
