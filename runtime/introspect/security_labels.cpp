#include "introspect/security_labels.h"

#include <algorithm>
#include <map>

#include "kinds/identity_sequence.h"
#include "kinds/kind.h"
#include "kinds/security_labels.h"

namespace lpc::introspect {

// Roles, tablespaces and databases have theirs in a catalog that all databases share. Other databases' are nobody's business here.
const char* const kSecurityLabelQuery = R"sql(
SELECT c.relname::text, s.objoid::int8, s.objsubid, s.provider, s.label, pg_catalog.pg_describe_object(s.classoid, s.objoid, s.objsubid)
  FROM pg_catalog.pg_seclabel s JOIN pg_catalog.pg_class c ON c.oid = s.classoid
UNION ALL
SELECT c.relname::text, s.objoid::int8, 0, s.provider, s.label, pg_catalog.pg_describe_object(s.classoid, s.objoid, 0)
  FROM pg_catalog.pg_shseclabel s JOIN pg_catalog.pg_class c ON c.oid = s.classoid
  WHERE c.relname <> 'pg_database' OR s.objoid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
ORDER BY 1, 2, 3, 4)sql";

namespace {

/// "" when the kind has none. What is a column's and no part of a relation is its identity's sequence.
std::string_view labels_attribute(const Object& object, std::int32_t part) {
  const kinds::Kind& kind = kinds::kind(object.id.kind);
  if (part == 0 && kinds::rule(kind, kinds::kSequenceLabels) != nullptr) return kinds::kSequenceLabels;
  return kinds::rule(kind, kinds::kSecurityLabelsRule.name) == nullptr ? std::string_view() : kinds::kSecurityLabelsRule.name;
}

}  // namespace

std::vector<Unmodelled> apply_security_labels(const pg::Rows& rows, const Aliases& aliases) {
  std::vector<Unmodelled> found;
  std::map<std::pair<Object*, std::string_view>, Map> labels;
  for (int i = 0; i < rows.size(); ++i) {
    const auto part = static_cast<std::int32_t>(rows.integer(i, 2));
    Object* object = aliases.find({aliases.catalog(rows(i, 0)), static_cast<std::uint32_t>(rows.integer(i, 1)), part});
    const std::string_view attribute = object == nullptr ? std::string_view() : labels_attribute(*object, part);
    if (attribute.empty()) {
      found.push_back({"security label of", "", std::string(rows(i, 5))});
    } else {
      labels[{object, attribute}].emplace_back(std::string(rows(i, 3)), Value(std::string(rows(i, 4))));
    }
  }
  for (auto& [where, map] : labels) {
    std::ranges::sort(map, {}, [](const auto& entry) { return entry.first; });
    where.first->attributes.set(where.second, Value(std::move(map)));
  }
  return found;
}

}  // namespace lpc::introspect
