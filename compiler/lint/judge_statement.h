// The parts of a script's judge: one statement's tree at a time. Names of nodes: /usr/include/pg_query/pg_query.proto.
#pragma once

#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql.h"
#include "diag/sink.h"
#include "frontend/sql_fragment_tree.h"
#include "lint/script.h"

namespace lpc::lint {

using frontend::SqlNode;

/// What the statements so far have done.
struct ScriptState {
  std::set<std::string> fresh;        ///< relations made by the script: no rows, nobody waits for them
  bool in_transaction = false;
  bool has_lock_timeout = false;
  bool begun_by_script = false;
  std::string altered;                ///< by the statement before
};

/// One statement, and what is found in it.
struct Statement {
  ScriptState& state;
  Span span;
  std::vector<Finding>& findings;

  template <class... Args>
  void add(diag::Code code, const std::string& object, const Args&... arguments) const {
    findings.push_back({code, diag::make(code, {}, arguments...).message, object, span});
  }
  bool is_fresh(const std::string& relation) const { return state.fresh.contains(relation); }
};

/// `shop.users` of a RangeVar.
std::string relation_of(const SqlNode* range);
/// `shop.users` of a list of strings.
std::string dotted(const SqlNode* list);
/// The statement waits for a lock that everybody else then waits behind.
void needs_lock(const Statement& statement, const std::string& relation);

void judge_create_table(const SqlNode* create, const Statement& statement);
void judge_alter_table(const SqlNode* alter, const Statement& statement);
/// Advice about a column's type.
void judge_column_type(const SqlNode* column, const std::string& relation, const Statement& statement);

}  // namespace lpc::lint
