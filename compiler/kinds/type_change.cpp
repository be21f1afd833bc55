#include "kinds/type_change.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/sql.h"
#include "base/sql_scan.h"
#include "base/text.h"

namespace lpc::kinds {
namespace {

struct Casts {
  std::string_view from;
  std::string_view to;   ///< comma-separated
};

#define LPC_REG_TYPES "regclass,regcollation,regconfig,regdictionary,regnamespace,regoper,regoperator,regproc,regprocedure,regrole,regtype"

/// pg_cast of Postgres 15, implicit and assignment casts between types of pg_catalog (those to strings are a rule of their own).
constexpr auto kAssignable = std::to_array<Casts>({
    {"bigint", "integer,money,smallint,double precision,numeric,oid,real," LPC_REG_TYPES},
    {"bit varying", "bit"},
    {"bit", "bit varying"},
    {"box", "polygon"},
    {"character varying", "\"char\",regclass"},
    {"character", "\"char\""},
    {"cidr", "inet"},
    {"date", "timestamp with time zone,timestamp without time zone"},
    {"double precision", "bigint,integer,numeric,real,smallint"},
    {"inet", "cidr"},
    {"integer", "money,smallint,bigint,double precision,numeric,oid,real," LPC_REG_TYPES},
    {"interval", "time without time zone"},
    {"json", "jsonb"},
    {"jsonb", "json"},
    {"macaddr", "macaddr8"},
    {"macaddr8", "macaddr"},
    {"money", "numeric"},
    {"numeric", "bigint,integer,money,smallint,double precision,real"},
    {"oid", "bigint,integer," LPC_REG_TYPES},
    {"path", "polygon"},
    {"point", "box"},
    {"polygon", "path"},
    {"real", "bigint,integer,numeric,smallint,double precision"},
    {"smallint", "bigint,double precision,integer,numeric,oid,real," LPC_REG_TYPES},
    {"text", "\"char\",regclass"},
    {"time with time zone", "time without time zone"},
    {"time without time zone", "interval,time with time zone"},
    {"timestamp with time zone", "date,time with time zone,time without time zone,timestamp without time zone"},
    {"timestamp without time zone", "date,time without time zone,timestamp with time zone"},
});

/// Explicit casts that a USING can name directly.
constexpr auto kExplicit = std::to_array<Casts>({
    {"bigint", "bit"},
    {"bit", "bigint,integer"},
    {"boolean", "integer"},
    {"box", "circle,lseg,point"},
    {"circle", "box,point,polygon"},
    {"daterange", "datemultirange"},
    {"int4range", "int4multirange"},
    {"int8range", "int8multirange"},
    {"integer", "bit,boolean,\"char\""},
    {"\"char\"", "integer"},
    {"jsonb", "bigint,boolean,double precision,integer,numeric,real,smallint"},
    {"lseg", "point"},
    {"numrange", "nummultirange"},
    {"polygon", "box,circle,point"},
    {"tsrange", "tsmultirange"},
    {"tstzrange", "tstzmultirange"},
    {"xid8", "xid"},
});

#undef LPC_REG_TYPES

template <std::size_t N>
bool has_cast(const std::array<Casts, N>& table, std::string_view from, std::string_view to) {
  return std::ranges::any_of(table, [&](const Casts& casts) {
    if (casts.from != from) return false;
    const std::vector<std::string> targets = split(casts.to, ',');
    return std::ranges::find(targets, to) != targets.end();
  });
}

/// Types of the string category: any value becomes one by assignment through its text form.
bool is_string(std::string_view base) {
  return base == "text" || base == "character varying" || base == "character" || base == "name" || base == "citext" || base.ends_with(".citext");
}

int precision(const TypeParts& type, std::size_t index, int otherwise) {
  if (index >= type.modifiers.size()) return otherwise;
  const std::string& text = type.modifiers[index];
  int number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

const Object* find_type(KindId kind, std::string_view base, const Catalog& catalog) {
  const auto id = ObjectId::parse(std::string(kind_name(kind)) + " " + std::string(base));
  return id ? catalog.find(*id) : nullptr;
}

constexpr int kUnbound = 1 << 30;

/// A longer or unbound limit needs no look at the values.
TypeChange limit_change(int from, int to) {
  const bool fits = to >= from;
  return {!fits, !fits, false};
}

TypeChange numeric_change(const TypeParts& from, const TypeParts& to) {
  if (to.modifiers.empty()) return {};
  if (from.modifiers.empty()) return {true, true, false};
  const int old_precision = precision(from, 0, 0), old_scale = precision(from, 1, 0);
  const int new_precision = precision(to, 0, 0), new_scale = precision(to, 1, 0);
  if (new_scale == old_scale && new_precision >= old_precision) return {};
  return {true, new_scale < old_scale || new_precision - new_scale < old_precision - old_scale, false};
}

bool is_clock(std::string_view base) { return base.starts_with("timestamp") || base.starts_with("time with"); }

TypeChange same_base_change(const TypeParts& from, const TypeParts& to) {
  if (from.modifiers == to.modifiers) return {};
  const std::string& base = from.base;
  if (base == "numeric") return numeric_change(from, to);
  if (base == "character varying" || base == "bit varying") return limit_change(precision(from, 0, kUnbound), precision(to, 0, kUnbound));
  if (is_clock(base)) return limit_change(precision(from, 0, 6), precision(to, 0, 6));
  if (base.starts_with("interval")) {
    if (to.modifiers.empty()) return {};
    return {true, precision(to, 0, 6) < precision(from, 0, 6), false};
  }
  if (base == "character") return {true, precision(to, 0, 1) < precision(from, 0, 1), false};
  if (base == "bit") return {true, true, false};
  return {true, false, false};
}

int integer_rank(std::string_view base) {
  if (base == "smallint") return 1;
  if (base == "integer") return 2;
  if (base == "bigint") return 3;
  return 0;
}

/// Whether the new type lacks values of the old one, for numbers and times.
bool loses_values(const TypeParts& from, const TypeParts& to) {
  const int old_rank = integer_rank(from.base), new_rank = integer_rank(to.base);
  if (new_rank > 0) return old_rank > 0 ? new_rank < old_rank : from.base == "numeric" || from.base == "real" || from.base == "double precision";
  if (to.base == "real") return from.base == "double precision" || from.base == "numeric" || old_rank >= 2;
  if (to.base == "double precision") return from.base == "numeric" || old_rank == 3;
  if (to.base == "numeric" && !to.modifiers.empty()) return true;
  if (to.base == "date") return is_clock(from.base);
  if (to.base.starts_with("time with")) return from.base.starts_with("timestamp") || from.base == "interval";
  return to.base == "cidr" || to.base == "macaddr" || to.base == "name" || to.base == "\"char\"";
}

/// The same bytes mean the same value: castmethod 'b' in pg_cast.
bool is_binary_coercible(std::string_view from, std::string_view to) {
  const auto text = [](std::string_view base) { return base == "text" || base == "character varying" || base == "citext" || base.ends_with(".citext"); };
  if (text(from) && text(to)) return true;
  if (from == "xml" && (to == "text" || to == "character varying")) return true;
  if (from == "bit" && to == "bit varying") return true;
  if (from == "cidr" && to == "inet") return true;
  const auto number = [](std::string_view base) { return base == "integer" || base == "oid" || base.starts_with("reg"); };
  return number(from) && number(to);
}

}  // namespace

TypeParts type_parts(std::string_view type) {
  TypeParts parts;
  std::string text(trim(type));
  while (text.ends_with("[]")) {
    parts.array = true;
    text.resize(text.size() - 2);
  }
  for (std::size_t at = 0; at < text.size();) {
    const Lexeme lexeme = scan_lexeme(text, at);
    if (lexeme.kind == LexemeKind::symbol && text[at] == '(') {
      const std::size_t close = text.find(')', at);
      if (close == std::string::npos) break;
      for (const std::string& modifier : split(std::string_view(text).substr(at + 1, close - at - 1), ',')) parts.modifiers.emplace_back(trim(modifier));
      at = close + 1;
      continue;
    }
    parts.base += text.substr(at, lexeme.end - at);
    at = lexeme.end;
  }
  return parts;
}

std::string base_type(std::string_view type, const Catalog& catalog) {
  std::string at(type);
  for (int depth = 0; depth < 32; ++depth) {
    const TypeParts parts = type_parts(at);
    const Object* domain = parts.array ? nullptr : find_type(KindId::Domain, parts.base, catalog);
    if (domain == nullptr) return at;
    at = domain->attributes.text("type");
  }
  return at;
}

std::string comparison_family(std::string_view type, const Catalog& catalog) {
  static constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
      {"smallint", "integer_ops"}, {"integer", "integer_ops"}, {"bigint", "integer_ops"}, {"real", "float_ops"}, {"double precision", "float_ops"}, {"text", "text_ops"},
      {"character varying", "text_ops"}, {"name", "text_ops"}, {"date", "datetime_ops"}, {"timestamp without time zone", "datetime_ops"},
      {"timestamp with time zone", "datetime_ops"}, {"inet", "network_ops"}, {"cidr", "network_ops"}};
  const TypeParts parts = type_parts(base_type(type, catalog));
  const auto family = std::ranges::find(kFamilies, parts.base, [](const auto& entry) { return entry.first; });
  return parts.array || family == std::end(kFamilies) ? std::string(parts.base) + (parts.array ? "[]" : "") : std::string(family->second);
}

std::optional<frontend::DomainClause> domain_clause(std::string_view type, const Catalog& catalog) {
  const TypeParts parts = type_parts(type);
  const Object* domain = parts.array ? nullptr : find_type(KindId::Domain, parts.base, catalog);
  if (domain == nullptr) return std::nullopt;
  frontend::DomainClause clause{domain->attributes.text("type"), domain->attributes.flag("not_null"), {}};
  for (const Object* constraint : catalog.children(domain->id)) clause.checks.push_back(constraint->id.member);
  return clause;
}

bool is_constrained_domain(std::string_view type, const Catalog& catalog) {
  return is_constrained_domain(type, [&](const std::string& at) { return domain_clause(at, catalog); });
}

bool is_constrained_domain(std::string_view type, const std::function<std::optional<frontend::DomainClause>(const std::string&)>& find) {
  std::string at(type);
  for (int depth = 0; depth < 32; ++depth) {
    const std::optional<frontend::DomainClause> domain = find(at);
    if (!domain) return false;
    if (domain->not_null || !domain->checks.empty()) return true;
    at = domain->type;
  }
  return false;
}

std::string_view toastable_storage(std::string_view type, const Catalog& catalog) {
  const TypeParts parts = type_parts(base_type(type, catalog));
  if (parts.array) return "extended";
  if (parts.base == "numeric" || parts.base == "inet" || parts.base == "cidr") return "main";
  const Object* own = find_type(KindId::BaseType, parts.base, catalog);
  if (own == nullptr) return "extended";
  const std::string& said = own->attributes.text("storage");
  return said.empty() ? std::string_view("plain") : std::string_view(said);
}

bool can_have_new_form(std::string_view type) { return type.find('.') != std::string_view::npos; }    // format_type() names no schema of pg_catalog's types

std::vector<std::string> conversion(std::string_view from, std::string_view to, const Catalog& before, const Catalog& after) {
  const TypeParts old_parts = type_parts(base_type(from, before));
  const TypeParts new_parts = type_parts(base_type(to, after));
  const bool to_string = !new_parts.array && is_string(new_parts.base);
  if (to_string || (old_parts.base == new_parts.base && old_parts.array == new_parts.array)) return {};
  const std::string brackets = old_parts.array && new_parts.array ? "[]" : "";
  if (old_parts.array != new_parts.array) return is_string(old_parts.base) && !old_parts.array ? std::vector{std::string(to)} : std::vector<std::string>{"text", std::string(to)};
  // From one array to another the elements' casts decide.
  if (is_string(new_parts.base) || has_cast(kAssignable, old_parts.base, new_parts.base)) return {};
  if (is_string(old_parts.base) || has_cast(kExplicit, old_parts.base, new_parts.base)) return {std::string(to)};
  return {"text" + brackets, std::string(to)};
}

Object to_new_form(Object column, std::string_view type, const Catalog& before, const Catalog& after) {
  if (!can_have_new_form(type)) return column;
  // Where a domain's base type becomes another one, the cast between these knows values whose texts the new one doesn't take: 1.00 as an integer.
  const bool changes_base = base_type(type, before) != base_type(type, after);
  const std::vector<std::string> casts = conversion(type, type, before, after);
  const bool by_cast = changes_base && (casts.empty() || casts == std::vector{std::string(type)});
  const Sql value = by_cast ? sql("{}::{}::{}", ident(column.id.own_name()), fragment(base_type(type, after)), fragment(type))
                            : sql("{}::{}::{}", ident(column.id.own_name()), fragment(type.ends_with("[]") ? "text[]" : "text"), fragment(type));
  column.hints.insert(column.hints.begin(), PlanningHint{"using", {value.text}, {}});
  return column;
}

TypeChange type_change(std::string_view from, std::string_view to, const Catalog& before, const Catalog& after) {
  if (from == to) return {};
  const TypeParts old_parts = type_parts(base_type(from, before));
  const TypeParts new_parts = type_parts(base_type(to, after));
  TypeChange change;
  if (old_parts.array != new_parts.array) {
    change.rewrites = true;
    change.may_fail = !is_string(new_parts.base) || new_parts.array;
  } else if (old_parts.base == new_parts.base) {
    change = same_base_change(old_parts, new_parts);
    change.rewrites |= old_parts.array && old_parts.modifiers != new_parts.modifiers;
  } else if (is_binary_coercible(old_parts.base, new_parts.base)) {
    const bool limited = new_parts.base == "character varying" && !new_parts.modifiers.empty();
    const bool fits = limited && old_parts.base == "character varying";
    change.rewrites = change.narrows = limited && !fits;
    change.rewrites |= old_parts.array;      // each element is converted, whatever its bytes
  } else {
    change.rewrites = true;
    if (is_string(new_parts.base)) {
      change.narrows = !new_parts.modifiers.empty() || new_parts.base == "name";
    } else if (has_cast(kAssignable, old_parts.base, new_parts.base)) {
      change.narrows = loses_values(old_parts, new_parts);
    } else {
      change.may_fail = true;
    }
  }
  if (is_constrained_domain(to, after)) change.rewrites = change.may_fail = true;
  return change;
}

}  // namespace lpc::kinds
