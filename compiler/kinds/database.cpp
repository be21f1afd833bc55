// The database that is connected to: its settings, connection limit, owner, comment and privileges. https://www.postgresql.org/docs/15/sql-alterdatabase.html
//
// Its id doesn't hold its name: the same schema goes to databases of many names, the shadow's among them. It is managed only when declared, and printed only when
// something other than its owner isn't as CREATE DATABASE makes it. It is never made and never dropped: "create" sets it up, "drop" takes that back.
#include <algorithm>

#include "base/text.h"
#include "kinds/acl.h"
#include "kinds/common.h"
#include "kinds/current_database.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/routine.h"
#include "kinds/security_labels.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kDatabaseDeclaredAs[] = {"database"};
constexpr char kAclType = 'd';

const ObjectId& id_of_current() {
  static const ObjectId id{KindId::Database, "", "current", "", ""};
  return id;
}

constexpr IntrospectQuery kDatabaseQueries[] = {{.sql =
    "select 'current' as _name, 'pg_database:' || d.oid as _aliases,\n"
    "  (select json_agg(json_build_object('name', split_part(s.text, '=', 1), 'value', substr(s.text, strpos(s.text, '=') + 1)) order by s.i)\n"
    "   from pg_db_role_setting c, unnest(c.setconfig) with ordinality s(text, i) where c.setdatabase = d.oid and c.setrole = 0) as settings,\n"
    "  nullif(d.datconnlimit, -1) as connection_limit, pg_get_userbyid(d.datdba) as owner, c.description as comment,\n"
    "  d.datacl::text as _acl, pg_get_userbyid(d.datdba) as _acl_owner\n"
    "from pg_database d\n"
    "left join pg_shdescription c on c.objoid = d.oid and c.classoid = 'pg_database'::regclass\n"
    "where d.datname = current_database()"}};

void lower_database(const ast::Decl& decl, LowerContext& context) {
  Object* database = context.add(decl, id_of_current());
  if (database == nullptr) return;
  Attributes& attributes = database->attributes;
  // `default owner` is about what the schema holds.
  if (!decl.has("owner")) attributes.remove("owner");
  attributes.set("settings", routine::declared_settings(decl));
  if (const ast::Clause* limit = context.once(decl, "connection_limit")) {
    const ast::Value* number = limit->value(ast::Shape::number);
    const std::int64_t value = number == nullptr ? -1 : std::strtoll(number->text.c_str(), nullptr, 10);
    if (value < -1 || value > 262143) {
      context.error(diag::make(diag::Code::kWrongValue, limit->span, "connection limit", "a number from 0 on, or -1 for none"));
    } else if (value >= 0) {
      attributes.set("connection_limit", Value(value));
    }
  }
  context.lower_members(decl, *database);
}

// ---- SQL -------------------------------------------------------------------------------------------------------------------------

void say(const Sql& statement, const char* description, Action& action) {
  action.sql.push_back(about_current_database(statement));
  if (action.description.empty()) action.description = description;
}

void alter_database_settings(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object nothing;
  const Object& before = alteration.before == nullptr ? nothing : *alteration.before;
  for (const Sql& clause : routine::setting_changes(before, alteration.after)) {
    say(sql("ALTER DATABASE {} {}", current_database(), clause), "Change the settings of the database", action);
  }
}

void alter_limit(const Alteration& alteration, const ChangeContext&, Action& action) {
  const std::int64_t limit = alteration.after.attributes.number("connection_limit", -1);
  say(sql("ALTER DATABASE {} CONNECTION LIMIT {}", current_database(), number(limit)), "Change the connection limit of the database", action);
}

void alter_database_owner(const Alteration& alteration, const ChangeContext&, Action& action) {
  const std::string& owner = alteration.after.attributes.text("owner");
  if (owner.empty()) return;
  say(sql("ALTER DATABASE {} OWNER TO {}", current_database(), ident(owner)), "Set the owner of the database", action);
}

void alter_database_comment(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Value* comment = alteration.after.attributes.find("comment");
  say(sql("COMMENT ON DATABASE {} IS {}", current_database(), comment == nullptr ? sql("NULL") : literal(comment->text())), "Comment on the database", action);
}

acl::State privileges(const Object& database, const std::string& owner, int version) {
  return acl::effective(database.attributes, acl::implied_by(database.id, owner, version), kAclType, version);
}

/// Entries of the owner don't count as long as nobody says whose database it is.
void alter_database_grants(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object nothing{.id = id_of_current(), .parent = {}, .attributes = {}, .depends_on = {}, .mentions = {}, .hints = {}, .origin = {}, .external = false, .external_partitions = false};
  const Object& before = alteration.before == nullptr ? nothing : *alteration.before;
  const std::string& owner_after = alteration.after.attributes.text("owner");
  const std::string& owner_before = before.attributes.text("owner");
  const std::string owner = owner_after.empty() ? owner_before : owner_after;
  const acl::State start = acl::with_new_owner(privileges(before, owner_before.empty() ? owner : owner_before, context.server_version),
                                               owner_before.empty() ? owner : owner_before, owner);
  const acl::State wanted = privileges(alteration.after, owner, context.server_version);
  const acl::Target target{{}, sql("DATABASE {}", current_database()), {}, kAclType, context.server_version};
  for (const Sql& statement : acl::statements({start}, wanted, target)) say(statement, "Set the privileges on the database", action);
}

/// Only what its attributes say, and those are altered afterwards.
void create_database(const Object&, const ChangeContext&, Action& action) { action.description = "Set up the database"; }

/// The owner stays: somebody must be it.
void drop_database(const Object& database, const ChangeContext& context, Action& action) {
  Object plain;
  plain.id = database.id;
  plain.attributes.set("owner", database.attributes.text("owner"));
  action.description = "Take back what is set up for the database";
  if (database.attributes.has("settings")) alter_database_settings({&database, plain, {"settings"}}, context, action);
  if (database.attributes.has("connection_limit")) alter_limit({&database, plain, {"connection_limit"}}, context, action);
  if (database.attributes.has("comment")) alter_database_comment({&database, plain, {"comment"}}, context, action);
  if (database.attributes.has("security_labels")) alter_security_labels({&database, plain, {"security_labels"}}, context, action);
  alter_database_grants({&database, plain, {"grants", "revokes"}}, context, action);
}

Sql address_database(const ObjectId&) { return current_database(); }

void print_database(const Object& database, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = database.attributes;
  const std::vector<const Object*> members = catalog.children(database.id);
  // Whom it belongs to alone is nothing that a schema would have to say.
  if (members.empty() && std::ranges::all_of(attributes, [](const auto& entry) { return entry.first == "owner"; })) return;
  writer.doc(database);
  if (database.external) writer.word("external");
  writer.word("database");
  if (attributes.has("owner")) writer.word("owner").ident(attributes.text("owner"));
  writer.comment_clause(database).open();
  if (attributes.has("connection_limit")) writer.word("connection limit").word(number(attributes.number("connection_limit")).text).line();
  if (const Value* settings = attributes.find("settings")) {
    for (const Value& setting : settings->list()) {
      Object one;
      one.attributes.set("settings", Value(List{setting}));
      routine::print_settings(one, writer);
      writer.line();
    }
  }
  writer.grants(database);
  for (const Object* member : members) print_object(*member, catalog, writer);
  writer.close().line();
}

constexpr AttributeRule kDatabaseRules[] = {
    {.name = "settings", .content = Content::list, .alter = alter_database_settings, .after_create = true},
    {.name = "connection_limit", .content = Content::integer, .alter = alter_limit, .after_create = true},
    {.name = "owner", .content = Content::role, .alter = alter_database_owner, .after_create = true, .unsaid_keeps_live = true},
    {.name = "comment", .content = Content::text, .alter = alter_database_comment, .after_create = true},
    kSecurityLabelsRule,
    {.name = "grants", .content = Content::privileges, .alter = alter_database_grants, .after_create = true},
    {.name = "revokes", .content = Content::privileges, .alter = alter_database_grants, .after_create = true},
};

}  // namespace

constexpr Kind kDatabase = {
    .id = KindId::Database,
    .sql_name = "DATABASE",
    .declared_as = kDatabaseDeclaredAs,
    .introspect = kDatabaseQueries,
    .lower = lower_database,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_database,
    .drop = drop_database,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_database,
    .attributes = kDatabaseRules,
    .print_lp = print_database,
    .slots = nullptr,
    .traits = {.cluster_wide = true, .acl_type = kAclType},
};
static_assert(is_complete(kDatabase));

}  // namespace lpc::kinds
