// CREATE TABLE and the forms of ALTER TABLE: https://www.postgresql.org/docs/15/sql-altertable.html
#include <algorithm>
#include <array>

#include "frontend/sql_fragment.h"
#include "lint/judge_statement.h"

namespace lpc::lint {

using diag::Code;
using frontend::is_true;
using frontend::member;
using frontend::text_of;

namespace {

/// One form of ALTER TABLE.
struct Form {
  const SqlNode* command;
  const std::string& relation;
  const Statement& statement;

  std::string column() const { return relation + "." + ident(text_of(command, "name")).text; }
  template <class... Args>
  void add(Code code, const Args&... arguments) const {
    statement.add(code, "table " + relation, arguments...);
  }
  /// It reads the table while nobody, or nobody who writes, can use it.
  void reads_under(std::string_view lock, std::string_view who) const { add(Code::kReadsUnderLock, relation, lock, who); }
};

bool calls_volatile(const SqlNode* node) {
  // What stays the same within a statement is evaluated once: https://www.postgresql.org/docs/15/xfunc-volatility.html
  static constexpr std::array<std::string_view, 8> kStable = {"now", "transaction_timestamp", "statement_timestamp", "current_database", "current_setting", "to_timestamp", "lower", "upper"};
  for (const SqlNode* at = node; at != nullptr; at = at->next) {
    if (at->key == "FuncCall") {
      const std::vector<std::string> name = frontend::strings_of(member(at, "funcname"));
      if (name.empty() || std::ranges::find(kStable, name.back()) == kStable.end()) return true;
    }
    if (at->child != nullptr && calls_volatile(at->child)) return true;
  }
  return false;
}

struct ColumnFacts {
  bool not_null = false, has_default = false, rewrites = false, checks = false, unique = false, primary = false;
};

bool is_serial(const SqlNode* column) {
  const std::vector<std::string> type = frontend::strings_of(member(column, {"typeName", "names"}));
  static constexpr std::array<std::string_view, 6> kSerial = {"serial", "serial4", "bigserial", "serial8", "smallserial", "serial2"};
  return !type.empty() && std::ranges::find(kSerial, type.back()) != kSerial.end();
}

ColumnFacts facts_of(const SqlNode* column) {
  ColumnFacts facts;
  if (is_serial(column)) facts.rewrites = facts.has_default = true;
  const SqlNode* constraints = member(column, "constraints");
  for (const SqlNode* item = constraints == nullptr ? nullptr : constraints->child; item != nullptr; item = item->next) {
    const SqlNode* constraint = member(item, "Constraint");
    const std::string_view type = text_of(constraint, "contype");
    if (type == "CONSTR_NOTNULL") facts.not_null = true;
    if (type == "CONSTR_DEFAULT") {
      facts.has_default = true;
      facts.rewrites |= calls_volatile(member(constraint, "raw_expr"));
    }
    if (type == "CONSTR_IDENTITY" || type == "CONSTR_GENERATED") facts.has_default = facts.rewrites = true;
    if (type == "CONSTR_CHECK") facts.checks = true;
    if (type == "CONSTR_UNIQUE") facts.unique = true;
    if (type == "CONSTR_PRIMARY") facts.primary = facts.unique = facts.not_null = true;
  }
  return facts;
}

void add_column(const Form& form) {
  const SqlNode* column = member(form.command, {"def", "ColumnDef"});
  judge_column_type(column, form.relation, form.statement);
  const std::string name = form.relation + "." + ident(text_of(column, "colname")).text;
  const ColumnFacts facts = facts_of(column);
  if (facts.rewrites) form.add(Code::kRewritesTable, form.relation, fmt::format("each row gets its value of `{}`", name));
  if (facts.not_null && !facts.has_default) {
    form.add(Code::kSetsNotNull, name);
    form.add(Code::kNeedsValue, name);
  }
  if ((facts.checks || facts.unique) && !facts.rewrites) form.reads_under("ACCESS EXCLUSIVE", "reads and writes");
}

void drop_column(const Form& form) {
  form.add(Code::kDropsColumn, form.column());
  if (text_of(form.command, "behavior") == "DROP_CASCADE") form.add(Code::kDropsByCascade, "column " + form.column());
}

void alter_type(const Form& form) {
  const SqlNode* type = member(form.command, {"def", "ColumnDef", "typeName"});
  const std::vector<std::string> names = frontend::strings_of(member(type, "names"));
  const std::string name = names.empty() ? "" : names.back();
  const bool is_unbound = (name == "text" || name == "varchar") && member(type, "typmods") == nullptr && member(form.command, {"def", "ColumnDef", "raw_default"}) == nullptr;
  if (!is_unbound) form.add(Code::kRewritesTable, form.relation, fmt::format("the type of `{}` changes, unless it only widens", form.column()));
  form.add(Code::kChangesClientType, form.column(), name, "before");
}

void set_not_null(const Form& form) {
  form.add(Code::kSetsNotNull, form.column());
  form.reads_under("ACCESS EXCLUSIVE", "reads and writes");
}

void add_constraint(const Form& form) {
  const SqlNode* constraint = member(form.command, {"def", "Constraint"});
  const std::string_view type = text_of(constraint, "contype");
  const std::string name(text_of(constraint, "conname"));
  const std::string path = form.relation + "." + (name.empty() ? "(unnamed)" : ident(name).text);
  if (is_true(constraint, "skip_validation") || member(constraint, "indexname") != nullptr) return;
  const auto constrains = [&](std::string_view what) { form.add(Code::kConstrainsExistingRows, what, path, form.relation); };
  if (type == "CONSTR_FOREIGN") {
    constrains("foreign key constraint");
    form.reads_under("SHARE ROW EXCLUSIVE", "writes");
    form.statement.add(Code::kReadsUnderLock, "table " + relation_of(member(constraint, "pktable")), relation_of(member(constraint, "pktable")), "SHARE ROW EXCLUSIVE", "writes");
    return;
  }
  static constexpr std::array kTypes = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"CONSTR_CHECK", "check constraint"}, {"CONSTR_UNIQUE", "unique constraint"}, {"CONSTR_PRIMARY", "primary key constraint"}, {"CONSTR_EXCLUSION", "exclusion constraint"}});
  const auto what = std::ranges::find(kTypes, type, &std::pair<std::string_view, std::string_view>::first);
  if (what == kTypes.end()) return;
  constrains(what->second);
  form.reads_under("ACCESS EXCLUSIVE", "reads and writes");
}

void attach_partition(const Form& form) {
  const std::string child = relation_of(member(form.command, {"def", "PartitionCmd", "name"}));
  if (form.statement.is_fresh(child)) return;
  form.statement.add(Code::kRejectsRows, "table " + child, "attaches partition", child, child);
  form.statement.add(Code::kReadsUnderLock, "table " + child, child, "ACCESS EXCLUSIVE", "reads and writes");
}

void detach_partition(const Form& form) {
  const std::string child = relation_of(member(form.command, {"def", "PartitionCmd", "name"}));
  form.statement.add(Code::kLeavesParent, "table " + child, child, form.relation);
  if (is_true(member(form.command, {"def", "PartitionCmd"}), "concurrent") && form.statement.state.in_transaction) {
    form.add(Code::kConcurrentlyInTransaction, "DETACH PARTITION CONCURRENTLY");
  }
}

void drop_default(const Form& form) {
  if (member(form.command, "def") == nullptr) form.add(Code::kNeedsValue, form.column());
}

void drop_not_null(const Form& form) { form.add(Code::kMayBeNull, form.column()); }

void drop_constraint(const Form& form) {
  form.add(Code::kDropsConstraint, "constraint", form.column());
  if (text_of(form.command, "behavior") == "DROP_CASCADE") form.add(Code::kDropsByCascade, "constraint " + form.column());
}

void rewrites(const Form& form, std::string_view why) { form.add(Code::kRewritesTable, form.relation, why); }
void set_unlogged(const Form& form) {
  rewrites(form, "SET UNLOGGED");
  form.add(Code::kBecomesUnlogged, form.relation);
}
void set_logged(const Form& form) { rewrites(form, "SET LOGGED"); }
void set_tablespace(const Form& form) { rewrites(form, "SET TABLESPACE"); }
void set_access_method(const Form& form) { rewrites(form, "SET ACCESS METHOD"); }
void weaken(const Form& form, std::string_view what) { form.add(Code::kWeakensRowSecurity, what, form.relation); }
void disable_rls(const Form& form) { weaken(form, "turns row level security off"); }
void no_force_rls(const Form& form) { weaken(form, "no longer forces row level security on the owner"); }
void change_owner(const Form& form) { form.add(Code::kChangesOwner, "table " + form.relation, text_of(member(form.command, "newowner"), "rolename")); }

constexpr std::array kForms = std::to_array<std::pair<std::string_view, void (*)(const Form&)>>({
    {"AT_AddColumn", add_column},         {"AT_DropColumn", drop_column},       {"AT_AlterColumnType", alter_type},
    {"AT_SetNotNull", set_not_null},      {"AT_DropNotNull", drop_not_null},      {"AT_AddConstraint", add_constraint}, {"AT_AttachPartition", attach_partition},
    {"AT_DetachPartition", detach_partition}, {"AT_ColumnDefault", drop_default}, {"AT_DropConstraint", drop_constraint},
    {"AT_SetUnLogged", set_unlogged},     {"AT_SetLogged", set_logged},         {"AT_SetTableSpace", set_tablespace},
    {"AT_SetAccessMethod", set_access_method}, {"AT_DisableRowSecurity", disable_rls},
    {"AT_NoForceRowSecurity", no_force_rls}, {"AT_ChangeOwner", change_owner},
});

}  // namespace

void judge_alter_table(const SqlNode* alter, const Statement& statement) {
  const std::string relation = relation_of(member(alter, "relation"));
  const std::string_view type = text_of(alter, "objtype");
  if (statement.is_fresh(relation) || (type != "OBJECT_TABLE" && type != "OBJECT_MATVIEW" && type != "")) return;
  const SqlNode* commands = member(alter, "cmds");
  const bool validates = commands != nullptr && text_of(member(commands->child, "AlterTableCmd"), "subtype") == "AT_ValidateConstraint";
  if (statement.state.altered == relation && !validates) statement.add(Code::kSplitAlter, "table " + relation, relation);
  statement.state.altered = validates ? "" : relation;
  for (const SqlNode* item = commands == nullptr ? nullptr : commands->child; item != nullptr; item = item->next) {
    const SqlNode* command = member(item, "AlterTableCmd");
    const auto form = std::ranges::find(kForms, text_of(command, "subtype"), &std::pair<std::string_view, void (*)(const Form&)>::first);
    if (form != kForms.end()) form->second({command, relation, statement});
  }
  needs_lock(statement, relation);
}

void judge_column_type(const SqlNode* column, const std::string& relation, const Statement& statement) {
  const std::vector<std::string> names = frontend::strings_of(member(column, {"typeName", "names"}));
  if (names.empty()) return;
  const std::string path = relation + "." + ident(text_of(column, "colname")).text, object = "column " + path;
  const std::string& type = names.back();
  if (is_serial(column)) statement.add(Code::kSerial, object, path);
  if (type == "timestamp") statement.add(Code::kTimestampWithoutZone, object, path);
  if (type == "bpchar") statement.add(Code::kBlankPadded, object, path, "character");
  if (type == "json") statement.add(Code::kJsonText, object, path);
  if (type == "varchar" && member(column, {"typeName", "typmods"}) != nullptr) statement.add(Code::kLimitedText, object, path, "character varying");
  static constexpr std::array<std::string_view, 6> kNarrow = {"int4", "int2", "serial", "serial4", "smallserial", "serial2"};
  const ColumnFacts facts = facts_of(column);
  if (facts.primary && std::ranges::find(kNarrow, type) != kNarrow.end()) statement.add(Code::kNarrowKey, object, path, type);
}

void judge_create_table(const SqlNode* create, const Statement& statement) {
  const std::string relation = relation_of(member(create, "relation"));
  statement.state.fresh.insert(relation);
  const SqlNode* elements = member(create, "tableElts");
  bool has_key = member(create, "inhRelations") != nullptr || member(create, "partbound") != nullptr || elements == nullptr;
  for (const SqlNode* item = elements == nullptr ? nullptr : elements->child; item != nullptr; item = item->next) {
    if (const SqlNode* column = member(item, "ColumnDef")) {
      judge_column_type(column, relation, statement);
      has_key |= facts_of(column).primary;
    }
    has_key |= text_of(member(item, "Constraint"), "contype") == "CONSTR_PRIMARY" || member(item, "TableLikeClause") != nullptr;
  }
  const bool is_temporary = text_of(member(create, "relation"), "relpersistence") == "t";
  if (!has_key && !is_temporary) statement.add(Code::kNoPrimaryKey, "table " + relation, relation);
}

}  // namespace lpc::lint
