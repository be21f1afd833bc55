// Tables and partitions in .lp: from their declarations, and back.
#include <algorithm>

#include "base/text.h"
#include "kinds/constraint.h"
#include "kinds/foreign_options.h"
#include "kinds/relation_options.h"
#include "kinds/table.h"

namespace lpc::kinds {
namespace {

const ast::Value* named_by(const ast::Clause* clause) { return clause == nullptr ? nullptr : clause->value(ast::Shape::name); }

Sql quoted_name(const ast::Name& name) {
  std::vector<Sql> parts;
  for (const ast::Ident& part : name.parts) parts.push_back(ident(part.text));
  return join(parts, ".");
}

void lower_row_level_security(const ast::Decl& decl, LowerContext& context) {
  if (context.parent == nullptr || context.parent->id.kind != KindId::Table) {
    context.error(diag::make(diag::Code::kUnknownDeclaration, decl.span, "row level security"));
    return;
  }
  bool enabled = true;
  for (std::size_t i = 0; const ast::Value* word = decl.value(ast::Shape::word, i); ++i) {
    if (word->text == "disabled") enabled = false;
    if (word->text == "forced") context.parent->attributes.set("force_row_level_security", true);
  }
  context.parent->attributes.set("row_level_security", enabled);
}

/// Puts the flag on the index or the constraint of that name, which the members have made.
void mark_index(const ast::Clause& clause, const ast::Value& name, std::string_view flag, const Object& table, LowerContext& context) {
  const std::string& index = name.name.last();
  Object* object = context.catalog.find({KindId::Index, table.id.schema, index, "", ""});
  if (object == nullptr || object->parent != table.id) object = context.catalog.find({KindId::Constraint, table.id.schema, table.id.name, index, ""});
  if (object != nullptr) {
    object->attributes.set(flag, true);
  } else {
    context.error(diag::make(diag::Code::kWrongValue, name.span, flag == "clustered" ? "cluster on" : "replica identity using index",
                             "the name of an index of the table").with_note("said here", clause.span));
  }
}

void lower_server(const ast::Decl& decl, Object& table, LowerContext& context) {
  const ast::Clause* server = context.once(decl, "server");
  const ast::Clause* options = context.once(decl, "options");
  if (server == nullptr) {
    const ast::Clause* needs_it = options != nullptr ? options : decl.clause("foreign_table");
    if (needs_it != nullptr) context.error(diag::make(diag::Code::kMissingClause, needs_it->span, "a foreign table", "server …"));
    return;
  }
  table.attributes.set("server", server->value(ast::Shape::name)->name.last());
  if (options != nullptr) table.attributes.set("server_options", Value(foreign_options(*options, context)));
  if (decl.kind == "table" && !decl.has("foreign_table")) {
    context.error(diag::make(diag::Code::kUnexpectedInput, server->span, "`server`", "it after `foreign table`"));
  }
  for (const std::string_view word : {"unlogged", "partition_by", "with", "using", "tablespace", "replica_identity", "cluster_on", "of_type"}) {
    const ast::Clause* clause = decl.clause(word);
    if (clause == nullptr) continue;
    std::string spoken_word(word);
    std::ranges::replace(spoken_word, '_', ' ');
    context.error(diag::make(diag::Code::kConflictingClauses, clause->span, "a table", "server", spoken_word).with_note("said here", server->span));
  }
}

void lower_heads(const ast::Decl& decl, Object& table, LowerContext& context) {
  Attributes& attributes = table.attributes;
  lower_server(decl, table, context);
  attributes.set("unlogged", decl.has("unlogged"));
  if (const ast::Clause* clause = context.once(decl, "partition_by")) {
    if (const ast::Value* key = clause->value(ast::Shape::sql)) {
      const Sql strategy = clause->word_value() == "list" ? sql("LIST") : clause->word_value() == "hash" ? sql("HASH") : sql("RANGE");
      attributes.set("partition_by", sql("{} ({})", strategy, fragment(context.sql(*key, frontend::FragmentKind::partition_key))).text);
    }
  }
  if (const ast::Clause* clause = context.once(decl, "external_partitions")) {
    if (!attributes.has("partition_by")) context.error(diag::make(diag::Code::kPartitionsOfNone, clause->span, table.id.path()));
    table.external_partitions = true;
  }
  if (const ast::Clause* clause = context.once(decl, "inherits")) {
    std::vector<std::string> parents;
    for (const ast::Value& value : clause->values) {
      if (value.shape == ast::Shape::name) parents.push_back(context.relation_text(value.name));
    }
    attributes.set("inherits", Value::strings(parents));
  }
  if (const ast::Clause* clause = context.once(decl, "with")) {
    Map options = context.options(*clause);
    attributes.set(kOptionOrderRule.name, option_order(options));
    attributes.set("options", Value(std::move(options)));
  }
  if (const ast::Value* value = named_by(context.once(decl, "using")); value != nullptr) {
    attributes.set("access_method", value->name.last());
  }
  if (const ast::Value* value = named_by(context.once(decl, "tablespace"))) attributes.set("tablespace", value->name.last());
  if (const ast::Value* value = named_by(context.once(decl, "of_type"))) attributes.set("of_type", context.type_text(quoted_name(value->name).text));
  if (const ast::Clause* clause = context.once(decl, "replica_identity")) {
    const std::string_view word = clause->word_value();
    if (word == "full" || word == "nothing") attributes.set("replica_identity", word);
  }
}

/// The columns in the order said; none for a partition, which has its parent's, whether it says them again or not.
std::vector<std::string> declared_columns(const ast::Decl& decl, LowerContext& context) {
  std::vector<std::string> columns;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
  };
  const ast::Clause* order = context.once(decl, "column_order");
  if (const ast::Value* list = order == nullptr ? nullptr : order->value(ast::Shape::names)) {
    for (const ast::Value& item : list->items) add(item.name.last());
  }
  for (const ast::Decl& member : decl.members) {
    if (member.kind == "column" && decl.kind != "partition") add(member.name.last());
  }
  return columns;
}

/// Needs what the members have made.
void lower_index_marks(const ast::Decl& decl, const Object& table, LowerContext& context) {
  const ast::Clause* identity = context.once(decl, "replica_identity");
  if (const ast::Value* name = named_by(identity)) mark_index(*identity, *name, "replica_identity", table, context);
  const ast::Clause* cluster = context.once(decl, "cluster_on");
  if (const ast::Value* name = named_by(cluster)) mark_index(*cluster, *name, "clustered", table, context);
}

// ---- printing ---------------------------------------------------------------------------------------------------------------------------

void print_marks(const Object& table, const Catalog& catalog, LpWriter& writer) {
  for (const Object* part : catalog.children(table.id)) {
    if (part->id.kind != KindId::Index && part->id.kind != KindId::Constraint) continue;
    if (part->attributes.flag("replica_identity")) writer.word("replica identity using index").ident(part->id.own_name());
    if (part->attributes.flag("clustered")) writer.word("cluster on").ident(part->id.own_name());
  }
}

void print_heads(const Object& table, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = table.attributes;
  const std::string& key = attributes.text("partition_by");
  if (const std::size_t open = key.find('('); open != std::string::npos) {
    writer.word("partition by").word(to_lower_ascii(trim(std::string_view(key).substr(0, open)))).sql(std::string_view(key).substr(open + 1, key.size() - open - 2));
  }
  if (table.external_partitions) writer.word("partitions external");
  if (const std::vector<std::string> parents = attributes.texts("inherits"); !parents.empty()) {
    writer.word("inherits").word("(");
    for (std::size_t i = 0; i < parents.size(); ++i) {
      if (i > 0) writer.word(",");
      writer.relation(parents[i]);
    }
    writer.word(")");
  }
  if (attributes.has("of_type")) writer.word("of").type(attributes.text("of_type"));
  if (Lineage(catalog).has_own_order(table.id)) writer.word("column order").names(attributes.texts("columns"));
  if (attributes.has("access_method")) writer.word("using").ident(attributes.text("access_method"));
  if (const Map options = option_map(table); !options.empty()) writer.word("with").options(options);
  if (attributes.has("tablespace")) writer.word("tablespace").ident(attributes.text("tablespace"));
  if (attributes.has("server")) writer.word("server").ident(attributes.text("server"));
  print_foreign_options(option_map(table, "server_options"), writer);
  if (attributes.has("replica_identity")) writer.word("replica identity").word(attributes.text("replica_identity"));
  print_marks(table, catalog, writer);
  writer.owner(table).comment_clause(table);
}

void print_row_level_security(const Object& table, LpWriter& writer) {
  const bool enabled = table.attributes.flag("row_level_security"), forced = table.attributes.flag("force_row_level_security");
  if (!enabled && !forced) return;
  writer.word("row level security");
  if (!enabled) writer.word("disabled");
  if (forced) writer.word("forced");
  writer.line();
}

/// A partition's or child's column that only grants something is said by the grant, one that only owns a sequence by the sequence.
bool has_own_line(const Object& column, const Catalog& catalog) {
  if (!column.attributes.flag("inherited") || column.attributes.has("type")) return true;
  if (catalog.has(default_id(column.id))) return true;
  return std::ranges::any_of(column.attributes, [](const auto& entry) { return entry.first != "inherited" && entry.first != "grants"; });
}

std::vector<const Object*> in_column_order(const Object& table, const std::vector<const Object*>& parts) {
  const std::vector<std::string> order = table.attributes.texts("columns");
  std::vector<const Object*> columns;
  for (const Object* part : parts) {
    if (part->id.kind == KindId::Column) columns.push_back(part);
  }
  std::ranges::stable_sort(columns, [&](const Object* a, const Object* b) {
    return std::ranges::find(order, a->id.member.str()) - order.begin() < std::ranges::find(order, b->id.member.str()) - order.begin();
  });
  return columns;
}

void print_members(const Object& table, const Catalog& catalog, LpWriter& writer) {
  const std::vector<const Object*> parts = catalog.children(table.id);
  const std::vector<const Object*> columns = in_column_order(table, parts);
  for (const Object* column : columns) {
    if (has_own_line(*column, catalog)) print_object(*column, catalog, writer);
  }
  for (const Object* part : parts) {
    const bool inline_constraint = part->id.kind == KindId::Constraint && !inline_column(*part, catalog).empty();
    if (part->id.kind == KindId::Constraint && !inline_constraint) print_object(*part, catalog, writer);
  }
  for (const Object* part : parts) {
    const bool printed = part->id.kind == KindId::Column || part->id.kind == KindId::Constraint || part->id.kind == KindId::Partition;
    if (!printed && part->id.kind != KindId::Policy) print_object(*part, catalog, writer);
  }
  print_row_level_security(table, writer);
  for (const Object* part : parts) {
    if (part->id.kind == KindId::Policy) print_object(*part, catalog, writer);
  }
  writer.grants(table, columns);
  const std::string name = qualified(table.id.schema, table.id.name).text;
  for (const Object* dependent : catalog.dependents(table.id)) {
    if (dependent->id.kind == KindId::Partition && dependent->attributes.text("of") == name) print_object(*dependent, catalog, writer);
  }
}

}  // namespace

void lower_table_parts(const ast::Decl& decl, Object& table, LowerContext& context) {
  lower_heads(decl, table, context);
  table.attributes.set("columns", Value::strings(declared_columns(decl, context)));
  context.lower_members(decl, table);
  lower_index_marks(decl, table, context);
}

void lower_table(const ast::Decl& decl, LowerContext& context) {
  if (decl.kind == "row_level_security") return lower_row_level_security(decl, context);
  Object* table = context.add(decl, {KindId::Table, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (table != nullptr) lower_table_parts(decl, *table, context);
}

void print_table_parts(const Object& table, const Catalog& catalog, LpWriter& writer) {
  print_heads(table, catalog, writer);
  LpWriter members;
  members.schema = writer.schema;
  members.default_owner = writer.default_owner;
  print_members(table, catalog, members);
  // A partition often has nothing of its own.
  if (members.text().empty()) {
    writer.line();
  } else {
    writer.open().word(members.text()).close();
  }
}

void print_table(const Object& table, const Catalog& catalog, LpWriter& writer) {
  // A partition is printed inside its parent.
  const Lineage lineage(catalog);
  if (lineage.partition(table.id) != nullptr && !lineage.parents(table.id).empty()) return;
  writer.doc(table);
  if (table.external) writer.word("external");
  if (table.attributes.flag("unlogged")) writer.word("unlogged");
  if (is_foreign(table)) writer.word("foreign");
  writer.word("table").name(table.id.schema, table.id.name);
  print_table_parts(table, catalog, writer);
}

}  // namespace lpc::kinds
