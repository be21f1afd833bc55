#include "shadow/sample_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/sql.h"
#include "base/text.h"
#include "frontend/sql_fragment_scan.h"
#include "introspect/macros.h"
#include "kinds/names.h"
#include "plan/sql_tokens.h"

namespace lpc::shadow {

namespace {

/// Users' own tables, and those of them that hold rows or whose partitions do: as what follows FROM and as conditions, with macros of introspection.
#define LPC_TABLES                                                                                                                            \
  " pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
#define LPC_ARE_ROOTS                                                                                                                         \
  " c.relkind IN ('r', 'p') AND NOT c.relispartition AND" LPC_OF_USERS
#define LPC_OF_USERS " {user_schema:n} AND {not_member:pg_class:c.oid} "

constexpr const char* kTablesToFill =
    "SELECT c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relkind,\n"
    "  EXISTS (SELECT FROM pg_catalog.pg_constraint o WHERE o.conrelid = c.oid AND o.condeferrable AND o.contype IN ('p', 'u', 'x')) FROM" LPC_TABLES "WHERE" LPC_ARE_ROOTS "ORDER BY 2";

constexpr const char* kTypes =
    "SELECT t.oid, pg_catalog.format_type(t.oid, NULL), CASE WHEN n.nspname = 'pg_catalog' THEN t.typname::text ELSE '' END, t.typtype, t.typcategory,\n"
    "  CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typbasetype, pg_catalog.format_type(t.typbasetype, t.typtypmod),\n"
    "  (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid),\n"
    "  (SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid), pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname),\n"
    "  (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND t.typrelid <> 0 AND a.attnum > 0 AND NOT a.attisdropped),\n"
    "  (SELECT pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(o.oid), ' ') FROM pg_catalog.pg_constraint o WHERE o.contypid = t.oid)\n"
    "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace\n"
    "WHERE t.typtype <> 'p' AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class r WHERE r.oid = t.typrelid AND r.relkind = 'c'))";

/// Those that an INSERT names: nothing generated. Identities and serials get the row's number, so that tables that refer to each other can do so by it.
constexpr const char* kColumns =
    "SELECT a.attrelid, a.attnum, pg_catalog.quote_ident(a.attname), a.atttypid, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,\n"
    "  a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') ~ '^(pg_catalog\\.)?nextval\\('\n"
    "FROM pg_catalog.pg_attribute a JOIN" LPC_TABLES "ON c.oid = a.attrelid LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum\n"
    "WHERE" LPC_ARE_ROOTS "AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attrelid, a.attnum";

constexpr const char* kConstraints =
    "SELECT o.conrelid, o.contype, pg_catalog.array_to_string(o.conkey, ' '), o.confrelid, pg_catalog.array_to_string(o.confkey, ' '), pg_catalog.pg_get_constraintdef(o.oid)\n"
    "FROM pg_catalog.pg_constraint o JOIN" LPC_TABLES "ON c.oid = o.conrelid WHERE" LPC_ARE_ROOTS "AND o.contype IN ('c', 'f') AND o.conparentid = 0 ORDER BY o.conrelid, o.conname";

/// The bounds of all partitions below a root, once for each column of the key that they are about.
constexpr const char* kBounds =
    "WITH RECURSIVE tree(root, oid) AS (\n"
    "  SELECT c.oid, c.oid FROM" LPC_TABLES "WHERE" LPC_ARE_ROOTS "AND c.relkind = 'p'\n"
    "  UNION ALL SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)\n"
    "SELECT t.root, pg_catalog.quote_ident(a.attname), k.at, pg_catalog.pg_get_expr(s.relpartbound, s.oid)\n"
    "FROM tree t JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = t.oid JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid\n"
    "JOIN pg_catalog.pg_class s ON s.oid = i.inhrelid CROSS JOIN pg_catalog.unnest(p.partattrs::int2[]) WITH ORDINALITY k(attnum, at)\n"
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum WHERE s.relpartbound IS NOT NULL ORDER BY s.oid";

/// Foreign keys with what a row must not lack, for rows that were put in while nobody looked. A key is about the rows of a table, not of those that inherit it.
constexpr const char* kForeignKeys =
    "SELECT CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),\n"
    "  (SELECT CASE f.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || pg_catalog.quote_ident(fn.nspname) || '.' || pg_catalog.quote_ident(f.relname)\n"
    "   FROM pg_catalog.pg_class f JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace WHERE f.oid = o.confrelid),\n"
    "  (SELECT pg_catalog.string_agg(pg_catalog.format('lp_r.%I OPERATOR(%I.%s) lp_t.%I', fa.attname, pn.nspname, p.oprname, a.attname), ' AND ')\n"
    "   FROM ROWS FROM (pg_catalog.unnest(o.conkey), pg_catalog.unnest(o.confkey), pg_catalog.unnest(o.conpfeqop)) k(own, other, equals)\n"
    "   JOIN pg_catalog.pg_operator p ON p.oid = k.equals JOIN pg_catalog.pg_namespace pn ON pn.oid = p.oprnamespace\n"
    "   JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.own JOIN pg_catalog.pg_attribute fa ON fa.attrelid = o.confrelid AND fa.attnum = k.other),\n"
    "  (SELECT pg_catalog.string_agg(pg_catalog.format('lp_t.%I IS NOT NULL', a.attname), CASE o.confmatchtype WHEN 'f' THEN ' OR ' ELSE ' AND ' END)\n"
    "   FROM pg_catalog.unnest(o.conkey) k(own) JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.own)\n"
    "FROM pg_catalog.pg_constraint o JOIN" LPC_TABLES "ON c.oid = o.conrelid WHERE" LPC_OF_USERS "AND o.contype = 'f' AND o.conparentid = 0";

#undef LPC_TABLES
#undef LPC_ARE_ROOTS
#undef LPC_OF_USERS

using introspect::expand_macros;

/// The number of a row, in every expression below.
constexpr std::string_view kNumber = "lp_n";

struct Type {
  std::string text;          ///< as in a cast
  std::string name;          ///< of pg_catalog's, else ""
  char type = 0;             ///< pg_type.typtype
  char category = 0;         ///< pg_type.typcategory
  std::string element;       ///< OIDs; "0" when there is none
  std::string base;
  std::string base_text;     ///< a domain's, with its modifier
  std::string labels;        ///< an enum's, quoted and in order
  std::string subtype;       ///< a range's; "" when it is none
  std::string qualified;
  long long attributes = 0;  ///< a composite type's
  std::string checks;        ///< a domain's
};

struct Column {
  std::string number;
  std::string name;
  std::string type;
  std::string type_text;     ///< with its modifier
  bool not_null = false;
  bool is_number = false;    ///< an identity or a serial
  std::vector<std::string> wanted;     ///< literals that constraints and bounds name
  bool is_key = false;                 ///< of the partitions: its literals come first
};

struct ForeignKey {
  std::vector<std::string> own, other; ///< numbers of columns
  std::string table;
};

struct Table {
  std::string name;
  bool partitioned = false;
  bool deferrable = false;   ///< has a unique or exclusion constraint that is looked at later: by triggers, which don't fire
  std::vector<Column> columns;
  std::vector<ForeignKey> keys;
  bool filled = false;

  /// Its own rows, or those of its partitions.
  std::string from() const { return (partitioned ? "" : "ONLY ") + name; }
};

std::vector<std::string> literals(std::string_view sql) {
  std::vector<std::string> found;
  for (const plan::SqlToken& token : plan::sql_tokens(sql)) {
    const bool is_value = (token.colour == plan::SqlColour::string && token.text.starts_with('\'')) || token.colour == plan::SqlColour::number;
    if (is_value && std::ranges::find(found, token.text) == found.end()) found.emplace_back(token.text);
  }
  return found;
}

/// What a bound says of the `at`th column of the key: the values of a list, or where a range begins.
std::vector<std::string> values_of(std::string_view bound, std::size_t at) {
  const std::size_t from = bound.find("FROM ("), to = bound.find(") TO (");
  if (from == std::string_view::npos || to == std::string_view::npos) return bound.find(" IN (") == std::string_view::npos ? std::vector<std::string>() : literals(bound);
  const std::size_t begin = from + std::string_view("FROM (").size();
  const auto parts = frontend::split_list(bound.substr(begin, to - begin));
  return at < parts.size() ? literals(parts[at]) : std::vector<std::string>();
}

class Filler {
 public:
  Filler(pg::Connection& connection, int rows) : connection_(connection), rows_(rows) {}

  Result<std::vector<std::string>> run(const std::set<std::string>& left_empty) {
    LP_DO(read());
    // Only a superuser may; others' triggers fire, then.
    const bool quiet = bool(connection_.execute("SET session_replication_role = replica"));
    // A table may need the rows of one that comes after it; of those that need each other the first gets rows without what they refer to, which is there in the end or they go.
    constexpr int kRounds = 5, kFirstForCircles = 2;
    for (int round = 0; round < kRounds; ++round) {
      breaks_circles_ = round >= kFirstForCircles;
      for (auto& [oid, table] : tables_) {
        if (!table.filled && !left_empty.contains(table.name) && (round > 0 || needs_are_there(oid, table))) LP_DO(fill(table));
      }
    }
    LP_DO(take_orphans_away());
    if (quiet) LP_DO(connection_.execute("RESET session_replication_role"));
    std::vector<std::string> empty;
    for (const auto& [oid, table] : tables_) {
      LP_TRY(const bool any, has_rows(table));
      if (!any && !left_empty.contains(table.name)) empty.push_back(table.name);
    }
    std::ranges::sort(empty);
    return empty;
  }

 private:
  // ---- what there is -------------------------------------------------------------------------------------------------------------

  Status read() {
    LP_TRY(const std::vector<pg::Rows> answers, connection_.pipeline({{expand_macros(kTablesToFill)}, {kTypes}, {expand_macros(kColumns)}, {expand_macros(kConstraints)}, {expand_macros(kBounds)}}));
    const auto& [tables, types, columns, constraints, bounds] = std::tie(answers[0], answers[1], answers[2], answers[3], answers[4]);
    for (int row = 0; row < tables.size(); ++row) tables_[std::string(tables(row, 0))] = {kinds::respelled(tables(row, 1)), tables(row, 2) == "p", tables.boolean(row, 3), {}, {}, false};
    for (int row = 0; row < types.size(); ++row) {
      types_[std::string(types(row, 0))] = {std::string(types(row, 1)), std::string(types(row, 2)), types(row, 3).front(), types(row, 4).front(), std::string(types(row, 5)),
                                            std::string(types(row, 6)), std::string(types(row, 7)), std::string(types(row, 8)), std::string(types(row, 9)),
                                            std::string(types(row, 10)), types.integer(row, 11), std::string(types(row, 12))};
    }
    for (int row = 0; row < columns.size(); ++row) {
      Column column{std::string(columns(row, 1)), std::string(columns(row, 2)), std::string(columns(row, 3)), std::string(columns(row, 4)), columns.boolean(row, 5), columns.boolean(row, 6), {}, false};
      for (const Type* type = find_type(column.type); type && type->type == 'd'; type = find_type(type->base)) want(column, literals(type->checks));
      tables_[std::string(columns(row, 0))].columns.push_back(std::move(column));
    }
    for (int row = 0; row < constraints.size(); ++row) {
      Table& table = tables_[std::string(constraints(row, 0))];
      const std::vector<std::string> numbers = split(constraints(row, 2), ' ');
      if (constraints(row, 1) == "f") {
        table.keys.push_back({numbers, split(constraints(row, 4), ' '), std::string(constraints(row, 3))});
        continue;
      }
      for (Column& column : table.columns) {
        if (std::ranges::find(numbers, column.number) != numbers.end()) want(column, literals(constraints(row, 5)));
      }
    }
    for (int row = 0; row < bounds.size(); ++row) {
      for (Column& column : tables_[std::string(bounds(row, 0))].columns) {
        if (column.name != bounds(row, 1)) continue;
        want(column, values_of(bounds(row, 3), static_cast<std::size_t>(bounds.integer(row, 2) - 1)));
        column.is_key = !column.wanted.empty();
      }
    }
    return ok();
  }

  static void want(Column& column, const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      if (std::ranges::find(column.wanted, value) == column.wanted.end()) column.wanted.push_back(value);
    }
  }

  const Type* find_type(const std::string& oid) const {
    const auto found = types_.find(oid);
    return found == types_.end() ? nullptr : &found->second;
  }

  bool needs_are_there(const std::string& oid, const Table& table) const {
    return std::ranges::all_of(table.keys, [&](const ForeignKey& key) {
      const auto needed = tables_.find(key.table);
      return key.table == oid || needed == tables_.end() || needed->second.filled;
    });
  }

  // ---- values --------------------------------------------------------------------------------------------------------------------

  /// A value of the type that differs from row to row where it can; NULL when nobody knows one.
  std::string value(const std::string& oid, const std::string& text, int depth = 0) const {
    constexpr int kDeepest = 8;
    const Type* type = find_type(oid);
    if (!type || depth > kDeepest) return "NULL";
    const auto cast = [&](const std::string& expression) { return fmt::format("({})::{}", expression, text); };
    switch (type->type) {
      case 'd': return cast(value(type->base, type->base_text, depth + 1));
      case 'e': return type->labels.empty() ? "NULL" : cast(one_of(type->labels, 1));
      case 'c': return cast("'(" + std::string(static_cast<std::size_t>(std::max(0LL, type->attributes - 1)), ',') + ")'");
      case 'm': return cast("'{}'");
      case 'r': {
        const Type* of = find_type(type->subtype);
        if (!of) return "NULL";
        const std::string low = value(type->subtype, of->text, depth + 1);
        return low == "NULL" ? low : cast(fmt::format("{}({}, {})", type->qualified, low, of_next_row(low)));
      }
      default: break;
    }
    if (type->category == 'A') {
      const Type* element = find_type(type->element);
      const std::string one = element ? value(type->element, element->text, depth + 1) : "NULL";
      return one == "NULL" ? cast("'{}'") : cast(fmt::format("ARRAY[{}]", one));
    }
    if (type->name == "numeric") return cast(numeric(text));
    for (const auto& [name, expression] : kValues) {
      if (type->name == name) return cast(fmt::format(fmt::runtime(expression), kNumber));
    }
    return type->category == 'S' || type->category == 'N' ? cast(fmt::format("{}::text", kNumber)) : cast("NULL");
  }

  static std::string of_next_row(std::string expression) {
    const std::string next = fmt::format("({} + 1)", kNumber);
    for (std::size_t at = expression.find(kNumber); at != std::string::npos; at = expression.find(kNumber, at + next.size())) expression.replace(at, kNumber.size(), next);
    return expression;
  }

  /// `numeric(5,2)` has room for three digits before the point.
  static std::string numeric(const std::string& text) {
    int precision = 0, scale = 0;
    if (std::sscanf(text.c_str(), "numeric(%d,%d)", &precision, &scale) < 1) return std::string(kNumber);
    constexpr int kMost = 6;
    int most = 1;
    for (int digit = 0; digit < std::min(kMost, precision - scale); ++digit) most *= 10;
    return precision > scale ? fmt::format("{} % {}", kNumber, most) : "0";
  }

  static constexpr std::pair<std::string_view, std::string_view> kValues[] = {
      {"bool", "{} % 2 = 0"}, {"bpchar", "{}::text"}, {"varchar", "{}::text"}, {"text", "'sample ' || {}"}, {"char", "pg_catalog.chr(65 + {} % 26)"},
      {"uuid", "pg_catalog.md5({}::text)"}, {"bytea", "pg_catalog.decode(pg_catalog.md5({}::text), 'hex')"}, {"date", "DATE '2020-01-01' + {}"},
      {"timestamp", "TIMESTAMP '2020-01-01' + {} * INTERVAL '1 hour'"}, {"timestamptz", "TIMESTAMPTZ '2020-01-01 00:00+00' + {} * INTERVAL '1 hour'"},
      {"time", "TIME '00:00' + {} * INTERVAL '1 minute'"}, {"timetz", "TIME '00:00' + {} * INTERVAL '1 minute'"}, {"interval", "{} * INTERVAL '1 day'"},
      {"json", "pg_catalog.json_build_object('n', {})"}, {"jsonb", "pg_catalog.jsonb_build_object('n', {})"}, {"xml", "'<n>' || {} || '</n>'"}, {"money", "{}::numeric"},
      {"inet", "'10.0.' || {0} / 250 || '.' || {0} % 250"}, {"cidr", "'10.0.' || {0} / 250 || '.' || {0} % 250"},
      {"macaddr", "'08:00:2b:01:' || pg_catalog.to_hex({0} / 250 + 16) || ':' || pg_catalog.to_hex({0} % 239 + 16)"},
      {"macaddr8", "'08:00:2b:01:02:03:' || pg_catalog.to_hex({0} / 250 + 16) || ':' || pg_catalog.to_hex({0} % 239 + 16)"},
      {"bit", "{}"}, {"varbit", "{}::bit(16)"}, {"point", "pg_catalog.point({0}, {0})"}, {"box", "'(0,0),(1,' || {} || ')'"}, {"circle", "'<(0,0),' || {} || '>'"},
      {"line", "'{{1,-1,' || {} || '}}'"}, {"lseg", "'[(0,0),(1,' || {} || ')]'"}, {"path", "'[(0,0),(1,' || {} || ')]'"}, {"polygon", "'((0,0),(1,' || {} || '),(2,0))'"},
      {"tsvector", "'n' || {}"}, {"tsquery", "'n' || {}"}, {"name", "'n' || {}"}, {"pg_lsn", "'0/' || pg_catalog.to_hex({})"}};

  /// One of a list of expressions, another one from row to row; `step` keeps columns apart.
  static std::string one_of(const std::string& list, int step) {
    return fmt::format("(ARRAY[{}])[1 + ({} * {} + {}) % pg_catalog.cardinality(ARRAY[{}])]", list, kNumber, step, step / 7, list);
  }

  /// What to try when the first value doesn't fit, as text: literals of the constraints, other spellings of text, other sizes of numbers, NULL.
  std::vector<std::string> variants(const Column& column) const {
    if (column.is_number) return {fmt::format("{}::text", kNumber)};
    std::vector<std::string> values;
    const Type* type = find_type(column.type);
    std::string oid = column.type, text_of_type = column.type_text;
    while (type && type->type == 'd') {    // whose CHECK would stop all values
      oid = type->base;
      text_of_type = type->base_text;
      type = find_type(oid);
    }
    for (const std::string& literal : column.wanted) values.push_back(fmt::format("{}::text", literal));
    if (column.is_key) return values;
    if (const std::string first = value(oid, text_of_type); first != "NULL") values.push_back(fmt::format("({})::text", first));
    if (type && type->category == 'S') {
      for (const std::string_view text : {"'sample' || {0} || '@example.org'", "'https://example.org/' || {0}", "'s' || {0}", "'S' || {0}", "{0}::text", "'+1555' || {0}"}) {
        values.push_back(fmt::format(fmt::runtime(text), kNumber));
      }
    }
    if (type && type->category == 'N') values.insert(values.end(), {fmt::format("({} % 100)::text", kNumber), "'1'", "'0'", fmt::format("(-{})::text", kNumber)});
    if (type && type->name.starts_with("json")) values.insert(values.end(), {"'[]'", "'{}'"});
    if (!column.not_null || values.empty()) values.push_back("NULL");
    return values;
  }

  /// Another one of them from row to row, in another order for each column.
  static std::string varied(const Column& column, const std::vector<std::string>& values) {
    constexpr int kPrimes[] = {7919, 104729, 1299709, 15485863, 31337, 65537, 86028121};
    const int step = kPrimes[static_cast<std::size_t>(std::atoi(column.number.c_str())) % std::size(kPrimes)];
    std::string choice;    // (bigint, since the product is large)
    for (std::size_t at = 0; at < values.size(); ++at) choice += fmt::format(" WHEN {} THEN {}", at, values[at]);
    return fmt::format("(CASE ({}::bigint * {} + {}) % {}{} END)::{}", kNumber, step, column.number, values.size(), choice, column.type_text);
  }

  /// The value that fits most often.
  std::string plain(const Column& column) const {
    if (column.wanted.empty() || column.is_number) return value(column.type, column.type_text);
    const bool text_is_wanted = std::ranges::any_of(column.wanted, [](const std::string& literal) { return literal.starts_with('\''); });
    if (!column.is_key && !text_is_wanted) return value(column.type, column.type_text);    // numbers in a CHECK are most often limits
    std::vector<std::string> values;
    for (const std::string& literal : column.wanted) values.push_back(literal.starts_with('\'') ? literal + "::text" : fmt::format("'{}'::text", literal));
    return fmt::format("({})::{}", one_of(lpc::join(values, ", "), 1), column.type_text);
  }

  // ---- rows ----------------------------------------------------------------------------------------------------------------------

  /// INSERT … SELECT, without a last clause; `source` gives the numbers. What isn't taken from other tables has the expression that is given for the column's number. `with_nulls`: and what is taken from there is NULL in some rows.
  std::string insert(const Table& table, const std::string& source, const std::map<std::string, std::string>& values_of_columns, bool with_nulls) const {
    std::map<std::string, std::string> from_key;    // a column's number and the expression for it
    std::string joins;
    int count = 0;
    for (const ForeignKey& key : table.keys) {
      const auto needed = tables_.find(key.table);
      const bool taken = std::ranges::any_of(key.own, [&](const std::string& number) { return from_key.contains(number); });
      if (taken || needed == tables_.end() || (breaks_circles_ && !needed->second.filled)) continue;
      const std::string alias = fmt::format("lp_k{}", ++count);
      std::vector<std::string> picked;
      for (std::size_t at = 0; at < key.own.size(); ++at) {
        picked.push_back(fmt::format("{} AS lp_c{}", name_of(key.table, key.other[at]), at));
        from_key[key.own[at]] = fmt::format("{}.lp_c{}", alias, at);
      }
      joins += fmt::format(" LEFT JOIN (SELECT {}, pg_catalog.row_number() OVER () - 1 AS lp_at FROM {}) {} ON {}.lp_at = {} % NULLIF((SELECT count(*) FROM {}), 0)",
                           lpc::join(picked, ", "), needed->second.from(), alias, alias, kNumber, needed->second.from());
    }
    std::vector<std::string> names, values;
    for (const Column& column : table.columns) {
      const auto key = from_key.find(column.number);
      names.push_back(column.name);
      if (key == from_key.end()) {
        values.push_back(values_of_columns.at(column.number));
      } else {
        values.push_back(with_nulls && !column.not_null ? fmt::format("CASE ({} + {}) % 3 WHEN 0 THEN {} END", kNumber, column.number, key->second) : key->second);
      }
    }
    return fmt::format("INSERT INTO {}{} OVERRIDING SYSTEM VALUE SELECT {} FROM {}{}", table.name, names.empty() ? "" : fmt::format(" ({})", lpc::join(names, ", ")), lpc::join(values, ", "), source, joins);
  }

  /// The name of another table's column, those that no INSERT names among them.
  std::string name_of(const std::string& table, const std::string& number) const {
    const auto found = names_.find(table + " " + number);
    return found == names_.end() ? "NULL" : found->second;
  }

  Status fill(Table& table) {
    LP_DO(read_names(table));
    std::map<std::string, std::string> values;
    for (const Column& column : table.columns) values[column.number] = plain(column);
    const std::string at_once = insert(table, fmt::format("pg_catalog.generate_series(1, {}) lp_series({})", rows_, kNumber), values, false);
    LP_DO(attempt(at_once + (table.deferrable ? "" : " ON CONFLICT DO NOTHING")));
    const auto count = connection_.query("SELECT count(*) FROM " + table.from());
    if (!count) return connection_.is_connection_lost() ? Status(count.failure()) : ok();    // (a partition may be a foreign table that nobody can read)
    if (const long long missing = rows_ - count->integer(0, 0); missing > rows_ / 2 && !table.deferrable) {
      LP_TRY(values, fitting(table));
      constexpr int kTries = 6;    // for each row
      // Until there are enough, or none of the first ones goes in.
      const std::string one = insert(table, fmt::format("(SELECT lp_i AS {}) lp_series", kNumber), values, true);
      const std::string loop = fmt::format("DECLARE lp_done int := 0; BEGIN FOR lp_i IN 1..{} LOOP BEGIN {}; lp_done := lp_done + 1; EXCEPTION WHEN OTHERS THEN NULL; END; "
                                           "EXIT WHEN lp_done >= {} OR (lp_done = 0 AND lp_i >= {}); END LOOP; END", rows_ * kTries, one, missing, rows_);
      LP_DO(attempt(sql("DO {}", dollar_quoted(loop)).text));
    }
    LP_TRY(table.filled, has_rows(table));
    return ok();
  }

  /// Of each column the variants that the checks about it alone let through: tried in a copy of the table whose other columns are NULL.
  Result<std::map<std::string, std::string>> fitting(const Table& table) {
    std::string tries = "FOR lp_name IN SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = 'pg_temp.lp_probe'::regclass AND attnum > 0 AND attnotnull LOOP "
                        "EXECUTE pg_catalog.format('ALTER TABLE pg_temp.lp_probe ALTER COLUMN %I DROP NOT NULL', lp_name); END LOOP; ";
    for (const Column& column : table.columns) {
      const std::vector<std::string> values = variants(column);
      for (std::size_t at = 0; at < values.size(); ++at) {
        tries += fmt::format("BEGIN INSERT INTO pg_temp.lp_probe ({}) SELECT ({})::{} FROM (SELECT 7 AS {}) s; INSERT INTO pg_temp.lp_fit VALUES ({}, {}); "
                             "EXCEPTION WHEN OTHERS THEN NULL; END; ", column.name, values[at], column.type_text, kNumber, column.number, at);
      }
    }
    LP_DO(attempt("CREATE TEMP TABLE lp_fit (number int, variant int)"));
    LP_DO(attempt(fmt::format("CREATE TEMP TABLE lp_probe (LIKE {} INCLUDING CONSTRAINTS)", table.name)));
    LP_DO(attempt(sql("DO {}", dollar_quoted("DECLARE lp_name text; BEGIN " + tries + "END")).text));
    std::map<std::string, std::vector<std::size_t>> fit;
    if (const auto rows = connection_.query("SELECT number, variant FROM pg_temp.lp_fit ORDER BY number, variant")) {
      for (int row = 0; row < rows->size(); ++row) fit[std::string((*rows)(row, 0))].push_back(static_cast<std::size_t>(rows->integer(row, 1)));
    }
    LP_DO(attempt("DROP TABLE IF EXISTS pg_temp.lp_probe, pg_temp.lp_fit"));
    std::map<std::string, std::string> chosen;
    for (const Column& column : table.columns) {
      std::vector<std::string> values;
      const std::vector<std::string> all = variants(column);
      for (const std::size_t at : fit[column.number]) values.push_back(all[at]);
      chosen[column.number] = varied(column, values.empty() ? all : values);
    }
    return chosen;
  }

  /// A statement that the server may refuse.
  Status attempt(const std::string& statement) {
    if (connection_.execute(statement) || !connection_.is_connection_lost()) return ok();
    return Failure{"LP6006", "the connection to the shadow was lost", "", ""};
  }

  Result<bool> has_rows(const Table& table) {
    const auto any = connection_.query(fmt::format("SELECT EXISTS (SELECT FROM {})", table.from()));
    if (!any && connection_.is_connection_lost()) return any.failure();
    return any && any->boolean(0, 0);
  }

  Status read_names(const Table& table) {
    for (const ForeignKey& key : table.keys) {
      if (!known_.insert(key.table).second) continue;
      LP_TRY(const pg::Rows rows, connection_.query("SELECT attnum, pg_catalog.quote_ident(attname) FROM pg_catalog.pg_attribute WHERE attrelid = $1 AND attnum > 0", {key.table}));
      for (int row = 0; row < rows.size(); ++row) names_[fmt::format("{} {}", key.table, rows(row, 0))] = rows(row, 1);
    }
    return ok();
  }

  /// Rows came in without a look at foreign keys; a row that goes may have been needed by another one.
  Status take_orphans_away() {
    LP_TRY(const pg::Rows keys, connection_.query(expand_macros(kForeignKeys)));
    constexpr int kMost = 20;
    long long gone = 1;
    for (int round = 0; round < kMost && gone > 0; ++round) {
      gone = 0;
      for (int row = 0; row < keys.size(); ++row) {
        const auto deleted = connection_.query(fmt::format("DELETE FROM {} lp_t WHERE ({}) AND NOT EXISTS (SELECT FROM {} lp_r WHERE {})", keys(row, 0), keys(row, 3), keys(row, 1), keys(row, 2)));
        if (!deleted && connection_.is_connection_lost()) return deleted.failure();
        if (deleted) gone += deleted->affected();    // (a table that is published without a replica identity lets nobody delete)
      }
    }
    return ok();
  }

  pg::Connection& connection_;
  const int rows_;
  bool breaks_circles_ = false;
  std::map<std::string, Table> tables_;                ///< by OID
  std::map<std::string, Type> types_;                  ///< by OID
  std::set<std::string> known_;                        ///< tables whose columns' names have been read
  std::map<std::string, std::string> names_;           ///< "OID number"
};

}  // namespace

Result<std::vector<std::string>> fill_with_sample_rows(pg::Connection& connection, int rows, const std::set<std::string>& left_empty) {
  return Filler(connection, rows).run(left_empty);
}

}  // namespace lpc::shadow
