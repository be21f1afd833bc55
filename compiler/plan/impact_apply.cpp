// The state after a statement, as far as later predictions ask for it.
#include <algorithm>

#include "base/text.h"
#include "kinds/table_parts.h"
#include "plan/impact_state.h"

namespace lpc::plan {

namespace {

using frontend::ConstraintClause;
using frontend::ConstraintType;
using frontend::DdlCommand;
using frontend::DdlStatement;
using frontend::SqlName;
using kinds::ColumnFacts;
using kinds::ConstraintFacts;
using kinds::RelationType;

void replace(Names& names, const RelationName& from, const RelationName& to) { std::ranges::replace(names, from, to); }

class Applier {
 public:
  Applier(const DdlStatement& statement, ImpactState& state) : statement_(statement), state_(state) {}

  void run() {
    const std::string& what = statement_.statement;
    if (what == "SET") return set();
    if (what == "CREATE DOMAIN") state_.domains.insert_or_assign(kinds::path_of(state_.place(statement_.object)), *statement_.domain);
    if (what.starts_with("CREATE ")) return create();
    if (what.starts_with("DROP ")) return drop();
    if (what == "ALTER SCHEMA") return rename_schema();
    if (what == "ALTER DOMAIN") return alter_domain(statement_.commands.front());
    if (!what.starts_with("ALTER ") || statement_.relations.empty()) return;
    table_ = state_.resolve(statement_.relations.front());
    if (table_.name.empty()) return;
    if (what == "ALTER TRIGGER") return rename_trigger(statement_.commands.front());
    if (what == "ALTER POLICY" || what == "ALTER RULE") return;
    for (const DdlCommand& command : statement_.commands) alter(command);
  }

 private:
  void set() {
    const DdlCommand& command = statement_.commands.front();
    if (command.name == "search_path") state_.search_path = command.options;
    if (command.name == "timezone") state_.session.time_zone = command.options.empty() ? "" : command.options.front();
  }

  /// https://www.postgresql.org/docs/17/sql-alterdomain.html; since 17 a domain's NOT NULL has a name as well.
  void alter_domain(const DdlCommand& command) {
    const RelationName name = state_.place(statement_.object);
    std::optional<frontend::DomainClause> domain = state_.domain(kinds::path_of(name));
    if (!domain) return;
    const std::string& verb = command.verb;
    if (verb == "RENAME TO") state_.domains.insert_or_assign(kinds::path_of({name.schema, command.new_name}), *domain);
    if (verb == "SET SCHEMA") state_.domains.insert_or_assign(kinds::path_of({command.new_name, name.name}), *domain);
    if (verb == "RENAME CONSTRAINT") std::ranges::replace(domain->checks, command.name, command.new_name);
    if (verb == "SET NOT NULL" || verb == "DROP NOT NULL") domain->not_null = verb == "SET NOT NULL";
    if (verb == "DROP CONSTRAINT" && std::erase(domain->checks, command.name) == 0) domain->not_null &= statement_.if_exists;
    for (const ConstraintClause& constraint : command.constraints) {
      if (constraint.type == ConstraintType::check) domain->checks.push_back(constraint.name);
      domain->not_null |= constraint.type == ConstraintType::not_null;
    }
    state_.domains.insert_or_assign(kinds::path_of(name), *std::move(domain));
  }

  void rename_trigger(const DdlCommand& command) {
    state_.change(table_, [&](RelationFacts& facts) { std::ranges::replace(facts.row_triggers, command.name, command.new_name); });
  }

  // ---- what is made and dropped ----------------------------------------------------------------------------------------------

  RelationFacts made(const RelationName& name, RelationType type) {
    RelationFacts facts;
    facts.id = kinds::table_named(kinds::path_of(name));
    facts.type = type;
    facts.owner = state_.session.role;
    state_.made.insert(name);
    return facts;
  }

  void create() {
    if (statement_.relations.empty()) return;
    const std::string& what = statement_.statement;
    const DdlCommand& command = statement_.commands.front();
    RelationName name = state_.place(statement_.relations.front());
    if (what == "CREATE INDEX") return create_index(command);
    if (state_.find(name) != nullptr) {      // IF NOT EXISTS, OR REPLACE, or what stands on it
      if (what == "CREATE VIEW") state_.change(name, [&](RelationFacts& view) { read_anew(view); });
      return;
    }
    RelationFacts facts;
    if (what == "CREATE TABLE" || what == "CREATE TABLE AS" || what == "CREATE FOREIGN TABLE") {
      facts = made(name, what == "CREATE FOREIGN TABLE" ? RelationType::foreign_table : RelationType::table);
      for (const SqlName& parent : command.parents) facts.parents.push_back(state_.resolve(parent));
      facts.is_partition = command.bound.has_value();
      facts.is_default_partition = command.bound && command.bound->is_default;
      facts.given_bound = command.bound;
      for (const ConstraintClause& constraint : command.constraints) facts.constraints.push_back(of(constraint));
    } else if (what == "CREATE VIEW" || what == "CREATE MATERIALIZED VIEW") {
      facts = made(name, what == "CREATE VIEW" ? RelationType::view : RelationType::materialized_view);
      read_anew(facts);
    } else if (what == "CREATE SEQUENCE") {
      facts = made(name, RelationType::sequence);
      belong_to(command, facts);
    } else {
      return;
    }
    state_.add(name, std::move(facts));
  }

  void read_anew(RelationFacts& view) const {
    view.reads.clear();
    view.read_columns.clear();
    for (const SqlName& use : statement_.uses) view.reads.push_back(state_.resolve(use));
  }

  void create_index(const DdlCommand& command) {
    const RelationName table = state_.resolve(statement_.relations.front());
    if (table.name.empty() || command.name.empty()) return;
    const RelationName name{table.schema, command.name};
    if (state_.find(name) != nullptr) return;
    RelationFacts facts = made(name, RelationType::index);
    facts.table = table;
    facts.index_columns = command.index_columns;
    facts.index_method = command.index_method;
    facts.index_unique = command.index_unique;
    facts.index_expressions = command.index_expressions ? statement_.text : "";
    state_.add(name, std::move(facts));
  }

  void drop() {
    if (statement_.statement == "DROP SCHEMA") {
      for (const SqlName& schema : statement_.commands.front().parents) {
        Names gone;
        for (const RelationName& name : state_.names()) {
          if (!schema.parts.empty() && name.schema == schema.parts.back()) gone.push_back(name);
        }
        for (const RelationName& name : gone) forget(name);
      }
    }
    const bool relation = statement_.statement != "DROP TRIGGER" && statement_.statement != "DROP RULE" && statement_.statement != "DROP POLICY";
    if (!relation) return;
    for (const SqlName& written : statement_.relations) {
      const RelationName name = state_.resolve(written);
      for (const RelationName& each : state_.with_descendants(name)) forget(each);
    }
  }

  /// With an index of a partitioned table go the partitions' indexes that are attached to it, and the keys that they are of.
  void forget_attached(const RelationName& index) {
    const RelationFacts* found = state_.find(index);
    if (found == nullptr || found->type != RelationType::index) return;
    const std::string path = path_of(index);
    for (const RelationName& table : state_.with_descendants(found->table, true)) {
      for (const RelationName& part : state_.indexes(table)) {
        if (state_.find(part)->attached_to != path) continue;
        forget_attached(part);
        state_.remove(part);
        state_.change(table, [&](RelationFacts& facts) { std::erase_if(facts.constraints, [&](const ConstraintFacts& each) { return each.name == part.name; }); });
      }
    }
  }

  void forget(const RelationName& name) {
    forget_attached(name);
    const Names parts = state_.indexes(name), sequences = state_.owned_sequences(name);
    for (const RelationName& part : parts) state_.remove(part);
    for (const RelationName& part : sequences) state_.remove(part);
    state_.remove(name);
    state_.made.erase(name);
  }

  // ---- names -----------------------------------------------------------------------------------------------------------------

  void note_name(const RelationName& from, const RelationName& to) {
    if (state_.made.erase(from) > 0) {
      state_.made.insert(to);
      return;
    }
    const auto known = std::ranges::find(state_.renamed, from, [](const auto& each) { return each.second; });
    if (known == state_.renamed.end()) {
      state_.renamed.emplace(from, to);
    } else {
      known->second = to;
    }
  }

  void rename(const RelationName& from, const RelationName& to) {
    const RelationFacts* found = state_.find(from);
    if (found == nullptr || from == to) return;
    RelationFacts facts = *found;
    facts.id.schema = to.schema;
    facts.id.name = to.name;
    for (ConstraintFacts& constraint : facts.constraints) {
      if (constraint.references == from) constraint.references = to;
    }
    if (facts.type == RelationType::index) {    // its constraint is called like it
      state_.change(facts.table, [&](RelationFacts& table) {
        for (ConstraintFacts& constraint : table.constraints) {
          if (constraint.name == from.name) constraint.name = to.name;
        }
      });
    }
    const kinds::RelationLinks links = state_.linked(from);
    state_.remove(from);
    note_name(from, to);
    for (const RelationName& child : links.children) state_.change(child, [&](RelationFacts& other) { replace(other.parents, from, to); });
    for (const RelationName& reader : links.readers) state_.change(reader, [&](RelationFacts& other) { replace(other.reads, from, to); });
    for (const RelationName& index : links.indexes) state_.change(index, [&](RelationFacts& other) { other.table = to; });
    for (const RelationName& sequence : links.sequences) state_.change(sequence, [&](RelationFacts& other) { other.owner_table = to; });
    for (const RelationName& user : links.users) {
      state_.change(user, [&](RelationFacts& other) {
        for (ConstraintFacts& constraint : other.constraints) {
          if (constraint.references == from) constraint.references = to;
        }
      });
    }
    state_.add(to, std::move(facts));
  }

  void move(const std::string& schema) {
    Names all{table_};
    for (const RelationName& name : state_.indexes(table_)) all.push_back(name);
    for (const RelationName& name : state_.owned_sequences(table_)) all.push_back(name);
    for (const RelationName& name : all) rename(name, {schema, name.name});
    table_.schema = schema;
  }

  void rename_schema() {
    const DdlCommand& command = statement_.commands.front();
    if (command.verb != "RENAME TO" || statement_.object.parts.empty()) return;
    const std::string now = statement_.object.parts.back();
    const auto before = state_.schemas_before.find(now);
    state_.schemas_before[command.new_name] = before == state_.schemas_before.end() ? now : before->second;
    Names all;
    for (const RelationName& name : state_.names()) {
      if (name.schema == statement_.object.parts.back()) all.push_back(name);
    }
    for (const RelationName& name : all) rename(name, {command.new_name, name.name});
  }

  // ---- ALTER -----------------------------------------------------------------------------------------------------------------

  Names tree() const { return statement_.only ? Names{table_} : state_.with_descendants(table_); }

  template <class Change>
  void in_tree(Change change) {
    for (const RelationName& name : tree()) state_.change(name, change);
  }

  template <class Change>
  void in_column(const std::string& column, Change change) {
    in_tree([&](RelationFacts& facts) {
      for (ColumnFacts& each : facts.columns) {
        if (each.name == column) change(each);
      }
    });
  }

  std::vector<std::string> primary_key(const RelationName& table) const {
    const RelationFacts* facts = state_.find(table);
    if (facts == nullptr) return {};
    const auto key = std::ranges::find(facts->constraints, frontend::ConstraintType::primary_key, &ConstraintFacts::type);
    return key == facts->constraints.end() ? std::vector<std::string>() : key->columns;
  }

  ConstraintFacts of(const ConstraintClause& clause) const {
    ConstraintFacts facts;
    facts.type = clause.type;
    facts.name = clause.name;
    facts.columns = clause.columns;
    facts.expression = clause.type == ConstraintType::check ? statement_.text : "";    // enough to see which columns it mentions
    facts.condition = clause.condition;
    facts.references = state_.resolve(clause.references);
    facts.referenced_columns = clause.referenced_columns.empty() ? primary_key(facts.references) : clause.referenced_columns;
    facts.not_valid = clause.not_valid;
    facts.not_enforced = clause.not_enforced;
    facts.no_inherit = clause.no_inherit;
    return facts;
  }

  void alter(const DdlCommand& command) {
    const std::string& verb = command.verb;
    if (verb == "RENAME TO") {
      rename(table_, {table_.schema, command.new_name});
      table_.name = command.new_name;
    } else if (verb == "SET SCHEMA") {
      move(command.new_name);
    } else if (verb == "ATTACH PARTITION" || verb == "DETACH PARTITION" || verb == "INHERIT" || verb == "NO INHERIT") {
      change_parent(command);
    } else if (verb == "SET LOGGED" || verb == "SET UNLOGGED") {
      state_.change(table_, [&](RelationFacts& facts) { facts.unlogged = verb == "SET UNLOGGED"; });
    } else if (verb == "SET TABLESPACE") {
      state_.change(table_, [&](RelationFacts& facts) { facts.tablespace = command.name; });
    } else if (verb == "OWNED BY") {
      state_.change(table_, [&](RelationFacts& facts) { belong_to(command, facts); });
    } else if (verb == "OWNER TO") {
      state_.change(table_, [&](RelationFacts& facts) { facts.owner = command.new_name; });
    } else if (verb.find("CONSTRAINT") != std::string::npos || verb == "ADD") {
      change_constraint(command);
    } else {
      change_column(command);
    }
  }

  /// What a sequence's OWNED BY says; a command without a column is OWNED BY NONE.
  void belong_to(const DdlCommand& command, RelationFacts& sequence) const {
    sequence.owner_table = state_.resolve(command.other);
    sequence.owner_column = command.name;
  }

  /// What a table has of its parent is its own when it has left that: CHECK constraints, a partition's foreign keys, too.
  void keep_constraints(const RelationName& child, const RelationName& parent, bool is_partition) {
    const RelationFacts* own = state_.find(child);
    if (own == nullptr || own->type == RelationType::index) return;
    std::vector<ConstraintFacts> kept;
    Names above{parent};
    for (std::size_t at = 0; at < above.size(); ++at) {
      const RelationFacts* table = state_.find(above[at]);
      if (table == nullptr) continue;
      for (const ConstraintFacts& each : table->constraints) {
        const bool stays = (each.type == ConstraintType::check && !each.no_inherit) || (is_partition && each.type == ConstraintType::foreign_key);
        const auto gives_it = [&](const RelationName& other) {
          const RelationFacts* facts = other == parent ? nullptr : state_.find(other);
          return facts != nullptr && state_.constraint_of(*facts, each.name) != nullptr;
        };
        if (stays && own->constraint(each.name) == nullptr && std::ranges::none_of(own->parents, gives_it)) kept.push_back(each);
      }
      for (const RelationName& further : table->parents) kinds::add_name(above, further);
    }
    state_.change(child, [&](RelationFacts& facts) { facts.constraints.insert(facts.constraints.end(), kept.begin(), kept.end()); });
  }

  void change_parent(const DdlCommand& command) {
    const bool is_partition = command.verb.ends_with("PARTITION");
    const bool adds = command.verb == "ATTACH PARTITION" || command.verb == "INHERIT";
    const RelationName other = state_.resolve(command.other);
    const RelationName& child = is_partition ? other : table_;
    const RelationName& parent = is_partition ? table_ : other;
    if (!adds) keep_constraints(child, parent, is_partition);
    state_.change(child, [&](RelationFacts& facts) {
      if (facts.type == RelationType::index) return;
      if (adds) facts.parents.push_back(parent);
      if (!adds) std::erase(facts.parents, parent);
      if (!is_partition) {
        if (!adds) declare_what_is_left(facts);
        return;
      }
      declare(facts, !adds);
      facts.is_partition = adds;
      facts.is_default_partition = adds && command.bound && command.bound->is_default;
      facts.bound.clear();
      facts.given_bound = adds ? command.bound : std::nullopt;
    });
  }

  void change_constraint(const DdlCommand& command) {
    const auto is_it = [&](const ConstraintFacts& facts) { return facts.name == command.name; };
    if (command.verb == "ADD") {
      for (const ConstraintClause& clause : command.constraints) add_constraint(clause);
    } else if (command.verb == "DROP CONSTRAINT") {
      state_.change(table_, [&](RelationFacts& facts) { std::erase_if(facts.constraints, is_it); });
      in_tree([&](RelationFacts& facts) { std::erase_if(facts.constraints, [&](const ConstraintFacts& each) { return is_it(each) && each.inherited; }); });
      const RelationName index{table_.schema, command.name};      // a key's
      forget_attached(index);
      state_.remove(index);
    } else if (command.verb == "RENAME CONSTRAINT") {
      in_tree([&](RelationFacts& facts) {
        for (ConstraintFacts& each : facts.constraints) {
          if (is_it(each)) each.name = command.new_name;
        }
      });
      rename({table_.schema, command.name}, {table_.schema, command.new_name});
    } else if (command.verb == "VALIDATE CONSTRAINT") {
      const bool known = state_.find(table_)->constraint(command.name) != nullptr;
      const ConstraintFacts* inherited = known ? nullptr : state_.constraint_of(*state_.find(table_), command.name);
      if (inherited != nullptr) {      // proved for the rows of this table alone
        ConstraintFacts own = *inherited;
        own.inherited = true;
        state_.change(table_, [&](RelationFacts& facts) { facts.constraints.push_back(own); });
      }
      in_tree([&](RelationFacts& facts) {
        for (ConstraintFacts& each : facts.constraints) {
          if (is_it(each)) each.not_valid = false;
        }
        for (ColumnFacts& column : facts.columns) {
          if (known || inherited != nullptr || !column.not_null_not_valid) continue;
          column.not_null = true;
          column.not_null_not_valid = false;
        }
      });
    }
  }

  void add_constraint(const ConstraintClause& clause) {
    const auto set_not_null = [&](const std::string& column) {
      in_column(column, [&](ColumnFacts& facts) {
        facts.not_null_not_valid = clause.not_valid && !facts.not_null;
        facts.not_null |= !clause.not_valid;
      });
    };
    if (clause.type == ConstraintType::not_null || clause.type == ConstraintType::primary_key) {
      for (const std::string& column : clause.columns) set_not_null(column);
    }
    if (clause.type == ConstraintType::not_null) return;
    if (clause.type == ConstraintType::check) {
      const ConstraintFacts added = of(clause);
      add_check(added, added.no_inherit ? Names{table_} : tree());
    } else {
      state_.change(table_, [&](RelationFacts& facts) { facts.constraints.push_back(of(clause)); });
    }
  }

  /// One that a table has under that name already becomes one with it, and is as proved as it was.
  void add_check(const ConstraintFacts& added, const Names& tables) {
    std::vector<ConstraintFacts> checks;
    for (const RelationName& table : tables) {
      const ConstraintFacts* same = added.name.empty() ? nullptr : state_.constraint_of(*state_.find(table), added.name);
      checks.push_back(added);
      if (same != nullptr) checks.back().not_valid = same->not_valid;
      checks.back().inherited = table != table_;
    }
    for (std::size_t at = 0; at < tables.size(); ++at) {
      state_.change(tables[at], [&](RelationFacts& facts) {
        const auto own = std::ranges::find(facts.constraints, added.name, &ConstraintFacts::name);
        if (own == facts.constraints.end() || added.name.empty()) {
          facts.constraints.push_back(checks[at]);
        } else {
          own->inherited = own->inherited && checks[at].inherited;
        }
      });
    }
  }

  void change_column(const DdlCommand& command) {
    const std::string& name = command.name;
    const std::string& verb = command.verb;
    if (verb == "ADD COLUMN") return add_column(*command.column);
    if (verb == "DROP COLUMN") return drop_column(name);
    if (verb == "RENAME COLUMN") return rename_column(name, command.new_name);
    in_column(name, [&](ColumnFacts& facts) {
      if (verb == "SET NOT NULL") facts.not_null_not_valid = !(facts.not_null = true);
      if (verb == "DROP NOT NULL") facts.not_null = facts.not_null_not_valid = false;
      if (verb == "DROP EXPRESSION") facts.generated = false;
      if (verb == "DROP IDENTITY") facts.identity_sequence.clear();
      if (verb == "ALTER COLUMN TYPE") {
        facts.type = command.column->type;
        facts.collation = command.column->collation;
      }
    });
  }

  void add_column(const frontend::ColumnClause& column) {
    ColumnFacts facts;
    facts.name = column.name;
    facts.type = column.type;
    facts.collation = column.collation;
    facts.not_null = column.not_null;
    facts.generated = column.generated;
    facts.is_virtual = column.is_virtual;
    in_tree([&](RelationFacts& table) {
      if (table.column(column.name) == nullptr) table.columns.push_back(facts);
      facts.declared = false;      // in those below
    });
    for (const ConstraintClause& constraint : column.constraints) add_constraint(constraint);
  }

  /// The columns that none of its parents has any more.
  void declare_what_is_left(RelationFacts& facts) const {
    for (ColumnFacts& column : facts.columns) {
      column.declared |= std::ranges::none_of(facts.parents, [&](const RelationName& parent) {
        const RelationFacts* above = state_.find(parent);
        return above != nullptr && above->column(column.name) != nullptr;
      });
    }
  }

  /// The columns, or the one of that name, are the table's own; or, of a partition, they aren't.
  static void declare(RelationFacts& facts, bool own, std::string_view name = {}) {
    for (ColumnFacts& column : facts.columns) {
      if (name.empty() || column.name == name) column.declared = own;
    }
  }

  void drop_column(const std::string& name) {
    const auto uses = [&](const std::vector<std::string>& columns) { return std::ranges::find(columns, name) != columns.end(); };
    if (statement_.only) {
      const Names children = state_.linked(table_).children;
      for (const RelationName& child : children) state_.change(child, [&](RelationFacts& facts) { declare(facts, true, name); });
    }
    for (const RelationName& table : statement_.only ? Names{table_} : state_.losing(table_, name)) {
      const Names indexes = state_.indexes(table), sequences = state_.owned_sequences(table, name);
      for (const RelationName& index : indexes) {
        if (uses(state_.find(index)->index_columns)) state_.remove(index);
      }
      for (const RelationName& sequence : sequences) state_.remove(sequence);
      state_.change(table, [&](RelationFacts& facts) {
        std::erase_if(facts.columns, [&](const ColumnFacts& column) { return column.name == name; });
        std::erase_if(facts.constraints, [&](const ConstraintFacts& constraint) { return uses(constraint.columns); });
      });
    }
  }

  void rename_column(const std::string& from, const std::string& to) {
    for (const RelationName& table : tree()) {
      const Names indexes = state_.indexes(table), sequences = state_.owned_sequences(table, from);
      for (const RelationName& index : indexes) {
        state_.change(index, [&](RelationFacts& facts) { std::ranges::replace(facts.index_columns, from, to); });
      }
      for (const RelationName& sequence : sequences) {
        state_.change(sequence, [&](RelationFacts& facts) { facts.owner_column = to; });
      }
      state_.change(table, [&](RelationFacts& facts) {
        for (ColumnFacts& column : facts.columns) {
          if (column.name == from) column.name = to;
        }
        for (ConstraintFacts& constraint : facts.constraints) std::ranges::replace(constraint.columns, from, to);
        std::ranges::replace(facts.key, from, to);
      });
      const Names users = state_.linked(table).users;
      for (const RelationName& user : users) {
        state_.change(user, [&](RelationFacts& facts) {
          for (ConstraintFacts& constraint : facts.constraints) {
            if (constraint.references == table) std::ranges::replace(constraint.referenced_columns, from, to);
          }
        });
      }
    }
  }

  const DdlStatement& statement_;
  ImpactState& state_;
  RelationName table_;
};

}  // namespace

void apply(const DdlStatement& statement, ImpactState& state) { Applier(statement, state).run(); }

}  // namespace lpc::plan
