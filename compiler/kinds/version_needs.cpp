#include "kinds/version_needs.h"

#include <fmt/format.h>

#include <algorithm>

namespace lpc::kinds {
namespace {

/// An attribute that needs a version; with a `key` when only that entry of a map or list of maps does, with a `value` when only that value does.
struct Feature {
  KindId kind;
  std::string_view attribute;
  std::string_view key;
  std::string_view value;
  int major;
  std::string_view words;
};

// The release notes' section "Migration" and the compatibility notes of each command: https://www.postgresql.org/docs/release/
constexpr Feature kFeatures[] = {
    {KindId::Column, "compression", "", "", 14, "COMPRESSION"},
    {KindId::Column, "identity", "persistence", "", 15, "an identity's sequence that isn't logged as its table is"},
    {KindId::Column, "virtual", "", "", 18, "a virtual generated column"},
    {KindId::Column, "not_null_no_inherit", "", "", 18, "NOT NULL … NO INHERIT"},
    {KindId::Column, "not_null_not_valid", "", "", 18, "NOT NULL … NOT VALID"},
    {KindId::Column, "not_null_comment", "", "", 18, "a comment on NOT NULL"},
    {KindId::Domain, "not_null_comment", "", "", 17, "a comment on NOT NULL"},
    {KindId::Constraint, "on_delete_columns", "", "", 15, "a column list of ON DELETE"},
    {KindId::Constraint, "nulls_not_distinct", "", "", 15, "NULLS NOT DISTINCT"},
    {KindId::Constraint, "not_enforced", "", "", 18, "NOT ENFORCED"},
    {KindId::Constraint, "temporal", "", "", 18, "WITHOUT OVERLAPS or PERIOD"},
    {KindId::Index, "nulls_not_distinct", "", "", 15, "NULLS NOT DISTINCT"},
    {KindId::View, "options", "security_invoker", "", 15, "security_invoker"},
    {KindId::Collation, "rules", "", "", 16, "RULES"},
    {KindId::Collation, "provider", "", "builtin", 17, "the provider builtin"},
    {KindId::RangeType, "multirange_type_name", "", "", 14, "MULTIRANGE_TYPE_NAME"},
    {KindId::Statistics, "expressions", "", "", 14, "an expression"},
    {KindId::Function, "return", "", "", 14, "RETURN"},
    {KindId::Function, "atomic", "", "", 14, "BEGIN ATOMIC"},
    {KindId::Procedure, "atomic", "", "", 14, "BEGIN ATOMIC"},
    {KindId::Publication, "tables", "columns", "", 15, "a column list"},
    {KindId::Publication, "tables", "where", "", 15, "a row filter"},
    {KindId::Publication, "schemas", "", "", 15, "FOR TABLES IN SCHEMA"},
    {KindId::Publication, "publish_generated_columns", "", "", 18, "publish_generated_columns"},
    {KindId::Subscription, "binary", "", "", 14, "binary"},
    {KindId::Subscription, "streaming", "", "parallel", 16, "streaming = parallel"},
    {KindId::Subscription, "streaming", "", "", 14, "streaming"},
    {KindId::Subscription, "two_phase", "", "", 15, "two_phase"},
    {KindId::Subscription, "disable_on_error", "", "", 15, "disable_on_error"},
    {KindId::Subscription, "password_required", "", "", 16, "password_required"},
    {KindId::Subscription, "run_as_owner", "", "", 16, "run_as_owner"},
    {KindId::Subscription, "origin", "", "", 16, "origin"},
    {KindId::Subscription, "failover", "", "", 17, "failover"},
    {KindId::EventTrigger, "event", "", "login", 17, "the event login"},
    {KindId::Role, "member_options", "", "", 16, "INHERIT and SET of a membership"},
};

bool holds_key(const Value& value, std::string_view key) {
  if (value.find(key) != nullptr) return true;
  return value.is_list() && std::ranges::any_of(value.list(), [&](const Value& item) { return item.find(key) != nullptr; });
}

bool uses(const Object& object, const Feature& feature) {
  const Value* value = object.attributes.find(feature.attribute);
  if (value == nullptr || object.id.kind != feature.kind) return false;
  if (!feature.key.empty()) return holds_key(*value, feature.key);
  return feature.value.empty() || object.attributes.text(feature.attribute) == feature.value;
}

/// MAINTAIN came with 17: https://www.postgresql.org/docs/17/ddl-priv.html
bool grants_maintain(const Object& object) {
  const Value* grants = object.attributes.find("grants");
  if (grants == nullptr || !grants->is_map()) return false;
  return std::ranges::any_of(grants->map(), [](const auto& entry) {
    return entry.second.is_list() && std::ranges::any_of(entry.second.list(), [](const Value& item) { return item.is_text() && item.text().starts_with("MAINTAIN"); });
  });
}

/// Exclusion constraints of partitioned tables came with 17.
bool excludes_over_partitions(const Object& object, const Catalog& catalog) {
  if (object.id.kind != KindId::Constraint || object.attributes.text("type") != "exclusion" || !object.parent) return false;
  const Object* table = catalog.find(*object.parent);
  return table != nullptr && table->attributes.has("partition_by");
}

/// Unlogged sequences came with 15; that of an unlogged table's column is logged on older servers, which is nobody's choice.
bool is_unlogged_alone(const Object& object) {
  return object.id.kind == KindId::Sequence && object.attributes.flag("unlogged") && !object.attributes.has("owned_by");
}

/// Partitioned tables have an access method, for their partitions to be, since 17: https://www.postgresql.org/docs/17/sql-createtable.html
bool has_method_of_partitions(const Object& object) {
  return object.id.kind == KindId::Table && object.attributes.has("partition_by") && object.attributes.has("access_method");
}

/// https://www.postgresql.org/docs/17/ddl-partitioning.html
bool is_identity_of_partition(const Object& object, const Catalog& catalog) {
  return object.id.kind == KindId::Column && object.attributes.has("identity") && catalog.has({KindId::Partition, object.id.schema, object.id.name, "", ""});
}

}  // namespace

std::vector<VersionNeed> lacking(const Catalog& catalog, int server_version) {
  constexpr int kPerMajor = 10000;
  const int server = server_version / kPerMajor;
  std::vector<VersionNeed> needs;
  for (const Object& object : catalog.objects()) {
    if (object.external) continue;
    for (const Feature& feature : kFeatures) {
      if (feature.major > server && uses(object, feature)) needs.push_back({&object, feature.words, feature.major});
    }
    if (server < 15 && is_unlogged_alone(object)) needs.push_back({&object, "an unlogged sequence", 15});
    if (server < 17 && has_method_of_partitions(object)) needs.push_back({&object, "the access method of a partitioned table", 17});
    if (server >= 17 && is_identity_of_partition(object, catalog)) needs.push_back({&object, "an identity of a partition's own (its parent's reaches it since 17)", 16});
    if (server < 17 && grants_maintain(object)) needs.push_back({&object, "the privilege MAINTAIN", 17});
    if (server < 17 && excludes_over_partitions(object, catalog)) needs.push_back({&object, "an exclusion constraint of a partitioned table", 17});
  }
  return needs;
}

std::string describe_need(const VersionNeed& need, int server_version) {
  constexpr int kPerMajor = 10000;
  return fmt::format("{} `{}`: {} needs Postgres {}, the server has {}", kind_name(need.object->id.kind), need.object->id.path(), need.feature, need.major,
                     server_version / kPerMajor);
}

}  // namespace lpc::kinds
