// Privileges as sets, for those who read them from a server, from .lp, or turn a difference into GRANT and REVOKE.
// https://www.postgresql.org/docs/15/ddl-priv.html. Knows no kind but through KindTraits::acl_type.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ast/ast.h"
#include "kinds/common.h"

namespace lpc::kinds {
class LowerContext;
}

namespace lpc::kinds::acl {

/// One entry of `grants` or `revokes`: "SELECT", "INSERT*", "ALL by bob".
struct Entry {
  std::string privilege;
  bool with_option = false;
  std::string grantor;           ///< "" for the owner

  static Entry parse(std::string_view text);
  std::string text() const;
};

/// (grantor, grantee) -> privilege -> with grant option. The owner as grantor is "".
using State = std::map<std::pair<std::string, std::string>, std::map<std::string, bool>>;

/// "ALL" stands for each privilege of the type.
std::vector<std::string> expand(std::string_view privilege, char acl_type, int server_version);

/// Adds what the attribute `grants` lists.
void add_grants(State& state, const Attributes& attributes, char acl_type, int server_version);
/// `implied`, changed by the attributes `grants` and `revokes`.
State effective(const Attributes& attributes, const Privileges& implied, char acl_type, int server_version);

/// What an object has that says nothing of privileges: acldefault(), and for the schema `public` what initdb gives it.
Privileges implied_by(const ObjectId& id, std::string_view owner, int server_version);

/// An aclitem[] as text.
State parse(std::string_view acl, std::string_view owner);

/// What `grant` and `revoke` declarations come to, as the attributes `grants` and `revokes`.
struct Declared {
  char acl_type = 0;
  std::string owner;                           ///< whose own grants need no grantor; "" when unsaid
  Privileges implied;
  Privileges implied_once;                     ///< by older servers, so that a `revoke` of it has a meaning
  std::string column;                          ///< only privileges on that column, or when "" only those without columns
  bool owner_may_lack = false;                 ///< `revoke … from` a role that may turn out to be the owner is kept
};
void set_declared(Attributes& attributes, const std::vector<const ast::Decl*>& declarations, const Declared& about, LowerContext& context);

/// What ALTER … OWNER TO does to the entries: the new owner stands for the old one, and doubles merge (aclnewowner() in acl.c).
State with_new_owner(const State& state, const std::string& before, const std::string& after);

/// Sets `grants` and `revokes` so that effective() gives `state`; a complete set is written as ALL.
void set_from_state(Attributes& attributes, const State& state, const Privileges& implied, char acl_type, int server_version);

/// Notes in which order the roles were granted something, unless it is that of their names: Postgres lists them in that order. Roles without an entry in `grants` are left out.
void set_order(Attributes& attributes, const std::vector<std::string>& grantees);

/// Adds an entry to a list of `grants` or `revokes`; the list stays sorted.
void put(std::map<std::string, std::set<std::string>>& lists, const std::string& grantee, const Entry& entry);
Value to_value(const std::map<std::string, std::set<std::string>>& lists);

/// What the statements are about.
struct Target {
  Sql prefix;                                  ///< "ALTER DEFAULT PRIVILEGES … ", mostly empty
  Sql object;                                  ///< "TABLE shop.users", "TABLES"
  std::string column;                          ///< for column privileges
  char acl_type = 0;
  int server_version = 0;
};

/// SQL that leads from any of `starts` to `wanted`: REVOKE what is in some start and not wanted, GRANT what some start lacks. What other roles than the owner
/// grant is done as them. `order` says which roles come first; those that it doesn't name come after, by name.
std::vector<Sql> statements(const std::vector<State>& starts, const State& wanted, const Target& target, const std::vector<std::string>& order = {});

/// After a relation's change of owner, which turns the new owner's privileges on the columns into the owner's own: columns whose privileges shall be as they were get them back.
void keep_column_grants(const Object& before, const Object& after, const ChangeContext& context, Action& action);

}  // namespace lpc::kinds::acl
