// ALTER TABLE and CREATE TABLE: columns, constraints, commands. https://www.postgresql.org/docs/18/sql-altertable.html
#include <algorithm>
#include <array>

#include "base/sql.h"
#include "frontend/ddl_statement_parts.h"
#include "frontend/sql_fragment_references.h"

namespace lpc::frontend {
namespace {

struct Verb {
  std::string_view subtype;
  std::string_view verb;
};

/// AlterTableType of src/include/nodes/parsenodes.h, as the manual's commands.
constexpr auto kVerbs = std::to_array<Verb>({
    {"AT_AddColumn", "ADD COLUMN"}, {"AT_DropColumn", "DROP COLUMN"}, {"AT_AlterColumnType", "ALTER COLUMN TYPE"}, {"AT_ColumnDefault", "SET DEFAULT"},
    {"AT_DropNotNull", "DROP NOT NULL"}, {"AT_SetNotNull", "SET NOT NULL"}, {"AT_DropExpression", "DROP EXPRESSION"}, {"AT_SetStatistics", "SET STATISTICS"},
    {"AT_SetOptions", "SET (attribute option)"}, {"AT_ResetOptions", "RESET (attribute option)"}, {"AT_SetStorage", "SET STORAGE"},
    {"AT_SetCompression", "SET COMPRESSION"}, {"AT_AddConstraint", "ADD"}, {"AT_AlterConstraint", "ALTER CONSTRAINT"},
    {"AT_ValidateConstraint", "VALIDATE CONSTRAINT"}, {"AT_DropConstraint", "DROP CONSTRAINT"}, {"AT_ChangeOwner", "OWNER TO"}, {"AT_ClusterOn", "CLUSTER ON"},
    {"AT_DropCluster", "SET WITHOUT CLUSTER"}, {"AT_SetLogged", "SET LOGGED"}, {"AT_SetUnLogged", "SET UNLOGGED"}, {"AT_DropOids", "SET WITHOUT OIDS"},
    {"AT_SetAccessMethod", "SET ACCESS METHOD"}, {"AT_SetTableSpace", "SET TABLESPACE"}, {"AT_SetRelOptions", "SET (storage parameter)"},
    {"AT_ResetRelOptions", "RESET (storage parameter)"}, {"AT_EnableTrig", "ENABLE TRIGGER"}, {"AT_EnableAlwaysTrig", "ENABLE ALWAYS TRIGGER"},
    {"AT_EnableReplicaTrig", "ENABLE REPLICA TRIGGER"}, {"AT_DisableTrig", "DISABLE TRIGGER"}, {"AT_EnableTrigAll", "ENABLE TRIGGER"},
    {"AT_DisableTrigAll", "DISABLE TRIGGER"}, {"AT_EnableTrigUser", "ENABLE TRIGGER"}, {"AT_DisableTrigUser", "DISABLE TRIGGER"}, {"AT_EnableRule", "ENABLE RULE"},
    {"AT_EnableAlwaysRule", "ENABLE ALWAYS RULE"}, {"AT_EnableReplicaRule", "ENABLE REPLICA RULE"}, {"AT_DisableRule", "DISABLE RULE"}, {"AT_AddInherit", "INHERIT"},
    {"AT_DropInherit", "NO INHERIT"}, {"AT_AddOf", "OF"}, {"AT_DropOf", "NOT OF"}, {"AT_ReplicaIdentity", "REPLICA IDENTITY"},
    {"AT_EnableRowSecurity", "ENABLE ROW LEVEL SECURITY"}, {"AT_DisableRowSecurity", "DISABLE ROW LEVEL SECURITY"},
    {"AT_ForceRowSecurity", "FORCE ROW LEVEL SECURITY"}, {"AT_NoForceRowSecurity", "NO FORCE ROW LEVEL SECURITY"}, {"AT_GenericOptions", "OPTIONS"},
    {"AT_AlterColumnGenericOptions", "ALTER COLUMN OPTIONS"}, {"AT_AttachPartition", "ATTACH PARTITION"}, {"AT_DetachPartition", "DETACH PARTITION"},
    {"AT_DetachPartitionFinalize", "DETACH PARTITION FINALIZE"}, {"AT_AddIdentity", "ADD GENERATED AS IDENTITY"}, {"AT_SetIdentity", "SET GENERATED"},
    {"AT_DropIdentity", "DROP IDENTITY"},
});

bool is_serial(const std::vector<std::string>& names) {
  constexpr auto kSerials = std::to_array<std::string_view>({"bigserial", "serial", "serial2", "serial4", "serial8", "smallserial"});
  return names.size() == 1 && std::ranges::find(kSerials, names.front()) != kSerials.end();
}

void read_default(const SqlNode* expression, ColumnClause& column) {
  column.has_default = member(expression, "A_Const") == nullptr || !is_true(member(expression, "A_Const"), "isnull");
  // 'f'::regproc names a function and calls none.
  if (const SqlNode* cast = member(expression, "TypeCast"); cast != nullptr && member(member(cast, "arg"), "A_Const") != nullptr) return;
  References references;
  ReferenceCollector(references).collect(expression, 0, 0);
  column.calls = std::move(references.functions);
}

void read_using(const SqlNode* expression, ColumnClause& column, std::string_view name) {
  column.has_using = true;
  while (const SqlNode* cast = member(expression, "TypeCast")) {
    column.using_casts.insert(column.using_casts.begin(), type_text(member(cast, "typeName")));
    expression = member(cast, "arg");
  }
  const std::vector<std::string> parts = strings_of(member(expression, {"ColumnRef", "fields"}));
  column.using_computes = parts.empty() || parts.back() != name;
}

std::vector<std::string> option_names(const SqlNode* list) {
  std::vector<std::string> names;
  for (const SqlNode* item = first(member(list, {"List", "items"})); item != nullptr; item = item->next) {
    const SqlNode* option = member(item, "DefElem");
    const std::string_view space = text_of(option, "defnamespace");
    names.push_back((space.empty() ? "" : std::string(space) + ".") + std::string(text_of(option, "defname")));
  }
  return names;
}

void read_partition(const SqlNode* partition, DdlCommand& command) {
  command.other = name_of_range(member(partition, "name"));
  command.concurrently = is_true(partition, "concurrent");
  if (const SqlNode* bound = member(partition, "bound")) command.bound = bound_of(bound);
}

void read_definition(std::string_view subtype, const SqlNode* definition, DdlCommand& command) {
  if (const SqlNode* column = member(definition, "ColumnDef")) {
    command.column = column_of(column);
    const bool is_new = subtype == "AT_AddColumn";
    if (is_new) command.name = command.column->name;
    if (const SqlNode* expression = member(column, "raw_default"); expression != nullptr && !is_new) read_using(expression, *command.column, command.name);
  }
  if (const SqlNode* constraint = member(definition, "Constraint"); constraint != nullptr && (subtype == "AT_AddConstraint" || subtype == "AT_AlterConstraint")) {
    command.constraints.push_back(constraint_of(constraint));
    if (command.name.empty()) command.name = command.constraints.back().name;
  }
  if (const SqlNode* partition = member(definition, "PartitionCmd")) read_partition(partition, command);
  if (const SqlNode* range = member(definition, "RangeVar")) command.other = name_of_range(range);
  if (const SqlNode* type = member(definition, "TypeName")) command.other = name_of_strings(member(type, "names"));
  if (definition != nullptr && member(definition, "List") != nullptr) command.options = option_names(definition);
  if (const SqlNode* identity = member(definition, "ReplicaIdentityStmt")) command.name = text_of(identity, "name");
}

DdlCommand command_of(const SqlNode* node) {
  DdlCommand command;
  const std::string_view subtype = text_of(node, "subtype");
  const auto verb = std::ranges::find(kVerbs, subtype, &Verb::subtype);
  command.verb = verb == kVerbs.end() ? std::string(subtype) : std::string(verb->verb);
  command.name = text_of(node, "name");
  command.cascade = text_of(node, "behavior") == "DROP_CASCADE";
  command.new_name = text_of(member(node, "newowner"), "rolename");
  const SqlNode* definition = member(node, "def");
  if (subtype == "AT_ColumnDefault" && definition == nullptr) command.verb = "DROP DEFAULT";
  read_definition(subtype, definition, command);
  return command;
}

}  // namespace

ConstraintClause constraint_of(const SqlNode* constraint) {
  ConstraintClause clause;
  const std::string_view type = text_of(constraint, "contype");
  clause.type = type == "CONSTR_CHECK"       ? ConstraintType::check
                : type == "CONSTR_UNIQUE"    ? ConstraintType::unique
                : type == "CONSTR_PRIMARY"   ? ConstraintType::primary_key
                : type == "CONSTR_EXCLUSION" ? ConstraintType::exclude
                : type == "CONSTR_FOREIGN"   ? ConstraintType::foreign_key
                                             : ConstraintType::not_null;
  clause.name = text_of(constraint, "conname");
  clause.columns = strings_of(member(constraint, clause.type == ConstraintType::foreign_key ? "fk_attrs" : "keys"));
  clause.using_index = text_of(constraint, "indexname");
  clause.not_valid = is_true(constraint, "skip_validation");
  clause.no_inherit = is_true(constraint, "is_no_inherit");
  if (const SqlNode* table = member(constraint, "pktable")) clause.references = name_of_range(table);
  clause.referenced_columns = strings_of(member(constraint, "pk_attrs"));
  if (clause.type == ConstraintType::check) {
    clause.condition = condition_of(member(constraint, "raw_expr"));
    // (A column alone stands for the newer NOT NULL of a table: see ddl_statement_newer.h.)
    const std::vector<std::string> column = strings_of(member(constraint, {"raw_expr", "ColumnRef", "fields"}));
    if (column.size() == 1) clause.columns = column;
  }
  return clause;
}

std::string type_text(const SqlNode* type) {
  const std::vector<std::string> names = strings_of(member(type, "names"));
  if (names.empty()) return {};
  std::string text;
  const bool builtin = names.size() == 2 && names.front() == "pg_catalog";
  if (builtin) {
    text = names.back();
  } else {
    for (const std::string& name : names) text += (text.empty() ? "" : ".") + ident(name).text;
  }
  std::string modifiers;
  for (const SqlNode* item = first(member(type, "typmods")); item != nullptr; item = item->next) {
    if (builtin && names.back() == "interval" && item->next != nullptr) continue;    // the mask of its fields
    modifiers += (modifiers.empty() ? "" : ",") + constant_of(item).value_or("0");
  }
  const bool only_fields = builtin && names.back() == "interval" && member(type, "typmods") != nullptr && member(type, "typmods")->size() == 1;
  if (!modifiers.empty() && !only_fields) text += "(" + modifiers + ")";
  if (member(type, "arrayBounds") != nullptr) text += "[]";
  return normalise_type(text);
}

ColumnClause column_of(const SqlNode* definition) {
  ColumnClause column;
  column.name = text_of(definition, "colname");
  const SqlNode* type = member(definition, "typeName");
  column.type = type_text(type);
  column.serial = is_serial(strings_of(member(type, "names")));
  if (const SqlNode* collation = member(definition, {"collClause", "collname"})) {
    for (const std::string& part : strings_of(collation)) column.collation += (column.collation.empty() ? "" : ".") + ident(part).text;
  }
  for (const SqlNode* item = first(member(definition, "constraints")); item != nullptr; item = item->next) {
    const SqlNode* constraint = member(item, "Constraint");
    const std::string_view kind = text_of(constraint, "contype");
    if (kind == "CONSTR_DEFAULT") read_default(member(constraint, "raw_expr"), column);
    if (kind == "CONSTR_GENERATED") column.generated = true;
    if (kind == "CONSTR_IDENTITY") column.identity = true;
    if (kind == "CONSTR_NOTNULL" || kind == "CONSTR_PRIMARY") column.not_null = true;
    if (kind == "CONSTR_CHECK" || kind == "CONSTR_UNIQUE" || kind == "CONSTR_PRIMARY" || kind == "CONSTR_FOREIGN") {
      column.constraints.push_back(constraint_of(constraint));
      if (column.constraints.back().columns.empty()) column.constraints.back().columns = {column.name};
    }
  }
  return column;
}

void read_alter_table(const SqlNode* body, DdlStatement& statement) {
  const std::string_view type = text_of(body, "objtype");
  statement.statement = "ALTER " + std::string(object_words(type));
  const SqlNode* relation = member(body, "relation");
  statement.only = !is_true(relation, "inh");
  statement.if_exists = is_true(body, "missing_ok");
  if (type == "OBJECT_TYPE") {
    statement.object = name_of_range(relation);
    statement.only = false;
  } else {
    statement.relations = {name_of_range(relation)};
  }
  for (const SqlNode* item = first(member(body, "cmds")); item != nullptr; item = item->next) {
    statement.commands.push_back(command_of(member(item, "AlterTableCmd")));
    DdlCommand& command = statement.commands.back();
    if (type == "OBJECT_TYPE") {
      const std::size_t word = command.verb.find("COLUMN");
      if (word != std::string::npos) command.verb.replace(word, 6, "ATTRIBUTE");
    }
  }
}

void read_create_table(const SqlNode* body, DdlStatement& statement) {
  statement.statement = "CREATE TABLE";
  statement.relations = {name_of_range(member(body, "relation"))};
  statement.if_exists = is_true(body, "if_not_exists");
  DdlCommand command;
  for (const SqlNode* item = first(member(body, "inhRelations")); item != nullptr; item = item->next) {
    command.parents.push_back(name_of_range(member(item, "RangeVar")));
  }
  if (const SqlNode* bound = member(body, "partbound")) command.bound = bound_of(bound);
  for (const SqlNode* item = first(member(body, "tableElts")); item != nullptr; item = item->next) {
    if (const SqlNode* constraint = member(item, "Constraint")) command.constraints.push_back(constraint_of(constraint));
    if (const SqlNode* definition = member(item, "ColumnDef")) {
      ColumnClause column = column_of(definition);
      std::ranges::move(column.constraints, std::back_inserter(command.constraints));
    }
  }
  statement.commands.push_back(std::move(command));
}

}  // namespace lpc::frontend
