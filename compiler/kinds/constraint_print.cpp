// Constraints as .lp, on their column or as members of the table.
#include <algorithm>

#include "base/text.h"
#include "kinds/constraint.h"
#include "kinds/index.h"
#include "kinds/index_elements.h"
#include "kinds/relation_options.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

std::string implied_name(const Object& constraint, frontend::FragmentParser& fragments) {
  const std::string& type = constraint.attributes.text("type");
  if (type == "check") return make_object_name(constraint.id.name, checked_column(constraint.attributes.text("expression"), fragments), "check");
  if (type == "foreign key") return make_object_name(constraint.id.name, join(constraint.attributes.texts("columns"), "_"), "fkey");
  return automatic_name(constraint);
}

bool has_implied_name(const Object& constraint) {
  frontend::FragmentParser fragments;
  return constraint.id.member == implied_name(constraint, fragments);
}

void print_timing(const Attributes& attributes, LpWriter& writer) {
  if (attributes.flag("initially_deferred")) {
    writer.word("deferrable initially deferred");
  } else if (attributes.flag("deferrable")) {
    writer.word("deferrable");
  }
}

void print_references(const Attributes& attributes, LpWriter& writer) {
  writer.word("references").relation(attributes.text("references"));
  if (attributes.has("referenced_columns")) writer.names(attributes.texts("referenced_columns"));
  if (attributes.has("match")) writer.word("match").word(attributes.text("match"));
  if (attributes.has("on_update")) writer.word("on update").word(attributes.text("on_update"));
  if (attributes.has("on_delete")) writer.word("on delete").word(attributes.text("on_delete"));
  if (attributes.has("on_delete_columns")) writer.names(attributes.texts("on_delete_columns"));
}

void print_clauses(const Object& constraint, LpWriter& writer) {
  const Attributes& attributes = constraint.attributes;
  if (attributes.has("include")) writer.word("include").names(attributes.texts("include"));
  if (const Map with = option_map(constraint, "with"); !with.empty()) writer.word("with").options(with);
  if (attributes.has("tablespace")) writer.word("using index tablespace").ident(attributes.text("tablespace"));
  if (attributes.has("index_comment")) writer.word("using index comment").string(attributes.text("index_comment"));
  if (attributes.has("where")) writer.word("where").sql(attributes.text("where"));
  if (attributes.flag("no_inherit")) writer.word("no inherit");
  print_timing(attributes, writer);
  if (attributes.flag("not_valid")) writer.word("not valid");
  if (attributes.flag("not_enforced")) writer.word("not enforced");
  if (attributes.flag("temporal")) writer.word(attributes.text("type") == "foreign key" ? "period" : "without overlaps");
  if (attributes.flag("only")) writer.word("on only");
  if (attributes.has("attached_to")) writer.word("attach to").relation(attributes.text("attached_to"));
}

void print_definition(const Object& constraint, bool on_column, LpWriter& writer) {
  const Attributes& attributes = constraint.attributes;
  const std::string& type = attributes.text("type");
  if (type == "primary key" || type == "unique") {
    writer.word(type);
    if (attributes.flag("nulls_not_distinct")) writer.word("nulls not distinct");
    if (!on_column) writer.names(attributes.texts("columns"));
  } else if (type == "check") {
    writer.word("check").sql(attributes.text("expression"));
  } else if (type == "foreign key") {
    if (!on_column) writer.word("foreign key").names(attributes.texts("columns"));
    print_references(attributes, writer);
  } else {
    writer.word("exclude");
    if (attributes.has("using")) writer.word("using").ident(attributes.text("using"));
    if (attributes.has("elements")) writer.sql(elements_lp(constraint));
  }
  print_clauses(constraint, writer);
}

}  // namespace

std::string inline_column(const Object& constraint, const Catalog& catalog) {
  const Attributes& attributes = constraint.attributes;
  for (const std::string_view heavy : {"comment", "index_comment", "include", "with", "tablespace", "elements", "attached_to", "only", "not_valid", "no_inherit", "not_enforced", "temporal"}) {
    if (attributes.has(heavy)) return {};
  }
  frontend::FragmentParser fragments;
  const std::vector<std::string> columns = attributes.texts("columns");
  const std::string column = attributes.text("type") == "check" ? checked_column(attributes.text("expression"), fragments)
                             : columns.size() == 1              ? columns.front()
                                                                : std::string();
  if (column.empty() || constraint.id.member != implied_name(constraint, fragments)) return {};
  const Object* object = catalog.find({KindId::Column, constraint.id.schema, constraint.id.name, column, {}});
  return object != nullptr && !object->attributes.flag("inherited") ? column : std::string();
}

void print_inline_constraint(const Object& constraint, const Catalog&, LpWriter& writer) { print_definition(constraint, true, writer); }

void print_constraint(const Object& constraint, const Catalog&, LpWriter& writer) {
  writer.doc(constraint);
  if (!has_implied_name(constraint)) writer.word("constraint").ident(constraint.id.member);
  print_definition(constraint, false, writer);
  writer.comment_clause(constraint);
  writer.line();
}

}  // namespace lpc::kinds
