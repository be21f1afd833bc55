"""Tables and what stands in them."""
from fuzz.model import Kind, literal
from fuzz.type_kinds import DEFAULTS, EXPRESSIONS, WIDER, called, category, check_of

ACTIONS = ("", " on delete cascade", " on delete set null", " on update cascade", " on delete restrict on update set default", " match full", " deferrable initially deferred", " deferrable")


def plain_tables(s):
    """Tables with columns of their own and rows of their own."""
    return [each for each in s.of("table") if each["shape"] in ("plain", "unlogged", "child") and s.columns(each)]


def any_tables(s):
    return [each for each in s.of("table") if s.columns(each) and each["shape"] not in ("partition", "foreign")]


# ---- columns

def column_type(g, s):
    users = s.of("enum", "domain", "range type", "base type")
    return g.choice(users).ref if users and g.chance(0.3) else g.builtin()


def column_default(g, s, kind):
    cat = category(s, kind)
    if cat == "number" and g.chance(0.2):
        sequence = g.pick([each for each in s.of("sequence")])
        if sequence:
            return {"of": sequence.ref}
    if cat == "number" and g.chance(0.2):
        function = g.pick([each for each in s.of("function") if each["shape"] == "expression"])
        if function:
            return {"call": function.ref}
    if cat == "enum":
        return {"text": literal(s.get(kind)["values"][0])}
    return {"text": g.choice(DEFAULTS[cat])} if cat in DEFAULTS else None


def add_column(g, s, table, prefix="c"):
    kind = column_type(g, s)
    column = s.add("column", g.name(prefix), table=table.ref, type=kind)
    choice = g.random()
    if choice < 0.25:
        column.attributes["default"] = column_default(g, s, kind)
        column.attributes["not_null"] = column["default"] is not None and column["default"].get("text") != "null" and g.chance(0.5)
    elif choice < 0.33 and kind in ("integer", "bigint", "smallint") and table["shape"] in ("plain", "unlogged", "range", "list", "hash"):
        column.attributes["identity"] = g.choice(("always", "by default"))
        column.attributes["options"] = g.choice(("", " (increment by 5 cache 3)", " (start with 100)"))
        column.attributes["not_null"] = True
    elif choice < 0.4 and kind in ("integer", "bigint") and table["shape"] == "plain":
        column.attributes["type"] = "serial" if kind == "integer" else "bigserial"
        column.attributes["not_null"] = True
    elif choice < 0.48 and table["shape"] in ("plain", "unlogged"):
        base = g.pick([each for each in s.of("column") if each["table"] == table.ref and each is not column and not each["generated"] and category(s, each["type"]) in ("number", "text")])
        if base:
            column.attributes["type"] = "text" if category(s, base["type"]) == "text" else "numeric"
            column.attributes["generated"] = {"of": base.ref, "expression": "upper({c}::text)" if column["type"] == "text" else "({c} * 2)"}
    if category(s, column["type"]) == "text" and isinstance(kind, str) and g.chance(0.15):
        collations = s.of("collation")
        column.attributes["collation"] = g.choice(collations).ref if collations and g.chance(0.5) else g.choice(('"C"', '"POSIX"'))
    if g.chance(0.08):
        column.attributes["statistics"] = g.randint(1, 500)
    if column["type"] in ("text", "jsonb", "bytea") and g.chance(0.1):
        column.attributes["storage"] = g.choice(("external", "main"))
    if column["type"] in ("text", "jsonb") and g.chance(0.06):
        column.attributes["compression"] = "lz4"
    if g.chance(0.04):
        column.attributes["n_distinct"] = g.randint(1, 50)
    return column


def make_column(g, s):
    table = g.pick([each for each in s.of("table") if each["shape"] not in ("partition", "child", "typed")])
    return table and add_column(g, s, table)


def column_text(s, column):
    text = f"{s.q(column)} {s.type(column['type'])}"
    if column["collation"]:
        text += " collate " + (column["collation"] if isinstance(column["collation"], str) else s.qq(column["collation"]))
    if column["generated"]:
        text += f" generated always as ({column['generated']['expression'].replace('{c}', s.q(column['generated']['of']))}) stored"
    if column["identity"]:
        text += f" generated {column['identity']} as identity{column['options']}"
    if column["default"]:
        text += " default " + default_text(s, column["default"])
    return text + (" not null" if column["not_null"] else "")


def default_text(s, default):
    if "of" in default:
        return f"nextval({literal(s.qq(default['of']))})"
    if "call" in default:
        return f"{s.qq(default['call'])}(1, 2)"
    return default["text"]


def column_settings(s, column):
    result, alter = [], f"alter {table_word(s.get(column['table']))} {s.qq(column['table'])} alter {s.q(column)} "
    if column["statistics"]:
        result.append(f"{alter}set statistics {column['statistics']}")
    if column["storage"]:
        result.append(f"{alter}set storage {column['storage']}")
    if column["compression"]:
        result.append(f"{alter}set compression {column['compression']}")
    if column["n_distinct"]:
        result.append(f"{alter}set (n_distinct = {column['n_distinct']})")
    return result


def alter_column(g, s, o):
    choice = g.random()
    # A partition key's type makes the table anew; its partitions stay, with the indexes that they had from it.
    table = s.get(o["table"])
    tied = table["key"] == o.ref and any(each["parent"] == table.ref for each in s.of("table"))
    if choice < 0.4 and not tied and isinstance(o["type"], str) and o["type"] in WIDER and not o["identity"] and not o["generated"]:
        o.attributes["type"] = g.choice(WIDER[o["type"]])
    elif choice < 0.6 and not (o["generated"] or o["identity"] or str(o["type"]).endswith("serial")):
        o.attributes["default"] = None if o["default"] else column_default(g, s, o["type"])
    elif choice < 0.8:
        o.attributes["not_null"] = not o["not_null"]
    else:
        o.attributes["statistics"] = None if o["statistics"] else g.randint(1, 500)


# ---- tables

def make_table(g, s):
    shape = g.choice(("plain",) * 9 + ("unlogged", "range", "list", "hash", "child", "typed", "foreign"))
    if shape == "child":
        parent = g.pick([each for each in plain_tables(s) if not any(column["identity"] or column["generated"] for column in s.columns(each))])
        if not parent:
            return None
        table = s.add("table", g.name("t"), schema=g.schema(s), shape=shape, parent=parent.ref)
    elif shape == "typed":
        of = g.pick(s.of("type"))
        return of and s.add("table", g.name("t"), schema=g.schema(s), shape=shape, of=of.ref)
    elif shape == "foreign":
        server = g.pick(s.of("server"))
        if not server:
            return None
        table = s.add("table", g.name("ft"), schema=g.schema(s), shape=shape, server=server.ref)
    else:
        table = s.add("table", g.name("t"), schema=g.schema(s), shape=shape)
    if shape in ("range", "list", "hash"):
        table.attributes["key"] = s.add("column", g.name("k"), table=table.ref, type="integer", not_null=True).ref
        table.attributes["parts"] = []
        for n in range(g.randint(0, 3)):
            add_part(g, s, table)
    else:
        if g.chance(0.6):
            key = s.add("column", g.name("id"), table=table.ref, type=g.choice(("integer", "bigint")), not_null=True)
            if shape != "foreign" and shape != "child":
                s.add("constraint", g.name("key"), table=table.ref, shape="primary key", columns=[key.ref])
    for n in range(g.randint(0, 1) if shape == "child" else g.randint(1, 5)):
        add_column(g, s, table)
    settings(g, table)
    return table


def settings(g, table):
    if table["shape"] in ("plain", "unlogged") and g.chance(0.15):
        table.attributes["fillfactor"] = g.randint(10, 99)
    if table["shape"] in ("plain", "child") and g.chance(0.1):
        table.attributes["security"] = g.choice(("enable", "force"))
    if table["shape"] == "plain" and g.chance(0.1):
        table.attributes["replica"] = g.choice(("full", "nothing"))


def add_part(g, s, table):
    numbers = [each["number"] for each in s.of("table") if each["parent"] == table.ref and each["shape"] == "partition"]
    number = max(numbers, default=-1) + 1
    if number < 4:
        part = s.add("table", g.name("part"), schema=table["schema"] if g.chance(0.8) else g.schema(s), shape="partition", parent=table.ref, number=number)
        if number == 3 and table["shape"] != "hash":
            part.attributes["default"] = True
        return part
    return None


def bound(s, o):
    shape, number = s.get(o["parent"])["shape"], o["number"]
    if o["default"]:
        return "default"
    if shape == "range":
        return f"for values from ({number * 10}) to ({number * 10 + 10})"
    return f"for values in ({number}, {number + 10})" if shape == "list" else f"for values with (modulus 4, remainder {number})"


def table_word(table):
    return "foreign table" if table["shape"] == "foreign" else "table"


def table_sql(s, o):
    shape, name = o["shape"], s.qq(o)
    own = [each for each in s.of("column") if each["table"] == o.ref]
    columns = "(" + ", ".join(column_text(s, each) for each in sorted(own, key=lambda each: bool(each["generated"]))) + ")"
    if shape == "partition":
        parent = s.qq(o["parent"])
        if o["attached"]:
            result = [f"create table {name} (like {parent} including defaults including constraints)", f"alter table {parent} attach partition {name} {bound(s, o)}"]
        else:
            result = [f"create table {name} partition of {parent} {bound(s, o)}"]
    elif shape == "typed":
        result = [f"create table {name} of {s.qq(o['of'])}"]
    elif shape == "foreign":
        result = [f"create foreign table {name} {columns} server {s.q(o['server'])}"]
    elif shape == "child":
        result = [f"create table {name} {columns} inherits ({s.qq(o['parent'])})"]
    else:
        result = [f"create {'unlogged ' if shape == 'unlogged' else ''}table {name} {columns}" + (f" partition by {shape} ({s.q(o['key'])})" if o["key"] else "")]
    for each in own:
        result += column_settings(s, each)
    if o["fillfactor"]:
        result.append(f"alter table {name} set (fillfactor = {o['fillfactor']})")
    if o["security"]:
        result += [f"alter table {name} {word} row level security" for word in ("enable", "force")[: 2 if o["security"] == "force" else 1]]
    if o["replica"]:
        result.append(f"alter table {name} replica identity {o['replica']}")
    return result


def alter_table(g, s, o):
    if o["shape"] in ("range", "list", "hash") and g.chance(0.7):
        add_part(g, s, o)
    elif o["shape"] in ("plain", "unlogged") and g.chance(0.2):
        o.attributes["shape"] = "unlogged" if o["shape"] == "plain" else "plain"
    else:
        for name in ("fillfactor", "security", "replica"):
            o.attributes.pop(name, None)
        settings(g, o)


# ---- constraints, indexes and the rest

def keyable(s, columns):
    return [each for each in columns if category(s, each["type"]) in ("number", "text", "boolean", "time", "uuid", "enum", "domain")]


def make_constraint(g, s):
    shape = g.choice(("check", "check", "check", "unique", "unique", "foreign key", "foreign key", "exclude"))
    table = g.pick(any_tables(s))
    if not table or (shape != "check" and table["shape"] not in ("plain", "unlogged", "child")):
        return None
    columns, name = keyable(s, s.columns(table)), g.name(shape.split()[0])
    if shape == "check":
        column = g.choice(s.columns(table))
        return s.add("constraint", name, table=table.ref, shape=shape, columns=[column.ref], check=check_of(g, s, column), valid=g.chance(0.85), no_inherit=g.chance(0.1) and not table["key"])
    if not columns:
        return None
    if shape == "unique":
        return s.add("constraint", name, table=table.ref, shape=shape, columns=[each.ref for each in g.sample(columns, g.randint(1, min(2, len(columns))))],
                     nulls=g.chance(0.2), late=g.choice(("", "", " deferrable", " deferrable initially deferred")))
    if shape == "exclude":
        return s.add("constraint", name, table=table.ref, shape=shape, columns=[g.choice(columns).ref])
    keys = [each for each in s.of("constraint") if each["shape"] in ("primary key", "unique") and len(each["columns"]) == 1 and not each["late"]]
    key = g.pick(keys)
    if not key or (s.get(key["table"])["shape"] == "unlogged") != (table["shape"] == "unlogged"):
        return None
    target = s.get(key["columns"][0])
    # A column of its own, of the key's type
    kind = {"serial": "integer", "bigserial": "bigint"}.get(target["type"], target["type"]) if isinstance(target["type"], str) else target["type"]
    if table["shape"] == "child":
        return None
    column = s.add("column", g.name("fk"), table=table.ref, type=kind)
    return s.add("constraint", name, table=table.ref, shape=shape, columns=[column.ref], key=key.ref, action=g.choice(ACTIONS), valid=g.chance(0.85))


def constraint_sql(s, o):
    table, names = s.qq(o["table"]), ", ".join(s.q(each) for each in o["columns"])
    text = f"alter table {table} add constraint {s.q(o)} "
    if o["shape"] == "check":
        text += f"check ({o['check'].replace('{c}', s.q(o['columns'][0]))})" + (" no inherit" if o["no_inherit"] else "")
    elif o["shape"] == "exclude":
        text += f"exclude using btree ({names} with =)"
    elif o["shape"] == "foreign key":
        key = s.get(o["key"])
        text += f"foreign key ({names}) references {s.qq(key['table'])} ({', '.join(s.q(each) for each in key['columns'])}){o['action']}"
    else:
        text += f"{o['shape']} {'nulls not distinct ' if o['nulls'] else ''}({names}){o['late'] or ''}"
    return [text + (" not valid" if o["valid"] is False else "")]


def alter_constraint(g, s, o):
    if o["shape"] == "check" and g.chance(0.6):
        o.attributes["check"] = check_of(g, s, s.get(o["columns"][0]))
    elif o["shape"] == "foreign key" and g.chance(0.6):
        o.attributes["action"] = g.choice(ACTIONS)
    elif o["valid"] is not None:
        o.attributes["valid"] = not o["valid"]


def make_index(g, s):
    matviews = [each for each in s.of("materialized view")]
    table = g.pick(any_tables(s))
    if matviews and g.chance(0.15):
        view = g.choice(matviews)
        return s.add("index", g.name("ix"), table=view.ref, elements=[{"column": view["columns"][0]}], method="btree", where=None)
    columns = table and keyable(s, s.columns(table))
    if not columns:
        return None
    elements = []
    for column in g.sample(columns, g.randint(1, min(3, len(columns)))):
        element = {"column": column.ref, "order": g.choice(("", "", " desc", " nulls first", " desc nulls last"))}
        expressions = EXPRESSIONS.get(category(s, column["type"]))
        if expressions and g.chance(0.3):
            element["expression"] = g.choice([each for each in expressions])
        elif category(s, column["type"]) == "text" and isinstance(column["type"], str) and g.chance(0.2):
            element["opclass"] = "text_pattern_ops" if column["type"] != "character(5)" else "bpchar_pattern_ops"
        elements.append(element)
    method = g.choice(("btree",) * 6 + ("hash", "brin"))
    if method != "btree":
        elements = [{**elements[0], "order": "", "opclass": ""}]
    unique = method == "btree" and g.chance(0.15) and not table["key"]
    where = g.choice(s.columns(table)) if g.chance(0.2) else None
    return s.add("index", g.name("ix"), table=table.ref, elements=elements, method=method, unique=unique, where={"column": where.ref, "check": check_of(g, s, where)} if where else None,
                 fillfactor=g.randint(50, 90) if method == "btree" and g.chance(0.15) else None)


def index_sql(s, o):
    texts = []
    for each in o["elements"]:
        name = s.q(each["column"])
        texts.append((f"({each['expression'].replace('{c}', name)})" if each.get("expression") else name) + (f" {each['opclass']}" if each.get("opclass") else "") + each.get("order", ""))
    text = f"create {'unique ' if o['unique'] else ''}index {s.q(o)} on {s.qq(o['table'])} using {o['method']} ({', '.join(texts)})"
    if o["fillfactor"]:
        text += f" with (fillfactor = {o['fillfactor']})"
    if o["where"]:
        text += f" where {o['where']['check'].replace('{c}', s.q(o['where']['column']))}"
    return [text] + ([f"alter table {s.qq(o['table'])} cluster on {s.q(o)}"] if o["cluster"] else [])


def alter_index(g, s, o):
    table = s.get(o["table"])
    if g.chance(0.3) and o["method"] == "btree" and not o["where"] and table.kind == "table" and not table["key"] and not any(each["cluster"] and each["table"] == o["table"] for each in s.of("index")):
        o.attributes["cluster"] = True
    elif g.chance(0.5) and o["method"] == "btree":
        o.attributes["fillfactor"] = None if o["fillfactor"] else 77
    elif table.kind == "table":
        where = g.choice(s.columns(table))
        o.attributes["where"] = None if o["where"] or o["cluster"] else {"column": where.ref, "check": check_of(g, s, where)}


def make_statistics(g, s):
    table = g.pick([each for each in plain_tables(s) if len(keyable(s, s.columns(each))) > 1])
    return table and s.add("statistics", g.name("stat"), schema=g.schema(s), table=table.ref, columns=[each.ref for each in g.sample(keyable(s, s.columns(table)), 2)],
                           kinds=g.choice(("", " (mcv)", " (dependencies, ndistinct)")))


def statistics_sql(s, o):
    return [f"create statistics {s.qq(o)}{o['kinds']} on {', '.join(s.q(each) for each in o['columns'])} from {s.qq(o['table'])}"] + (
        [f"alter statistics {s.qq(o)} set statistics {o['target']}"] if o["target"] else [])


def alter_statistics(g, s, o):
    o.attributes["target"] = None if o["target"] else 100


def column_target(s, o):
    return f"column {s.qq(o['table'])}.{s.q(o)}"


def on_table(word):
    return lambda s, o: f"{word} {s.q(o)} on {s.qq(o['table'])}"


def index_target(s, o):
    return f"index {s.q(s.get(o['table'])['schema'])}.{s.q(o)}"


KINDS = (
    Kind("table", 16, make_table, table_sql, alter_table, lambda s, o: f"{table_word(o)} {s.qq(o)}", owner=True, grants=("select", "insert, update", "all", "delete"), word="table"),
    Kind("column", 12, make_column, lambda s, o: [], alter_column, column_target, word="column"),
    Kind("constraint", 10, make_constraint, constraint_sql, alter_constraint, on_table("constraint"), word="constraint"),
    Kind("index", 8, make_index, index_sql, alter_index, index_target, word="index"),
    Kind("statistics", 2, make_statistics, statistics_sql, alter_statistics, called("statistics"), owner=True, word="statistics"),
)
