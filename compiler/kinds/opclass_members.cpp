#include "kinds/opclass_members.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "kinds/declared_routine.h"
#include "kinds/link_context.h"
#include "kinds/names.h"
#include "kinds/operator_name.h"

namespace lpc::kinds::opclass {
namespace {

constexpr std::string_view kSaidByClasses = "_said_by_classes";

std::int64_t number_of(const Value& item) {
  const Value* value = item.find("number");
  return value == nullptr ? 0 : value->number();
}

Member read(const Value& item, bool is_function) {
  return {is_function, number_of(item), text_of(item, "types"), text_of(item, "name"), text_of(item, "arguments"), text_of(item, "order_by")};
}

void read(const Object& object, std::string_view attribute, std::vector<Member>& into) {
  const Value* list = object.attributes.find(attribute);
  if (list == nullptr) return;
  for (const Value& item : list->list()) into.push_back(read(item, attribute == "functions"));
}

Map item(const Member& member) {
  Map map = {{"number", Value(member.number)}, {"name", Value(member.name)}, {"types", Value(member.types)}};
  if (member.is_function) map.emplace_back("arguments", Value(member.arguments));
  if (!member.order_by.empty()) map.emplace_back("order_by", Value(member.order_by));
  return map;
}

std::string type_list(std::string_view written, LowerContext& context) {
  std::string out;
  for (const std::string& type : split_types(written)) out += (out.empty() ? "" : ", ") + frontend::argument_type(context.type_text(type));
  return out;
}

/// What a function without a word on types is for: assignProcTypes() in src/backend/commands/opclasscmds.c.
std::string implied_types(const Member& member, std::string_view method, const std::string& type) {
  const std::vector<std::string> arguments = member.is_function ? split_types(member.arguments) : std::vector<std::string>();
  const auto pair = [](const std::string& left, const std::string& right) { return fmt::format("{}, {}", left, right); };
  if (method == "btree" && member.number == 1 && arguments.size() == 2) return pair(arguments[0], arguments[1]);
  if (method == "btree" && member.number == 3 && arguments.size() == 5) return pair(arguments[0], arguments[2]);
  if (method == "hash" && (member.number == 1 || member.number == 2) && !arguments.empty()) return pair(arguments[0], arguments[0]);
  return type.empty() ? std::string() : pair(type, type);
}

std::int64_t number_value(const ast::Clause& clause) {
  const ast::Value* value = clause.value(ast::Shape::number);
  std::int64_t number = 0;
  if (value != nullptr) std::from_chars(value->text.data(), value->text.data() + value->text.size(), number);
  return number;
}

Member lower_operator(const ast::Clause& clause, LowerContext& context) {
  if (clause.word_value() != "operator") {
    context.error(diag::make(diag::Code::kUnexpectedInput, clause.span, fmt::format("`{}`", clause.word_value()), "`operator …`, `function …` or `storage …`"));
  }
  const ast::Name& name = clause.value(ast::Shape::name)->name;
  Member member{false, number_value(clause), {}, written_operator(name.qualifier().empty() ? name.last() : operator_sql(name.qualifier(), name.last()).text), {}, {}};
  if (const ast::Value* types = clause.value(ast::Shape::sql)) member.types = type_list(types->text, context);
  if (const ast::Clause* sort = clause.clause("sort_family")) {
    const ast::Name& family = sort->value(ast::Shape::name)->name;
    member.order_by = qualified(family.qualifier(), family.last()).text;
  }
  return member;
}

Member lower_function(const ast::Clause& clause, LowerContext& context) {
  const ast::Clause& support = *clause.clause("support_function");
  const ast::Name& name = support.value(ast::Shape::name)->name;
  Member member{true, number_value(clause), {}, context.routine_text(name), {}, {}};
  if (const ast::Value* types = clause.value(ast::Shape::sql)) member.types = type_list(types->text, context);
  member.arguments = type_list(support.value(ast::Shape::sql)->text, context);
  return member;
}

void print_types(const std::string& types, LpWriter& writer) {
  const char* before = "(";
  for (const std::string& type : split_types(types)) {
    writer.word(before).type(type);
    before = ",";
  }
  writer.word(")");
}

}  // namespace

std::vector<Member> members(const Object& object) {
  std::vector<Member> found;
  read(object, "operators", found);
  read(object, "functions", found);
  std::ranges::sort(found);
  return found;
}

void set_members(Object& object, std::vector<Member> members) {
  std::ranges::sort(members);
  List operators;
  List functions;
  for (const Member& member : members) (member.is_function ? functions : operators).push_back(Value(item(member)));
  object.attributes.set("operators", Value(std::move(operators)));
  object.attributes.set("functions", Value(std::move(functions)));
}

std::vector<SaidMember> said_by_classes(const Object& family) {
  std::vector<SaidMember> found;
  const Value* list = family.attributes.find(kSaidByClasses);
  if (list == nullptr) return found;
  for (const Value& item : list->list()) {
    if (std::optional<ObjectId> said_by = ObjectId::parse(text_of(item, "class"))) found.push_back({read(item, item.find("arguments") != nullptr), *std::move(said_by)});
  }
  return found;
}

void note_said_by_class(Object& family, const Member& member, const ObjectId& operator_class) {
  const Value* noted = family.attributes.find(kSaidByClasses);
  List list = noted == nullptr ? List() : noted->list();
  Map said = item(member);
  said.emplace_back("class", Value(operator_class.text()));
  list.push_back(Value(std::move(said)));
  family.attributes.set(kSaidByClasses, Value(std::move(list)));
}

std::vector<Member> lower_members(const ast::Decl& decl, const std::string& method, const std::string& type, LowerContext& context) {
  std::vector<Member> found;
  for (const ast::Clause& clause : decl.clauses) {
    if (clause.word != "class_operator" && clause.word != "class_function") continue;
    Member member = clause.word == "class_operator" ? lower_operator(clause, context) : lower_function(clause, context);
    if (member.types.empty()) member.types = implied_types(member, method, type);
    // One type stands for both.
    if (const std::vector<std::string> types = split_types(member.types); types.size() == 1) member.types = fmt::format("{}, {}", types[0], types[0]);
    if (member.types.empty()) context.error(diag::make(diag::Code::kMissingClause, clause.span, fmt::format("a member of `{}`", decl.name.dotted()), "(type, type)"));
    const auto same = [&](const Member& other) { return other.is_function == member.is_function && other.number == member.number && other.types == member.types; };
    if (std::ranges::any_of(found, same)) {
      const std::string what = fmt::format("{} {} ({})", member.is_function ? "function" : "operator", member.number, member.types);
      context.error(diag::make(diag::Code::kConflictingClauses, clause.span, decl.name.dotted(), what, what));
    } else {
      found.push_back(std::move(member));
    }
  }
  return found;
}

/// The amadjustmembers of Postgres's own access methods: src/backend/access/{nbtree,hash,gist,gin,spgist}/*validate.c. The others have none.
bool is_loose(const Member& member, std::string_view method, std::string_view type) {
  constexpr auto kRequired = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"btree", ",1,"}, {"hash", ",1,"}, {"gist", ",1,2,5,6,7,"}, {"gin", ",2,3,"}, {"spgist", ",1,2,3,4,5,"},
  });
  const auto required = std::ranges::find(kRequired, method, [](const auto& entry) { return entry.first; });
  if (required == kRequired.end()) return false;
  if (member.is_function && required->second.find(fmt::format(",{},", member.number)) == std::string_view::npos) return true;
  if (method == "btree" || method == "hash") return member.types != fmt::format("{}, {}", type, type);
  return !member.is_function;
}

std::string handled_like(const std::string& method, const Object* declared) {
  constexpr auto kHandlers = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"bthandler", "btree"}, {"hashhandler", "hash"}, {"gisthandler", "gist"}, {"ginhandler", "gin"}, {"spghandler", "spgist"},
  });
  const std::string handler = declared == nullptr ? std::string() : declared->attributes.text("handler");
  const auto found = std::ranges::find(kHandlers, handler, [](const auto& entry) { return entry.first; });
  return found == kHandlers.end() ? method : std::string(found->second);
}

void link(const Object& object, LinkContext& context) {
  context.object({KindId::AccessMethod, "", object.id.arguments, "", ""});
  for (const Member& member : members(object)) {
    for (const std::string& type : split_types(member.types)) context.type(type);
    if (!member.order_by.empty()) context.object(family_named(member.order_by, "btree"));
    const std::vector<std::string> parts = member.is_function ? name_parts(member.name) : operator_parts(member.name);
    if (parts.size() != 2) continue;
    context.object({member.is_function ? KindId::Function : KindId::Operator, parts[0], parts[1], "", member.is_function ? member.arguments : member.types});
  }
}

Sql clause(const Member& member, bool drops) {
  const Sql what = sql("{} {}", member.is_function ? sql("FUNCTION") : sql("OPERATOR"), number(member.number));
  if (drops) return sql("{} ({})", what, fragment(member.types));
  if (member.is_function) return sql("{} ({}) {}({})", what, fragment(member.types), fragment(member.name), fragment(member.arguments));
  const std::vector<std::string> parts = operator_parts(member.name);
  const Sql name = parts.size() == 2 ? operator_sql(parts[0], parts[1]) : operator_sql("pg_catalog", member.name);
  const Sql sort = member.order_by.empty() ? Sql{} : sql(" FOR ORDER BY {}", fragment(member.order_by));
  return sql("{} {} ({}){}", what, name, fragment(member.types), sort);
}

void print_family_name(const Object& object, const std::string& family, const std::string& method, const Catalog& catalog, LpWriter& writer) {
  const std::vector<std::string> parts = name_parts(family);
  const bool needs_schema = parts.size() == 1 && is_hidden(object, [&](const std::string& schema) { return catalog.has({KindId::OperatorFamily, schema, parts[0], "", method}); });
  writer.relation(needs_schema ? "pg_catalog." + family : family);
}

void print(const Object& object, const Member& member, const std::string& type, const Catalog& catalog, LpWriter& writer) {
  const std::string_view method = object.id.arguments;
  const bool goes_without_saying = implied_types(member, method, type) == member.types;
  writer.word(member.is_function ? "function" : "operator").word(std::to_string(member.number));
  if (member.is_function) {
    if (!goes_without_saying) print_types(member.types, writer);
    write_routine(member.name, catalog, writer);
    print_types(member.arguments, writer);
  } else {
    const std::vector<std::string> parts = operator_parts(member.name);
    const bool is_declared = parts.size() == 2 && catalog.has({KindId::Operator, parts[0], parts[1], "", member.types});
    const bool hidden = parts.size() == 1 && is_hidden(object, [&](const std::string& schema) { return catalog.has({KindId::Operator, schema, parts[0], "", member.types}); });
    writer.word(hidden             ? operator_lp("pg_catalog", member.name, {})
                : parts.size() < 2 ? member.name
                                   : operator_lp(parts[0], parts[1], is_declared ? writer.schema : std::string_view()));
    if (!goes_without_saying) print_types(member.types, writer);
    if (!member.order_by.empty()) print_family_name(object, member.order_by, "btree", catalog, writer.word("for order by"));
  }
  writer.line();
}

Sql address(const ObjectId& id) { return sql("{} USING {}", qualified(id.schema, id.name), ident(id.arguments)); }

ObjectId family_named(std::string_view text, const std::string& method) {
  const std::vector<std::string> parts = name_parts(text);
  if (parts.empty()) return {};
  return {KindId::OperatorFamily, parts.size() == 2 ? parts[0] : "", parts.back(), "", method};
}

}  // namespace lpc::kinds::opclass
