"""Types: enums, composite types, domains, ranges, base types, collations, sequences; and expressions over columns of any type."""
from fuzz.model import Kind, Ref, literal, refs_in

# type -> what is known of its values
BUILTIN = {
    "integer": "number", "bigint": "number", "smallint": "number", "numeric(10,2)": "number", "numeric": "number", "double precision": "number", "text": "text", "character varying(20)": "text",
    "character varying(40)": "text", "character(5)": "text", "boolean": "boolean", "timestamp with time zone": "time", "timestamp(3) without time zone": "time", "date": "time", "jsonb": "json",
    "uuid": "uuid", "text[]": "array", "integer[]": "array", "bytea": "other", "interval": "interval", "int4range": "range", "inet": "other", "point": "point", "tsvector": "words", "bit(3)": "other",
    "money": "other", '"char"': "other", "interval day to second(2)": "interval", "xml": "point", "json": "point", "name": "other", "time(3) with time zone": "other", "integer[][]": "array", "tsrange": "range",
}
# What a type can become without USING, and back.
WIDER = {
    "integer": ("bigint", "numeric", "double precision"), "smallint": ("integer", "bigint"), "bigint": ("numeric", "integer"), "numeric(10,2)": ("numeric", "double precision", "numeric(12,2)"),
    "numeric": ("numeric(10,2)", "double precision"), "character varying(20)": ("text", "character varying(40)"), "character varying(40)": ("text", "character varying(20)"), "text": ("character varying(40)",),
    "date": ("timestamp with time zone", "timestamp(3) without time zone"), "timestamp(3) without time zone": ("timestamp with time zone",), "character(5)": ("text",),
    "interval": ("interval day to second(2)",),
}
CHECKS = {
    "number": ("{c} > 0", "{c} <> 5", "{c} between 1 and 100", "{c} in (1, 2, 3)", "({c} + 1) * 2 < 1000 or {c} is null", "{c} = any (array[1, 2, 3])", "abs({c}) < 1000"),
    "text": ("length({c}) > 0", "{c} <> ''", "{c} ~ '^[a-z0-9]'", "{c} in ('1', '2', '3')", "{c} like '%' and {c} not like '\\_%'", "upper({c}) = {c}", "{c} <> 'it''s $$ \\ '", "{c} similar to '[0-9]*'"),
    "boolean": ("{c}", "{c} or not {c}", "{c} is not false"),
    "time": ("{c} > '2020-01-01'", "{c} is distinct from '2021-01-01'", "extract(year from {c}) > 2000"),
    "json": ("jsonb_typeof({c}) = 'object'", "not {c} ? 'a'", "({c} ->> 'a') is null"),
    "array": ("cardinality({c}) < 10", "{c} is not null", "array_length({c}, 1) is null"),
    "range": ("not isempty({c})", "{c} is not null"),
}
DEFAULTS = {
    "number": ("0", "1 + 1", "-5", "length('abc')"), "text": ("''", "'none'", "'it''s'", "'back\\slash'", "current_user", "'a' || 'b'", "null"), "boolean": ("true", "false"), "time": ("now()", "'2024-02-29'", "null"),
    "json": ("'{}'", "'{\"a\": [1, 2]}'", "jsonb_build_object('a', 1)"), "uuid": ("gen_random_uuid()", "null"), "array": ("'{}'", "null"), "interval": ("'1 day'",), "range": ("'empty'",),
}
EXPRESSIONS = {
    "number": ("({c} + 1)", "abs({c})", "({c}::text)"), "text": ("lower({c})", "({c} || 'x')", "upper({c})", "substr({c}, 1, 3)"), "boolean": ("(not {c})", "({c} is null)"), "time": ("({c} is null)",),
    "json": ("({c} ->> 'a')",), "array": ("cardinality({c})", "({c}[1])"), "range": ("lower({c})", "isempty({c})"),
}


def category(s, kind):
    """What is known of a type's values. `kind` is a built-in type's name or a reference."""
    if isinstance(kind, str):
        return BUILTIN.get(kind, "other")
    each = s.get(kind)
    return {"enum": "enum", "domain": "domain", "range type": "other", "type": "point", "base type": "point"}[each.kind]


def check_of(g, s, column):
    return g.choice(CHECKS.get(category(s, column["type"]), ("{c} is not null", "{c} is null or {c} is not null")))


def make_schema(g, s):
    return s.add("schema", g.name("s"))


def schema_sql(s, o):
    return [f"create schema {s.q(o)}"]


def make_enum(g, s):
    return s.add("enum", g.name("mood"), schema=g.schema(s), values=g.sample(["a", "b", "c", "d e", "it's", "F", 'quo"te'], g.randint(1, 4)))


def alter_enum(g, s, o):
    values, free = o["values"], [each for each in ("new", "x y", "last") if each not in o["values"]]
    if free:
        values.insert(g.randint(0, len(values)), g.choice(free))


def make_composite(g, s):
    return s.add("type", g.name("pair"), schema=g.schema(s), fields=[[f"f{n}", g.builtin()] for n in range(g.randint(1, 3))])


def alter_composite(g, s, o):
    fields = o["fields"]
    if len(fields) > 1 and g.chance(0.3):
        fields.pop()
    elif g.chance(0.5):
        field = g.choice(fields)
        field[1] = g.choice(WIDER.get(field[1], (field[1],)))
    else:
        fields.append([f"g{g.randint(1, 9999)}", g.builtin()])


def domain_check(g, base):
    checks = CHECKS.get(BUILTIN[base], ("{c} is not null",))
    return g.choice(checks).replace("{c}", "value")


def make_domain(g, s):
    base = g.choice(("integer", "text", "numeric(10,2)", "character varying(20)", "date", "jsonb"))
    return s.add("domain", g.name("dom"), schema=g.schema(s), base=base, not_null=g.chance(0.1), default=g.choice(DEFAULTS[BUILTIN[base]]) if g.chance(0.3) else None)


def domain_sql(s, o):
    return [f"create domain {s.qq(o)} as {o['base']}" + (f" default {o['default']}" if o["default"] else "") + (" not null" if o["not_null"] else "")]


def alter_domain(g, s, o):
    if g.chance(0.5):
        o.attributes["not_null"] = not o["not_null"]
    else:
        o.attributes["default"] = None if o["default"] else g.choice(DEFAULTS[BUILTIN[o["base"]]])


def make_domain_check(g, s):
    domain = g.pick(s.of("domain"))
    return domain and s.add("domain constraint", g.name("dom_check"), domain=domain.ref, check=domain_check(g, domain["base"]), valid=g.chance(0.8))


def domain_check_sql(s, o):
    return [f"alter domain {s.qq(o['domain'])} add constraint {s.q(o)} check ({o['check']})" + ("" if o["valid"] else " not valid")]


def alter_domain_check(g, s, o):
    o.attributes["check"] = domain_check(g, s.get(o["domain"])["base"])


def make_range(g, s):
    return s.add("range type", g.name("span"), schema=g.schema(s), subtype=g.choice(("numeric", "double precision", "text", "date")), multi=g.chance(0.3), diff=g.chance(0.3))


def range_sql(s, o):
    options = [f"subtype = {o['subtype']}"]
    if o["multi"]:
        options.append(f"multirange_type_name = {s.q(o['schema'])}.{s.q('m_' + str(o.uid))}")
    if o["diff"] and o["subtype"] == "double precision":
        options.append("subtype_diff = float8mi")
    if o["subtype"] == "text":
        options.append('collation = "C"')
    return [f"create type {s.qq(o)} as range ({', '.join(options)})"]


def alter_range(g, s, o):
    o.attributes["multi"] = not o["multi"]


def make_base_type(g, s):
    return s.add("base type", g.name("amount"), schema=g.schema(s), category=g.choice("NUX"), delimiter=g.choice(",;"), storage=g.choice(("plain", "extended")))


def base_type_sql(s, o):
    t, schema = s.qq(o), s.q(o["schema"])
    functions = [f"{schema}.{s.q(f'io{o.uid}_{word}')}" for word in ("in", "out")]
    return [f"create type {t}", f"create function {functions[0]}(cstring) returns {t} language internal immutable strict as 'textin'",
            f"create function {functions[1]}({t}) returns cstring language internal immutable strict as 'textout'",
            f"create type {t} (input = {functions[0]}, output = {functions[1]}, category = '{o['category']}', delimiter = '{o['delimiter']}', storage = {o['storage']})"]


def alter_base_type(g, s, o):
    if o["storage"] == "extended":
        o.attributes["storage"] = "plain"
    elif not any(o.uid in refs_in(each.attributes) for each in s.objects.values()):    # the columns of a type keep it from becoming plain again
        o.attributes["storage"] = "extended"


def make_collation(g, s):
    return s.add("collation", g.name("coll"), schema=g.schema(s), locale=g.choice(("de-DE", "en-US", "und-u-kn")), deterministic=g.chance(0.7))


def collation_sql(s, o):
    return [f"create collation {s.qq(o)} (provider = icu, locale = '{o['locale']}', deterministic = {str(o['deterministic']).lower()})"]


def alter_collation(g, s, o):
    o.attributes["locale"] = g.choice(("fr-FR", "es-ES"))


def make_sequence(g, s):
    return s.add("sequence", g.name("seq"), schema=g.schema(s), type=g.choice(("smallint", "integer", "bigint")), increment=g.choice((1, 2, -1)), cache=g.choice((1, 10)), cycle=g.chance(0.2),
                 unlogged=g.chance(0.1))


def sequence_sql(s, o):
    return [f"create {'unlogged ' if o['unlogged'] else ''}sequence {s.qq(o)} as {o['type']} increment {o['increment']} cache {o['cache']}{' cycle' if o['cycle'] else ''}"]


def alter_sequence(g, s, o):
    attribute, value = g.choice((("type", "bigint"), ("type", "integer"), ("increment", 3), ("cache", 20), ("cycle", True), ("unlogged", True)))
    o.attributes[attribute] = value


def enum_sql(s, o):
    return [f"create type {s.qq(o)} as enum ({', '.join(literal(each) for each in o['values'])})"]


def composite_sql(s, o):
    return [f"create type {s.qq(o)} as ({', '.join(s.q(name) + ' ' + kind for name, kind in o['fields'])})"]


def called(word):
    return lambda s, o: f"{word} {s.qq(o)}"


TYPE = {"target": called("type"), "owner": True, "grants": ("usage",)}
KINDS = (
    Kind("schema", 2, make_schema, schema_sql, target=lambda s, o: f"schema {s.q(o)}", owner=True, grants=("usage", "create", "all"), word="schema"),
    Kind("enum", 5, make_enum, enum_sql, alter_enum, word="enum", **TYPE),
    Kind("type", 4, make_composite, composite_sql, alter_composite, word="type", **TYPE),
    Kind("domain", 5, make_domain, domain_sql, alter_domain, target=called("domain"), owner=True, grants=("usage",), word="domain"),
    Kind("domain constraint", 3, make_domain_check, domain_check_sql, alter_domain_check, lambda s, o: f"constraint {s.q(o)} on domain {s.qq(o['domain'])}", word="check"),
    Kind("range type", 2, make_range, range_sql, alter_range, word="range type", **TYPE),
    Kind("base type", 1, make_base_type, base_type_sql, alter_base_type, word="base type", **TYPE),
    Kind("collation", 2, make_collation, collation_sql, alter_collation, target=called("collation"), owner=True, word="collation"),
    Kind("sequence", 4, make_sequence, sequence_sql, alter_sequence, target=called("sequence"), owner=True, grants=("usage", "select", "update", "all"), word="sequence"),
)
