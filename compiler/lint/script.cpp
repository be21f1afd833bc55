#include "lint/script.h"

#include <algorithm>
#include <array>

#include "base/sql_scan.h"
#include "base/text.h"
#include "frontend/sql_script.h"
#include "lint/judge_statement.h"

namespace lpc::lint {

using diag::Code;
using frontend::is_true;
using frontend::member;
using frontend::text_of;

std::string dotted(const SqlNode* list) {
  std::vector<std::string> parts = frontend::strings_of(list);
  if (parts.size() > 2) parts.erase(parts.begin(), parts.end() - 2);
  if (parts.empty()) return "";
  return parts.size() == 1 ? qualified("public", parts[0]).text : qualified(parts[0], parts[1]).text;
}

std::string relation_of(const SqlNode* range) {
  if (const SqlNode* inner = member(range, "RangeVar")) range = inner;
  const std::string_view schema = text_of(range, "schemaname");
  return qualified(schema.empty() ? "public" : schema, text_of(range, "relname")).text;
}

void needs_lock(const Statement& statement, const std::string& relation) {
  if (!statement.state.has_lock_timeout && !statement.is_fresh(relation)) statement.add(Code::kNoLockTimeout, "table " + relation, relation);
}

namespace {

using Judge = void (*)(const SqlNode*, const Statement&);

/// The names of a DROP: lists of strings, single strings, or types and routines with their arguments.
std::vector<std::string> dropped_names(const SqlNode* drop) {
  std::vector<std::string> names;
  const SqlNode* objects = member(drop, "objects");
  for (const SqlNode* item = objects == nullptr ? nullptr : objects->child; item != nullptr; item = item->next) {
    if (const SqlNode* list = member(item, {"List", "items"})) names.push_back(dotted(list));
    else if (const SqlNode* type = member(item, {"TypeName", "names"})) names.push_back(dotted(type));
    else if (const SqlNode* routine = member(item, {"ObjectWithArgs", "objname"})) names.push_back(dotted(routine));
    else if (const SqlNode* name = member(item, "String")) names.push_back(ident(text_of(name, text_of(name, "sval").empty() ? "str" : "sval")).text);
  }
  return names;
}

struct DropKind {
  std::string_view type, word;
  Code code;
};
constexpr std::array kDrops = std::to_array<DropKind>({
    {"OBJECT_TABLE", "table", Code::kDropsTable},           {"OBJECT_SCHEMA", "schema", Code::kDropsSchema},
    {"OBJECT_SEQUENCE", "sequence", Code::kDropsData},      {"OBJECT_MATVIEW", "materialized view", Code::kDropsData},
    {"OBJECT_INDEX", "index", Code::kDropsIndex},           {"OBJECT_VIEW", "view", Code::kDropsUsed},
    {"OBJECT_FUNCTION", "function", Code::kDropsUsed},      {"OBJECT_PROCEDURE", "procedure", Code::kDropsUsed},
    {"OBJECT_AGGREGATE", "aggregate", Code::kDropsUsed},    {"OBJECT_TYPE", "type", Code::kDropsUsed},
    {"OBJECT_DOMAIN", "domain", Code::kDropsUsed},          {"OBJECT_EXTENSION", "extension", Code::kDropsUsed},
    {"OBJECT_POLICY", "policy", Code::kWeakensRowSecurity}, {"OBJECT_PUBLICATION", "publication", Code::kStopsReplicating},
});

void judge_drop(const SqlNode* drop, const Statement& statement) {
  const auto kind = std::ranges::find(kDrops, text_of(drop, "removeType"), &DropKind::type);
  const bool concurrent = is_true(drop, "concurrent");
  if (concurrent && statement.state.in_transaction) statement.add(Code::kConcurrentlyInTransaction, "", "DROP INDEX CONCURRENTLY");
  if (kind == kDrops.end()) return;
  for (const std::string& name : dropped_names(drop)) {
    const std::string object = fmt::format("{} {}", kind->word, name);
    if (statement.state.fresh.erase(name) > 0) continue;
    switch (kind->code) {
      case Code::kDropsData: statement.add(kind->code, object, kind->word, name); break;
      case Code::kDropsUsed: statement.add(kind->code, object, object); break;
      case Code::kWeakensRowSecurity: statement.add(kind->code, object, "drops a policy", name); break;
      case Code::kStopsReplicating: statement.add(kind->code, object, name, "anything"); break;
      default: statement.add(kind->code, object, name); break;
    }
    if (text_of(drop, "behavior") == "DROP_CASCADE") statement.add(Code::kDropsByCascade, object, object);
    if (kind->word == "table" || (kind->word == "index" && !concurrent)) needs_lock(statement, name);
  }
}

void judge_truncate(const SqlNode* truncate, const Statement& statement) {
  const SqlNode* relations = member(truncate, "relations");
  for (const SqlNode* item = relations == nullptr ? nullptr : relations->child; item != nullptr; item = item->next) {
    const std::string relation = relation_of(item);
    if (statement.is_fresh(relation)) continue;
    statement.add(Code::kRemovesRows, "table " + relation, relation);
    if (text_of(truncate, "behavior") == "DROP_CASCADE") statement.add(Code::kDropsByCascade, "table " + relation, "the rows of " + relation);
    needs_lock(statement, relation);
  }
}

void judge_change_of_rows(const SqlNode* change, const Statement& statement, bool deletes) {
  const std::string relation = relation_of(member(change, "relation"));
  if (statement.is_fresh(relation)) return;
  if (deletes && member(change, "whereClause") == nullptr) statement.add(Code::kRemovesRows, "table " + relation, relation);
  statement.add(Code::kUnbatched, "table " + relation, relation);
}
void judge_delete(const SqlNode* node, const Statement& statement) { judge_change_of_rows(node, statement, true); }
void judge_update(const SqlNode* node, const Statement& statement) { judge_change_of_rows(node, statement, false); }

/// Renames of what only the schema itself names break nobody.
void judge_rename(const SqlNode* rename, const Statement& statement) {
  const std::string_view type = text_of(rename, "renameType");
  static constexpr std::array<std::string_view, 7> kInside = {"OBJECT_INDEX", "OBJECT_TABCONSTRAINT", "OBJECT_DOMCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE", "OBJECT_EVENT_TRIGGER"};
  if (std::ranges::find(kInside, type) != kInside.end()) return;
  const std::string relation = member(rename, "relation") != nullptr ? relation_of(member(rename, "relation")) : std::string(text_of(rename, "subname"));
  if (statement.is_fresh(relation)) return;
  std::string what(type.substr(type.find('_') + 1));
  what = to_lower_ascii(what);
  const std::string column(text_of(rename, "subname"));
  const std::string object = column.empty() || member(rename, "relation") == nullptr ? fmt::format("{} {}", what, relation) : fmt::format("{} {}.{}", what, relation, ident(column).text);
  statement.add(Code::kRenames, object, object, text_of(rename, "newname"));
  if (member(rename, "relation") != nullptr) needs_lock(statement, relation);
}

void judge_move(const SqlNode* move, const Statement& statement) {
  if (member(move, "relation") == nullptr) return;
  const std::string relation = relation_of(member(move, "relation"));
  if (!statement.is_fresh(relation)) statement.add(Code::kRenames, "table " + relation, relation, text_of(move, "newschema"));
}

void judge_index(const SqlNode* index, const Statement& statement) {
  const std::string relation = relation_of(member(index, "relation")), name(text_of(index, "idxname"));
  const std::string object = fmt::format("index {}", name.empty() ? relation : name);
  const bool concurrent = is_true(index, "concurrent");
  if (concurrent && statement.state.in_transaction) statement.add(Code::kConcurrentlyInTransaction, object, "CREATE INDEX CONCURRENTLY");
  const SqlNode* columns = member(index, "indexParams");
  if (columns != nullptr && columns->size() > 3 && !is_true(index, "unique")) statement.add(Code::kWideIndex, object, name, columns->size());
  if (statement.is_fresh(relation)) return;
  if (!concurrent) statement.add(Code::kBlockingIndexBuild, object, name, relation);
  if (is_true(index, "unique")) statement.add(Code::kConstrainsExistingRows, object, "unique index", name, relation);
}

void judge_reindex(const SqlNode* reindex, const Statement& statement) {
  const SqlNode* params = member(reindex, "params");
  for (const SqlNode* item = params == nullptr ? nullptr : params->child; item != nullptr; item = item->next) {
    if (text_of(member(item, "DefElem"), "defname") == "concurrently") return;
  }
  const std::string relation = member(reindex, "relation") != nullptr ? relation_of(member(reindex, "relation")) : std::string(text_of(reindex, "name"));
  statement.add(Code::kBlocksUntilDone, "table " + relation, "REINDEX", relation, "writes", "write REINDEX … CONCURRENTLY");
}

void judge_cluster(const SqlNode* cluster, const Statement& statement) {
  const std::string relation = member(cluster, "relation") != nullptr ? relation_of(member(cluster, "relation")) : "every clustered table";
  statement.add(Code::kRewritesTable, "table " + relation, relation, "CLUSTER");
}

void judge_vacuum(const SqlNode* vacuum, const Statement& statement) {
  const SqlNode* options = member(vacuum, "options");
  for (const SqlNode* item = options == nullptr ? nullptr : options->child; item != nullptr; item = item->next) {
    if (text_of(member(item, "DefElem"), "defname") != "full") continue;
    const SqlNode* relations = member(vacuum, "rels");
    const SqlNode* first = relations == nullptr ? nullptr : member(relations->child, {"VacuumRelation", "relation"});
    const std::string relation = first == nullptr ? "every table" : relation_of(first);
    statement.add(Code::kRewritesTable, "table " + relation, relation, "VACUUM FULL");
  }
}

void judge_refresh(const SqlNode* refresh, const Statement& statement) {
  const std::string relation = relation_of(member(refresh, "relation"));
  if (is_true(refresh, "concurrent") || statement.is_fresh(relation)) return;
  statement.add(Code::kBlocksUntilDone, "materialized view " + relation, "REFRESH", relation, "reads", "write REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index");
}

void judge_lock(const SqlNode* lock, const Statement& statement) {
  const SqlNode* relations = member(lock, "relations");
  for (const SqlNode* item = relations == nullptr ? nullptr : relations->child; item != nullptr; item = item->next) {
    const std::string relation = relation_of(item);
    if (!statement.is_fresh(relation) && frontend::number_of(lock, "mode") >= 5) {
      statement.add(Code::kBlocksUntilDone, "table " + relation, "LOCK TABLE", relation, frontend::number_of(lock, "mode") == 8 ? "reads and writes" : "writes", "end the transaction soon");
    }
  }
}

void judge_grant(const SqlNode* grant, const Statement& statement) {
  if (!is_true(grant, "is_grant")) return;
  const SqlNode* grantees = member(grant, "grantees");
  const std::string_view type = text_of(grant, "objtype");
  if (type == "OBJECT_SCHEMA" || type == "OBJECT_DATABASE" || type == "OBJECT_TYPE") return;
  for (const SqlNode* item = grantees == nullptr ? nullptr : grantees->child; item != nullptr; item = item->next) {
    if (text_of(member(item, "RoleSpec"), "roletype") != "ROLESPEC_PUBLIC") continue;
    const SqlNode* objects = member(grant, "objects");
    const SqlNode* first = objects == nullptr ? nullptr : objects->child;
    const std::string object = member(first, "RangeVar") != nullptr ? "table " + relation_of(first) : "what it names";
    statement.add(Code::kGrantsToPublic, object, "privileges", object);
  }
}

void judge_function(const SqlNode* function, const Statement& statement) {
  bool definer = false, has_path = false;
  const SqlNode* options = member(function, "options");
  for (const SqlNode* item = options == nullptr ? nullptr : options->child; item != nullptr; item = item->next) {
    const SqlNode* option = member(item, "DefElem");
    const std::string_view name = text_of(option, "defname");
    if (name == "security") {
      const SqlNode* value = member(option, "arg");
      definer = is_true(member(value, "Boolean"), "boolval") || frontend::number_of(member(value, "Integer"), "ival") == 1;
    }
    if (name == "set") has_path |= text_of(member(option, {"arg", "VariableSetStmt"}), "name") == "search_path";
  }
  const std::string name = dotted(member(function, "funcname"));
  if (definer && !has_path && member(function, "sql_body") == nullptr) statement.add(Code::kDefinerWithoutPath, "function " + name, name);
}

void judge_owner(const SqlNode* owner, const Statement& statement) {
  const std::string role(text_of(member(owner, "newowner"), "rolename"));
  const SqlNode* object = member(owner, "object");
  std::string name = object == nullptr ? "" : dotted(member(object, {"List", "items"}));
  if (name.empty()) name = "it";
  statement.add(Code::kChangesOwner, name, name, role);
}

void judge_role(const SqlNode* role, const Statement& statement) {
  const SqlNode* options = member(role, "options");
  std::string name(text_of(role, "role"));
  if (name.empty()) name = text_of(member(role, "role"), "rolename");
  for (const SqlNode* item = options == nullptr ? nullptr : options->child; item != nullptr; item = item->next) {
    const SqlNode* option = member(item, "DefElem");
    const std::string_view power = text_of(option, "defname");
    const SqlNode* value = member(option, "arg");
    const bool on = is_true(member(value, "Boolean"), "boolval") || frontend::number_of(member(value, "Integer"), "ival") == 1;
    if (!on) continue;
    for (const auto& [key, word] : {std::pair{"superuser", "SUPERUSER"}, {"bypassrls", "BYPASSRLS"}, {"createrole", "CREATEROLE"}, {"isreplication", "REPLICATION"}}) {
      if (power == key) statement.add(Code::kPowerfulRole, "role " + name, name, word);
    }
  }
}

void judge_enum(const SqlNode* alter, const Statement& statement) {
  const bool adds = text_of(alter, "oldVal").empty() && text_of(alter, "newValNeighbor").empty();
  if (adds) statement.add(Code::kEnumWithoutPlace, "enum " + dotted(member(alter, "typeName")), text_of(alter, "newVal"), dotted(member(alter, "typeName")));
  if (text_of(alter, "oldVal").empty()) return;
  const std::string type = dotted(member(alter, "typeName"));
  statement.add(Code::kRenames, "enum " + type, fmt::format("value {} of enum {}", text_of(alter, "oldVal"), type), text_of(alter, "newVal"));
}

void judge_extension(const SqlNode* alter, const Statement& statement) {
  const std::string name(text_of(alter, "extname"));
  statement.add(Code::kUpdatesExtension, "extension " + name, name, "the installed one", "a newer one");
}

void judge_publication(const SqlNode* alter, const Statement& statement) {
  const std::string name(text_of(alter, "pubname"));
  if (text_of(alter, "action") == "AP_DropObjects") statement.add(Code::kStopsReplicating, "publication " + name, name, "what is taken out");
}

void judge_dropped_database(const SqlNode* drop, const Statement& statement) {
  const std::string name(text_of(drop, "dbname"));
  statement.add(Code::kDropsData, "database " + name, "database", name);
}

void note_created(const SqlNode* create, const Statement& statement) { statement.state.fresh.insert(relation_of(member(create, {"into", "rel"}))); }
void note_view(const SqlNode* create, const Statement& statement) { statement.state.fresh.insert(relation_of(member(create, "view"))); }

void note_transaction(const SqlNode* transaction, const Statement& statement) {
  const std::string_view kind = text_of(transaction, "kind");
  const bool begins = kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START", ends = kind == "TRANS_STMT_COMMIT" || kind == "TRANS_STMT_ROLLBACK";
  ScriptState& state = statement.state;
  if (begins && state.in_transaction) statement.add(Code::kTransactionControl, "", "begins a transaction inside another one");
  if (ends && (!state.in_transaction || !state.begun_by_script)) statement.add(Code::kTransactionControl, "", "ends a transaction that the script hasn't begun");
  if (begins) state.begun_by_script = !state.in_transaction;
  if (begins || ends) state.in_transaction = begins;
}

/// CREATE and DROP that a second run finds done. https://www.postgresql.org/docs/15/sql-createtable.html, IF NOT EXISTS
bool is_repeatable(const SqlNode* statement) {
  static constexpr std::array<std::string_view, 5> kMakes = {"CreateStmt", "IndexStmt", "CreateSchemaStmt", "CreateSeqStmt", "CreateExtensionStmt"};
  if (is_true(statement, "concurrent")) return true;      // no transaction can hold it
  if (statement->key == "DropStmt") return is_true(statement, "missing_ok");
  return std::ranges::find(kMakes, statement->key) == kMakes.end() || is_true(statement, "if_not_exists");
}

std::string what_it_makes(const SqlNode* statement) {
  if (statement->key == "DropStmt") return "a DROP without IF EXISTS";
  return statement->key == "IndexStmt" ? "a CREATE INDEX without IF NOT EXISTS" : "a CREATE without IF NOT EXISTS";
}

/// https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS: the server cuts names without an error.
void judge_names(std::string_view text, const Statement& statement) {
  for (std::size_t at = 0; at < text.size();) {
    const Lexeme lexeme = scan_lexeme(text, at);
    std::string_view name = text.substr(at, lexeme.end - at);
    at = lexeme.end;
    if (lexeme.kind == LexemeKind::quoted_name && name.size() > 2) name = name.substr(1, name.size() - 2);
    else if (lexeme.kind != LexemeKind::word) continue;
    if (!fits_identifier(name)) statement.add(Code::kLongName, "", name, name.size());
  }
}

void note_setting(const SqlNode* set, const Statement& statement) {
  const std::string_view name = text_of(set, "name");
  if (name == "lock_timeout" || name == "statement_timeout") statement.state.has_lock_timeout = text_of(set, "kind") == "VAR_SET_VALUE";
}

constexpr std::array kJudges = std::to_array<std::pair<std::string_view, Judge>>({
    {"DropStmt", judge_drop},           {"TruncateStmt", judge_truncate},     {"DeleteStmt", judge_delete},
    {"UpdateStmt", judge_update},       {"RenameStmt", judge_rename},         {"AlterObjectSchemaStmt", judge_move},
    {"IndexStmt", judge_index},         {"ReindexStmt", judge_reindex},       {"ClusterStmt", judge_cluster},
    {"VacuumStmt", judge_vacuum},       {"RefreshMatViewStmt", judge_refresh}, {"LockStmt", judge_lock},
    {"GrantStmt", judge_grant},         {"CreateFunctionStmt", judge_function}, {"AlterOwnerStmt", judge_owner},
    {"CreateRoleStmt", judge_role},     {"AlterRoleStmt", judge_role},        {"AlterEnumStmt", judge_enum},
    {"AlterExtensionStmt", judge_extension}, {"AlterPublicationStmt", judge_publication}, {"DropdbStmt", judge_dropped_database},
    {"CreateStmt", judge_create_table}, {"AlterTableStmt", judge_alter_table}, {"CreateTableAsStmt", note_created},
    {"ViewStmt", note_view},            {"TransactionStmt", note_transaction}, {"VariableSetStmt", note_setting},
});

}  // namespace

std::vector<Finding> judge_script(std::string_view text, FileId file, const ScriptOptions& options) {
  std::vector<Finding> findings;
  ScriptState state;
  state.in_transaction = options.in_transaction;
  const std::vector<Span> spans = frontend::split_script(text, file);
  for (const Span& span : spans) {
    const frontend::ParserOutput parsed = frontend::run_sql_parser(text.substr(span.begin, span.end - span.begin));
    if (!parsed.error.empty()) continue;
    const frontend::SqlTree tree(parsed.json);
    const SqlNode* statements = member(tree.root(), "stmts");
    const SqlNode* node = statements == nullptr || statements->child == nullptr ? nullptr : member(statements->child, "stmt");
    if (node == nullptr || node->child == nullptr) continue;
    const Statement statement{state, span, findings};
    judge_names(text.substr(span.begin, span.end - span.begin), statement);
    if (spans.size() > 1 && !state.in_transaction && !is_repeatable(node->child)) statement.add(Code::kNotRepeatable, "", what_it_makes(node->child));
    if (node->child->key != "AlterTableStmt") state.altered.clear();
    const auto judge = std::ranges::find(kJudges, node->child->key, &std::pair<std::string_view, Judge>::first);
    if (judge != kJudges.end()) judge->second(node->child, statement);
  }
  if (state.in_transaction && state.begun_by_script && !spans.empty()) {
    Statement{state, spans.back(), findings}.add(Code::kTransactionControl, "", "leaves its transaction open, so that nothing of it stays");
  }
  return findings;
}

std::vector<Suppression> suppressions(std::string_view text, FileId file, std::vector<diag::Diagnostic>& wrong) {
  static constexpr std::string_view kMark = "-- lpc: allow";
  std::vector<Suppression> found;
  const std::vector<Span> statements = frontend::split_script(text, file);
  for (std::size_t at = 0; at < text.size();) {
    const Lexeme lexeme = scan_lexeme(text, at);
    const std::string_view comment = text.substr(at, lexeme.end - at);
    const Span span{file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(lexeme.end)};
    at = lexeme.end;
    if (!comment.starts_with(kMark)) continue;
    const std::string rest(trim(comment.substr(kMark.size())));
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    const std::string code = rest.substr(0, blank), reason(trim(rest.substr(blank)));
    const diag::CodeInfo* hazard = diag::find_hazard(code);
    if (code.empty() || (hazard != nullptr && reason.empty())) {
      wrong.push_back(diag::make(Code::kWrongValue, span, "-- lpc: allow", "the code of a hazard and the reason: -- lpc: allow LP4011 the table is small"));
      continue;
    }
    if (hazard == nullptr) {
      wrong.push_back(diag::make(Code::kNotAHazard, span, code).with_suggestion(code, diag::hazard_codes(), Span{}));
      continue;
    }
    const auto statement = std::ranges::find_if(statements, [&](const Span& other) { return other.end > span.begin; });
    // Behind a statement on its line it is about that one.
    const auto before = std::ranges::find_if(statements.rbegin(), statements.rend(), [&](const Span& other) { return other.end <= span.begin; });
    const bool same_line = before != statements.rend() && text.substr(before->end, span.begin - before->end).find('\n') == std::string_view::npos;
    if (same_line) found.push_back({diag::code_text(hazard->code), reason, *before});
    else if (statement != statements.end()) found.push_back({diag::code_text(hazard->code), reason, *statement});
  }
  return found;
}

}  // namespace lpc::lint
