"""Kinds that a schema has a few of at most: operators, text search, foreign data, publications and the like."""
from fuzz.model import Kind, literal
from fuzz.query_kinds import plain_tables
from fuzz.type_kinds import called

# A handler function of its own for what is defined by one.
def own(s, o, word, arguments, returns, body):
    name = f"{s.q(o['schema'])}.{s.q(f'{word}{o.uid}')}"
    return name, f"create function {name}({arguments}) returns {returns} {body}"


def make_extension(g, s):
    name = g.choice(("hstore", "citext", "pg_trgm", "btree_gist"))
    return None if any(each.name == name for each in s.of("extension")) else s.add("extension", name, schema=g.schema(s) if g.chance(0.5) else None)


def extension_sql(s, o):
    return [f"create extension {s.q(o)}" + (f" schema {s.q(o['schema'])}" if o["schema"] else " schema public")]


def make_operator(g, s):
    names = [each for each in ("+++", "<=>", "@@@", "~~~", "&&&", "|/|", "?#?") if all(each != other.name for other in s.of("operator"))]
    return s.add("operator", g.choice(names), schema=g.schema(s), negated=g.chance(0.3), estimator=g.chance(0.3)) if names else None


def operator_sql(s, o):
    name, function = own(s, o, "op", "a box, b box", "boolean", "language sql immutable as 'select area($1) = area($2)'")
    operator = f"{s.q(o['schema'])}.{o.name}"
    return [function, f"create operator {operator} (function = {name}, leftarg = box, rightarg = box{f', commutator = {o.name}' if o['negated'] else ''}{', restrict = eqsel, join = eqjoinsel' if o['estimator'] else ''})"]


def alter_operator(g, s, o):
    o.attributes["estimator"] = not o["estimator"]


def make_family(g, s):
    return s.add("operator family", g.name("fam"), schema=g.schema(s), members=g.chance(0.5))


def family_sql(s, o):
    name = s.qq(o)
    return [f"create operator family {name} using btree"] + (
        [f"alter operator family {name} using btree add operator 1 < (integer, bigint), function 1 (integer, bigint) btint48cmp(integer, bigint)"] if o["members"] else [])


def alter_family(g, s, o):
    o.attributes["members"] = not o["members"]


def make_class(g, s):
    family = g.pick(s.of("operator family"))
    return s.add("operator class", g.name("ops"), schema=g.schema(s), family=family and not family["members"] and family.ref or None, extra=g.chance(0.5))


def class_sql(s, o):
    family = f" family {s.qq(o['family'])}" if o["family"] else ""
    extra = ", operator 2 <=, operator 4 >=" if o["extra"] else ""
    return [f"create operator class {s.qq(o)} for type integer using btree{family} as operator 1 <{extra}, operator 3 =, operator 5 >, function 1 btint4cmp(integer, integer)"]


def alter_class(g, s, o):
    o.attributes["extra"] = not o["extra"]


def make_cast(g, s):
    enum = g.pick([each for each in s.of("enum") if all(other["of"] != each.ref for other in s.of("cast"))])
    return enum and s.add("cast", "", schema=enum["schema"], of=enum.ref, shape=g.choice(("inout", "function")), context=g.choice(("", " as assignment")))


def cast_sql(s, o):
    if o["shape"] == "inout":
        return [f"create cast ({s.qq(o['of'])} as bigint) with inout{o['context']}"]
    name, function = own(s, o, "rank", f"v {s.qq(o['of'])}", "bigint", "language sql immutable as 'select 1::bigint'")
    return [function, f"create cast ({s.qq(o['of'])} as bigint) with function {name}({s.qq(o['of'])}){o['context']}"]


def alter_cast(g, s, o):
    o.attributes["context"] = "" if o["context"] else " as assignment"


def make_conversion(g, s):
    return s.add("conversion", g.name("conv"), schema=g.schema(s))


def conversion_sql(s, o):
    name, function = own(s, o, "recode", "integer, integer, cstring, internal, integer, boolean", "integer", "language c immutable strict as '$libdir/utf8_and_iso8859_1', 'utf8_to_iso8859_1'")
    return [function, f"create conversion {s.qq(o)} for 'UTF8' to 'LATIN1' from {name}"]


def make_dictionary(g, s):
    return s.add("text search dictionary", g.name("dict"), schema=g.schema(s), language=g.choice(("english", "german")), stop=g.chance(0.5))


def dictionary_sql(s, o):
    return [f"create text search dictionary {s.qq(o)} (template = snowball, language = {o['language']}{', stopwords = ' + o['language'] if o['stop'] else ''})"]


def alter_dictionary(g, s, o):
    o.attributes["stop"] = not o["stop"]


def make_configuration(g, s):
    dictionary = g.pick(s.of("text search dictionary"))
    return s.add("text search configuration", g.name("cfg"), schema=g.schema(s), dictionary=dictionary and dictionary.ref, words=g.choice(("asciiword", "asciiword, word", "int, uint")))


def configuration_sql(s, o):
    dictionary = s.qq(o["dictionary"]) + ", simple" if o["dictionary"] else "simple"
    return [f"create text search configuration {s.qq(o)} (parser = default)", f"alter text search configuration {s.qq(o)} add mapping for {o['words']} with {dictionary}"]


def alter_configuration(g, s, o):
    o.attributes["words"] = g.choice(("asciiword", "email, url"))


def make_parser(g, s):
    return s.add("text search parser", g.name("parser"), schema=g.schema(s), headline=g.chance(0.5))


def parser_sql(s, o):
    return [f"create text search parser {s.qq(o)} (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype{', headline = prsd_headline' if o['headline'] else ''})"]


def alter_parser(g, s, o):
    o.attributes["headline"] = not o["headline"]


def make_template(g, s):
    return s.add("text search template", g.name("tmpl"), schema=g.schema(s))


def template_sql(s, o):
    return [f"create text search template {s.qq(o)} (init = dsimple_init, lexize = dsimple_lexize)"]


# ---- foreign data

def make_wrapper(g, s):
    return s.add("foreign data wrapper", g.name("fdw"), options=g.choice(("", " options (debug 'true')")))


def wrapper_sql(s, o):
    return [f"create foreign data wrapper {s.q(o)}{o['options']}"]


def alter_options(g, s, o):
    o.attributes["options"] = "" if o["options"] else " options (a 'it''s', b '2')"


def make_server(g, s):
    wrapper = g.pick(s.of("foreign data wrapper")) or make_wrapper(g, s)
    return s.add("server", g.name("srv"), wrapper=wrapper.ref, options=g.choice(("", " options (host 'h', port '1')")), version=g.choice(("", " version '1'")))


def server_sql(s, o):
    return [f"create server {s.q(o)}{o['version']} foreign data wrapper {s.q(o['wrapper'])}{o['options']}"]


def make_mapping(g, s):
    server = g.pick([each for each in s.of("server") if all(other["server"] != each.ref for other in s.of("user mapping"))])
    return server and s.add("user mapping", "", server=server.ref, role=g.choice(("public", "fuzz_reader")), options=g.choice(("", " options (a 'x')")))


def mapping_sql(s, o):
    return [f"create user mapping for {o['role']} server {s.q(o['server'])}{o['options']}"]


# ---- replication, event triggers, and the rest

def make_publication(g, s):
    tables = [each for each in plain_tables(s) if each["shape"] == "plain"]
    shape = g.choice(("all", "tables", "tables", "schema"))
    if shape == "tables" and not tables:
        return None
    return s.add("publication", g.name("pub"), shape=shape, tables=[each.ref for each in g.sample(tables, min(len(tables), 2))] if shape == "tables" else [], schema_of=g.schema(s) if shape == "schema" else None,
                 publish=g.choice((None, "insert", "insert, update")))


def publication_sql(s, o):
    what = {"all": lambda: " for all tables", "tables": lambda: " for table " + ", ".join("only " + s.qq(each) for each in o["tables"]), "schema": lambda: f" for tables in schema {s.q(o['schema_of'])}"}[o["shape"]]()
    return [f"create publication {s.q(o)}{what}" + (f" with (publish = '{o['publish']}')" if o["publish"] else "")]


def alter_publication(g, s, o):
    o.attributes["publish"] = None if o["publish"] else "delete"


def make_subscription(g, s):
    # Its options can't name a slot: a plan would ask the publisher for it.
    return s.add("subscription", g.name("sub"), publications=g.sample(["a", "b", "C d"], g.randint(1, 2)), binary=g.chance(0.3))


def subscription_sql(s, o):
    return [f"create subscription {s.q(o)} connection 'host=localhost dbname=nowhere port=1' publication {', '.join(s.q(each) for each in o['publications'])} "
            f"with (connect = false, slot_name = none, enabled = false{', binary = true' if o['binary'] else ''})"]


def alter_subscription(g, s, o):
    o.attributes["binary"] = not o["binary"]


def make_event_trigger(g, s):
    return s.add("event trigger", g.name("ev"), schema_of=g.schema(s), event=g.choice(("ddl_command_end", "sql_drop")), tags=g.chance(0.5), disabled=g.chance(0.5))


def event_trigger_sql(s, o):
    name = f"{s.q(o['schema_of'])}.{s.q(f'ev{o.uid}')}"
    return [f"create function {name}() returns event_trigger language plpgsql as $$ begin end $$",
            f"create event trigger {s.q(o)} on {o['event']}{' when tag in (' + literal('DROP TABLE') + ')' if o['tags'] else ''} execute function {name}()",
            ] + ([f"alter event trigger {s.q(o)} disable"] if o["disabled"] else [])


def alter_event_trigger(g, s, o):
    o.attributes["disabled"] = not o["disabled"]


def make_default_privileges(g, s):
    return s.add("default privileges", "", schema_of=g.schema(s) if g.chance(0.6) else None,
                 on=g.choice(("select on tables", "usage on sequences", "execute on functions", "usage on types")), role=g.choice(("fuzz_reader", "fuzz_writer")))


def default_privileges_sql(s, o):
    return [f"alter default privileges for role fuzz_owner {'in schema ' + s.q(o['schema_of']) if o['schema_of'] else ''} grant {o['on']} to {o['role']}"]


def make_access_method(g, s):
    return s.add("access method", g.name("am"), shape=g.choice(("table", "index")))


def access_method_sql(s, o):
    return [f"create access method {s.q(o)} type {o['shape']} handler {'heap_tableam_handler' if o['shape'] == 'table' else 'bthandler'}"]


def make_language(g, s):
    return s.add("language", g.name("lang"), schema=g.schema(s))


def language_sql(s, o):
    name, function = own(s, o, "handler", "", "language_handler", "language c as '$libdir/plpgsql', 'plpgsql_call_handler'")
    return [function, f"create language {s.q(o)} handler {name}"]


def make_transform(g, s):
    language = g.pick(s.of("language"))
    enum = g.pick([each for each in s.of("enum") if all(other["of"] != each.ref for other in s.of("transform"))])
    return language and enum and s.add("transform", "", schema=enum["schema"], of=enum.ref, language=language.ref)


def transform_sql(s, o):
    name, function = own(s, o, "from", "internal", "internal", "language internal immutable strict as 'enum_in'")
    return [function, f"create transform for {s.qq(o['of'])} language {s.q(o['language'])} (from sql with function {name}(internal))"]


KINDS = (
    Kind("extension", 1, make_extension, extension_sql, target=lambda s, o: f"extension {s.q(o)}"),
    Kind("operator", 2, make_operator, operator_sql, alter_operator, lambda s, o: f"operator {s.q(o['schema'])}.{o.name} (box, box)", owner=True),
    Kind("operator family", 1, make_family, family_sql, alter_family, lambda s, o: f"operator family {s.qq(o)} using btree", owner=True, word="operator family"),
    Kind("operator class", 1, make_class, class_sql, alter_class, lambda s, o: f"operator class {s.qq(o)} using btree", owner=True, word="operator class"),
    Kind("cast", 1, make_cast, cast_sql, alter_cast, lambda s, o: f"cast ({s.qq(o['of'])} as bigint)"),
    Kind("conversion", 1, make_conversion, conversion_sql, None, called("conversion"), owner=True, word="conversion"),
    Kind("text search dictionary", 1, make_dictionary, dictionary_sql, alter_dictionary, called("text search dictionary"), owner=True, word="text search dictionary"),
    Kind("text search configuration", 1, make_configuration, configuration_sql, alter_configuration, called("text search configuration"), owner=True, word="text search configuration"),
    Kind("text search parser", 1, make_parser, parser_sql, alter_parser, called("text search parser"), word="text search parser"),
    Kind("text search template", 1, make_template, template_sql, None, called("text search template"), word="text search template"),
    Kind("foreign data wrapper", 1, make_wrapper, wrapper_sql, alter_options, lambda s, o: f"foreign data wrapper {s.q(o)}", grants=("usage",), word="foreign data wrapper"),
    Kind("server", 2, make_server, server_sql, alter_options, lambda s, o: f"server {s.q(o)}", owner=True, grants=("usage",), word="server"),
    Kind("user mapping", 1, make_mapping, mapping_sql, alter_options),
    Kind("publication", 2, make_publication, publication_sql, alter_publication, lambda s, o: f"publication {s.q(o)}", word="publication"),
    Kind("subscription", 1, make_subscription, subscription_sql, alter_subscription, lambda s, o: f"subscription {s.q(o)}", word="subscription"),
    Kind("event trigger", 1, make_event_trigger, event_trigger_sql, alter_event_trigger, lambda s, o: f"event trigger {s.q(o)}", word="event trigger"),
    Kind("default privileges", 1, make_default_privileges, default_privileges_sql),
    Kind("access method", 1, make_access_method, access_method_sql, None, lambda s, o: f"access method {s.q(o)}"),
    Kind("language", 1, make_language, language_sql, None, lambda s, o: f"language {s.q(o)}", word="language"),
    Kind("transform", 1, make_transform, transform_sql),
)
