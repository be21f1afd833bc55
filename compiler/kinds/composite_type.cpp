// Composite types that stand alone; the row types of tables and views are theirs. https://www.postgresql.org/docs/15/sql-createtype.html
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/parts.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kCompositeTypeDeclaredAs[] = {"composite_type"};

constexpr IntrospectQuery kCompositeTypeQueries[] = {{
    .sql =
        "select n.nspname as _schema, t.typname as _name,\n"
        "  'pg_class:' || c.oid || ' pg_type:' || t.oid || ' pg_type:' || t.typarray as _aliases,\n"
        "  pg_get_userbyid(t.typowner) as owner, t.typacl::text as _acl, pg_get_userbyid(t.typowner) as _acl_owner, d.description as comment,\n"
        "  (select json_agg(json_strip_nulls(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'collation',\n"
        "       case when a.attcollation <> at.typcollation then quote_ident(cn.nspname) || '.' || quote_ident(co.collname) end,\n"
        "       'comment', ad.description)) order by a.attnum)\n"
        "   from pg_attribute a join pg_type at on at.oid = a.atttypid\n"
        "   left join pg_collation co on co.oid = a.attcollation and a.attcollation <> at.typcollation\n"
        "   left join pg_namespace cn on cn.oid = co.collnamespace\n"
        "   left join pg_description ad on ad.objoid = c.oid and ad.classoid = 'pg_class'::regclass and ad.objsubid = a.attnum\n"
        "   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as attributes,\n"
        "  (select json_agg(a.attnum::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as _part_ids,\n"
        "  u.type is not null as _used\n"
        "from pg_type t\n"
        "join pg_class c on c.oid = t.typrelid and c.relkind = 'c'\n"
        "join pg_namespace n on n.oid = t.typnamespace\n"
        "left join (select a.atttypid as type from pg_attribute a where a.atttypid >= 16384 and a.attnum > 0 and not a.attisdropped\n"
        "  union select e.typelem from pg_attribute a join pg_type e on e.oid = a.atttypid where a.atttypid >= 16384 and a.attnum > 0 and not a.attisdropped and e.typelem <> 0\n"
        "  union select d.typbasetype from pg_type d where d.typbasetype >= 16384) u on u.type = t.oid\n"
        "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_type'::regclass and d.objsubid = 0\n"
        "where t.typtype = 'c' and {user_schema:n} and {not_member:pg_type:t.oid}",
}};

const List& list_of(const Object& object) {
  static const List none;
  const Value* list = object.attributes.find("attributes");
  return list == nullptr ? none : list->list();
}

// ---- from .lp -------------------------------------------------------------------------------------------------------------------

Value lower_attribute(const ast::Decl& decl, LowerContext& context) {
  Map map{{"name", Value(decl.name.last())}};
  if (const ast::Value* type = decl.value(ast::Shape::type)) map.emplace_back("type", Value(context.type_text(type->text)));
  if (const ast::Clause* clause = context.once(decl, "collate")) {
    if (const ast::Value* name = clause->value(ast::Shape::name)) map.emplace_back("collation", Value(context.collation_text(name->name)));
  }
  const ast::Clause* clause = context.once(decl, "comment");
  const ast::Value* said = clause == nullptr ? nullptr : clause->value(ast::Shape::string);
  const std::string comment = said != nullptr ? said->text : decl.doc.value_or("");
  if (!comment.empty()) map.emplace_back("comment", Value(comment));
  return Value(std::move(map));
}

void lower_composite_type(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::CompositeType, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr) return;
  List attributes;
  for (const ast::Decl& member : decl.members) {
    if (member.kind != "composite_attribute") continue;
    const std::string& name = member.name.last();
    if (std::any_of(attributes.begin(), attributes.end(), [&](const Value& other) { return text_of(other, "name") == name; })) {
      context.error(diag::make(diag::Code::kDuplicateColumn, member.name_span, name, decl.name.dotted()));
      continue;
    }
    add_part_hint(*object, member, name);
    attributes.push_back(lower_attribute(member, context));
  }
  object->attributes.set("attributes", Value(std::move(attributes)));
}

void link_composite_type(const Object& object, LinkContext& context) {
  for (const Value& attribute : list_of(object)) {
    context.type(text_of(attribute, "type"));
    if (attribute.find("collation") != nullptr) context.collation(text_of(attribute, "collation"));
  }
}

// ---- to SQL ---------------------------------------------------------------------------------------------------------------------

Sql definition(const Value& attribute) {
  const Sql head = sql("{} {}", ident(text_of(attribute, "name")), fragment(text_of(attribute, "type")));
  return attribute.find("collation") == nullptr ? head : sql("{} COLLATE {}", head, fragment(text_of(attribute, "collation")));
}

void comment_on(const ObjectId& id, const Value& attribute, Action& action) {
  const Value* comment = attribute.find("comment");
  action.sql.push_back(sql("COMMENT ON COLUMN {}.{} IS {}", address_qualified(id), ident(text_of(attribute, "name")),
                           comment == nullptr ? sql("NULL") : literal(comment->text())));
}

bool same_definition(const Value& a, const Value& b) { return text_of(a, "type") == text_of(b, "type") && text_of(a, "collation") == text_of(b, "collation"); }

const Value* find_attribute(const List& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Value& attribute) { return text_of(attribute, "name") == name; });
  return found == list.end() ? nullptr : &*found;
}

/// Attributes can be taken out and put at the end. A change of type is refused while a table's column has the composite type
/// (find_composite_type_dependencies in src/backend/commands/tablecmds.c), so then the type is made anew. Typed tables change with it.
bool can_replace_composite_type(const Object& before, const Object& after) {
  const List& wanted = list_of(after);
  std::size_t at = 0;
  for (const Value& attribute : list_of(before)) {
    const Value* kept = find_attribute(wanted, text_of(attribute, "name"));
    if (kept == nullptr) continue;
    if (kept != &wanted[at] || (before.attributes.flag("_used") && !same_definition(attribute, *kept))) return false;
    ++at;
  }
  return true;
}

/// Attributes of a type that has typed tables are changed there as well, or not at all.
Sql cascade(const Object& type, const ChangeContext& context) {
  const std::string name = address_qualified(type.id).text;
  for (const Object& object : context.after.of(KindId::Table)) {
    if (object.attributes.text("of_type") == name && follows_type(context, object.id)) return sql(" CASCADE");
  }
  return {};
}

/// Those that the type isn't to have any more. `tail`: CASCADE or nothing.
void drop_attributes(const Object& before, const Object& after, const Sql& address, const Sql& tail, Action& action) {
  for (const Value& attribute : list_of(before)) {
    const std::string& name = text_of(attribute, "name");
    if (find_attribute(list_of(after), name) != nullptr) continue;
    action.sql.push_back(sql("ALTER TYPE {} DROP ATTRIBUTE {}{}", address, ident(name), tail));
    const diag::Diagnostic said = diag::make(diag::Code::kDropsColumn, {}, after.id.path() + "." + ident(name).text);
    action.hazards.push_back({said.code, said.message, after.id});
  }
}

/// New attributes are NULL in all values, of whatever type; theirs may not be there yet.
void fit_composite_type(const Object& aside, const Object& after, Action& action) {
  const Sql address = address_qualified(aside.id);
  drop_attributes(aside, after, address, Sql{}, action);
  for (const Value& attribute : list_of(after)) {
    const std::string& name = text_of(attribute, "name");
    if (find_attribute(list_of(aside), name) == nullptr) action.sql.push_back(sql("ALTER TYPE {} ADD ATTRIBUTE {} text", address, ident(name)));
  }
}

void change_attributes(const Object& object, const Object& before, const ChangeContext& context, Action& action) {
  const Sql tail = cascade(object, context);
  const Sql address = address_qualified(object.id);
  const List& old = list_of(before);
  const List& wanted = list_of(object);
  drop_attributes(before, object, address, tail, action);
  for (const Value& attribute : wanted) {
    const Value* present = find_attribute(old, text_of(attribute, "name"));
    if (present == nullptr) {
      action.sql.push_back(sql("ALTER TYPE {} ADD ATTRIBUTE {}{}", address, definition(attribute), tail));
    } else if (!same_definition(*present, attribute)) {
      const Sql collate = attribute.find("collation") == nullptr ? Sql{} : sql(" COLLATE {}", fragment(text_of(attribute, "collation")));
      action.sql.push_back(sql("ALTER TYPE {} ALTER ATTRIBUTE {} TYPE {}{}{}", address, ident(text_of(attribute, "name")), fragment(text_of(attribute, "type")), collate, tail));
    }
    const std::string& comment = text_of(attribute, "comment");
    if (comment != (present == nullptr ? std::string() : text_of(*present, "comment"))) comment_on(object.id, attribute, action);
  }
  if (action.description.empty()) action.description = "Change the attributes of " + spoken(object.id);
}

void create_composite_type(const Object& object, const ChangeContext& context, Action& action) {
  const Object* before = context.before.find(object.id);
  if (action.type == ActionType::alter && before != nullptr) {
    change_attributes(object, *before, context, action);
    return;
  }
  std::vector<Sql> parts;
  for (const Value& attribute : list_of(object)) parts.push_back(definition(attribute));
  const Sql list = parts.empty() ? Sql{} : sql("\n    {}\n", join(parts, ",\n    "));
  action.sql.push_back(sql("CREATE TYPE {} AS ({})", address_qualified(object.id), list));
  for (const Value& attribute : list_of(object)) {
    if (attribute.find("comment") != nullptr) comment_on(object.id, attribute, action);
  }
  if (action.description.empty()) action.description = "Create " + spoken(object.id);
}

/// Typed tables have the attributes as columns, which follow.
void rename_composite_type(const Object& before, const ObjectId& after, Action& action) {
  if (after.member.empty()) {
    rename_plain(before, after, action);
    return;
  }
  action.sql.push_back(sql("ALTER TYPE {} RENAME ATTRIBUTE {} TO {} CASCADE", address_qualified(before.id), ident(action.renamed_from->member), ident(after.member)));
  describe(action, fmt::format("Rename the attribute {} of {} to {}", action.renamed_from->member, spoken(before.id), after.member));
}

// ---- to .lp -----------------------------------------------------------------------------------------------------------------------

void print_composite_type(const Object& object, const Catalog&, LpWriter& writer) {
  writer.doc(object).word("type").name(object.id.schema, object.id.name);
  writer.owner(object).comment_clause(object);
  writer.grants(object);
  writer.open();
  for (const Value& attribute : list_of(object)) {
    Object member;  // carries the comment to the writer, which decides how it is said
    if (const Value* comment = attribute.find("comment")) member.attributes.set("comment", *comment);
    writer.doc(member).ident(text_of(attribute, "name")).type(text_of(attribute, "type"));
    if (attribute.find("collation") != nullptr) writer.word("collate").relation(text_of(attribute, "collation"));
    writer.comment_clause(member).line();
  }
  writer.close().line();
}

constexpr AttributeRule kCompositeTypeRules[] = {
    {.name = "attributes", .content = Content::list, .keeps_live_order = true, .lists_parts = true},
    {.name = "_used", .content = Content::flag, .ignored = true},
    {.name = "_part_ids", .content = Content::list, .ignored = true},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kCompositeType = {
    .id = KindId::CompositeType,
    .sql_name = "TYPE",
    .declared_as = kCompositeTypeDeclaredAs,
    .introspect = kCompositeTypeQueries,
    .lower = lower_composite_type,
    .normalise = nullptr,
    .edges = link_composite_type,
    .create = create_composite_type,
    .drop = drop_plain,
    .rename = rename_composite_type,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kCompositeTypeRules,
    .print_lp = print_composite_type,
    .slots = relation_slots,
    .traits = {.swappable = true, .fit_aside = fit_composite_type, .acl_type = 'T', .found_in = "pg_class where relkind = 'c' and oid >= 16384", .can_replace = can_replace_composite_type},
};
static_assert(is_complete(kCompositeType));

}  // namespace lpc::kinds
