// Advice about objects as they stand, whatever changes: what most people come to regret. https://wiki.postgresql.org/wiki/Don't_Do_This
// Never stops a plan; `lpc lint` shows it.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/column_clauses.h"
#include "kinds/constraint.h"
#include "kinds/index_elements.h"
#include "kinds/judge.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

using diag::Code;
using Hazards = std::vector<Hazard>;

bool is_key(const Object& constraint) { return constraint.id.kind == KindId::Constraint && constraint.attributes.text("type") == "primary key"; }

const Object* primary_key(const ObjectId& table, const Catalog& catalog) {
  for (const Object* part : catalog.children(table)) {
    if (is_key(*part)) return part;
  }
  return nullptr;
}

/// Whether the column alone is the primary key, so that its type limits how many rows there can be.
bool is_whole_key(const ObjectId& column, const Catalog& catalog) {
  const Object* key = primary_key(table_of(column), catalog);
  return key != nullptr && key->attributes.texts("columns") == std::vector<std::string>{column.member};
}

bool counts_up(const Object& column, const Catalog& catalog) {
  return column.attributes.has("identity") || !owned_sequences(catalog, column.id).empty();
}

void advise_column(const Object& column, const Catalog& catalog, Hazards& hazards) {
  const ObjectId& id = column.id;
  const std::string& type = column.attributes.text("type");
  const TypeParts parts = type_parts(type);
  if ((parts.base == "integer" || parts.base == "smallint") && is_whole_key(id, catalog) && counts_up(column, catalog)) add_hazard(hazards, Code::kNarrowKey, id, id.path(), type);
  if (parts.base == "timestamp without time zone") add_hazard(hazards, Code::kTimestampWithoutZone, id, id.path());
  if (parts.base == "character") add_hazard(hazards, Code::kBlankPadded, id, id.path(), type);
  if (parts.base == "character varying" && !parts.modifiers.empty()) add_hazard(hazards, Code::kLimitedText, id, id.path(), type);
  if (parts.base == "json") add_hazard(hazards, Code::kJsonText, id, id.path());
  if (!column.attributes.has("identity") && !owned_sequences(catalog, id).empty()) add_hazard(hazards, Code::kSerial, id, id.path());
}

void advise_table(const Object& table, const Catalog& catalog, Hazards& hazards) {
  const Attributes& attributes = table.attributes;
  const bool is_part = catalog.has({KindId::Partition, table.id.schema, table.id.name, "", ""});
  const std::vector<const Object*> parts = catalog.children(table.id);
  const bool has_columns = std::ranges::any_of(parts, [](const Object* part) { return part->id.kind == KindId::Column; });
  if (has_columns && !is_part && !attributes.has("server") && !attributes.has("inherits") && !primary_key(table.id, catalog)) {
    add_hazard(hazards, Code::kNoPrimaryKey, table.id, table.id.path());
  }
  const bool has_policies = std::ranges::any_of(parts, [](const Object* part) { return part->id.kind == KindId::Policy; });
  if (attributes.flag("row_level_security") && !has_policies) add_hazard(hazards, Code::kRowSecurityWithoutPolicy, table.id, table.id.path());
}

// ---- indexes -------------------------------------------------------------------------------------------------------------------------------

/// Plain columns that the index of an object begins with; what is no plain column ends the list.
struct IndexFacts {
  std::vector<std::string> columns;
  bool whole = true;         ///< there is nothing else in it: no expression, INCLUDE, WHERE, operator class, order
  bool unique = false;
  std::string method;
};

std::optional<IndexFacts> facts_of(const Object& part) {
  IndexFacts facts;
  const Attributes& attributes = part.attributes;
  if (part.id.kind == KindId::Constraint) {
    const std::string& type = attributes.text("type");
    if (type != "primary key" && type != "unique") return std::nullopt;
    facts.columns = attributes.texts("columns");
    facts.unique = true;
    facts.whole = !attributes.has("include") && !attributes.flag("temporal");
    return facts;
  }
  if (part.id.kind != KindId::Index) return std::nullopt;
  const Value* elements = attributes.find("elements");
  facts.unique = attributes.flag("unique");
  facts.method = attributes.text("using");
  facts.whole = !attributes.has("include") && !attributes.has("where") && !attributes.has("attached_to");
  for (const Value& element : elements == nullptr ? List{} : elements->list()) {
    const std::string column = element_column(element);
    if (column.empty() || !element.is_text()) facts.whole = false;
    if (column.empty()) break;
    facts.columns.push_back(column);
  }
  return facts;
}

bool begins_with(const std::vector<std::string>& list, const std::vector<std::string>& start) {
  return start.size() <= list.size() && std::equal(start.begin(), start.end(), list.begin());
}

void advise_index(const Object& index, const Catalog& catalog, Hazards& hazards) {
  const std::optional<IndexFacts> own = facts_of(index);
  const Value* elements = index.attributes.find("elements");
  const std::size_t count = elements == nullptr ? 0 : elements->list().size();
  if (count > 3 && !own->unique) add_hazard(hazards, Code::kWideIndex, index.id, index.id.path(), count);
  if (!own->whole || own->unique || !(own->method.empty() || own->method == "btree")) return;
  for (const Object* other : catalog.children(relation_id(index))) {
    const std::optional<IndexFacts> facts = other->id == index.id ? std::nullopt : facts_of(*other);
    if (!facts || !facts->whole || !(facts->method.empty() || facts->method == "btree") || !begins_with(facts->columns, own->columns)) continue;
    // Of two that are the same, the later one is the one too many.
    if (facts->columns == own->columns && !facts->unique && other->id.name > index.id.name) continue;
    return add_hazard(hazards, Code::kDuplicateIndex, index.id, index.id.path(), other->id.path());
  }
}

// ---- foreign keys --------------------------------------------------------------------------------------------------------------------------

bool has_index_for(const ObjectId& table, std::vector<std::string> columns, const Catalog& catalog) {
  std::ranges::sort(columns);
  for (const Object* part : catalog.children(table)) {
    const std::optional<IndexFacts> facts = facts_of(*part);
    if (!facts || part->attributes.has("where") || facts->columns.size() < columns.size()) continue;
    std::vector<std::string> first(facts->columns.begin(), facts->columns.begin() + static_cast<std::ptrdiff_t>(columns.size()));
    std::ranges::sort(first);
    if (first == columns) return true;
  }
  return false;
}

void advise_constraint(const Object& constraint, const Catalog& catalog, Hazards& hazards) {
  if (!constraint.attributes.has("references")) return;
  const ObjectId table = relation_id(constraint), target = table_named(constraint.attributes.text("references"));
  const std::vector<std::string> columns = constraint.attributes.texts("columns"), referenced = constraint.attributes.texts("referenced_columns");
  if (!columns.empty() && !has_index_for(table, columns, catalog)) add_hazard(hazards, Code::kUnindexedForeignKey, constraint.id, constraint.id.path(), target.path(), table.path());
  for (std::size_t i = 0; i < std::min(columns.size(), referenced.size()); ++i) {
    const Object* from = catalog.find(column_id(table, columns[i]));
    const Object* to = catalog.find(column_id(target, referenced[i]));
    if (from == nullptr || to == nullptr || !from->attributes.has("type") || !to->attributes.has("type")) continue;
    const std::string own = base_type(from->attributes.text("type"), catalog), other = base_type(to->attributes.text("type"), catalog);
    if (type_parts(own).base != type_parts(other).base) add_hazard(hazards, Code::kKeyTypesDiffer, constraint.id, from->id.path(), own, to->id.path(), other);
  }
}

void advise_domain(const Object& constraint, const Catalog&, Hazards& hazards) {
  add_hazard(hazards, Code::kConstrainedDomain, *constraint.parent, constraint.parent->path());
}

bool is_named_by_people(KindId kind) {
  static constexpr KindId kNamed[] = {KindId::Table, KindId::Column, KindId::View, KindId::MaterializedView, KindId::Schema, KindId::Function, KindId::Procedure,
                                      KindId::Enum, KindId::Domain, KindId::Sequence, KindId::CompositeType};
  return std::ranges::find(kNamed, kind) != std::end(kNamed);
}

/// The reserved words of https://www.postgresql.org/docs/18/sql-keywords-appendix.html, which no identifier can be without quotes.
bool is_reserved(std::string_view word) {
  static constexpr std::array kReserved = std::to_array<std::string_view>(
      {"all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check", "collate", "column", "constraint", "create",
       "current_catalog", "current_date", "current_role", "current_time", "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct", "do",
       "else", "end", "except", "false", "fetch", "for", "foreign", "from", "grant", "group", "having", "in", "initially", "intersect", "into", "lateral", "leading",
       "limit", "localtime", "localtimestamp", "not", "null", "offset", "on", "only", "or", "order", "placing", "primary", "references", "returning", "select",
       "session_user", "some", "symmetric", "system_user", "table", "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "when", "where",
       "window", "with"});
  return std::ranges::binary_search(kReserved, word);
}

}  // namespace

void advise(const Object& object, const Catalog& catalog, Hazards& hazards) {
  if (object.external) return;
  if (is_named_by_people(object.id.kind) && is_reserved(object.id.own_name().str())) add_hazard(hazards, Code::kReservedName, object.id, object.id.path());
  static constexpr std::pair<KindId, void (*)(const Object&, const Catalog&, Hazards&)> kAdvice[] = {
      {KindId::Table, advise_table}, {KindId::Column, advise_column}, {KindId::Index, advise_index}, {KindId::Constraint, advise_constraint}, {KindId::DomainConstraint, advise_domain}};
  for (const auto& [kind, advise_it] : kAdvice) {
    if (kind == object.id.kind) advise_it(object, catalog, hazards);
  }
}

}  // namespace lpc::kinds
