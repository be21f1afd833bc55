// Constraints from .lp, and what they need once the whole program is there.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "kinds/constraint.h"
#include "kinds/implied_names.h"
#include "kinds/index.h"
#include "kinds/index_elements.h"
#include "kinds/relation_options.h"
#include "kinds/lower_context.h"
#include "kinds/inheritance.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

/// Everything of a constraint but its name, gathered before the name can be made up.
struct Draft {
  std::string_view label;      ///< of a name made up: "key", "fkey"
  std::string middle;          ///< its columns
  Attributes attributes;
};

class Lowering {
 public:
  Lowering(const ast::Decl& decl, LowerContext& context, const ObjectId& table, std::string column)
      : decl_(decl), context_(context), table_(table), column_(std::move(column)) {}

  Draft run() {
    if (const ast::Clause* key = either("primary_key", "inline_primary_key")) lower_key(*key, "primary key", "pkey");
    if (const ast::Clause* key = either("unique", "inline_unique")) lower_key(*key, "unique", "key");
    if (const ast::Clause* check = decl_.clause("check")) lower_check(*check);
    if (const ast::Clause* key = decl_.clause("foreign_key")) lower_foreign_key(names_in(key), key->clause("references"));
    if (const ast::Clause* references = decl_.clause("references")) lower_foreign_key({column_}, references);
    if (const ast::Clause* exclude = decl_.clause("exclude")) lower_exclusion(*exclude);
    lower_clauses();
    return std::move(draft_);
  }

 private:
  const ast::Clause* either(std::string_view member, std::string_view on_column) const {
    const ast::Clause* clause = decl_.clause(member);
    return clause != nullptr ? clause : decl_.clause(on_column);
  }

  void put(std::string_view name, Value value) { draft_.attributes.set(name, std::move(value)); }

  void put_columns(const std::vector<std::string>& columns) {
    put("columns", Value::strings(columns));
    std::vector<std::string> all = columns;
    for (const std::string& column : names_in(decl_.clause("include"))) all.push_back(column);
    draft_.middle = joined_column_names(draft_.label == "fkey" ? columns : distinct_column_names(all));
  }

  void lower_key(const ast::Clause& clause, std::string_view type, std::string_view label) {
    draft_.label = label;
    put("type", Value(type));
    put_columns(column_.empty() ? names_in(&clause) : std::vector<std::string>{column_});
    if (label == "pkey") draft_.middle.clear();
    put("nulls_not_distinct", Value(clause.clause("nulls_not_distinct") != nullptr));
  }

  void lower_check(const ast::Clause& clause) {
    draft_.label = "check";
    put("type", Value("check"));
    const ast::Value* value = clause.value(ast::Shape::sql);
    if (value == nullptr) return;
    const std::string expression = context_.sql(*value, frontend::FragmentKind::expression);
    draft_.middle = checked_column(expression, context_.fragments);
    put("expression", Value(expression));
  }

  void lower_foreign_key(const std::vector<std::string>& columns, const ast::Clause* references) {
    draft_.label = "fkey";
    put("type", Value("foreign key"));
    put_columns(columns);
    const ast::Value* target = references == nullptr ? nullptr : references->value(ast::Shape::name);
    if (target == nullptr) return;
    put("references", Value(context_.relation_text(target->name)));
    const std::vector<std::string> referenced = names_in(references);
    put("referenced_columns", Value::strings(referenced));
    if (!referenced.empty() && referenced.size() != columns.size()) {
      context_.error(diag::make(diag::Code::kReferenceColumnCount, references->span, decl_.name.empty() ? join(columns, ", ") : decl_.name.last(), columns.size(),
                                referenced.size()));
    }
  }

  void lower_exclusion(const ast::Clause& clause) {
    draft_.label = "excl";
    put("type", Value("exclusion"));
    if (const ast::Clause* method = clause.clause("using")) {
      const ast::Value* name = method->value(ast::Shape::name);
      if (name != nullptr && name->name.last() != "btree") put("using", Value(name->name.last()));
    }
    const ast::Value* list = clause.value(ast::Shape::sql);
    if (list == nullptr) return;
    const std::string text = context_.sql(*list, frontend::FragmentKind::exclude_elements);
    const auto elements = context_.fragments.index_elements(frontend::FragmentKind::exclude_elements, text);
    std::vector<std::string> columns;
    for (const frontend::IndexElement& element : elements) columns.push_back(element.column.empty() ? element.implied_name : element.column);
    for (const std::string& column : names_in(decl_.clause("include"))) columns.push_back(column);
    draft_.middle = joined_column_names(distinct_column_names(columns));
    lower_elements(elements, context_, draft_.attributes);
  }

  void lower_clauses() {
    lower_timing();
    put("not_valid", Value(decl_.has("not_valid")));
    put("not_enforced", Value(decl_.has("not_enforced")));
    put("temporal", Value(decl_.has("without_overlaps") || decl_.has("period")));
    put("no_inherit", Value(decl_.has("no_inherit")));
    put("only", Value(decl_.has("on_only")));
    put("include", Value::strings(names_in(context_.once(decl_, "include"))));
    put_word("match", "simple");
    put_action("on_delete");
    put_action("on_update");
    put("on_delete_columns", Value::strings(names_in(decl_.clause("on_delete"))));
    if (const ast::Clause* with = context_.once(decl_, "with")) {
      put(kOptionOrderRule.name, option_order(context_.options(*with)));
      put("with", Value(context_.options(*with)));
    }
    for (const ast::Clause* of_index : decl_.all("index_tablespace")) {
      if (const ast::Value* space = of_index->value(ast::Shape::name)) put("tablespace", Value(space->name.last()));
      if (const ast::Value* comment = of_index->value(ast::Shape::string); comment != nullptr && !comment->text.empty()) put("index_comment", Value(comment->text));
    }
    if (const ast::Clause* attach = context_.once(decl_, "attach")) put("attached_to", Value(context_.relation_text(attach->value(ast::Shape::name)->name)));
    if (const ast::Clause* where = context_.once(decl_, "where")) {
      if (const ast::Value* value = where->value(ast::Shape::sql)) put("where", Value(context_.sql(*value, frontend::FragmentKind::expression)));
    }
  }

  /// INITIALLY DEFERRED alone means DEFERRABLE: https://www.postgresql.org/docs/15/sql-createtable.html
  void lower_timing() {
    const ast::Clause* initially = context_.once(decl_, "initially");
    const bool deferred = initially != nullptr && initially->word_value() == "deferred";
    const ast::Clause* never = decl_.clause("not_deferrable");
    if (never != nullptr && (deferred || decl_.has("deferrable"))) {
      context_.error(diag::make(diag::Code::kConflictingClauses, never->span, "a constraint", "not deferrable", deferred ? "initially deferred" : "deferrable"));
    }
    put("deferrable", Value(deferred || decl_.has("deferrable")));
    put("initially_deferred", Value(deferred));
  }

  void put_word(std::string_view clause_word, std::string_view usual) {
    const ast::Clause* clause = context_.once(decl_, clause_word);
    if (clause != nullptr && clause->word_value() != usual) put(clause_word, Value(clause->word_value()));
  }

  void put_action(std::string_view clause_word) { put_word(clause_word, "no action"); }

  const ast::Decl& decl_;
  LowerContext& context_;
  const ObjectId& table_;
  const std::string column_;
  Draft draft_;
};

/// Index-backed constraints share their namespace with relations; all share it with the table's other constraints.
bool is_taken(const Draft& draft, const ObjectId& table, const std::string& name, CatalogBuilder& catalog) {
  if (catalog.find({KindId::Constraint, table.schema, table.name, name, {}}) != nullptr) return true;
  if (draft.label == "check" || draft.label == "fkey") return false;
  for (const KindId kind : {KindId::Table, KindId::View, KindId::MaterializedView, KindId::Sequence, KindId::Index}) {
    if (catalog.find({kind, table.schema, name, {}, {}}) != nullptr) return true;
  }
  return false;
}

void reject_second_primary_key(const ast::Decl& decl, const Draft& draft, const ObjectId& table, LowerContext& context) {
  if (draft.label != "pkey") return;
  for (const Object* other : context.catalog.children(table)) {
    if (other->id.kind != KindId::Constraint || other->attributes.text("type") != "primary key") continue;
    context.error(diag::make(diag::Code::kTwoPrimaryKeys, decl.name_span.is_nowhere() ? decl.span : decl.name_span, table.path()).with_note("the first one", other->origin));
    return;
  }
}

// ---- once all is there --------------------------------------------------------------------------------------------------------------

Object* primary_key_of(CatalogBuilder& catalog, const ObjectId& table) {
  for (Object* part : catalog.children(table)) {
    if (part->id.kind == KindId::Constraint && part->attributes.text("type") == "primary key") return part;
  }
  return nullptr;
}

std::set<std::string> as_set(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

/// The unique constraint or index that a foreign key relies on: the one of exactly its columns, the primary key before others.
const Object* key_used(CatalogBuilder& catalog, const ObjectId& target, const std::vector<std::string>& columns) {
  const std::set<std::string> wanted = as_set(columns);
  const Object* found = nullptr;
  for (const Object* part : catalog.children(target)) {
    const Attributes& attributes = part->attributes;
    const std::string& type = attributes.text("type");
    const bool key = part->id.kind == KindId::Constraint && (type == "primary key" || type == "unique") && !attributes.flag("deferrable");
    const bool index = part->id.kind == KindId::Index && attributes.flag("unique") && !attributes.has("where");
    if (!key && !index) continue;
    std::set<std::string> has = as_set(attributes.texts("columns"));
    if (index) {
      for (const Value& element : attributes.find("elements")->list()) has.insert(element_column(element));
    }
    if (has != wanted) continue;
    if (found == nullptr || type == "primary key") found = part;
  }
  return found;
}

/// Attachments of partitions by the table that they are attached to, as SQL text.
using Attachments = std::multimap<std::string, const Object*>;

Attachments attachments_in(CatalogBuilder& catalog) {
  Attachments attachments;
  for (const Object* object : catalog.of(KindId::Partition)) attachments.emplace(object->attributes.text("of"), object);
  return attachments;
}

/// A partition can't be dropped or detached while a foreign key refers to the whole.
void need_partitions(Object& constraint, const std::string& target, const Attachments& attachments) {
  const auto [begin, end] = attachments.equal_range(target);
  for (auto at = begin; at != end; ++at) {
    const ObjectId& id = at->second->id;
    if (std::binary_search(constraint.depends_on.begin(), constraint.depends_on.end(), id)) continue;
    add_sorted(constraint.depends_on, id);
    need_partitions(constraint, qualified(id.schema, id.name).text, attachments);
  }
}

/// The table, then the partitioned table that it is a partition of, and so on: keys of a partition that are only its parent's are no objects. `visit` ends the walk
/// with true.
template <class Visit>
void walk_up(CatalogBuilder& catalog, ObjectId table, const Visit& visit) {
  constexpr int kDeepest = 64;
  for (int level = 0; level < kDeepest; ++level) {
    const Object* attachment = catalog.find({KindId::Partition, table.schema, table.name, {}, {}});
    if (visit(table, attachment) || attachment == nullptr) return;
    table = whole_of(*attachment);
  }
}

void complete_foreign_key(CatalogBuilder& catalog, const Attachments& attachments, Object& constraint) {
  Attributes& attributes = constraint.attributes;
  const std::string target = attributes.text("references");
  std::sort(constraint.depends_on.begin(), constraint.depends_on.end());
  need_partitions(constraint, target, attachments);
  if (!attributes.has("referenced_columns")) {
    walk_up(catalog, table_named(target), [&](const ObjectId& table, const Object*) {
      const Object* key = primary_key_of(catalog, table);
      if (key != nullptr) attributes.set("referenced_columns", *key->attributes.find("columns"));
      return key != nullptr;
    });
  }
  const std::vector<std::string> columns = attributes.texts("referenced_columns");
  walk_up(catalog, table_named(target), [&](const ObjectId& table, const Object* attachment) {
    const Object* used = key_used(catalog, table, columns);
    if (used != nullptr && !(used->id == constraint.id)) add_sorted(constraint.depends_on, used->id);
    if (used == nullptr && attachment != nullptr) add_sorted(constraint.depends_on, attachment->id);
    return used != nullptr;
  });
}

/// A child whose columns stand in an order of their own is made by itself and INHERITs then. A check that it has from its parent alone is added to that one afterwards:
/// had the child been made with it, it would be the child's own as well.
void order_after_children(CatalogBuilder& catalog) {
  const Lineage lineage(catalog);
  for (const Object* child : catalog.of(KindId::Table)) {
    if (!child->attributes.has("inherits") || !lineage.has_own_order(child->id)) continue;
    std::vector<ObjectId> tables = lineage.parents(child->id);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (Object* check : catalog.children(tables[i])) {
        if (check->id.kind != KindId::Constraint || check->attributes.text("type") != "check" || check->attributes.flag("no_inherit")) continue;
        const bool own = catalog.find({KindId::Constraint, child->id.schema, child->id.name, check->id.member, {}}) != nullptr;
        if (!own) add_sorted(check->mentions, child->id);
      }
      for (const ObjectId& parent : lineage.parents(tables[i])) tables.push_back(parent);
    }
  }
}

}  // namespace

std::string checked_column(std::string_view expression, frontend::FragmentParser& fragments) {
  std::set<std::string> columns;
  for (const frontend::SqlName& name : fragments.parse(frontend::FragmentKind::expression, expression).references.columns) columns.insert(name.parts.back());
  return columns.size() == 1 ? *columns.begin() : std::string();
}

void lower_constraint(const ast::Decl& decl, LowerContext& context) {
  Object* const outer = context.parent;
  if (outer == nullptr) return;
  const bool on_column = outer->id.kind == KindId::Column;
  const ObjectId table = on_column ? relation_id(*outer) : outer->id;
  Draft draft = Lowering(decl, context, table, on_column ? outer->id.member.str() : std::string()).run();
  reject_second_primary_key(decl, draft, table, context);
  const auto taken = [&](const std::string& name) { return is_taken(draft, table, name, context.catalog); };
  const std::string name = decl.name.empty() ? choose_name(table.name, draft.middle, draft.label, taken) : decl.name.last();
  context.parent = context.catalog.find(table);
  Object* constraint = context.parent == nullptr ? nullptr : context.add(decl, {KindId::Constraint, table.schema, table.name, name, {}});
  context.parent = outer;
  if (constraint == nullptr) return;
  for (const auto& [attribute, value] : draft.attributes) constraint->attributes.set(attribute, value);
}

void complete_constraints(CatalogBuilder& catalog) {
  order_after_children(catalog);
  const Attachments attachments = attachments_in(catalog);
  for (Object* constraint : catalog.of(KindId::Constraint)) {
    strip_elements(*constraint);
    if (constraint->attributes.text("type") == "foreign key") complete_foreign_key(catalog, attachments, *constraint);
    if (is_index_backed(*constraint)) order_attached_part(catalog, *constraint);
    if (constraint->attributes.flag("only")) order_after_partitions(catalog, *constraint);
  }
}

}  // namespace lpc::kinds
