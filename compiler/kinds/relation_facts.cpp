#include "kinds/relation_facts.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "kinds/column_clauses.h"
#include "kinds/inheritance.h"
#include "kinds/names.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

RelationName name_of(const ObjectId& id) { return {id.schema, id.name}; }

class Collector {
 public:
  explicit Collector(const Catalog& catalog) : catalog_(catalog), lineage_(catalog) {}

  Relations run() {
    for (const Object& object : catalog_.objects()) {
      switch (object.id.kind) {
        case KindId::Table: table(object); break;
        case KindId::View: query(object, RelationType::view); break;
        case KindId::MaterializedView: query(object, RelationType::materialized_view); break;
        case KindId::Sequence: sequence(object); break;
        case KindId::Index: index(object); break;
        default: break;
      }
    }
    for (const Object& object : catalog_.objects()) {
      if (object.id.kind == KindId::Constraint) constraint(object);
      if (object.id.kind == KindId::Trigger && object.parent && object.attributes.flag("for_each_row")) {
        if (const auto table = relations_.find(name_of(*object.parent)); table != relations_.end()) table->second.row_triggers.push_back(object.id.member);
      }
    }
    for (const RelationName& name : partitions_) imply_indexes(name);
    return std::move(relations_);
  }

 private:
  RelationFacts& add(const Object& object, RelationType type) {
    RelationFacts& facts = relations_[name_of(object.id)];
    facts.id = object.id;
    facts.type = type;
    facts.owner = object.attributes.text("owner");
    facts.tablespace = object.attributes.text("tablespace");
    facts.access_method = object.attributes.text("access_method");
    return facts;
  }

  void table(const Object& object) {
    const Attributes& attributes = object.attributes;
    RelationFacts& facts = add(object, attributes.has("partition_by") ? RelationType::partitioned : attributes.has("server") ? RelationType::foreign_table : RelationType::table);
    if (const std::string& by = attributes.text("partition_by"); !by.empty()) read_key(by, facts);
    facts.unlogged = attributes.flag("unlogged");
    facts.of_type = attributes.text("of_type");
    for (const ObjectId& parent : lineage_.parents(object.id)) facts.parents.push_back(name_of(parent));
    if (const Object* attachment = lineage_.partition(object.id)) {
      facts.is_partition = true;
      partitions_.push_back(name_of(object.id));
      facts.bound = attachment->attributes.text("bound");
      facts.is_default_partition = facts.bound == "DEFAULT";
    }
    if (facts.parents.empty()) {
      for (const Object* part : catalog_.children(object.id)) {
        if (part->id.kind == KindId::Column) facts.columns.push_back(column(*part));
      }
    } else {
      for (const std::string& name : lineage_.column_names(object.id)) {
        facts.columns.push_back(column(merged_column(lineage_.chain(object.id, name), column_id(object.id, name))));
      }
    }
    const std::vector<ColumnFacts> columns = facts.columns;
    for (const ColumnFacts& each : columns) identity_sequence(each, object.id);
  }

  /// The indexes that a partition has only because its parent has them are no objects of the catalog. Postgres made up their names:
  /// https://www.postgresql.org/docs/18/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
  void imply_indexes(const RelationName& name) {
    if (!implied_.insert(name).second) return;
    for (const RelationName& parent : RelationFacts(relations_.at(name)).parents) {
      if (relations_.at(parent).is_partition) imply_indexes(parent);
      std::vector<RelationFacts> wanted;
      for (const RelationName& index : indexes_[parent]) {
        const RelationFacts& facts = relations_.at(index);
        const auto is_it = [&](const RelationName& own) { return relations_.at(own).attached_to == path_of(index); };
        if (!facts.only && facts.index_expressions.empty() && std::ranges::none_of(indexes_[name], is_it)) wanted.push_back(facts);
      }
      for (RelationFacts& facts : wanted) {
        const std::string columns = facts.label == "pkey" ? "" : join(facts.index_columns, "_");
        const RelationName own{name.schema, make_object_name(name.name, columns, facts.label)};
        if (relations_.contains(own)) continue;
        facts.id = {KindId::Index, own.schema, own.name, "", ""};
        facts.table = name;
        relations_.emplace(own, std::move(facts));
        indexes_[name].push_back(own);
      }
    }
  }

  ColumnFacts column(const Object& object) const {
    const Attributes& attributes = object.attributes;
    ColumnFacts facts;
    facts.name = object.id.member;
    facts.type = attributes.text("type");
    facts.collation = attributes.text("collation");
    facts.not_null_not_valid = attributes.flag("not_null_not_valid");
    facts.not_null = attributes.flag("not_null") && !facts.not_null_not_valid;
    facts.generated = attributes.has("generated");
    facts.is_virtual = attributes.flag("virtual");
    if (const Value* identity = attributes.find("identity")) {
      const Value* name = identity->find("sequence");
      facts.identity_sequence = name == nullptr ? implied_sequence_name(object.id) : name->text();
    }
    return facts;
  }

  /// It is no object of the catalog.
  void identity_sequence(const ColumnFacts& column, const ObjectId& table) {
    if (column.identity_sequence.empty()) return;
    RelationFacts& facts = relations_[{table.schema, column.identity_sequence}];
    facts.id = {KindId::Sequence, table.schema, column.identity_sequence, "", ""};
    facts.type = RelationType::sequence;
    facts.owner_table = name_of(table);
    facts.owner_column = column.name;
  }

  /// `RANGE (id, lower(name))`
  static void read_key(const std::string& by, RelationFacts& facts) {
    const std::size_t open = by.find('(');
    facts.strategy = to_lower_ascii(trim(std::string_view(by).substr(0, open)));
    if (open == std::string::npos) return;
    frontend::FragmentParser fragments;
    for (const frontend::IndexElement& element : fragments.index_elements(frontend::FragmentKind::partition_key, std::string_view(by).substr(open + 1, by.rfind(')') - open - 1))) {
      facts.key.push_back(element.column);
    }
  }

  void query(const Object& object, RelationType type) {
    RelationFacts& facts = add(object, type);
    for (const ObjectId& need : object.depends_on) {
      const bool relation = need.kind == KindId::Table || need.kind == KindId::View || need.kind == KindId::MaterializedView || need.kind == KindId::Column;
      if (!relation) continue;
      if (need.kind == KindId::Column) facts.read_columns.push_back(need.schema.str() + '\0' + need.name.str() + '\0' + need.member.str());
      const RelationName name = name_of(need);
      if (std::ranges::find(facts.reads, name) == facts.reads.end()) facts.reads.push_back(name);
    }
  }

  void sequence(const Object& object) {
    RelationFacts& facts = add(object, RelationType::sequence);
    if (const std::optional<ObjectId> column = owner_column(object)) {
      facts.owner_table = name_of(*column);
      facts.owner_column = column->member;
    }
  }

  void index(const Object& object) {
    RelationFacts& facts = add(object, RelationType::index);
    if (object.parent) facts.table = name_of(*object.parent);
    facts.only = object.attributes.flag("only");
    facts.attached_to = object.attributes.text("attached_to");
    indexes_[facts.table].push_back(name_of(object.id));
    if (const Value* elements = object.attributes.find("elements")) read_elements(*elements, facts);
    for (std::string& name : object.attributes.texts("include")) facts.index_columns.push_back(std::move(name));
    facts.index_expressions += object.attributes.text("where");
  }

  /// An element is a column's name, or a map with `column` or `expression`.
  static void read_elements(const Value& elements, RelationFacts& facts) {
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

  void constraint(const Object& object) {
    if (!object.parent) return;
    const auto table = relations_.find(name_of(*object.parent));
    if (table == relations_.end()) return;
    const Attributes& attributes = object.attributes;
    static constexpr auto kTypes = std::to_array<std::pair<std::string_view, frontend::ConstraintType>>({
        {"check", frontend::ConstraintType::check}, {"unique", frontend::ConstraintType::unique}, {"primary key", frontend::ConstraintType::primary_key},
        {"exclusion", frontend::ConstraintType::exclude}, {"foreign key", frontend::ConstraintType::foreign_key}});
    const auto type = std::ranges::find(kTypes, attributes.text("type"), [](const auto& entry) { return std::string(entry.first); });
    if (type == kTypes.end()) return;
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
    const bool has_index = facts.type != frontend::ConstraintType::check && facts.type != frontend::ConstraintType::foreign_key;
    table->second.constraints.push_back(std::move(facts));
    if (has_index) constraint_index(object, attributes);
  }

  void constraint_index(const Object& object, const Attributes& attributes) {
    RelationFacts& index = relations_[{object.id.schema, object.id.member}];
    index.id = {KindId::Index, object.id.schema, object.id.member, "", ""};
    index.type = RelationType::index;
    index.table = name_of(*object.parent);
    index.index_columns = attributes.texts("columns");
    index.only = attributes.flag("only");
    index.attached_to = attributes.text("attached_to");
    const std::string& type = attributes.text("type");
    index.label = type == "primary key" ? "pkey" : type == "exclude" ? "excl" : "key";
    indexes_[index.table].push_back({object.id.schema, object.id.member});
    if (const Value* elements = attributes.find("elements")) read_elements(*elements, index);
    for (std::string& name : attributes.texts("include")) index.index_columns.push_back(std::move(name));
    index.index_expressions += attributes.text("where");
  }

  const Catalog& catalog_;
  Lineage lineage_;
  Relations relations_;
  std::map<RelationName, std::vector<RelationName>> indexes_;
  std::vector<RelationName> partitions_;
  std::set<RelationName> implied_;
};

}  // namespace

const ColumnFacts* RelationFacts::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, [](const ColumnFacts& facts) { return std::string_view(facts.name); });
  return found == columns.end() ? nullptr : &*found;
}

const ConstraintFacts* RelationFacts::constraint(std::string_view name) const {
  const auto found = std::ranges::find(constraints, name, [](const ConstraintFacts& facts) { return std::string_view(facts.name); });
  return found == constraints.end() ? nullptr : &*found;
}

Relations relations_of(const Catalog& catalog) { return Collector(catalog).run(); }

std::string path_of(const RelationName& name) { return qualified(name.schema, name.name).text; }

RelationName relation_named(std::string_view qualified_text) {
  const std::vector<std::string> parts = name_parts(qualified_text);
  if (parts.empty()) return {};
  return parts.size() == 1 ? RelationName{"", parts[0]} : RelationName{parts[0], parts[1]};
}

std::vector<std::string> domains_over(const std::string& type, const Catalog& catalog) {
  std::vector<std::string> result{type};
  for (std::size_t at = 0; at < result.size(); ++at) {
    for (const Object& object : catalog.objects()) {
      if (object.id.kind != KindId::Domain || object.attributes.text("type") != result[at]) continue;
      const std::string path = object.id.path();
      if (std::ranges::find(result, path) == result.end()) result.push_back(path);
    }
  }
  return result;
}

bool may_be_volatile(const frontend::SqlName& function, const Catalog& catalog) {
  const std::string& name = function.parts.back();
  bool known = false;
  for (const Object& object : catalog.objects()) {
    if (object.id.kind != KindId::Function || object.id.name != name) continue;
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
  for (const Object& object : catalog.objects()) {
    if (object.id.kind != KindId::Statistics || object.id.name != name.parts.back()) continue;
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
