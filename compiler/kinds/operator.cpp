// Operators. https://www.postgresql.org/docs/15/sql-createoperator.html
// Commutators and negators come in pairs that point at each other: naming one of them sets both links, and dropping one clears that of the other. So neither
// needs the other, and a change of a link is often no more than what happens to the other operator.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"
#include "kinds/operator_name.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kOperatorDeclaredAs[] = {"operator"};
constexpr std::string_view kOperatorAbout = "an operator";
constexpr std::string_view kNone = "NONE";
/// From here on ALTER OPERATOR can set what was left unsaid: https://www.postgresql.org/docs/17/sql-alteroperator.html
constexpr int kFirstWithAlter = 170000;

constexpr auto kOperatorFunctions = std::to_array<std::string_view>({"function", "restrict", "join"});
constexpr auto kLinks = std::to_array<std::string_view>({"commutator", "negator"});
constexpr auto kFlags = std::to_array<std::string_view>({"hashes", "merges"});

// ---- from a server -------------------------------------------------------------------------------------------------------------------

#define LPC_OPERATOR_FUNCTION(column, name)                                                                                                   \
  "  (select case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', fn.nspname, f.proname) end\n"              \
  "   from pg_proc f join pg_namespace fn on fn.oid = f.pronamespace where f.oid = o." column ") as " name ",\n"
#define LPC_OPERATOR_LINK(column, name)                                                                                                       \
  "  (select case when ln.nspname = 'pg_catalog' then l.oprname::text else quote_ident(ln.nspname) || '.' || l.oprname end\n"                \
  "   from pg_operator l join pg_namespace ln on ln.oid = l.oprnamespace where l.oid = o." column ") as " name ",\n"

// A shell, made by a link to an operator that isn't defined, is there because of the link and is no object of its own; pg_dump leaves it out, too.
constexpr IntrospectQuery kOperatorQueries[] = {{.sql =
    "select n.nspname as _schema, o.oprname as _name, 'pg_operator:' || o.oid as _aliases,\n"
    "  (case when o.oprleft = 0 then 'NONE' else format_type(o.oprleft, null) end) || ', ' || (case when o.oprright = 0 then 'NONE' else format_type(o.oprright, null) end)\n"
    "    as _arguments,\n"
    "  pg_get_userbyid(o.oprowner) as owner, d.description as comment,\n"
    LPC_OPERATOR_FUNCTION("oprcode", "function") LPC_OPERATOR_FUNCTION("oprrest", "restrict") LPC_OPERATOR_FUNCTION("oprjoin", "\"join\"")
    LPC_OPERATOR_LINK("oprcom", "commutator") LPC_OPERATOR_LINK("oprnegate", "negator")
    "  o.oprcanhash as hashes, o.oprcanmerge as merges\n"
    "from pg_operator o\n"
    "join pg_namespace n on n.oid = o.oprnamespace\n"
    "left join pg_description d on d.objoid = o.oid and d.classoid = 'pg_operator'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_operator:o.oid} and o.oprcode <> 0"}};
#undef LPC_OPERATOR_FUNCTION
#undef LPC_OPERATOR_LINK

// ---- from .lp ------------------------------------------------------------------------------------------------------------------------

std::string operand(std::string_view type, LowerContext& context) {
  if (to_lower_ascii(trim(type)) == "none") return std::string(kNone);
  return frontend::argument_type(context.type_text(trim(type)));
}

/// "box, box" of the signature; empty when it isn't two types, one of which may be `none`.
std::string operands(const ast::Decl& decl, LowerContext& context) {
  const ast::Clause* signature = decl.clause("signature");
  const ast::Value* list = signature == nullptr ? nullptr : signature->value(ast::Shape::sql);
  const std::vector<std::string> types = list == nullptr ? std::vector<std::string>() : split_types(list->text);
  if (types.size() != 2) {
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("operator `{}`", decl.name.dotted()), "(left type, right type)"));
    return {};
  }
  return fmt::format("{}, {}", operand(types[0], context), operand(types[1], context));
}

bool set_key(const keys::Key& key, LowerContext& context, Attributes& attributes) {
  if (const auto function = std::ranges::find(kOperatorFunctions, key.name); function != kOperatorFunctions.end()) {
    const ast::Name name = keys::name(key, context);
    if (!name.empty()) attributes.set(*function, context.routine_text(name));
  } else if (const auto link = std::ranges::find(kLinks, key.name); link != kLinks.end()) {
    attributes.set(*link, written_operator(keys::text(key.value)));
  } else if (const auto flag = std::ranges::find(kFlags, key.name); flag != kFlags.end()) {
    attributes.set(*flag, Value(keys::flag(key, context)));
  } else {
    return false;
  }
  return true;
}

void lower_operator(const ast::Decl& decl, LowerContext& context) {
  const std::string arguments = operands(decl, context);
  if (arguments.empty()) return;
  Object* object = context.add(decl, {KindId::Operator, context.schema_of(decl.name), decl.name.last(), "", arguments});
  if (object == nullptr) return;
  keys::reject_others(decl, context, kOperatorAbout, {});
  keys::each(decl, context, kOperatorAbout, {"function", "restrict", "join", "commutator", "negator", "hashes", "merges"},
             [&](const keys::Key& key) { return set_key(key, context, object->attributes); });
  if (object->external || object->attributes.has("function")) return;
  context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("operator `{}`", decl.name.dotted()), "function = …"));
}

// ---- links to other operators --------------------------------------------------------------------------------------------------------------

/// The operator that a link means: the commutator has its operands the other way round.
ObjectId linked(const Object& object, std::string_view link) {
  const std::vector<std::string> name = operator_parts(object.attributes.text(link));
  const std::vector<std::string> types = split_types(object.id.arguments);
  if (name.empty() || types.size() != 2) return {};
  const bool turned = link == "commutator";
  return {KindId::Operator, name.size() == 2 ? name[0] : "", name.back(), "", fmt::format("{}, {}", types[turned ? 1 : 0], types[turned ? 0 : 1])};
}

/// Without a schema a link means what the sources declare in the operator's schema or in public, else one of pg_catalog's.
void normalise_operators(CatalogBuilder& builder) {
  for (Object* object : builder.of(KindId::Operator)) {
    for (const std::string_view link : kLinks) {
      ObjectId other = linked(*object, link);
      if (other.name.empty()) continue;
      const std::string text = object->attributes.text(link);
      object->attributes.set(link, placed_text(*object, text, [&](const std::string& schema) {
        other.schema = schema;
        return builder.find(other) != nullptr;
      }));
    }
  }
}

bool points_at(const Object* object, std::string_view link, const ObjectId& target) { return object != nullptr && linked(*object, link) == target; }

/// Whether the other operator's coming and going gives this one the link that it shall have.
bool happens_by_itself(const Object& before, const Object& after, std::string_view link, const ChangeContext& context) {
  if (before.attributes.has(link) && !context.is_dropped(linked(before, link))) return false;
  if (!after.attributes.has(link)) return true;
  const ObjectId other = linked(after, link);
  return context.is_created(other) && points_at(context.after.find(other), link, after.id);
}

// ---- to SQL --------------------------------------------------------------------------------------------------------------------------

Sql address_operator(const ObjectId& id) { return sql("{} ({})", operator_sql(id.schema, id.name), fragment(id.arguments)); }

Sql link_clause(const Object& object, std::string_view link) {
  const ObjectId other = linked(object, link);
  return sql("{} = OPERATOR({})", fragment(link), operator_sql(other.schema.empty() ? "pg_catalog" : other.schema, other.name));
}

Sql create_statement(const Object& object) {
  const std::vector<std::string> types = split_types(object.id.arguments);
  const Attributes& attributes = object.attributes;
  std::vector<Sql> options = {sql("function = {}", fragment(attributes.text("function")))};
  if (types[0] != kNone) options.push_back(sql("leftarg = {}", fragment(types[0])));
  if (types[1] != kNone) options.push_back(sql("rightarg = {}", fragment(types[1])));
  for (const std::string_view link : kLinks) {
    if (attributes.has(link)) options.push_back(link_clause(object, link));
  }
  if (attributes.has("restrict")) options.push_back(sql("restrict = {}", fragment(attributes.text("restrict"))));
  if (attributes.has("join")) options.push_back(sql("join = {}", fragment(attributes.text("join"))));
  for (const std::string_view flag : kFlags) {
    if (attributes.flag(flag)) options.push_back(fragment(flag));
  }
  return sql("CREATE OPERATOR {} (\n    {}\n)", operator_sql(object.id.schema, object.id.name), join(options, ",\n    "));
}

void create_operator(const Object& object, const ChangeContext&, Action& action) { action.sql.push_back(create_statement(object)); }

/// A link to an operator that isn't defined has made a shell for it, which nothing else would ever drop.
void drop_with_shells(const Object& object, const ChangeContext& context, Action& action) {
  action.sql.push_back(sql("DROP OPERATOR {}", address_operator(object.id)));
  for (const std::string_view link : kLinks) {
    const ObjectId other = linked(object, link);
    if (other.schema.empty() || other == object.id || context.before.has(other)) continue;
    const bool is_first = std::ranges::none_of(context.before.of(KindId::Operator), [&](const Object& one) {
      return one.id < object.id && (points_at(&one, "commutator", other) || points_at(&one, "negator", other));
    });
    if (is_first) action.sql.push_back(sql("DROP OPERATOR {}", address_operator(other)));
  }
}

void drop_operator(const Object& object, const ChangeContext& context, Action& action) {
  drop_with_shells(object, context, action);
  describe(action, "Drop " + spoken(object.id));
}

void alter_estimators(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  std::vector<Sql> options;
  for (const std::string_view name : {"restrict", "join"}) {
    if (!alteration.has(name)) continue;
    options.push_back(sql("{} = {}", fragment(name), after.attributes.has(name) ? fragment(after.attributes.text(name)) : sql("NONE")));
  }
  action.sql.push_back(sql("ALTER OPERATOR {} SET ({})", address_operator(after.id), join(options, ", ")));
  describe(action, fmt::format("Change the estimators of {}", spoken(after.id)));
}

void make_anew(const Object& before, const Object& object, const ChangeContext& context, Action& action) {
  drop_with_shells(before, context, action);
  action.sql.push_back(create_statement(object));
  if (object.attributes.has("owner")) {
    action.sql.push_back(sql("ALTER OPERATOR {} OWNER TO {}", address_operator(object.id), ident(object.attributes.text("owner"))));
  }
  restore_comment(object, "OPERATOR", address_operator(object.id), action);
  describe(action, fmt::format("Make {} again with other links", spoken(object.id)));
}

void alter_links(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& before = *alteration.before;
  const Object& after = alteration.after;
  std::vector<Sql> options;
  bool is_other = false;
  for (const std::string_view link : kLinks) {
    if (!alteration.has(link) || happens_by_itself(before, after, link, context)) continue;
    const bool was_set = before.attributes.has(link) && !context.is_dropped(linked(before, link));
    is_other = is_other || was_set || context.server_version < kFirstWithAlter;
    if (after.attributes.has(link)) options.push_back(link_clause(after, link));
  }
  if (is_other) {
    make_anew(before, after, context, action);
  } else if (!options.empty()) {
    action.sql.push_back(sql("ALTER OPERATOR {} SET ({})", address_operator(after.id), join(options, ", ")));
    describe(action, fmt::format("Link {}", spoken(after.id)));
  }
}

void alter_flags(const Alteration& alteration, const ChangeContext&, Action& action) {
  std::vector<Sql> options;
  for (const std::string_view flag : kFlags) {
    if (alteration.has(flag)) options.push_back(fragment(flag));
  }
  action.sql.push_back(sql("ALTER OPERATOR {} SET ({})", address_operator(alteration.after.id), join(options, ", ")));
}

/// HASHES and MERGES can't be taken back, and before 17 not given either.
bool must_replace(const Object& before, const Object& after, int server_version) {
  return std::ranges::any_of(kFlags, [&](std::string_view flag) {
    return before.attributes.flag(flag) != after.attributes.flag(flag) && (server_version < kFirstWithAlter || before.attributes.flag(flag));
  });
}

/// An operator's name can't be changed, but its schema can.
void rename_operator(const Object& before, const ObjectId& after, Action& action) {
  if (before.id.schema != after.schema) {
    action.sql.push_back(sql("ALTER OPERATOR {} SET SCHEMA {}", address_operator(before.id), ident(after.schema)));
  }
}

std::vector<std::string> operator_slots(const Object& object) {
  return {fmt::format("operator {}({})", qualified(object.id.schema, object.id.name).text, object.id.arguments)};
}

// ---- to .lp ---------------------------------------------------------------------------------------------------------------------------

void print_link(const Object& object, std::string_view link, const Catalog& catalog, LpWriter& writer) {
  const ObjectId other = linked(object, link);
  const bool hidden = other.schema.empty() && is_hidden(object, [&](const std::string& schema) {
    return catalog.has({KindId::Operator, schema, other.name, "", other.arguments});
  });
  if (hidden) {
    writer.word(link).word("=").word(sql("operator({})", operator_sql("pg_catalog", other.name)).text).line();
    return;
  }
  const bool is_found = other.schema.empty() || (other.schema == object.id.schema && catalog.has(other));
  writer.word(link).word("=").word(is_found ? other.name.str() : sql("operator({})", operator_sql(other.schema, other.name)).text).line();
}

void print_operator(const Object& object, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  const std::vector<std::string> types = split_types(object.id.arguments);
  writer.doc(object).word("operator").word(operator_lp(object.id.schema, object.id.name, writer.schema)).word("(");
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (i > 0) writer.word(",");
    if (types[i] == kNone) {
      writer.word("none");
    } else {
      writer.type(types[i]);
    }
  }
  writer.word(")").owner(object).comment_clause(object);
  writer.open();
  const auto print_function = [&](std::string_view name) {
    if (!attributes.has(name)) return;
    writer.word(name).word("=");
    write_routine(attributes.text(name), catalog, writer);
    writer.line();
  };
  print_function("function");
  for (const std::string_view link : kLinks) {
    if (attributes.has(link)) print_link(object, link, catalog, writer);
  }
  print_function("restrict");
  print_function("join");
  for (const std::string_view flag : kFlags) {
    if (attributes.flag(flag)) writer.word(flag).word("= true").line();
  }
  writer.close();
}

constexpr AttributeRule kOperatorRules[] = {
    {.name = "function", .content = Content::routine},
    {.name = "commutator", .content = Content::text, .alter = alter_links},
    {.name = "negator", .content = Content::text, .alter = alter_links},
    {.name = "restrict", .content = Content::routine, .alter = alter_estimators},
    {.name = "join", .content = Content::routine, .alter = alter_estimators},
    {.name = "hashes", .content = Content::flag, .alter = alter_flags, .replace_when = must_replace},
    {.name = "merges", .content = Content::flag, .alter = alter_flags, .replace_when = must_replace},
    kOwnerRule,
    kCommentRule,
};

}  // namespace

constexpr Kind kOperator = {
    .id = KindId::Operator,
    .sql_name = "OPERATOR",
    .declared_as = kOperatorDeclaredAs,
    .introspect = kOperatorQueries,
    .lower = lower_operator,
    .normalise = normalise_operators,
    .edges = nullptr,
    .create = create_operator,
    .drop = drop_operator,
    .rename = rename_operator,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_operator,
    .attributes = kOperatorRules,
    .print_lp = print_operator,
    .slots = operator_slots,
    .traits = {.found_in = "pg_operator where oid >= 16384"},
};
static_assert(is_complete(kOperator));

}  // namespace lpc::kinds
