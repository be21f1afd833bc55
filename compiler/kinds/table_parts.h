// What the parts of a table (constraints, indexes, triggers, policies, rules) share when they are changed: the relation they stand on, and the locks taken on it.
// Knows no single kind of part.
#pragma once

#include <string>
#include <string_view>

#include "kinds/common.h"

namespace lpc::kinds {

/// The table or view that a member (id with the relation's schema and name) belongs to, as SQL.
inline Sql relation_of(const ObjectId& member) { return qualified(member.schema, member.name); }

/// The object's parent, or the table of its schema and name.
inline ObjectId relation_id(const Object& part) { return part.parent ? *part.parent : ObjectId{KindId::Table, part.id.schema, part.id.name, {}, {}}; }

/// Whether the relation is there before the plan and stays: only then are hazards worth a word.
inline bool is_standing(const ChangeContext& context, const ObjectId& relation) {
  return context.before.has(relation) && !context.is_created(relation);
}

/// `shop.users` of a relation given as SQL text, as the id of a table.
inline ObjectId table_named(std::string_view qualified_text) {
  return ObjectId::parse("table " + std::string(qualified_text)).value_or(ObjectId{});
}

/// The comment again, after the object was dropped and made anew by one alteration.
inline void restore_comment(const Object& object, std::string_view sql_name, const Sql& address, Action& action) {
  if (!object.attributes.has("comment")) return;
  action.sql.push_back(sql("COMMENT ON {} {} IS {}", fragment(sql_name), address, literal(object.attributes.text("comment"))));
}

}  // namespace lpc::kinds
