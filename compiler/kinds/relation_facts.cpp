#include "kinds/relation_facts.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/column_clauses.h"
#include "kinds/inheritance.h"
#include "kinds/names.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

using frontend::ConstraintType;

/// `RANGE (id, lower(name))`
void read_key(const std::string& by, RelationFacts& facts) {
  const std::size_t open = by.find('(');
  facts.strategy = to_lower_ascii(trim(std::string_view(by).substr(0, open)));
  if (open == std::string::npos) return;
  frontend::FragmentParser fragments;
  for (const frontend::IndexElement& element : fragments.index_elements(frontend::FragmentKind::partition_key, std::string_view(by).substr(open + 1, by.rfind(')') - open - 1))) {
    facts.key.push_back(element.column);
  }
}

std::optional<ConstraintFacts> read_constraint(const Object& object) {
  static constexpr auto kTypes = std::to_array<std::pair<std::string_view, ConstraintType>>({{"check", ConstraintType::check}, {"unique", ConstraintType::unique},
      {"primary key", ConstraintType::primary_key}, {"exclusion", ConstraintType::exclude}, {"foreign key", ConstraintType::foreign_key}});
  const Attributes& attributes = object.attributes;
  const auto type = std::ranges::find(kTypes, std::string_view(attributes.text("type")), &std::pair<std::string_view, ConstraintType>::first);
  if (type == kTypes.end()) return std::nullopt;
  ConstraintFacts facts;
  facts.type = type->second;
  facts.name = object.id.member;
  facts.columns = attributes.texts("columns");
  facts.expression = attributes.text("expression");
  if (attributes.has("references")) facts.references = relation_named(attributes.text("references"));
  facts.referenced_columns = attributes.texts("referenced_columns");
  facts.not_valid = attributes.flag("not_valid");
  facts.not_enforced = attributes.flag("not_enforced");
  facts.no_inherit = attributes.flag("no_inherit");
  return facts;
}

void read_query(const Object& object, RelationFacts& facts) {
  facts.reads = relations_read(object);
  for (const ObjectId& need : object.depends_on) {
    if (need.kind == KindId::Column) facts.read_columns.push_back(need.schema.str() + '\0' + need.name.str() + '\0' + need.member.str());
  }
}

/// An element is a column's name, or a map with `column` or `expression`.
void read_elements(const Value& elements, RelationFacts& facts) {
  for (const Value& element : elements.list()) {
    if (element.is_text()) {
      facts.index_columns.push_back(element.text());
    } else if (const Value* column = element.find("column")) {
      facts.index_columns.push_back(column->text());
    } else if (const Value* expression = element.find("expression")) {
      facts.index_expressions += expression->text() + " ";
    }
  }
}

/// An index, or the constraint that is made of one.
void read_index(const Object& object, RelationFacts& facts) {
  const Attributes& attributes = object.attributes;
  if (object.parent) facts.table = name_of(*object.parent);
  facts.only = attributes.flag("only");
  facts.attached_to = attributes.text("attached_to");
  if (object.id.kind == KindId::Constraint) {
    const std::string& type = attributes.text("type");
    facts.label = type == "primary key" ? "pkey" : type == "exclusion" ? "excl" : "key";
    facts.index_columns = attributes.texts("columns");
    facts.index_unique = type != "exclusion";
  } else {
    facts.index_unique = attributes.flag("unique");
  }
  facts.index_method = attributes.has("using") ? attributes.text("using") : "btree";
  if (const Value* elements = attributes.find("elements")) read_elements(*elements, facts);
  for (std::string& name : attributes.texts("include")) facts.index_columns.push_back(std::move(name));
  facts.index_expressions += attributes.text("where");
}

void read_sequence(const Object& object, RelationFacts& facts) {
  const std::optional<ObjectId> column = owner_column(object);
  if (!column) return;
  facts.owner_table = name_of(*column);
  facts.owner_column = column->member;
}

}  // namespace

void add_name(std::vector<RelationName>& names, const RelationName& name) {
  if (!name.name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
}

RelationName name_of(const ObjectId& id) { return {id.schema, id.name}; }

std::vector<RelationName> relations_read(const Object& view) {
  std::vector<RelationName> result;
  for (const ObjectId& need : view.depends_on) {
    const bool is_of_relation = need.kind == KindId::Table || need.kind == KindId::View || need.kind == KindId::MaterializedView || need.kind == KindId::Column;
    if (const RelationName name = name_of(need); is_of_relation && std::ranges::find(result, name) == result.end()) result.push_back(name);
  }
  return result;
}

RelationFacts sequence_behind(const RelationName& table, const ColumnFacts& column) {
  RelationFacts facts;
  facts.id = {KindId::Sequence, table.schema, column.identity_sequence, "", ""};
  facts.type = RelationType::sequence;
  facts.owner_table = table;
  facts.owner_column = column.name;
  return facts;
}

RelationName implied_index(const RelationFacts& index, const RelationName& partition) {
  const std::string columns = index.label == "pkey" ? "" : join(index.index_columns, "_");
  return {partition.schema, make_object_name(partition.name, columns, index.label)};
}

RelationFacts RelationReader::read(const Object& object) const {
  const Attributes& attributes = object.attributes;
  RelationFacts facts;
  if (object.id.kind == KindId::Constraint) {
    facts.id = {KindId::Index, object.id.schema, object.id.member, "", ""};
    facts.type = RelationType::index;
    read_index(object, facts);
    return facts;
  }
  if (object.id.kind == KindId::Column) return sequence_behind(name_of(object.id), read_column(object));
  facts.id = object.id;
  facts.owner = attributes.text("owner");
  facts.tablespace = attributes.text("tablespace");
  facts.access_method = attributes.text("access_method");
  switch (object.id.kind) {
    case KindId::Table:
      facts.type = attributes.has("partition_by") ? RelationType::partitioned : attributes.has("server") ? RelationType::foreign_table : RelationType::table;
      read_table(object, facts);
      read_row_triggers(object, facts);
      break;
    case KindId::View:
    case KindId::MaterializedView:
      facts.type = object.id.kind == KindId::View ? RelationType::view : RelationType::materialized_view;
      read_query(object, facts);
      read_row_triggers(object, facts);
      break;
    case KindId::Sequence:
      facts.type = RelationType::sequence;
      read_sequence(object, facts);
      break;
    default:
      LP_CHECK(object.id.kind == KindId::Index);
      facts.type = RelationType::index;
      read_index(object, facts);
  }
  return facts;
}

std::vector<RelationName> RelationReader::parents(const ObjectId& table) const {
  std::vector<RelationName> result;
  for (const ObjectId& parent : lineage_.parents(table)) result.push_back(name_of(parent));
  return result;
}

void RelationReader::read_table(const Object& object, RelationFacts& facts) const {
  const Attributes& attributes = object.attributes;
  if (const std::string& by = attributes.text("partition_by"); !by.empty()) read_key(by, facts);
  facts.unlogged = attributes.flag("unlogged");
  facts.of_type = attributes.text("of_type");
  facts.parents = parents(object.id);
  if (const Object* attachment = lineage_.partition(object.id)) {
    facts.is_partition = true;
    facts.bound = attachment->attributes.text("bound");
    facts.is_default_partition = facts.bound == "DEFAULT";
  }
  for (const Object* part : catalog_.children(object.id)) {
    if (part->id.kind == KindId::Column && facts.parents.empty()) facts.columns.push_back(read_column(*part));
    if (part->id.kind != KindId::Constraint) continue;
    if (std::optional<ConstraintFacts> constraint = read_constraint(*part)) facts.constraints.push_back(std::move(*constraint));
  }
  if (facts.parents.empty()) return;
  for (const std::string& name : lineage_.column_names(object.id)) {
    const std::vector<const Object*> chain = lineage_.chain(object.id, name);
    facts.columns.push_back(read_column(merged_column(chain, column_id(object.id, name))));
    facts.columns.back().declared = !facts.is_partition && chain.front()->parent == object.id && !chain.front()->attributes.flag("inherited");
  }
}

void RelationReader::read_row_triggers(const Object& object, RelationFacts& facts) const {
  for (const Object* part : catalog_.children(object.id)) {
    if (part->id.kind == KindId::Trigger && part->attributes.flag("for_each_row")) facts.row_triggers.push_back(part->id.member);
  }
}

ColumnFacts RelationReader::read_column(const Object& object) const {
  const Attributes& attributes = object.attributes;
  ColumnFacts facts;
  facts.name = object.id.member;
  facts.type = attributes.text("type");
  facts.collation = attributes.text("collation");
  facts.not_null_not_valid = attributes.flag("not_null_not_valid");
  facts.not_null = attributes.flag("not_null") && !facts.not_null_not_valid;
  facts.generated = attributes.has("generated");
  facts.is_virtual = attributes.flag("virtual");
  if (attributes.has("identity")) facts.identity_sequence = identity_sequence_name(object);
  return facts;
}

const ColumnFacts* RelationFacts::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, [](const ColumnFacts& facts) { return std::string_view(facts.name); });
  return found == columns.end() ? nullptr : &*found;
}

const ConstraintFacts* RelationFacts::constraint(std::string_view name) const {
  const auto found = std::ranges::find(constraints, name, [](const ConstraintFacts& facts) { return std::string_view(facts.name); });
  return found == constraints.end() ? nullptr : &*found;
}

std::string path_of(const RelationName& name) { return qualified(name.schema, name.name).text; }

RelationName relation_named(std::string_view qualified_text) {
  const std::vector<std::string> parts = name_parts(qualified_text);
  if (parts.empty()) return {};
  return parts.size() == 1 ? RelationName{"", parts[0]} : RelationName{parts[0], parts[1]};
}

std::vector<std::string> domains_over(const std::string& type, const Catalog& catalog) {
  std::vector<std::string> result{type};
  for (std::size_t at = 0; at < result.size(); ++at) {
    for (const Object& object : catalog.of(KindId::Domain)) {
      if (object.attributes.text("type") != result[at]) continue;
      const std::string path = object.id.path();
      if (std::ranges::find(result, path) == result.end()) result.push_back(path);
    }
  }
  return result;
}

bool may_be_volatile(const frontend::SqlName& function, const Catalog& catalog) {
  const std::string& name = function.parts.back();
  bool known = false;
  for (const Object& object : catalog.of(KindId::Function)) {
    if (object.id.name != name) continue;
    if (function.parts.size() > 1 && object.id.schema != function.parts[function.parts.size() - 2]) continue;
    known = true;
    const std::string& volatility = object.attributes.text("volatility");
    if (volatility.empty() || volatility == "volatile") return true;
  }
  if (known) return false;
  // Unknown names with a schema of their own are an extension's, which may do anything.
  return calls_volatile_function(name) || (function.parts.size() > 1 && function.parts[function.parts.size() - 2] != "pg_catalog");
}

RelationName statistics_table(const frontend::SqlName& name, const Catalog& catalog) {
  for (const Object& object : catalog.of(KindId::Statistics)) {
    if (object.id.name != name.parts.back()) continue;
    if (name.parts.size() > 1 && object.id.schema != name.parts.front()) continue;
    if (object.parent) return name_of(*object.parent);
  }
  return {};
}

std::vector<RelationName> publication_tables(const std::string& name, const Catalog& catalog) {
  std::vector<RelationName> result;
  const Object* object = catalog.find({KindId::Publication, "", name, "", ""});
  const Value* tables = object == nullptr ? nullptr : object->attributes.find("tables");
  if (tables == nullptr) return result;
  for (const Value& table : tables->list()) {
    if (const Value* relation = table.is_text() ? &table : table.find("relation")) result.push_back(relation_named(relation->text()));
  }
  return result;
}

}  // namespace lpc::kinds
