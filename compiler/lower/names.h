// Which object a name of SQL means: the objects of a catalog under construction by the names that they occupy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "catalog/catalog.h"

namespace lpc::lower {

class NameIndex {
 public:
  explicit NameIndex(CatalogBuilder& builder);

  enum class Space : std::uint8_t { relation, type, routine, collation, operation };

  /// Every object that the name may mean: the first schema of (the own one, public) that has it when it isn't qualified; all overloads of a routine.
  const std::vector<const Object*>& find(Space space, const std::vector<std::string>& parts, std::string_view own_schema) const;
  const Object* role(std::string_view name) const;
  const Object* extension(std::string_view name) const;
  /// The casts from and to a type, and its operator classes, which are used without being named.
  const std::vector<const Object*>& casts(const std::vector<std::string>& type) const { return by_name(casts_, type); }
  const std::vector<const Object*>& operator_classes_for(const std::vector<std::string>& type) const { return by_name(classes_for_, type); }
  const std::vector<const Object*>& operator_classes(const std::vector<std::string>& name) const { return by_name(classes_, name); }
  bool has_casts() const { return !casts_.empty(); }
  /// The column of a relation (or attribute-bearing child) by name, or null.
  const Object* column(const ObjectId& relation, std::string_view name);
  std::vector<std::string> columns(const ObjectId& relation);

  bool has_extensions() const { return !extension_schemas_.empty(); }
  /// True when an extension's objects may stand in that schema.
  bool may_hold_extension(std::string_view schema) const { return extension_schemas_.contains(std::string(schema)); }
  /// True for a schema that the sources declare and manage, so that they name everything in it.
  bool is_managed(std::string_view schema) const { return managed_schemas_.contains(std::string(schema)); }
  /// Names of that space in the schema and in public, for suggestions.
  std::vector<std::string> names_near(Space space, std::string_view schema) const;

 private:
  using Columns = std::unordered_map<std::string, const Object*>;
  using ByName = std::unordered_map<std::string, std::vector<const Object*>>;

  void add_helper(std::string_view sql_name, const Object* object);
  static const std::vector<const Object*>& by_name(const ByName& objects, const std::vector<std::string>& qualified_name);
  void add_slot(std::string_view slot, const Object* object);
  const Columns& columns_of(const ObjectId& relation);
  const std::vector<const Object*>* look_up(Space space, std::string_view schema, std::string_view name) const;

  CatalogBuilder& builder_;
  std::unordered_map<std::string, std::vector<const Object*>> spaces_[5];
  std::unordered_map<std::string, const Object*> roles_;
  ByName casts_, classes_for_;                 ///< by type
  ByName classes_;
  std::unordered_map<std::string, const Object*> extensions_;
  std::unordered_map<ObjectId, Columns, ObjectIdHash> columns_;
  std::unordered_set<std::string> extension_schemas_;
  std::unordered_set<std::string> managed_schemas_;
};

}  // namespace lpc::lower
