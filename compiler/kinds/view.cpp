// Views. https://www.postgresql.org/docs/15/sql-createview.html
#include "kinds/view.h"

#include <algorithm>
#include <map>
#include <set>

#include "kinds/relation_options.h"
#include "kinds/security_labels.h"
#include "kinds/view_query.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kViewDeclaredAs[] = {"view"};

constexpr IntrospectQuery kViewQueries[] = {{
    .sql = LPC_VIEW_COLUMNS
        ",\n"
        "  (select json_object_agg(split_part(o.text, '=', 1), substr(o.text, strpos(o.text, '=') + 1))\n"
        "   from unnest(c.reloptions) o(text) where o.text not like 'check_option=%') as options,\n"
        "  " LPC_OPTION_ORDER("c.reloptions") ",\n"
        "  (select substr(o.text, 14) from unnest(c.reloptions) o(text) where o.text like 'check_option=%') as check_option,\n"
        "  exists (select from pg_depend e where e.classid = 'pg_rewrite'::regclass and e.objid = r.oid and e.refclassid = 'pg_class'::regclass\n"
        "          and e.refobjid = c.oid and e.refobjsubid > 0 and e.deptype = 'n') as _needs_itself,\n"
        "  (select json_agg(json_strip_nulls(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'collation',\n"
        "       case when a.attcollation <> at.typcollation then quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end)) order by a.attnum)\n"
        "   from pg_attribute a join pg_type at on at.oid = a.atttypid\n"
        "   left join pg_collation co on co.oid = a.attcollation and a.attcollation <> at.typcollation\n"
        "   left join pg_namespace cn on cn.oid = co.collnamespace\n"
        "   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as _columns" LPC_VIEW_FROM
        "where c.relkind = 'v' and {user_schema:n} and {not_member:pg_class:c.oid}",
}};

void lower_view(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::View, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr) return;
  Attributes& attributes = object->attributes;
  view::lower_query(decl, context, *object);
  if (decl.has("recursive") && attributes.has("query")) {
    // CREATE RECURSIVE VIEW is this with other words.
    const Sql names = ident_list(attributes.texts("column_names"));
    const Sql own = ident(decl.name.last());
    if (names.empty()) {
      context.error(diag::make(diag::Code::kMissingClause, decl.name_span, "a recursive view", "(column, …)"));
      return;
    }
    attributes.set("query", sql("WITH RECURSIVE {}({}) AS (\n{}\n)\n SELECT {} FROM {}", own, names, fragment(attributes.text("query")), names, own).text);
    attributes.remove("column_names");
  }
  if (const ast::Clause* with = context.once(decl, "with")) {
    Map options = context.options(*with);
    const auto check = std::find_if(options.begin(), options.end(), [](const auto& option) { return option.first == "check_option"; });
    if (check != options.end()) {
      attributes.set("check_option", check->second);
      options.erase(check);
    }
    attributes.set(kOptionOrderRule.name, option_order(options));
    attributes.set("options", Value(std::move(options)));
  }
  if (const ast::Clause* check = context.once(decl, "check_option")) {
    attributes.set("check_option", Value(check->word_value() == "local" ? "local" : "cascaded"));
  }
  context.lower_members(decl, *object);
}

bool is_on(const Object& object, std::string_view option) {
  for (const auto& [name, value] : option_map(object)) {
    // As parse_bool() reads it.
    if (name == option) return value.text() == "true" || value.text() == "on" || value.text() == "yes" || value.text() == "1";
  }
  return false;
}

void warn_of_weaker_options(const Object* before, const Object& after, Action& action) {
  for (const std::string_view option : {"security_barrier", "security_invoker"}) {
    if (before == nullptr || !is_on(*before, option) || is_on(after, option)) continue;
    const diag::Diagnostic said = diag::make(diag::Code::kWeakensRowSecurity, {}, "turns off " + std::string(option), after.id.path());
    action.hazards.push_back({said.code, said.message, after.id});
  }
}

void create_view(const Object& object, const ChangeContext& context, Action& action) {
  const bool stands_in = action.type != ActionType::alter && object.attributes.flag("_needs_itself") && object.attributes.has("_columns");
  if (stands_in) action.sql.push_back(stand_in(object, false));
  const bool replaces = action.type == ActionType::alter || stands_in;
  Sql statement = sql("{} VIEW {}{}{} AS\n{}", replaces ? sql("CREATE OR REPLACE") : sql("CREATE"), address_qualified(object.id), view::column_names(object),
                      view::with_clause(object), fragment(object.attributes.text("query")));
  const std::string& check = object.attributes.text("check_option");
  if (!check.empty()) statement = sql("{}\n  WITH {} CHECK OPTION", statement, check == "local" ? sql("LOCAL") : sql("CASCADED"));
  action.sql.push_back(std::move(statement));
  // A view that is dropped and made again has lost what it had as well.
  warn_of_weaker_options(context.before.find(object.id), object, action);
  if (action.description.empty()) action.description = (action.type == ActionType::alter ? "Replace " : "Create ") + spoken(object.id);
}

void drop_view(const Object& object, const ChangeContext& context, Action& action) {
  drop_plain(object, context, action);
}

void alter_view_options(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  if (alteration.has("options")) {
    warn_of_weaker_options(alteration.before, after, action);
    alter_relation_options(alteration, context, action);
  }
  if (alteration.has("check_option")) {
    const std::string& check = after.attributes.text("check_option");
    const Sql address = address_qualified(after.id);
    action.sql.push_back(check.empty() ? sql("ALTER VIEW {} RESET (check_option)", address) : sql("ALTER VIEW {} SET (check_option = {})", address, ident(check)));
    if (action.description.empty()) action.description = "Change the check option of " + spoken(after.id);
  }
}

// `_columns` are the names and types that the query gives; `_needs_itself` says that it reads the view itself, which must be there before it is; `_in_circle` that it does
// through other views.

/// The views that need each other: what is left when those go that need no view that is left, and those that no view needs that is left.
void find_circles(CatalogBuilder& builder) {
  std::map<ObjectId, std::set<ObjectId>> needs;
  for (const Object* object : builder.of(KindId::View)) {
    for (const ObjectId& need : object->depends_on) {
      if (need.kind == KindId::View && need != object->id) needs[object->id].insert(need);
    }
  }
  for (std::size_t before = 0; before != needs.size();) {
    before = needs.size();
    std::set<ObjectId> needed;
    for (auto& [id, others] : needs) {
      std::erase_if(others, [&](const ObjectId& other) { return !needs.contains(other); });
      needed.insert(others.begin(), others.end());
    }
    std::erase_if(needs, [&](const auto& entry) { return entry.second.empty() || !needed.contains(entry.first); });
  }
  for (const auto& [id, others] : needs) builder.find(id)->attributes.set("_in_circle", true);
}

/// Columns may only be added at the end; the others keep name, type and collation: checkViewColumns() in src/backend/commands/view.c.
bool can_replace_view(const Object& before, const Object& after) {
  const Value* was = before.attributes.find("_columns");
  const Value* is = after.attributes.find("_columns");
  if (was == nullptr || is == nullptr || was->list().size() > is->list().size()) return false;
  return std::equal(was->list().begin(), was->list().end(), is->list().begin());
}

void print_view(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object).word("view").name(object.id.schema, object.id.name);
  if (const std::vector<std::string> names = object.attributes.texts("column_names"); !names.empty()) writer.names(names);
  if (object.attributes.flag("_needs_itself") || object.attributes.flag("_in_circle")) writer.sql(view::typed_columns(object).text);
  writer.owner(object).comment_clause(object);
  if (const Map options = option_map(object); !options.empty()) writer.word("with").options(options);
  writer.word("as").sql(object.attributes.text("query"));
  if (const std::string& check = object.attributes.text("check_option"); !check.empty()) {
    writer.word(check == "local" ? "with local check option" : "with cascaded check option");
  }
  view::print_members(object, catalog, writer);
}

constexpr AttributeRule kViewRules[] = {
    {.name = "query", .content = Content::query},
    {.name = "column_names", .content = Content::names},
    {.name = "options", .content = Content::map, .alter = alter_view_options},
    kOptionOrderRule,
    {.name = "check_option", .content = Content::text, .alter = alter_view_options},
    {.name = "_columns", .content = Content::list, .ignored = true},
    {.name = "_needs_itself", .content = Content::flag, .ignored = true},
    {.name = "_in_circle", .content = Content::flag, .ignored = true},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kView = {
    .id = KindId::View,
    .sql_name = "VIEW",
    .declared_as = kViewDeclaredAs,
    .introspect = kViewQueries,
    .lower = lower_view,
    .normalise = find_circles,
    .edges = nullptr,
    .create = create_view,
    .drop = drop_view,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kViewRules,
    .print_lp = print_view,
    .slots = relation_slots,
    .traits = {.rebuilt_with_column = true, .acl_type = 'r', .found_in = "pg_class where relkind = 'v' and oid >= 16384", .can_replace = can_replace_view,
               .stand_in = stand_in},
};
static_assert(is_complete(kView));

}  // namespace lpc::kinds
