#!/usr/bin/env python3
"""Guards of the architecture, read from the sources alone. Prints each offence as file:line: message, and ends with 1 if there is any.

The floors and rules are those of compiler/README.md: no include points up, one file knows ANTLR, one the SQL parser, nobody but compiler/kinds knows a
kind by name, every diagnostic has its page, and the plain layout rules of text files.
"""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Folder -> floor. A file includes its own folder and lower floors.
FLOORS = {
    "base": 0, "diag": 1, "ast": 1, "catalog": 2, "frontend": 2, "sema": 3, "change": 3, "kinds": 4, "lint": 5, "lower": 5, "plan": 5, "driver": 6,
    "pg": 7, "rpc": 7, "introspect": 8, "shadow": 9, "ledger": 9, "execute": 10, "rollout": 10, "lsp": 11, "mcp": 11, "cli": 12,
}
# kinds.def is the list of kinds; the ids of catalog/ are made of it.
INCLUDE_EXCEPTIONS = {("catalog", "kinds/kinds.def")}
# Who may include a heavy or a foreign header.
ONLY = {
    r"antlr4": r"compiler/frontend/parse\w*\.(cpp|h)",
    r"pg_query": r"compiler/frontend/sql_fragment_tree\.cpp",
    r"libpq-fe\.h|libpq/": r"runtime/.*",
    r"nlohmann/json\.hpp": r"compiler/(catalog|plan|frontend|diag)/\w+\.cpp|runtime/\w+/\w+\.cpp",
}
# Where a kind's name would mean knowledge that belongs into its own file.
KIND_FREE = ("compiler/plan/", "compiler/lower/", "compiler/catalog/hash.cpp", "runtime/introspect/")
# Sentences have to be short enough to read; files, too.
LONGEST_FILE = 600
LONGEST_LINE = 230


def sources(*patterns):
    return sorted(path for pattern in patterns for path in glob.glob(os.path.join(ROOT, pattern), recursive=True))


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")


def name(path):
    return os.path.relpath(path, ROOT)


def check_includes(path, lines):
    short = name(path)
    stage = short.split("/")[1]
    for number, line in enumerate(lines, 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not found:
            continue
        target, folder = found.group(2), found.group(2).split("/")[0]
        for header, allowed in ONLY.items():
            if re.match(header, target) and not re.fullmatch(allowed, short):
                yield number, f"{target} may not be included here (only {allowed})"
        if found.group(1) == "<" or folder not in FLOORS or (stage, target) in INCLUDE_EXCEPTIONS:
            continue
        if stage not in FLOORS:
            yield number, f"folder {stage} has no floor; give it one in scripts/guards.py"
        elif folder != stage and FLOORS[folder] >= FLOORS[stage]:
            yield number, f"{stage} (floor {FLOORS[stage]}) includes {target} (floor {FLOORS[folder]})"


def check_kind_names(path, lines):
    if not name(path).startswith(KIND_FREE):
        return
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0]
        for found in re.findall(r"\bKindId::(\w+)", code):
            yield number, f"knows the kind {found}; that belongs into compiler/kinds"


def check_layout(path, lines):
    if lines[-1] != "":
        yield len(lines), "no end of line at the end"
    if path.endswith((".cpp", ".h", ".py")) and len(lines) > LONGEST_FILE:
        yield len(lines), f"{len(lines)} lines; split what has more than {LONGEST_FILE}"
    for number, line in enumerate(lines, 1):
        if line.endswith((" ", "\t", "\r")):
            yield number, "blank at the end of the line"
        if "\t" in line:
            yield number, "tab"
        if len(line) > LONGEST_LINE and path.endswith((".cpp", ".h", ".py")) and not line.lstrip().startswith("//"):
            yield number, f"{len(line)} columns; break what has more than {LONGEST_LINE}"


def check_diagnostics():
    definitions = os.path.join(ROOT, "compiler/diag/diagnostics.def")
    previous = 0
    for number, line in enumerate(lines_of(definitions), 1):
        found = re.match(r"LP\((\d+),", line)
        if not found:
            continue
        code = int(found.group(1))
        if code <= previous:
            yield definitions, number, f"LP{code} stands after LP{previous}"
        previous = code
        if not os.path.exists(os.path.join(ROOT, f"docs/diagnostics/LP{code}.md")):
            yield definitions, number, f"docs/diagnostics/LP{code}.md is missing"
    known = "\n".join(lines_of(definitions))
    for page in sources("docs/diagnostics/LP*.md"):
        if f"LP({os.path.basename(page)[2:-3]}," not in known:
            yield page, 1, "a page for a code that doesn't exist"


def check_commands():
    """Every command is in the man page and the completions."""
    commands = set()
    for path in sources("runtime/cli/cmd_*.cpp"):
        commands |= set(re.findall(r'app\.add_subcommand\("(\w+)"', "\n".join(lines_of(path))))
    for page in ("docs/lpc.1", "completions/lpc.bash", "completions/_lpc", "completions/lpc.fish", "README.md"):
        path = os.path.join(ROOT, page)
        text = "\n".join(lines_of(path)) if os.path.exists(path) else ""
        for command in sorted(commands):
            if not re.search(rf"\b{command}\b", text):
                yield path, 1, f"says nothing of `lpc {command}`"


def check_scripts():
    for path in sources("scripts/*.sh", "completions/lpc.bash") + [os.path.join(ROOT, ".ci/run")]:
        if os.path.exists(path):
            done = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
            if done.returncode:
                yield path, 1, done.stderr.strip()


def offences():
    for path in sources("compiler/**/*.cpp", "compiler/**/*.h", "runtime/**/*.cpp", "runtime/**/*.h"):
        lines = lines_of(path)
        for check in (check_includes, check_kind_names, check_layout):
            for number, message in check(path, lines):
                yield path, number, message
    for path in sources("tests/**/*.py", "tests/**/*.cpp", "tests/**/*.h", "scripts/*", "compiler/diag/diagnostics.def", "compiler/kinds/kinds.def", "grammar/*.g4"):
        for number, message in check_layout(path, lines_of(path)):
            yield path, number, message
    yield from check_diagnostics()
    yield from check_commands()
    yield from check_scripts()


def main():
    found = sorted(set(offences()))
    for path, number, message in found:
        print(f"{name(path)}:{number}: {message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
