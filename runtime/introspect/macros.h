// What the kinds' queries share as `{…}` macros, so that no kind spells out what a system schema is or how membership of an extension is told.
// Knows nothing of kinds.
#pragma once

#include <string>
#include <string_view>

namespace lpc::introspect {

/// Replaces
///   {user_schema:n}               the pg_namespace alias `n` is no system schema, no temporary one and not lpc's own
///   {any_schema:n:c.oid}          that, or the row of that oid is a user's own in pg_catalog or information_schema
///   {not_member:pg_class:c.oid}   the row of that system catalog is no member of an extension
/// Braces around anything else stay (array literals).
std::string expand_macros(std::string_view sql);

}  // namespace lpc::introspect
