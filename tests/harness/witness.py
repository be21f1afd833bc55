"""What a database's catalogs say, a line for each row of an object that isn't built in. The witness where pg_dump is older than the server, which it refuses.

Which columns refer to which catalog Postgres tells itself (pg_get_catalog_foreign_keys, from 14 on), so oids become names and column numbers column names, and nothing
here has to know the catalogs of a version. Expressions are printed by the pg_get_*def functions, as pg_dump prints them.
"""
import json

# Catalogs of a database, with what tells a row that isn't built in. Statistics, large objects and what a server has once are left out.
CATALOGS = {
    "pg_aggregate": "aggfnoid", "pg_am": "oid", "pg_amop": "oid", "pg_amproc": "oid", "pg_attrdef": "oid", "pg_attribute": "attrelid", "pg_cast": "oid", "pg_class": "oid",
    "pg_collation": "oid", "pg_constraint": "oid", "pg_conversion": "oid", "pg_default_acl": "oid", "pg_enum": "oid", "pg_event_trigger": "oid", "pg_extension": "oid",
    "pg_foreign_data_wrapper": "oid", "pg_foreign_server": "oid", "pg_foreign_table": "ftrelid", "pg_index": "indexrelid", "pg_inherits": "inhrelid", "pg_language": "oid",
    "pg_namespace": "oid", "pg_opclass": "oid", "pg_operator": "oid", "pg_opfamily": "oid", "pg_partitioned_table": "partrelid", "pg_policy": "oid", "pg_proc": "oid",
    "pg_publication": "oid", "pg_publication_namespace": "oid", "pg_publication_rel": "oid", "pg_range": "rngtypid", "pg_rewrite": "oid", "pg_sequence": "seqrelid",
    "pg_statistic_ext": "oid", "pg_transform": "oid", "pg_trigger": "oid", "pg_ts_config": "oid", "pg_ts_config_map": "mapcfg", "pg_ts_dict": "oid", "pg_ts_parser": "oid",
    "pg_ts_template": "oid", "pg_type": "oid", "pg_user_mapping": "oid",
}
CONDITIONS = {
    "pg_attribute": "attnum > 0 and not attisdropped and exists (select from pg_class r where r.oid = t.attrelid and r.relkind in ('r', 'p', 'v', 'm', 'c', 'f'))",
    "pg_class": "relkind <> 't' and relnamespace <> 'pg_toast'::regnamespace",
    "pg_index": "exists (select from pg_class r where r.oid = t.indexrelid and r.relnamespace <> 'pg_toast'::regnamespace)", "pg_trigger": "not tgisinternal",
    # What a partition's foreign key is called that its parent's has taken in, no dump keeps. What an inherited NOT NULL is called depends on whether it came with its table.
    "pg_constraint": "not (contype = 'f' and conparentid <> 0) and not (contype = 'n' and coninhcount > 0)",
}
# What isn't an object's: numbers of files and pages, marks that stay after what they marked is gone, the order of columns, and of a collation what a dump doesn't keep either.
LEFT_OUT = {
    "oid", "relfilenode", "relpages", "reltuples", "relallvisible", "relallfrozen", "relfrozenxid", "relminmxid", "reltoastrelid", "relnatts", "relhasrules", "relhastriggers",
    "relhassubclass", "relhasindex", "relrewrite", "attnum", "attcacheoff", "atthasmissing", "attmissingval", "indcheckxmin", "extconfig",
    "typdefaultbin", "inhseqno", "tgqual", "ev_qual", "conbin", "stxexprs", "partexprs", "adnum", "enumsortorder", "collencoding", "collversion", "attndims", "typndims",
}
PRINTED = {
    "adbin": "pg_get_expr(adbin, adrelid)", "relpartbound": "pg_get_expr(relpartbound, oid)", "indexprs": "pg_get_indexdef(indexrelid)", "indpred": "pg_get_expr(indpred, indrelid)",
    "polqual": "pg_get_expr(polqual, polrelid)", "polwithcheck": "pg_get_expr(polwithcheck, polrelid)", "proargdefaults": "pg_get_expr(proargdefaults, 0)",
    "prosqlbody": "pg_get_function_sqlbody(oid)", "prqual": "pg_get_expr(prqual, prrelid)", "ev_action": "pg_get_ruledef(oid)",
    "typdefault": "coalesce(pg_get_expr(typdefaultbin, 0), typdefault)", "polroles": "array(select distinct rolname from pg_roles where oid = any(polroles) order by 1)",
    "connoinherit": "case when contype in ('c', 'n') then connoinherit end",    # an index says nothing by it
    # A number is added when the schema has the name already: that depends on who comes first.
    "conname": "case to_jsonb(t) ->> 'contype' when 'n' then regexp_replace(conname, '_not_null[0-9]+$', '_not_null') else conname end",
    "prattrs": "array(select attname from pg_attribute where attrelid = prrelid and attnum = any(prattrs) order by 1)",
}
ADDED = {
    "pg_constraint": "pg_get_constraintdef(t.oid)", "pg_trigger": "pg_get_triggerdef(t.oid)", "pg_statistic_ext": "pg_get_statisticsobjdef(t.oid)",
    "pg_partitioned_table": "pg_get_partkeydef(t.partrelid)", "pg_attribute": "case when attidentity <> '' then pg_get_serial_sequence(attrelid::regclass::text, attname) end",
    "pg_enum": "(select count(*) from pg_enum e where e.enumtypid = t.enumtypid and e.enumsortorder < t.enumsortorder)",
}
# A list of privileges that was never touched is empty, though it means the default.
DEFAULT_ACL = {
    "relacl": "coalesce(relacl, acldefault((case relkind when 'S' then 's' else 'r' end)::\"char\", relowner))", "proacl": "coalesce(proacl, acldefault('f', proowner))",
    "typacl": "coalesce(typacl, acldefault('T', typowner))", "nspacl": "coalesce(nspacl, acldefault('n', nspowner))", "lanacl": "coalesce(lanacl, acldefault('l', lanowner))",
    "fdwacl": "coalesce(fdwacl, acldefault('F', fdwowner))", "srvacl": "coalesce(srvacl, acldefault('S', srvowner))", "attacl": "coalesce(attacl, '{}')",
}
# Options, whose order says nothing.
OPTIONS = {"attfdwoptions", "attoptions", "fdwoptions", "ftoptions", "reloptions", "srvoptions", "umoptions"}
COLUMNS = """select c.relname, a.attname, a.atttypid::regtype from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = 'pg_catalog'::regnamespace and attnum > 0 order by 1, 2"""
REFERENCES = "select fktable, array_to_json(fkcols), pktable, array_to_json(pkcols), is_array from pg_get_catalog_foreign_keys()"
EXTRA = """
select json_build_array('comment', (select type || ' ' || identity from pg_identify_object(classoid, objoid, objsubid)), description) from pg_description
where (objoid >= 16384 or classoid = 'pg_namespace'::regclass) and (classoid <> 'pg_subscription'::regclass or exists (select from pg_subscription s where s.oid = objoid))
union all select json_build_array('label', provider, (select type || ' ' || identity from pg_identify_object(classoid, objoid, objsubid)), label) from pg_seclabel
union all select json_build_array('depends', deptype, (select type || ' ' || identity from pg_identify_object(classid, objid, objsubid)),
    (select type || ' ' || identity from pg_identify_object(refclassid, refobjid, refobjsubid))) from pg_depend
  where objid >= 16384 and (deptype in ('e', 'x') or refobjsubid > 0 and deptype in ('a', 'i') and exists (select from pg_class where oid = objid and relkind = 'S'))
union all
  select json_build_array('setting', (select rolname from pg_roles where oid = setrole), setconfig) from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = current_database())
union all select json_build_array('subscription', subname, subconninfo, subpublications, subenabled, subowner::regrole, to_jsonb(s) - 'oid' - 'subdbid' - 'subowner' - 'subskiplsn') from pg_subscription s
  where subdbid = (select oid from pg_database where datname = current_database())"""
ROLES = """
select to_jsonb(r) - 'oid' - 'rolpassword' from pg_roles r where rolname !~ '^pg_'
union all select jsonb_build_array('member', roleid::regrole, member::regrole, grantor::regrole, to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor') from pg_auth_members m where member >= 16384
union all select jsonb_build_array('tablespace', spcname, spcowner::regrole, spcacl, spcoptions) from pg_tablespace where oid >= 16384
union all select jsonb_build_array('setting', setrole::regrole, setconfig) from pg_db_role_setting where setdatabase = 0 and setrole <> 0"""


class Witness:
    """The queries for one server."""

    def __init__(self, psql):
        self.psql = psql
        references = {}
        for line in psql("postgres", REFERENCES).stdout.splitlines():
            fktable, fkcols, pktable, pkcols, is_array = line.split("|")
            references[fktable, json.loads(fkcols)[-1]] = (json.loads(fkcols), pktable, json.loads(pkcols), is_array == "t")
        columns = {}
        for line in psql("postgres", COLUMNS).stdout.splitlines():
            table, column, kind = line.split("|")
            columns.setdefault(table, []).append((column, kind))
        self.query = "\nunion all ".join([self._rows(table, columns[table], references) for table in CATALOGS if table in columns] + [EXTRA])

    @staticmethod
    def _value(table, column, kind, references):
        if column in PRINTED:
            return PRINTED[column]
        if column in DEFAULT_ACL or kind == "aclitem[]":
            return f"array(select a::text from unnest({DEFAULT_ACL.get(column, column)}) a order by 1)"
        if column in OPTIONS:
            return f"array(select o from unnest({column}) o order by 1)"
        if kind == "pg_node_tree":
            return None
        fkcols, pktable, pkcols, is_array = references.get((table, column), (None, None, None, None))
        if fkcols is None:
            return f"t.{column}"
        if pktable == "pg_attribute":
            name = f"(select attname from pg_attribute where attrelid = t.{fkcols[0]} and attnum = %s)"
        elif pkcols == ["oid"]:
            name = f"(select identity from pg_identify_object('{pktable}'::regclass, %s, 0))"
            if pktable == "pg_authid":
                name = "(select rolname from pg_roles where oid = %s)"
        else:
            name = "%s::regclass::text"    # of pg_index and the like, whose key is a relation
        return f"array(select {name % 'u.v'} from unnest(t.{column}) with ordinality u(v, n) order by u.n)" if is_array else name % f"t.{column}"

    def _rows(self, table, columns, references):
        parts = []
        for column, kind in columns:
            value = None if column in LEFT_OUT else self._value(table, column, kind, references)
            if value:
                parts.append(f"'{column}', {value}")
        if table in ADDED:
            parts.append(f"'definition', {ADDED[table]}")
        half = len(parts) // 2    # a function takes a hundred arguments
        key = CATALOGS[table]
        own = f"t.{key}::oid >= 16384" if table != "pg_namespace" else "t.nspname !~ '^pg_' and t.nspname <> 'information_schema'"
        condition = CONDITIONS.get(table, "true")
        row = f"jsonb_build_object({', '.join(parts[:half])}) || jsonb_build_object({', '.join(parts[half:])})"
        return f"select json_build_array('{table}', {row}) from pg_catalog.{table} t where {own} and {condition}"

    def dump(self, database):
        lines = self.psql(database, f"set search_path = ''; select * from (\n{self.query}) x").stdout.splitlines()
        return "\n".join(sorted(line for line in lines if not any(each in line for each in ("lockplane.", '"lockplane"', '"schema lockplane"', "lockplane_trash"))))

    def roles(self, known):
        lines = self.psql("postgres", ROLES).stdout.splitlines()
        return sorted(line for line in lines if not any(f'"rolname": "{role.strip(chr(34))}"' in line for role in known))
