// Operator classes. https://www.postgresql.org/docs/15/sql-createopclass.html
// What operators and functions a class has can't be changed, but for those that are its family's: see operator_family.cpp.
#include "kinds/operator_class.h"

#include <fmt/core.h>

#include <algorithm>

#include "kinds/common.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/names.h"
#include "kinds/opclass_members.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

using opclass::Member;

constexpr std::string_view kOperatorClassDeclaredAs[] = {"operator_class"};
constexpr std::string_view kOperatorClassAbout = "an operator class";

constexpr IntrospectQuery kOperatorClassQueries[] = {{.sql =
    "select n.nspname as _schema, c.opcname as _name, am.amname as _arguments,\n"
    "  concat_ws(' ', 'pg_opclass:' || c.oid, operators.aliases, functions.aliases) as _aliases,\n"
    "  pg_get_userbyid(c.opcowner) as owner, d.description as comment, operators.list as operators, functions.list as functions,\n"
    "  format_type(c.opcintype, null) as type, c.opcdefault as is_default, case when c.opckeytype <> 0 then format_type(c.opckeytype, null) end as storage,\n"
    "  case when fn.nspname = 'pg_catalog' then quote_ident(f.opfname) else format('%I.%I', fn.nspname, f.opfname) end as family\n"
    "from pg_opclass c\n"
    "join pg_namespace n on n.oid = c.opcnamespace\n"
    "join pg_am am on am.oid = c.opcmethod\n"
    "join pg_opfamily f on f.oid = c.opcfamily\n"
    "join pg_namespace fn on fn.oid = f.opfnamespace\n"
    LPC_OPCLASS_MEMBERS("pg_opclass", "c.oid", "c.opcfamily")
    "left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_opclass'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_opclass:c.oid}"}};

// ---- from .lp ------------------------------------------------------------------------------------------------------------------------

std::string type_of(const ast::Clause* clause, LowerContext& context) {
  const ast::Value* type = clause == nullptr ? nullptr : clause->value(ast::Shape::type);
  return type == nullptr ? std::string() : frontend::argument_type(context.type_text(type->text));
}

void lower_class(const ast::Decl& decl, LowerContext& context) {
  const ast::Clause* using_clause = context.once(decl, "access_method");
  const std::string type = type_of(context.once(decl, "for_type"), context);
  const std::string about = fmt::format("operator class `{}`", decl.name.dotted());
  if (using_clause == nullptr) context.error(diag::make(diag::Code::kMissingClause, decl.name_span, about, "using …"));
  if (type.empty() && !decl.external) context.error(diag::make(diag::Code::kMissingClause, decl.name_span, about, "for type …"));
  if (using_clause == nullptr) return;
  const std::string method = using_clause->value(ast::Shape::name)->name.last();
  Object* object = context.add(decl, {KindId::OperatorClass, context.schema_of(decl.name), decl.name.last(), "", method});
  if (object == nullptr) return;
  keys::reject_others(decl, context, kOperatorClassAbout, {"access_method", "for_type", "is_default", "class_operator", "class_function", "class_storage"});
  keys::each(decl, context, kOperatorClassAbout, {}, [](const keys::Key&) { return false; });
  Attributes& attributes = object->attributes;
  attributes.set("type", type);
  attributes.set("is_default", Value(decl.has("is_default")));
  if (const std::string storage = type_of(context.once(decl, "class_storage"), context); !storage.empty() && storage != type) attributes.set("storage", storage);
  if (const ast::Clause* family = using_clause->clause("family")) {
    if (family->word_value() != "family") {
      context.error(diag::make(diag::Code::kUnexpectedInput, family->span, fmt::format("`{}`", family->word_value()), "`family …`"));
    }
    const ast::Name& name = family->value(ast::Shape::name)->name;
    attributes.set("family", qualified(name.qualifier(), name.last()).text);
  }
  opclass::set_members(*object, opclass::lower_members(decl, method, type, context));
}

void link_class(const Object& object, LinkContext& context) {
  context.object(opclass::family_named(object.attributes.text("family"), object.id.arguments));
  opclass::link(object, context);
}

/// An index or a key without a word on it takes the class that is the default of the column's type, so that one has to be there first; without it Postgres may find
/// another, such as the one of all rows. A wish, not a need: a class may well have been made default later.
void come_before_indexes(CatalogBuilder& builder) {
  std::vector<const Object*> defaults;
  for (const Object* object : builder.of(KindId::OperatorClass)) {
    if (object->attributes.flag("is_default")) defaults.push_back(object);
  }
  if (defaults.empty()) return;
  for (Object* object : builder.objects()) {
    const std::string& kind_of_constraint = object->attributes.text("type");
    const bool has_index = object->id.kind == KindId::Index || (object->id.kind == KindId::Constraint && kind_of_constraint != "check" && kind_of_constraint != "foreign key");
    if (!has_index || !object->parent) continue;
    const std::string method = object->attributes.has("using") ? object->attributes.text("using") : "btree";
    for (const Object* column : builder.children(*object->parent)) {
      if (column->id.kind != KindId::Column) continue;
      for (const Object* its_class : defaults) {
        if (its_class->id.arguments != method || its_class->attributes.text("type") != column->attributes.text("type")) continue;
        std::vector<ObjectId>& mentions = object->mentions;
        if (std::ranges::find(mentions, its_class->id) == mentions.end()) mentions.push_back(its_class->id);
        std::ranges::sort(mentions, [](const ObjectId& a, const ObjectId& b) { return a < b; });
      }
    }
  }
}

// ---- to SQL --------------------------------------------------------------------------------------------------------------------------

void create_class(const Object& object, const ChangeContext& context, Action& action) {
  const Attributes& attributes = object.attributes;
  std::vector<Member> members = opclass::members(object);
  std::ranges::copy(brought_by_class(object, context), std::back_inserter(members));
  std::ranges::sort(members);
  std::vector<Sql> parts;
  for (const Member& member : members) parts.push_back(opclass::clause(member));
  // A class must say something: its storage, if nothing else.
  if (attributes.has("storage") || parts.empty()) parts.push_back(sql("STORAGE {}", fragment(attributes.text(attributes.has("storage") ? "storage" : "type"))));
  const Sql is_default = attributes.flag("is_default") ? sql(" DEFAULT") : Sql{};
  action.sql.push_back(sql("CREATE OPERATOR CLASS {}{} FOR TYPE {} USING {} FAMILY {} AS\n    {}", qualified(object.id.schema, object.id.name), is_default,
                           fragment(attributes.text("type")), ident(object.id.arguments), fragment(attributes.text("family")), join(parts, ",\n    ")));
}

// ---- to .lp ---------------------------------------------------------------------------------------------------------------------------

void print_class(const Object& object, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  writer.doc(object).word("operator class").name(object.id.schema, object.id.name);
  if (attributes.flag("is_default")) writer.word("default");
  writer.word("for type").type(attributes.text("type")).word("using").ident(object.id.arguments);
  const std::string& family = attributes.text("family");
  if (family != qualified(object.id.schema, object.id.name).text) opclass::print_family_name(object, family, object.id.arguments, catalog, writer.word("family"));
  writer.owner(object).comment_clause(object);
  std::vector<Member> members = opclass::members(object);
  const Object* its_family = catalog.find(opclass::family_named(family, object.id.arguments));
  if (its_family != nullptr && its_family->id.name == object.id.name && its_family->id.schema == object.id.schema && is_said_by_class(*its_family, catalog)) {
    for (Member& member : opclass::members(*its_family)) members.push_back(std::move(member));
  }
  std::ranges::sort(members);
  writer.open();
  for (const Member& member : members) opclass::print(object, member, attributes.text("type"), catalog, writer);
  if (attributes.has("storage")) writer.word("storage").type(attributes.text("storage")).line();
  writer.close();
}

constexpr AttributeRule kOperatorClassRules[] = {
    {.name = "type", .content = Content::type},
    {.name = "is_default", .content = Content::flag},
    {.name = "family", .content = Content::text},
    {.name = "operators", .content = Content::list},
    {.name = "functions", .content = Content::list},
    {.name = "storage", .content = Content::type},
    kOwnerRule,
    kCommentRule,
};

}  // namespace

constexpr Kind kOperatorClass = {
    .id = KindId::OperatorClass,
    .sql_name = "OPERATOR CLASS",
    .declared_as = kOperatorClassDeclaredAs,
    .introspect = kOperatorClassQueries,
    .lower = lower_class,
    .normalise = come_before_indexes,
    .edges = link_class,
    .create = create_class,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = opclass::address,
    .attributes = kOperatorClassRules,
    .print_lp = print_class,
    .slots = nullptr,
    .traits = {.found_in = "pg_opclass where oid >= 16384"},
};
static_assert(is_complete(kOperatorClass));

}  // namespace lpc::kinds
