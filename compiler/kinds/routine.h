// What functions and procedures share: their parameters, settings and bodies, from .lp and to SQL and .lp. Knows nothing of how a plan orders them.
// https://www.postgresql.org/docs/15/sql-createfunction.html, https://www.postgresql.org/docs/15/sql-createprocedure.html
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kinds/common.h"
#include "kinds/kind.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds::routine {

// ---- parameters: the attribute `parameters`, a list of maps with `mode` (absent for IN), `name`, `type`, `default` --------------------

struct Parameter {
  std::string mode;                ///< "" for IN, "out", "inout", "variadic", "table"
  std::string name;
  std::string type;
  std::string default_expression;

  bool is_input() const { return mode.empty() || mode == "inout" || mode == "variadic"; }
  bool is_output() const { return mode == "out" || mode == "inout" || mode == "table"; }
};

std::vector<Parameter> parameters_of(const Object& object);
Value parameters_value(const std::vector<Parameter>& parameters);
/// From the clauses `parameters` and `returns table`.
std::vector<Parameter> declared_parameters(const ast::Decl& decl, LowerContext& context);
/// ObjectId::arguments: the input types, joined.
std::string input_types(const std::vector<Parameter>& parameters);
/// The list between the parentheses of CREATE, without RETURNS TABLE's columns; or just those columns.
Sql parameter_list(const std::vector<Parameter>& parameters, bool table_columns);
/// The return type that OUT and TABLE parameters imply: "" when there are none, the type of the only one, or "record".
std::string implied_return_type(const std::vector<Parameter>& parameters);
/// Whether CREATE OR REPLACE may turn the one list into the other: names kept, no default lost, the same outputs.
bool can_replace_parameters(const Object& before, const Object& after);

// ---- settings: the attribute `settings`, a list of maps with `name` and `value`, the value as pg_proc.proconfig holds it ----------------

Value declared_settings(const ast::Decl& decl);
/// `SET name TO 'value'`
Sql setting_clause(const Value& setting);
void print_settings(const Object& object, LpWriter& writer);
/// The SET and RESET clauses that lead from the settings of `before` to those of `after`, in the order that proconfig shall have.
std::vector<Sql> setting_changes(const Object& before, const Object& after);

// ---- body: the attributes `language`, `body`, `object_file`, `return`, `atomic` -----------------------------------------------------------

void lower_body(const ast::Decl& decl, LowerContext& context, Object& object);
/// `AS '…'`, `RETURN …` or `BEGIN ATOMIC … END`
Sql body_clause(const Object& object);
/// Whether its body is a parsed one, `return …` or `begin atomic … end`, which depends on what it names.
bool has_standard_body(const Object& object);
/// Postgres refuses to alter the type of a column that such a body uses: KindTraits::torn_by_types.
bool is_torn_by_types(const Object& object, const Catalog&, const Catalog&, const std::function<bool(const ObjectId&)>&);
/// The routine with an empty text for a body, which depends on nothing; nothing when its body is a text anyway.
std::optional<Object> without_standard_body(const Object& object);
void print_body(const Object& object, LpWriter& writer);
/// Types, default expressions and what the body names. `statement` is the whole CREATE statement, which PL/pgSQL's parser needs.
void link_routine(const Object& object, const Sql& statement, LinkContext& context);

// ---- the whole ---------------------------------------------------------------------------------------------------------------------------------

/// Adds the object with its parameters, language, security, settings, transforms and body.
Object* lower_common(const ast::Decl& decl, LowerContext& context, KindId kind);
/// The transforms' clause, or nothing.
Sql transform_clause(const Object& object);
/// CREATE [OR REPLACE]: an action that alters replaces what is there.
Sql create_word(const Action& action);
/// Whether CREATE OR REPLACE runs for this change as well: it sets every attribute, so nothing is left to alter.
bool is_redefined(const Alteration& alteration);
/// What comes after a routine's particular clauses in .lp: settings, owner, comment, grants, body.
void print_tail(const Object& object, LpWriter& writer);

}  // namespace lpc::kinds::routine
