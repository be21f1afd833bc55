// Writes a routine's name so that reading it back gives the same text: the current schema is left out only when the catalog has such a routine, since an unqualified
// name that the sources don't declare stays unqualified; and pg_catalog is said where another routine would be meant.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"

namespace lpc::kinds {

inline bool has_routine(const Catalog& catalog, const std::string& schema, const std::string& name) {
  for (const KindId kind : {KindId::Function, KindId::Procedure, KindId::Aggregate}) {
    const ObjectId first{kind, schema, name, {}, {}};
    const auto at = std::lower_bound(catalog.objects().begin(), catalog.objects().end(), first, [](const Object& object, const ObjectId& id) { return object.id < id; });
    if (at != catalog.objects().end() && at->id.kind == kind && at->id.schema == schema && at->id.name == name) return true;
  }
  return false;
}

inline void write_routine(std::string_view qualified_text, const Catalog& catalog, LpWriter& writer) {
  const std::vector<std::string> parts = name_parts(qualified_text);
  const bool declared = parts.size() == 2 && has_routine(catalog, parts[0], parts[1]);
  const std::string current = writer.schema;
  if (!declared) writer.schema.clear();
  const bool hidden = parts.size() == 1 && (has_routine(catalog, current, parts[0]) || has_routine(catalog, "public", parts[0]));
  writer.relation(hidden ? "pg_catalog." + std::string(qualified_text) : std::string(qualified_text));
  writer.schema = current;
}

}  // namespace lpc::kinds
