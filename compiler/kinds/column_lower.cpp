// Columns of tables in .lp: from their declarations, and back.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/column.h"
#include "kinds/constraint.h"
#include "kinds/foreign_options.h"
#include "kinds/identity_sequence.h"
#include "kinds/names.h"
#include "kinds/relation_options.h"
#include "kinds/sequence_options.h"

namespace lpc::kinds {
namespace {

struct Serial {
  std::string_view word;
  std::string_view type;
};
/// https://www.postgresql.org/docs/15/datatype-numeric.html#DATATYPE-SERIAL
constexpr auto kSerials = std::to_array<Serial>({{"bigserial", "bigint"}, {"serial", "integer"}, {"serial2", "smallint"}, {"serial4", "integer"},
                                                 {"serial8", "bigint"}, {"smallserial", "smallint"}});

std::string_view serial_type(std::string_view word) {
  const auto at = std::ranges::find_if(kSerials, [&](const Serial& serial) { return serial.word == word; });
  return at == kSerials.end() ? std::string_view() : at->type;
}

/// The rest of what `serial` stands for: a sequence that the column owns, and its next value as the default.
void lower_serial(Object& column, std::string_view type, LowerContext& context) {
  column.attributes.set("not_null", true);
  Object sequence;
  sequence.id = {KindId::Sequence, column.id.schema, implied_sequence_name(column.id), "", ""};
  sequence.origin = column.origin;
  sequence.external = column.external;
  if (type != "bigint") sequence.attributes.set("type", type);
  sequence.attributes.set("owned_by", Map{{"column", column.id.member.str()}, {"table", qualified(column.id.schema, column.id.name).text}});
  Object next;
  next.id = default_id(column.id);
  next.parent = column.id;
  next.origin = column.origin;
  next.external = column.external;
  next.attributes.set("expression", sql("nextval({}::regclass)", literal(qualified(sequence.id.schema, sequence.id.name).text)).text);
  const ObjectId id = sequence.id;
  if (context.catalog.add(std::move(sequence)) == nullptr) {
    context.error(diag::make(diag::Code::kDuplicateDeclaration, column.origin, "sequence", id.path()));
  }
  context.catalog.add(std::move(next));
}

void lower_default(const ast::Decl& decl, Object& column, LowerContext& context) {
  const ast::Clause* said = context.once(decl, "default");
  const ast::Clause* none = context.once(decl, "drop_default");
  if (said == nullptr && none == nullptr) return;
  if (said != nullptr && none != nullptr) {
    context.error(diag::make(diag::Code::kConflictingClauses, none->span, "a column", "default", "no default"));
    return;
  }
  Object object;
  object.id = default_id(column.id);
  object.parent = column.id;
  object.origin = (said != nullptr ? said : none)->span;
  object.external = column.external;
  if (none != nullptr) {
    object.attributes.set("none", true);
  } else if (const ast::Value* value = said->value(ast::Shape::expression)) {
    object.attributes.set("expression", context.sql(*value, frontend::FragmentKind::expression));
  }
  const ObjectId id = object.id;
  if (context.catalog.add(std::move(object)) == nullptr) {
    context.error(diag::make(diag::Code::kConflictingClauses, (said != nullptr ? said : none)->span, "a column", "serial", "default"));
  }
}

void lower_identity(const ast::Decl& decl, Object& column, LowerContext& context) {
  const ast::Clause* clause = context.once(decl, "identity");
  if (clause == nullptr) return;
  if (const ast::Clause* other = decl.clause("default")) {
    context.error(diag::make(diag::Code::kConflictingClauses, other->span, "a column", "identity", "default"));
  }
  Map identity = entries(lower_sequence_options(clause->clauses, column.attributes.text("type"), context));
  identity.emplace_back("kind", Value(clause->word_value() == "by default" ? "by default" : "always"));
  const ast::Clause* name = clause->clause("sequence_name");
  const ast::Value* value = name == nullptr ? nullptr : name->value(ast::Shape::name);
  identity.emplace_back("sequence", value == nullptr ? implied_sequence_name(column.id) : value->name.last());
  if (const ast::Clause* persistence = clause->clause("persistence")) identity.emplace_back("persistence", std::string(persistence->word_value()));
  column.attributes.set("identity", Value(std::move(identity)));
  lower_identity_sequence(decl, *clause, column, context);
  column.attributes.set("not_null", true);
}

void lower_generated(const ast::Decl& decl, Object& column, LowerContext& context) {
  const ast::Clause* clause = context.once(decl, "generated");
  const ast::Value* value = clause == nullptr ? nullptr : clause->value(ast::Shape::sql);
  if (value == nullptr) return;
  for (const std::string_view word : {"default", "identity"}) {
    if (const ast::Clause* other = decl.clause(word)) {
      context.error(diag::make(diag::Code::kConflictingClauses, other->span, "a column", "generated", word));
    }
  }
  column.attributes.set("generated", context.sql(*value, frontend::FragmentKind::expression));
  column.attributes.set("virtual", clause->word_value() == "virtual");
}

void lower_type(const ast::Decl& decl, Object& column, LowerContext& context) {
  if (decl.kind == "column_override") {
    column.attributes.set("inherited", true);
    return;
  }
  const ast::Value* type = decl.value(ast::Shape::type);
  if (type == nullptr) return;
  const std::string_view serial = serial_type(to_lower_ascii(type->text));
  column.attributes.set("type", serial.empty() ? context.type_text(type->text) : std::string(serial));
  if (!serial.empty()) lower_serial(column, serial, context);
}

bool in_primary_key(const Object& column, const Catalog& catalog) {
  return std::ranges::any_of(catalog.children(table_of(column.id)), [&](const Object* part) {
    if (part->id.kind != KindId::Constraint || part->attributes.text("type") != "primary key") return false;
    const std::vector<std::string> key = part->attributes.texts("columns");
    return std::ranges::find(key, column.id.member.str()) != key.end();
  });
}

void print_identity(const Object& column, LpWriter& writer) {
  const Value* identity = column.attributes.find("identity");
  if (identity == nullptr) return;
  writer.word("identity");
  if (is_by_default(*identity)) writer.word("by default");
  const SequenceOptions options = sequence_options(*identity);
  const Value* name = identity->find("sequence");
  const bool named = name != nullptr && name->text() != implied_sequence_name(column.id);
  const std::string persistence = identity_persistence(column);
  if (options == SequenceOptions{} && !named && persistence.empty() && !has_more_than_numbers(column.attributes)) return;
  writer.word("(");
  if (!persistence.empty()) writer.word(persistence);
  print_sequence_options(options, writer);
  if (named) writer.word("sequence name").ident(name->text());
  print_identity_sequence(column, writer);
  writer.word(")");
}

void print_default(const Object& column, const Catalog& catalog, LpWriter& writer) {
  const Object* column_default = catalog.find(default_id(column.id));
  if (column_default == nullptr) return;
  if (column_default->attributes.flag("none")) {
    writer.word("no default");
  } else {
    writer.word("default").expression(column_default->attributes.text("expression"));
  }
}

/// A foreign table's column has the wrapper's options, and the two of its own that any column can have:
/// https://www.postgresql.org/docs/15/sql-alterforeigntable.html
void lower_options(const ast::Clause& clause, LowerContext& context, Object& object) {
  if (context.parent == nullptr || !context.parent->attributes.has("server")) {
    object.attributes.set("options", Value(context.options(clause)));
    return;
  }
  Map options, server_options;
  for (auto& [name, value] : foreign_options(clause, context)) {
    (name == "n_distinct" || name == "n_distinct_inherited" ? options : server_options).emplace_back(name, value);
  }
  object.attributes.set("options", Value(std::move(options)));
  object.attributes.set("server_options", Value(std::move(server_options)));
}

}  // namespace

void lower_column_settings(const ast::Decl& decl, LowerContext& context, Object& object) {
  Attributes& attributes = object.attributes;
  for (const std::string_view word : {"storage", "compression"}) {
    const ast::Clause* clause = context.once(decl, word);
    if (clause == nullptr) continue;
    const std::string value(clause->word_value());
    // What is the default anyway needs no word, but where a parent's would be taken over.
    if (value == "default" && !attributes.flag("inherited")) continue;
    attributes.set(word == "storage" ? "storage" : "compression", value);
  }
  if (const ast::Clause* clause = context.once(decl, "statistics")) {
    const ast::Value* value = clause->value(ast::Shape::number);
    const bool whole = value != nullptr && !value->text.empty() && value->text.size() <= 5 &&
                       std::ranges::all_of(value->text, [](char c) { return c >= '0' && c <= '9'; });
    if (whole) {
      attributes.set("statistics", Value(static_cast<std::int64_t>(std::stol(value->text))));
    } else {
      context.error(diag::make(diag::Code::kWrongValue, clause->span, "statistics", "a whole number from 0 to 10000"));
    }
  }
  if (const ast::Clause* clause = context.once(decl, "options")) lower_options(*clause, context, object);
}

void lower_column(const ast::Decl& decl, LowerContext& context) {
  if (context.parent == nullptr || context.parent->id.kind != KindId::Table) {
    context.error(diag::make(diag::Code::kUnknownDeclaration, decl.span, decl.kind));
    return;
  }
  const ObjectId id = column_id(context.parent->id, decl.name.last());
  if (const Object* first = context.catalog.find(id)) {
    context.error(diag::make(diag::Code::kDuplicateColumn, decl.name_span, id.member, context.parent->id.path()).with_note("first declared here", first->origin));
    return;
  }
  Object* column = context.add(decl, id);
  if (column == nullptr) return;
  lower_type(decl, *column, context);
  if (const ast::Clause* clause = context.once(decl, "collate"); clause != nullptr && clause->value(ast::Shape::name) != nullptr) {
    column->attributes.set("collation", context.collation_text(clause->value(ast::Shape::name)->name));
  }
  const ast::Clause* not_null = context.once(decl, "not_null");
  const ast::Clause* null = context.once(decl, "null");
  if (not_null != nullptr) {
    column->attributes.set("not_null", true);
    if (const ast::Value* name = not_null->value(ast::Shape::name)) column->attributes.set("not_null_name", name->name.last());
    column->attributes.set("not_null_no_inherit", not_null->clause("no_inherit") != nullptr);
    column->attributes.set("not_null_not_valid", not_null->clause("not_valid") != nullptr);
  }
  if (const ast::Clause* clause = context.once(decl, "not_null_comment")) {
    if (const ast::Value* text = clause->value(ast::Shape::string); text != nullptr && !text->text.empty()) column->attributes.set("not_null_comment", text->text);
  }
  if (null != nullptr && (not_null != nullptr || decl.has("identity"))) {
    context.error(diag::make(diag::Code::kConflictingClauses, null->span, "a column", "null", not_null != nullptr ? "not null" : "identity"));
  }
  lower_default(decl, *column, context);
  lower_identity(decl, *column, context);
  lower_generated(decl, *column, context);
  lower_column_settings(decl, context, *column);
  context.lower_members(decl, *column);
}

void print_column_settings(const Object& column, LpWriter& writer) {
  const Attributes& attributes = column.attributes;
  if (attributes.has("storage")) writer.word("storage").word(attributes.text("storage"));
  if (attributes.has("compression")) writer.word("compression").word(attributes.text("compression"));
  if (attributes.has("statistics")) writer.word("statistics").word(std::to_string(attributes.number("statistics")));
  const Map server_options = option_map(column, "server_options");
  if (server_options.empty()) {
    if (const Value* options = attributes.find("options")) writer.word("options").options(options->map());
  } else {
    Map all = option_map(column);
    all.insert(all.end(), server_options.begin(), server_options.end());
    print_foreign_options(all, writer);
  }
}

void print_not_null(const Object& column, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = column.attributes;
  const bool plain = !attributes.has("not_null_name") && !attributes.flag("not_null_no_inherit") && !attributes.flag("not_null_not_valid");
  if (!attributes.flag("not_null") || (plain && (attributes.has("identity") || in_primary_key(column, catalog)))) return;
  if (attributes.has("not_null_name")) writer.word("constraint").ident(attributes.text("not_null_name"));
  writer.word("not null");
  if (attributes.flag("not_null_no_inherit")) writer.word("no inherit");
  if (attributes.flag("not_null_not_valid")) writer.word("not valid");
}

void print_column(const Object& column, const Catalog& catalog, LpWriter& writer) {
  const Attributes& attributes = column.attributes;
  writer.doc(column);
  if (!attributes.has("type")) {
    writer.word("column").ident(column.id.member);
  } else {
    writer.ident(column.id.member).type(attributes.text("type"));
  }
  if (attributes.has("collation")) {
    // pg_catalog is where an unqualified collation is looked for in the end.
    const std::string& collation = attributes.text("collation");
    const std::vector<std::string> parts = name_parts(collation);
    const bool goes_without_saying = parts.size() == 2 && parts[0] == "pg_catalog" && !catalog.has({KindId::Collation, writer.schema, parts[1], "", ""}) &&
                                     !catalog.has({KindId::Collation, "public", parts[1], "", ""});
    writer.word("collate").relation(goes_without_saying ? ident(parts[1]).text : collation);
  }
  print_identity(column, writer);
  print_not_null(column, catalog, writer);
  if (attributes.has("generated")) {
    writer.word("generated").sql(attributes.text("generated")).word(attributes.flag("virtual") ? "virtual" : "stored");
  }
  print_default(column, catalog, writer);
  print_column_settings(column, writer);
  for (const Object* part : catalog.children(table_of(column.id))) {
    if (part->id.kind != KindId::Constraint || inline_column(*part, catalog) != column.id.member) continue;
    print_inline_constraint(*part, catalog, writer);
  }
  if (attributes.has("not_null_comment")) writer.word("comment on not null").string(attributes.text("not_null_comment"));
  writer.comment_clause(column).line();
}

}  // namespace lpc::kinds
