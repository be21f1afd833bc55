#include "plan/impact_conditions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "frontend/sql_fragment_scan.h"
#include "kinds/type_change.h"

namespace lpc::plan {

using frontend::Condition;
using frontend::ConstraintType;
using kinds::ColumnFacts;
using kinds::ConstraintFacts;

namespace {

bool contains(const std::vector<std::string>& list, std::string_view item) { return std::ranges::find(list, item) != list.end(); }

/// The parts that all hold when the condition does.
void add_conjuncts(const Condition& condition, std::vector<Condition>& out) {
  if (condition.type == Condition::Type::all_of) {
    for (const Condition& part : condition.parts) add_conjuncts(part, out);
  } else {
    out.push_back(condition);
  }
}

/// What the table's valid checks say, one by one.
std::vector<Condition> known(const RelationFacts& table) {
  std::vector<Condition> result;
  for (const ConstraintFacts& constraint : table.constraints) {
    if (constraint.type != ConstraintType::check || constraint.not_valid || constraint.not_enforced) continue;
    const bool read = constraint.condition.type != Condition::Type::other;
    add_conjuncts(read ? constraint.condition : frontend::parse_condition(constraint.expression), result);
  }
  return result;
}

std::optional<long long> number(const std::string& text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// -1, 0, 1; nothing when the texts can't be compared without their type.
std::optional<int> compare(const std::string& a, const std::string& b) {
  const auto x = number(a), y = number(b);
  if (x && y) return *x < *y ? -1 : *x > *y ? 1 : 0;
  return a == b ? std::optional(0) : std::nullopt;
}

/// column >= bound follows from what is known.
bool is_at_least(const std::vector<Condition>& facts, const std::string& column, const std::string& bound) {
  return std::ranges::any_of(facts, [&](const Condition& fact) {
    if (fact.type != Condition::Type::compare || fact.column != column) return false;
    const auto order = compare(fact.constants.front(), bound);
    return order && (fact.comparison == ">=" || fact.comparison == ">" || fact.comparison == "=") && *order >= 0;
  });
}

/// column < bound follows from what is known.
bool is_below(const std::vector<Condition>& facts, const std::string& column, const std::string& bound) {
  return std::ranges::any_of(facts, [&](const Condition& fact) {
    if (fact.type != Condition::Type::compare || fact.column != column) return false;
    const auto order = compare(fact.constants.front(), bound);
    return order && ((fact.comparison == "<" && *order <= 0) || ((fact.comparison == "<=" || fact.comparison == "=") && *order < 0));
  });
}

bool is_among(const std::vector<Condition>& facts, const std::string& column, const std::vector<std::string>& values) {
  return std::ranges::any_of(facts, [&](const Condition& fact) {
    if (fact.type != Condition::Type::compare || fact.column != column || (fact.comparison != "in" && fact.comparison != "=")) return false;
    return std::ranges::all_of(fact.constants, [&](const std::string& constant) { return contains(values, constant); });
  });
}

/// One of the checks says `column < from OR column >= to`.
bool is_outside(const std::vector<Condition>& facts, const std::string& column, const std::string& from, const std::string& to) {
  return std::ranges::any_of(facts, [&](const Condition& fact) {
    if (fact.type == Condition::Type::compare) return is_below({fact}, column, from) || is_at_least({fact}, column, to);
    return fact.type == Condition::Type::any_of && std::ranges::all_of(fact.parts, [&](const Condition& part) {
      return is_below({part}, column, from) || is_at_least({part}, column, to);
    });
  });
}

}  // namespace

bool proves_not_null(const RelationFacts& table, std::string_view column) {
  const ColumnFacts* facts = table.column(column);
  if (facts != nullptr && facts->not_null) return true;
  return std::ranges::any_of(known(table), [&](const Condition& fact) { return fact.type == Condition::Type::not_null && fact.column == column; });
}

bool proves_bound(const RelationFacts& table, const RelationFacts& parent, const frontend::BoundClause& bound, bool inverse) {
  if (bound.other || bound.is_default || parent.key.size() != 1 || parent.key.front().empty()) return false;
  const std::string& column = parent.key.front();
  const std::vector<Condition> facts = known(table);
  if (!bound.in.empty()) return !inverse && proves_not_null(table, column) && is_among(facts, column, bound.in);
  if (bound.from.size() != 1 || bound.to.size() != 1) return false;
  if (inverse) return is_outside(facts, column, bound.from.front(), bound.to.front());
  const bool low = bound.from.front() == "minvalue" || is_at_least(facts, column, bound.from.front());
  const bool high = bound.to.front() == "maxvalue" || is_below(facts, column, bound.to.front());
  return low && high && proves_not_null(table, column);
}

bool proves_own_bound(const RelationFacts& table, const RelationFacts& parent, const RelationFacts& partition) {
  if (partition.given_bound) return proves_bound(table, parent, *partition.given_bound, false);
  const frontend::DdlStatement statement = frontend::parse_ddl("ALTER TABLE a ATTACH PARTITION b " + partition.bound);
  return !statement.commands.empty() && statement.commands.front().bound && proves_bound(table, parent, *statement.commands.front().bound, false);
}

// ---- types ---------------------------------------------------------------------------------------------------------------------------

namespace {

/// Types that share an operator class of their default btree: an index on one serves the other. https://www.postgresql.org/docs/18/indexes-opclass.html
std::string operator_class_of(const std::string& base) {
  if (base == "text" || base == "character varying") return "text";
  if (base == "cidr" || base == "inet") return "inet";
  return base;
}

bool is_utc(const std::string& zone) {
  const std::string name = to_lower_ascii(zone);
  return name == "utc" || name == "etc/utc" || name == "gmt" || name == "etc/gmt" || name == "uct" || name == "etc/uct" || name == "zulu" || name == "0";
}

bool step_rewrites(const std::string& from, const std::string& to, const ImpactState& state) {
  const kinds::TypeParts old_parts = kinds::type_parts(kinds::base_type(from, *state.catalog)), new_parts = kinds::type_parts(kinds::base_type(to, *state.catalog));
  // https://www.postgresql.org/docs/18/sql-altertable.html, Notes: between the two kinds of timestamp the session's time zone decides.
  const auto is_timestamp = [](const kinds::TypeParts& parts) { return parts.base.starts_with("timestamp") && !parts.array; };
  const bool other_kind = old_parts.base != new_parts.base && is_timestamp(old_parts) && is_timestamp(new_parts);
  const bool keeps_all_digits = new_parts.modifiers.empty() || new_parts.modifiers.front() == "6";
  if (other_kind && is_utc(state.session.time_zone)) return !keeps_all_digits || state.is_constrained_domain(to);
  return state.is_constrained_domain(to) || kinds::type_change(from, to, *state.catalog, *state.catalog).rewrites;
}

bool mentions(const std::string& sql, std::string_view column) {
  bool found = false;
  frontend::for_each_piece(sql, [&](const frontend::Piece& piece) {
    const bool is_name = piece.kind == LexemeKind::word || piece.kind == LexemeKind::quoted_name;
    found = is_name && frontend::identifier_of(piece) == column;
    return !found;
  });
  return found;
}

bool rechecks(const ImpactCase& at, const RelationFacts& table, const std::string& column, bool other_class) {
  // The index of a partitioned table has no file to keep, and its partitions' indexes go with it: TryReuseIndex() in src/backend/commands/tablecmds.c.
  const bool keeps_files = table.type != kinds::RelationType::partitioned;
  for (const RelationName& name : at.state.indexes(at.table)) {
    const RelationFacts& index = *at.state.find(name);
    if (!keeps_files && contains(index.index_columns, column)) return true;
    if (mentions(index.index_expressions, column) || (other_class && contains(index.index_columns, column))) return true;
    if (!index.index_expressions.empty() && contains(index.index_columns, column)) return true;
  }
  return std::ranges::any_of(table.constraints, [&](const ConstraintFacts& constraint) {
    return constraint.type == ConstraintType::check && !constraint.not_valid && mentions(constraint.expression, column);
  });
}

}  // namespace

TypeEffect type_effect(const ImpactCase& at) {
  TypeEffect effect;
  const ColumnFacts* column = at.facts == nullptr ? nullptr : at.facts->column(at.command.name);
  if (column == nullptr || !at.command.column) return effect;
  const frontend::ColumnClause& wanted = *at.command.column;
  if (at.facts->type == kinds::RelationType::foreign_table || at.facts->type == kinds::RelationType::view) return effect;
  std::string from = column->type;
  effect.rewrites = wanted.has_using && wanted.using_computes;
  for (const std::string& type : wanted.using_casts) {
    effect.rewrites |= step_rewrites(from, type, at.state);
    from = type;
  }
  effect.rewrites |= step_rewrites(from, wanted.type, at.state);
  if (column->generated && column->is_virtual) effect.rewrites = false;
  const auto base = [&](const std::string& type) { return kinds::type_parts(kinds::base_type(type, *at.state.catalog)); };
  const kinds::TypeParts old_base = base(column->type), new_base = base(wanted.type);
  const bool other_class = operator_class_of(old_base.base) != operator_class_of(new_base.base) || old_base.array != new_base.array ||
                           (column->collation != wanted.collation && !(wanted.collation.empty() && column->collation == "\"default\""));
  effect.rechecks = !effect.rewrites && rechecks(at, *at.facts, column->name, other_class);
  return effect;
}

// ---- conditions ------------------------------------------------------------------------------------------------------------------------

namespace conditions {

bool always(const ImpactCase&) { return true; }
bool before_14(const ImpactCase& at) { return at.major() < 14; }
bool detaches_referenced_on_13(const ImpactCase& at) { return before_14(at) && !role("parent_users", at).empty(); }
bool is_partitioned(const ImpactCase& at) { return at.facts != nullptr && at.facts->type == kinds::RelationType::partitioned; }

bool computes_each_row(const ImpactCase& at) {
  if (!at.command.column || (at.facts != nullptr && at.facts->type == kinds::RelationType::foreign_table)) return false;
  const frontend::ColumnClause& column = *at.command.column;
  if (column.serial || column.identity || (column.generated && !column.is_virtual)) return true;
  if (at.state.is_constrained_domain(column.type)) return true;
  return std::ranges::any_of(column.calls, [&](const frontend::SqlName& call) { return kinds::may_be_volatile(call, *at.state.catalog); });
}

bool adds_not_null(const ImpactCase& at) {
  if (!at.command.column || (at.facts != nullptr && at.facts->type == kinds::RelationType::foreign_table)) return false;
  const frontend::ColumnClause& column = *at.command.column;
  return column.not_null && !column.has_default && (!column.generated || column.is_virtual) && !column.identity;
}

bool is_not_enforced(const ImpactCase& at) { return at.constraint != nullptr && at.constraint->not_enforced; }
bool is_not_validated(const ImpactCase& at) { return at.constraint != nullptr && (at.constraint->not_valid || at.constraint->not_enforced); }
bool is_no_inherit(const ImpactCase& at) { return at.constraint != nullptr && at.constraint->no_inherit; }
bool is_no_inherit_before_18(const ImpactCase& at) { return is_no_inherit(at) && at.major() < 18; }

bool validates_new_key(const ImpactCase& at) {
  return !is_not_enforced(at) && at.command.column && (at.command.column->has_default || computes_each_row(at));
}

bool type_rewrites(const ImpactCase& at) { return type_effect(at).rewrites; }
bool type_rechecks(const ImpactCase& at) { return type_effect(at).rechecks; }

bool attribute_rewrites(const ImpactCase& at) {
  return std::ranges::any_of(role("typed_tables", at), [&](const RelationName& name) {
    const ImpactCase table{at.state, at.statement, at.command, nullptr, name, at.state.find(name)};
    return type_effect(table).rewrites;
  });
}

bool may_hold_null(const ImpactCase& at) { return !role("nullable_tree", at).empty(); }

bool is_virtual_column(const ImpactCase& at) {
  const ColumnFacts* column = at.facts == nullptr ? nullptr : at.facts->column(at.command.name);
  return column != nullptr && column->is_virtual;
}

/// A primary key, which asks all that inherit whether they have the columns NOT NULL. Partitions are asked by their own part of it.
bool is_key_of_plain_table(const ImpactCase& at) { return at.constraint != nullptr && at.constraint->type == ConstraintType::primary_key && !is_partitioned(at); }

bool makes_not_null(const ImpactCase& at) {
  return at.constraint != nullptr && at.constraint->type == ConstraintType::primary_key && !role("nullable_tree", at).empty();
}

bool becomes_enforced(const ImpactCase& at) { return contains(at.command.options, "enforced"); }
bool becomes_not_enforced(const ImpactCase& at) { return contains(at.command.options, "not enforced"); }

bool is_valid_already(const ImpactCase& at) {
  if (const ConstraintFacts* constraint = at.named_constraint()) return !constraint->not_valid;
  // NOT NULL constraints of 18 belong to their columns.
  return at.facts != nullptr && std::ranges::none_of(at.facts->columns, [](const ColumnFacts& column) { return column.not_null_not_valid; });
}

bool names_foreign_key(const ImpactCase& at) {
  const ConstraintFacts* constraint = at.named_constraint();
  return constraint != nullptr && constraint->type == ConstraintType::foreign_key;
}

bool names_key(const ImpactCase& at) {
  const ConstraintFacts* constraint = at.named_constraint();
  return constraint != nullptr && constraint->type != ConstraintType::foreign_key && constraint->type != ConstraintType::check;
}

bool names_inheritable_check(const ImpactCase& at) {
  const ConstraintFacts* constraint = at.named_constraint();
  return constraint != nullptr && constraint->type == ConstraintType::check && !constraint->no_inherit;
}

/// NOT NULL constraints have names from 18 on.
bool names_constraint(const ImpactCase& at) { return at.named_constraint() != nullptr || at.major() >= 18; }

bool has_that_owner(const ImpactCase& at) { return at.facts != nullptr && !at.facts->owner.empty() && at.facts->owner == at.command.new_name; }

bool keeps_access_method(const ImpactCase& at) {
  if (at.facts == nullptr || !at.facts->has_rows()) return true;
  const std::string& now = at.facts->access_method;
  return (now.empty() ? "heap" : now) == (at.command.name.empty() ? "heap" : at.command.name);
}

bool keeps_tablespace(const ImpactCase& at) {
  if (at.facts == nullptr || !at.facts->has_rows()) return true;
  const std::string& now = at.facts->tablespace;
  return (now.empty() ? "pg_default" : now) == at.command.name;
}

bool keeps_persistence(const ImpactCase& at) {
  return at.facts == nullptr || at.facts->type != kinds::RelationType::table || at.facts->unlogged == (at.command.verb == "SET UNLOGGED");
}

/// reloptions.c: the locks that parameters want. https://www.postgresql.org/docs/18/sql-createtable.html#SQL-CREATETABLE-STORAGE-PARAMETERS
bool parameter_is_exclusive(const ImpactCase& at) {
  static constexpr auto kExclusive = std::to_array<std::string_view>({"user_catalog_table", "buffering", "fastupdate", "gin_pending_list_limit", "pages_per_range",
                                                                      "autosummarize", "security_barrier", "security_invoker", "check_option", "length"});
  if (at.facts != nullptr && at.facts->type == kinds::RelationType::view) return true;
  return std::ranges::any_of(at.command.options, [](const std::string& option) { return std::ranges::find(kExclusive, option) != kExclusive.end(); });
}

}  // namespace conditions

}  // namespace lpc::plan
