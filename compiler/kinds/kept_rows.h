// Rows that a plan would lose and keeps (--keep-data): a table that it drops goes to the schema lockplane_trash, of a column that it drops or narrows the values go there with the key of
// their rows, of a sequence its number. The way back takes them from there; `lpc purge` ends it. https://www.postgresql.org/docs/15/sql-altertable.html, SET SCHEMA
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

inline constexpr std::string_view kTrash = "lockplane_trash";
/// The comment of what is kept there: `Kept by lpc: table shop.users, of plan 3f2a9c1b`.
inline constexpr std::string_view kKeptByLpc = "Kept by lpc: ", kOfPlan = ", of plan ";

/// What is kept of one object, and where.
struct KeptRows {
  ObjectId object;                     ///< a table, a column or a sequence
  std::string name;                    ///< of the table in lockplane_trash that has its rows, its values with the key of their rows, or its number
  std::vector<std::string> key;        ///< of a column: the columns that tell its table's rows apart
  std::vector<std::string> as_text;    ///< of a table: the columns whose values are kept as text
};

/// Where the rows of a plan are kept.
struct Trash {
  std::string digits;                                            ///< of the plan: "3f2a9c1b"
  std::function<std::string(std::string_view base)> name;        ///< a new name
};

// ---- what keeps them ----------------------------------------------------------------------------------------------------------------------

/// Of an action that drops tables: those with rows of their own that go nowhere else.
std::vector<ObjectId> tables_lost(const Action& action, const ChangeContext& context);
/// Whether the rows of a table that goes must be copied, because its columns are those of another one or of types that may go as well; it can be moved as it is otherwise.
bool must_be_copied(const ObjectId& table, const ChangeContext& context);
/// The table without all that ties it to other objects, or takes a name: as it is moved. (`catalog` has the table and its parts.)
void bare(CatalogBuilder& catalog, const ObjectId& table, const std::string& role);
/// Of an action that drops the table, among others: moves it instead, once `untying` has been done; without that it copies its rows before.
void keep_table(const ObjectId& table, const std::optional<std::vector<Sql>>& untying, const Trash& trash, std::vector<KeptRows>& kept, const ChangeContext& context, Action& action);
/// Of an action that loses what the hazard says: values of a column that is dropped or gets a narrower type, the number of a sequence. Adds to `kept`. Gives why that can't be kept,
/// as a clause behind "because"; "" when it is, nothing when there isn't anything of the kind to keep.
std::optional<std::string> keep_values(const Hazard& hazard, const Trash& trash, std::vector<KeptRows>& kept, const ChangeContext& context, Action& action);

// ---- the way back -------------------------------------------------------------------------------------------------------------------------

/// Tells what makes the object, or changes its type back, where its values are.
PlanningHint kept_hint(const KeptRows& kept);
/// What the hint says; nothing without one.
std::optional<KeptRows> kept_rows(const Object& object);

/// After CREATE TABLE, somewhere among the action's statements.
void put_back_rows(const Object& table, const ChangeContext& context, Action& action);
/// After CREATE SEQUENCE.
void put_back_number(const Object& sequence, Action& action);
/// In place of ADD COLUMN: `column` is a merged one, `said` its object with the hint, `default_text` what new rows get or null.
void put_back_column(const Object& column, const Object& said, const std::string* default_text, const KeptRows& kept, const ChangeContext& context, Action& action);
/// Around the statements that give the column its former type back: values that nobody has changed since.
void put_back_values(const ObjectId& column, const std::string& type, const KeptRows& kept, const ChangeContext& context, Action& action);

}  // namespace lpc::kinds
