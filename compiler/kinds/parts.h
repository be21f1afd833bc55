// Parts that have names and are no objects of their own: the values of an enum, the attributes of a composite type. An attribute of the object lists them (AttributeRule::lists_parts),
// each as its name or as a map with a `name`. They are renamed like objects: a part's id is that of its object, with the part's name as the member, and the object's kind renames it.
#pragma once

#include <string>
#include <vector>

#include "ast/ast.h"
#include "catalog/catalog.h"

namespace lpc::kinds {

/// Keeps the `@renamed_from` of a part's declaration as a hint of its object: `renamed_part`, with the old name and the new one.
inline constexpr std::string_view kRenamedPart = "renamed_part";
void add_part_hint(Object& object, const ast::Decl& part, const std::string& name);

bool has_parts(KindId kind);
std::vector<std::string> part_names(const Object& object);
/// Whether it is the id of such a part.
bool is_part(const ObjectId& id);
ObjectId part_id(const ObjectId& object, const std::string& part);
/// The object of an id: what holds the part, or itself.
ObjectId object_of(const ObjectId& id);
void rename_part(Object& object, const std::string& from, const std::string& to);

}  // namespace lpc::kinds
