#include "kinds/common.h"

#include <fmt/core.h>

#include <algorithm>

#include "kinds/acl.h"

namespace lpc::kinds {
std::string spoken(const ObjectId& id) { return id.text(); }

std::string helper_name(std::string_view name, std::string_view suffix) {
  constexpr std::size_t kLongestName = 63;
  std::size_t length = std::min(name.size(), kLongestName - suffix.size());
  while (length > 0 && length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80) --length;    // not within a character
  return std::string(name.substr(0, length)) + std::string(suffix);
}

std::string aside_name(std::string_view name) { return helper_name(name, "_lpc_old"); }

ObjectId aside_of(ObjectId id) {
  Name& name = id.member.empty() ? id.name : id.member;
  name = aside_name(name.str());
  return id;
}

void alter_owner(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& object = alteration.after;
  const std::string& owner = object.attributes.text("owner");
  // Unsaid: whoever owns it now goes on owning it.
  if (owner.empty()) return;
  const Kind& own = kind(object.id.kind);
  action.sql.push_back(sql("ALTER {} {} OWNER TO {}", fragment(own.sql_name), own.address(object.id), ident(owner)));
  if (alteration.before != nullptr) acl::keep_column_grants(*alteration.before, object, context, action);
  describe(action, fmt::format("Set the owner of {} to {}", spoken(object.id), owner));
}

void alter_comment(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& object = alteration.after;
  const Kind& own = kind(object.id.kind);
  const Value* comment = object.attributes.find("comment");
  const Sql text = comment == nullptr ? sql("NULL") : literal(comment->text());
  action.sql.push_back(sql("COMMENT ON {} {} IS {}", fragment(own.sql_name), own.address(object.id), text));
  describe(action, fmt::format("{} {}", comment == nullptr ? "Remove the comment on" : "Comment on", spoken(object.id)));
}

void finish_creation(const Object& object, const ChangeContext& context, Action& action) {
  const std::string description = action.description;
  std::vector<AlterFn> done;
  for (const AttributeRule& rule : kind(object.id.kind).attributes) {
    if (!rule.after_create || rule.alter == nullptr || std::ranges::find(done, rule.alter) != done.end()) continue;
    Alteration alteration{nullptr, object, {}};
    for (const AttributeRule& other : kind(object.id.kind).attributes) {
      if (other.alter == rule.alter && object.attributes.has(other.name)) alteration.changed.push_back(other.name);
    }
    // Grants are looked at even when there are none: default privileges may have given some.
    if (alteration.changed.empty() && rule.content != Content::privileges) continue;
    done.push_back(rule.alter);
    rule.alter(alteration, context, action);
  }
  action.description = description;
}

void drop_plain(const Object& object, const ChangeContext&, Action& action) {
  const Kind& own = kind(object.id.kind);
  action.sql.push_back(sql("DROP {} {}", fragment(own.sql_name), own.address(object.id)));
  describe(action, fmt::format("Drop {}", spoken(object.id)));
}

void rename_plain(const Object& before, const ObjectId& after, Action& action) {
  const Kind& own = kind(before.id.kind);
  ObjectId at = before.id;
  if (at.own_name() != after.own_name()) {
    action.sql.push_back(sql("ALTER {} {} RENAME TO {}", fragment(own.sql_name), own.address(at), ident(after.own_name())));
    (at.member.empty() ? at.name : at.member) = after.own_name();
  }
  // A member moves with the relation that holds it.
  if (at.member.empty() && at.schema != after.schema) {
    action.sql.push_back(sql("ALTER {} {} SET SCHEMA {}", fragment(own.sql_name), own.address(at), ident(after.schema)));
  }
  describe(action, fmt::format("Rename {} to {}", spoken(before.id), after.path()));
}

Sql address_qualified(const ObjectId& id) { return qualified(id.schema, id.name); }

Sql address_name(const ObjectId& id) { return ident(id.own_name()); }

Sql address_routine(const ObjectId& id) { return sql("{}({})", qualified(id.schema, id.name), fragment(id.arguments)); }

Sql address_member(const ObjectId& id) { return sql("{} ON {}", ident(id.member), qualified(id.schema, id.name)); }

// What shares a namespace in the system catalogs: https://www.postgresql.org/docs/15/catalog-pg-class.html (every table, view and
// composite type has a row type of its name).
std::vector<std::string> relation_slots(const Object& object) {
  const std::string name = qualified(object.id.schema, object.id.name).text;
  return {"relation " + name, "type " + name};
}

std::vector<std::string> type_slots(const Object& object) { return {"type " + qualified(object.id.schema, object.id.name).text}; }

std::vector<std::string> routine_slots(const Object& object) { return {"routine " + address_routine(object.id).text}; }

void add_named_roles(const Object& object, std::set<std::string>& roles) {
  constexpr std::string_view kBy = " by ";
  const Kind& its_kind = kind(object.id.kind);
  if (its_kind.traits.named_after_role) roles.insert(object.id.name);
  for (const AttributeRule& rule : its_kind.attributes) {
    const Value* value = object.attributes.find(rule.name);
    if (value == nullptr) continue;
    if (rule.content == Content::role) roles.insert(value->text());
    if (rule.content == Content::roles) {
      for (const std::string& role : value->texts()) roles.insert(role);
    }
    if (rule.content != Content::privileges) continue;
    for (const auto& [grantee, privileges] : value->map()) {
      roles.insert(grantee);
      for (const std::string& privilege : privileges.texts()) {
        if (const std::size_t by = privilege.find(kBy); by != std::string::npos) roles.insert(privilege.substr(by + kBy.size()));
      }
    }
  }
  roles.erase("");
  roles.erase("public");
}

}  // namespace lpc::kinds
