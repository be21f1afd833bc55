// The attachment of a partition to its parent: an object of its own, so that attaching, detaching and new bounds keep the rows.
// The partition's own things belong to its table object. https://www.postgresql.org/docs/15/ddl-partitioning.html
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/checks.h"
#include "kinds/column.h"
#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/implied_names.h"
#include "kinds/index.h"
#include "kinds/mishaps.h"
#include "kinds/moved_rows.h"
#include "kinds/online.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kPartitionDeclaredAs[] = {"partition"};

// The bound has no columns in it, so the relation isn't needed to print it, which would load each partition. Its values are of the key's types: a new one of an enum must
// be there, and committed.
#define LPC_PARTITIONS(columns)                                                                                                                                      \
  "select n.nspname as _schema, c.relname as _name, 'table' as _parent_kind, 'pg_inherits:' || c.oid as _aliases,\n"                                                 \
  "  quote_ident(pn.nspname) || '.' || quote_ident(p.relname) as of, pg_get_expr(c.relpartbound, 0) as bound,\n" columns                                             \
  "  concat_ws(E'\\n', 'table ' || quote_ident(pn.nspname) || '.' || quote_ident(p.relname),\n"                                                                      \
  "    (select string_agg('enum ' || quote_ident(tn.nspname) || '.' || quote_ident(t.typname), E'\\n' order by a.attnum) from pg_partitioned_table pt\n"             \
  "     join pg_attribute a on a.attrelid = pt.partrelid and a.attnum = any (pt.partattrs::int2[]) join pg_type t on t.oid = a.atttypid and t.typtype = 'e'\n"       \
  "     join pg_namespace tn on tn.oid = t.typnamespace where pt.partrelid = p.oid)) as _depends\n"                                                                  \
  "from pg_class c\n"                                                                                                                                               \
  "join pg_namespace n on n.oid = c.relnamespace\n"                                                                                                                 \
  "join pg_inherits i on i.inhrelid = c.oid\n"                                                                                                                      \
  "join pg_class p on p.oid = i.inhparent\n"                                                                                                                        \
  "join pg_namespace pn on pn.oid = p.relnamespace\n"                                                                                                               \
  "where c.relispartition and c.relkind in ('r', 'p', 'f') and {user_schema:n} and {not_member:pg_class:c.oid}"

constexpr IntrospectQuery kPartitionQueries[] = {
    {.sql = LPC_PARTITIONS("  i.inhdetachpending as detach_pending,\n"), .from_version = 140000},
    {.sql = LPC_PARTITIONS("")},
};

/// `FOR VALUES FROM ('a') TO ('b')`, as pg_get_expr() says it.
std::string bound_text(const ast::Clause& clause, LowerContext& context) {
  const ast::Value* first = clause.value(ast::Shape::sql);
  if (first == nullptr) return "DEFAULT";
  // Bounds are no expressions of their own grammar rule: MINVALUE, MODULUS 4. The shadow server has the last word.
  const auto text = [](const ast::Value& value) { return fragment(value.text); };
  const std::string_view word = clause.word_value();
  if (word == "in") return sql("FOR VALUES IN ({})", text(*first)).text;
  if (word == "with") return sql("FOR VALUES WITH ({})", text(*first)).text;
  const ast::Value* last = clause.value(ast::Shape::sql, 1);
  if (last == nullptr) {
    context.error(diag::make(diag::Code::kMissingClause, clause.span, "`for values from`", "to (…)"));
    return {};
  }
  return sql("FOR VALUES FROM ({}) TO ({})", text(*first), text(*last)).text;
}

void lower_partition(const ast::Decl& decl, LowerContext& context) {
  Object* const parent = context.parent;
  if (parent == nullptr || parent->id.kind != KindId::Table) {
    context.error(diag::make(diag::Code::kUnknownDeclaration, decl.span, "partition"));
    return;
  }
  if (!parent->attributes.has("partition_by")) {
    context.error(diag::make(diag::Code::kParentNotPartitioned, decl.name_span, decl.name.dotted(), parent->id.path()));
    return;
  }
  // The partition is a table that stands in a schema, though it is written inside its parent.
  context.parent = nullptr;
  Object* table = context.add(decl, {KindId::Table, context.schema_of(decl.name), decl.name.last(), "", ""});
  context.parent = parent;
  if (table == nullptr) return;
  table->external |= parent->external;
  Object attachment;
  attachment.id = {KindId::Partition, table->id.schema, table->id.name, "", ""};
  attachment.parent = table->id;
  attachment.origin = table->origin;
  attachment.external = table->external;
  attachment.attributes.set("of", qualified(parent->id.schema, parent->id.name).text);
  if (const ast::Clause* bound = decl.clause("partition_bound")) attachment.attributes.set("bound", bound_text(*bound, context));
  context.catalog.add(std::move(attachment));
  context.parent = nullptr;
  lower_table_parts(decl, *table, context);
  context.parent = parent;
}

/// The default partition whose rows ATTACH would read, when there are some.
std::optional<ObjectId> default_in_use(const Object& attachment, const ChangeContext& context) {
  const ObjectId parent = whole_of(attachment);
  if (!is_standing(context, parent)) return std::nullopt;
  for (const Object* other : attachments_to(parent, context.before)) {
    if (other->attributes.text("bound") != "DEFAULT") continue;
    const Object* after = context.after.find(other->id);
    const bool stays = after != nullptr && !context.is_dropped(other->id) && after->attributes.text("bound") == "DEFAULT" && after->attributes.text("of") == other->attributes.text("of");
    if (stays && is_in_use(table_of(other->id), attachment, context)) return table_of(other->id);
  }
  return std::nullopt;
}

/// Whether the partition's NOT NULL constraints have been given names that aren't the parent's, as those of a table that was attached. (Since 18.)
bool has_own_not_null_names(const ObjectId& table, const Catalog& catalog) {
  const Object* object = catalog.find(table);
  const Value* names = object == nullptr ? nullptr : object->attributes.find("_not_null_names");
  if (names == nullptr) return false;
  const Lineage lineage(catalog);
  return std::ranges::any_of(names->map(), [&](const auto& entry) {
    const std::vector<const Object*> parents = lineage.inherited_chain(table, entry.first);
    return !parents.empty() && not_null_name(merged_column(parents, parents.back()->id)) != entry.second.text();
  });
}

bool partition_folds(const Object& attachment, const ChangeContext& context) {
  const ObjectId table = table_of(attachment.id);
  if (!context.is_created(table) || Lineage(context.after).has_own_order(table)) return false;
  if (context.server_version >= 180000 && has_own_not_null_names(table, context.after)) return false;
  // Indexes under names of their own must be there before the table is attached; CREATE … PARTITION OF would make others.
  const bool has_own_indexes = std::ranges::any_of(attachment.mentions, [](const ObjectId& need) {
    return need.kind == KindId::Index || need.kind == KindId::Constraint;
  });
  // CREATE … PARTITION OF would read the default partition under its lock. Rows are put in before triggers come with the parent.
  return !has_own_indexes && predecessors(attachment, context).empty() && context.after.has(whole_of(attachment)) &&
         !(default_in_use(attachment, context) && bound_proof(attachment, true, context));
}

Sql inline_partition(const Object& attachment, const ChangeContext&) {
  return sql("PARTITION OF {} {}", fragment(attachment.attributes.text("of")), fragment(attachment.attributes.text("bound")));
}

// ---- attaching --------------------------------------------------------------------------------------------------------------------------

/// A CHECK that the table has of a parent. One that the plan takes from the parent is gone by then, or is no more the parent's.
Sql take_off(const ObjectId& table, const Object& check, const ChangeContext& context) {
  return alter_table(table, {sql("DROP CONSTRAINT {}{}", context.is_dropped(check.id) ? sql("IF EXISTS ") : Sql{}, ident(check.id.member))});
}

/// What ATTACH PARTITION wants of the table, which is there already: the parent's NOT NULLs and CHECKs, https://www.postgresql.org/docs/15/sql-altertable.html;
/// their types, when the parent was made anew with others; and what it doesn't hand down, but an implied column has from its parent: defaults, storage, compression.
class Harmony {
 public:
  Harmony(const ObjectId& table, const ObjectId& parent, const ChangeContext& context, Action& action)
      : table_(table), parent_(parent), context_(context), action_(action), past_(context.before), future_(context.after) {}

  void all() {
    const std::vector<const Object*> kept = keep_checks();      // a column takes those that read it along
    drop_indexes_in_old_form();
    columns();
    add_checks(kept);
  }

 private:
  void columns() {
    follow_parent();
    for (const std::string& name : future_.column_names(parent_)) {
      const std::vector<const Object*> before = past_.chain(table_, name);
      const std::vector<const Object*> after = future_.chain(table_, name);
      if (before.empty() || after.empty()) continue;
      column(before, after, column_id(table_, name));
    }
  }

  void add_checks(const std::vector<const Object*>& kept) {
    for (const Object* check : inheritable_checks(context_.after, parent_)) {
      const ObjectId own{KindId::Constraint, table_.schema, table_.name, check->id.member, ""};
      if (context_.before.has(own) || context_.after.has(own) || std::ranges::find(kept, check) != kept.end()) continue;
      action_.sql.push_back(alter_table(table_, {sql("ADD {}{}", kind(check->id.kind).inline_sql(*check, context_), check->attributes.flag("not_valid") ? sql(" NOT VALID") : Sql{})}));
    }
  }

  /// Those that a partition has from the parent that it had; what that one had besides is taken off.
  std::vector<const Object*> keep_checks() {
    const std::vector<const Object*> wanted = inheritable_checks(context_.after, parent_);
    std::vector<const Object*> kept;
    for (const ObjectId& parent : past_.partition(table_) == nullptr ? std::vector<ObjectId>() : past_.parents(table_)) {
      for (const Object* check : inheritable_checks(context_.before, parent)) {
        const ObjectId own{KindId::Constraint, table_.schema, table_.name, check->id.member, ""};
        if (context_.before.has(own)) continue;
        const auto same = std::ranges::find_if(wanted, [&](const Object* other) {
          return other->id.member == check->id.member && other->attributes.text("expression") == check->attributes.text("expression");
        });
        if (same != wanted.end() && !says_old_form(check->attributes.text("expression"))) {
          kept.push_back(*same);
        } else if (!context_.after.has(own)) {
          action_.sql.push_back(take_off(table_, *check, context_));
        }
      }
    }
    return kept;
  }

  /// Columns of types that are made anew under the same names, so that their values go through text to the new form.
  std::vector<std::string> columns_of_new_form() const {
    std::vector<std::string> names = future_.column_names(parent_);
    std::erase_if(names, [&](const std::string& name) {
      const std::vector<const Object*> after = future_.chain(table_, name);
      return after.empty() || !has_new_form(*after.back(), context_);
    });
    return names;
  }

  /// Whether an expression of the old parent, which the partition still has, compares such a column with values of the old form: no conversion gets over that.
  bool says_old_form(std::string_view expression) const {
    const std::string text = fmt::format("({})", expression);
    return std::ranges::any_of(of_new_form_, [&](const std::string& name) { return names_column(text, name); });
  }

  /// ATTACH makes them again.
  void drop_indexes_in_old_form() {
    const Object* attachment = past_.partition(table_);
    if (attachment == nullptr || of_new_form_.empty()) return;
    for (const Object* index : context_.before.children(whole_of(*attachment))) {
      if (context_.is_dropped(index->id) && !context_.is_dropped(whole_of(*attachment))) continue;      // and the partition's with it
      const Value* elements = index->attributes.find("elements");
      const bool says_it = says_old_form(index->attributes.text("where")) || (elements != nullptr && std::ranges::any_of(elements->list(), [&](const Value& element) {
        const Value* expression = element.find("expression");
        return expression != nullptr && says_old_form(expression->text());
      }));
      if (says_it) drop_implied_part(table_, *index, action_);
    }
  }

  /// While a table is no partition its parent's columns come and go without it: the parent is another one now, or has been changed.
  void follow_parent() {
    const std::vector<std::string> wanted = future_.column_names(table_);
    const std::vector<std::string> present = past_.column_names(table_);
    const auto is_implied = [](const Lineage& lineage, const ObjectId& id) {
      const Object* own = lineage.find(id);
      return own == nullptr || own->attributes.flag("inherited");
    };
    for (const std::string& name : present) {
      const ObjectId id = column_id(table_, name);
      if (!is_implied(past_, id) || std::ranges::find(wanted, name) != wanted.end()) continue;
      action_.sql.push_back(alter_table(table_, {sql("DROP COLUMN {}", ident(name))}));
      action_.hazards.push_back({diag::Code::kDropsColumn, diag::make(diag::Code::kDropsColumn, {}, id.path()).message, id});
    }
    for (const std::string& name : wanted) {
      const ObjectId id = column_id(table_, name);
      if (!is_implied(future_, id) || !is_implied(past_, id)) continue;
      if (std::ranges::find(present, name) != present.end()) continue;
      const Object* new_default = future_.default_of(table_, name);
      const std::string text = new_default == nullptr ? std::string() : new_default->attributes.text("expression");
      action_.sql.push_back(alter_table(table_, {sql("ADD COLUMN {}", column_definition(merged_column(future_.chain(table_, name), id), new_default == nullptr ? nullptr : &text))}));
    }
  }

  void column(const std::vector<const Object*>& before, const std::vector<const Object*>& after, const ObjectId& id) {
    const Object was = merged_column(before, id), is = merged_column(after, id);
    const Sql name = ident(id.member);
    const auto put = [&](const Sql& change) { action_.sql.push_back(alter_table(table_, {sql("ALTER COLUMN {} {}", name, change)})); };
    const Object* said_before = context_.before.find(id);
    const Object* said_after = context_.after.find(id);
    const bool altered_by_itself = said_before != nullptr && said_after != nullptr && said_before->attributes.has("type") && said_after->attributes.has("type");
    const bool has_new_form = !altered_by_itself && std::ranges::find(of_new_form_, id.member.str()) != of_new_form_.end();
    const bool says_default = context_.after.has(default_id(id)) || is.attributes.has("generated");
    const Object* old_default = past_.default_of(table_, id.member);
    if (has_new_form && old_default != nullptr && !context_.before.has(default_id(id)) && !was.attributes.has("generated")) {
      put(sql("DROP DEFAULT"));
      old_default = nullptr;
    }
    const Object said = has_new_form ? to_new_form(is, is.attributes.text("type"), context_.before, context_.after) : is;
    if ((has_other_type(was, is) || has_new_form) && !altered_by_itself) change_type(was, is, said, context_, action_);
    if (is.attributes.flag("not_null") && !was.attributes.flag("not_null")) put(sql("SET NOT NULL"));
    if (!is.attributes.flag("not_null") && was.attributes.flag("not_null")) put(sql("DROP NOT NULL"));
    if (!says_default) {
      const Object* new_default = future_.default_of(table_, id.member);
      const std::string old_text = old_default == nullptr ? std::string() : old_default->attributes.text("expression");
      if (new_default == nullptr && old_default != nullptr) put(sql("DROP DEFAULT"));
      if (new_default != nullptr && new_default->attributes.text("expression") != old_text) {
        put(sql("SET DEFAULT {}", parenthesised(new_default->attributes.text("expression"))));
      }
    }
    if (was.attributes.text("storage") != is.attributes.text("storage")) put(sql("SET STORAGE {}", storage_word(is, context_)));
    const std::string& compression = is.attributes.text("compression");
    if (was.attributes.text("compression") != compression) {
      put(sql("SET COMPRESSION {}", compression.empty() || compression == "default" ? sql("default") : ident(compression)));
    }
  }

  const ObjectId table_;
  const ObjectId parent_;
  const ChangeContext& context_;
  Action& action_;
  const Lineage past_;
  const Lineage future_;
  const std::vector<std::string> of_new_form_ = columns_of_new_form();
};

/// From 18 on NOT NULL constraints have names, and keep them: https://www.postgresql.org/docs/18/sql-createtable.html. Nobody says those that a partition has from its
/// parent: they are the parent's when it is attached, and those that the table would have by itself when it is on its own.
void rename_not_nulls(const ObjectId& table, bool attached, const ChangeContext& context, Action& action) {
  if (context.server_version < 180000) return;
  const Lineage past(context.before), future(context.after);
  const Value* names = context.before.find(table)->attributes.find("_not_null_names");
  for (const std::string& column : future.column_names(table)) {
    const ObjectId id = column_id(table, column);
    const std::vector<const Object*> after = future.chain(table, column);
    if (after.empty() || !merged_column(after, id).attributes.flag("not_null")) continue;
    Object was = merged_column(past.chain(table, column), id);
    if (!was.attributes.flag("not_null")) was.attributes.remove("not_null_name");    // it has been made just now
    const Value* known = names == nullptr ? nullptr : names->find(column);
    const std::string present = known == nullptr ? not_null_name(was) : known->text();
    const std::string wanted = not_null_name(attached ? *after.back() : merged_column(after, id));
    if (present != wanted) action.sql.push_back(alter_table(table, {sql("RENAME CONSTRAINT {} TO {}", ident(present), ident(wanted))}));
  }
}

/// CHECKs that prove the bound are validated while others read and write; then ATTACH, the last statement of the action, reads no row.
void add_proven_form(const Object& attachment, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(attachment.id);
  const bool in_use = is_in_use(table, attachment, context);
  const auto rest = default_in_use(attachment, context);
  const auto inside = in_use ? bound_proof(attachment, false, context) : std::nullopt, outside = rest ? bound_proof(attachment, true, context) : std::nullopt;
  if (!inside && !outside) return;
  Stage adding{fmt::format("Say of {} what the bound will", table.path()), {}, "ddl", true}, reading{fmt::format("Read whether it is so of every row, before {} is attached", table.path()), {}, "validate", true};
  Stage attaching{fmt::format("Attach partition {} to {}", table.path(), whole_of(attachment).path()), {action.sql.back()}, "ddl", true};
  const auto add = [&](const ObjectId& id, const Sql& expression) {
    const Sql name = ident(helper_name(id.name.str(), "_lpc_bound")), whole = qualified(id.schema, id.name);
    adding.sql.push_back(sql("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({}) NOT VALID", whole, name, expression));
    reading.sql.push_back(sql("ALTER TABLE {} VALIDATE CONSTRAINT {}", whole, name));
    attaching.sql.push_back(sql("ALTER TABLE {} DROP CONSTRAINT {}", whole, name));
  };
  if (inside) add(table, *inside);
  if (outside) add(*rest, *outside);
  add_online(action, 1, {std::move(adding), std::move(reading), std::move(attaching)}, fmt::format("{} has rows: a CHECK proves the bound, so that they aren't read under the lock of ATTACH",
                                                                                                  inside ? table.path() : rest->path()));
}

void attach(const Object& attachment, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(attachment.id);
  const ObjectId parent = whole_of(attachment);
  describe(action, fmt::format("Attach partition {} to {}", table.path(), parent.path()));
  if (is_standing(context, table)) {
    Harmony(table, parent, context, action).all();
    if (!context.before.has(attachment.id)) rename_not_nulls(table, true, context, action);
  }
  take_over(attachment, context, action);
  action.sql.push_back(sql("ALTER TABLE {} ATTACH PARTITION {} {}", fragment(attachment.attributes.text("of")), address_qualified(table),
                           fragment(attachment.attributes.text("bound"))));
  add_proven_form(attachment, context, action);
  const Object* earlier = context.before.find(attachment.id);
  check_bounds(attachment, earlier == nullptr ? std::vector<const Object*>() : successors(*earlier, context), context, action);
}

/// What the table had because of its parent stays when it goes its own way; what it isn't to have is taken off.
void shed_implied(const ObjectId& table, const ObjectId& parent, const ChangeContext& context, Action& action) {
  const Lineage past(context.before), future(context.after);
  for (const std::string& name : past.column_names(parent)) {
    const std::vector<const Object*> after = future.chain(table, name);
    const ObjectId id = column_id(table, name);
    const Object* said = context.before.find(id);
    if (after.empty() && (said == nullptr || said->attributes.flag("inherited"))) {
      action.sql.push_back(alter_table(table, {sql("DROP COLUMN {}{}", context.is_dropped(column_id(parent, name)) ? sql("IF EXISTS ") : Sql{}, ident(name))}));
      action.hazards.push_back({diag::Code::kDropsColumn, diag::make(diag::Code::kDropsColumn, {}, id.path()).message, id});
    }
    const bool generated = after.empty() || merged_column(after, column_id(table, name)).attributes.has("generated");
    const bool own = context.before.has(default_id(id));
    if (generated || own || past.default_of(table, name) == nullptr || future.default_of(table, name) != nullptr) continue;
    action.sql.push_back(alter_table(table, {sql("ALTER COLUMN {} DROP DEFAULT", ident(name))}));
  }
  std::vector<std::string> kept;
  for (const Object* check : inheritable_checks(context.after, table)) kept.push_back(check->id.member);
  for (const Object* check : inheritable_checks(context.before, parent)) {
    const bool own = context.before.has({KindId::Constraint, table.schema, table.name, check->id.member, ""});
    if (own || std::ranges::find(kept, check->id.member.str()) != kept.end()) continue;
    action.sql.push_back(take_off(table, *check, context));
  }
}

Sql detach_statement(const Object& attachment, std::string_view how = {}) {
  return sql("ALTER TABLE {} DETACH PARTITION {}{}", fragment(attachment.attributes.text("of")), address_qualified(table_of(attachment.id)), fragment(how));
}

/// Whether its table goes, and rows of it stay: others wait until these have their place.
bool is_detached_apart(const Object& attachment, const ChangeContext& context) {
  return !successors(attachment, context).empty() || is_refilled(table_of(attachment.id), context);
}

bool has_default_partition(const Catalog& catalog, const ObjectId& table) {
  return std::ranges::any_of(attachments_to(table, catalog), [](const Object* attachment) { return attachment->attributes.text("bound") == "DEFAULT"; });
}

/// The name of the CHECK that DETACH … CONCURRENTLY leaves in place of the bound, unless another CHECK says as much: DetachAddConstraintIfNeeded() in
/// src/backend/commands/tablecmds.c. Its conditions are those of the table's bound and of the bounds of all that it is a part of.
std::string left_check_name(const ObjectId& table, const Catalog& catalog) {
  const Lineage lineage(catalog);
  std::vector<std::string> columns;
  for (ObjectId part = table; lineage.partition(part) != nullptr; part = whole_of(*lineage.partition(part))) {
    const Object* whole = catalog.find(whole_of(*lineage.partition(part)));
    for (const std::string& column : lineage.column_names(table)) {
      const bool is_key = whole != nullptr && names_column(whole->attributes.text("partition_by"), column);
      if (is_key && std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    }
  }
  return choose_name(table.name.str(), columns.size() == 1 ? columns.front() : std::string(), "check", [&](const std::string& name) {
    return std::ranges::any_of(catalog.of(KindId::Constraint), [&](const Object& other) {
      return other.id.schema == table.schema && other.id.member == name;
    });
  });
}

/// The name that left_check_name() gives, when the table can be detached beside readers and writers of the whole. Not from one with a default partition:
/// https://www.postgresql.org/docs/15/sql-altertable.html, DETACH PARTITION.
std::optional<std::string> concurrent_detach(const Object& attachment, const ChangeContext& context) {
  const ObjectId table = table_of(attachment.id), parent = whole_of(attachment);
  const Object* said = context.after.find(table);
  if (context.server_version < 140000 || attachment.attributes.flag("detach_pending") || is_detached_apart(attachment, context) ||
      !is_in_use(parent, said != nullptr ? *said : attachment, context)) return std::nullopt;
  if (has_default_partition(context.before, parent) || has_default_partition(context.after, parent)) return std::nullopt;
  std::string name = left_check_name(table, context.before);
  if (context.after.has({KindId::Constraint, table.schema, table.name, name, ""})) return std::nullopt;
  return name;
}

Stage detaching_stage(const Object& attachment) {
  const std::string table = table_of(attachment.id).path(), parent = whole_of(attachment).path();
  return {fmt::format("Detach partition {} from {} beside those who use it", table, parent), {detach_statement(attachment, " CONCURRENTLY")}, "concurrent", false};
}

/// Of DETACH, the last statement of the action.
void add_concurrent_form(const Object& attachment, const ChangeContext& context, Action& action) {
  const auto check = concurrent_detach(attachment, context);
  if (!check) return;
  const ObjectId table = table_of(attachment.id);
  Stage tidying{fmt::format("Take off the CHECK that {} has in place of its bound", table.path()), {alter_table(table, {sql("DROP CONSTRAINT IF EXISTS {}", ident(*check))})}, "ddl", true};
  add_online(action, 1, {detaching_stage(attachment), std::move(tidying)}, fmt::format("{} has rows: nobody who uses it waits", whole_of(attachment).path()));
}

void detach(const Object& attachment, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(attachment.id);
  const ObjectId parent = whole_of(attachment);
  const bool is_attached_again = context.is_created(attachment.id);
  action.sql.push_back(detach_statement(attachment, attachment.attributes.flag("detach_pending") ? " FINALIZE" : ""));
  if (is_detached_apart(attachment, context)) lock_below(table, table, context, action);
  if (!is_attached_again) add_concurrent_form(attachment, context, action);
  if (!is_attached_again && is_standing(context, table) && context.after.has(table)) {
    rename_not_nulls(table, false, context, action);
    shed_implied(table, parent, context, action);
    drop_left_parts(table, context, action);
  }
  describe(action, fmt::format("Detach partition {} from {}", table.path(), parent.path()));
}

void print_partition(const Object& attachment, const Catalog& catalog, LpWriter& writer) {
  const Object* table = catalog.find(table_of(attachment.id));
  if (table == nullptr) return;
  writer.doc(*table);
  if (table->attributes.flag("unlogged")) writer.word("unlogged");
  writer.word("partition").name(table->id.schema, table->id.name);
  const std::string_view bound = attachment.attributes.text("bound");
  constexpr std::string_view kForValues = "FOR VALUES ";
  if (!bound.starts_with(kForValues)) {
    writer.word("default");
  } else {
    // The server's words are .lp's, but for their case: FROM (…) TO (…), IN (…), WITH (modulus 4, remainder 0).
    writer.word("for values");
    std::string_view rest = bound.substr(kForValues.size());
    const std::size_t blank = rest.find(' ');
    const std::string word = to_lower_ascii(rest.substr(0, blank));
    rest = trim(rest.substr(std::min(blank, rest.size())));
    const std::size_t to = word == "from" ? rest.find(") TO (") : std::string_view::npos;
    writer.word(word).word(rest.substr(0, to == std::string_view::npos ? rest.size() : to + 1));
    if (to != std::string_view::npos) writer.word("to").word(rest.substr(to + 5));
  }
  print_table_parts(*table, catalog, writer);
}

constexpr AttributeRule kPartitionAttributes[] = {
    {.name = "of", .content = Content::relation},
    {.name = "bound", .content = Content::text},
    {.name = "detach_pending", .content = Content::flag},
};

}  // namespace

void add_concurrent_detach(const ObjectId& table, const ChangeContext& context, Action& action) {
  const Object* attachment = Lineage(context.before).partition(table);
  if (attachment == nullptr || context.is_created(attachment->id) || !concurrent_detach(*attachment, context)) return;
  Stage dropping{fmt::format("Drop {}", spoken(table)), {action.sql.back()}, "ddl", true};
  add_online(action, 1, {detaching_stage(*attachment), std::move(dropping)}, fmt::format("{} has rows: nobody who uses it waits", whole_of(*attachment).path()));
}

Sql half_done(const Object& object) {
  if (object.id.kind != KindId::Partition || !object.attributes.flag("detach_pending")) return {};
  const Sql name = literal(address_qualified(table_of(object.id)).text);
  return sql("UPDATE pg_catalog.pg_inherits SET inhdetachpending = true WHERE inhrelid = {}::pg_catalog.regclass", name);
}

void set_undone(Object& object) {
  if (object.id.kind == KindId::Partition) object.attributes.remove("detach_pending");
}

constexpr Kind kPartition = {
    .id = KindId::Partition,
    .sql_name = "PARTITION",
    .declared_as = kPartitionDeclaredAs,
    .introspect = kPartitionQueries,
    .lower = lower_partition,
    .normalise = nullptr,
    .edges = nullptr,
    .create = attach,
    .drop = detach,
    .rename = nullptr,
    .inline_sql = inline_partition,
    .folds = partition_folds,
    .address = address_qualified,
    .attributes = kPartitionAttributes,
    .print_lp = print_partition,
    .slots = nullptr,
    .traits = {.dropped_with_parent = true, .dropped_apart = is_detached_apart, .outdates = outdated_indexes, .attached_to = whole_of, .found_in = "pg_class where relispartition"},
};

static_assert(is_complete(kPartition));

}  // namespace lpc::kinds
