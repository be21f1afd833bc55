"""The model of a random schema: objects that refer to each other, in an order in which SQL can make them."""
import copy

# Names that need quoting, or that look like something else where they are pasted without it.
HOSTILE = ("Mixed Case", "select", 'quo"ted', "it's", "dot.ted", "ünïcode", "😀", "$dollar$", " lead", "back\\slash", "-- no comment", "/* nor this", "semi;colon", "1st", "%s",
           "{braces}", "${LP_X}", "table", "a,b", "(paren", "tab\there", "@at", "user", "integer")


class Ref:
    """A reference to another object, by its number: names can change without it."""

    def __init__(self, uid):
        self.uid = uid

    def __eq__(self, other):
        return isinstance(other, Ref) and other.uid == self.uid

    def __hash__(self):
        return hash(self.uid)

    def __deepcopy__(self, memo):
        return self


class Object:
    def __init__(self, uid, kind, name, attributes):
        self.uid, self.kind, self.name, self.attributes = uid, kind, name, attributes
        self.comment = self.owner = None
        self.grants = []
        self.hinted = False    # a new name is told to the planner by @renamed_from

    def __getitem__(self, attribute):
        return self.attributes.get(attribute)

    @property
    def ref(self):
        return Ref(self.uid)


def refs_in(value):
    if isinstance(value, Ref):
        yield value.uid
    elif isinstance(value, dict):
        for each in value.values():
            yield from refs_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from refs_in(each)


class State:
    def __init__(self):
        self.objects, self.next = {}, 1

    def copy(self):
        return copy.deepcopy(self)

    def add(self, kind, name, **attributes):
        uid, self.next = self.next, self.next + 1
        self.objects[uid] = Object(uid, kind, name.replace("#", str(uid)), attributes)
        return self.objects[uid]

    def of(self, *kinds):
        return [each for each in self.objects.values() if each.kind in kinds]

    def get(self, ref):
        return self.objects[ref.uid]

    def columns(self, table):
        """The table's own columns, and those that it has from its parent."""
        inherited = self.columns(self.get(table["parent"])) if table["parent"] else []
        return inherited + [each for each in self.of("column") if each["table"].uid == table.uid]

    def drop(self, uid):
        """With everything that refers to it."""
        if uid not in self.objects:
            return
        del self.objects[uid]
        for other in [each.uid for each in self.objects.values() if uid in refs_in(each.attributes)]:
            self.drop(other)

    def ordered(self):
        """Every object after those that it refers to. A column comes with its table, so what it needs comes before the table."""
        done, result = set(), []

        def visit(uid, path):
            if uid in done or uid in path or uid not in self.objects:
                return
            each = self.objects[uid]
            for other in sorted(set(refs_in(each.attributes))):
                visit(other, path | {uid})
            if each.kind == "table":
                for column in self.columns(each):
                    for other in sorted(set(refs_in(column.attributes)) - {uid}):
                        visit(other, path | {uid})
            if uid not in done:
                done.add(uid)
                result.append(each)

        for uid in sorted(self.objects):
            visit(uid, frozenset())
        return result

    # ---- text

    def q(self, value):
        """A quoted name: of a string, an object, or what a reference refers to."""
        name = value if isinstance(value, str) else (self.get(value) if isinstance(value, Ref) else value).name
        return '"' + name.replace('"', '""') + '"'

    def qq(self, value):
        """A name with its schema."""
        each = self.get(value) if isinstance(value, Ref) else value
        return f'{self.q(each["schema"])}.{self.q(each)}' if each["schema"] else self.q(each)

    def type(self, value):
        return value if isinstance(value, str) else self.qq(value)


def literal(text):
    return ("E" if "\\" in text else "") + "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


class Kind:
    """How objects of one kind are made, altered and written as SQL.

    make(g, s) adds an object to the state and gives it, or None when something is missing.
    alter(g, s, o) changes it a little; None when nothing can change.
    sql(s, o) gives the statements that create it; what it is called in COMMENT ON, OWNER TO and GRANT ON is target(s, o).
    """

    def __init__(self, name, weight, make, sql, alter=None, target=None, owner=False, grants=(), word=None, commented=True):
        self.name, self.weight, self.make, self.sql, self.alter, self.target = name, weight, make, sql, alter, target
        self.owner, self.grants, self.word, self.commented = owner, grants, word, commented


def statements(state, kinds):
    """The whole state as SQL."""
    result = []
    for each in state.ordered():
        kind = kinds[each.kind]
        result += kind.sql(state, each)
        target = kind.target(state, each) if kind.target else None
        if target and each.owner and kind.owner:
            result.append(f"alter {target} owner to {each.owner}")
        if target and each.comment:
            result.append(f"comment on {target} is {literal(each.comment)}")
        for role, privileges, option in each.grants if target else []:
            on = target.replace("materialized view ", "table ").replace("foreign table ", "table ")
            on = "table " + on[5:] if on.startswith("view ") else "foreign server " + on[7:] if on.startswith("server ") else on
            result.append(f"grant {privileges} on {on} to {role}{' with grant option' if option else ''}")
    return result
