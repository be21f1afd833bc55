// Roles. https://www.postgresql.org/docs/15/sql-createrole.html
//
// They belong to the whole cluster, so only those that the sources declare are managed. Passwords are neither read nor written.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/current_database.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/routine.h"
#include "kinds/security_labels.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kRoleDeclaredAs[] = {"role"};

/// A word of CREATE ROLE and the flag that it sets or clears. Absent flags are the defaults; so INHERIT, which is one, is kept as its opposite.
struct RoleOption {
  std::string_view word;
  std::string_view attribute;
  bool value;
};
constexpr std::array kRoleOptions = std::to_array<RoleOption>({
    {"superuser", "superuser", true}, {"nosuperuser", "superuser", false}, {"createdb", "createdb", true}, {"nocreatedb", "createdb", false},
    {"createrole", "createrole", true}, {"nocreaterole", "createrole", false}, {"inherit", "noinherit", false}, {"noinherit", "noinherit", true},
    {"login", "login", true}, {"nologin", "login", false}, {"replication", "replication", true}, {"noreplication", "replication", false},
    {"bypassrls", "bypassrls", true}, {"nobypassrls", "bypassrls", false},
});

constexpr std::string_view kRoleFlags[] = {"superuser", "createdb", "createrole", "noinherit", "login", "replication", "bypassrls"};

// pg_roles, because everybody may read it; it shows no passwords.
#define LPC_ROLE_QUERY(membership_columns)                                                                                                     \
  "select r.rolname as _name, 'pg_authid:' || r.oid as _aliases, r.rolsuper as superuser, r.rolcreatedb as createdb,\n"                     \
  "  r.rolcreaterole as createrole, not r.rolinherit as noinherit, r.rolcanlogin as login, r.rolreplication as replication,\n"             \
  "  r.rolbypassrls as bypassrls, nullif(r.rolconnlimit, -1) as connection_limit,\n"                                                       \
  "  case when r.rolvaliduntil < 'infinity' then to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00') end as valid_until,\n" \
  "  (select json_agg(distinct m.rolname order by m.rolname) from pg_auth_members a join pg_roles m on m.oid = a.roleid\n"                 \
  "   where a.member = r.oid and not exists (select from pg_auth_members o where o.member = r.oid and o.roleid = a.roleid and o.admin_option)) as member_of,\n" \
  "  (select json_agg(distinct m.rolname order by m.rolname) from pg_auth_members a join pg_roles m on m.oid = a.roleid\n"                 \
  "   where a.member = r.oid and a.admin_option) as admin_of,\n" membership_columns                                                         \
  "  " LPC_ROLE_SETTINGS("c.setdatabase = 0") " as settings,\n"                                                                            \
  "  " LPC_ROLE_SETTINGS("c.setdatabase = (select b.oid from pg_database b where b.datname = current_database())") " as database_settings,\n" \
  "  d.description as comment\n"                                                                                                           \
  "from pg_roles r\n"                                                                                                                      \
  "left join pg_shdescription d on d.objoid = r.oid and d.classoid = 'pg_authid'::regclass\n"                                              \
  "where \"left\"(r.rolname, 3) <> 'pg_'"

#define LPC_ROLE_SETTINGS(database)                                                                                                           \
  "(select json_agg(json_build_object('name', split_part(s.text, '=', 1), 'value', substr(s.text, strpos(s.text, '=') + 1)) order by s.i)\n" \
  "   from pg_db_role_setting c, unnest(c.setconfig) with ordinality s(text, i) where c.setrole = r.oid and " database ")"

// From 16 on a membership has options of its own, and grantors count: a membership given by several holds what any of them gave. INHERIT is the member's own unless
// said, SET is true: https://www.postgresql.org/docs/16/sql-grant.html. Those of the bootstrap superuser need no grantor.
constexpr IntrospectQuery kRoleQueries[] = {
    {.sql = LPC_ROLE_QUERY(
         "  (select json_object_agg(o.rolname, o.words order by o.rolname collate \"C\") from (\n"
         "     select m.rolname, array_to_json(array_remove(array[case when bool_or(a.inherit_option) <> r.rolinherit then 'inherit ' || bool_or(a.inherit_option) end,\n"
         "       case when not bool_or(a.set_option) then 'set false' end], null)) as words\n"
         "     from pg_auth_members a join pg_roles m on m.oid = a.roleid where a.member = r.oid group by m.rolname\n"
         "     having bool_or(a.inherit_option) <> r.rolinherit or not bool_or(a.set_option)) o) as member_options,\n"
         "  (select json_object_agg(o.rolname, o.names order by o.rolname collate \"C\") from (\n"
         "     select m.rolname, json_agg(g.rolname order by g.rolname collate \"C\") as names from pg_auth_members a join pg_roles m on m.oid = a.roleid\n"
         "     join pg_roles g on g.oid = a.grantor and g.oid <> 10 where a.member = r.oid group by m.rolname) o) as member_grantors,\n"),
     .from_version = 160000},
    {.sql = LPC_ROLE_QUERY("")},
};

std::string word_of(const ast::Clause& clause) {
  const std::string_view word = clause.word_value();
  return std::string(word);
}

void lower_option(const ast::Clause& clause, Object& object, LowerContext& context) {
  const std::string word = word_of(clause);
  const auto option = std::ranges::find(kRoleOptions, std::string_view(word), &RoleOption::word);
  if (option == kRoleOptions.end()) {
    std::vector<std::string> words;
    for (const RoleOption& each : kRoleOptions) words.emplace_back(each.word);
    context.error(diag::make(diag::Code::kUnknownKey, clause.span, "role `" + object.id.name + "`", word).with_suggestion(word, words, clause.span));
    return;
  }
  object.attributes.set(option->attribute, Value(option->value));
}

/// A date alone is its first moment in UTC, in the spelling that the query gives.
std::string valid_until(std::string_view text) {
  if (text == "infinity") return {};
  const auto is_date = [](std::string_view date) {
    if (date.size() != 10) return false;
    for (std::size_t i = 0; i < date.size(); ++i) {
      if (i == 4 || i == 7 ? date[i] != '-' : date[i] < '0' || date[i] > '9') return false;
    }
    return true;
  };
  return is_date(text) ? std::string(text) + " 00:00:00+00" : std::string(text);
}

std::vector<std::string> named_roles(const ast::Clause& clause) {
  std::vector<std::string> names;
  for (const ast::Value& value : clause.values) {
    if (value.shape == ast::Shape::name) names.push_back(value.name.last());
  }
  return names;
}

/// What `with …` says of a membership, after what goes without saying is taken out.
struct MemberOptions {
  bool admin = false;
  std::vector<std::string> others;     ///< "inherit false", "set false", sorted
};

/// `with admin option`, or `with inherit false, set false, admin true`.
MemberOptions options_of(const ast::Clause& membership, bool inherits) {
  MemberOptions options;
  const ast::Clause* with = membership.clause("member_option");
  if (with == nullptr) return options;
  const ast::Value* word = with->value(ast::Shape::name);
  options.admin = word != nullptr && word->name.last() == "admin";
  for (const ast::Clause& setting : with->clauses) {
    const ast::Value* name = setting.value(ast::Shape::word, 0);
    const ast::Value* value = setting.value(ast::Shape::word, 1);
    if (name == nullptr || value == nullptr) continue;
    const bool on = value->text == "true";
    if (name->text == "admin") options.admin = on;
    if (name->text == "inherit" && on != inherits) options.others.push_back(on ? "inherit true" : "inherit false");
    if (name->text == "set" && !on) options.others.emplace_back("set false");
  }
  std::ranges::sort(options.others);
  return options;
}

bool is_understood(const ast::Clause& with) {
  const ast::Value* word = with.value(ast::Shape::name);
  if (word != nullptr) return word->name.last() == "admin";
  return std::ranges::all_of(with.clauses, [](const ast::Clause& setting) {
    const ast::Value* name = setting.value(ast::Shape::word, 0);
    const ast::Value* value = setting.value(ast::Shape::word, 1);
    if (name == nullptr || value == nullptr || (value->text != "true" && value->text != "false")) return false;
    return name->text == "admin" || name->text == "inherit" || name->text == "set";
  });
}

bool is_admin(const ast::Clause& membership) { return options_of(membership, true).admin; }

/// The names of all `member of` clauses, those `with admin option` or those without.
std::vector<std::string> memberships(const ast::Decl& decl, bool admin) {
  std::vector<std::string> names;
  for (const ast::Clause* clause : decl.all("member_of")) {
    if (is_admin(*clause) != admin) continue;
    for (std::string& name : named_roles(*clause)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void lower_role(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::Role, "", decl.name.last(), "", ""});
  if (object == nullptr) return;
  Attributes& attributes = object->attributes;
  for (const ast::Clause* clause : decl.all("role_option")) lower_option(*clause, *object, context);
  if (const ast::Clause* limit = context.once(decl, "connection_limit")) {
    const ast::Value* number = limit->value(ast::Shape::number);
    const bool small = number != nullptr && number->text.size() <= 9;
    const std::int64_t value = small ? std::strtoll(number->text.c_str(), nullptr, 10) : 0;
    if (small && value >= 0) attributes.set("connection_limit", Value(value));
    if (!small || value < -1) context.error(diag::make(diag::Code::kWrongValue, limit->span, "connection limit", "a number from 0 on, or -1 for none"));
  }
  if (const ast::Clause* until = context.once(decl, "valid_until")) {
    const ast::Value* text = until->value(ast::Shape::string);
    const std::string moment = text == nullptr ? std::string() : valid_until(text->text);
    if (!moment.empty()) attributes.set("valid_until", Value(moment));
  }
  for (const ast::Clause* clause : decl.all("member_of")) {
    const ast::Clause* option = clause->clause("member_option");
    if (option != nullptr && !is_understood(*option)) {
      context.error(diag::make(diag::Code::kWrongValue, option->span, "member of", "`with admin option`, or `admin`, `inherit` and `set` with `true` or `false`"));
    }
  }
  const std::vector<std::string> admin = memberships(decl, true);
  std::vector<std::string> plain = memberships(decl, false);
  std::erase_if(plain, [&](const std::string& name) { return std::ranges::find(admin, name) != admin.end(); });
  attributes.set("member_of", Value::strings(plain));
  attributes.set("admin_of", Value::strings(admin));
  Map member_options;
  for (const ast::Clause* clause : decl.all("member_of")) {
    const MemberOptions options = options_of(*clause, !attributes.flag("noinherit"));
    if (options.others.empty()) continue;
    for (const std::string& name : named_roles(*clause)) member_options.emplace_back(name, Value::strings(options.others));
  }
  std::ranges::sort(member_options, {}, [](const auto& entry) { return entry.first; });
  attributes.set("member_options", Value(std::move(member_options)));
  attributes.set("settings", routine::declared_settings(decl));
  ast::Decl in_database;
  for (const ast::Clause* clause : decl.all("in_database")) in_database.clauses.insert(in_database.clauses.end(), clause->clauses.begin(), clause->clauses.end());
  attributes.set("database_settings", routine::declared_settings(in_database));
}

void link_role(const Object& object, LinkContext& context) {
  for (const std::string_view attribute : {std::string_view("member_of"), std::string_view("admin_of")}) {
    for (const std::string& name : object.attributes.texts(attribute)) context.role(name);
  }
}

Sql upper_word(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return fragment(text);
}

Sql flag_word(std::string_view flag, bool on) {
  if (flag == "noinherit") return on ? sql("NOINHERIT") : sql("INHERIT");
  return on ? upper_word(flag) : sql("NO{}", upper_word(flag));
}

Sql limit_words(const Attributes& attributes) { return sql("CONNECTION LIMIT {}", number(attributes.number("connection_limit", -1))); }

Sql until_words(const Attributes& attributes) {
  const std::string& until = attributes.text("valid_until");
  return sql("VALID UNTIL {}", literal(until.empty() ? "infinity" : until));
}

void create_role(const Object& object, const ChangeContext&, Action& action) {
  std::vector<Sql> words;
  for (const std::string_view flag : kRoleFlags) {
    if (object.attributes.flag(flag)) words.push_back(flag_word(flag, true));
  }
  if (object.attributes.has("connection_limit")) words.push_back(limit_words(object.attributes));
  if (object.attributes.has("valid_until")) words.push_back(until_words(object.attributes));
  const Sql name = ident(object.id.name);
  action.sql.push_back(words.empty() ? sql("CREATE ROLE {}", name) : sql("CREATE ROLE {} WITH {}", name, join(words, " ")));
  if (action.description.empty()) action.description = "Create " + spoken(object.id);
}

void describe_alter(const Object& object, Action& action) {
  if (action.description.empty()) action.description = "Change " + spoken(object.id);
}

/// From 16 on the memberships that are there keep what the role's attribute was when they were granted; those that nobody says otherwise of follow it.
void keep_inheriting(const Alteration& alteration, const ChangeContext& context, Action& action);

void alter_role_options(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  std::vector<Sql> words;
  for (const std::string_view flag : kRoleFlags) {
    if (alteration.has(flag)) words.push_back(flag_word(flag, after.attributes.flag(flag)));
  }
  if (alteration.has("connection_limit")) words.push_back(limit_words(after.attributes));
  if (alteration.has("valid_until")) words.push_back(until_words(after.attributes));
  if (words.empty()) return;
  action.sql.push_back(sql("ALTER ROLE {} WITH {}", ident(after.id.name), join(words, " ")));
  keep_inheriting(alteration, context, action);
  describe_alter(after, action);
}

struct RoleMembership {
  bool admin = false;
  bool inherit = true;
  bool set = true;
  std::vector<std::string> grantors;   ///< but for the bootstrap superuser
};

std::map<std::string, RoleMembership> memberships_of(const Object* object) {
  std::map<std::string, RoleMembership> result;
  if (object == nullptr) return result;
  const auto add = [&](std::string_view attribute, bool admin) {
    for (const std::string& name : object->attributes.texts(attribute)) result[name] = {admin, !object->attributes.flag("noinherit"), true, {}};
  };
  add("member_of", false);
  add("admin_of", true);
  if (const Value* options = object->attributes.find("member_options")) {
    for (const auto& [role, words] : options->map()) {
      for (const std::string& word : words.texts()) {
        if (word.starts_with("inherit ")) result[role].inherit = word == "inherit true";
        if (word == "set false") result[role].set = false;
      }
    }
  }
  if (const Value* grantors = object->attributes.find("member_grantors")) {
    for (const auto& [role, names] : grantors->map()) result[role].grantors = names.texts();
  }
  return result;
}

Sql truth(bool value) { return value ? sql("TRUE") : sql("FALSE"); }

/// From 16 on a REVOKE concerns what one grantor gave: https://www.postgresql.org/docs/16/sql-revoke.html
void revoke(const Sql& what, const std::string& role, const Sql& member, const RoleMembership& before, Action& action) {
  if (before.grantors.empty()) action.sql.push_back(sql("REVOKE {}{} FROM {}", what, ident(role), member));
  for (const std::string& grantor : before.grantors) {
    action.sql.push_back(sql("REVOKE {}{} FROM {} GRANTED BY {}", what, ident(role), member, ident(grantor)));
  }
}

void grant(const std::string& role, const Sql& member, const RoleMembership* before, const RoleMembership& after, bool member_inherits, Action& action) {
  const RoleMembership usual{false, member_inherits, true, {}};
  const RoleMembership& from = before == nullptr ? usual : *before;
  std::vector<Sql> options;
  if (after.admin && !from.admin) options.push_back(sql("ADMIN"));
  const bool others = after.inherit != from.inherit || after.set != from.set;
  if (before != nullptr && options.empty() && !others) return;
  if (!others) {
    action.sql.push_back(sql("GRANT {} TO {}{}", ident(role), member, options.empty() ? Sql{} : sql(" WITH ADMIN OPTION")));
    return;
  }
  if (!options.empty()) options = {sql("ADMIN TRUE")};
  if (after.inherit != from.inherit) options.push_back(sql("INHERIT {}", truth(after.inherit)));
  if (after.set != from.set) options.push_back(sql("SET {}", truth(after.set)));
  action.sql.push_back(sql("GRANT {} TO {} WITH {}", ident(role), member, join(options, ", ")));
}

void alter_memberships(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Sql member = ident(alteration.after.id.name);
  const std::map<std::string, RoleMembership> before = memberships_of(alteration.before);
  const std::map<std::string, RoleMembership> after = memberships_of(&alteration.after);
  for (const auto& [role, membership] : before) {
    const auto kept = after.find(role);
    if (kept == after.end()) revoke(Sql{}, role, member, membership, action);
    if (kept != after.end() && membership.admin && !kept->second.admin) revoke(sql("ADMIN OPTION FOR "), role, member, membership, action);
  }
  const bool inherits = !alteration.after.attributes.flag("noinherit");
  for (const auto& [role, membership] : after) {
    const auto had = before.find(role);
    RoleMembership wanted = membership;
    if (had != before.end() && context.server_version < 160000) wanted.inherit = had->second.inherit;    // the member's own, there
    grant(role, member, had == before.end() ? nullptr : &had->second, wanted, inherits, action);
  }
  if (!action.sql.empty()) describe_alter(alteration.after, action);
}

void alter_role_settings(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  Object nothing;
  const Object& before = alteration.before == nullptr ? nothing : *alteration.before;
  for (const Sql& clause : routine::setting_changes(before, after)) action.sql.push_back(sql("ALTER ROLE {} {}", ident(after.id.name), clause));
  describe_alter(after, action);
}

void keep_inheriting(const Alteration& alteration, const ChangeContext& context, Action& action) {
  if (context.server_version < 160000 || !alteration.has("noinherit") || alteration.before == nullptr) return;
  const std::map<std::string, RoleMembership> before = memberships_of(alteration.before);
  const std::map<std::string, RoleMembership> after = memberships_of(&alteration.after);
  const Value* was = alteration.before->attributes.find("member_options");
  const Value* is = alteration.after.attributes.find("member_options");
  const bool options_change = (was == nullptr) != (is == nullptr) || (was != nullptr && !(*was == *is));
  for (const auto& [role, membership] : after) {
    const auto had = before.find(role);
    // Where the options change too, alter_memberships() sees to it.
    if (had == before.end() || options_change || had->second.inherit == membership.inherit) continue;
    action.sql.push_back(sql("GRANT {} TO {} WITH INHERIT {}", ident(role), ident(alteration.after.id.name), truth(membership.inherit)));
  }
}

/// The object with its settings for this database in the place of those for all.
Object of_database(const Object* object) {
  Object result;
  const Value* settings = object == nullptr ? nullptr : object->attributes.find("database_settings");
  if (settings != nullptr) result.attributes.set("settings", *settings);
  return result;
}

void alter_settings_in_databases(const Alteration& alteration, const ChangeContext&, Action& action) {
  for (const Sql& clause : routine::setting_changes(of_database(alteration.before), of_database(&alteration.after))) {
    action.sql.push_back(about_current_database(sql("ALTER ROLE {} IN DATABASE {} {}", ident(alteration.after.id.name), current_database(), clause)));
  }
  describe_alter(alteration.after, action);
}

/// A line for the roles whose memberships have the same options.
void print_memberships(const Object& object, LpWriter& writer) {
  std::map<std::string, std::vector<std::string>> by_options;
  const Value* others = object.attributes.find("member_options");
  const auto add = [&](std::string_view attribute, bool admin) {
    for (const std::string& name : object.attributes.texts(attribute)) {
      const Value* words = others == nullptr ? nullptr : others->find(name);
      std::vector<std::string> options = words == nullptr ? std::vector<std::string>() : words->texts();
      if (admin && !options.empty()) options.insert(options.begin(), "admin true");
      by_options[admin && options.empty() ? "with admin option" : options.empty() ? "" : "with " + lpc::join(options, ", ")].push_back(name);
    }
  };
  add("member_of", false);
  add("admin_of", true);
  for (const auto& [options, names] : by_options) {
    const char* words = "member of";
    for (const std::string& name : names) {
      writer.word(words).ident(name);
      words = ",";
    }
    writer.word(options).line();
  }
}

void print_role(const Object& object, const Catalog&, LpWriter& writer) {
  writer.doc(object);
  if (object.external) {
    writer.word("external role").ident(object.id.name).line();
    return;
  }
  writer.word("role").ident(object.id.name).comment_clause(object);
  const Attributes& attributes = object.attributes;
  const bool bare = std::ranges::all_of(attributes, [](const Attributes::Entry& entry) { return entry.first == "comment"; });
  if (bare) {
    writer.line();
    return;
  }
  writer.open();
  for (const std::string_view flag : kRoleFlags) {
    if (attributes.flag(flag)) writer.word(flag).line();
  }
  if (attributes.has("connection_limit")) writer.word("connection limit").word(number(attributes.number("connection_limit")).text).line();
  if (attributes.has("valid_until")) writer.word("valid until").string(attributes.text("valid_until")).line();
  print_memberships(object, writer);
  if (attributes.has("settings")) {
    routine::print_settings(object, writer);
    writer.line();
  }
  if (const Value* settings = attributes.find("database_settings")) {
    for (const Value& setting : settings->list()) {
      Object one;
      one.attributes.set("settings", Value(List{setting}));
      writer.word("in database");
      routine::print_settings(one, writer);
      writer.line();
    }
  }
  writer.close();
}

std::vector<std::string> role_slots(const Object& object) { return {"role " + ident(object.id.name).text}; }

constexpr AttributeRule kRoleRules[] = {
    {.name = "superuser", .content = Content::flag, .alter = alter_role_options},
    {.name = "createdb", .content = Content::flag, .alter = alter_role_options},
    {.name = "createrole", .content = Content::flag, .alter = alter_role_options},
    {.name = "noinherit", .content = Content::flag, .alter = alter_role_options},
    {.name = "login", .content = Content::flag, .alter = alter_role_options},
    {.name = "replication", .content = Content::flag, .alter = alter_role_options},
    {.name = "bypassrls", .content = Content::flag, .alter = alter_role_options},
    {.name = "connection_limit", .content = Content::integer, .alter = alter_role_options},
    {.name = "valid_until", .content = Content::text, .alter = alter_role_options},
    {.name = "member_of", .content = Content::names, .alter = alter_memberships, .after_create = true},
    {.name = "admin_of", .content = Content::names, .alter = alter_memberships, .after_create = true},
    {.name = "member_options", .content = Content::map, .alter = alter_memberships, .after_create = true},
    {.name = "member_grantors", .content = Content::map, .alter = alter_memberships, .ignored = true},
    {.name = "settings", .content = Content::list, .alter = alter_role_settings, .after_create = true},
    {.name = "database_settings", .content = Content::list, .alter = alter_settings_in_databases, .after_create = true},
    kCommentRule,
    kSecurityLabelsRule,
};

}  // namespace

constexpr Kind kRole = {
    .id = KindId::Role,
    .sql_name = "ROLE",
    .declared_as = kRoleDeclaredAs,
    .introspect = kRoleQueries,
    .lower = lower_role,
    .normalise = nullptr,
    .edges = link_role,
    .create = create_role,
    .drop = drop_plain,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kRoleRules,
    .print_lp = print_role,
    .slots = role_slots,
    .traits = {.cluster_wide = true},
};
static_assert(is_complete(kRole));

}  // namespace lpc::kinds
