// Privileges on the members of extensions, as far as they aren't those that the extension's script gave: what pg_dump says of extensions besides CREATE EXTENSION.
// Likewise on Postgres's own objects, whose script is initdb's; these are part of the database. https://www.postgresql.org/docs/15/catalog-pg-init-privs.html
//
// The members themselves are the extension's business. An id's member is its kind and name (`function public.levenshtein`), its arguments are the input types.
// `grants` and `revokes` are what was added to the script's privileges and what was taken away from them; so the difference is known without knowing those.
// A privilege on a column has its name behind it: "SELECT (srid)".
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "kinds/acl.h"
#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kExtensionMemberDeclaredAs[] = {"member_grant", "member_revoke"};

/// What can have privileges, in the words of GRANT, and the letter that acldefault() takes for it.
struct Word {
  std::string_view word;
  char acl_type;
  std::string_view only_privilege;    ///< what ALL is when there is but one
};
constexpr std::array kWords = std::to_array<Word>({
    {"foreign data wrapper", 'F', "USAGE"}, {"function", 'f', "EXECUTE"}, {"language", 'l', "USAGE"}, {"procedure", 'f', "EXECUTE"}, {"schema", 'n', ""},
    {"sequence", 's', ""}, {"server", 'S', "USAGE"}, {"table", 'r', ""}, {"type", 'T', "USAGE"},
});

// The owner's own privileges aren't looked at: ALTER … OWNER TO moves them, and pg_init_privs doesn't follow. There are thousands of objects, so that users' own are left out
// first, what differs is found before it is named, and one join with pg_init_privs is less to plan than one for each catalog. initdb notes privileges before it makes
// information_schema, of which everybody may read nearly all: src/backend/catalog/information_schema.sql. `item` says whose privileges came from a script, what they are, and
// what they were then; `member`, which objects are extensions'.
#define LPC_INITIAL(schema, condition, type, owner, privilege)                                                                    \
  "case when " schema " = to_regnamespace('information_schema')::oid" condition " then acldefault('" type "', " owner ") || makeaclitem(0, " owner ", '" privilege "', false) end"
#define LPC_INITIAL_OF_RELATION LPC_INITIAL("relnamespace", " and relname !~ '^_' and relname not in ('sql_parts', 'transforms')", "r", "relowner", "SELECT")
#define LPC_SCRIPTED(class) "(oid < 16384 or oid in (select m.objid from member m where m.classid = '" class "'::regclass))"
#define LPC_OWN(class, type, owner, acl) \
  "  select '" class "'::regclass::oid, oid, 0, '" type "'::\"char\", " owner ", " acl ", null::aclitem[] from " class " where " LPC_SCRIPTED(class) "\n"

constexpr IntrospectQuery kExtensionMemberQueries[] = {{.sql =
    "with member as materialized (\n"
    "  select d.classid, d.objid, d.refobjid from pg_depend d\n"
    "  where d.refclassid = 'pg_extension'::regclass and d.refobjid >= 16384 and d.objsubid = 0 and d.deptype = 'e'\n"
    "), item(class, object, sub, type, owner, acl, initial) as (\n"
    LPC_OWN("pg_proc", "f", "proowner", "proacl")
    "  union all\n"
    "  select 'pg_class'::regclass, oid, 0, (case relkind when 'S' then 's' else 'r' end)::\"char\", relowner, relacl,\n"
    "    " LPC_INITIAL_OF_RELATION "\n"
    "  from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and " LPC_SCRIPTED("pg_class") "\n"
    "  union all\n"
    "  select 'pg_class'::regclass, c.oid, a.attnum, 'c', c.relowner, a.attacl, null from pg_attribute a join pg_class c on c.oid = a.attrelid\n"
    "  where a.attrelid = any (array(select oid from pg_class where " LPC_SCRIPTED("pg_class") ")) and (a.attacl is not null\n"
    "    or (a.attrelid, a.attnum) in (select objoid, objsubid from pg_init_privs where classoid = 'pg_class'::regclass and objsubid <> 0))\n"
    "  union all\n"
    LPC_OWN("pg_type", "T", "typowner", "typacl")
    "  union all\n"
    "  select 'pg_namespace'::regclass, oid, 0, 'n', nspowner, nspacl, " LPC_INITIAL("oid", "", "n", "nspowner", "USAGE") "\n"
    "  from pg_namespace where nspname <> 'public' and " LPC_SCRIPTED("pg_namespace") "\n"
    "  union all\n"
    LPC_OWN("pg_language", "l", "lanowner", "lanacl")
    "  union all\n"
    LPC_OWN("pg_foreign_data_wrapper", "F", "fdwowner", "fdwacl")
    "  union all\n"
    LPC_OWN("pg_foreign_server", "S", "srvowner", "srvacl")
    "), changed as (\n"
    "  select case when t.object < 16384 then 'pg_catalog' else e.extname end as extension, t.class, t.object, t.sub,\n"
    "    case t.type when 'f' then (select case p.prokind when 'p' then 'procedure ' else 'function ' end || n.nspname || '.' || quote_ident(p.proname)\n"
    "      from pg_proc p cross join lateral (select i.schema as nspname from pg_identify_object(t.class, t.object, 0) i) n where p.oid = t.object)\n"
    "    else (select case t.type when 's' then 'sequence' when 'T' then 'type' when 'n' then 'schema' when 'l' then 'language' when 'F' then 'foreign data wrapper'\n"
    "      when 'S' then 'server' else 'table' end || ' ' || coalesce(i.schema || '.', '') || i.name from pg_identify_object(t.class, t.object, 0) i) end as member,\n"
    "    case t.type when 'f' then (select oidvectortypes(p.proargtypes) from pg_proc p where p.oid = t.object) else '' end as arguments,\n"
    "    t.type, t.owner, t.acl, coalesce(i.initprivs, t.initial) as initprivs\n"
    "  from item t left join pg_init_privs i on i.classoid = t.class and i.objoid = t.object and i.objsubid = t.sub\n"
    "  left join (member m join pg_extension e on e.oid = m.refobjid) on m.classid = t.class and m.objid = t.object\n"
    "  where t.acl is distinct from coalesce(i.initprivs, t.initial) and (t.object < 16384 or e.oid is not null)\n"
    "), difference as (\n"
    "  select c.*, x.* from changed c cross join lateral (\n"
    "    select 'g' as side, g.* from (\n"
    "      select nullif(x.grantor, c.owner) as grantor, x.grantee, x.privilege_type, x.is_grantable\n"
    "      from aclexplode(coalesce(c.acl, acldefault(c.type, c.owner))) x where x.grantee <> c.owner or c.sub <> 0\n"
    "      except\n"
    "      select null, x.grantee, x.privilege_type, x.is_grantable\n"
    "      from aclexplode(coalesce(c.initprivs, acldefault(c.type, c.owner))) x where x.grantee <> x.grantor or c.sub <> 0) g\n"
    "    union all\n"
    "    select 'r', null, r.*, false from (\n"
    "      select x.grantee, x.privilege_type from aclexplode(coalesce(c.initprivs, acldefault(c.type, c.owner))) x where x.grantee <> x.grantor or c.sub <> 0\n"
    "      except\n"
    "      select x.grantee, x.privilege_type from aclexplode(coalesce(c.acl, acldefault(c.type, c.owner))) x where x.grantor = c.owner) r\n"
    "  ) x\n"
    "), grouped as (\n"
    "  select f.extension, f.member, f.arguments, f.sub, f.side, f.grantee, f.grantor, f.is_grantable,\n"
    "    case when count(*) > 1 and count(*) = (select count(*) from aclexplode(acldefault(f.type, f.owner)) o where o.grantee = f.owner)\n"
    "      then array['ALL'] else array_agg(f.privilege_type) end as privileges, min(f.object) as object\n"
    "  from difference f group by f.extension, f.member, f.arguments, f.sub, f.side, f.type, f.owner, f.grantee, f.grantor, f.is_grantable\n"
    "), entry as (\n"
    "  select g.extension, g.member, g.arguments, g.side, case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee)::text end as grantee,\n"
    "    json_agg(t.text order by t.text collate \"C\") as list\n"
    "  from grouped g cross join lateral unnest(g.privileges) p(privilege)\n"
    "  left join pg_attribute a on a.attrelid = g.object and a.attnum = g.sub and g.sub > 0\n"
    "  cross join lateral (select p.privilege || coalesce(' (' || quote_ident(a.attname) || ')', '') || case when g.is_grantable then '*' else '' end\n"
    "    || coalesce(' by ' || pg_get_userbyid(g.grantor), '') as text) t\n"
    "  group by 1, 2, 3, 4, 5\n"
    ")\n"
    "select extension as _name, member as _member, arguments as _arguments,\n"
    "  case extension when 'pg_catalog' then 'database' else 'extension' end as _parent_kind, case extension when 'pg_catalog' then 'current' else extension end as _parent_name,\n"
    "  json_object_agg(grantee, list order by grantee collate \"C\") filter (where side = 'g') as grants,\n"
    "  json_object_agg(grantee, list order by grantee collate \"C\") filter (where side = 'r') as revokes\n"
    "from entry group by extension, member, arguments"}};

// Hardly any database without extensions has such privileges. To know that takes a third of what planning the query does: most objects have no privileges of their own, now or at
// first. Postgres itself has no foreign-data wrappers and servers.
#define LPC_SYSTEM_OWN(class, acl) "  select '" class "'::regclass::oid, oid, 0, " acl ", null::aclitem[] from " class " where oid < 16384 and " acl " is not null union all\n"
constexpr std::string_view kFoundIn =
    "(select from pg_extension where oid >= 16384 union all select from (\n"
    LPC_SYSTEM_OWN("pg_proc", "proacl") LPC_SYSTEM_OWN("pg_type", "typacl") LPC_SYSTEM_OWN("pg_language", "lanacl")
    "  select 'pg_namespace'::regclass, oid, 0, nspacl, " LPC_INITIAL("oid", "", "n", "nspowner", "USAGE") " from pg_namespace where oid < 16384 and nspname <> 'public' union all\n"
    "  select 'pg_class'::regclass, oid, 0, relacl, " LPC_INITIAL_OF_RELATION " from pg_class where oid < 16384 and relkind in ('r', 'p', 'v', 'm', 'f', 'S') union all\n"
    "  select 'pg_class'::regclass, attrelid, attnum, attacl, null from pg_attribute where attrelid < 16384 and attacl is not null) t(class, object, sub, acl, initial)\n"
    "full join (select * from pg_init_privs i where i.objoid < 16384 and (i.classoid, i.objoid) <> ('pg_namespace'::regclass, to_regnamespace('public')::oid)) i\n"
    "  on i.classoid = t.class and i.objoid = t.object and i.objsubid = t.sub where t.acl is distinct from coalesce(i.initprivs, t.initial)) changed";

/// Stands for the extension's name with Postgres's own objects.
constexpr std::string_view kSystem = "pg_catalog";

bool is_systems(const ObjectId& id) { return id.name == kSystem; }
bool is_system_schema(std::string_view name) { return name.starts_with("pg_") || name == "information_schema"; }

const Word* word_of(std::string_view member) {
  const auto found = std::ranges::find_if(kWords, [&](const Word& word) { return member.starts_with(std::string(word.word) + " "); });
  return found == kWords.end() ? nullptr : &*found;
}

bool is_routine(const Word& word) { return word.acl_type == 'f'; }
bool stands_in_schema(const Word& word) { return std::string_view("frsT").find(word.acl_type) != std::string_view::npos; }

/// `public.levenshtein`, of `function public.levenshtein`.
std::string_view member_name(const ObjectId& id, const Word& word) { return std::string_view(id.member).substr(word.word.size() + 1); }

// ---- from .lp -------------------------------------------------------------------------------------------------------------------

std::string upper_words(std::string_view words) {
  std::string text(words);
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string input_types(const ast::Value* parameters, LowerContext& context) {
  std::string types;
  if (parameters == nullptr) return types;
  for (const frontend::Parameter& parameter : context.fragments.parameters(context.sql(*parameters, frontend::FragmentKind::parameters))) {
    if (parameter.mode == "out" || parameter.mode == "table") continue;
    types += (types.empty() ? "" : ", ") + context.type_text(parameter.type);
  }
  return types;
}

/// The schema of names without one: where the extension's objects are.
std::string schema_of(const Object& extension) {
  if (extension.id.kind == KindId::Database) return std::string(kSystem);
  const std::string& schema = extension.attributes.text("schema");
  return schema.empty() ? "public" : schema;
}

std::vector<std::string> role_names(const ast::Clause* clause) {
  std::vector<std::string> names;
  if (clause == nullptr) return names;
  for (const ast::Value& value : clause->values) {
    if (value.shape == ast::Shape::name) names.push_back(value.name.last());
  }
  return names;
}

/// The privileges that a clause names, one for each column of its list.
std::vector<std::string> privileges_in(const ast::Clause& clause, const Word& word, LowerContext& context) {
  std::string name = upper_words(clause.word_value());
  if (name == "ALL PRIVILEGES") name = "ALL";
  if (name == "ALL" && !word.only_privilege.empty()) name = word.only_privilege;
  const std::vector<std::string> known = acl::expand("ALL", word.acl_type, 180000);
  const bool is_known = name == "ALL" || name == word.only_privilege || std::ranges::find(known, name) != known.end();
  if (!is_known) {
    context.error(diag::make(diag::Code::kWrongValue, clause.span, clause.word_value(), fmt::format("a privilege of a {}", word.word)));
    return {};
  }
  const ast::Value* columns = clause.value(ast::Shape::names);
  if (columns == nullptr) return {name};
  std::vector<std::string> names;
  for (const ast::Value& column : columns->items) names.push_back(fmt::format("{} ({})", name, ident(column.name.last()).text));
  return names;
}

using Lists = std::map<std::string, std::set<std::string>>;

Lists lists_of(const Object& object, std::string_view attribute) {
  Lists lists;
  if (const Value* value = object.attributes.find(attribute)) {
    for (const auto& [grantee, entries] : value->map()) {
      for (const std::string& entry : entries.texts()) lists[grantee].insert(entry);
    }
  }
  return lists;
}

/// The object that a declaration is about; nothing, and a diagnostic, when there can't be one.
std::optional<ObjectId> declared_id(const ast::Decl& decl, const Word& word, const ast::Clause& on, LowerContext& context) {
  const ast::Name& name = on.value(ast::Shape::name)->name;
  const std::string schema = name.qualifier().empty() ? schema_of(*context.parent) : std::string(name.qualifier());
  const bool of_system = context.parent->id.kind == KindId::Database;
  if (of_system && (word.acl_type == 'F' || word.acl_type == 'S' || (stands_in_schema(word) && !is_system_schema(schema)) ||
                    (word.acl_type == 'n' && !is_system_schema(name.last())))) {
    context.error(diag::make(diag::Code::kWrongValue, on.span, "on", "an object of pg_catalog or information_schema, or a language of Postgres's own")
                      .with_note("privileges on what the schema declares are written inside its declaration"));
    return std::nullopt;
  }
  if (decl.has("grant_option_for")) {
    context.error(diag::make(diag::Code::kNotSupported, decl.span, "`revoke grant option for` in a declaration"));
    return std::nullopt;
  }
  const Sql own = stands_in_schema(word) ? qualified(schema, name.last()) : ident(name.last());
  return ObjectId{KindId::ExtensionMember, "", of_system ? std::string(kSystem) : context.parent->id.name.str(), fmt::format("{} {}", word.word, own.text),
                  is_routine(word) ? input_types(on.value(ast::Shape::sql), context) : std::string()};
}

void lower_member_grant(const ast::Decl& decl, LowerContext& context) {
  const ast::Clause* on = context.once(decl, "on_member");
  const ast::Value* named = on == nullptr ? nullptr : on->value(ast::Shape::name);
  if (named == nullptr || context.parent == nullptr) return;
  const auto word = std::ranges::find(kWords, on->word_value(), &Word::word);
  if (word == kWords.end()) {
    context.error(diag::make(diag::Code::kWrongValue, on->span, "on", "a function, procedure, table, sequence, type, schema, language, foreign data wrapper or server"));
    return;
  }
  const std::optional<ObjectId> declared = declared_id(decl, *word, *on, context);
  if (!declared) return;
  const ObjectId& id = *declared;
  Object* object = context.catalog.find(id);
  if (object == nullptr) object = context.add(decl, id);
  if (object == nullptr) return;
  const bool revoke = decl.kind == "member_revoke";
  const std::vector<std::string> by = role_names(decl.clause("granted_by"));
  Lists lists = lists_of(*object, revoke ? "revokes" : "grants");
  for (const ast::Clause* clause : decl.all("privilege")) {
    for (const std::string& privilege : privileges_in(*clause, *word, context)) {
      for (const std::string& role : role_names(decl.clause(revoke ? "from" : "to"))) {
        acl::put(lists, role, {privilege, decl.has("grant_option"), by.empty() ? std::string() : by.front()});
      }
    }
  }
  object->attributes.set(revoke ? "revokes" : "grants", acl::to_value(lists));
}

// ---- SQL -------------------------------------------------------------------------------------------------------------------------

Sql address_extension_member(const ObjectId& id) {
  const Word* word = word_of(id.member);
  if (word == nullptr) return ident(id.member);
  const Sql name = sql("{} {}", fragment(upper_words(word->word)), fragment(member_name(id, *word)));
  return is_routine(*word) ? sql("{}({})", name, fragment(id.arguments)) : name;
}

/// The privileges that one attribute lists.
void add_listed(acl::State& state, const Object* object, std::string_view attribute, char acl_type, int version) {
  if (object == nullptr) return;
  for (const auto& [grantee, entries] : lists_of(*object, attribute)) {
    for (const std::string& text : entries) {
      const acl::Entry entry = acl::Entry::parse(text);
      for (const std::string& privilege : acl::expand(entry.privilege, acl_type, version)) {
        bool& option = state[{entry.grantor, grantee}][privilege];
        option = option || entry.with_option;
      }
    }
  }
}

/// What the script gave is left out on both sides but for what is taken away on one of them.
void change_grants(const Object* before, const Object* after, const ChangeContext& context, Action& action) {
  const ObjectId& id = (after == nullptr ? before : after)->id;
  const Word* word = word_of(id.member);
  if (word == nullptr) return;
  const int version = context.server_version;
  acl::State start, wanted;
  add_listed(start, before, "grants", word->acl_type, version);
  add_listed(start, after, "revokes", word->acl_type, version);
  add_listed(wanted, after, "grants", word->acl_type, version);
  add_listed(wanted, before, "revokes", word->acl_type, version);
  for (Sql& statement : acl::statements({start}, wanted, {{}, address_extension_member(id), {}, word->acl_type, version})) action.sql.push_back(std::move(statement));
  describe(action, is_systems(id) ? fmt::format("Set the privileges on {} {}", word->word, member_name(id, *word))
                                  : fmt::format("Set the privileges on {} {} of extension {}", word->word, member_name(id, *word), id.name));
}

void create_member(const Object& object, const ChangeContext& context, Action& action) { change_grants(nullptr, &object, context, action); }
void drop_member(const Object& object, const ChangeContext& context, Action& action) { change_grants(&object, nullptr, context, action); }
void alter_member(const Alteration& alteration, const ChangeContext& context, Action& action) { change_grants(alteration.before, &alteration.after, context, action); }

// ---- to .lp ----------------------------------------------------------------------------------------------------------------------

void print_list(const Object& object, const Word& word, bool revoke, const Catalog& catalog, LpWriter& writer) {
  // Grantees and columns that are told the same share a line.
  std::map<std::pair<std::string, bool>, std::map<std::string, std::set<std::string>>> lines;   // grantor and option -> grantee -> privileges
  for (const auto& [grantee, entries] : lists_of(object, revoke ? "revokes" : "grants")) {
    for (const std::string& text : entries) {
      const acl::Entry entry = acl::Entry::parse(text);
      lines[{entry.grantor, entry.with_option}][grantee].insert(entry.privilege);
    }
  }
  const Object* extension = catalog.find({KindId::Extension, "", object.id.name, "", ""});
  LpWriter name;
  name.schema = extension == nullptr ? "public" : schema_of(*extension);
  name.relation(member_name(object.id, word));
  for (const auto& [how, grantees] : lines) {
    for (const auto& [grantee, privileges] : grantees) {
      writer.word(revoke ? "revoke" : "grant");
      bool first = true;
      for (const std::string& privilege : privileges) {
        if (!first) writer.word(",");
        first = false;
        const std::size_t columns = privilege.find(" (");
        writer.word(to_lower_ascii(privilege.substr(0, columns)));
        if (columns != std::string::npos) writer.word(privilege.substr(columns + 1));
      }
      writer.word("on").word(word.word).word(is_routine(word) ? fmt::format("{}({})", trim(name.text()), object.id.arguments) : trim(name.text()));
      writer.word(revoke ? "from" : "to").ident(grantee);
      if (how.second) writer.word("with grant option");
      if (!how.first.empty()) writer.word("granted by").ident(how.first);
      writer.line();
    }
  }
}

void print_member(const Object& object, const Catalog& catalog, LpWriter& writer) {
  const Word* word = word_of(object.id.member);
  if (word == nullptr) return;
  print_list(object, *word, true, catalog, writer);
  print_list(object, *word, false, catalog, writer);
}

/// The database is never dropped.
bool is_taken_back(const Object& object, const ChangeContext&) { return is_systems(object.id); }

constexpr AttributeRule kExtensionMemberRules[] = {
    {.name = "grants", .content = Content::privileges, .alter = alter_member},
    {.name = "revokes", .content = Content::privileges, .alter = alter_member},
};

}  // namespace

constexpr Kind kExtensionMember = {
    .id = KindId::ExtensionMember,
    .sql_name = "EXTENSION",
    .declared_as = kExtensionMemberDeclaredAs,
    .introspect = kExtensionMemberQueries,
    .lower = lower_member_grant,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_member,
    .drop = drop_member,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_extension_member,
    .attributes = kExtensionMemberRules,
    .print_lp = print_member,
    .slots = nullptr,
    .traits = {.dropped_with_parent = true, .dropped_apart = is_taken_back, .schemaless = true, .found_in = kFoundIn},
};
static_assert(is_complete(kExtensionMember));

}  // namespace lpc::kinds
