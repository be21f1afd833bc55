"""Views and routines, and the triggers, rules and policies that use them."""
from fuzz.model import Kind, literal
from fuzz.table_kinds import any_tables, on_table, plain_tables
from fuzz.type_kinds import called, check_of


def selectable(s):
    """Columns that stand well in any query: a view shows them under their own names."""
    return [each for each in any_tables(s) + s.of("foreign table")]


def make_query(g, s):
    """A query's parts: a table's columns, perhaps joined to or united with others, or what another view shows first."""
    tables, views = selectable(s), s.of("view", "materialized view")
    if views and g.chance(0.25):
        view = g.choice(views)
        return {"shape": "over", "over": view.ref, "columns": [view["columns"][0]]}
    table = g.pick(tables)
    if not table:
        return None
    columns = s.columns(table)
    shape = g.choice(("plain", "plain", "plain", "where", "where", "count", "with", "join", "union", "window", "function"))
    query = {"shape": shape, "over": table.ref, "columns": [each.ref for each in g.sample(columns, g.randint(1, len(columns)))]}
    if shape == "where":
        column = g.choice(columns)
        query["where"] = {"column": column.ref, "check": check_of(g, s, column)}
    elif shape == "join":
        query["other"] = g.choice(tables).ref
    elif shape == "function":
        function = g.pick([each for each in s.of("function") if each["shape"] == "expression"])
        query["function"] = function and function.ref
    return query


def query_text(s, query):
    names, source = ", ".join("q." + s.q(each) for each in query["columns"]), s.qq(query["over"])
    first = "q." + s.q(query["columns"][0])
    return {
        "over": lambda: f"select {names} from {source} q",
        "plain": lambda: f"select {names} from {source} q",
        "where": lambda: f"select {names} from {source} q where {query['where']['check'].replace('{c}', 'q.' + s.q(query['where']['column']))}",
        "count": lambda: f"select {first}, count(*) as how_many from {source} q group by {first} having count(*) > 1",
        "with": lambda: f"with w as (select * from {source} q) select {names} from w q",
        "join": lambda: f"select {names}, o is null as missing from {source} q left join {s.qq(query['other'])} o on true",
        "union": lambda: f"select {names} from {source} q union all select {names} from {source} q where false",
        "window": lambda: f"select {names}, row_number() over (partition by ({first}) is null) as n from {source} q",
        "function": lambda: f"select {names}, {s.qq(query['function'])}(1, 2) as got from {source} q" if query["function"] else f"select {names} from {source} q",
    }[query["shape"]]()


def make_view(g, s):
    query = make_query(g, s)
    return query and s.add("view", g.name("v"), schema=g.schema(s), query=query, columns=query["columns"], options=g.choice(("", "", "", " with (security_barrier)", " with (security_invoker = true)")),
                           check=query["shape"] in ("plain", "where") and g.chance(0.15))


def view_sql(s, o):
    return [f"create view {s.qq(o)}{o['options']} as {query_text(s, o['query'])}{' with local check option' if o['check'] else ''}"]


def alter_view(g, s, o):
    query = o["query"]
    if g.chance(0.5) and len(query["columns"]) > 1:
        query["columns"] = query["columns"][:-1]
        o.attributes["columns"] = query["columns"]
    elif "options" in o.attributes:
        o.attributes["options"] = " with (security_barrier)" if not o["options"] else ""


def make_matview(g, s):
    query = make_query(g, s)
    return query and s.add("materialized view", g.name("mv"), schema=g.schema(s), query=query, columns=query["columns"], data=g.chance(0.8), fillfactor=g.chance(0.1))


def matview_sql(s, o):
    return [f"create materialized view {s.qq(o)}{' with (fillfactor = 80)' if o['fillfactor'] else ''} as {query_text(s, o['query'])} with {'' if o['data'] else 'no '}data"]


def make_view_column(g, s):
    view = g.pick(s.of("view"))
    if not view or any(each["table"] == view.ref for each in s.of("view column")):
        return None
    return s.add("view column", "", table=view.ref, column=view["columns"][0], default=g.chance(0.5))


def view_column_sql(s, o):
    return [f"alter view {s.qq(o['table'])} alter {s.q(o['column'])} set default null"] if o["default"] else []


# ---- routines

VOLATILITY = ("", " immutable", " stable", " immutable strict parallel safe", " security definer set search_path = pg_catalog, pg_temp", " stable leakproof", " cost 7 set work_mem to '8MB'", " called on null input volatile",
              " set datestyle = 'ISO, DMY'", " not leakproof parallel restricted")


def make_function(g, s):
    shape = g.choice(("expression",) * 3 + ("plpgsql", "trigger", "rows", "set", "atomic", "out", "typed", "variadic", "over"))
    if shape == "over":
        other = g.pick([each for each in s.of("function") if each["shape"] == "expression"])
        # The same name with other arguments
        return other and s.add("function", other.name, schema=other["schema"], shape="over", like=other.ref, options=g.choice(VOLATILITY))
    if shape == "typed":
        kind = g.pick(s.of("enum", "domain", "type", "range type"))
        return kind and s.add("function", g.name("f"), schema=g.schema(s), shape=shape, type=kind.ref, options=g.choice(VOLATILITY))
    if shape in ("rows", "set", "atomic"):
        table = g.pick(selectable(s))
        return table and s.add("function", g.name("f"), schema=g.schema(s), shape=shape, table=table.ref, columns=[each.ref for each in s.columns(table)[:1]], options=g.choice(VOLATILITY[:5]))
    return s.add("function", g.name("f"), schema=g.schema(s), shape=shape, options=g.choice(VOLATILITY), body=g.randint(0, 2))


def function_parts(s, o):
    """Arguments' types, the arguments, what it returns, and the body."""
    shape, number = o["shape"], o["body"] or 0
    if shape == "expression":
        return "integer, integer", "a integer, b integer default 3", "integer", (f"language sql return (a + b * {number})", "language sql as 'select $1 - $2'", "language sql as $$ select a /* $ */ + b; $$")[number]
    if shape == "plpgsql":
        return "text", "what text", "text", "language plpgsql as $body$ begin return what || $$it's \\ " + str(number) + "$$; end $body$"
    if shape == "trigger":
        return "", "", "trigger", ("language plpgsql as $$ begin return new; end $$", "language plpgsql as $$begin\n  -- nothing\n  return null;\nend$$", "language plpgsql as 'begin return old; end'")[number]
    if shape == "rows":
        return "", "", f"setof {s.qq(o['table'])}", f"language sql rows 50 as {literal('select * from ' + s.qq(o['table']))}"
    if shape == "set":
        return "integer", "n integer", "table (m integer, t text)", f"language sql as {literal('select 1, count(*)::text from ' + s.qq(o['table']))}"
    if shape == "atomic":
        return "", "", "bigint", f"language sql begin atomic select count({s.q(o['columns'][0])}) from {s.qq(o['table'])}; end"
    if shape == "out":
        return "integer", "a integer, out b text, inout c integer default 1", "record", "language sql as 'select ''x'', 1'"
    if shape == "typed":
        return s.qq(o["type"]), f"v {s.qq(o['type'])}", f"{s.qq(o['type'])}[]", "language sql as 'select array[$1]'"
    if shape == "variadic":
        return "text[]", "variadic t text[]", "text", "language sql as 'select $1[1]'"
    return "integer, integer, integer", "integer, integer, integer", "integer", "language sql as 'select 1'"


def function_sql(s, o):
    _, arguments, returns, body = function_parts(s, o)
    return [f"create function {s.qq(o)}({arguments}) returns {returns}{o['options']} {body}"]


def function_target(s, o):
    arguments = function_parts(s, o)[0]
    return f"function {s.qq(o)}({'integer, integer' if o['shape'] == 'out' else arguments})"


def alter_function(g, s, o):
    if o["body"] is not None and g.chance(0.5):
        o.attributes["body"] = g.randint(0, 2)
    else:
        o.attributes["options"] = g.choice(VOLATILITY[:5] if o["shape"] in ("rows", "set", "atomic") else VOLATILITY)


def make_procedure(g, s):
    return s.add("procedure", g.name("p"), schema=g.schema(s), number=g.randint(0, 9), options=g.choice(("", " security definer", " set search_path = ''")))


def procedure_sql(s, o):
    return [f"create procedure {s.qq(o)}(a integer, inout b text default 'x') language plpgsql{o['options']} as $p$ begin b := a || '{o['number']}'; end $p$"]


def alter_procedure(g, s, o):
    o.attributes["number"] = g.randint(0, 9)


def make_aggregate(g, s):
    function = g.pick([each for each in s.of("function") if each["shape"] == "expression"])
    return function and s.add("aggregate", g.name("agg"), schema=g.schema(s), function=function.ref, start=g.choice((None, "0", "5")), parallel=g.chance(0.3))


def aggregate_sql(s, o):
    return [f"create aggregate {s.qq(o)}(integer) (sfunc = {s.qq(o['function'])}, stype = integer{', initcond = ' + literal(o['start']) if o['start'] else ''}{', parallel = safe' if o['parallel'] else ''})"]


def alter_aggregate(g, s, o):
    o.attributes["start"] = g.choice((None, "0", "7"))


# ---- what hangs on tables

def make_trigger(g, s):
    function = g.pick([each for each in s.of("function") if each["shape"] == "trigger"])
    table = g.pick([each for each in any_tables(s)])
    if not function or not table:
        return None
    shape = g.choice(("before", "after", "columns", "constraint", "statement", "tables"))
    if shape == "tables" and (table["key"] or table["shape"] == "child"):
        shape = "statement"
    return s.add("trigger", g.name("tr"), table=table.ref, function=function.ref, shape=shape, columns=[g.choice(s.columns(table)).ref], state=g.choice(("", "", "", "disable", "enable always", "enable replica")),
                 arguments=g.choice(("", "'x'", "'it''s', 12")))


def trigger_sql(s, o):
    events = {"before": "before insert or update", "after": "after delete", "columns": f"after update of {s.q(o['columns'][0])}", "constraint": "after insert", "statement": "after insert or truncate",
              "tables": "after update"}[o["shape"]]
    row = {"statement": "statement", "tables": "statement"}.get(o["shape"], "row")
    text = f"create {'constraint ' if o['shape'] == 'constraint' else ''}trigger {s.q(o)} {events} on {s.qq(o['table'])}"
    text += " deferrable initially deferred" if o["shape"] == "constraint" else " referencing old table as was new table as now" if o["shape"] == "tables" else ""
    if o["shape"] == "columns":
        row += f" when (old.{s.q(o['columns'][0])} is null)"
    text += f" for each {row} execute function {s.qq(o['function'])}({o['arguments']})"
    state = o["state"]
    return [text] + ([f"alter table {s.qq(o['table'])} {state.replace('disable', 'disable trigger') if state == 'disable' else state + ' trigger'} {s.q(o)}"] if state else [])


def alter_trigger(g, s, o):
    attribute, value = g.choice((("state", "disable"), ("state", ""), ("state", "enable always"), ("arguments", "'other'")))
    o.attributes[attribute] = value


def make_rule(g, s):
    table = g.pick(plain_tables(s))
    return table and s.add("rule", g.name("ru"), table=table.ref, event=g.choice(("insert", "update", "delete")), shape=g.choice(("nothing", "notify", "also")), columns=[g.choice(s.columns(table)).ref])


def rule_sql(s, o):
    column = s.q(o["columns"][0])
    row = "old" if o["event"] == "delete" else "new"
    action = {"nothing": "instead nothing", "notify": "also notify changed, 'it''s'", "also": f"also select {row}.{column}"}[o["shape"]]
    return [f"create rule {s.q(o)} as on {o['event']} to {s.qq(o['table'])}{f' where {row}.{column} is null' if o['shape'] == 'nothing' else ''} do {action}"]


def alter_rule(g, s, o):
    o.attributes["shape"] = g.choice(("nothing", "notify", "also"))


def make_policy(g, s):
    table = g.pick([each for each in plain_tables(s)])
    if not table:
        return None
    column = g.choice(s.columns(table))
    return s.add("policy", g.name("po"), table=table.ref, restrictive=g.chance(0.2), event=g.choice(("all", "select", "update", "delete")), roles=g.choice(("public", "fuzz_reader", "fuzz_reader, fuzz_writer", "current_user")),
                 columns=[column.ref], check=check_of(g, s, column))


def policy_sql(s, o):
    return [f"create policy {s.q(o)} on {s.qq(o['table'])}{' as restrictive' if o['restrictive'] else ''} for {o['event']} to {o['roles']} using ({o['check'].replace('{c}', s.q(o['columns'][0]))})"]


def alter_policy(g, s, o):
    column = g.choice(s.columns(s.get(o["table"])))
    o.attributes.update(columns=[column.ref], check=check_of(g, s, column), roles=g.choice(("public", "fuzz_writer")))


RELATION = ("select", "all", "insert, update", "delete, trigger")
KINDS = (
    Kind("view", 8, make_view, view_sql, alter_view, called("view"), owner=True, grants=RELATION, word="view"),
    Kind("materialized view", 3, make_matview, matview_sql, alter_view, called("materialized view"), owner=True, grants=("select", "all"), word="materialized view"),
    Kind("view column", 2, make_view_column, view_column_sql, None, lambda s, o: f"column {s.qq(o['table'])}.{s.q(o['column'])}"),
    Kind("function", 10, make_function, function_sql, alter_function, function_target, owner=True, grants=("execute",), word="function"),
    Kind("procedure", 2, make_procedure, procedure_sql, alter_procedure, lambda s, o: f"procedure {s.qq(o)}(integer, text)", owner=True, grants=("execute",), word="procedure"),
    Kind("aggregate", 2, make_aggregate, aggregate_sql, alter_aggregate, lambda s, o: f"aggregate {s.qq(o)}(integer)", owner=True, word="aggregate"),
    Kind("trigger", 6, make_trigger, trigger_sql, alter_trigger, on_table("trigger"), word="trigger"),
    Kind("rule", 2, make_rule, rule_sql, alter_rule, on_table("rule"), word="rule"),
    Kind("policy", 3, make_policy, policy_sql, alter_policy, on_table("policy"), word="policy"),
)
