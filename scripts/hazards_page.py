#!/usr/bin/env python3
"""Writes docs/hazards.md: every hazard with its family and severity, from compiler/diag/diagnostics.def and the pages, and the names that other tools use
(docs/hazards.peers.txt). `--check` only tells whether it is up to date."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "hazards.md")
BLOCKING, FAILING, CLIENTS = "Blocking others", "Failing on rows", "Breaking clients"
# The first fourteen are older than the bands.
FAMILIES = [("Losing data", (4001, 4007)), (FAILING, (4008, 4009)), (BLOCKING, (4010, 4011)), ("Security", (4012, 4012)), ("Losing data", (4013, 4013)), (FAILING, (4014, 4014)),
            ("Losing data", (4015, 4019)), (BLOCKING, (4020, 4029)), (FAILING, (4030, 4039)), (CLIENTS, (4040, 4049)), ("Security", (4050, 4059)), ("Style", (4060, 4075)),
            (CLIENTS, (4076, 4076)), ("Losing data", (4077, 4077)), ("Style", (4078, 4079)), (CLIENTS, (4080, 4089)), ("Scale", (4090, 4099))]
ORDER = ["Losing data", BLOCKING, FAILING, CLIENTS, "Security", "Style", "Scale"]
INTRODUCTION = """# Hazards

Written by `scripts/hazards_page.py`; change that, `compiler/diag/diagnostics.def` or `docs/hazards.peers.txt`.

A hazard is what a change may lose, break, block or expose. lpc computes hazards from the facts of two catalogs, from the locks of the steps, and, with a database at
hand, from its statistics; a new table has none that is about rows or waiting. `lpc explain CODE` has the page of each.

**What stops `lpc apply`:** errors and warnings do, with exit code 4, until each is allowed. Notes never do. Style is advice that only `lpc lint` gives.

**Allowing:**

- on the command line of `plan`, `apply`, `rollback` and `lint`: `--allow LP4001`, `--allow LP4001:shop.carts`, `--allow 'LP4001:shop.*=nobody uses them'`; `--allow all` allows
  every one. What stands behind the colon is a glob over the object's name, with or without its kind; a table's covers its parts, a schema's all in it. When `apply` refuses, it prints what to paste;
- in `lockplane.toml`, with a reason: `[[allow]]` with `code`, `object` (left out: any) and `reason`;
- in the sources: `@allow(LP4011, 'this table stays small')` above the object, what it is part of, or the schema. The reason stands in the plan;
- in a migration file: `-- lpc: allow LP4011 reason` in front of the statement or behind it.

`@protect`, and `protect = ["shop.invoices"]` in `lockplane.toml`, can't be overruled that way (LP4016).

**Rows in the way:** for steps that fail on some rows (`checks` in the plan's JSON) `lpc plan` asks the live database, in READ ONLY transactions under a `statement_timeout`, how many rows there are
and shows the keys of a few. `lpc apply` asks again before its first step and refuses with LP6036 and exit code 4; an answer that takes too long is a warning.
"""


def hazards():
    """(number, severity, title of the page)."""
    with open(os.path.join(ROOT, "compiler/diag/diagnostics.def")) as file:
        for number, severity in re.findall(r"^LP\((4\d+), (\w+),", file.read(), flags=re.M):
            with open(os.path.join(ROOT, f"docs/diagnostics/LP{number}.md")) as page:
                yield int(number), severity, page.readline().split(": ", 1)[1].strip()


def family_of(number):
    return next(name for name, (low, high) in FAMILIES if low <= number <= high)


def link(number):
    return f"[LP{number}](diagnostics/LP{number}.md)"


def peers(known):
    """The lines of the page about other tools. A code that doesn't exist ends the run."""
    with open(os.path.join(ROOT, "docs/hazards.peers.txt")) as file:
        for line in file.read().split("\n"):
            if line.startswith("## "):
                yield from ("", f"### {line[3:]}", "", "| theirs | what it is | ours |", "| --- | --- | --- |")
            elif "|" in line and not line.startswith("#"):
                name, what, ours = (part.strip() for part in line.split("|"))
                codes = re.findall(r"LP(\d+)", ours) if not ours.startswith("-") else []
                missing = [code for code in codes if int(code) not in known and int(code) > 4000]
                if missing:
                    sys.exit(f"docs/hazards.peers.txt: LP{missing[0]} doesn't exist")
                yield f"| {name} | {what} | {', '.join(link(code) for code in codes) if codes else 'none: ' + ours[1:].strip()} |"


def page():
    found = list(hazards())
    lines = [INTRODUCTION]
    for family in ORDER:
        lines += [f"## {family}", "", "| code | severity | |", "| --- | --- | --- |"]
        lines += [f"| {link(number)} | {severity} | {title} |" for number, severity, title in found if family_of(number) == family] + [""]
    lines += ["## What other tools call them"]
    lines += peers({number for number, _, _ in found})
    return "\n".join(lines) + "\n"


def main():
    text = page()
    if "--check" in sys.argv:
        with open(PAGE) as file:
            if file.read() != text:
                sys.exit("docs/hazards.md is out of date: python3 scripts/hazards_page.py")
        return
    with open(PAGE, "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
