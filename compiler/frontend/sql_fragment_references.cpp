#include "frontend/sql_fragment_references.h"

#include <algorithm>

#include "base/sql.h"
#include "base/text.h"
#include "frontend/sql_fragment_scan.h"

namespace lpc::frontend {
namespace {

bool is_data_change(std::string_view node) {
  return node == "InsertStmt" || node == "UpdateStmt" || node == "DeleteStmt" || node == "MergeStmt";
}

/// The string of an A_Const, also inside `('x'::text)`, as old versions of pg_dump wrote arguments of nextval.
const SqlNode* string_constant(const SqlNode* node) {
  for (const SqlNode* cast = member(node, "TypeCast"); cast != nullptr; cast = member(node, "TypeCast")) {
    const std::vector<std::string> type = strings_of(member(cast, {"typeName", "names"}));
    if (type.empty() || type.back() != "text") return nullptr;
    node = member(cast, "arg");
  }
  const SqlNode* constant = member(node, "A_Const");
  return member(constant, "sval") == nullptr ? nullptr : constant;
}

std::string lower_word(std::string_view text) { return to_lower_ascii(trim(text)); }

}  // namespace

void ReferenceCollector::collect(const SqlNode* node, std::uint32_t prefix, std::uint32_t length) {
  if (node == nullptr) return;
  prefix_ = prefix;
  length_ = length;
  // A stack of our own: a chain of operators makes a tree too deep for the machine's.
  work_.push_back({node, nullptr});
  while (!work_.empty()) {
    const Work work = work_.back();
    work_.pop_back();
    visit(work);
  }
  scopes_.clear();
}

void ReferenceCollector::visit(const Work& work) {
  const SqlNode* node = work.node;
  const std::string_view key = node->key;
  // Options hold names of other things, and the tables of FOR UPDATE OF are aliases.
  if (key == "DefElem" || key == "lockedRels") return;
  if (node->type == SqlNode::Type::array) return push_children(work);
  if (node->type != SqlNode::Type::object) return;
  if (member(node, "relname") != nullptr) return add_relation(node, work.scope);
  if (member(node, "names") != nullptr && member(node, "typemod") != nullptr) return add_type(node);
  if (key == "ColumnRef") {
    std::vector<std::string> parts = strings_of(member(node, "fields"));
    if (std::find(parts.begin(), parts.end(), "*") == parts.end()) add(references_.columns, 'c', std::move(parts), node);
    return;
  }
  if (key == "FuncCall" || key == "funccall") add_function(node);
  if (key == "TypeCast") add_constant(node);
  if (key == "CollateClause" || key == "collClause") add(references_.collations, 'l', strings_of(member(node, "collname")), node);
  if (key == "A_Expr" || key == "SubLink" || key == "SortBy") {
    const char* const field = key == "A_Expr" ? "name" : key == "SubLink" ? "operName" : "useOp";
    std::vector<std::string> parts = strings_of(member(node, field));
    if (!parts.empty()) add(references_.operators, 'o', std::move(parts), node);
  }
  if (key == "IndexElem" || key == "PartitionElem") {
    if (const std::string_view name = text_of(node, "name"); !name.empty()) add(references_.columns, 'c', {std::string(name)}, node);
    add(references_.collations, 'l', strings_of(member(node, "collation")), nullptr);
    if (key == "PartitionElem") add(references_.operators, 'o', strings_of(member(node, "opclass")), nullptr);
  }
  if (key == "into" || key == "intoClause" || key == "CreateStmt") {
    const char* const field = key == "CreateStmt" ? "relation" : "rel";
    if (text_of(member(node, field), "schemaname").empty()) created_.emplace(text_of(member(node, field), "relname"));
    return push_children(work, field);
  }
  // The target of INSERT, UPDATE, DELETE and MERGE is always a table, even when WITH binds its name.
  const SqlNode* target = is_data_change(key) ? member(node, "relation") : nullptr;
  if (target != nullptr) add_relation(target, nullptr);
  std::vector<Work> queries;
  const Scope* inner = open_with(member(node, "withClause"), work.scope, queries);
  push_children({node, inner}, target != nullptr ? "relation" : "");
  work_.insert(work_.end(), queries.rbegin(), queries.rend());
}

void ReferenceCollector::push_children(const Work& work, std::string_view skipped) {
  const std::size_t begin = work_.size();
  for (const SqlNode* item = work.node->child; item != nullptr; item = item->next) {
    if (item->type >= SqlNode::Type::array && item->key != "withClause" && (skipped.empty() || item->key != skipped)) work_.push_back({item, work.scope});
  }
  std::reverse(work_.begin() + static_cast<std::ptrdiff_t>(begin), work_.end());
}

/// A query of WITH sees the ones before it, with RECURSIVE all of them and itself; the main query sees all.
/// https://www.postgresql.org/docs/15/sql-select.html#SQL-WITH
const ReferenceCollector::Scope* ReferenceCollector::open_with(const SqlNode* with, const Scope* scope, std::vector<Work>& queries) {
  const SqlNode* list = member(with, "ctes");
  for (const SqlNode* item = list == nullptr ? nullptr : list->child; item != nullptr; item = item->next) {
    const SqlNode* query = member(item, "CommonTableExpr");
    if (query == nullptr) continue;
    queries.push_back({query, scope});
    scope = &scopes_.emplace_back(Scope{text_of(query, "ctename"), scope});
  }
  if (is_true(with, "recursive")) {
    for (Work& query : queries) query.scope = scope;
  }
  return scope;
}

void ReferenceCollector::add_relation(const SqlNode* range, const Scope* scope) {
  const std::string_view name = text_of(range, "relname");
  const std::string_view schema = text_of(range, "schemaname");
  if (!schema.empty()) return add(references_.relations, 'r', {std::string(schema), std::string(name)}, range);
  for (; scope != nullptr; scope = scope->outer) {
    if (scope->name == name) return;
  }
  if (!created_.contains(std::string(name))) add(references_.relations, 'r', {std::string(name)}, range);
}

void ReferenceCollector::add_type(const SqlNode* type) {
  std::vector<std::string> parts = strings_of(member(type, "names"));
  if (parts.empty()) return;
  if (is_true(type, "pct_type")) {
    parts.pop_back();
    return add(references_.relations, 'r', std::move(parts), type);
  }
  if (parts.size() == 2 && parts[0] == "pg_catalog") return;
  if (parts.size() == 1 && is_builtin_type(ident(parts[0]).text)) return;
  add(references_.types, 't', std::move(parts), type);
}

void ReferenceCollector::add_type_text(std::string_view type) {
  prefix_ = 0;
  length_ = 0;
  const std::string lower = lower_word(type);
  for (const std::string_view suffix : {"%rowtype", "%type"}) {
    if (!lower.ends_with(suffix)) continue;
    std::vector<std::string> parts = parse_dotted_name(trim(type).substr(0, lower.size() - suffix.size()));
    if (suffix == "%type" && !parts.empty()) parts.pop_back();
    return add(references_.relations, 'r', std::move(parts), nullptr);
  }
  add(references_.types, 't', type_name(type).parts, nullptr);
}

void ReferenceCollector::add_function(const SqlNode* call) {
  std::vector<std::string> parts = strings_of(member(call, "funcname"));
  // EXTRACT(…), AT TIME ZONE and the like are calls of pg_catalog's functions that nobody wrote as such.
  if (parts.empty() || text_of(call, "funcformat") == "COERCE_SQL_SYNTAX") return;
  const std::string& name = parts.back();
  if (name == "nextval" || name == "currval" || name == "setval") {
    const SqlNode* arguments = member(call, "args");
    const SqlNode* constant = arguments == nullptr ? nullptr : string_constant(arguments->child);
    if (constant != nullptr) add_constant_name("regclass", constant);
  }
  add(references_.functions, 'f', std::move(parts), call);
}

void ReferenceCollector::add_constant(const SqlNode* cast) {
  const std::vector<std::string> type = strings_of(member(cast, {"typeName", "names"}));
  if (type.empty() || !type.back().starts_with("reg") || (type.size() == 2 && type[0] != "pg_catalog")) return;
  if (const SqlNode* constant = string_constant(member(cast, "arg"))) add_constant_name(type.back(), constant);
}

/// Constants of the types of https://www.postgresql.org/docs/15/datatype-oid.html that name what a program declares.
void ReferenceCollector::add_constant_name(std::string_view type, const SqlNode* constant) {
  const std::string_view text = text_of(member(constant, "sval"), "sval");
  if (type == "regclass") add(references_.relations, 'r', parse_dotted_name(text), constant);
  if (type == "regproc" || type == "regprocedure") {
    add(references_.functions, 'f', parse_dotted_name(text.substr(0, text.find('('))), constant);
  }
  if (type == "regtype") add(references_.types, 't', type_name(text).parts, constant);
  if (type == "regcollation") add(references_.collations, 'l', parse_dotted_name(text), constant);
}

void ReferenceCollector::add(std::vector<SqlName>& names, char category, std::vector<std::string> parts, const SqlNode* place) {
  if (parts.empty()) return;
  std::string key(1, category);
  for (const std::string& part : parts) {
    key += part;
    key += '\0';
  }
  if (seen_.insert(std::move(key)).second) names.push_back({std::move(parts), offset_of(place)});
}

std::uint32_t ReferenceCollector::offset_of(const SqlNode* place) const {
  const long long location = number_of(place, "location", -1) - prefix_;
  return location < 0 || location >= length_ ? UINT32_MAX : static_cast<std::uint32_t>(location);
}

}  // namespace lpc::frontend
