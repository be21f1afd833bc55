#include "kinds/acl.h"

#include <algorithm>
#include <array>

#include "base/result.h"

namespace lpc::kinds {
namespace {

/// The letters of an aclitem: https://www.postgresql.org/docs/17/ddl-priv.html, table 5.1.
constexpr std::array kLetters = std::to_array<std::pair<char, std::string_view>>({
    {'r', "SELECT"}, {'a', "INSERT"}, {'w', "UPDATE"}, {'d', "DELETE"}, {'D', "TRUNCATE"}, {'x', "REFERENCES"}, {'t', "TRIGGER"},
    {'m', "MAINTAIN"}, {'X', "EXECUTE"}, {'U', "USAGE"}, {'C', "CREATE"}, {'T', "TEMPORARY"}, {'c', "CONNECT"}, {'s', "SET"},
    {'A', "ALTER SYSTEM"},
});

std::string_view privilege_of(char letter) {
  for (const auto& [code, name] : kLetters) {
    if (code == letter) return name;
  }
  return {};
}

/// The elements of an array literal of text: {a,"b \"c\""}.
std::vector<std::string> array_elements(std::string_view text) {
  std::vector<std::string> elements;
  if (text.size() < 2) return elements;
  text = text.substr(1, text.size() - 2);
  std::string element;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      element += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      elements.push_back(std::move(element));
      element.clear();
    } else {
      element += c;
    }
  }
  if (!text.empty()) elements.push_back(std::move(element));
  return elements;
}

/// A role's name in an aclitem, quoted as putid() in acl.c does.
std::string take_role(std::string_view& text) {
  std::string name;
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    while (!text.empty()) {
      if (text.starts_with("\"\"")) {
        name += '"';
        text.remove_prefix(2);
        continue;
      }
      const char c = text.front();
      text.remove_prefix(1);
      if (c == '"') break;
      name += c;
    }
    return name;
  }
  const std::size_t end = std::min(text.find('='), text.size());
  name = text.substr(0, end);
  text.remove_prefix(end);
  return name;
}

void add_item(acl::State& state, std::string_view item, std::string_view owner) {
  std::string grantee = take_role(item);
  if (grantee.empty()) grantee = "public";
  if (item.starts_with('=')) item.remove_prefix(1);
  const std::size_t slash = std::min(item.find('/'), item.size());
  const std::string_view letters = item.substr(0, slash);
  item.remove_prefix(std::min(slash + 1, item.size()));
  std::string grantor = take_role(item);
  if (grantor == owner) grantor.clear();
  auto& privileges = state[{grantor, grantee}];
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const std::string_view name = privilege_of(letters[i]);
    if (name.empty()) continue;
    const bool option = i + 1 < letters.size() && letters[i + 1] == '*';
    bool& entry = privileges[std::string(name)];
    entry = entry || option;
  }
}

}  // namespace

std::vector<std::string> all_privileges(char acl_type, int server_version) {
  switch (acl_type) {
    case 'r': {
      std::vector<std::string> names = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"};
      if (server_version >= 170000) names.emplace_back("MAINTAIN");
      return names;
    }
    case 'c': return {"SELECT", "INSERT", "UPDATE", "REFERENCES"};
    case 's': return {"SELECT", "UPDATE", "USAGE"};
    case 'f': return {"EXECUTE"};
    case 'n': return {"CREATE", "USAGE"};
    case 'T': case 'l': case 'F': case 'S': return {"USAGE"};
    case 'd': return {"CREATE", "TEMPORARY", "CONNECT"};
    case 't': return {"CREATE"};
    default: return {};
  }
}

Privileges default_privileges_of(char acl_type, std::string_view owner, int server_version) {
  Privileges privileges;
  if (acl_type == 'f') privileges["public"]["EXECUTE"] = false;
  if (acl_type == 'T' || acl_type == 'l') privileges["public"]["USAGE"] = false;
  if (acl_type == 'd') privileges["public"] = {{"TEMPORARY", false}, {"CONNECT", false}};
  // Columns have no privileges of their own by default; the table's count.
  if (acl_type == 'c' || owner.empty()) return privileges;
  for (std::string& name : all_privileges(acl_type, server_version)) privileges[std::string(owner)][std::move(name)] = false;
  return privileges;
}

void set_grants_from_acl(Attributes& attributes, std::string_view acl, std::string_view owner, char acl_type, int server_version) {
  if (acl.empty()) return;
  acl::set_from_state(attributes, acl::parse(acl, owner), default_privileges_of(acl_type, owner, server_version), acl_type, server_version);
  std::vector<std::string> grantees;
  for (const std::string& element : array_elements(acl)) {
    std::string_view item = element;
    const std::string grantee = take_role(item);
    grantees.push_back(grantee.empty() ? "public" : grantee);
  }
  acl::set_order(attributes, grantees);
}

namespace acl {
namespace {

bool is_complete(const std::set<std::string>& privileges, char acl_type, int server_version) {
  const std::vector<std::string> all = all_privileges(acl_type, server_version);
  return all.size() > 1 && std::ranges::all_of(all, [&](const std::string& name) { return privileges.contains(name); });
}

void put_all(std::map<std::string, std::set<std::string>>& lists, const std::string& grantee, const std::string& grantor, bool option,
             std::set<std::string> privileges, char acl_type, int server_version) {
  if (privileges.empty()) return;
  if (acl::is_complete(privileges, acl_type, server_version)) privileges = {"ALL"};
  for (const std::string& privilege : privileges) put(lists, grantee, {privilege, option, grantor});
}

}  // namespace

Entry Entry::parse(std::string_view text) {
  Entry entry;
  if (const std::size_t by = text.find(" by "); by != std::string_view::npos) {
    entry.grantor = text.substr(by + 4);
    text = text.substr(0, by);
  }
  if (text.ends_with('*')) {
    entry.with_option = true;
    text.remove_suffix(1);
  }
  entry.privilege = text;
  return entry;
}

std::string Entry::text() const { return privilege + (with_option ? "*" : "") + (grantor.empty() ? "" : " by " + grantor); }

std::vector<std::string> expand(std::string_view privilege, char acl_type, int server_version) {
  if (privilege == "ALL") return all_privileges(acl_type, server_version);
  return {std::string(privilege)};
}

void add_grants(State& state, const Attributes& attributes, char acl_type, int server_version) {
  const Value* grants = attributes.find("grants");
  if (grants == nullptr) return;
  for (const auto& [grantee, entries] : grants->map()) {
    for (const std::string& text : entries.texts()) {
      const Entry entry = Entry::parse(text);
      for (const std::string& privilege : expand(entry.privilege, acl_type, server_version)) {
        bool& option = state[{entry.grantor, grantee}][privilege];
        option = option || entry.with_option;
      }
    }
  }
}

State parse(std::string_view text, std::string_view owner) {
  State state;
  for (const std::string& item : array_elements(text)) add_item(state, item, owner);
  return state;
}

// pg_init_privs has it as {pg_database_owner=UC/pg_database_owner,=U/pg_database_owner}; before 15 everybody could create there:
// https://www.postgresql.org/docs/15/release-15.html
Privileges implied_by(const ObjectId& id, std::string_view owner, int server_version) {
  Privileges implied = default_privileges_of(kind(id.kind).traits.acl_type, owner, server_version);
  if (id.kind == KindId::Schema && id.name == "public") {
    implied["public"]["USAGE"] = false;
    if (server_version < 150000) implied["public"]["CREATE"] = false;
  }
  return implied;
}

State effective(const Attributes& attributes, const Privileges& implied, char acl_type, int server_version) {
  State state;
  for (const auto& [grantee, privileges] : implied) {
    state[{std::string(), grantee}] = privileges;
  }
  if (const Value* revokes = attributes.find("revokes")) {
    for (const auto& [grantee, entries] : revokes->map()) {
      for (const std::string& text : entries.texts()) {
        for (const std::string& privilege : expand(Entry::parse(text).privilege, acl_type, server_version)) {
          state[{std::string(), grantee}].erase(privilege);
        }
      }
    }
  }
  add_grants(state, attributes, acl_type, server_version);
  return state;
}

State with_new_owner(const State& state, const std::string& before, const std::string& after) {
  if (before == after) return state;
  State result;
  for (const auto& [key, privileges] : state) {
    // The owner as grantor is already "", so only the new owner's own earlier grants come to be the owner's.
    const std::string grantor = key.first == after ? std::string() : key.first;
    const std::string grantee = key.second == before ? after : key.second;
    auto& merged = result[{grantor, grantee}];
    for (const auto& [privilege, option] : privileges) {
      bool& entry = merged[privilege];
      entry = entry || option;
    }
  }
  return result;
}

void set_order(Attributes& attributes, const std::vector<std::string>& grantees) {
  const Value* grants = attributes.find("grants");
  std::vector<std::string> order;
  for (const std::string& grantee : grantees) {
    if (grants != nullptr && grants->find(grantee) != nullptr && std::ranges::find(order, grantee) == order.end()) order.push_back(grantee);
  }
  if (std::ranges::is_sorted(order)) order.clear();
  attributes.set("_grant_order", Value::strings(order));
}

void put(std::map<std::string, std::set<std::string>>& lists, const std::string& grantee, const Entry& entry) {
  lists[grantee].insert(entry.text());
}

Value to_value(const std::map<std::string, std::set<std::string>>& lists) {
  Map map;
  for (const auto& [grantee, entries] : lists) {
    if (!entries.empty()) map.emplace_back(grantee, Value::strings({entries.begin(), entries.end()}));
  }
  return Value(std::move(map));
}

void set_from_state(Attributes& attributes, const State& state, const Privileges& defaults, char acl_type, int server_version) {
  std::map<std::string, std::set<std::string>> grants;
  std::map<std::string, std::set<std::string>> revokes;
  for (const auto& [key, privileges] : state) {
    const auto& [grantor, grantee] = key;
    const auto implied = defaults.find(grantee);
    std::set<std::string> plain;
    std::set<std::string> with_option;
    for (const auto& [privilege, option] : privileges) {
      const bool is_implied = grantor.empty() && implied != defaults.end() && implied->second.contains(privilege);
      if (option) {
        with_option.insert(privilege);
      } else if (!is_implied) {
        plain.insert(privilege);
      }
    }
    put_all(grants, grantee, grantor, false, std::move(plain), acl_type, server_version);
    put_all(grants, grantee, grantor, true, std::move(with_option), acl_type, server_version);
  }
  for (const auto& [grantee, privileges] : defaults) {
    const auto held = state.find({std::string(), grantee});
    std::set<std::string> missing;
    for (const auto& [privilege, option] : privileges) {
      if (held == state.end() || !held->second.contains(privilege)) missing.insert(privilege);
    }
    put_all(revokes, grantee, {}, false, std::move(missing), acl_type, server_version);
  }
  attributes.set("grants", to_value(grants));
  attributes.set("revokes", to_value(revokes));
}

}  // namespace acl
}  // namespace lpc::kinds
