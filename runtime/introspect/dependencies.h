// Who depends on whom, from pg_depend: https://www.postgresql.org/docs/15/catalog-pg-depend.html. Rows of system catalogs become objects through the
// kinds' aliases, and what no kind names goes to what it is an internal part of. Names no kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <tsl/robin_map.h>

#include "catalog/catalog.h"
#include "pg/connection.h"

namespace lpc::introspect {

/// A row of a system catalog: what a dependency is between. `sub` is a column's number in a relation, else 0.
struct CatalogRow {
  std::uint32_t catalog = 0;
  std::uint32_t oid = 0;
  std::int32_t sub = 0;
  friend bool operator==(const CatalogRow&, const CatalogRow&) = default;
};

struct CatalogRowHash {
  std::size_t operator()(const CatalogRow& row) const {
    std::uint64_t mixed = (std::uint64_t(row.catalog) << 32 | row.oid) * 0x9E3779B97F4A7C15u;
    mixed ^= std::uint64_t(std::uint32_t(row.sub)) * 0xC2B2AE3D27D4EB4Fu;
    return mixed ^ mixed >> 29;
  }
};

template <class Value>
using ByCatalogRow = tsl::robin_map<CatalogRow, Value, CatalogRowHash>;

/// Which object a row of a system catalog is.
class Aliases {
 public:
  /// `system_catalogs` holds (oid, name) of every system catalog.
  explicit Aliases(const pg::Rows& system_catalogs);
  void expect(std::size_t rows) { objects_.reserve(rows); }

  /// `words` as IntrospectQuery's `_aliases`: "pg_class:16390 pg_type:16392". False when one can't be read.
  bool add(std::string_view words, Object* object);
  /// What one word stands for; nothing when it can't be read.
  std::optional<CatalogRow> row(std::string_view word) const;
  std::uint32_t catalog(std::string_view name) const;    ///< its oid; 0 when the server has none of that name
  Object* find(const CatalogRow& row) const;
  /// The ids of the rows whose objects the builder still has.
  std::unordered_map<CatalogRow, ObjectId, CatalogRowHash> identities(CatalogBuilder& builder) const;

 private:
  std::unordered_map<std::string, std::uint32_t> catalogs_;
  ByCatalogRow<Object*> objects_;
};

/// Columns: catalog, oid, sub of the depender; of what it depends on; the type. User objects only.
extern const char* const kDependencyQuery;
/// Columns: oid, name.
extern const char* const kSystemCatalogQuery;

class Dependencies {
 public:
  Dependencies(const pg::Rows& rows, const Aliases& aliases);

  /// The object that the row is, or is an internal part or an extension's member of; null when no kind has it.
  Object* resolve(CatalogRow row) const;
  /// True when it is an internal part or an extension's member of something, known or not.
  bool is_part(const CatalogRow& row) const { return owners_.contains(row); }
  /// Adds to each object's depends_on. What a parent or a child implies is left out.
  void apply(CatalogBuilder& builder) const;

 private:
  struct Edge {
    CatalogRow from;
    CatalogRow to;
  };

  void add_needed(const CatalogRow& row, std::vector<const Object*>& needed) const;

  const Aliases& aliases_;
  std::vector<Edge> edges_;
  ByCatalogRow<CatalogRow> owners_;
  /// A partition's index or constraint that comes from its parent's: that one, and the partition.
  ByCatalogRow<CatalogRow> originals_;
  ByCatalogRow<CatalogRow> partitions_;
};

/// Dependencies on objects that the builder has no longer go to their nearest ancestor that is still there.
void redirect_from_removed(CatalogBuilder& builder);

}  // namespace lpc::introspect
