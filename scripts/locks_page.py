#!/usr/bin/env python3
"""docs/locks.md: what each form of DDL locks, rewrites and scans, from the rules that lpc predicts by (compiler/plan/forms.def).

    locks_page.py             writes the page
    locks_page.py --check     ends with 1 when the page isn't what would be written
"""
import argparse
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "locks.md")
FORM = re.compile(r'^FORM\("((?:[^"\\]|\\.)*)", "([^"]*)", "([^"]*)", (\w+), (\d+), "([^"]*)", "([^"]*)", "([^"]*)", "([^"]*)"\)$')
MODES = {"RS": "ROW SHARE", "RX": "ROW EXCLUSIVE", "SUX": "SHARE UPDATE EXCLUSIVE", "S": "SHARE", "SRX": "SHARE ROW EXCLUSIVE", "X": "EXCLUSIVE",
         "AX": "ACCESS EXCLUSIVE", "*": "the mode named"}
# The roles of compiler/plan/impact_roles.cpp in words.
ROLES = {
    "table": "it", "tree": "it and what inherits from it", "with_partitions": "it and its partitions", "partitions": "its partitions", "named": "it",
    "named_tree": "it and what inherits from it", "named_partitions": "it and its partitions", "named_parents": "the parent and its default partition",
    "named_tables": "the index's table", "newly_published": "it", "published": "the tables published before", "parents": "the parents",
    "parents_default": "the default partition", "other": "the other one named", "partition": "the partition", "default": "the default partition and its own partitions", "default_itself": "the default partition",
    "unproved_partition": "the partition, unless a CHECK proves its bound", "unproved_default": "the default partition, unless a CHECK proves that no row moves",
    "parents_unproved_default": "the default partition, unless a CHECK proves that no row moves", "parent_keys": "tables that the parent's foreign keys refer to",
    "parent_users": "tables with foreign keys to the parent", "checked_keys": "tables that the parent's foreign keys refer to",
    "users_scan": "tables with foreign keys to the parent", "partition_indexes": "the partition's indexes", "below_partition": "its partitions", "referenced": "the referenced table",
    "key_ends": "the referenced table", "key_triggers": "the referenced table", "column_keys": "tables that the column's foreign keys refer to",
    "key_end": "the referenced table", "column_key_ends": "tables at the other ends of the column's foreign keys",
    "rechecked_keys": "tables at the other ends of the column's foreign keys", "constraint_users": "tables with foreign keys to it (CASCADE)",
    "all_key_ends": "tables at the other ends of its foreign keys", "truncated_users": "tables that refer to it (CASCADE)", "sequences": "sequences that it owns",
    "column_sequences": "the sequence that the column owns", "column_views": "views of the column (CASCADE)", "views": "views of it (CASCADE)",
    "identity_sequence": "the sequence", "nullable_tree": "those in which nothing proves NOT NULL", "constraint_tree": "it and its partitions",
    "in_tablespace": "each table there", "in_schema": "everything in it", "index_tables": "it and its partitions", "unindexed_tables": "it and the partitions without such an index",
    "check_tree": "it and those below it; before 18 not those below one with such a CHECK",
    "merged_keys": "those of them to which the partition has a foreign key already",
    "column_tree": "it and those below it, but not below one with the column",
    "new_column_tree": "those that get the column",
    "dropped_column_heirs": "it, those that lose the column with it, and those directly below them", "old_column_tree": "since 18 those that have it and become NOT NULL",
    "unchecked_tree": "it and those below it without such a CHECK", "unvalidated_tree": "those of it and below it that aren't validated",
    "indexes": "its indexes",
    "indexed_table": "it, when it has indexes", "reads": "what the query reads", "statistics_table": "its table", "typed_tables": "tables of the type",
    "domain_users": "tables with a column of it", "trigger_tree": "it, and its partitions that have the trigger",
}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def locks_in_words(text):
    by_mode = {}
    for lock in filter(None, (each.strip() for each in text.split(","))):
        mode, role = lock.split(" ")
        by_mode.setdefault(MODES[mode], []).append(ROLES[role])
    return "; ".join(f"{mode} on {', on '.join(roles)}" for mode, roles in by_mode.items()) or "none"


def relations_in_words(text):
    return "; ".join(ROLES[each.strip().lstrip("~")] for each in text.split(",") if each.strip()) or "–"


def manual_page(statement):
    """Of the current manual."""
    same = {"CREATE FOREIGN TABLE": "createforeigntable", "VACUUM FULL": "vacuum", "REINDEX INDEX": "reindex", "REINDEX TABLE": "reindex"}
    return "https://www.postgresql.org/docs/18/sql-" + same.get(statement, statement.lower().replace(" ", "")) + ".html"


def page():
    out = ["# What DDL locks, rewrites and scans", "",
           "Made by `scripts/locks_page.py` from `compiler/plan/forms.def`, the rules that lpc predicts by; don't edit it. `tests/forms` holds each row against what Postgres",
           "13 to 18 really do. The first row of a statement that fits counts. ACCESS SHARE, which every query takes, is left out, and so is an index's lock that says no more",
           "than its table's. With ONLY, what inherits is left alone.", "",
           "| lock | makes wait |", "| --- | --- |",
           "| ACCESS EXCLUSIVE | reads and writes |", "| EXCLUSIVE, SHARE ROW EXCLUSIVE, SHARE | writes |",
           "| SHARE UPDATE EXCLUSIVE | changes of the table, index builds, VACUUM |", "| ROW EXCLUSIVE | changes of the table, index builds |",
           "| ROW SHARE | changes of the table |", ""]
    for line in read("compiler/plan/forms.def").split("\n"):
        if section := re.match(r"// ---- (.*)", line):
            out += ["", f"## {section[1][0].upper()}{section[1][1:]}", "", "| form | from | locks | writes anew | reads from end to end | waits less |", "| --- | --- | --- | --- | --- | --- |"]
        elif form := FORM.match(line):
            name, statement, _, _, first, locks, rewrites, scans, online = form.groups()
            out.append(f"| [{name}]({manual_page(statement)}) | {first} | {locks_in_words(locks)} | {relations_in_words(rewrites)} | {relations_in_words(scans)} | {online or '–'} |")
        elif line.startswith("FORM("):
            raise SystemExit(f"forms.def: {line[:80]}… isn't of the form that this script reads")
    return "\n".join(out).rstrip("\n") + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    text = page()
    if options.check:
        current = os.path.exists(PAGE) and read("docs/locks.md") == text
        print("The page is up to date." if current else "docs/locks.md is out of date; run scripts/locks_page.py")
        sys.exit(0 if current else 1)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
