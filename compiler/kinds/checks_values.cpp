// Conditions on values: those that a type can't hold, and those that a partition's bound doesn't take.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/checks.h"
#include "kinds/inheritance.h"
#include "kinds/partition_bounds.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

bool is_text(std::string_view base) { return base == "text" || base == "character varying" || base == "character" || base == "citext" || base.ends_with(".citext"); }
bool is_integer(std::string_view base) { return base == "smallint" || base == "integer" || base == "bigint"; }
bool is_number_type(std::string_view base) { return is_integer(base) || base == "numeric" || base == "real" || base == "double precision"; }

std::optional<long long> modifier(const TypeParts& type, std::size_t index) {
  if (index >= type.modifiers.size()) return std::nullopt;
  long long value = 0;
  const std::string& text = type.modifiers[index];
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

/// Blanks behind the limit are cut off, anything else is an error: https://www.postgresql.org/docs/15/datatype-character.html
Sql too_long(const Sql& value, const TypeParts& to) {
  const long long limit = modifier(to, 0).value_or(1);
  return sql("char_length(rtrim({}::text, ' ')) > {}", value, number(limit));
}

struct IntegerRange {
  std::string_view type, low, high;
};
constexpr std::array<IntegerRange, 3> kRanges = {{{"smallint", "-32768", "32767"}, {"integer", "-2147483648", "2147483647"}, {"bigint", "-9223372036854775808", "9223372036854775807"}}};

Sql out_of_range(const Sql& number_value, std::string_view type) {
  const auto range = std::ranges::find(kRanges, type, &IntegerRange::type);
  return sql("{} NOT BETWEEN {} AND {}", number_value, fragment(range->low), fragment(range->high));
}

/// Floating point rounds as numeric does, to the nearest.
std::optional<Sql> misfit_integer(const Sql& value, const TypeParts& from, const TypeParts& to) {
  if (is_integer(from.base)) return out_of_range(value, to.base);
  if (from.base == "numeric") return out_of_range(sql("round({})", value), to.base);
  if (from.base == "real" || from.base == "double precision") return sql("({} = 'NaN' OR {})", sql("{}::double precision", value), out_of_range(sql("round({}::double precision)", value), to.base));
  return std::nullopt;
}

/// https://www.postgresql.org/docs/15/datatype-numeric.html: precision minus scale digits before the point. NaN fits every numeric.
std::optional<Sql> misfit_numeric(const Sql& value, const TypeParts& from, const TypeParts& to) {
  if (!is_number_type(from.base) || to.modifiers.empty()) return std::nullopt;
  const long long precision = modifier(to, 0).value_or(0), scale = modifier(to, 1).value_or(0);
  return sql("({}::numeric <> 'NaN' AND abs(round({}::numeric, {})) >= 10 ^ {}::numeric)", value, value, number(scale), number(precision - scale));
}

/// Text that isn't the type's: by the server's own word from 16 on, before that for types whose form is simple.
std::optional<Sql> misfit_text(const Sql& value, const std::string& to, const TypeParts& parts, int server_version) {
  if (server_version >= 160000) return sql("NOT pg_input_is_valid({}::text, {})", value, literal(to));
  const Sql text = sql("{}::text", value);
  if (is_integer(parts.base)) {
    const Sql form = sql(R"({} ~ '^\s*[-+]?[0-9]+\s*$')", text);
    return sql("CASE WHEN {} THEN {} ELSE true END", form, out_of_range(sql("{}::numeric", text), parts.base));
  }
  if (parts.base == "numeric" && parts.modifiers.empty()) {
    return sql(R"({} !~* '^\s*([-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[-+]?[0-9]+)?|nan|[-+]?inf(inity)?)\s*$')", text);
  }
  if (parts.base == "uuid") return sql(R"({} !~* '^(\{[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}|[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12})$')", text);
  if (parts.base == "boolean") return sql(R"({} !~* '^\s*(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)\s*$')", text);
  return std::nullopt;
}

std::optional<Sql> misfit_enum(const Sql& value, const std::string& to, const Catalog& after) {
  const auto id = ObjectId::parse("enum " + to);
  const Object* found = id ? after.find(*id) : nullptr;
  if (found == nullptr) return std::nullopt;
  std::vector<Sql> labels;
  for (const std::string& label : found->attributes.texts("values")) labels.push_back(literal(label));
  if (labels.empty()) return std::nullopt;
  return sql("{}::text NOT IN ({})", value, join(labels, ", "));
}

}  // namespace

std::optional<Sql> misfit(const Sql& value, const std::string& from, const std::string& to, const ChangeContext& context) {
  const TypeParts old_parts = type_parts(base_type(from, context.before)), new_parts = type_parts(base_type(to, context.after));
  if (old_parts.array || new_parts.array || is_constrained_domain(to, context.after)) return std::nullopt;
  if (const auto condition = misfit_enum(value, to, context.after)) return condition;
  const bool limited = (new_parts.base == "character varying" && !new_parts.modifiers.empty()) || new_parts.base == "character";
  if (limited) return too_long(value, new_parts);
  if (is_text(new_parts.base)) return std::nullopt;
  if (is_text(old_parts.base)) return misfit_text(value, base_type(to, context.after), new_parts, context.server_version);
  if (is_integer(new_parts.base)) return misfit_integer(value, old_parts, new_parts);
  if (new_parts.base == "numeric") return misfit_numeric(value, old_parts, new_parts);
  return std::nullopt;
}

// ---- bounds ------------------------------------------------------------------------------------------------------------------------------

namespace {

bool has_word(std::string_view list, std::string_view wanted) {
  for (std::size_t at = 0; at < list.size();) {
    const Lexeme lexeme = scan_lexeme(list, at);
    if (lexeme.kind == LexemeKind::word && to_lower_ascii(list.substr(at, lexeme.end - at)) == wanted) return true;
    at = lexeme.end;
  }
  return false;
}

/// `RANGE (a, b)`: the method, and the key when it is made of plain columns.
struct Key {
  std::string method;
  std::vector<std::string> columns;
};

std::optional<Key> plain_key(const std::string& partition_by, const Lineage& lineage, const ObjectId& parent) {
  std::size_t at = 0;
  const auto list = enclosed(partition_by, at);
  if (!list) return std::nullopt;
  Key key{to_lower_ascii(trim(std::string_view(partition_by).substr(0, partition_by.find('(')))), {}};
  for (const std::string& item : split(*list, ',')) {
    const std::string name(trim(item));
    const auto id = ObjectId::parse("table " + name);
    if (!id || !id->schema.empty() || lineage.chain(parent, id->name.str()).empty()) return std::nullopt;
    key.columns.push_back(id->name);
  }
  return key;
}

/// Of a partitioned table of that catalog.
std::optional<Key> plain_key_of(const ObjectId& table, const Catalog& catalog) {
  const Object* whole = catalog.find(table);
  return whole == nullptr ? std::nullopt : plain_key(whole->attributes.text("partition_by"), Lineage(catalog), table);
}

/// True of rows that the bound takes. https://www.postgresql.org/docs/15/sql-createtable.html#SQL-CREATETABLE-PARTITION
std::optional<Sql> within(const std::string& bound, const Key& key) {
  const Sql columns = ident_list(key.columns);
  const std::string lower = to_lower_ascii(bound.substr(0, 24));
  std::size_t at = 0;
  if (key.method == "list" && key.columns.size() == 1 && lower.find(" in ") != std::string::npos) {
    const auto values = enclosed(bound, at);
    if (!values) return std::nullopt;
    const bool takes_null = has_word(*values, "null");
    return takes_null ? sql("({} IN ({}) OR {} IS NULL)", columns, fragment(*values), columns) : sql("coalesce({} IN ({}), false)", columns, fragment(*values));
  }
  if (key.method != "range" || lower.find(" from ") == std::string::npos) return std::nullopt;
  const auto low = enclosed(bound, at), high = enclosed(bound, at);
  if (!low || !high) return std::nullopt;
  std::vector<Sql> conditions;
  for (const auto& [values, end, compare] : {std::tuple{*low, "minvalue", ">="}, std::tuple{*high, "maxvalue", "<"}}) {
    if (has_word(values, "minvalue") || has_word(values, "maxvalue")) {
      if (key.columns.size() > 1 || !has_word(values, end)) return std::nullopt;
      continue;
    }
    conditions.push_back(sql("({}) {} ({})", columns, fragment(compare), fragment(values)));
  }
  for (const std::string& column : key.columns) conditions.push_back(sql("{} IS NOT NULL", ident(column)));
  return sql("coalesce({}, false)", join(conditions, " AND "));
}

/// As within(), in the very words of the partition's own constraint: get_qual_for_range() and get_qual_for_list() in src/backend/partitioning/partbounds.c. Of one column.
std::optional<Sql> proof_within(const std::string& bound, const Key& key, bool outside) {
  if (key.columns.size() != 1) return std::nullopt;
  const Sql column = ident(key.columns.front());
  std::size_t at = 0;
  if (key.method == "list") {
    const auto values = enclosed(bound, at);
    if (!values || has_word(*values, "null") || outside) return std::nullopt;
    return sql("{} IS NOT NULL AND {} IN ({})", column, column, fragment(*values));
  }
  if (key.method != "range") return std::nullopt;
  const auto low = enclosed(bound, at), high = enclosed(bound, at);
  if (!low || !high) return std::nullopt;
  std::vector<Sql> conditions;
  if (!has_word(*low, "minvalue")) conditions.push_back(sql("{} {} {}", column, fragment(outside ? "<" : ">="), fragment(*low)));
  if (!has_word(*high, "maxvalue")) conditions.push_back(sql("{} {} {}", column, fragment(outside ? ">=" : "<"), fragment(*high)));
  if (conditions.empty()) return std::nullopt;
  return outside ? join(conditions, " OR ") : sql("{} IS NOT NULL AND {}", column, join(conditions, " AND "));
}

}  // namespace

std::optional<Sql> bound_proof(const Object& attachment, bool outside, const ChangeContext& context) {
  const Lineage lineage(context.after);
  std::vector<Sql> conditions;
  // What is attached to a partition has to be within that one's bound, too.
  for (const Object* part = &attachment; part != nullptr; part = outside ? nullptr : lineage.partition(whole_of(*part))) {
    const std::string& bound = part->attributes.text("bound");
    const auto key = bound.starts_with("FOR VALUES ") ? plain_key_of(whole_of(*part), context.after) : std::nullopt;
    const auto proof = key ? proof_within(bound, *key, outside) : std::nullopt;
    if (!proof) return std::nullopt;
    conditions.push_back(*proof);
  }
  return join(conditions, " AND ");
}

namespace {

/// `FOR VALUES WITH (modulus 4, remainder 1)`: https://www.postgresql.org/docs/15/ddl-partitioning.html
std::optional<Sql> hash_condition(const std::string& bound, const Key& key, const ObjectId& parent) {
  std::size_t at = 0;
  const auto list = enclosed(bound, at);
  const std::vector<std::string> numbers = list ? split(*list, ',') : std::vector<std::string>();
  if (numbers.size() != 2) return std::nullopt;
  const auto number = [](const std::string& text) { return fragment(text.substr(text.find_last_of(' ') + 1)); };      // `modulus 4`
  return sql("pg_catalog.satisfies_hash_partition({}::pg_catalog.regclass, {}, {}, {})", literal(qualified(parent.schema, parent.name).text), number(numbers[0]), number(numbers[1]),
             ident_list(key.columns));
}

std::optional<Sql> taken_by(const std::string& bound, const Key& key, const ObjectId& parent) {
  return key.method == "hash" ? hash_condition(bound, key, parent) : within(bound, key);
}

}  // namespace

std::optional<Sql> bound_condition(const Object& attachment, const ChangeContext& context) {
  const ObjectId parent = whole_of(attachment);
  const auto key = plain_key_of(parent, context.after);
  if (!key) return std::nullopt;
  if (attachment.attributes.text("bound") != "DEFAULT") return taken_by(attachment.attributes.text("bound"), *key, parent);
  std::vector<Sql> others;
  for (const Object* other : attachments_to(parent, context.after)) {
    if (other->id == attachment.id) continue;
    const auto theirs = taken_by(other->attributes.text("bound"), *key, parent);
    if (!theirs) return std::nullopt;
    others.push_back(sql("NOT {}", *theirs));
  }
  return others.empty() ? sql("true") : join(others, " AND ");
}

void check_has_partition(const ObjectId& table, const ChangeContext& context, Action& action) {
  const LiveRows rows(table, context);
  const auto key = rows.exist() ? plain_key_of(table, context.after) : std::nullopt;
  if (!key || key->method == "hash" || !rows.has_columns(key->columns)) return;      // a hash is that of the table that isn't there yet
  std::vector<Sql> bounds;
  for (const Object* attachment : attachments_to(table, context.after)) {
    const auto bound = attachment->attributes.text("bound") == "DEFAULT" ? std::nullopt : within(attachment->attributes.text("bound"), *key);
    if (!bound) return;
    bounds.push_back(*bound);
  }
  const Sql taken = bounds.empty() ? sql("false") : join(bounds, " OR ");
  action.checks.push_back({fmt::format("every row of {} has a partition that takes it", table.path()), sql("SELECT {} FROM {} WHERE NOT ({})", rows.keys(), rows.source(), taken)});
}

void check_bounds(const Object& attachment, const std::vector<const Object*>& takers, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(attachment.id), parent = whole_of(attachment);
  const std::string& bound = attachment.attributes.text("bound");
  if (!is_standing(context, parent)) return;
  const auto key = plain_key_of(parent, context.after);
  const auto fits = key ? within(bound, *key) : std::nullopt;
  if (!fits) return;
  const LiveRows own(table, context);
  if (is_standing(context, table) && own.exist() && own.has_columns(key->columns)) {
    Sql fits_some = *fits;
    for (const Object* taker : takers) {
      if (const auto taken = bound_condition(*taker, context)) fits_some = sql("({} OR {})", fits_some, *taken);
    }
    action.checks.push_back({fmt::format("every row of {} is {}{}", table.path(), bound, takers.empty() ? "" : ", or is taken over"),
                             sql("SELECT {} FROM {} WHERE NOT {}", own.keys(), own.source(), fits_some)});
  }
  for (const Object* other : attachments_to(parent, context.before)) {
    if (other->attributes.text("bound") != "DEFAULT") continue;
    const LiveRows rest(table_of(other->id), context);
    if (!rest.exist() || context.is_dropped(other->id) || !rest.has_columns(key->columns)) continue;
    action.checks.push_back({fmt::format("no row of {} is {}", table_of(other->id).path(), bound), sql("SELECT {} FROM {} WHERE {}", rest.keys(), rest.source(), *fits)});
  }
}

}  // namespace lpc::kinds
