// One database object as data: identity, attributes, what it depends on.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/source.h"
#include "catalog/object_id.h"
#include "catalog/value.h"

namespace lpc {

/// Attributes by name, sorted; those at their default are left out. Names are the static strings of the kind's AttributeRules.
class Attributes {
 public:
  using Entry = std::pair<std::string_view, Value>;

  /// Puts the value, or removes the attribute when the value is the default (Value::is_default).
  void set(std::string_view name, Value value);
  /// Puts the value even when it is the default one ("" and false included).
  void set_always(std::string_view name, Value value);
  void remove(std::string_view name);
  const Value* find(std::string_view name) const;

  bool has(std::string_view name) const { return find(name) != nullptr; }
  bool flag(std::string_view name) const;
  std::int64_t number(std::string_view name, std::int64_t otherwise = 0) const;
  /// "" when absent.
  const std::string& text(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  friend bool operator==(const Attributes&, const Attributes&) = default;

 private:
  std::vector<Entry> entries_;
};

/// How a hint of the sources reaches the planner. Not part of the catalog's hash.
struct PlanningHint {
  std::string name;                     ///< "renamed_from", "using"
  std::vector<std::string> arguments;
  Span span;
};

struct Object {
  ObjectId id;
  /// The object it is a part of: a table for its columns, indexes, constraints, triggers, policies and rules; a column for its default;
  /// nothing for what stands in a schema or in the database.
  std::optional<ObjectId> parent;
  Attributes attributes;
  std::vector<ObjectId> depends_on;     ///< sorted; must exist before this one. Parent and schema are implied and not listed
  std::vector<ObjectId> mentions;       ///< sorted; found in a body that Postgres doesn't check at creation: an order to prefer, not a need
  std::vector<PlanningHint> hints;
  Span origin;                          ///< where the sources declare it
  bool external = false;                ///< known to exist, not managed
  bool external_partitions = false;     ///< of a partitioned table: others make partitions of it, and those that the sources don't declare are left alone
};

}  // namespace lpc
