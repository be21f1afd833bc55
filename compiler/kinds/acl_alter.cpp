// GRANT and REVOKE for what differs between two access control lists.
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "kinds/acl.h"
#include "kinds/aggregate.h"

namespace lpc::kinds {
namespace acl {
namespace {

/// What one statement says: grantees that get or lose the same privileges in the same way.
struct Statement {
  bool revoke = false;
  bool option = false;           ///< WITH GRANT OPTION, or GRANT OPTION FOR
  std::string grantor;
  std::set<std::string> privileges;
  std::vector<std::string> grantees;
};

using Changes = std::map<std::pair<std::string, std::string>, std::map<bool, std::set<std::string>>>;

std::optional<bool> held(const State& state, const std::pair<std::string, std::string>& key, const std::string& privilege) {
  const auto entry = state.find(key);
  if (entry == state.end()) return std::nullopt;
  const auto found = entry->second.find(privilege);
  return found == entry->second.end() ? std::nullopt : std::optional(found->second);
}

Changes revocations(const std::vector<State>& starts, const State& wanted) {
  Changes changes;
  for (const State& start : starts) {
    for (const auto& [key, privileges] : start) {
      for (const auto& [privilege, option] : privileges) {
        const std::optional<bool> keep = held(wanted, key, privilege);
        if (!keep) changes[key][false].insert(privilege);
        if (keep && option && !*keep) changes[key][true].insert(privilege);
      }
    }
  }
  return changes;
}

Changes additions(const std::vector<State>& starts, const State& wanted) {
  Changes changes;
  for (const auto& [key, privileges] : wanted) {
    for (const auto& [privilege, option] : privileges) {
      const bool missing = std::ranges::any_of(starts, [&](const State& start) {
        const std::optional<bool> has = held(start, key, privilege);
        return !has || (option && !*has);
      });
      if (missing) changes[key][option].insert(privilege);
    }
  }
  return changes;
}

/// How many grants away from the owner each grantor stands: one can only hand on what one has been given.
std::map<std::string, int> grantor_depths(const std::vector<State>& starts, const State& wanted) {
  std::map<std::string, int> depths = {{"", 0}};
  std::vector<const State*> states = {&wanted};
  for (const State& start : starts) states.push_back(&start);
  bool found_more = true;
  while (found_more) {
    found_more = false;
    for (const State* state : states) {
      for (const auto& [key, privileges] : *state) {
        const auto grantor = depths.find(key.first);
        if (grantor == depths.end() || depths.contains(key.second)) continue;
        depths[key.second] = grantor->second + 1;
        found_more = true;
      }
    }
  }
  return depths;
}

std::size_t rank(const std::vector<std::string>& order, const std::string& grantee) {
  return static_cast<std::size_t>(std::ranges::find(order, grantee) - order.begin());
}

/// Roles that get the same share a statement; when an order matters, only those that stand together in it.
std::vector<Statement> grouped(const Changes& changes, bool revoke, const std::vector<std::string>& order) {
  std::vector<Statement> single;
  for (const auto& [key, by_option] : changes) {
    for (const auto& [option, privileges] : by_option) single.push_back({revoke, option, key.first, privileges, {key.second}});
  }
  std::ranges::stable_sort(single, [&](const Statement& a, const Statement& b) { return rank(order, a.grantees.front()) < rank(order, b.grantees.front()); });
  std::vector<Statement> statements;
  for (Statement& one : single) {
    const auto first = order.empty() || statements.empty() ? statements.begin() : statements.end() - 1;
    const auto same = std::find_if(first, statements.end(), [&](const Statement& other) {
      return other.grantor == one.grantor && other.option == one.option && other.privileges == one.privileges;
    });
    if (same != statements.end()) {
      same->grantees.push_back(one.grantees.front());
    } else {
      statements.push_back(std::move(one));
    }
  }
  return statements;
}

Sql privilege_list(const Statement& statement, const Target& target) {
  const std::vector<std::string> all = all_privileges(target.acl_type, target.server_version);
  std::vector<Sql> words;
  const bool complete = all.size() > 1 && statement.privileges.size() == all.size();
  for (const std::string& name : complete ? std::vector<std::string>{"ALL"} : all) {
    if (complete || statement.privileges.contains(name)) words.push_back(fragment(name));
  }
  for (const std::string& name : statement.privileges) {
    if (!complete && std::ranges::find(all, name) == all.end()) words.push_back(fragment(name));
  }
  if (!target.column.empty()) {
    for (Sql& word : words) word = sql("{} ({})", word, ident(target.column));
  }
  return join(words, ", ");
}

Sql grantee_list(const Statement& statement) {
  std::vector<Sql> names;
  for (const std::string& name : statement.grantees) names.push_back(name == "public" ? sql("PUBLIC") : ident(name));
  return join(names, ", ");
}

void write(const Statement& statement, const Target& target, std::vector<Sql>& out) {
  const Sql privileges = privilege_list(statement, target);
  const Sql grantees = grantee_list(statement);
  // Postgres records whoever runs the statement as grantor (the owner when it is a superuser): GRANTED BY may only name the current role.
  if (!statement.grantor.empty()) out.push_back(sql("SET ROLE {}", ident(statement.grantor)));
  if (statement.revoke) {
    out.push_back(sql("{}REVOKE {}{} ON {} FROM {}", target.prefix, statement.option ? sql("GRANT OPTION FOR ") : Sql{}, privileges, target.object, grantees));
  } else {
    out.push_back(sql("{}GRANT {} ON {} TO {}{}", target.prefix, privileges, target.object, grantees, statement.option ? sql(" WITH GRANT OPTION") : Sql{}));
  }
  if (!statement.grantor.empty()) out.push_back(sql("RESET ROLE"));
}

}  // namespace

std::vector<Sql> statements(const std::vector<State>& starts, const State& wanted, const Target& target, const std::vector<std::string>& order) {
  const std::map<std::string, int> depths = grantor_depths(starts, wanted);
  const auto depth = [&](const Statement& statement) {
    const auto found = depths.find(statement.grantor);
    return found == depths.end() ? 1 : found->second;
  };
  std::vector<Statement> revokes = grouped(revocations(starts, wanted), true, {});
  std::vector<Statement> grants = grouped(additions(starts, wanted), false, order);
  // A REVOKE without CASCADE fails while others hold what was handed on to them.
  std::ranges::stable_sort(revokes, [&](const Statement& a, const Statement& b) { return depth(a) > depth(b); });
  std::ranges::stable_sort(grants, [&](const Statement& a, const Statement& b) { return depth(a) < depth(b); });
  std::vector<Sql> out;
  for (const Statement& statement : revokes) write(statement, target, out);
  for (const Statement& statement : grants) write(statement, target, out);
  return out;
}

}  // namespace acl

namespace {

/// ALTER DEFAULT PRIVILEGES' word for what holds privileges of that type.
std::string_view default_privileges_word(char acl_type) {
  switch (acl_type) {
    case 'r': return "tables";
    case 's': return "sequences";
    case 'f': return "functions";
    case 'T': return "types";
    case 'n': return "schemas";
    default: return {};
  }
}

/// Of a column: whose the relation is.
std::string owner_of_whole(const Object& part, const Catalog& catalog) {
  const Object* whole = part.parent ? catalog.find(*part.parent) : nullptr;
  return whole == nullptr ? std::string() : whole->attributes.text("owner");
}

std::string owner_after(const Alteration& alteration, const ChangeContext& context) {
  if (const std::string& owner = alteration.after.attributes.text("owner"); !owner.empty()) return owner;
  if (alteration.before != nullptr) {
    if (const std::string& owner = alteration.before->attributes.text("owner"); !owner.empty()) return owner;
  }
  if (const std::string owner = owner_of_whole(alteration.after, context.after); !owner.empty()) return owner;
  return context.role;
}

/// The roles whose default privileges may have shaped a new object: the one that runs the plan, or any when that isn't known.
std::set<std::string> creating_roles(const ChangeContext& context) {
  if (!context.role.empty()) return {context.role};
  std::set<std::string> roles;
  for (const Catalog* catalog : {&context.before, &context.after}) {
    for (const Object& object : catalog->of(KindId::DefaultPrivileges)) roles.insert(object.id.name);
  }
  return roles;
}

/// What default privileges make of a new object: a global entry replaces acldefault(), one for the schema is added.
/// https://www.postgresql.org/docs/15/sql-alterdefaultprivileges.html
std::optional<acl::State> granted_by_default(const Catalog& catalog, const std::string& role, const Object& object, char acl_type, int version) {
  const std::string word(default_privileges_word(acl_type));
  if (word.empty()) return std::nullopt;
  const Object* global = catalog.find({KindId::DefaultPrivileges, "", role, word, ""});
  const Object* local = acl_type == 'n' ? nullptr : catalog.find({KindId::DefaultPrivileges, object.id.schema, role, word, ""});
  if (global == nullptr && local == nullptr) return std::nullopt;
  acl::State state = acl::effective(global == nullptr ? Attributes{} : global->attributes, default_privileges_of(acl_type, role, version), acl_type, version);
  if (local != nullptr) {
    acl::add_grants(state, local->attributes, acl_type, version);
  }
  return state;
}

/// Whatever may hold right after CREATE. The plan also runs on the shadow, as another role, so bare acldefault() is always one of them.
std::vector<acl::State> states_after_creation(const Object& object, const ChangeContext& context, const std::string& owner, char acl_type) {
  std::vector<acl::State> states = {acl::effective({}, default_privileges_of(acl_type, owner, context.server_version), acl_type, context.server_version)};
  // What is revoked from a role that may be the owner: revoking what isn't there does no harm.
  if (const Value* revokes = object.attributes.find("revokes")) {
    acl::State named = states.front();
    for (const auto& [grantee, entries] : revokes->map()) {
      for (const std::string& text : entries.texts()) {
        for (const std::string& privilege : acl::expand(acl::Entry::parse(text).privilege, acl_type, context.server_version)) {
          named[{std::string(), grantee}].emplace(privilege, false);
        }
      }
    }
    states.push_back(std::move(named));
  }
  for (const std::string& role : creating_roles(context)) {
    for (const Catalog* catalog : {&context.before, &context.after}) {
      auto state = granted_by_default(*catalog, role, object, acl_type, context.server_version);
      if (!state) continue;
      if (owner.empty()) state->erase({std::string(), role});      // of an owner that nobody knows, nothing is said
      states.push_back(acl::with_new_owner(*state, role, owner.empty() ? role : owner));
    }
  }
  return states;
}

acl::Target target_of(const Object& object, char acl_type, int server_version) {
  const Kind& own = kind(object.id.kind);
  acl::Target target{{}, {}, {}, acl_type, server_version};
  switch (acl_type) {
    case 'c':
      target.object = sql("TABLE {}", qualified(object.id.schema, object.id.name));
      target.column = object.id.member;
      break;
    case 'r': target.object = sql("TABLE {}", own.address(object.id)); break;
    case 's': target.object = sql("SEQUENCE {}", own.address(object.id)); break;
    case 'n': target.object = sql("SCHEMA {}", own.address(object.id)); break;
    case 'F': target.object = sql("FOREIGN DATA WRAPPER {}", own.address(object.id)); break;
    case 'S': target.object = sql("FOREIGN SERVER {}", own.address(object.id)); break;
    case 'T': target.object = sql("TYPE {}", own.address(object.id)); break;
    case 't': target.object = sql("TABLESPACE {}", own.address(object.id)); break;
    case 'l': target.object = sql("LANGUAGE {}", own.address(object.id)); break;
    case 'f':
      // GRANT has no word for aggregates, and takes no ORDER BY: https://www.postgresql.org/docs/15/sql-grant.html
      target.object = own.sql_name == "AGGREGATE"
                          ? sql("FUNCTION {}({})", qualified(object.id.schema, object.id.name), fragment(aggregate_input_types(object.id.arguments)))
                          : sql("{} {}", own.sql_name == "PROCEDURE" ? sql("PROCEDURE") : sql("FUNCTION"), own.address(object.id));
      break;
    default: LP_CHECK(!"acl_type");
  }
  return target;
}

/// REVOKE on a table takes the privilege away on each of its columns too, so those that shall stay are given again.
/// https://www.postgresql.org/docs/15/sql-revoke.html#SQL-REVOKE-NOTES
void regrant_columns(const Object& table, const ChangeContext& context, const std::vector<acl::State>& starts, const acl::State& wanted,
                     std::vector<Sql>& out) {
  for (const Object* column : context.after.children(table.id)) {
    if (kind(column->id.kind).traits.acl_type != 'c' || !column->attributes.has("grants") || !context.before.has(column->id)) continue;
    const acl::State granted = acl::effective(column->attributes, {}, 'c', context.server_version);
    acl::State lost;
    for (const auto& [key, privileges] : granted) {
      for (const auto& [privilege, option] : privileges) {
        const bool was_revoked = std::ranges::any_of(starts, [&](const acl::State& start) {
          const auto entry = start.find(key);
          const auto kept = wanted.find(key);
          return entry != start.end() && entry->second.contains(privilege) && (kept == wanted.end() || !kept->second.contains(privilege));
        });
        if (was_revoked) lost[key][privilege] = option;
      }
    }
    for (Sql& statement : acl::statements({acl::State{}}, lost, target_of(*column, 'c', context.server_version))) out.push_back(std::move(statement));
  }
}

}  // namespace

void acl::keep_column_grants(const Object& before, const Object& after, const ChangeContext& context, Action& action) {
  const int version = context.server_version;
  for (const Object* column : context.after.children(after.id)) {
    const Object* was = context.before.find(column->id);
    if (kind(column->id.kind).traits.acl_type != 'c' || was == nullptr || context.is_created(column->id)) continue;
    const State kept = effective(column->attributes, {}, 'c', version);
    if (effective(was->attributes, {}, 'c', version) != kept) continue;      // its own change comes afterwards
    const State start = with_new_owner(kept, before.attributes.text("owner"), after.attributes.text("owner"));
    for (Sql& statement : statements({start}, kept, target_of(*column, 'c', version))) action.sql.push_back(std::move(statement));
  }
}

void alter_grants(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& object = alteration.after;
  const char acl_type = kind(object.id.kind).traits.acl_type;
  const int version = context.server_version;
  const std::string owner = owner_after(alteration, context);
  const acl::State wanted = acl::effective(object.attributes, acl::implied_by(object.id, owner, version), acl_type, version);
  std::vector<acl::State> starts;
  if (alteration.before == nullptr) {
    starts = states_after_creation(object, context, owner, acl_type);
  } else {
    const Attributes& before = alteration.before->attributes;
    const std::string of_whole = owner_of_whole(*alteration.before, context.before);
    const std::string owner_before = !before.text("owner").empty() ? before.text("owner") : of_whole.empty() ? owner : of_whole;
    starts = {acl::with_new_owner(acl::effective(before, acl::implied_by(object.id, owner_before, version), acl_type, version), owner_before, owner)};
  }
  std::vector<Sql> statements = acl::statements(starts, wanted, target_of(object, acl_type, version), object.attributes.texts("_grant_order"));
  if (acl_type == 'r' && alteration.before != nullptr) regrant_columns(object, context, starts, wanted, statements);
  for (Sql& statement : statements) action.sql.push_back(std::move(statement));
  if (action.description.empty() && !statements.empty()) action.description = fmt::format("Set the privileges on {}", spoken(object.id));
}

}  // namespace lpc::kinds
