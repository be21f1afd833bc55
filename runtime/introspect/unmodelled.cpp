#include "introspect/unmodelled.h"

#include <array>

namespace lpc::introspect {

namespace {

struct Candidates {
  std::string_view catalog;    // where it has no row from 16384 on there are none of these; "" when other catalogs may bring some
  std::string_view sql;
};

#define LPC_OF_SCHEMA(catalog, what, prefix)                                                                 \
  {catalog, "SELECT '" catalog "', o.oid::int8, '" what "', n.nspname, o." prefix "name::text\n"              \
            "  FROM pg_catalog." catalog " o JOIN pg_catalog.pg_namespace n ON n.oid = o." prefix "namespace\n" \
            "  WHERE {any_schema:n:o.oid} AND o.oid >= 16384"}
#define LPC_OF_DATABASE(catalog, what, name) \
  {catalog, "SELECT '" catalog "', o.oid::int8, '" what "', '', o." name "::text FROM pg_catalog." catalog " o WHERE o.oid >= 16384"}

// One row for each object that stands for itself: parts of others (columns, constraints, indexes, array and row types) are the business of their kinds.
// Rows below 16384 are the system's own; above, also what stands in its schemas or hangs on its objects counts. initdb comments on no relation and no cast; of comments on
// what it does comment on nobody can tell whose they are. A user mapping's own catalog is for superusers only, hence the view.
constexpr auto kCandidates = std::to_array<Candidates>({
    {"", R"sql(SELECT 'pg_class', c.oid::int8, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
         WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'relation' END, n.nspname, c.relname::text
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind NOT IN ('i', 'I', 't', 'c') AND {any_schema:n:c.oid})sql"},
    {"", R"sql(SELECT 'pg_type', t.oid::int8, CASE WHEN NOT t.typisdefined THEN 'shell type' ELSE
         CASE t.typtype WHEN 'b' THEN 'base type' WHEN 'c' THEN 'composite type' WHEN 'd' THEN 'domain' WHEN 'e' THEN 'enum' WHEN 'r' THEN 'range type' ELSE 'type' END END,
       n.nspname, t.typname::text
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
  WHERE {any_schema:n:t.oid} AND (c.oid IS NULL OR c.relkind = 'c') AND NOT (t.typcategory = 'A' AND t.typelem <> 0))sql"},
    {"", R"sql(SELECT 'pg_proc', p.oid::int8, CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' WHEN 'p' THEN 'procedure' ELSE 'function' END, n.nspname,
       p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')'
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE {any_schema:n:p.oid})sql"},
    {"pg_operator", R"sql(SELECT 'pg_operator', o.oid::int8, 'operator', n.nspname, o.oprname || ' (' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END
       || ', ' || pg_catalog.format_type(o.oprright, NULL) || ')'
  FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprcode <> 0 AND {any_schema:n:o.oid} AND o.oid >= 16384)sql"},
    LPC_OF_SCHEMA("pg_opclass", "operator class", "opc"),
    LPC_OF_SCHEMA("pg_opfamily", "operator family", "opf"),
    LPC_OF_SCHEMA("pg_conversion", "conversion", "con"),
    LPC_OF_SCHEMA("pg_collation", "collation", "coll"),
    LPC_OF_SCHEMA("pg_ts_config", "text search configuration", "cfg"),
    LPC_OF_SCHEMA("pg_ts_dict", "text search dictionary", "dict"),
    LPC_OF_SCHEMA("pg_ts_parser", "text search parser", "prs"),
    LPC_OF_SCHEMA("pg_ts_template", "text search template", "tmpl"),
    LPC_OF_SCHEMA("pg_statistic_ext", "statistics", "stx"),
    {"pg_cast", R"sql(SELECT 'pg_cast', o.oid::int8, 'cast', '', pg_catalog.format_type(o.castsource, NULL) || ' AS ' || pg_catalog.format_type(o.casttarget, NULL)
  FROM pg_catalog.pg_cast o WHERE o.oid >= 16384)sql"},
    {"pg_transform", R"sql(SELECT 'pg_transform', o.oid::int8, 'transform', '', pg_catalog.format_type(o.trftype, NULL) || ' LANGUAGE ' || l.lanname
  FROM pg_catalog.pg_transform o JOIN pg_catalog.pg_language l ON l.oid = o.trflang WHERE o.oid >= 16384)sql"},
    LPC_OF_DATABASE("pg_event_trigger", "event trigger", "evtname"),
    LPC_OF_DATABASE("pg_publication", "publication", "pubname"),
    LPC_OF_DATABASE("pg_language", "language", "lanname"),
    LPC_OF_DATABASE("pg_am", "access method", "amname"),
    {"pg_foreign_data_wrapper", R"sql(SELECT 'pg_foreign_data_wrapper', o.oid::int8, 'foreign-data wrapper', '', o.fdwname::text FROM pg_catalog.pg_foreign_data_wrapper o)sql"},
    {"pg_foreign_server", R"sql(SELECT 'pg_foreign_server', o.oid::int8, 'server', '', o.srvname::text FROM pg_catalog.pg_foreign_server o)sql"},
    {"pg_foreign_server", R"sql(SELECT 'pg_user_mapping', o.umid::int8, 'user mapping', '', o.usename || ' SERVER ' || o.srvname FROM pg_catalog.pg_user_mappings o)sql"},
    {"pg_subscription", R"sql(SELECT 'pg_subscription', o.oid::int8, 'subscription', '', o.subname::text FROM pg_catalog.pg_subscription o
  JOIN pg_catalog.pg_database d ON d.oid = o.subdbid WHERE d.datname = pg_catalog.current_database())sql"},
    {"", R"sql(SELECT 'pg_amop', o.oid::int8, 'member of operator family', n.nspname, f.opfname || ': ' || o.amopopr::pg_catalog.regoperator
  FROM pg_catalog.pg_amop o JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopfamily JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace WHERE o.oid >= 16384 AND f.oid < 16384)sql"},
    {"", R"sql(SELECT 'pg_amproc', o.oid::int8, 'member of operator family', n.nspname, f.opfname || ': ' || o.amproc::pg_catalog.regprocedure
  FROM pg_catalog.pg_amproc o JOIN pg_catalog.pg_opfamily f ON f.oid = o.amprocfamily JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace WHERE o.oid >= 16384 AND f.oid < 16384)sql"},
    {"", R"sql(SELECT part.catalog, part.oid::int8, part.what, n.nspname, c.relname || '.' || part.name
  FROM (SELECT 'pg_trigger' AS catalog, oid, 'trigger' AS what, tgrelid AS relation, tgname::text AS name FROM pg_catalog.pg_trigger WHERE tgrelid < 16384
        UNION ALL SELECT 'pg_rewrite', oid, 'rule', ev_class, rulename FROM pg_catalog.pg_rewrite WHERE ev_class < 16384
        UNION ALL SELECT 'pg_policy', oid, 'policy', polrelid, polname FROM pg_catalog.pg_policy WHERE polrelid < 16384
        UNION ALL SELECT 'pg_constraint', oid, 'constraint', conrelid, conname FROM pg_catalog.pg_constraint WHERE conrelid BETWEEN 1 AND 16383
        UNION ALL SELECT 'pg_attrdef', a.oid, 'default', a.adrelid, k.attname
          FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_attribute k ON k.attrelid = a.adrelid AND k.attnum = a.adnum WHERE a.adrelid < 16384
        UNION ALL SELECT 'pg_class', x.oid, 'index', i.indrelid, x.relname
          FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid WHERE i.indrelid < 16384 AND i.indexrelid >= 16384) part
  JOIN pg_catalog.pg_class c ON c.oid = part.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE part.oid >= 16384)sql"},
    {"pg_ts_dict", R"sql(SELECT DISTINCT 'pg_ts_config', NULL::int8, 'mapping of text search configuration', n.nspname, c.cfgname::text
  FROM pg_catalog.pg_ts_config_map m JOIN pg_catalog.pg_ts_config c ON c.oid = m.mapcfg JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace WHERE c.oid < 16384 AND m.mapdict >= 16384)sql"},
    {"", R"sql(SELECT 'pg_description', NULL::int8, 'comment on', '', pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid)
  FROM pg_catalog.pg_description d
  WHERE d.objoid < 16384 AND d.classoid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_cast'::pg_catalog.regclass, 'pg_catalog.pg_rewrite'::pg_catalog.regclass))sql"},
    {"", R"sql(SELECT NULL, NULL, 'comment on the inherited constraint', n.nspname, c.relname || '.' || o.conname
  FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_namespace n ON n.oid = o.connamespace
  JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objoid = o.oid
  JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
  WHERE o.contype = 'n' AND NOT (o.conislocal AND o.coninhcount = 0) AND {user_schema:n})sql"},
    // Comments on what Postgres makes along with something else.
    {"", R"sql(SELECT '+', NULL, 'comment on the rule', n.nspname, r.relname || '._RETURN'
  FROM pg_catalog.pg_description d JOIN pg_catalog.pg_rewrite w ON w.oid = d.objoid AND w.rulename = '_RETURN' JOIN pg_catalog.pg_class r ON r.oid = w.ev_class
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  WHERE d.classoid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objoid >= 16384 AND {user_schema:n} AND {not_member:pg_class:r.oid})sql"},
    {"", R"sql(SELECT '+pg_constraint', o.oid::int8, 'comment on the inherited constraint', n.nspname, r.relname || '.' || o.conname
  FROM pg_catalog.pg_description d JOIN pg_catalog.pg_constraint o ON o.oid = d.objoid AND o.contype <> 'n' JOIN pg_catalog.pg_class r ON r.oid = o.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  WHERE d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objoid >= 16384 AND (NOT o.conislocal OR o.conparentid <> 0) AND {user_schema:n} AND {not_member:pg_class:r.oid})sql"},
    // A row type, and the type of multiranges; of the first also the privileges.
    {"", R"sql(SELECT '+', NULL, x.what, n.nspname, t.typname
  FROM (SELECT d.objoid AS oid, 'comment on the type' AS what FROM pg_catalog.pg_description d WHERE d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objoid >= 16384
        UNION ALL SELECT a.oid, 'privileges on the type' FROM pg_catalog.pg_type a WHERE a.typrelid <> 0 AND a.typacl IS NOT NULL) x
  JOIN pg_catalog.pg_type t ON t.oid = x.oid LEFT JOIN pg_catalog.pg_class r ON r.oid = t.typrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE (r.relkind <> 'c' OR t.typtype = 'm') AND {user_schema:n} AND {not_member:pg_type:t.oid} AND (r.oid IS NULL OR {not_member:pg_class:r.oid}))sql"},
    // The constructors of a range type.
    {"", R"sql(SELECT '+', NULL, w.what, n.nspname, p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')'
  FROM pg_catalog.pg_range g JOIN pg_catalog.pg_depend i ON i.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND i.refobjid = g.rngtypid AND i.deptype = 'i'
    AND i.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  JOIN pg_catalog.pg_proc p ON p.oid = i.objid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN LATERAL (VALUES ('privileges on the function', p.proacl IS NOT NULL), ('comment on the function', pg_catalog.obj_description(p.oid, 'pg_proc') IS NOT NULL)) w(what, is_there) ON w.is_there
  WHERE g.rngtypid >= 16384 AND {user_schema:n} AND {not_member:pg_type:g.rngtypid})sql"},
    // ALTER TABLE … DISABLE TRIGGER ALL by a superuser reaches them: the constraint stands and isn't kept.
    {"", R"sql(SELECT DISTINCT '+', NULL::int8, 'switched-off state of the constraint', n.nspname, r.relname || '.' || o.conname
  FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_constraint o ON o.oid = t.tgconstraint AND o.contype <> 't' JOIN pg_catalog.pg_class r ON r.oid = o.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  WHERE t.tgenabled <> 'O' AND {user_schema:n} AND {not_member:pg_class:r.oid})sql"},
});

bool is_beyond_dumps(std::string_view catalog) { return catalog.starts_with('+'); }

}  // namespace

std::string candidate_query(const std::set<std::string_view>& bare) {
  std::string text;
  for (const Candidates& candidates : kCandidates) {
    if (bare.contains(candidates.catalog)) continue;
    if (!text.empty()) text += "\nUNION ALL\n";
    text += candidates.sql;
  }
  return text + "\nORDER BY 3, 4, 5";
}

std::vector<Unmodelled> find_unmodelled(const pg::Rows& candidates, const Aliases& aliases, const Dependencies& dependencies) {
  std::vector<Unmodelled> found;
  for (int i = 0; i < candidates.size(); ++i) {
    if (!candidates.is_null(i, 1)) {
      const bool is_on = is_beyond_dumps(candidates(i, 0));
      const CatalogRow row{aliases.catalog(candidates(i, 0).substr(is_on ? 1 : 0)), static_cast<std::uint32_t>(candidates.integer(i, 1)), 0};
      // What hangs on an object is read with it. Of the parts of something unmodelled, the whole is reported.
      if (is_on ? aliases.find(row) != nullptr : dependencies.resolve(row) || dependencies.is_part(row)) continue;
    }
    found.push_back({std::string(candidates(i, 2)), std::string(candidates(i, 3)), std::string(candidates(i, 4)), !candidates.is_null(i, 0) && is_beyond_dumps(candidates(i, 0))});
  }
  return found;
}

}  // namespace lpc::introspect
