// What a table has only because of its parent is no object: here it is taken out, of introspected and of declared catalogs alike. What deviates stays, with the
// flag `inherited`, reduced to the deviation. MergeAttributes() in src/backend/commands/tablecmds.c says what a new child takes over.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "kinds/names.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDefaultMark = " (default)";

class Normaliser {
 public:
  explicit Normaliser(CatalogBuilder& builder) : builder_(builder), lineage_(builder) {}

  void run() {
    std::vector<ObjectId> tables;
    for (const Object* object : builder_.of(KindId::Table)) tables.push_back(object->id);
    find_owners();
    for (const ObjectId& table : tables) drop_implied_not_null_names(table);
    for (const ObjectId& table : tables) visit(table);
    for (const Object* object : builder_.of(KindId::Constraint)) {
      if (object->attributes.text("type") == "primary key") require_key(*object);
    }
    redirect();
    for (const auto& [column, sequence] : owned_) require_owner(column, sequence);
    for (const ObjectId& table : tables) follow_type(table);
  }

 private:
  /// The name that Postgres takes for a NOT NULL constraint when none is said isn't said; nor is the number it adds when another constraint of the schema, such as one
  /// that LIKE copied, has the name already: ChooseConstraintName() in src/backend/catalog/pg_constraint.c.
  void drop_implied_not_null_names(const ObjectId& table) {
    const bool is_partition = lineage_.partition(table) != nullptr;
    for (Object* column : builder_.children(table)) {
      if (column->id.kind != KindId::Column || !column->attributes.has("not_null_name")) continue;
      const std::string name = column->attributes.text("not_null_name");
      const std::string digits = name.substr(name.find_last_not_of("0123456789") + 1);
      if (name != make_object_name(table.name, column->id.member, "not_null" + digits)) continue;
      if (!digits.empty() || is_partition) column->attributes.set("_not_null_name", name);
      column->attributes.remove("not_null_name");
    }
  }

  /// The columns of a typed table come and go with the attributes of its type.
  void follow_type(const ObjectId& table) {
    const Object* object = builder_.find(table);
    const std::vector<std::string> parts = object == nullptr ? std::vector<std::string>() : name_parts(object->attributes.text("of_type"));
    if (parts.size() != 2) return;
    const ObjectId type{KindId::CompositeType, parts[0], parts[1], "", ""};
    if (builder_.find(type) == nullptr) return;
    for (Object* column : builder_.children(table)) {
      if (column->id.kind != KindId::Column || std::ranges::find(column->depends_on, type) != column->depends_on.end()) continue;
      column->depends_on.push_back(type);
      std::ranges::sort(column->depends_on, [](const ObjectId& a, const ObjectId& b) { return a < b; });
    }
  }

  /// Parents first: a child is compared with what is in effect there.
  void visit(const ObjectId& table) {
    if (!visited_.insert(table).second) return;
    const std::vector<ObjectId> parents = lineage_.parents(table);
    for (const ObjectId& parent : parents) visit(parent);
    own_access_method(*builder_.find(table));
    if (!parents.empty()) child(*builder_.find(table));
  }

  /// Without a word a partition has its parent's, and others `heap`.
  void own_access_method(Object& table) {
    const std::string method = table.attributes.text("access_method");
    if (method.empty() || table.attributes.has("partition_by")) return;
    table.attributes.remove("access_method");
    const std::string implied = lineage_.access_method(table.id);
    if (method != (implied.empty() ? "heap" : implied)) table.attributes.set("access_method", method);
  }

  void child(Object& table) {
    const bool is_partition = lineage_.partition(table.id) != nullptr;
    // All columns in order, implied ones too. (A declared child that says only some has the order that CREATE TABLE gives.)
    table.attributes.set("columns", Value::strings(lineage_.column_names(table.id)));
    for (Object* column : builder_.children(table.id)) {
      if (column->id.kind != KindId::Column) continue;
      note_not_null_name(table, *column);
      this->column(*column, is_partition);
    }
    if (is_partition) {
      mention(table, lineage_.parents(table.id).front());
    } else if (!lineage_.has_own_order(table.id)) {
      // A column that the parent got later stands behind the child's own, and CREATE TABLE can't put it there: an order that nobody can ask for is none.
      const std::vector<std::string> names = lineage_.natural_order(table.id);
      table.attributes.set("columns", Value::strings(names));
      std::vector<std::string> inherited;
      for (const std::string& name : names) {
        if (!lineage_.inherited_chain(table.id, name).empty()) inherited.push_back(name);
      }
      table.attributes.set("_first", Value::strings(inherited));
    }
  }

  static void mention(Object& object, const ObjectId& other) {
    if (std::ranges::find(object.mentions, other) != object.mentions.end()) return;
    object.mentions.push_back(other);
    std::ranges::sort(object.mentions, [](const ObjectId& a, const ObjectId& b) { return a < b; });
  }

  /// What a NOT NULL is called matters to nobody while it is a parent's; afterwards it is found under that name (rename_not_nulls()).
  void note_not_null_name(Object& table, const Object& column) {
    const std::string& said = column.attributes.text("not_null_name");
    const std::string& name = said.empty() ? column.attributes.text("_not_null_name") : said;
    if (name.empty()) return;
    const std::vector<const Object*> inherited = lineage_.inherited_chain(table.id, column.id.member);
    if (inherited.empty() || !merged_column(inherited, column.id).attributes.flag("not_null")) return;
    const Value* noted = table.attributes.find("_not_null_names");
    Map names = noted == nullptr ? Map{} : noted->map();
    names.emplace_back(column.id.member.str(), Value(name));
    table.attributes.set("_not_null_names", Value(std::move(names)));
  }

  void column(Object& column, bool is_partition) {
    const std::vector<const Object*> inherited = lineage_.inherited_chain(table_of(column.id), column.id.member);
    if (inherited.empty()) return;
    Attributes& attributes = column.attributes;
    const bool said_by_server = attributes.flag("inherited") && attributes.has("type");
    if (attributes.has("type") && !attributes.flag("inherited") && !is_partition) {
      // Both declare it. Added to the child first it stays the child's own, and the parent's is merged with it.
      mention(*builder_.find(inherited.front()->id), column.id);
      if (merged_column(inherited, column.id).attributes.flag("not_null")) attributes.set("not_null", true);
      return;
    }
    const Object expected = merged_column(inherited, column.id);
    attributes.set("inherited", true);
    for (const std::string_view name : {"type", "collation", "generated", "virtual"}) attributes.remove(name);
    if (expected.attributes.flag("not_null")) {
      for (const std::string_view name : {"not_null", "not_null_name", "_not_null_name", "not_null_no_inherit", "not_null_not_valid", "not_null_comment"}) {
        attributes.remove(name);
      }
    }
    own_storage(attributes, expected);
    const std::string compression = expected.attributes.has("compression") ? expected.attributes.text("compression") : "default";
    if (attributes.text("compression") == compression) attributes.remove("compression");
    const bool has_default = own_default(column, said_by_server && !expected.attributes.has("generated"));
    const bool says_nothing = std::ranges::all_of(attributes, [](const auto& entry) { return entry.first == "inherited"; });
    if (says_nothing && !has_default && !owned_.contains(column.id)) {
      // A copy: removing the object ends the reference.
      const ObjectId gone = column.id;
      moved_.emplace(gone, inherited.front()->id);
      builder_.remove(gone);
    } else {
      mention(column, inherited.front()->id);
    }
  }

  /// The query always says the storage of an inherited column, with a mark when it is the type's own.
  static void own_storage(Attributes& attributes, const Object& expected) {
    std::string storage = attributes.text("storage");
    const bool is_types_own = storage.ends_with(kDefaultMark);
    if (is_types_own) storage.resize(storage.size() - kDefaultMark.size());
    const std::string& parents = expected.attributes.text("storage");
    if (parents.empty() ? is_types_own || storage == "default" : storage == parents) {
      attributes.remove("storage");
    } else if (!storage.empty()) {
      attributes.set("storage", storage);
    }
  }

  /// Whether a default object of the column's own remains.
  bool own_default(const Object& column, bool complete) {
    const ObjectId id = default_id(column.id);
    const Object* own = builder_.find(id);
    const Object* parents = lineage_.inherited_default(table_of(column.id), column.id.member);
    if (own == nullptr) {
      if (!complete || parents == nullptr) return false;
      Object none;
      none.id = id;
      none.parent = column.id;
      none.attributes.set("none", true);
      builder_.add(std::move(none));
      return true;
    }
    const bool is_none = own->attributes.flag("none");
    const bool same = is_none ? parents == nullptr : parents != nullptr && parents->attributes.text("expression") == own->attributes.text("expression");
    if (same) builder_.remove(id);
    return !same;
  }

  /// A primary key makes its columns NOT NULL: https://www.postgresql.org/docs/15/ddl-constraints.html#DDL-CONSTRAINTS-PRIMARY-KEYS
  void require_key(const Object& constraint) {
    const ObjectId table = table_of(constraint.id);
    for (const std::string& name : constraint.attributes.texts("columns")) {
      const ObjectId id = column_id(table, name);
      const std::vector<const Object*> chain = lineage_.chain(table, name);
      if (chain.empty() || merged_column(chain, id).attributes.flag("not_null")) continue;
      if (Object* column = builder_.find(id)) {
        column->attributes.set("not_null", true);
        continue;
      }
      deviate(id, *chain.front(), constraint)->attributes.set("not_null", true);
    }
  }

  Object* deviate(const ObjectId& column, const Object& parents, const Object& reason) {
    Object deviation;
    deviation.id = column;
    deviation.parent = table_of(column);
    deviation.origin = reason.origin;
    deviation.attributes.set("inherited", true);
    deviation.mentions.push_back(parents.id);
    return builder_.add(std::move(deviation));
  }

  void find_owners() {
    for (const Object* object : builder_.of(KindId::Sequence)) {
      if (const std::optional<ObjectId> column = owner_column(*object)) owned_.emplace(*column, object->id);
    }
  }

  /// A sequence's column is an object, also where the table has it from its parent: the two come and go together.
  void require_owner(const ObjectId& column, const ObjectId& sequence) {
    Object* owner = builder_.find(column);
    if (owner == nullptr) {
      const std::vector<const Object*> chain = lineage_.chain(table_of(column), column.member);
      if (chain.empty()) return;
      owner = deviate(column, *chain.front(), *builder_.find(sequence));
    }
    if (std::ranges::find(owner->depends_on, sequence) != owner->depends_on.end()) return;
    owner->depends_on.push_back(sequence);
    std::ranges::sort(owner->depends_on, [](const ObjectId& a, const ObjectId& b) { return a < b; });
  }

  ObjectId target_of(ObjectId id) const {
    for (auto at = moved_.find(id); at != moved_.end(); at = moved_.find(id)) id = at->second;
    return id;
  }

  /// Who needs an implied column needs the parent's, and the table that has it from there.
  void redirect() {
    if (moved_.empty()) return;
    for (Object* object : builder_.objects()) {
      for (std::vector<ObjectId>* list : {&object->depends_on, &object->mentions}) {
        std::vector<ObjectId> tables;
        for (ObjectId& id : *list) {
          const ObjectId target = target_of(id);
          if (target == id) continue;
          tables.push_back(table_of(id));
          id = target;
        }
        if (tables.empty()) continue;
        const ObjectId own = table_of(object->id);
        std::ranges::copy_if(tables, std::back_inserter(*list), [&](const ObjectId& table) { return table != own; });
        std::ranges::sort(*list, [](const ObjectId& a, const ObjectId& b) { return a < b; });
        list->erase(std::unique(list->begin(), list->end()), list->end());
      }
    }
  }

  CatalogBuilder& builder_;
  Lineage lineage_;
  std::unordered_set<ObjectId, ObjectIdHash> visited_;
  std::unordered_map<ObjectId, ObjectId, ObjectIdHash> moved_;
  std::unordered_multimap<ObjectId, ObjectId, ObjectIdHash> owned_;      ///< columns that own a sequence
};

}  // namespace

void normalise_tables(CatalogBuilder& builder) { Normaliser(builder).run(); }

}  // namespace lpc::kinds
