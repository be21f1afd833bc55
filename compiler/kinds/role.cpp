// Roles. https://www.postgresql.org/docs/15/sql-createrole.html
//
// They belong to the whole cluster, so only those that the sources declare are managed. Passwords are neither read nor written.
#include <algorithm>
#include <array>

#include "kinds/common.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/routine.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDeclaredAs[] = {"role"};

/// A word of CREATE ROLE and the flag that it sets or clears. Absent flags are the defaults; so INHERIT, which is one, is kept as its opposite.
struct Option {
  std::string_view word;
  std::string_view attribute;
  bool value;
};
constexpr std::array kOptions = std::to_array<Option>({
    {"superuser", "superuser", true}, {"nosuperuser", "superuser", false}, {"createdb", "createdb", true}, {"nocreatedb", "createdb", false},
    {"createrole", "createrole", true}, {"nocreaterole", "createrole", false}, {"inherit", "noinherit", false}, {"noinherit", "noinherit", true},
    {"login", "login", true}, {"nologin", "login", false}, {"replication", "replication", true}, {"noreplication", "replication", false},
    {"bypassrls", "bypassrls", true}, {"nobypassrls", "bypassrls", false},
});

constexpr std::string_view kFlags[] = {"superuser", "createdb", "createrole", "noinherit", "login", "replication", "bypassrls"};

// pg_roles, because everybody may read it; it shows no passwords.
constexpr IntrospectQuery kQueries[] = {{
    .sql = "select r.rolname as _name, 'pg_authid:' || r.oid as _aliases, r.rolsuper as superuser, r.rolcreatedb as createdb,\n"
           "  r.rolcreaterole as createrole, not r.rolinherit as noinherit, r.rolcanlogin as login, r.rolreplication as replication,\n"
           "  r.rolbypassrls as bypassrls, nullif(r.rolconnlimit, -1) as connection_limit,\n"
           "  case when r.rolvaliduntil < 'infinity' then to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00') end as valid_until,\n"
           "  (select json_agg(distinct m.rolname order by m.rolname) from pg_auth_members a join pg_roles m on m.oid = a.roleid\n"
           "   where a.member = r.oid and not a.admin_option) as member_of,\n"
           "  (select json_agg(distinct m.rolname order by m.rolname) from pg_auth_members a join pg_roles m on m.oid = a.roleid\n"
           "   where a.member = r.oid and a.admin_option) as admin_of,\n"
           "  (select json_agg(json_build_object('name', split_part(s.text, '=', 1), 'value', substr(s.text, strpos(s.text, '=') + 1)) order by s.i)\n"
           "   from pg_db_role_setting c, unnest(c.setconfig) with ordinality s(text, i) where c.setrole = r.oid and c.setdatabase = 0) as settings,\n"
           "  d.description as comment\n"
           "from pg_roles r\n"
           "left join pg_shdescription d on d.objoid = r.oid and d.classoid = 'pg_authid'::regclass\n"
           "where \"left\"(r.rolname, 3) <> 'pg_'",
}};

std::string word_of(const ast::Clause& clause) {
  const std::string_view word = clause.word_value();
  return std::string(word);
}

void lower_option(const ast::Clause& clause, Object& object, LowerContext& context) {
  const std::string word = word_of(clause);
  const auto option = std::ranges::find(kOptions, std::string_view(word), &Option::word);
  if (option == kOptions.end()) {
    std::vector<std::string> words;
    for (const Option& each : kOptions) words.emplace_back(each.word);
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

/// `with admin option`
bool is_admin(const ast::Clause& membership) {
  const ast::Clause* option = membership.clause("member_option");
  const ast::Value* word = option == nullptr ? nullptr : option->value(ast::Shape::name);
  return word != nullptr && word->name.last() == "admin";
}

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
    if (option != nullptr && !is_admin(*clause)) context.error(diag::make(diag::Code::kWrongValue, option->span, "member of", "`with admin option`, or no option"));
  }
  const std::vector<std::string> admin = memberships(decl, true);
  std::vector<std::string> plain = memberships(decl, false);
  std::erase_if(plain, [&](const std::string& name) { return std::ranges::find(admin, name) != admin.end(); });
  attributes.set("member_of", Value::strings(plain));
  attributes.set("admin_of", Value::strings(admin));
  attributes.set("settings", routine::declared_settings(decl));
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
  for (const std::string_view flag : kFlags) {
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

void alter_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  std::vector<Sql> words;
  for (const std::string_view flag : kFlags) {
    if (alteration.has(flag)) words.push_back(flag_word(flag, after.attributes.flag(flag)));
  }
  if (alteration.has("connection_limit")) words.push_back(limit_words(after.attributes));
  if (alteration.has("valid_until")) words.push_back(until_words(after.attributes));
  if (words.empty()) return;
  action.sql.push_back(sql("ALTER ROLE {} WITH {}", ident(after.id.name), join(words, " ")));
  describe_alter(after, action);
}

/// role -> with admin option
std::map<std::string, bool> memberships_of(const Object* object) {
  std::map<std::string, bool> result;
  if (object == nullptr) return result;
  for (const std::string& name : object->attributes.texts("member_of")) result[name] = false;
  for (const std::string& name : object->attributes.texts("admin_of")) result[name] = true;
  return result;
}

void alter_memberships(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Sql member = ident(alteration.after.id.name);
  const std::map<std::string, bool> before = memberships_of(alteration.before);
  const std::map<std::string, bool> after = memberships_of(&alteration.after);
  for (const auto& [role, admin] : before) {
    const auto kept = after.find(role);
    if (kept == after.end()) action.sql.push_back(sql("REVOKE {} FROM {}", ident(role), member));
    if (kept != after.end() && admin && !kept->second) action.sql.push_back(sql("REVOKE ADMIN OPTION FOR {} FROM {}", ident(role), member));
  }
  for (const auto& [role, admin] : after) {
    const auto had = before.find(role);
    if (had != before.end() && (had->second || !admin)) continue;
    action.sql.push_back(sql("GRANT {} TO {}{}", ident(role), member, admin ? sql(" WITH ADMIN OPTION") : Sql{}));
  }
  describe_alter(alteration.after, action);
}

void alter_settings(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  Object nothing;
  const Object& before = alteration.before == nullptr ? nothing : *alteration.before;
  for (const Sql& clause : routine::setting_changes(before, after)) action.sql.push_back(sql("ALTER ROLE {} {}", ident(after.id.name), clause));
  describe_alter(after, action);
}

void print_memberships(const Object& object, std::string_view attribute, std::string_view tail, LpWriter& writer) {
  const std::vector<std::string> names = object.attributes.texts(attribute);
  if (names.empty()) return;
  writer.word("member of");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) writer.word(",");
    writer.ident(names[i]);
  }
  writer.word(tail).line();
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
  for (const std::string_view flag : kFlags) {
    if (attributes.flag(flag)) writer.word(flag).line();
  }
  if (attributes.has("connection_limit")) writer.word("connection limit").word(number(attributes.number("connection_limit")).text).line();
  if (attributes.has("valid_until")) writer.word("valid until").string(attributes.text("valid_until")).line();
  print_memberships(object, "member_of", "", writer);
  print_memberships(object, "admin_of", "with admin option", writer);
  if (attributes.has("settings")) {
    routine::print_settings(object, writer);
    writer.line();
  }
  writer.close();
}

std::vector<std::string> role_slots(const Object& object) { return {"role " + ident(object.id.name).text}; }

constexpr AttributeRule kRules[] = {
    {.name = "superuser", .content = Content::flag, .alter = alter_options},
    {.name = "createdb", .content = Content::flag, .alter = alter_options},
    {.name = "createrole", .content = Content::flag, .alter = alter_options},
    {.name = "noinherit", .content = Content::flag, .alter = alter_options},
    {.name = "login", .content = Content::flag, .alter = alter_options},
    {.name = "replication", .content = Content::flag, .alter = alter_options},
    {.name = "bypassrls", .content = Content::flag, .alter = alter_options},
    {.name = "connection_limit", .content = Content::integer, .alter = alter_options},
    {.name = "valid_until", .content = Content::text, .alter = alter_options},
    {.name = "member_of", .content = Content::names, .alter = alter_memberships, .after_create = true},
    {.name = "admin_of", .content = Content::names, .alter = alter_memberships, .after_create = true},
    {.name = "settings", .content = Content::list, .alter = alter_settings, .after_create = true},
    kCommentRule,
};

}  // namespace

constexpr Kind kRole = {
    .id = KindId::Role,
    .sql_name = "ROLE",
    .declared_as = kDeclaredAs,
    .introspect = kQueries,
    .lower = lower_role,
    .normalise = nullptr,
    .edges = link_role,
    .create = create_role,
    .drop = drop_plain,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kRules,
    .print_lp = print_role,
    .slots = role_slots,
    .traits = {.cluster_wide = true},
};
static_assert(is_complete(kRole));

}  // namespace lpc::kinds
