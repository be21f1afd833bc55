// How a column that exists is changed: https://www.postgresql.org/docs/15/sql-altertable.html
// Everything compares merged forms (see inheritance.h), so that nothing is done when a column only changes between being said and being implied.
#include <fmt/core.h>

#include <algorithm>

#include "kinds/checks.h"
#include "kinds/column.h"
#include "kinds/common.h"
#include "kinds/foreign_options.h"
#include "kinds/identity_sequence.h"
#include "kinds/kept_rows.h"
#include "kinds/online.h"
#include "kinds/relation_options.h"
#include "kinds/sequence_options.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

struct Forms {
  Object was, is;
};

Forms forms(const Alteration& alteration, const ChangeContext& context) {
  const ObjectId& id = alteration.after.id;
  const ObjectId table = table_of(id);
  return {merged_column(Lineage(context.before).chain(table, id.member), id), merged_column(Lineage(context.after).chain(table, id.member), id)};
}

void hazard(Action& action, const diag::Diagnostic& said, const ObjectId& id) { action.hazards.push_back({said.code, said.message, id}); }

Sql alter_column(const ObjectId& column, const Sql& change, bool only = false) {
  return alter_table(table_of(column), {sql("ALTER COLUMN {} {}", ident(column.member), change)}, only);
}

/// Whether the parent's change reaches this column, which its table declares as well. One that begins to inherit must have had the parent's type for that.
bool follows_parent(const ChangeContext& context, const ObjectId& id) {
  const ObjectId table = table_of(id);
  const Lineage past(context.before), future(context.after);
  const std::vector<const Object*> inherited = future.inherited_chain(table, id.member);
  if (inherited.empty() || !past.inherited_chain(table, id.member).empty()) return !inherited.empty();
  const Object* before = context.before.find(table);
  const Object* after = context.after.find(table);
  if (before != nullptr && after != nullptr && inherits_more(*before, *after)) return false;
  const ObjectId& parents = inherited.front()->id;
  const auto old_type = [&](const ObjectId& column) { return merged_column(past.chain(table_of(column), column.member), column).attributes.text("type"); };
  return is_standing(context, table) && old_type(parents) == old_type(id);
}

/// `x::text::shop.status`: casts, with what casts lose and no more.
bool is_plain_cast(std::string_view expression, std::string_view column) {
  constexpr std::string_view kOfTypes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.\"[](),";
  constexpr std::string_view kInTwoWords[] = {"double precision", "character varying", "bit varying"};
  std::string_view rest = expression;
  const std::string name = ident(column).text;
  if (!rest.starts_with(name + "::")) return false;
  for (rest.remove_prefix(name.size()); rest.starts_with("::");) {
    rest.remove_prefix(2);
    const std::string_view type = rest.substr(0, rest.find("::"));
    const bool is_moment = type.starts_with("time") && type.ends_with(" time zone") && type.find(" at ") == std::string_view::npos;
    const bool has_two = is_moment || std::ranges::any_of(kInTwoWords, [&](std::string_view words) { return type.starts_with(words); });
    if (!has_two && type.find_first_not_of(kOfTypes) != std::string_view::npos) return false;
    rest.remove_prefix(type.size());
  }
  return rest.empty();
}

/// Hazards and checks of the change, which all statements of the action carry out, and its online form.
void weigh_type_change(const Object& was, const Object& is, const Object& said, const ChangeContext& context, Action& action) {
  const ObjectId& id = is.id;
  const ObjectId table = table_of(id);
  if (!is_standing(context, table) || is_foreign(context.after, table)) return;
  const std::string &from = was.attributes.text("type"), &to = is.attributes.text("type");
  const std::string hint = conversion_by_hint(said);
  TypeChange change = type_change(from, to, context.before, context.after);
  change.rewrites |= !hint.empty();
  if (change.narrows) hazard(action, diag::make(diag::Code::kNarrowsType, {}, id.path(), from, to), id);
  if (!change.narrows && !hint.empty() && !is_plain_cast(hint, id.member)) hazard(action, diag::make(diag::Code::kConvertsByHint, {}, id.path(), hint), id);
  if (change.may_fail && hint.empty()) hazard(action, diag::make(diag::Code::kTypeChangeMayFail, {}, id.path(), from, to), id);
  if ((change.narrows || change.may_fail) && hint.empty()) check_type(id, from, to, context, action);
  if (!change.rewrites) return;
  std::string obstacle;
  // (A type that is made anew under the same name isn't there ahead.)
  if (from != to && !kept_rows(said)) obstacle = expand_and_contract({was, is, hint, conversion(from, to, context.before, context.after), change.narrows || change.may_fail}, said, context, action);
  const std::string why = obstacle.empty() ? "" : fmt::format("; not online, because {}", obstacle);
  hazard(action, diag::make(diag::Code::kRewritesTable, {}, table.path(), fmt::format("the type of `{}` changes{}", id.member, why)), id);
}

void comment_not_null(const Object& column, const std::string& name, Action& action) {
  const Value* comment = column.attributes.find("not_null_comment");
  action.sql.push_back(sql("COMMENT ON CONSTRAINT {} ON {} IS {}", ident(name), relation_of(column.id), comment == nullptr ? sql("NULL") : literal(comment->text())));
}

/// The constraint stays, under another name or with another reach: https://www.postgresql.org/docs/18/sql-altertable.html
void change_not_null_constraint(const Object& was, const Object& is, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(is.id);
  const auto differs = [&](std::string_view flag) { return was.attributes.flag(flag) != is.attributes.flag(flag); };
  const std::string name = not_null_name(is);
  // A rename of the table or the column leaves the name as it is, and what was said of it comes with the old catalog.
  const bool renames = was.attributes.text("not_null_name") != is.attributes.text("not_null_name") && not_null_name(was) != name;
  const Object* before = context.before.find(is.id);
  const Lineage past(context.before);
  const bool ceases_to_inherit = !past.inherited_chain(table, is.id.member).empty() && Lineage(context.after).inherited_chain(table, is.id.member).empty();
  const bool is_detached = (before == nullptr || before->attributes.flag("inherited")) && (past.partition(table) != nullptr || ceases_to_inherit);    // has renamed it
  if (renames && !is_detached) action.sql.push_back(alter_table(table, {sql("RENAME CONSTRAINT {} TO {}", ident(not_null_name(was)), ident(name))}));
  if (differs("not_null_no_inherit")) {
    action.sql.push_back(alter_table(table, {sql("ALTER CONSTRAINT {} {}", ident(name), is.attributes.flag("not_null_no_inherit") ? sql("NO INHERIT") : sql("INHERIT"))}));
  }
  if (differs("not_null_not_valid")) {
    if (is.attributes.flag("not_null_not_valid")) {
      action.sql.push_back(alter_table(table, {sql("DROP CONSTRAINT {}", ident(name)), sql("ADD {}", not_null_constraint(is))}));
      if (is.attributes.has("not_null_comment")) comment_not_null(is, name, action);
    } else {
      action.sql.push_back(alter_table(table, {sql("VALIDATE CONSTRAINT {}", ident(name))}));
    }
  }
  if (action.sql.empty()) return;
  describe(action, fmt::format("Change the NOT NULL constraint of {}", spoken(is.id)));
}

/// Whether the column is NOT NULL only because its parent's is, which gives that up.
bool follows_parents_null(const ObjectId& column, const ChangeContext& context) {
  const Object* own = context.before.find(column);
  if (own != nullptr && own->attributes.flag("not_null")) return false;
  const std::vector<const Object*> was = Lineage(context.before).inherited_chain(table_of(column), column.member), is = Lineage(context.after).inherited_chain(table_of(column), column.member);
  return !was.empty() && !is.empty() && merged_column(was, column).attributes.flag("not_null") && !merged_column(is, column).attributes.flag("not_null");
}

/// The command reaches the children, those too that go on with a NOT NULL of their own. A partitioned table's can't be dropped with ONLY: ATPrepDropNotNull() in src/backend/commands/tablecmds.c
void drop_not_null(const Object& column, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column.id);
  const Lineage past(context.before), future(context.after);
  std::vector<Object> keep, lose;
  for (const ObjectId& child : descendants(context.after, table)) {
    const ObjectId id = column_id(child, column.id.member);
    if (!is_standing(context, child) || !merged_column(past.chain(child, id.member), id).attributes.flag("not_null")) continue;
    const Object own = merged_column(future.chain(child, id.member), id);
    (own.attributes.flag("not_null") ? keep : lose).push_back(own);
  }
  // (Since 18 a child that is spared keeps its parent's name for the constraint.)
  const bool only = !keep.empty() && !context.after.find(table)->attributes.has("partition_by") && context.server_version < kNamesNotNull;
  action.sql.push_back(alter_column(column.id, sql("DROP NOT NULL"), only));
  if (only) {
    for (const Object& child : lose) action.sql.push_back(alter_column(child.id, sql("DROP NOT NULL"), true));
  } else {
    for (const Object& child : keep) action.sql.push_back(set_not_null(child));
  }
}

void change_not_null(const Object& was, const Object& is, const ChangeContext& context, Action& action) {
  const bool before = was.attributes.flag("not_null"), after = is.attributes.flag("not_null");
  if (before == after) {
    if (after) change_not_null_constraint(was, is, context, action);
    return;
  }
  const ObjectId table = table_of(is.id);
  if (!after && follows_parents_null(is.id, context)) return;
  if (after) {
    action.sql.push_back(set_not_null(is));
  } else {
    drop_not_null(is, context, action);
  }
  if (after && !says_more_than_not_null(is) && is_in_use(table, is, context)) add_not_null_form(is.id, action.sql.back(), action);
  describe(action, fmt::format("{} {}", after ? "Forbid NULL in" : "Allow NULL in", spoken(is.id)));
  if (!after || !is_standing(context, table) || is_foreign(context.after, table) || is.attributes.flag("not_null_not_valid")) return;
  hazard(action, diag::make(diag::Code::kSetsNotNull, {}, is.id.path()), is.id);
  check_not_null(is.id, context, action);
}

/// The command reaches the children, deviating ones too.
void set_storage(const Object& is, const ChangeContext& context, Action& action) {
  action.sql.push_back(alter_column(is.id, sql("SET STORAGE {}", storage_word(is, context))));
  for (const ObjectId& child : descendants(context.after, table_of(is.id))) {
    if (!is_standing(context, child)) continue;
    const Object own = merged_column(Lineage(context.after).chain(child, is.id.member), column_id(child, is.id.member));
    if (own.attributes.text("storage") != is.attributes.text("storage")) {
      action.sql.push_back(alter_column(own.id, sql("SET STORAGE {}", storage_word(own, context)), true));
    }
  }
}

void change_storage(const Object& was, const Object& is, const ChangeContext& context, Action& action) {
  if (was.attributes.text("storage") == is.attributes.text("storage")) return;
  set_storage(is, context, action);
  describe(action, fmt::format("Change the storage of {}", spoken(is.id)));
}

void change_compression(const Object& was, const Object& is, const ChangeContext& context, Action& action) {
  const auto method = [](const Object& column) {
    const std::string& said = column.attributes.text("compression");
    return said.empty() ? std::string("default") : said;
  };
  if (method(was) == method(is)) return;
  const Sql change = sql("SET COMPRESSION {}", method(is) == "default" ? sql("default") : ident(method(is)));
  action.sql.push_back(alter_column(is.id, change));
  // The command doesn't reach the children.
  for (const ObjectId& child : descendants(context.after, table_of(is.id))) {
    const std::vector<const Object*> chain = Lineage(context.after).chain(child, is.id.member);
    const Object own = merged_column(chain, column_id(child, is.id.member));
    if (is_standing(context, child) && method(own) == method(is)) action.sql.push_back(alter_column(own.id, change, true));
  }
  describe(action, fmt::format("Change the compression of {}", spoken(is.id)));
}

void change_statistics(const Object& was, const Object& is, const ChangeContext&, Action& action) {
  const std::int64_t target = is.attributes.number("statistics", -1);
  if (was.attributes.number("statistics", -1) == target) return;
  action.sql.push_back(alter_column(is.id, sql("SET STATISTICS {}", number(target)), true));
  describe(action, fmt::format("Change the statistics target of {}", spoken(is.id)));
}

void change_options(const Object& was, const Object& is, const ChangeContext&, Action& action) {
  for (const Sql& change : option_changes(option_map(was), option_map(is))) action.sql.push_back(alter_column(is.id, change, true));
  describe(action, fmt::format("Change the options of {}", spoken(is.id)));
}

void change_server_options(const Object& was, const Object& is, const ChangeContext&, Action& action) {
  const Sql change = foreign_options_change(option_map(was, "server_options"), option_map(is, "server_options"));
  if (change.empty()) return;
  action.sql.push_back(alter_column(is.id, change, true));
  describe(action, fmt::format("Change the options of {}", spoken(is.id)));
}

// ---- identity ---------------------------------------------------------------------------------------------------------------------------

Sql identity_sequence(const Object& column) {
  return qualified(column.id.schema, identity_sequence_name(column));
}

/// A serial column's new sequence drops the identity itself (sequence.cpp): it wants the name.
bool new_sequence_takes_over(const ObjectId& column, const ChangeContext& context) {
  return std::ranges::any_of(owned_sequences(context.after, column), [&](const Object* sequence) { return context.is_created(sequence->id); });
}

/// Ahead of the change of its type, which may be to one that no identity column has.
bool drops_identity_first(const Object& was, const Object& is, const ChangeContext& context) {
  return was.attributes.has("identity") && !is.attributes.has("identity") && was.attributes.text("type") != is.attributes.text("type") && !new_sequence_takes_over(is.id, context);
}

void add_identity(const Object& is, const ChangeContext& context, Action& action) {
  // A serial column's own sequence has the name that the new one is to have.
  for (const Object* sequence : owned_sequences(context.before, is.id)) {
    if (context.is_dropped(sequence->id)) action.sql.push_back(sql("DROP SEQUENCE {}", address_qualified(sequence->id)));
  }
  action.sql.push_back(alter_column(is.id, sql("ADD {}", identity_clause(is))));
  add_persistence(is, action.sql);
  action.sql.push_back(continue_identity(is, context.after));
  finish_identity_sequence(is, context, action);
  describe(action, fmt::format("Make {} an identity column", spoken(is.id)));
}

void change_identity_options(const Object& was, const Object& is, const ChangeContext& context, Action& action) {
  const Value& before = *was.attributes.find("identity");
  const Value& after = *is.attributes.find("identity");
  const Sql old_sequence = identity_sequence(was), new_sequence = identity_sequence(is);
  if (!(old_sequence == new_sequence)) {
    action.sql.push_back(sql("ALTER SEQUENCE {} RENAME TO {}", old_sequence, ident(identity_sequence_name(is))));
  }
  std::vector<Sql> changes;
  if (is_by_default(before) != is_by_default(after)) changes.push_back(is_by_default(after) ? sql("SET GENERATED BY DEFAULT") : sql("SET GENERATED ALWAYS"));
  // A change of the column's type has adapted the bounds that nobody chose.
  const std::string type = identity_type(is, context.after);
  for (const Sql& option : option_changes(sequence_options(before), type, sequence_options(after), type)) changes.push_back(sql("SET {}", option));
  if (!changes.empty()) action.sql.push_back(alter_column(is.id, join(changes, " ")));
  if (identity_persistence(was) != identity_persistence(is)) {
    const bool unlogged = identity_persistence(is).empty() ? context.after.find(table_of(is.id))->attributes.flag("unlogged") : identity_persistence(is) == "unlogged";
    action.sql.push_back(persistence_statement(new_sequence, unlogged));
  }
  describe(action, fmt::format("Change the identity of {}", spoken(is.id)));
}

}  // namespace

std::string conversion_by_hint(const Object& said) {
  for (const PlanningHint& hint : said.hints) {
    if (hint.name == "using" && !hint.arguments.empty()) return hint.arguments.front();
  }
  return {};
}

bool has_new_form(const Object& column, const ChangeContext& context) {
  return std::ranges::any_of(column.depends_on, [&](const ObjectId& need) { return kind(need.kind).traits.swappable && context.is_dropped(need) && context.is_created(need); });
}

Sql converted(const Object& said, const std::string& from, const std::string& to, const ChangeContext& context) {
  if (const std::string hint = conversion_by_hint(said); !hint.empty()) return parenthesised(hint);
  Sql expression = ident(said.id.member);
  for (const std::string& type : conversion(from, to, context.before, context.after)) expression = sql("{}::{}", expression, fragment(type));
  return expression;
}

Sql storage_word(const Object& column, const ChangeContext& context) {
  const std::string& storage = column.attributes.text("storage");
  if (!storage.empty() && storage != "default") return fragment(storage);
  // SET STORAGE DEFAULT came with 16.
  return fragment(toastable_storage(column.attributes.text("type"), context.after));
}

void follow_type_storage(const ObjectId& type, const ChangeContext& context, Action& action) {
  for (const Object& column : context.after.of(KindId::Column)) {
    if (!column.attributes.has("type") || column.attributes.has("storage") || !is_standing(context, table_of(column.id))) continue;
    const Object* was = context.before.find(column.id);
    if (was == nullptr || was->attributes.has("storage") || was->attributes.text("type") != column.attributes.text("type")) continue;
    const TypeParts parts = type_parts(base_type(column.attributes.text("type"), context.after));
    if (!parts.array && ObjectId::parse(fmt::format("{} {}", kind_name(type.kind), parts.base)) == type) set_storage(column, context, action);
  }
}

void alter_nothing(const Alteration&, const ChangeContext&, Action&) {}

void adjust_column(const Object& was, const Object& is, const ChangeContext& context, Action& action) {
  // NOT NULL comes before an identity, and goes after it.
  const bool had_identity = was.attributes.has("identity"), has_identity = is.attributes.has("identity");
  if (had_identity && !has_identity) action.sql.push_back(alter_column(is.id, sql("DROP IDENTITY")));
  // Attaching harmonises these two by itself (partition.cpp), and before it Postgres would refuse.
  if (!is_being_attached(context, table_of(is.id))) {
    change_not_null(was, is, context, action);
    change_storage(was, is, context, action);
    change_compression(was, is, context, action);
  }
  if (!had_identity && has_identity) add_identity(is, context, action);
  change_statistics(was, is, context, action);
  if (option_map(was) != option_map(is)) change_options(was, is, context, action);
  change_server_options(was, is, context, action);
}

void change_type(const Object& was, const Object& is, const Object& said, const ChangeContext& context, Action& action) {
  const std::string& from = was.attributes.text("type");
  const std::string& to = is.attributes.text("type");
  if (drops_identity_first(was, is, context)) action.sql.push_back(alter_column(is.id, sql("DROP IDENTITY")));
  const Sql collation = is.attributes.has("collation") ? sql(" COLLATE {}", fragment(is.attributes.text("collation"))) : Sql{};
  // What a foreign table's column holds isn't converted, and USING is refused.
  const Sql value = converted(said, from, to, context);
  const Sql conversion = is_foreign(context.after, table_of(is.id)) || value == ident(is.id.member) ? Sql{} : sql(" USING {}", value);
  action.sql.push_back(alter_column(is.id, sql("TYPE {}{}{}", fragment(to), collation, conversion)));
  // Postgres puts storage and compression back to those of the new type.
  if (is.attributes.has("storage")) action.sql.push_back(alter_column(is.id, sql("SET STORAGE {}", storage_word(is, context))));
  if (is.attributes.has("compression")) action.sql.push_back(alter_column(is.id, sql("SET COMPRESSION {}", ident(is.attributes.text("compression")))));
  weigh_type_change(was, is, said, context, action);
  if (const std::optional<KeptRows> kept = kept_rows(said)) put_back_values(is.id, to, *kept, context, action);
  if (from == to) {
    describe(action, fmt::format("Change the collation of {}", spoken(is.id)));
  } else {
    describe(action, fmt::format("Change the type of {} from {} to {}", spoken(is.id), from, to));
  }
}

void alter_column_type(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const auto [was, is] = forms(alteration, context);
  const bool both_said = alteration.before != nullptr && alteration.before->attributes.has("type") && alteration.after.attributes.has("type");
  if ((!both_said && !has_other_type(was, is)) || follows_parent(context, is.id) || follows_type(context, table_of(is.id))) return;
  change_type(was, is, alteration.after, context, action);
}

void alter_identity(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const auto [was, is] = forms(alteration, context);
  const bool before = was.attributes.has("identity"), after = is.attributes.has("identity");
  const bool to_not_null = is.attributes.flag("not_null");
  if (to_not_null) change_not_null(was, is, context, action);
  if (!before && after) {
    add_identity(is, context, action);
  } else if (before && after) {
    if (alteration.has("identity")) change_identity_options(was, is, context, action);
  } else if (before && !drops_identity_first(was, is, context) && !new_sequence_takes_over(is.id, context)) {
    action.sql.push_back(alter_column(is.id, sql("DROP IDENTITY")));
    describe(action, fmt::format("Make {} no identity column", spoken(is.id)));
  }
  if (!to_not_null) change_not_null(was, is, context, action);
}

// SET EXPRESSION came with 17; DROP EXPRESSION is for stored columns only.
bool must_replace_generated(const Object& before, const Object& after, int server_version) {
  const bool was = before.attributes.has("generated"), is = after.attributes.has("generated");
  if (!was || !before.attributes.has("type") || !after.attributes.has("type")) return !was && before.attributes.has("type") && after.attributes.has("type");
  if (!is) return before.attributes.flag("virtual");
  return server_version < 170000 || before.attributes.flag("virtual") != after.attributes.flag("virtual");
}

void alter_generated(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const auto [was, is] = forms(alteration, context);
  if (was.attributes.text("generated") == is.attributes.text("generated") || follows_parent(context, is.id)) return;
  const ObjectId table = table_of(is.id);
  if (!is.attributes.has("generated")) {
    action.sql.push_back(alter_column(is.id, sql("DROP EXPRESSION")));
    describe(action, fmt::format("Make {} an ordinary column", spoken(is.id)));
    return;
  }
  action.sql.push_back(alter_column(is.id, sql("SET EXPRESSION AS ({})", fragment(is.attributes.text("generated")))));
  describe(action, fmt::format("Change the expression of {}", spoken(is.id)));
  if (is.attributes.flag("virtual") || !is_standing(context, table)) return;
  const std::string why = is_in_use(table, alteration.after, context) ? fmt::format("; not online, because {}", kOnlyRewritesStore) : "";
  hazard(action, diag::make(diag::Code::kRewritesTable, {}, table.path(), fmt::format("the expression of `{}` changes{}", is.id.member, why)), is.id);
}

void alter_not_null_comment(const Alteration& alteration, const ChangeContext&, Action& action) {
  if (!alteration.after.attributes.flag("not_null")) return;
  // A name that nobody said is the one that the server has chosen.
  const Object* before = alteration.before;
  const bool named_before = before != nullptr && before->attributes.flag("not_null") && !before->attributes.has("not_null_name") && !alteration.after.attributes.has("not_null_name");
  comment_not_null(alteration.after, not_null_name(named_before ? *before : alteration.after), action);
  describe(action, fmt::format("Set the comment on the NOT NULL constraint of {}", spoken(alteration.after.id)));
}

void alter_storage(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const auto [was, is] = forms(alteration, context);
  if (!is_being_attached(context, table_of(is.id))) change_storage(was, is, context, action);
}

void alter_compression(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const auto [was, is] = forms(alteration, context);
  if (!is_being_attached(context, table_of(is.id))) change_compression(was, is, context, action);
}

void alter_statistics(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const auto [was, is] = forms(alteration, context);
  change_statistics(was, is, context, action);
}

void alter_column_options(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const auto [was, is] = forms(alteration, context);
  if (option_map(was) != option_map(is)) change_options(was, is, context, action);
}

void alter_column_server_options(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const auto [was, is] = forms(alteration, context);
  change_server_options(was, is, context, action);
}

}  // namespace lpc::kinds
