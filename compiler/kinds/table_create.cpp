// CREATE TABLE in its three forms: a table of its own (with INHERITS), PARTITION OF, and a partition that must stand alone until it is attached, because its
// columns have another order or its indexes have names of their own. https://www.postgresql.org/docs/15/sql-createtable.html
#include <fmt/core.h>

#include <algorithm>

#include "kinds/checks.h"
#include "kinds/column.h"
#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/foreign_options.h"
#include "kinds/kept_rows.h"
#include "kinds/relation_options.h"
#include "kinds/table.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

class TableCreation {
 public:
  TableCreation(const Object& table, const ChangeContext& context, Action& action)
      : table_(table), context_(context), action_(action), lineage_(context.after), attachment_(lineage_.partition(table.id)) {
    is_partition_of_ = attachment_ != nullptr && context.is_folded(attachment_->id);
    stands_alone_ = attachment_ != nullptr ? !is_partition_of_ : lineage_.has_own_order(table.id);
  }

  void run() {
    if (is_partition_of_) {
      add_overrides();
    } else {
      add_columns();
    }
    add_constraints();
    statement();
    if (!unproved_.empty()) action_.sql.push_back(alter_table(table_.id, unproved_));
    if (stands_alone_ && attachment_ == nullptr) {
      for (const std::string& parent : table_.attributes.texts("inherits")) action_.sql.push_back(alter_table(table_.id, {sql("INHERIT {}", fragment(parent))}));
    }
    if (!settings_.empty()) action_.sql.push_back(alter_table(table_.id, settings_, is_partition_of_));
    for (const Object* part : context_.after.children(table_.id)) {
      if (part->id.kind != KindId::Column) continue;
      if (context_.is_folded(part->id)) add_persistence(*part, action_.sql);
      take_ownership(part->id, context_, action_);
    }
  }

 private:
  const std::string* folded_default(const std::string& column) const {
    const Object* found = lineage_.default_of(table_.id, column);
    if (found == nullptr) return nullptr;
    // An implied default is the parent's, which is there already; an own one may have to come later.
    const bool own = table_of(found->id) == table_.id;
    return own && !context_.is_folded(found->id) ? nullptr : &found->attributes.text("expression");
  }

  void add_settings(const Object& column) {
    for (Sql& setting : column_settings(column)) settings_.push_back(std::move(setting));
    for (Sql& setting : own_column_settings(column)) settings_.push_back(std::move(setting));
  }

  void decline_settings(const Object& column, const Object& parents) {
    const auto declines = [&](std::string_view name) { return parents.attributes.has(name) && !column.attributes.has(name); };
    const Sql name = ident(column.id.member);
    if (declines("storage")) settings_.push_back(sql("ALTER COLUMN {} SET STORAGE {}", name, storage_word(column, context_)));
    if (declines("compression")) settings_.push_back(sql("ALTER COLUMN {} SET COMPRESSION default", name));
  }

  /// What PARTITION OF can't say of a column, and takes over from the parent.
  void add_storage(const Object& column) {
    const Sql name = ident(column.id.member);
    const std::string& compression = column.attributes.text("compression");
    if (column.attributes.text("storage") == "default") {
      const Object merged = merged_column(lineage_.chain(table_.id, column.id.member), column.id);
      settings_.push_back(sql("ALTER COLUMN {} SET STORAGE {}", name, storage_word(merged, context_)));
    }
    if (!compression.empty()) settings_.push_back(sql("ALTER COLUMN {} SET COMPRESSION {}", name, fragment(compression)));
  }

  void add_overrides() {
    for (const Object* part : context_.after.children(table_.id)) {
      if (part->id.kind != KindId::Column) continue;
      const Object* own_default = context_.after.find(default_id(part->id));
      const bool folded = own_default != nullptr && context_.is_folded(own_default->id);
      const Sql text = column_override(*part, folded ? &own_default->attributes.text("expression") : nullptr);
      if (!text.empty()) elements_.push_back(text);
      add_settings(*part);
      add_storage(*part);
      // Until 16 a partition may have an identity of its own, but can't be made with one.
      if (part->attributes.has("identity")) settings_.push_back(sql("ALTER COLUMN {} ADD {}", ident(part->id.member), identity_clause(*part)));
      // The column list of PARTITION OF takes no options.
      const Sql options = foreign_options_change(Map{}, option_map(*part, "server_options"));
      if (!options.empty()) settings_.push_back(sql("ALTER COLUMN {} {}", ident(part->id.member), options));
    }
  }

  void add_columns() {
    const std::vector<std::string> names = stands_alone_ ? lineage_.column_names(table_.id) : table_.attributes.texts("columns");
    for (const std::string& name : names) {
      const ObjectId id = column_id(table_.id, name);
      const Object* own = context_.after.find(id);
      if (!stands_alone_ && (own == nullptr || own->attributes.flag("inherited"))) continue;
      const std::vector<const Object*> chain = lineage_.chain(table_.id, name);
      if (chain.empty()) continue;
      Object column = merged_column(chain, id);
      const Value* not_null_names = attachment_ != nullptr && context_.server_version >= 180000 ? table_.attributes.find("_not_null_names") : nullptr;
      if (const Value* noted = not_null_names == nullptr ? nullptr : not_null_names->find(name)) column.attributes.set("not_null_name", *noted);
      const std::vector<const Object*> merged_with = stands_alone_ ? std::vector<const Object*>() : lineage_.inherited_chain(table_.id, name);
      const std::string* said = folded_default(name);
      // A column that a parent has too takes over the parent's default, storage and compression, unless it says otherwise.
      const bool declines = said == nullptr && !merged_with.empty() && lineage_.inherited_default(table_.id, name) != nullptr && !column.attributes.has("generated");
      static const std::string kNull = "NULL";
      // Before 16 a column is generated as the parents' are, and may not say so: MergeAttributes() in src/backend/commands/tablecmds.c.
      if (context_.server_version < 160000 && !merged_with.empty() && merged_column(merged_with, id).attributes.has("generated")) column.attributes.remove("generated");
      elements_.push_back(column_definition(column, declines ? &kNull : said));
      add_settings(column);
      if (!merged_with.empty()) decline_settings(column, merged_column(merged_with, id));
    }
  }

  void add_constraints() {
    std::vector<std::string> names;
    for (const Object* part : context_.after.children(table_.id)) {
      if (part->id.kind != KindId::Constraint) continue;
      names.push_back(part->id.member);
      if (context_.is_folded(part->id)) elements_.push_back(kind(part->id.kind).inline_sql(*part, context_));
    }
    if (!stands_alone_) return;
    for (const ObjectId& parent : lineage_.parents(table_.id)) {
      for (const Object* check : inheritable_checks(context_.after, parent)) {
        if (std::ranges::find(names, check->id.member.str()) != names.end()) continue;
        // One that comes after INHERIT reaches the child by itself.
        if (attachment_ == nullptr && context_.is_created(check->id) && !context_.is_folded(check->id)) continue;
        const Sql clause = kind(check->id.kind).inline_sql(*check, context_);
        if (check->attributes.flag("not_valid")) {
          unproved_.push_back(sql("ADD {} NOT VALID", clause));
        } else {
          elements_.push_back(clause);
        }
      }
    }
  }

  void statement() {
    const Attributes& attributes = table_.attributes;
    const Sql sort = is_foreign(table_) ? sql("FOREIGN ") : attributes.flag("unlogged") ? sql("UNLOGGED ") : Sql{};
    Sql text = sql("CREATE {}TABLE {}", sort, address_qualified(table_.id));
    const Sql body = elements_.empty() ? sql("()") : sql("(\n  {}\n)", join(elements_, ",\n  "));
    if (is_partition_of_) {
      text = sql("{} PARTITION OF {}{} {}", text, fragment(attachment_->attributes.text("of")), elements_.empty() ? Sql{} : sql(" {}", body),
                 fragment(attachment_->attributes.text("bound")));
    } else {
      text = sql("{} {}", text, body);
    }
    if (!is_partition_of_ && !stands_alone_ && attributes.has("inherits")) {
      std::vector<Sql> parents;
      for (const std::string& parent : attributes.texts("inherits")) parents.push_back(fragment(parent));
      text = sql("{} INHERITS ({})", text, join(parents, ", "));
    }
    if (attributes.has("partition_by")) text = sql("{} PARTITION BY {}", text, fragment(attributes.text("partition_by")));
    // PARTITION OF takes that of the parent, ATTACH doesn't.
    const std::string method = is_partition_of_ ? attributes.text("access_method") : lineage_.access_method(table_.id);
    if (!method.empty()) text = sql("{} USING {}", text, ident(method));
    if (const Map options = option_map(table_); !options.empty()) text = sql("{} WITH ({})", text, option_list(options));
    if (attributes.has("tablespace")) text = sql("{} TABLESPACE {}", text, ident(attributes.text("tablespace")));
    if (is_foreign(table_)) {
      text = sql("{} SERVER {}{}", text, ident(attributes.text("server")), foreign_options_clause(option_map(table_, "server_options")));
    }
    action_.sql.push_back(std::move(text));
  }

  const Object& table_;
  const ChangeContext& context_;
  Action& action_;
  Lineage lineage_;
  const Object* attachment_;
  bool is_partition_of_ = false;
  bool stands_alone_ = false;
  std::vector<Sql> elements_;
  std::vector<Sql> settings_;
  std::vector<Sql> unproved_;      ///< constraints that CREATE TABLE would take for proved
};

}  // namespace

std::vector<const Object*> inheritable_checks(const Catalog& catalog, const ObjectId& table) {
  std::vector<const Object*> checks;
  for (const Object* part : catalog.children(table)) {
    const bool is_check = part->id.kind == KindId::Constraint && part->attributes.text("type") == "check";
    if (is_check && !part->attributes.flag("no_inherit")) checks.push_back(part);
  }
  for (const ObjectId& parent : Lineage(catalog).parents(table)) {
    for (const Object* check : inheritable_checks(catalog, parent)) {
      const bool known = std::ranges::any_of(checks, [&](const Object* other) { return other->id.member == check->id.member; });
      if (!known) checks.push_back(check);
    }
  }
  return checks;
}

void create_table(const Object& table, const ChangeContext& context, Action& action) {
  TableCreation(table, context, action).run();
  put_back_rows(table, context, action);
  const Object* attachment = Lineage(context.after).partition(table.id);
  if (attachment != nullptr && context.is_folded(attachment->id)) {
    check_bounds(*attachment, {}, context, action);
  }
  describe(action, fmt::format("Create {}", spoken(table.id)));
}

}  // namespace lpc::kinds
