#include "frontend/ddl_statement.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "frontend/ddl_statement_newer.h"
#include "frontend/ddl_statement_parts.h"
#include "frontend/sql_fragment_references.h"

namespace lpc::frontend {
namespace {

struct Words {
  std::string_view type;
  std::string_view words;
};

constexpr auto kObjects = std::to_array<Words>({
    {"OBJECT_TABLE", "TABLE"}, {"OBJECT_INDEX", "INDEX"}, {"OBJECT_VIEW", "VIEW"}, {"OBJECT_MATVIEW", "MATERIALIZED VIEW"}, {"OBJECT_SEQUENCE", "SEQUENCE"},
    {"OBJECT_FOREIGN_TABLE", "FOREIGN TABLE"}, {"OBJECT_TYPE", "TYPE"}, {"OBJECT_DOMAIN", "DOMAIN"}, {"OBJECT_SCHEMA", "SCHEMA"}, {"OBJECT_TRIGGER", "TRIGGER"},
    {"OBJECT_RULE", "RULE"}, {"OBJECT_POLICY", "POLICY"}, {"OBJECT_STATISTIC_EXT", "STATISTICS"}, {"OBJECT_PUBLICATION", "PUBLICATION"},
    {"OBJECT_FUNCTION", "FUNCTION"}, {"OBJECT_PROCEDURE", "PROCEDURE"}, {"OBJECT_ROUTINE", "ROUTINE"}, {"OBJECT_AGGREGATE", "AGGREGATE"},
    {"OBJECT_EXTENSION", "EXTENSION"}, {"OBJECT_COLLATION", "COLLATION"}, {"OBJECT_EVENT_TRIGGER", "EVENT TRIGGER"}, {"OBJECT_TABCONSTRAINT", "CONSTRAINT"},
    {"OBJECT_DOMCONSTRAINT", "CONSTRAINT"}, {"OBJECT_COLUMN", "COLUMN"}, {"OBJECT_DATABASE", "DATABASE"}, {"OBJECT_ROLE", "ROLE"},
    {"OBJECT_SUBSCRIPTION", "SUBSCRIPTION"}, {"OBJECT_FOREIGN_SERVER", "SERVER"}, {"OBJECT_LANGUAGE", "LANGUAGE"}, {"OBJECT_OPERATOR", "OPERATOR"},
    {"OBJECT_OPCLASS", "OPERATOR CLASS"}, {"OBJECT_OPFAMILY", "OPERATOR FAMILY"}, {"OBJECT_CAST", "CAST"}, {"OBJECT_CONVERSION", "CONVERSION"},
    {"OBJECT_TSCONFIGURATION", "TEXT SEARCH CONFIGURATION"}, {"OBJECT_TSDICTIONARY", "TEXT SEARCH DICTIONARY"}, {"OBJECT_TSPARSER", "TEXT SEARCH PARSER"},
    {"OBJECT_TSTEMPLATE", "TEXT SEARCH TEMPLATE"}, {"OBJECT_FDW", "FOREIGN DATA WRAPPER"}, {"OBJECT_ACCESS_METHOD", "ACCESS METHOD"},
    {"OBJECT_TABLESPACE", "TABLESPACE"}, {"OBJECT_TRANSFORM", "TRANSFORM"},
});

/// Relations of which one is named by itself: DROP, COMMENT.
bool is_relation(std::string_view words) {
  constexpr auto kRelations = std::to_array<std::string_view>({"TABLE", "INDEX", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "FOREIGN TABLE"});
  return std::ranges::find(kRelations, words) != kRelations.end();
}

bool has_option(const SqlNode* list, std::string_view name) {
  for (const SqlNode* item = first(list); item != nullptr; item = item->next) {
    const SqlNode* option = member(item, "DefElem");
    if (text_of(option, "defname") != name) continue;
    // As booleans go in such lists: nothing, a word or a number.
    const SqlNode* value = member(option, "arg");
    const std::string word = to_lower_ascii(text_of(member(value, "String"), "sval"));
    return value == nullptr || !(word == "false" || word == "off" || (member(value, "Integer") != nullptr && number_of(member(value, "Integer"), "ival") == 0));
  }
  return false;
}

/// The name behind a DROP's or COMMENT's object: a list of strings, a string, a type.
SqlName object_name(const SqlNode* object) {
  if (const SqlNode* list = member(object, "List")) return name_of_strings(member(list, "items"));
  if (const SqlNode* type = member(object, "TypeName")) return name_of_strings(member(type, "names"));
  if (const SqlNode* routine = member(object, "ObjectWithArgs")) return name_of_strings(member(routine, "objname"));
  SqlName name;
  if (const SqlNode* string = member(object, "String")) name.parts.emplace_back(text_of(string, "sval"));
  return name;
}

class Reader {
 public:
  Reader(const SqlNode* node, DdlStatement& statement) : node_(node), kind_(node->key), out_(statement) {}

  void read() {
    static constexpr auto kReaders = std::to_array<std::pair<std::string_view, void (Reader::*)()>>({
        {"AlterTableStmt", &Reader::alter_table}, {"CreateStmt", &Reader::create_table}, {"CreateForeignTableStmt", &Reader::create_foreign_table},
        {"RenameStmt", &Reader::rename},
        {"AlterObjectSchemaStmt", &Reader::set_schema}, {"AlterTableMoveAllStmt", &Reader::move_all}, {"IndexStmt", &Reader::create_index},
        {"DropStmt", &Reader::drop}, {"TruncateStmt", &Reader::truncate}, {"LockStmt", &Reader::lock}, {"ClusterStmt", &Reader::cluster},
        {"VacuumStmt", &Reader::vacuum}, {"ReindexStmt", &Reader::reindex}, {"CommentStmt", &Reader::comment}, {"CreateTrigStmt", &Reader::create_trigger},
        {"RuleStmt", &Reader::create_rule}, {"CreatePolicyStmt", &Reader::policy}, {"AlterPolicyStmt", &Reader::policy},
        {"CreatePublicationStmt", &Reader::publication}, {"AlterPublicationStmt", &Reader::publication}, {"CreateStatsStmt", &Reader::create_statistics},
        {"ViewStmt", &Reader::create_view}, {"CreateTableAsStmt", &Reader::create_as}, {"RefreshMatViewStmt", &Reader::refresh},
        {"CreateSeqStmt", &Reader::sequence}, {"AlterSeqStmt", &Reader::sequence}, {"CreateDomainStmt", &Reader::create_domain}, {"AlterDomainStmt", &Reader::alter_domain},
        {"AlterEnumStmt", &Reader::alter_enum}, {"InsertStmt", &Reader::data}, {"UpdateStmt", &Reader::data}, {"DeleteStmt", &Reader::data},
        {"MergeStmt", &Reader::data}, {"SelectStmt", &Reader::select}, {"CopyStmt", &Reader::copy}, {"VariableSetStmt", &Reader::set},
        {"CreateFunctionStmt", &Reader::create_function},
    });
    const auto found = std::ranges::find(kReaders, kind_, &std::pair<std::string_view, void (Reader::*)()>::first);
    if (found != kReaders.end()) {
      (this->*found->second)();
    } else {
      harmless();
    }
    if (!out_.statement.empty() && out_.commands.empty()) out_.commands.emplace_back();
  }

 private:
  const SqlNode* get(std::string_view key) const { return member(node_, key); }
  bool flag(std::string_view key) const { return is_true(node_, key); }
  bool cascades() const { return text_of(node_, "behavior") == "DROP_CASCADE"; }

  DdlCommand& command(std::string verb) {
    out_.commands.emplace_back();
    out_.commands.back().verb = std::move(verb);
    return out_.commands.back();
  }

  void read_uses(const SqlNode* query) {
    References references;
    ReferenceCollector(references).collect(query, 0, 0);
    out_.uses = std::move(references.relations);
  }

  void alter_table() { read_alter_table(node_, out_); }
  void create_table() { read_create_table(node_, out_); }

  void create_foreign_table() {
    read_create_table(get("base"), out_);
    out_.statement = "CREATE FOREIGN TABLE";
  }

  void rename() {
    const std::string_view type = text_of(node_, "renameType");
    const bool of_part = type == "OBJECT_COLUMN" || type == "OBJECT_TABCONSTRAINT" || type == "OBJECT_DOMCONSTRAINT" || type == "OBJECT_ATTRIBUTE";
    const std::string_view holder = type == "OBJECT_TABCONSTRAINT"   ? "TABLE"
                                    : type == "OBJECT_DOMCONSTRAINT" ? "DOMAIN"
                                    : type == "OBJECT_ATTRIBUTE"     ? "TYPE"
                                                                     : object_words(text_of(node_, type == "OBJECT_COLUMN" ? "relationType" : "renameType"));
    out_.statement = "ALTER " + std::string(holder);
    DdlCommand& part = command(type == "OBJECT_COLUMN"      ? "RENAME COLUMN"
                               : type == "OBJECT_ATTRIBUTE" ? "RENAME ATTRIBUTE"
                               : of_part                    ? "RENAME CONSTRAINT"
                                                            : "RENAME TO");
    part.name = text_of(node_, "subname");
    part.new_name = text_of(node_, "newname");
    part.cascade = cascades();
    const SqlNode* relation = get("relation");
    out_.only = relation != nullptr && !is_true(relation, "inh") && holder != "TYPE";
    out_.if_exists = flag("missing_ok");
    if (holder == "TYPE" && relation != nullptr) {
      out_.object = name_of_range(relation);
    } else if (relation != nullptr) {
      out_.relations = {name_of_range(relation)};
    } else {
      out_.object = object_name(get("object"));
      if (out_.object.parts.empty() && holder == "SCHEMA") out_.object.parts = {part.name};
    }
  }

  void set_schema() {
    out_.statement = "ALTER " + std::string(object_words(text_of(node_, "objectType")));
    command("SET SCHEMA").new_name = text_of(node_, "newschema");
    if (get("relation") != nullptr) {
      out_.relations = {name_of_range(get("relation"))};
    } else {
      out_.object = object_name(get("object"));
    }
  }

  void move_all() {
    out_.statement = "ALTER " + std::string(object_words(text_of(node_, "objtype")));
    DdlCommand& part = command("ALL IN TABLESPACE SET TABLESPACE");
    part.name = text_of(node_, "orig_tablespacename");
    part.new_name = text_of(node_, "new_tablespacename");
  }

  void create_index() {
    out_.statement = "CREATE INDEX";
    out_.relations = {name_of_range(get("relation"))};
    out_.only = !is_true(get("relation"), "inh");
    out_.concurrently = flag("concurrent");
    out_.if_exists = flag("if_not_exists");
    DdlCommand& part = command("");
    part.name = text_of(node_, "idxname");
    part.index_expressions = get("whereClause") != nullptr;
    part.index_method = text_of(node_, "accessMethod");
    part.index_unique = flag("unique");
    for (const std::string_view key : {"indexParams", "indexIncludingParams"}) {
      for (const SqlNode* item = first(get(key)); item != nullptr; item = item->next) {
        const std::string_view column = text_of(member(item, "IndexElem"), "name");
        if (!column.empty()) part.index_columns.emplace_back(column);
        part.index_expressions |= column.empty();
      }
    }
  }

  void drop() {
    const std::string words(object_words(text_of(node_, "removeType")));
    if (words.empty()) return;
    out_.statement = "DROP " + words;
    out_.cascade = cascades();
    out_.concurrently = flag("concurrent");
    out_.if_exists = flag("missing_ok");
    DdlCommand& part = command("");
    for (const SqlNode* item = first(get("objects")); item != nullptr; item = item->next) {
      SqlName name = object_name(item);
      if (is_relation(words)) {
        out_.relations.push_back(std::move(name));
      } else if ((words == "TRIGGER" || words == "RULE" || words == "POLICY") && name.parts.size() > 1) {
        part.name = name.parts.back();
        name.parts.pop_back();
        out_.relations.push_back(std::move(name));
      } else {
        part.parents.push_back(name);      // (all of them; the last one is `object`)
        out_.object = std::move(name);
      }
    }
  }

  void ranges(const SqlNode* list) {
    for (const SqlNode* item = first(list); item != nullptr; item = item->next) {
      const SqlNode* range = member(item, "RangeVar");
      out_.only |= !is_true(range, "inh");
      out_.relations.push_back(name_of_range(range));
    }
  }

  void truncate() {
    out_.statement = "TRUNCATE";
    out_.cascade = cascades();
    ranges(get("relations"));
    command(flag("restart_seqs") ? "RESTART IDENTITY" : "");
  }

  void lock() {
    static constexpr auto kModes = std::to_array<std::string_view>({"", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE",
                                                                    "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"});
    out_.statement = "LOCK";
    ranges(get("relations"));
    command(std::string(kModes[static_cast<std::size_t>(std::clamp(number_of(node_, "mode", 8), 0LL, 8LL))]));
  }

  void cluster() {
    out_.statement = "CLUSTER";
    if (get("relation") != nullptr) out_.relations = {name_of_range(get("relation"))};
  }

  void vacuum() {
    const bool full = has_option(get("options"), "full");
    out_.statement = flag("is_vacuumcmd") ? full ? "VACUUM FULL" : "VACUUM" : "ANALYZE";
    for (const SqlNode* item = first(get("rels")); item != nullptr; item = item->next) {
      if (const SqlNode* range = member(item, {"VacuumRelation", "relation"})) out_.relations.push_back(name_of_range(range));
    }
  }

  void reindex() {
    const std::string_view kind = text_of(node_, "kind");
    out_.statement = kind == "REINDEX_OBJECT_INDEX" ? "REINDEX INDEX" : kind == "REINDEX_OBJECT_TABLE" ? "REINDEX TABLE" : "REINDEX SCHEMA";
    out_.concurrently = has_option(get("params"), "concurrently");
    if (get("relation") != nullptr) out_.relations = {name_of_range(get("relation"))};
    if (kind == "REINDEX_OBJECT_SCHEMA") out_.object.parts = {std::string(text_of(node_, "name"))};
  }

  void comment() {
    out_.statement = "COMMENT";
    const std::string words(object_words(text_of(node_, "objtype")));
    SqlName name = object_name(get("object"));
    command(is_relation(words) ? "ON RELATION" : words == "COLUMN" ? "ON COLUMN" : "ON " + words);
    if (words == "COLUMN" && !name.parts.empty()) name.parts.pop_back();
    if (is_relation(words) || words == "COLUMN") out_.relations = {std::move(name)};
  }

  void create_trigger() {
    out_.statement = "CREATE TRIGGER";
    out_.relations = {name_of_range(get("relation"))};
    out_.or_replace = flag("replace");
    DdlCommand& part = command("");
    part.name = text_of(node_, "trigname");
    if (const SqlNode* from = get("constrrel")) part.other = name_of_range(from);
  }

  void create_rule() {
    out_.statement = "CREATE RULE";
    out_.relations = {name_of_range(get("relation"))};
    command("").name = text_of(node_, "rulename");
    out_.has_queries = first(get("actions")) != nullptr;
  }

  void policy() {
    const bool creates = get("cmd_name") != nullptr;
    out_.statement = creates ? "CREATE POLICY" : "ALTER POLICY";
    out_.relations = {name_of_range(get("table"))};
    command("").name = text_of(node_, "policy_name");
  }

  void publication() {
    out_.statement = get("action") == nullptr ? "CREATE PUBLICATION" : "ALTER PUBLICATION";
    out_.object.parts = {std::string(text_of(node_, "pubname"))};
    const std::string_view action = text_of(node_, "action");
    command(action == "AP_AddObjects" ? "ADD" : action == "AP_SetObjects" ? "SET" : action == "AP_DropObjects" ? "DROP" : "");
    bool all_only = true;
    for (const SqlNode* item = first(get("pubobjects")); item != nullptr; item = item->next) {
      const SqlNode* range = member(item, {"PublicationObjSpec", "pubtable", "relation"});
      if (range == nullptr) continue;
      out_.relations.push_back(name_of_range(range));
      all_only = all_only && !is_true(range, "inh");
    }
    out_.only = all_only && !out_.relations.empty();
    if (out_.relations.empty()) out_.commands.back().verb = "";
  }

  void create_statistics() {
    out_.statement = "CREATE STATISTICS";
    out_.object = name_of_strings(get("defnames"));
    ranges(get("relations"));
    out_.only = false;
  }

  void create_view() {
    out_.statement = "CREATE VIEW";
    out_.or_replace = flag("replace");
    out_.relations = {name_of_range(get("view"))};
    read_uses(get("query"));
  }

  void create_as() {
    out_.statement = text_of(node_, "objtype") == "OBJECT_MATVIEW" ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS";
    out_.relations = {name_of_range(member(get("into"), "rel"))};
    if (!is_true(get("into"), "skipData")) read_uses(get("query"));
  }

  void refresh() {
    out_.statement = "REFRESH MATERIALIZED VIEW";
    out_.concurrently = flag("concurrent");
    out_.relations = {name_of_range(get("relation"))};
    command(flag("skipData") ? "WITH NO DATA" : "");
  }

  void sequence() {
    out_.statement = kind_ == "CreateSeqStmt" ? "CREATE SEQUENCE" : "ALTER SEQUENCE";
    out_.relations = {name_of_range(get("sequence"))};
    for (const SqlNode* item = first(get("options")); item != nullptr; item = item->next) {
      const SqlNode* option = member(item, "DefElem");
      if (text_of(option, "defname") != "owned_by") continue;
      SqlName owner = name_of_strings(member(option, {"arg", "List", "items"}));
      DdlCommand& part = command(out_.statement == "CREATE SEQUENCE" ? "" : "OWNED BY");
      if (owner.parts.size() > 1) {
        part.name = owner.parts.back();
        owner.parts.pop_back();
        part.other = std::move(owner);
      }
    }
  }

  void create_domain() {
    out_.statement = "CREATE DOMAIN";
    out_.object = name_of_strings(get("domainname"));
    out_.domain.emplace();
    out_.domain->type = type_text(get("typeName"));
    for (const SqlNode* item = first(get("constraints")); item != nullptr; item = item->next) {
      const SqlNode* constraint = member(item, "Constraint");
      const std::string_view kind = text_of(constraint, "contype");
      out_.domain->not_null |= kind == "CONSTR_NOTNULL";
      if (kind == "CONSTR_CHECK") out_.domain->checks.emplace_back(text_of(constraint, "conname"));
    }
  }

  void alter_domain() {
    out_.statement = "ALTER DOMAIN";
    out_.object = name_of_strings(get("typeName"));
    const std::string_view subtype = text_of(node_, "subtype");
    DdlCommand& part = command(subtype == "T"   ? get("def") == nullptr ? "DROP DEFAULT" : "SET DEFAULT"
                               : subtype == "N" ? "DROP NOT NULL"
                               : subtype == "O" ? "SET NOT NULL"
                               : subtype == "C" ? "ADD"
                               : subtype == "V" ? "VALIDATE CONSTRAINT"
                                                : "DROP CONSTRAINT");
    part.name = text_of(node_, "name");
    part.cascade = cascades();
    if (const SqlNode* constraint = member(get("def"), "Constraint"); constraint != nullptr && subtype == "C") part.constraints.push_back(constraint_of(constraint));
  }

  void alter_enum() {
    out_.statement = "ALTER TYPE";
    out_.object = name_of_strings(get("typeName"));
    command(get("oldVal") == nullptr ? "ADD VALUE" : "RENAME VALUE");
  }

  void data() {
    out_.statement = kind_ == "InsertStmt" ? "INSERT" : kind_ == "UpdateStmt" ? "UPDATE" : kind_ == "DeleteStmt" ? "DELETE" : "MERGE";
    const SqlNode* relation = get("relation");
    out_.relations = {name_of_range(relation)};
    out_.only = !is_true(relation, "inh");
    read_uses(node_);
    std::erase_if(out_.uses, [&](const SqlName& name) { return name == out_.relations.front(); });
  }

  void select() {
    const bool locks = get("lockingClause") != nullptr;
    out_.statement = get("intoClause") != nullptr ? "CREATE TABLE AS" : "SELECT";
    command(locks ? "FOR UPDATE" : "");
    if (const SqlNode* into = get("intoClause")) out_.relations = {name_of_range(member(into, "rel"))};
    read_uses(node_);
    if (!out_.relations.empty()) std::erase(out_.uses, out_.relations.front());
  }

  void copy() {
    out_.statement = "COPY";
    if (get("relation") != nullptr) (flag("is_from") ? out_.relations : out_.uses).push_back(name_of_range(get("relation")));
    if (get("query") != nullptr) read_uses(get("query"));
    command(flag("is_from") ? "FROM" : "TO");
  }

  void set() {
    out_.statement = "SET";
    DdlCommand& part = command("");
    part.name = to_lower_ascii(text_of(node_, "name"));
    for (const SqlNode* item = first(get("args")); item != nullptr; item = item->next) part.options.push_back(constant_of(item).value_or(""));
  }

  void create_function() {
    out_.statement = flag("is_procedure") ? "CREATE PROCEDURE" : "CREATE FUNCTION";
    out_.object = name_of_strings(get("funcname"));
    out_.has_queries = get("sql_body") != nullptr;
    for (const SqlNode* item = first(get("options")); item != nullptr; item = item->next) {
      const SqlNode* option = member(item, "DefElem");
      if (text_of(option, "defname") == "volatility") command(std::string(text_of(member(option, {"arg", "String"}), "sval")));
    }
  }

  /// Statements that touch no relation of the user's.
  void harmless() {
    static constexpr auto kHarmless = std::to_array<Words>({
        {"GrantStmt", "GRANT"}, {"GrantRoleStmt", "GRANT"}, {"CreateSchemaStmt", "CREATE SCHEMA"}, {"CreateEnumStmt", "CREATE TYPE"},
        {"CompositeTypeStmt", "CREATE TYPE"}, {"CreateRangeStmt", "CREATE TYPE"}, {"DefineStmt", "CREATE"},
        {"AlterFunctionStmt", "ALTER FUNCTION"}, {"AlterOwnerStmt", "OWNER TO"}, {"CreateExtensionStmt", "CREATE EXTENSION"},
        {"AlterDefaultPrivilegesStmt", "ALTER DEFAULT PRIVILEGES"}, {"CreateCastStmt", "CREATE CAST"}, {"CreateRoleStmt", "CREATE ROLE"},
        {"AlterRoleStmt", "ALTER ROLE"}, {"AlterRoleSetStmt", "ALTER ROLE"}, {"DropRoleStmt", "DROP ROLE"}, {"AlterStatsStmt", "ALTER STATISTICS"},
        {"CreateEventTrigStmt", "CREATE EVENT TRIGGER"}, {"AlterEventTrigStmt", "ALTER EVENT TRIGGER"}, {"CreatePLangStmt", "CREATE LANGUAGE"},
        {"AlterOperatorStmt", "ALTER OPERATOR"}, {"CreateOpClassStmt", "CREATE OPERATOR CLASS"}, {"CreateOpFamilyStmt", "CREATE OPERATOR FAMILY"},
        {"AlterOpFamilyStmt", "ALTER OPERATOR FAMILY"}, {"AlterTSConfigurationStmt", "ALTER TEXT SEARCH CONFIGURATION"},
        {"AlterTSDictionaryStmt", "ALTER TEXT SEARCH DICTIONARY"}, {"CreateConversionStmt", "CREATE CONVERSION"}, {"CreateTransformStmt", "CREATE TRANSFORM"},
        {"CreateFdwStmt", "CREATE FOREIGN DATA WRAPPER"}, {"AlterFdwStmt", "ALTER FOREIGN DATA WRAPPER"}, {"CreateForeignServerStmt", "CREATE SERVER"},
        {"AlterForeignServerStmt", "ALTER SERVER"}, {"CreateUserMappingStmt", "CREATE USER MAPPING"}, {"AlterUserMappingStmt", "ALTER USER MAPPING"},
        {"DropUserMappingStmt", "DROP USER MAPPING"}, {"AlterTypeStmt", "ALTER TYPE"}, {"AlterDatabaseStmt", "ALTER DATABASE"},
        {"AlterDatabaseSetStmt", "ALTER DATABASE"}, {"SecLabelStmt", "SECURITY LABEL"}, {"TransactionStmt", "TRANSACTION"}, {"ConstraintsSetStmt", "SET CONSTRAINTS"},
        {"CreateAmStmt", "CREATE ACCESS METHOD"}, {"NotifyStmt", "NOTIFY"}, {"CreateSubscriptionStmt", "CREATE SUBSCRIPTION"},
        {"AlterSubscriptionStmt", "ALTER SUBSCRIPTION"}, {"DropSubscriptionStmt", "DROP SUBSCRIPTION"}, {"AlterCollationStmt", "ALTER COLLATION"},
        {"AlterObjectDependsStmt", "DEPENDS ON EXTENSION"}, {"AlterExtensionStmt", "ALTER EXTENSION"},
        {"CreateTableSpaceStmt", "CREATE TABLESPACE"}, {"DropTableSpaceStmt", "DROP TABLESPACE"}, {"AlterTableSpaceOptionsStmt", "ALTER TABLESPACE"},
    });
    const auto found = std::ranges::find(kHarmless, kind_, &Words::type);
    if (found != kHarmless.end()) out_.statement = found->words;
  }

  const SqlNode* node_;
  std::string_view kind_;
  DdlStatement& out_;
};

void add_facts(const OlderForm& older, DdlStatement& statement) {
  for (const auto& [position, facts] : older.facts) {
    if (position >= statement.commands.size()) continue;
    DdlCommand& command = statement.commands[position];
    const auto has = [&](std::string_view fact) { return std::ranges::find(facts, fact) != facts.end(); };
    if (has("set expression")) command.verb = "SET EXPRESSION";
    if (has("virtual") && command.column) {
      command.column->generated = command.column->is_virtual = true;
      command.column->has_default = false;
      command.column->calls.clear();
    }
    const bool alters = command.verb == "ALTER CONSTRAINT";
    for (const std::string_view fact : {"enforced", "not enforced", "inherit", "no inherit"}) {
      if (alters && has(fact)) command.options.emplace_back(fact);
    }
    std::vector<ConstraintClause>& constraints = command.column ? command.column->constraints : command.constraints;
    for (ConstraintClause& constraint : constraints) {
      constraint.not_enforced |= has("not enforced");
      if (has("not null") && constraint.type == ConstraintType::check) constraint.type = ConstraintType::not_null;
    }
  }
}

}  // namespace

SqlName name_of_range(const SqlNode* range) {
  SqlName name;
  if (range == nullptr) return name;
  if (const std::string_view schema = text_of(range, "schemaname"); !schema.empty()) name.parts.emplace_back(schema);
  name.parts.emplace_back(text_of(range, "relname"));
  return name;
}

SqlName name_of_strings(const SqlNode* list) {
  SqlName name;
  name.parts = strings_of(list);
  return name;
}

std::string_view object_words(std::string_view type) {
  const auto found = std::ranges::find(kObjects, type, &Words::type);
  return found == kObjects.end() ? std::string_view() : found->words;
}

DdlStatement parse_ddl(std::string_view sql) {
  DdlStatement statement;
  statement.text = sql;
  const OlderForm older = to_older_form(sql);
  const ParserOutput parsed = run_sql_parser(older.sql);
  statement.error = parsed.error;
  if (!parsed.error.empty()) return statement;
  const SqlTree tree(parsed.json);
  const SqlNode* statements = member(tree.root(), "stmts");
  const SqlNode* body = first(member(first(statements), "stmt"));
  if (body == nullptr || first(statements)->next != nullptr) return statement;    // several statements in one text are nobody's step
  Reader(body, statement).read();
  add_facts(older, statement);
  return statement;
}

}  // namespace lpc::frontend
