// Forms of a change that let others go on reading and writing: 04-planning, "Locks, rewrites, scans", and https://www.postgresql.org/docs/15/sql-altertable.html, "Notes".
// Kinds put them beside the plain statements (Action::online); plan/steps.h takes the one or the other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

/// Whether a change of `object` on the relation, which is there before the plan and stays, should let others go on: it has rows, or the sources say `@online`; and they don't
/// say `@direct`, each of the object or of the relation.
bool is_in_use(const ObjectId& relation, const Object& object, const ChangeContext& context);
/// The same of a table that the plan makes anew.
bool is_in_use_anew(const ObjectId& table, const ChangeContext& context);

/// The last `count` statements of the action have this online form.
void add_online(Action& action, std::size_t count, std::vector<Stage> stages, std::string reason, std::vector<diag::Code> spares = {});

/// Adds the constraint unvalidated and reads the rows afterwards. `add` without NOT VALID is the last statement of the action.
void add_validating_form(const ObjectId& constraint, const Sql& add, Action& action);

/// SET NOT NULL after a CHECK that proves it: then Postgres doesn't read the rows again.
std::vector<Stage> not_null_stages(const ObjectId& column, const Sql& set_not_null);
/// The same as the form of SET NOT NULL, the last statement of the action.
void add_not_null_form(const ObjectId& column, const Sql& set_not_null, Action& action);

/// Why rows of the table can't be given a new column's value by UPDATE without anyone noticing more than that, as a clause behind "because"; "" when they can.
/// `column` is a new one, which no trigger's column list names.
std::string backfill_obstacle(const ObjectId& table, const ChangeContext& context);

/// `k.id = users.id AND …`: of two rows, one column of each after the other.
Sql matching(const Sql& one, const std::vector<std::string>& names, const Sql& other, const std::vector<std::string>& other_names);

/// Whether the publication sends what is in every table of the schema, those that a plan makes for a while among them.
bool publishes_schema(const Object& publication, std::string_view schema);

/// A statement that works on some rows of a table at a time: what stands before the name of the table or of one that inherits from it, what stands after it, and between what the condition
/// stands that tells which rows. A last one, without that condition, sees to rows that were left out.
struct Batches {
  Sql before;                     ///< `UPDATE ONLY `
  Sql after;                      ///< ` SET … WHERE …`, of rows which aren't such any more when it is done
  std::string_view joint = " AND ";
  Sql end = {};                   ///< ` FOR SHARE SKIP LOCKED ON CONFLICT DO NOTHING`
  Sql last = {};                  ///< in place of joint, condition and end
};
/// Does so in the table and what inherits from it, each batch committed. Can't run in a transaction block.
Sql in_batches(const ObjectId& table, const Batches& batches, int server_version);

/// Whether such a statement changes the rows of the table, and doesn't only read them.
bool updates_in_batches(std::string_view statement);

/// What a backfill does: UPDATE … SET `assignment` WHERE `waiting`, which its rows cease to be by that.
struct Fill {
  Sql assignment;       ///< `token = DEFAULT`
  Sql waiting;          ///< `token IS NULL`
};
/// Statement that does so, in batches.
Sql backfill(const ObjectId& table, const Fill& fill, int server_version);

}  // namespace lpc::kinds
