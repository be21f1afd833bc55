// The default of a column, an object of its own: it can be put aside while its column's type changes, and it may need what needs its table.
// https://www.postgresql.org/docs/15/ddl-default.html
// A partition's column takes its parent's default when it is made; one that has none all the same is an object with the flag `none`.
#include <fmt/core.h>

#include <algorithm>
#include <unordered_set>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/column.h"
#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr IntrospectQuery kColumnDefaultQueries[] = {{
    .sql = "select n.nspname as _schema, c.relname as _name, a.attname as _member, 'column' as _parent_kind, a.attname as _parent_member,\n"
           "  'pg_attrdef:' || d.oid as _aliases, pg_get_expr(d.adbin, 0) as expression\n"
           "from pg_attrdef d\n"
           "join pg_class c on c.oid = d.adrelid and c.relkind in ('r', 'p', 'f')\n"
           "join pg_namespace n on n.oid = c.relnamespace\n"
           "join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''\n"
           "where {user_schema:n} and {not_member:pg_class:c.oid}",
}};

/// A default is a clause of its column, which lowers it.
void lower_default(const ast::Decl& decl, LowerContext& context) {
  context.error(diag::make(diag::Code::kUnknownDeclaration, decl.span, decl.kind));
}

/// SET DEFAULT or DROP DEFAULT, by what the catalog says of the column.
Sql statement(const Lineage& lineage, const ObjectId& column, bool only) {
  const Object* own = lineage.default_of(table_of(column), column.member);
  const Sql change = own == nullptr ? sql("DROP DEFAULT") : sql("SET DEFAULT {}", parenthesised(own->attributes.text("expression")));
  return alter_table(table_of(column), {sql("ALTER COLUMN {} {}", ident(column.member), change)}, only);
}

/// Whether the plan makes, alters or drops the default of that id.
bool changes(const ObjectId& id, const ChangeContext& context) {
  const Object *was = context.before.find(id), *is = context.after.find(id);
  return context.is_created(id) || (was == nullptr) != (is == nullptr) || (was != nullptr && was->attributes != is->attributes);
}

/// Whether an action of its own gives the default to its column after this.
bool is_put_later(const Object* column_default, bool comes_back, const ChangeContext& context) {
  if (column_default == nullptr) return false;
  if (context.is_created(column_default->id)) return !comes_back || !context.is_dropped(column_default->id);
  return changes(column_default->id, context);
}

/// The column's default as the plan's end wants it; for its table and those that have the column from it. `comes_back`: defaults that were taken down for a while can be put back by then.
void put_default(const Object& column_default, bool comes_back, const ChangeContext& context, Action& action) {
  const ObjectId column = column_id(table_of(column_default.id), column_default.id.member);
  const Lineage lineage(context.after);
  action.sql.push_back(statement(lineage, column, false));
  // The command reaches all tables below, some of which may not have left yet. Those that shall have another default get that back, unless the plan comes to it later.
  const Object* given = lineage.default_of(table_of(column), column.member);
  std::vector<ObjectId> children = descendants(context.after, table_of(column));
  const std::unordered_set<ObjectId, ObjectIdHash> remaining(children.begin(), children.end());
  for (const ObjectId& child : descendants(context.before, table_of(column))) {
    if (context.after.has(child) && !remaining.contains(child)) children.push_back(child);
  }
  for (const ObjectId& child : children) {
    const ObjectId id = column_id(child, column.member);
    const Object* own = context.after.find(default_id(id));
    const Object* wanted = lineage.default_of(child, column.member);
    const bool is_given = own == nullptr && (wanted == nullptr ? given == nullptr : given != nullptr && wanted->attributes == given->attributes);
    const Object* source = own == nullptr ? wanted : own;
    if (!is_given && is_standing(context, child) && !lineage.chain(child, column.member).empty() && !is_put_later(source, comes_back, context)) action.sql.push_back(statement(lineage, id, true));
  }
}

/// Whether it calls current_setting() with nothing but a name: that fails where nobody has set it, and ADD COLUMN computes a default at once, even of an empty table.
/// https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-ADMIN-SET
bool needs_setting(std::string_view expression) {
  bool is_called = false;
  int depth = 0, arguments = 0;
  for (std::size_t at = 0; at < expression.size();) {
    const Lexeme lexeme = scan_lexeme(expression, at);
    const std::string_view text = expression.substr(lexeme.begin, lexeme.end - lexeme.begin);
    at = lexeme.end;
    if (is_filler(lexeme.kind)) continue;
    if (depth == 0) {
      if (is_called && text == "(") depth = arguments = 1;
      is_called = lexeme.kind == LexemeKind::word && to_lower_ascii(text) == "current_setting";
      continue;
    }
    depth += text == "(" ? 1 : text == ")" ? -1 : 0;
    if (depth == 1 && text == ",") ++arguments;
    if (depth == 0 && arguments == 1) return true;
  }
  return false;
}

bool default_folds(const Object& column_default, const ChangeContext& context) {
  if (column_default.attributes.flag("none")) return false;
  const ObjectId column = column_id(table_of(column_default.id), column_default.id.member);
  const Object* object = context.after.find(column);
  if (object == nullptr || !context.is_created(column)) return false;
  if (context.is_created(table_of(column))) return !object->attributes.flag("inherited") || Lineage(context.after).partition(table_of(column)) != nullptr;
  return !object->attributes.flag("inherited") && !existed_before(context, column) && !needs_setting(column_default.attributes.text("expression"));
}

Sql inline_default(const Object& column_default, const ChangeContext&) { return sql("DEFAULT {}", parenthesised(column_default.attributes.text("expression"))); }

/// Whether what the plan does to a default of a table above may change the column's. (One that has it from there still has a default of its own because something changes there.)
bool is_reached(const ObjectId& column, const ChangeContext& context) {
  if (!Lineage(context.after).inherited_chain(table_of(column), column.member).empty()) return true;
  return std::ranges::any_of(Lineage(context.before).ancestors(table_of(column)), [&](const ObjectId& table) { return changes(default_id(column_id(table, column.member)), context); });
}

void create_default(const Object& column_default, const ChangeContext& context, Action& action) {
  const ObjectId column = column_id(table_of(column_default.id), column_default.id.member);
  describe(action, fmt::format("Set the default of {}", spoken(column)));
  if (existed_before(context, column) && !context.is_dropped(column_default.id)) {
    // Said from now on, but the same as what was implied until now, by a table that it has left.
    const Object* was = context.before.has(column_default.id) ? nullptr : Lineage(context.before).default_of(table_of(column), column.member);
    if (was != nullptr && was->attributes == column_default.attributes && !is_reached(column, context)) return;
  }
  put_default(column_default, true, context, action);
}

void alter_default(const Alteration& alteration, const ChangeContext& context, Action& action) {
  put_default(alteration.after, true, context, action);
  describe(action, fmt::format("Change the default of {}", spoken(column_id(table_of(alteration.after.id), alteration.after.id.member))));
}

void drop_default(const Object& column_default, const ChangeContext& context, Action& action) {
  const ObjectId column = column_id(table_of(column_default.id), column_default.id.member);
  describe(action, fmt::format("Drop the default of {}", spoken(column)));
  const bool goes_with_column = context.is_dropped(column) && context.before.has(column);
  if (context.is_created(column_default.id) || goes_with_column) {
    // Dropped ahead of its column because what it uses and the table need each other. Or taken down for a while: the column must be without a default meanwhile, whatever its parent has.
    action.sql.push_back(alter_table(table_of(column), {sql("ALTER COLUMN {} DROP DEFAULT", ident(column.member))}));
    return;
  }
  // Attaching to a parent gives the column the parent's default (partition.cpp); dropping the parent's column leaves nothing to do.
  const bool column_stays = !Lineage(context.after).chain(table_of(column), column.member).empty();
  if (!column_stays || is_being_attached(context, table_of(column))) return;
  put_default(column_default, false, context, action);
}

Sql address_default(const ObjectId& id) { return sql("{}.{}", qualified(id.schema, id.name), ident(id.member)); }

/// Printed in its column's line.
void print_nothing(const Object&, const Catalog&, LpWriter&) {}

constexpr AttributeRule kColumnDefaultAttributes[] = {
    {.name = "expression", .content = Content::expression, .alter = alter_default},
    {.name = "none", .content = Content::flag, .alter = alter_default},
};

}  // namespace

void take_parents_default(const ObjectId& column, const ChangeContext& context, Action& action) {
  const Object* own = context.before.find(default_id(column));
  if (own == nullptr || is_being_attached(context, table_of(column))) return;
  const Object* was = Lineage(context.before).inherited_default(table_of(column), column.member);
  const Object* is = Lineage(context.after).inherited_default(table_of(column), column.member);
  const bool reaches_it = is == nullptr ? was != nullptr && !context.after.has(was->id) : changes(is->id, context);
  if (reaches_it) return;
  // Not for all below: this action's place among those about defaults isn't known.
  const Lineage lineage(context.after);
  action.sql.push_back(statement(lineage, column, true));
  for (const ObjectId& child : descendants(context.after, table_of(column))) {
    const ObjectId id = column_id(child, column.member);
    if (is_standing(context, child) && lineage.default_of(child, column.member) == is && !context.after.has(default_id(id))) action.sql.push_back(statement(lineage, id, true));
  }
}

constexpr Kind kColumnDefault = {
    .id = KindId::ColumnDefault,
    .sql_name = "DEFAULT",
    .declared_as = {},
    .introspect = kColumnDefaultQueries,
    .lower = lower_default,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_default,
    .drop = drop_default,
    .rename = nullptr,
    .inline_sql = inline_default,
    .folds = default_folds,
    .address = address_default,
    .attributes = kColumnDefaultAttributes,
    .print_lp = print_nothing,
    .slots = nullptr,
    // A default that doesn't convert with its column's type stands in the way of the change.
    .traits = {.dropped_with_parent = true, .rebuilt_with_column = true, .reaches_heirs = true, .asked_beside = true},
};

static_assert(is_complete(kColumnDefault));

}  // namespace lpc::kinds
