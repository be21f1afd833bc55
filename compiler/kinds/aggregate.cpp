// Aggregates: ordinary, ordered-set and hypothetical-set ones. https://www.postgresql.org/docs/15/sql-createaggregate.html
// The identity of one with ORDER BY has it in its arguments, "double precision ORDER BY integer", as the server prints it.
#include "kinds/aggregate.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/declared_routine.h"
#include "kinds/keys.h"
#include "kinds/routine.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {

namespace {

constexpr std::string_view kOrderBy = "ORDER BY ";

/// Where the aggregated arguments' ORDER BY begins and ends at bracket depth 0; npos when there is none.
struct OrderBy {
  std::size_t begin = std::string_view::npos;
  std::size_t end = std::string_view::npos;
};

OrderBy find_order_by(std::string_view text) {
  int depth = 0;
  OrderBy found;
  for (std::size_t at = 0; at < text.size();) {
    const Lexeme lexeme = scan_lexeme(text, at);
    const std::string_view word = text.substr(at, lexeme.end - at);
    if (word == "(" || word == "[") ++depth;
    if (word == ")" || word == "]") --depth;
    if (found.begin != std::string_view::npos && !is_filler(lexeme.kind)) {
      if (to_lower_ascii(word) == "by") return {found.begin, lexeme.end};
      found = {};
    }
    if (depth == 0 && lexeme.kind == LexemeKind::word && to_lower_ascii(word) == "order") found.begin = at;
    at = lexeme.end;
  }
  return {};
}

}  // namespace

std::string aggregate_input_types(std::string_view identity) {
  const OrderBy order = find_order_by(identity);
  if (order.begin == std::string_view::npos) return std::string(identity);
  const std::string_view direct = trim(identity.substr(0, order.begin));
  const std::string_view ordered = trim(identity.substr(order.end));
  if (direct.empty()) return std::string(ordered);
  return ordered.starts_with("VARIADIC ") ? std::string(direct) : fmt::format("{}, {}", direct, ordered);
}

namespace {

constexpr std::string_view kAggregateDeclaredAs[] = {"aggregate"};

// ---- the options, in the order of the manual -------------------------------------------------------------------------------------

enum class AggregateForm : std::uint8_t { routine, type, integer, text, flag, word, op };

struct AggregateOption {
  std::string_view name;
  AggregateForm form;
};

constexpr auto kAggregateOptions = std::to_array<AggregateOption>({
    {"sfunc", AggregateForm::routine},           {"stype", AggregateForm::type},           {"sspace", AggregateForm::integer},        {"finalfunc", AggregateForm::routine},
    {"finalfunc_extra", AggregateForm::flag},    {"finalfunc_modify", AggregateForm::word}, {"combinefunc", AggregateForm::routine},   {"serialfunc", AggregateForm::routine},
    {"deserialfunc", AggregateForm::routine},    {"initcond", AggregateForm::text},        {"msfunc", AggregateForm::routine},        {"minvfunc", AggregateForm::routine},
    {"mstype", AggregateForm::type},             {"msspace", AggregateForm::integer},      {"mfinalfunc", AggregateForm::routine},    {"mfinalfunc_extra", AggregateForm::flag},
    {"mfinalfunc_modify", AggregateForm::word},  {"minitcond", AggregateForm::text},       {"sortop", AggregateForm::op},             {"parallel", AggregateForm::word},
    {"hypothetical", AggregateForm::flag},
});

// ---- from a server ---------------------------------------------------------------------------------------------------------------

#define LPC_AGGREGATE_FUNCTION(column)                                                                                                        \
  "  (select case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', fn.nspname, f.proname) end\n"              \
  "   from pg_proc f join pg_namespace fn on fn.oid = f.pronamespace where f.oid = a." column ") as "
#define LPC_AGGREGATE_MODIFY(column)                                                                                                          \
  "  case when a." column " <> (case a.aggkind when 'n' then 'r'::\"char\" else 'w'::\"char\" end)\n"                                        \
  "    then case a." column " when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end end as "

// An aggregate with ORDER BY whose arguments are all direct has a variadic one that is aggregated as well: print_function_arguments() in ruleutils.c.
constexpr IntrospectQuery kAggregateQueries[] = {{.sql =
    "select n.nspname as _schema, p.proname as _name, 'pg_proc:' || p.oid as _aliases,\n"
    "  case a.aggkind when 'n' then coalesce(x.direct, '') else coalesce(x.direct || ' ', '') || 'ORDER BY ' || x.ordered end as _arguments,\n"
    "  pg_get_userbyid(p.proowner) as owner, p.proacl::text as _acl, pg_get_userbyid(p.proowner) as _acl_owner, d.description as comment,\n"
    "  x.parameters as parameters, case when a.aggkind <> 'n' then x.order_by end as order_by, a.aggkind = 'h' as hypothetical,\n"
    LPC_AGGREGATE_FUNCTION("aggtransfn") "sfunc, format_type(a.aggtranstype, null) as stype, nullif(a.aggtransspace, 0) as sspace,\n"
    LPC_AGGREGATE_FUNCTION("aggfinalfn") "finalfunc, a.aggfinalextra as finalfunc_extra,\n" LPC_AGGREGATE_MODIFY("aggfinalmodify") "finalfunc_modify,\n"
    LPC_AGGREGATE_FUNCTION("aggcombinefn") "combinefunc,\n" LPC_AGGREGATE_FUNCTION("aggserialfn") "serialfunc,\n"
    LPC_AGGREGATE_FUNCTION("aggdeserialfn") "deserialfunc,\n" LPC_AGGREGATE_FUNCTION("aggmtransfn") "msfunc,\n"
    LPC_AGGREGATE_FUNCTION("aggminvtransfn") "minvfunc, case when a.aggmtranstype <> 0 then format_type(a.aggmtranstype, null) end as mstype,\n"
    "  nullif(a.aggmtransspace, 0) as msspace,\n" LPC_AGGREGATE_FUNCTION("aggmfinalfn") "mfinalfunc, a.aggmfinalextra as mfinalfunc_extra,\n"
    LPC_AGGREGATE_MODIFY("aggmfinalmodify") "mfinalfunc_modify, a.agginitval as initcond, a.aggminitval as minitcond,\n"
    "  (select case when opn.nspname = 'pg_catalog' then o.oprname::text else format('operator(%I.%s)', opn.nspname, o.oprname) end\n"
    "   from pg_operator o join pg_namespace opn on opn.oid = o.oprnamespace where o.oid = a.aggsortop) as sortop,\n"
    "  case p.proparallel when 's' then 'safe' when 'r' then 'restricted' end as parallel\n"
    "from pg_aggregate a\n"
    "join pg_proc p on p.oid = a.aggfnoid\n"
    "join pg_namespace n on n.oid = p.pronamespace\n"
    "left join lateral (\n"
    "  select string_agg(y.identity, ', ' order by y.i) filter (where y.is_direct) as direct, json_agg(y.parameter order by y.i) filter (where y.is_direct) as parameters,\n"
    "    string_agg(y.identity, ', ' order by y.i) filter (where not y.is_direct or y.is_both) as ordered,\n"
    "    json_agg(y.parameter order by y.i) filter (where not y.is_direct or y.is_both) as order_by\n"
    "  from (select t.i, a.aggkind = 'n' or t.i <= a.aggnumdirectargs as is_direct, a.aggnumdirectargs = p.pronargs and t.i = p.pronargs as is_both,\n"
    "          case when a.aggkind <> 'n' and p.proargmodes[t.i] = 'v' then 'VARIADIC ' else '' end || format_type(t.type, null) as identity,\n"
    "          json_strip_nulls(json_build_object('mode', case p.proargmodes[t.i] when 'v' then 'variadic' end,\n"
    "            'name', nullif(p.proargnames[t.i], ''), 'type', format_type(t.type, null))) as parameter\n"
    "        from unnest(p.proargtypes) with ordinality t(type, i)) y) x on true\n"
    "left join pg_description d on d.objoid = p.oid and d.classoid = 'pg_proc'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_proc:p.oid}"}};
#undef LPC_AGGREGATE_FUNCTION
#undef LPC_AGGREGATE_MODIFY

// ---- from .lp ----------------------------------------------------------------------------------------------------------------------

/// The parameters of one of the two lists; `offset` is where its text begins in the signature.
std::vector<routine::Parameter> declared_list(std::string_view whole, std::size_t begin, std::size_t end, const ast::Value& signature, LowerContext& context) {
  std::vector<routine::Parameter> parameters;
  const std::string_view text = trim(whole.substr(begin, end - begin));
  if (text.empty() || text == "*") return parameters;
  const auto at = signature.span.begin + static_cast<std::uint32_t>(text.data() - whole.data());
  const Span span{signature.span.file, at, at + static_cast<std::uint32_t>(text.size())};
  context.fragments.check(frontend::FragmentKind::parameters, text, span, context.sink);
  for (frontend::Parameter& said : context.fragments.parameters(text)) {
    if (said.mode != "in" && said.mode != "variadic") context.error(diag::make(diag::Code::kWrongValue, span, "aggregate", "arguments that are inputs"));
    parameters.push_back({said.mode == "variadic" ? "variadic" : "", std::move(said.name), frontend::argument_type(context.type_text(said.type)), {}});
  }
  return parameters;
}

struct Signature {
  std::vector<routine::Parameter> direct;
  std::vector<routine::Parameter> ordered;
  bool has_order = false;
};

Signature declared_signature(const ast::Decl& decl, LowerContext& context) {
  Signature signature;
  const ast::Clause* clause = context.once(decl, "signature");
  const ast::Value* value = clause == nullptr ? nullptr : clause->value(ast::Shape::sql);
  if (value == nullptr) {
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("aggregate `{}`", decl.name.dotted()), "its arguments in parentheses"));
    return signature;
  }
  const std::string_view text = value->text;
  const OrderBy order = find_order_by(text);
  signature.has_order = order.begin != std::string_view::npos;
  signature.direct = declared_list(text, 0, signature.has_order ? order.begin : text.size(), *value, context);
  if (signature.has_order) signature.ordered = declared_list(text, order.end, text.size(), *value, context);
  return signature;
}

std::string identity_of(const Signature& signature) {
  if (!signature.has_order) return routine::input_types(signature.direct);
  const auto spelt = [](const std::vector<routine::Parameter>& parameters) {
    std::vector<std::string> types;
    for (const routine::Parameter& parameter : parameters) types.push_back((parameter.mode == "variadic" ? "VARIADIC " : "") + parameter.type);
    return lpc::join(types, ", ");
  };
  const std::string direct = spelt(signature.direct);
  return fmt::format("{}{}{}{}", direct, direct.empty() ? "" : " ", kOrderBy, spelt(signature.ordered));
}

void lower_option(const AggregateOption& option, const keys::Key& key, bool is_ordered_set, Object& object, LowerContext& context) {
  Attributes& attributes = object.attributes;
  const std::string text = keys::text(key.value);
  switch (option.form) {
    case AggregateForm::routine:
      if (const ast::Name name = keys::name(key, context); !name.empty()) {
        attributes.set(option.name, context.routine_text(name));
      }
      break;
    case AggregateForm::type: attributes.set(option.name, frontend::argument_type(context.type_text(text))); break;
    case AggregateForm::integer: {
      const bool is_number = key.value.shape == ast::Shape::number && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) && text.size() < 10;
      if (!is_number) context.error(diag::make(diag::Code::kWrongValue, key.span, key.name, "a number of bytes"));
      if (const int bytes = is_number ? std::stoi(text) : 0; bytes != 0) attributes.set(option.name, Value(bytes));
      break;
    }
    case AggregateForm::text: attributes.set(option.name, text); break;
    case AggregateForm::flag: attributes.set(option.name, Value(keys::flag(key, context))); break;
    case AggregateForm::word: {
      const std::string word = to_lower_ascii(text);
      const bool is_default = option.name == "parallel" ? word == "unsafe" : word == (is_ordered_set ? "read_write" : "read_only");
      if (!is_default) attributes.set(option.name, word);
      break;
    }
    case AggregateForm::op: {
      constexpr std::string_view kSystem = "operator(pg_catalog.";
      const bool is_system = to_lower_ascii(text).starts_with(kSystem) && text.ends_with(')');
      attributes.set(option.name, is_system ? text.substr(kSystem.size(), text.size() - kSystem.size() - 1) : text);
      break;
    }
  }
}

void lower_aggregate(const ast::Decl& decl, LowerContext& context) {
  const Signature signature = declared_signature(decl, context);
  Object* object = context.add(decl, {KindId::Aggregate, context.schema_of(decl.name), decl.name.last(), "", identity_of(signature)});
  if (object == nullptr) return;
  keys::reject_others(decl, context, "an aggregate", {});
  object->attributes.set("parameters", routine::parameters_value(signature.direct));
  object->attributes.set("order_by", routine::parameters_value(signature.ordered));
  keys::each(decl, context, "an aggregate",
             {"sfunc", "stype", "sspace", "finalfunc", "finalfunc_extra", "finalfunc_modify", "combinefunc", "serialfunc", "deserialfunc", "initcond", "msfunc",
              "minvfunc", "mstype", "msspace", "mfinalfunc", "mfinalfunc_extra", "mfinalfunc_modify", "minitcond", "sortop", "parallel", "hypothetical"},
             [&](const keys::Key& key) {
               const auto option = std::ranges::find(kAggregateOptions, key.name, &AggregateOption::name);
               if (option == kAggregateOptions.end()) return false;
               lower_option(*option, key, signature.has_order, *object, context);
               return true;
             });
  if (object->external) return;
  for (const std::string_view needed : {"sfunc", "stype"}) {
    if (!object->attributes.has(needed)) {
      context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("aggregate `{}`", decl.name.dotted()), fmt::format("{} = …", needed)));
    }
  }
}

std::vector<routine::Parameter> list_of(const Object& object, std::string_view attribute) {
  Object apart;
  if (const Value* value = object.attributes.find(attribute)) apart.attributes.set("parameters", *value);
  return routine::parameters_of(apart);
}

/// The types that a support function is called with: https://www.postgresql.org/docs/15/sql-createaggregate.html, "Parameters".
std::vector<std::string> called_with(std::string_view option, const Object& object) {
  if (option == "deserialfunc") return {"bytea", "internal"};
  const std::string& state = object.attributes.text(option.starts_with('m') ? "mstype" : "stype");
  if (option == "serialfunc") return {state};
  if (option == "combinefunc") return {state, state};
  std::vector<std::string> types = {state};
  const bool is_final = option.ends_with("finalfunc");
  if (is_final && !object.attributes.flag(option == "finalfunc" ? "finalfunc_extra" : "mfinalfunc_extra")) return types;
  const std::string inputs = aggregate_input_types(object.id.arguments);
  if (!inputs.empty()) types.push_back(inputs);
  return types;
}

/// Overloads of one name are all taken to be needed, since types needn't be the same to fit. But when the aggregate bears the name as well, that would
/// make aggregates need each other, so only the very function counts.
void link_function(const AggregateOption& option, const Object& object, LinkContext& context) {
  const std::string& text = object.attributes.text(option.name);
  if (text.empty()) return;
  const std::vector<std::string> parts = name_parts(text);
  if (parts.size() == 2 && parts[1] == object.id.name) {
    context.object({KindId::Function, parts[0], parts[1], "", lpc::join(called_with(option.name, object), ", ")});
  } else {
    context.routine(text);
  }
}

void link_aggregate(const Object& object, LinkContext& context) {
  for (const std::string_view attribute : {"parameters", "order_by"}) {
    for (const routine::Parameter& parameter : list_of(object, attribute)) context.type(parameter.type);
  }
  for (const AggregateOption& option : kAggregateOptions) {
    if (option.form == AggregateForm::routine) link_function(option, object, context);
  }
}

// ---- to SQL -----------------------------------------------------------------------------------------------------------------------

Sql signature_list(const Object& object) {
  const Sql direct = routine::parameter_list(list_of(object, "parameters"), false);
  if (!object.attributes.has("order_by")) return direct.empty() ? sql("*") : direct;
  const Sql ordered = routine::parameter_list(list_of(object, "order_by"), false);
  return direct.empty() ? sql("ORDER BY {}", ordered) : sql("{} ORDER BY {}", direct, ordered);
}

Sql option_clause(const AggregateOption& option, const Object& object) {
  const Sql name = fragment(option.name);
  const std::string& text = object.attributes.text(option.name);
  switch (option.form) {
    case AggregateForm::flag: return name;
    case AggregateForm::integer: return sql("{} = {}", name, number(object.attributes.number(option.name)));
    case AggregateForm::text: return sql("{} = {}", name, literal(text));
    default: return sql("{} = {}", name, fragment(text));
  }
}

void create_aggregate(const Object& object, const ChangeContext&, Action& action) {
  std::vector<Sql> options;
  for (const AggregateOption& option : kAggregateOptions) {
    if (object.attributes.has(option.name)) options.push_back(option_clause(option, object));
  }
  action.sql.push_back(sql("{} AGGREGATE {}({}) (\n    {}\n)", routine::create_word(action), qualified(object.id.schema, object.id.name), signature_list(object),
                           join(options, ",\n    ")));
  describe(action, (action.type == ActionType::alter ? "Replace " : "Create ") + spoken(object.id));
}

/// CREATE OR REPLACE must leave the result's type and the arguments' names as they are; the result's type is that of the final function, else the state's.
bool can_replace_aggregate(const Object& before, const Object& after) {
  return std::ranges::all_of(std::to_array<std::string_view>({"parameters", "order_by", "hypothetical", "stype", "finalfunc"}), [&](std::string_view name) {
    const Value* was = before.attributes.find(name);
    const Value* is = after.attributes.find(name);
    return was == is || (was != nullptr && is != nullptr && *was == *is);
  });
}

Sql address_aggregate(const ObjectId& id) {
  return sql("{}({})", qualified(id.schema, id.name), id.arguments.empty() ? sql("*") : fragment(id.arguments));
}

/// Functions and aggregates share a namespace, in which ORDER BY makes no difference.
std::vector<std::string> aggregate_slots(const Object& object) {
  return {fmt::format("routine {}({})", qualified(object.id.schema, object.id.name).text, aggregate_input_types(object.id.arguments))};
}

// ---- to .lp ---------------------------------------------------------------------------------------------------------------------------

void print_option(const AggregateOption& option, const Object& object, const Catalog& catalog, LpWriter& writer) {
  const std::string& text = object.attributes.text(option.name);
  writer.word(option.name).word("=");
  switch (option.form) {
    case AggregateForm::routine: write_routine(text, catalog, writer); break;
    case AggregateForm::type: writer.type(text); break;
    case AggregateForm::integer: writer.word(std::to_string(object.attributes.number(option.name))); break;
    case AggregateForm::text: writer.string(text); break;
    case AggregateForm::flag: writer.word("true"); break;
    case AggregateForm::word:
    case AggregateForm::op: writer.word(text); break;
  }
  writer.line();
}

void print_aggregate(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object).word("aggregate").name(object.id.schema, object.id.name).sql(signature_list(object).text);
  writer.owner(object).comment_clause(object);
  writer.grants(object);
  writer.open();
  for (const AggregateOption& option : kAggregateOptions) {
    if (object.attributes.has(option.name)) print_option(option, object, catalog, writer);
  }
  writer.close();
}

constexpr AttributeRule kAggregateRules[] = {
    {.name = "parameters", .content = Content::list},
    {.name = "order_by", .content = Content::list},
    {.name = "sfunc", .content = Content::text},
    {.name = "stype", .content = Content::type},
    {.name = "sspace", .content = Content::integer},
    {.name = "finalfunc", .content = Content::text},
    {.name = "finalfunc_extra", .content = Content::flag},
    {.name = "finalfunc_modify", .content = Content::text},
    {.name = "combinefunc", .content = Content::text},
    {.name = "serialfunc", .content = Content::text},
    {.name = "deserialfunc", .content = Content::text},
    {.name = "initcond", .content = Content::text},
    {.name = "msfunc", .content = Content::text},
    {.name = "minvfunc", .content = Content::text},
    {.name = "mstype", .content = Content::type},
    {.name = "msspace", .content = Content::integer},
    {.name = "mfinalfunc", .content = Content::text},
    {.name = "mfinalfunc_extra", .content = Content::flag},
    {.name = "mfinalfunc_modify", .content = Content::text},
    {.name = "minitcond", .content = Content::text},
    {.name = "sortop", .content = Content::text},
    {.name = "parallel", .content = Content::text},
    {.name = "hypothetical", .content = Content::flag},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    kGrantsRule,
    kGrantOrderRule,
    kRevokesRule,
};

}  // namespace

constexpr Kind kAggregate = {
    .id = KindId::Aggregate,
    .sql_name = "AGGREGATE",
    .declared_as = kAggregateDeclaredAs,
    .introspect = kAggregateQueries,
    .lower = lower_aggregate,
    .normalise = nullptr,
    .edges = link_aggregate,
    .create = create_aggregate,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_aggregate,
    .attributes = kAggregateRules,
    .print_lp = print_aggregate,
    .slots = aggregate_slots,
    .traits = {.acl_type = 'f', .found_in = "pg_aggregate where aggfnoid >= 16384", .can_replace = can_replace_aggregate},
};
static_assert(is_complete(kAggregate));

}  // namespace lpc::kinds
