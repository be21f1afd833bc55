// Tablespaces. https://www.postgresql.org/docs/15/manage-ag-tablespaces.html
//
// They belong to the whole cluster, so only those that the sources declare are managed. One without a location stands in the cluster's own folder (from 15 on, with
// allow_in_place_tablespaces), as those of the shadow all do.
#include "kinds/acl.h"
#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/relation_options.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kTablespaceDeclaredAs[] = {"tablespace"};

// An in-place tablespace tells a path relative to the data folder.
constexpr IntrospectQuery kTablespaceQueries[] = {{.sql =
    "select t.spcname as _name, 'pg_tablespace:' || t.oid as _aliases,\n"
    "  case when l.path not like 'pg\\_tblspc/%' then nullif(l.path, '') end as location,\n"
    "  (select json_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)) from unnest(t.spcoptions) o) as options,\n"
    "  pg_get_userbyid(t.spcowner) as owner, d.description as comment, t.spcacl::text as _acl, pg_get_userbyid(t.spcowner) as _acl_owner\n"
    "from pg_tablespace t\n"
    "cross join lateral pg_tablespace_location(t.oid) l(path)\n"
    "left join pg_shdescription d on d.objoid = t.oid and d.classoid = 'pg_tablespace'::regclass\n"
    "where t.oid >= 16384"}};

void lower_tablespace(const ast::Decl& decl, LowerContext& context) {
  Object* tablespace = context.add(decl, {KindId::Tablespace, "", decl.name.last(), "", ""});
  if (tablespace == nullptr) return;
  Attributes& attributes = tablespace->attributes;
  // `default owner` is about what the schema holds.
  if (!decl.has("owner")) attributes.remove("owner");
  if (const ast::Clause* location = context.once(decl, "location")) {
    if (location->word_value() != "location") {
      context.error(diag::make(diag::Code::kUnexpectedInput, location->span, "`" + std::string(location->word_value()) + "`", "a clause of a tablespace"));
    } else if (const ast::Value* path = location->value(ast::Shape::string)) {
      attributes.set("location", path->text);
    }
  }
  if (const ast::Clause* with = context.once(decl, "with")) attributes.set("options", Value(context.options(*with)));
}

void create_tablespace(const Object& tablespace, const ChangeContext&, Action& action) {
  const Attributes& attributes = tablespace.attributes;
  Sql text = sql("CREATE TABLESPACE {} LOCATION {}", ident(tablespace.id.name), literal(attributes.text("location")));
  if (const Map options = option_map(tablespace); !options.empty()) text = sql("{} WITH ({})", text, option_list(options));
  action.sql.push_back(std::move(text));
  action.transactional = false;
  describe(action, "Create " + spoken(tablespace.id));
}

void drop_tablespace(const Object& tablespace, const ChangeContext& context, Action& action) {
  drop_plain(tablespace, context, action);
  action.transactional = false;
}

void alter_tablespace_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Map before = alteration.before == nullptr ? Map() : option_map(*alteration.before);
  for (const Sql& change : option_changes(before, option_map(alteration.after))) {
    action.sql.push_back(sql("ALTER TABLESPACE {} {}", ident(alteration.after.id.name), change));
  }
  describe(action, "Change the options of " + spoken(alteration.after.id));
}

void print_tablespace(const Object& tablespace, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = tablespace.attributes;
  writer.doc(tablespace);
  if (tablespace.external) writer.word("external");
  writer.word("tablespace").ident(tablespace.id.name);
  if (attributes.has("location")) writer.word("location").string(attributes.text("location"));
  if (const Map options = option_map(tablespace); !options.empty()) writer.word("with").options(options);
  if (attributes.has("owner")) writer.word("owner").ident(attributes.text("owner"));
  writer.comment_clause(tablespace);
  writer.grants(tablespace).line();
}

std::vector<std::string> tablespace_slots(const Object& tablespace) { return {"tablespace " + ident(tablespace.id.name).text}; }

constexpr AttributeRule kTablespaceRules[] = {
    {.name = "location", .content = Content::text},
    {.name = "options", .content = Content::map, .alter = alter_tablespace_options},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kTablespace = {
    .id = KindId::Tablespace,
    .sql_name = "TABLESPACE",
    .declared_as = kTablespaceDeclaredAs,
    .introspect = kTablespaceQueries,
    .lower = lower_tablespace,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_tablespace,
    .drop = drop_tablespace,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kTablespaceRules,
    .print_lp = print_tablespace,
    .slots = tablespace_slots,
    .traits = {.cluster_wide = true, .acl_type = 't', .found_in = "pg_tablespace where oid >= 16384"},
};
static_assert(is_complete(kTablespace));

}  // namespace lpc::kinds
