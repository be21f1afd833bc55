// Extensions. https://www.postgresql.org/docs/15/sql-createextension.html
//
// Their members are the extension's business and no objects of ours. What the extension's control file says by itself (its schema, its version, its comment) is no attribute, so
// that servers with other packages don't differ for that alone.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kExtensionDeclaredAs[] = {"extension"};

// pg_available_extensions() reads a control file per extension, which takes 3 ms; pg_available_extension_versions(), which knows the schema that a
// control file insists on, takes 40 ms: hence kWithOwnSchema.
constexpr IntrospectQuery kExtensionQueries[] = {{
    .sql = "select e.extname as _name, 'pg_extension:' || e.oid as _aliases,\n"
           "  nullif(n.nspname, 'public') as schema,\n"
           "  case when e.extversion is distinct from a.default_version then e.extversion end as version,\n"
           "  case when d.description is distinct from a.comment then coalesce(d.description, '') end as comment\n"
           "from pg_extension e\n"
           "join pg_namespace n on n.oid = e.extnamespace\n"
           "left join pg_available_extensions() a on a.name = e.extname\n"
           "left join pg_description d on d.objoid = e.oid and d.classoid = 'pg_extension'::regclass and d.objsubid = 0",
}};

/// Extensions whose control file names their schema, so that CREATE EXTENSION refuses another one.
constexpr std::array kWithOwnSchema = std::to_array<std::string_view>({
    "adminpack", "pg_cron", "pg_graphql", "pgmq", "pgsodium", "plperl", "plperlu", "plpgsql", "plpython3u", "pltcl", "pltclu", "plv8",
    "postgis_tiger_geocoder", "postgis_topology", "supabase_vault",
});

void lower_extension(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::Extension, "", decl.name.last(), "", ""});
  if (object == nullptr) return;
  if (const ast::Clause* comment = decl.clause("comment"); comment != nullptr && !object->attributes.has("comment")) {
    // No comment where the control file has one.
    object->attributes.set_always("comment", Value(""));
  }
  if (const ast::Clause* in = context.once(decl, "in_schema")) {
    const ast::Value* schema = in->value(ast::Shape::name);
    if (in->value(ast::Shape::name, 1) != nullptr) context.error(diag::make(diag::Code::kWrongValue, in->span, "in schema", "one schema"));
    if (schema != nullptr && schema->name.last() != "public") object->attributes.set("schema", Value(schema->name.last()));
  }
  if (const ast::Clause* version = context.once(decl, "version")) {
    const ast::Value* text = version->value(ast::Shape::string);
    const ast::Value* name = version->value(ast::Shape::name);
    if (text != nullptr) object->attributes.set("version", Value(text->text));
    if (name != nullptr) object->attributes.set("version", Value(name->name.dotted()));
    // A server whose default version it is gives it back as nothing; then nothing is what the sources say, and no live version stays.
    object->hints.push_back({"said", {"version"}, version->span});
  }
  context.lower_members(decl, *object);
}

bool has_own_schema(const ObjectId& id) { return std::ranges::find(kWithOwnSchema, id.name.str()) != kWithOwnSchema.end(); }

/// It comes with every database, so that all there is to say of it is a comment or a version: https://www.postgresql.org/docs/15/plpgsql-overview.html
bool is_always_there(const ObjectId& id) { return id.name == "plpgsql"; }

void normalise_extensions(CatalogBuilder& builder) {
  for (Object* object : builder.of(KindId::Extension)) {
    if (has_own_schema(object->id)) object->attributes.remove("schema");
    if (is_always_there(object->id) && object->attributes.empty()) builder.remove(object->id);
  }
}

void link_extension(const Object& object, LinkContext& context) {
  const std::string& schema = object.attributes.text("schema");
  if (!schema.empty() || !has_own_schema(object.id)) context.object({KindId::Schema, "", schema.empty() ? "public" : schema, "", ""});
  // Which extensions another one needs is in its control file only; its name tells for the usual ones: postgis_topology, hstore_plperl.
  const std::string& name = object.id.name;
  for (std::size_t at = name.find('_'); at != std::string::npos; at = name.find('_', at + 1)) {
    context.object({KindId::Extension, "", name.substr(0, at), "", ""});
    context.object({KindId::Extension, "", name.substr(at + 1), "", ""});
  }
  if (name == "earthdistance") context.object({KindId::Extension, "", "cube", "", ""});
  if (name == "postgis_tiger_geocoder") context.object({KindId::Extension, "", "fuzzystrmatch", "", ""});
}

void create_extension(const Object& object, const ChangeContext&, Action& action) {
  const Attributes& attributes = object.attributes;
  Sql statement = sql("CREATE EXTENSION {}{}", is_always_there(object.id) ? sql("IF NOT EXISTS ") : Sql{}, ident(object.id.name));
  if (attributes.has("schema")) {
    statement = sql("{} SCHEMA {}", statement, ident(attributes.text("schema")));
  } else if (!has_own_schema(object.id)) {
    // Said, because it would be the first schema of whatever search_path the session has.
    statement = sql("{} SCHEMA public", statement);
  }
  if (attributes.has("version")) statement = sql("{} VERSION {}", statement, literal(attributes.text("version")));
  action.sql.push_back(std::move(statement));
  if (action.description.empty()) action.description = "Create " + spoken(object.id);
}

void alter_schema(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  const std::string& schema = after.attributes.text("schema");
  action.sql.push_back(sql("ALTER EXTENSION {} SET SCHEMA {}", ident(after.id.name), ident(schema.empty() ? "public" : schema)));
  if (action.description.empty()) action.description = fmt::format("Move {} to schema {}", spoken(after.id), schema.empty() ? "public" : schema);
}

/// Whoever names a type or function of the extension names it with the new schema afterwards.
std::vector<Sql> move_members(const Object& before, const Object& after, const Catalog& live, const Catalog& desired) {
  const std::string& from = before.attributes.text("schema");
  const std::string& to = after.attributes.text("schema");
  if (from == to || live.dependents(before.id).empty()) return {};
  const ObjectId schema = schema_id(to.empty() ? "public" : to);
  std::vector<Sql> statements;
  if (!live.has(schema)) {
    const Object* declared = desired.find(schema);
    const std::string owner = declared == nullptr ? std::string() : declared->attributes.text("owner");
    const bool is_known = live.has({KindId::Role, "", owner, "", ""});      // others are made, and take over, later
    statements.push_back(sql("CREATE SCHEMA {}{}", ident(schema.name), is_known ? sql(" AUTHORIZATION {}", ident(owner)) : Sql{}));
  }
  statements.push_back(sql("ALTER EXTENSION {} SET SCHEMA {}", ident(after.id.name), ident(schema.name)));
  return statements;
}

/// "1.10" is newer than "1.9": numbers by value, what is no number as text.
bool is_older(std::string_view a, std::string_view b) {
  const std::vector<std::string> left = split(a, '.');
  const std::vector<std::string> right = split(b, '.');
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (left[i] == right[i]) continue;
    const auto is_number = [](const std::string& part) { return !part.empty() && part.find_first_not_of("0123456789") == std::string::npos; };
    if (!is_number(left[i]) || !is_number(right[i])) return left[i] < right[i];
    return left[i].size() != right[i].size() ? left[i].size() < right[i].size() : left[i] < right[i];
  }
  return left.size() < right.size();
}

/// Extensions bring scripts that lead to newer versions, hardly ever back. An absent version is the server's default one, the newest as a rule.
bool goes_back(const Object& before, const Object& after, int) {
  const std::string& to = after.attributes.text("version");
  const std::string& from = before.attributes.text("version");
  return !to.empty() && (from.empty() || is_older(to, from));
}

void alter_version(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  const std::string& version = after.attributes.text("version");
  const Sql name = ident(after.id.name);
  action.sql.push_back(version.empty() ? sql("ALTER EXTENSION {} UPDATE", name) : sql("ALTER EXTENSION {} UPDATE TO {}", name, literal(version)));
  if (action.description.empty()) action.description = fmt::format("Update {}{}", spoken(after.id), version.empty() ? "" : " to " + version);
}

/// Back to the control file's words, which only the server knows.
void restore_extension_comment(const Object& extension, Action& action) {
  const Sql name = literal(extension.id.name);
  const Sql body = sql("BEGIN EXECUTE pg_catalog.format('COMMENT ON EXTENSION %I IS %L', {}, (SELECT comment FROM pg_catalog.pg_available_extensions() WHERE name = {})); END",
                       name, name);
  action.sql.push_back(sql("DO {}", dollar_quoted(body.text)));
  if (action.description.empty()) action.description = "Restore the comment on " + spoken(extension.id);
}

void alter_extension_comment(const Alteration& alteration, const ChangeContext& context, Action& action) {
  if (alteration.after.attributes.has("comment")) return alter_comment(alteration, context, action);
  restore_extension_comment(alteration.after, action);
}

void drop_extension(const Object& object, const ChangeContext& context, Action& action) {
  if (!is_always_there(object.id)) return drop_plain(object, context, action);
  if (object.attributes.has("comment")) restore_extension_comment(object, action);
}

void print_extension(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object);
  if (object.external) writer.word("external");
  writer.word("extension").ident(object.id.name);
  const Attributes& attributes = object.attributes;
  if (attributes.has("schema")) writer.word("in schema").ident(attributes.text("schema"));
  if (attributes.has("version")) writer.word("version").string(attributes.text("version"));
  writer.comment_clause(object);
  const std::vector<const Object*> members = catalog.children(object.id);
  if (!members.empty()) {
    writer.open();
    for (const Object* member : members) print_object(*member, catalog, writer);
    writer.close();
  }
  writer.line();
}

std::vector<std::string> extension_slots(const Object& object) { return {"extension " + ident(object.id.name).text}; }

constexpr AttributeRule kExtensionRules[] = {
    {.name = "schema", .content = Content::name, .alter = alter_schema},
    {.name = "version", .content = Content::text, .alter = alter_version, .unsaid_keeps_live = true, .replace_when = goes_back},
    {.name = "comment", .content = Content::text, .alter = alter_extension_comment, .after_create = true},
};

}  // namespace

constexpr Kind kExtension = {
    .id = KindId::Extension,
    .sql_name = "EXTENSION",
    .declared_as = kExtensionDeclaredAs,
    .introspect = kExtensionQueries,
    .lower = lower_extension,
    .normalise = normalise_extensions,
    .edges = link_extension,
    .create = create_extension,
    .drop = drop_extension,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kExtensionRules,
    .print_lp = print_extension,
    .slots = extension_slots,
    .traits = {.schemaless = true, .moves_along = move_members},
};
static_assert(is_complete(kExtension));

}  // namespace lpc::kinds
