// One database object as data: identity, attributes, what it depends on.
#pragma once

#include <initializer_list>
#include <memory>
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
/// Copies share their entries until one of them is changed, because a plan holds several catalogs that differ in a few objects; so do objects that have the same
/// ones (see Pool), as most columns do: less memory, and quicker to read.
class Attributes {
 public:
  using Entry = std::pair<std::string_view, Value>;
  using Entries = std::vector<Entry>;

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

  Entries::const_iterator begin() const { return entries().begin(); }
  Entries::const_iterator end() const { return entries().end(); }
  bool empty() const { return entries().empty(); }
  friend bool operator==(const Attributes& a, const Attributes& b) { return a.entries_ == b.entries_ || a.entries() == b.entries(); }

 private:
  friend class Pool;

  const Entries& entries() const { return entries_ ? *entries_ : none(); }
  /// Nobody else's, so that they may be changed.
  Entries& own_entries();
  static const Entries& none();

  std::shared_ptr<Entries> entries_;
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
