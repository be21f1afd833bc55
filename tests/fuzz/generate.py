#!/usr/bin/env python3
"""A random schema and a random successor of it, the same ones for the same seed.

    generate.py SEED      prints both as SQL

A schema has 5 to 15 objects over all kinds (and their columns), written as SQL: the server says what the statements mean, so nothing of the compiler
takes part in making a schema. A statement that the server refuses is left out on both sides.
"""
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fuzz import other_kinds, query_kinds, table_kinds, type_kinds  # noqa: E402
from fuzz.model import HOSTILE, State, statements  # noqa: E402

KINDS = {kind.name: kind for module in (type_kinds, table_kinds, query_kinds, other_kinds) for kind in module.KINDS}
ROLES = ("fuzz_owner", "fuzz_reader", "fuzz_writer")    # they are there on every server; a schema only uses them
COMMENTS = ("What it is for.", "It's \\ \"quoted\" -- and $$ ünï 😀", "Two\nlines", "a /* b */ ; c")


class Generator:
    def __init__(self, seed):
        self.source = random.Random(seed)
        self.random, self.randint, self.choice = self.source.random, self.source.randint, self.source.choice
        self.hostile = 0.3 if self.chance(0.25) else 0.0

    def chance(self, share):
        return self.source.random() < share

    def sample(self, values, count):
        return self.source.sample(values, count)

    def pick(self, values):
        return self.choice(values) if values else None

    def builtin(self):
        common = ("integer", "bigint", "text", "text", "boolean", "numeric(10,2)", "timestamp with time zone", "jsonb", "character varying(20)", "date", "uuid")
        return self.choice(common if self.chance(0.7) else tuple(type_kinds.BUILTIN))

    def schema(self, s):
        return self.choice(s.of("schema")).ref

    def name(self, prefix):
        """`#` becomes the object's number, so that names differ."""
        if self.chance(self.hostile):
            return self.choice((*HOSTILE, "long" + "g" * 55)) + "#"
        return prefix + "_#"

    def add(self, s):
        kind = self.source.choices(list(KINDS.values()), [each.weight for each in KINDS.values()])[0]
        made = kind.make(self, s)
        if made:
            self.decorate(made)
        return made

    def decorate(self, made):
        kind = KINDS[made.kind]
        if kind.commented and kind.target and self.chance(0.12):
            made.comment = self.choice(COMMENTS)
        if kind.owner and self.chance(0.1):
            made.owner = self.choice(ROLES)
        if kind.grants and self.chance(0.15):
            made.grants = [(role, self.choice(kind.grants), self.chance(0.2)) for role in self.sample(ROLES[1:], self.randint(1, 2)) if role != made.owner]

    def first(self):
        s = State()
        for n in range(self.randint(1, 2)):
            s.add("schema", self.name("s"))
        wanted = self.randint(5, 15)
        for n in range(wanted * 3):
            if sum(each.kind != "column" for each in s.objects.values()) >= wanted:
                break
            self.add(s)
        return s

    def successor(self, s):
        s = s.copy()
        for n in range(self.randint(1, 7)):
            self.change(s)
        return s

    def change(self, s):
        self.change_one(s)
        # A role with a grant that becomes the owner: Postgres merges its entries into the owner's, and the way back doesn't grant them again.
        for each in s.objects.values():
            if each.owner:
                each.grants = [grant for grant in each.grants if grant[0] != each.owner]

    def change_one(self, s):
        what, victim = self.random(), self.choice(list(s.objects.values()))
        kind = KINDS[victim.kind]
        if what < 0.3:
            self.add(s)
        elif what < 0.45:
            if victim.kind != "schema" or len(s.of("schema")) > 1 and self.chance(0.2):
                s.drop(victim.uid)
        elif what < 0.57 and kind.word and "name" not in victim.attributes:
            victim.name, victim.hinted = self.name("re").replace("#", str(victim.uid)), self.chance(0.7)
            # Without the hint the parent is made anew under other columns, and its partitions, which stay, have the old ones: such a plan can't attach them.
            victim.hinted |= victim.kind == "schema" or bool(victim["key"]) or (victim.kind == "column" and bool(s.get(victim["table"])["key"]))
        elif what < 0.67 and kind.target and kind.commented:
            victim.comment = self.choice((None, *COMMENTS))
        elif what < 0.75 and kind.owner:
            victim.owner = self.choice((None, "fuzz_owner"))    # never one of those that grants are given to
        elif what < 0.82 and kind.grants:
            victim.grants = [] if victim.grants else [(self.choice(ROLES[1:]), self.choice(kind.grants), self.chance(0.2))]
        elif kind.alter:
            kind.alter(self, s, victim)


def text(state):
    return "set check_function_bodies = off;\n" + "".join(each + ";\n" for each in statements(state, KINDS))


def pair(seed):
    """A state, its successor."""
    g = Generator(seed)
    first = g.first()
    return first, g.successor(first)


if __name__ == "__main__":
    for title, state in zip(("before", "after"), pair(sys.argv[1])):
        print(f"-- {title}\n{text(state)}")
