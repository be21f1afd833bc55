#!/usr/bin/env python3
"""docs/kinds.md: every kind of object, with its syntax and an example, from the kinds' own tables.

    kinds_page.py                      writes the page
    kinds_page.py --check [--lpc LPC]  ends with 1 when the page isn't what would be written, or an example doesn't compile or changes under `lpc fmt`

The kinds and their order come from compiler/kinds/kinds.def, what declares a kind and its attributes from the `k…DeclaredAs` and `AttributeRule` tables of its
file, the syntax from the grammar's rule of that name, the example from the first case in testdata/kinds that creates it.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "kinds.md")
# What is declared by a clause or by uniform declarations, not by a rule of its own.
RULES = {"view_column_override": "columnOverrideDecl", "materialized_view_column_override": "columnOverrideDecl", "view_index": "indexDecl"}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def grammar_rules():
    """Rule name -> its text."""
    text = re.sub(r"(?m)[ \t]*//.*$", "", read("grammar/LockplaneParser.g4"))
    return {name: " ".join(body.split()) for name, body in re.findall(r"(?ms)^(\w+)\s*:\s*(.*?)\s*;\s*$", text)}


def sources():
    """Constant -> the file that defines it."""
    result = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "compiler", "kinds", "*.cpp"))):
        text = read(path)
        for constant in re.findall(r"\bKind (k\w+)\s*(?:=|\{)", text):
            result[constant] = text
    return result


def syntax(words, rules):
    lines = []
    for word in words:
        rule = RULES.get(word) or re.sub(r"_(\w)", lambda found: found[1].upper(), word) + "Decl"
        rule = rule if rule in rules else "uniformDecl"
        line = f"{rule} : {rules[rule]}"
        if line not in lines:
            lines.append(line)
    return lines


def example_of(kind):
    """The case that shows how the kind is created."""
    folder = os.path.join(ROOT, "testdata", "kinds", kind.replace(" ", "_"))
    cases = sorted(os.listdir(folder))
    best = [each for each in cases if each == "create"] or [each for each in cases if re.match("create|add", each)] or [each for each in cases if not each.startswith("drop")]
    return os.path.relpath(os.path.join(folder, best[0], "after.lp"), ROOT)


def attributes_of(text):
    found = re.search(r"AttributeRule \w+\[\] = \{(.*?)\n\};", text, re.DOTALL)
    names = re.findall(r'\.name = "(\w+)"', found[1]) if found else []
    return [name for name in names if not name.startswith("_")]


def page():
    rules, files = grammar_rules(), sources()
    out = ["# Every kind of object", "",
           "Made by `scripts/kinds_page.py`; don't edit it. Syntax is that of `grammar/LockplaneParser.g4`; `grammar/README.md` explains the notation and the clauses.", ""]
    for constant, kind in re.findall(r'(?m)^KIND\(\w+, (\w+), "([^"]+)"\)', read("compiler/kinds/kinds.def")):
        text = files[constant]
        declared = re.search(r"k\w*DeclaredAs\[\] = \{([^}]*)\}", text)
        words = re.findall(r'"(\w+)"', declared[1]) if declared else []
        out += [f"## {kind}", ""]
        out += ["```", *syntax(words, rules), "```", ""] if words else ["A clause of what it belongs to.", ""]
        names = attributes_of(text)
        if names:
            out += ["Compared: " + ", ".join(f"`{name}`" for name in names) + ".", ""]
        example = example_of(kind)
        out += [f"From `{example}`:", "", "```lp", read(example).rstrip("\n"), "```", ""]
    return "\n".join(out).rstrip("\n") + "\n"


def run(lpc, *arguments):
    return subprocess.run([lpc, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=ROOT)


def problems_of_example(lpc, folder, number, example):
    """It compiles, and laid out by `lpc fmt` it compiles to the same and stays as it is."""
    path, laid_out = (os.path.join(folder, f"{word}{number}.lp") for word in ("example", "fmt"))
    for each in (path, laid_out):
        with open(each, "w", encoding="utf-8") as file:
            file.write(example)
    title = example.strip().splitlines()[0]
    before, formatted = run(lpc, "compile", path), run(lpc, "fmt", "-w", laid_out)
    if before.returncode or formatted.returncode:
        yield f"{title}: {before.stderr or formatted.stderr}"
    elif run(lpc, "fmt", "--check", laid_out).returncode:
        yield f"{title}: `lpc fmt` changes its own text"
    elif run(lpc, "compile", laid_out).stdout.replace(laid_out, path) != before.stdout:
        yield f"{title}: compiles to something else after `lpc fmt`"


def check(lpc):
    import tempfile
    now, wanted = (read(PAGE) if os.path.exists(PAGE) else ""), page()
    if now != wanted:
        yield "docs/kinds.md is out of date; run scripts/kinds_page.py"
    if lpc:
        with tempfile.TemporaryDirectory() as folder:
            for number, example in enumerate(re.findall(r"(?ms)^```lp\n(.*?)^```$", wanted)):
                yield from problems_of_example(lpc, folder, number, example)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--lpc")
    options = parser.parse_args()
    if options.check:
        problems = list(check(options.lpc))
        print("\n".join(problems) if problems else "The page is up to date.")
        sys.exit(1 if problems else 0)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page())


if __name__ == "__main__":
    main()
