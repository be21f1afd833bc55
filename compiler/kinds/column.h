// Columns of tables: what table, default, partition and sequence need of them, and the parts of column.cpp that stand in files of their own.
#pragma once

#include <string_view>

#include "kinds/column_clauses.h"
#include "kinds/kind.h"
#include "kinds/lower_context.h"

namespace lpc::kinds {

// ---- column_changes.cpp -------------------------------------------------------------------------------------------------------------

void alter_column_type(const Alteration&, const ChangeContext&, Action&);
void alter_identity(const Alteration&, const ChangeContext&, Action&);       ///< and NOT NULL, which identity needs first and gives up last
void alter_generated(const Alteration&, const ChangeContext&, Action&);
void alter_not_null_comment(const Alteration& alteration, const ChangeContext& context, Action& action);
bool must_replace_generated(const Object& before, const Object& after, int server_version);
void alter_storage(const Alteration&, const ChangeContext&, Action&);
void alter_compression(const Alteration&, const ChangeContext&, Action&);
void alter_statistics(const Alteration&, const ChangeContext&, Action&);
void alter_column_options(const Alteration&, const ChangeContext&, Action&);
void alter_column_server_options(const Alteration&, const ChangeContext&, Action&);   ///< of a foreign table
/// What isn't carried out by a statement of its own, but by what goes with it.
void alter_nothing(const Alteration&, const ChangeContext&, Action&);
/// Whether a partition key, `RANGE (a, lower(b))`, is over the column: a name that is no function's and no type's.
bool names_column(std::string_view key, std::string_view column);
/// Changes type and collation, with what that means for rows; a hint of `said` may tell how to convert.
void change_type(const Object& was, const Object& is, const Object& said, const ChangeContext& context, Action& action);
inline bool has_other_type(const Object& was, const Object& is) {
  return was.attributes.text("type") != is.attributes.text("type") || was.attributes.text("collation") != is.attributes.text("collation");
}
/// The conversion that a hint of the column asks for; "" without one.
std::string conversion_by_hint(const Object& said);
/// A value of that column in its new type: by the hint of `said`, or by what Postgres needs to be told; the column's name where it needs nothing.
Sql converted(const Object& said, const std::string& from, const std::string& to, const ChangeContext& context);
/// Whether a type that the column needs is made anew under the same name, so that values go through text to the new form.
bool has_new_form(const Object& column, const ChangeContext& context);
/// NOT NULL, storage, compression, statistics target and options of a column that exists, from one merged form to another.
void adjust_column(const Object& was, const Object& is, const ChangeContext& context, Action& action);
/// The column has its parent's default from then on, in place of the object that it has of its own.
void take_parents_default(const ObjectId& column, const ChangeContext& context, Action& action);
/// The value that SET STORAGE takes to get the type's own.
Sql storage_word(const Object& column, const ChangeContext& context);
/// Gives the storage that a base type has now to the columns of it that say none: ALTER TYPE … SET leaves those that are there as they are.
void follow_type_storage(const ObjectId& type, const ChangeContext& context, Action& action);

// ---- column_rewrite.cpp -------------------------------------------------------------------------------------------------------------

/// A column whose type changes so that each row is written anew; `was` and `is` are merged ones.
struct Rewrite {
  const Object& was;
  const Object& is;
  std::string by_hint;                      ///< the conversion that the sources ask for, over the table's columns; "" without one
  std::vector<std::string> through = {};    ///< without one: the types that the value is cast to, one after the other
  bool may_refuse = false;                  ///< whether some values of the old type are none of the new one
};
/// Expand and contract, as the online form of all statements of the action: a second column beside the first one, kept in step by a trigger, filled in batches, indexed and
/// checked like it, takes its place. Gives why there is no such form, as a clause behind "because"; "" when there is one, or nobody is to be spared.
std::string expand_and_contract(const Rewrite& rewrite, const Object& said, const ChangeContext& context, Action& action);

// ---- column_addition.cpp ------------------------------------------------------------------------------------------------------------

/// Why there is no online form of what gives a stored generated column its values, as a clause behind "because".
inline constexpr std::string_view kOnlyRewritesStore = "only ADD COLUMN and what rewrites a table compute stored values, and no column can become a generated one later";
/// ADD COLUMN, or what stands for it where it can't be said in one: `column` is a merged one.
void add_column(const Object& column, const std::string* default_text, const ChangeContext& context, Action& action);
/// What that, the statements of the action from `first` on, does to rows that are there: its hazards, and the online form that gives them their values. `said` is the column's object.
void fill_rows(const Object& column, const Object& said, std::size_t first, const ChangeContext& context, Action& action);

// ---- column_lower.cpp ---------------------------------------------------------------------------------------------------------------

void lower_column(const ast::Decl& decl, LowerContext& context);
/// The clauses that a column of a view may have as well.
void lower_column_settings(const ast::Decl& decl, LowerContext& context, Object& object);
void print_column(const Object& column, const Catalog& catalog, LpWriter& writer);
/// `storage …`, `compression …`, `statistics …`, `options (…)`.
void print_column_settings(const Object& column, LpWriter& writer);

}  // namespace lpc::kinds
