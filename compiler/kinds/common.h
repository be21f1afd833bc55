// What most kinds share: owner, comment and grants as attributes, and the plain forms of drop and rename.
#pragma once

#include <map>
#include <set>
#include <string>

#include "kinds/kind.h"

namespace lpc::kinds {

// ---- attribute rules to put in a kind's table --------------------------------------------------------------------------------

/// `ALTER <sql_name> <address> OWNER TO …`
void alter_owner(const Alteration&, const ChangeContext&, Action&);
/// `COMMENT ON <sql_name> <address> IS …`
void alter_comment(const Alteration&, const ChangeContext&, Action&);
/// GRANT and REVOKE for what differs. Right after creation it starts from the grants that default privileges gave the new object.
void alter_grants(const Alteration&, const ChangeContext&, Action&);

inline constexpr AttributeRule kOwnerRule{.name = "owner", .content = Content::role, .alter = alter_owner, .after_create = true, .unsaid_keeps_live = true};
inline constexpr AttributeRule kCommentRule{.name = "comment", .content = Content::text, .alter = alter_comment, .after_create = true};
/// grantee ("public" for PUBLIC) -> list of privileges beyond the default ones: "SELECT", "INSERT*" (with grant option), "SELECT by bob" (another grantor than the owner).
inline constexpr AttributeRule kGrantsRule{.name = "grants", .content = Content::privileges, .alter = alter_grants, .after_create = true};
/// A note: the grantees in the server's order, when it isn't that of their names.
inline constexpr AttributeRule kGrantOrderRule{.name = "_grant_order", .content = Content::names, .ignored = true};
/// grantee -> privileges that acldefault() gives and the object lacks.
inline constexpr AttributeRule kRevokesRule{.name = "revokes", .content = Content::privileges, .alter = alter_grants, .after_create = true};

// ---- hooks ----------------------------------------------------------------------------------------------------------------------

/// Adds what CREATE can't say, by the rules with `after_create`: owner, comment, grants.
void finish_creation(const Object&, const ChangeContext&, Action&);
void drop_plain(const Object&, const ChangeContext&, Action&);          ///< DROP <sql_name> <address>
void rename_plain(const Object& before, const ObjectId& after, Action&);///< ALTER … RENAME TO, and SET SCHEMA when that differs
Sql address_qualified(const ObjectId&);                                 ///< schema.name
Sql address_name(const ObjectId&);                                      ///< name, for what stands in no schema
Sql address_routine(const ObjectId&);                                   ///< schema.name(arguments)
Sql address_member(const ObjectId&);                                    ///< member ON schema.name (triggers, policies, rules, constraints)
std::vector<std::string> relation_slots(const Object&);                 ///< {"relation schema name", "type schema name"}
std::vector<std::string> type_slots(const Object&);
std::vector<std::string> routine_slots(const Object&);

// ---- words --------------------------------------------------------------------------------------------------------------------

/// "table shop.users" for descriptions, from the kind's name and the path.
std::string spoken(const ObjectId& id);

/// The name with the suffix, cut so that it fits: of what a plan makes only for a while.
std::string helper_name(std::string_view name, std::string_view suffix);
inline constexpr std::string_view kFresh = "_lpc_new";    ///< the suffix of what takes another's place in the end
/// What is called so is called then while something else gets its name.
std::string aside_name(std::string_view name);
ObjectId aside_of(ObjectId id);

/// Says what the action is for, unless that is said.
inline void describe(Action& action, std::string description) {
  if (action.description.empty()) action.description = std::move(description);
}

/// Adds every role that the object names: owner, grantees and grantors, a policy's roles. Never "public" or "".
void add_named_roles(const Object& object, std::set<std::string>& roles);

// ---- access control lists -------------------------------------------------------------------------------------------------------

/// grantee -> privilege -> with grant option. PUBLIC is "public".
using Privileges = std::map<std::string, std::map<std::string, bool>>;
/// What acldefault(type, owner) gives: https://www.postgresql.org/docs/15/ddl-priv.html, table 5.2.
Privileges default_privileges_of(char acl_type, std::string_view owner, int server_version);
/// Every privilege the type of object has: "ALL".
std::vector<std::string> all_privileges(char acl_type, int server_version);
/// Sets `grants` and `revokes` from an aclitem[] as text ("{postgres=arwdDxt/postgres,=r/postgres}").
void set_grants_from_acl(Attributes& attributes, std::string_view acl, std::string_view owner, char acl_type, int server_version);

}  // namespace lpc::kinds
