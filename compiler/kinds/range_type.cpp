// Range types, each with its multirange type (14 and newer). https://www.postgresql.org/docs/15/sql-createtype.html, "Range Types"
// A range type with a canonical function is made in stages, see staged_type.h.
#include <fmt/core.h>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"
#include "kinds/security_labels.h"
#include "kinds/staged_type.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kRangeTypeDeclaredAs[] = {"range_type"};
constexpr std::string_view kRangeTypeAbout = "a range type";
constexpr int kFirstWithMultiranges = 140000;

// ---- from a server -------------------------------------------------------------------------------------------------------------------

// Constructor functions and array types are parts of the types. `whole` are the rows of types, `last` those of what carries the owner: the definition where there is one.
#define LPC_RANGE_QUERY(multirange_columns, multirange_aliases, multirange_join)                                                            \
  "select n.nspname as _schema, t.typname as _name, part.member as _member, case when part.member <> '' then 'range type' end as _parent_kind,\n" \
  "  case when part.last then concat_ws(' ', 'pg_type:' || t.oid, 'pg_type:' || t.typarray" multirange_aliases ") else 'pg_type:' || t.oid || ':1' end as _aliases,\n"       \
  "  case when part.last then pg_get_userbyid(t.typowner) end as owner, case when part.last then d.description end as comment,\n"           \
  "  case when part.last then t.typacl::text end as _acl, case when part.last then pg_get_userbyid(t.typowner) end as _acl_owner,\n"        \
  "  case when part.whole then format_type(r.rngsubtype, null) end as subtype,\n"                                                           \
  "  case when part.whole and (not o.opcdefault or opn.nspname <> 'pg_catalog') then case when opn.nspname = 'pg_catalog' then quote_ident(o.opcname)\n"                     \
  "    else format('%I.%I', opn.nspname, o.opcname) end end as subtype_opclass,\n"                                                          \
  "  case when part.whole and r.rngcollation <> st.typcollation then format('%I.%I', cn.nspname, co.collname) end as collation,\n"          \
  "  case when part.whole and r.rngcanonical <> 0 then case when pn.nspname = 'pg_catalog' then quote_ident(p.proname)\n"                   \
  "    else format('%I.%I', pn.nspname, p.proname) end end as canonical,\n"                                                                 \
  "  case when part.whole and r.rngsubdiff <> 0 then case when qn.nspname = 'pg_catalog' then quote_ident(q.proname)\n"                     \
  "    else format('%I.%I', qn.nspname, q.proname) end end as subtype_diff" multirange_columns "\n"                                         \
  "from pg_range r\n"                                                                                                                       \
  "join pg_type t on t.oid = r.rngtypid\n"                                                                                                  \
  "join pg_namespace n on n.oid = t.typnamespace\n"                                                                                         \
  "join pg_type st on st.oid = r.rngsubtype\n"                                                                                              \
  "join pg_opclass o on o.oid = r.rngsubopc\n"                                                                                              \
  "join pg_namespace opn on opn.oid = o.opcnamespace\n"                                                                                     \
  "left join pg_collation co on co.oid = r.rngcollation\n"                                                                                  \
  "left join pg_namespace cn on cn.oid = co.collnamespace\n"                                                                                \
  "left join pg_proc p on p.oid = r.rngcanonical\n"                                                                                         \
  "left join pg_namespace pn on pn.oid = p.pronamespace\n"                                                                                  \
  "left join pg_proc q on q.oid = r.rngsubdiff\n"                                                                                           \
  "left join pg_namespace qn on qn.oid = q.pronamespace\n" multirange_join                                                                  \
  "cross join lateral (select '' as member, true as whole, r.rngcanonical = 0 as last\n"                                                    \
  "  union all select 'definition', false, true where r.rngcanonical <> 0) part\n"                                                          \
  "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_type'::regclass and d.objsubid = 0\n"                                \
  "where {user_schema:n} and {not_member:pg_type:t.oid}"

constexpr IntrospectQuery kRangeTypeQueries[] = {
    {.sql = LPC_RANGE_QUERY(",\n  case when part.whole then format('%I.%I', mn.nspname, m.typname) end as _multirange",
                            ", 'pg_type:' || m.oid, 'pg_type:' || m.typarray",
                            "join pg_type m on m.oid = r.rngmultitypid\njoin pg_namespace mn on mn.oid = m.typnamespace\n"),
     .from_version = kFirstWithMultiranges},
    {.sql = LPC_RANGE_QUERY("", "", "")},
};
#undef LPC_RANGE_QUERY

// ---- the multirange type ----------------------------------------------------------------------------------------------------------------

/// makeMultirangeTypeName() in src/backend/catalog/pg_type.c.
std::string implied_multirange(const std::string& range) {
  constexpr std::size_t kLongest = 63;
  const std::size_t at = range.find("range");
  std::string name = at == std::string::npos ? range.substr(0, kLongest - 11) + "_multirange" : range.substr(0, at) + "multi" + range.substr(at);
  name.resize(std::min(name.size(), kLongest));
  return name;
}

ObjectId multirange_of(const ObjectId& range, const Attributes& attributes) {
  const std::vector<std::string> parts = name_parts(attributes.text("multirange_type_name"));
  if (parts.size() == 2) return {KindId::RangeType, parts[0], parts[1], "", ""};
  return {KindId::RangeType, range.schema, implied_multirange(range.name), "", ""};
}

/// The server says what the type is called; only a name of its own is an attribute. A name that the sources give in vain isn't one either.
void normalise_ranges(CatalogBuilder& builder) {
  staged::lend_owner(builder, KindId::RangeType);
  for (Object* object : builder.of(KindId::RangeType)) {
    if (staged::is_definition(object->id)) continue;
    const std::string implied = qualified(object->id.schema, implied_multirange(object->id.name)).text;
    if (object->attributes.has("_multirange")) object->attributes.set("multirange_type_name", object->attributes.text("_multirange"));
    if (object->attributes.text("multirange_type_name") == implied) object->attributes.remove("multirange_type_name");
  }
}

// ---- from .lp ------------------------------------------------------------------------------------------------------------------------

bool set_key(const keys::Key& key, const ObjectId& id, LowerContext& context, Attributes& attributes) {
  const ast::Value& value = key.value;
  if (key.name == "subtype") {
    attributes.set("subtype", frontend::argument_type(context.type_text(value.shape == ast::Shape::string ? ident(value.text).text : keys::text(value))));
  } else if (key.name == "subtype_opclass") {
    attributes.set("subtype_opclass", keys::name_text(value));
  } else if (key.name == "collation") {
    attributes.set("collation", context.collation_text(keys::name(key, context)));
  } else if (key.name == "canonical" || key.name == "subtype_diff") {
    const ast::Name name = keys::name(key, context);
    if (name.empty()) return true;
    attributes.set(key.name == "canonical" ? "canonical" : "subtype_diff", context.routine_text(name));
  } else if (key.name == "multirange_type_name") {
    const ast::Name name = keys::name(key, context);
    if (!name.empty()) attributes.set("multirange_type_name", qualified(name.qualifier().empty() ? std::string_view(id.schema) : name.qualifier(), name.last()).text);
  } else {
    return false;
  }
  return true;
}

void lower_range(const ast::Decl& decl, LowerContext& context) {
  Object* range = context.add(decl, {KindId::RangeType, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (range == nullptr) return;
  keys::reject_others(decl, context, kRangeTypeAbout, {});
  keys::each(decl, context, kRangeTypeAbout, {"subtype", "subtype_opclass", "collation", "canonical", "subtype_diff", "multirange_type_name"},
             [&](const keys::Key& key) { return set_key(key, range->id, context, range->attributes); });
  if (range->attributes.has("canonical")) staged::add_definition(*range, {range->attributes.text("canonical")}, context);
  if (range->external || range->attributes.has("subtype")) return;
  context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("range type `{}`", decl.name.dotted()), "subtype = …"));
}

void link_range(const Object& object, LinkContext& context) {
  staged::link_functions(object, context);
  const std::vector<std::string> opclass = name_parts(object.attributes.text("subtype_opclass"));
  if (opclass.size() == 2) context.object({KindId::OperatorClass, opclass[0], opclass[1], "", "btree"});
}

// ---- to SQL --------------------------------------------------------------------------------------------------------------------------

void define(const Object& range, const ChangeContext& context, Action& action) {
  std::vector<Sql> options;
  for (const std::string_view name : {"subtype", "subtype_opclass", "collation", "canonical", "subtype_diff"}) {
    if (range.attributes.has(name)) options.push_back(sql("{} = {}", fragment(name), fragment(range.attributes.text(name))));
  }
  if (range.attributes.has("multirange_type_name") && context.server_version >= kFirstWithMultiranges) {
    options.push_back(sql("multirange_type_name = {}", fragment(range.attributes.text("multirange_type_name"))));
  }
  action.sql.push_back(sql("CREATE TYPE {} AS RANGE (\n    {}\n)", staged::address(range.id), join(options, ",\n    ")));
}

void create_range(const Object& object, const ChangeContext& context, Action& action) {
  if (staged::is_definition(object.id)) {
    define(*context.after.find(*object.parent), context, action);
    describe(action, "Define " + spoken(*object.parent));
  } else if (object.attributes.has("canonical")) {
    action.sql.push_back(sql("CREATE TYPE {}", staged::address(object.id)));
    describe(action, fmt::format("Create {} as a shell", spoken(object.id)));
  } else {
    define(object, context, action);
  }
}

/// RENAME and SET SCHEMA as far as they are needed. `arguments` is what stands behind a function's name.
void move(std::string_view what, const Sql& arguments, const ObjectId& from, const ObjectId& to, Action& action) {
  if (from.name != to.name) {
    action.sql.push_back(sql("ALTER {} {}{} RENAME TO {}", fragment(what), qualified(from.schema, from.name), arguments, ident(to.name)));
  }
  if (from.schema != to.schema) {
    action.sql.push_back(sql("ALTER {} {}{} SET SCHEMA {}", fragment(what), qualified(from.schema, to.name), arguments, ident(to.schema)));
  }
}

/// The constructor functions bear the type's name, but don't follow when it changes.
void move_multirange(const ObjectId& from, const ObjectId& to, const ObjectId& range, Action& action) {
  if (from == to) return;
  move("TYPE", {}, from, to, action);
  const Sql type = qualified(range.schema, range.name);
  move("FUNCTION", sql("()"), from, to, action);
  move("FUNCTION", sql("({})", type), from, to, action);
  move("FUNCTION", sql("(VARIADIC {}[])", type), from, to, action);
}

void rename_range(const Object& before, const ObjectId& after, Action& action) {
  move("TYPE", {}, before.id, after, action);
  const Sql subtype = fragment(before.attributes.text("subtype"));
  move("FUNCTION", sql("({}, {})", subtype, subtype), before.id, after, action);
  move("FUNCTION", sql("({}, {}, text)", subtype, subtype), before.id, after, action);
  // A multirange type with a name of its own stays where it is; before 14 there is none.
  const bool follows = before.attributes.has("_multirange") && !before.attributes.has("multirange_type_name");
  if (follows) move_multirange(multirange_of(before.id, {}), multirange_of(after, {}), after, action);
}

void alter_multirange(const Alteration& alteration, const ChangeContext& context, Action& action) {
  if (context.server_version < kFirstWithMultiranges) return;
  const ObjectId& id = alteration.after.id;
  const ObjectId to = multirange_of(id, alteration.after.attributes);
  move_multirange(multirange_of(id, alteration.before->attributes), to, id, action);
  describe(action, fmt::format("Rename the multirange type of {} to {}", spoken(id), to.path()));
}

std::vector<std::string> range_slots(const Object& object) {
  // The definition has the names of a type that is made in stages; its multirange type's is known to the other alone.
  if (object.attributes.has("canonical")) return {};
  std::vector<std::string> slots = type_slots(object);
  if (!staged::is_definition(object.id)) slots.push_back("type " + multirange_of(object.id, object.attributes).path());
  return slots;
}

// ---- to .lp ---------------------------------------------------------------------------------------------------------------------------

void print_range(const Object& object, const Catalog& catalog, LpWriter& writer) {
  if (staged::is_definition(object.id)) return;
  const Object& holder = staged::holder(object, catalog);
  const Attributes& attributes = object.attributes;
  writer.doc(holder).word("range type").name(object.id.schema, object.id.name).owner(holder).comment_clause(holder).grants(holder).open();
  writer.word("subtype =").type(attributes.text("subtype")).line();
  const std::string current = std::exchange(writer.schema, {});
  if (attributes.has("subtype_opclass")) writer.word("subtype_opclass =").relation(attributes.text("subtype_opclass")).line();
  if (attributes.has("collation")) writer.word("collation =").relation(attributes.text("collation")).line();
  writer.schema = current;
  for (const std::string_view name : {"canonical", "subtype_diff"}) {
    if (!attributes.has(name)) continue;
    writer.word(name).word("=");
    write_routine(attributes.text(name), catalog, writer);
    writer.line();
  }
  if (attributes.has("multirange_type_name")) {
    const ObjectId multirange = multirange_of(object.id, attributes);
    writer.word("multirange_type_name =");
    if (multirange.schema == object.id.schema) {
      writer.ident(multirange.name).line();
    } else {
      writer.name(multirange.schema, multirange.name).line();
    }
  }
  writer.close();
}

constexpr AttributeRule kRangeTypeRules[] = {
    {.name = "subtype", .content = Content::type},
    {.name = "subtype_opclass", .content = Content::text},
    {.name = "collation", .content = Content::collation},
    {.name = "canonical", .content = Content::text},
    {.name = "subtype_diff", .content = Content::routine},
    {.name = "multirange_type_name", .content = Content::text, .alter = alter_multirange},
    {.name = "_multirange", .content = Content::text, .ignored = true},
    staged::kFunctionsRule,
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kRangeType = {
    .id = KindId::RangeType,
    .sql_name = "TYPE",
    .declared_as = kRangeTypeDeclaredAs,
    .introspect = kRangeTypeQueries,
    .lower = lower_range,
    .normalise = normalise_ranges,
    .edges = link_range,
    .create = create_range,
    .drop = staged::drop,
    .rename = rename_range,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = staged::address,
    .attributes = kRangeTypeRules,
    .print_lp = print_range,
    .slots = range_slots,
    .traits = {.dropped_with_parent = true, .dropped_apart = staged::is_dropped_apart, .swappable = true, .acl_type = 'T', .found_in = "pg_type where typtype = 'r' and oid >= 16384"},
};
static_assert(is_complete(kRangeType));

}  // namespace lpc::kinds
