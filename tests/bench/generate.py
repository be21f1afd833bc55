#!/usr/bin/env python3
"""Writes a program of many tables as .lp: `generate.py [TABLES] > big.lp`. 10,000 tables make 220,000 lines and 9 MB. The same number gives the same bytes."""
import sys

WORDS = ("account", "order", "invoice", "shipment", "ticket", "comment", "project", "branch", "commit", "release", "label", "member", "group", "token", "event", "metric")
COLUMNS = (
    ("name", "text not null"), ("slug", "character varying(255) not null"), ("description", "text"), ("state", "smallint not null default 0"),
    ("total", "numeric(12,2) not null default 0"), ("weight", "integer"), ("visible", "boolean not null default true"), ("settings", "jsonb not null default '{}'"),
    ("created_at", "timestamp with time zone not null default now()"), ("updated_at", "timestamp with time zone"), ("external_ref", "uuid"), ("tags", "text[]"),
)


def table(number):
    name = f"{WORDS[number % 16]}_{number}"
    lines = [f"    --- Rows of {WORDS[number % 16]}, number {number}.", f"    table {name} {{", "        id bigint identity primary key"]
    for column, clauses in COLUMNS:
        lines.append(f"        {column}_{number % 7} {clauses}")
    if number >= 100:
        target = number - 100
        lines.append(f"        parent_id bigint references part_{target // 1000}.{WORDS[target % 16]}_{target} (id) on delete cascade")
    lines += [
        f"        unique (slug_{number % 7})",
        f"        check (total_{number % 7} >= 0 and (weight_{number % 7} is null or weight_{number % 7} > 0))",
        f"        index (created_at_{number % 7} desc, state_{number % 7}) where (visible_{number % 7})",
        f"        index (lower(name_{number % 7}))",
        "    }",
        "",
    ]
    return lines


def main():
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    out = []
    for first in range(0, tables, 100):
        out.append(f"schema part_{first // 1000} {{")
        for number in range(first, min(first + 100, tables)):
            out += table(number)
        out.append("}")
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
