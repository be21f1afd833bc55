#include "kinds/identity_sequence.h"

#include <fmt/core.h>

#include <algorithm>

#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

/// The same attributes of the column and of a sequence that stands for itself.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {kSequenceComment, "comment"}, {kSequenceLabels, kSecurityLabelsRule.name}, {kSequenceGrants, "grants"}, {kSequenceRevokes, "revokes"}, {kSequenceGrantOrder, kGrantOrderRule.name},
};

void copy_to_column(const Attributes& sequence, Attributes& column) {
  for (const auto& [of_column, of_sequence] : kNames) {
    if (const Value* value = sequence.find(of_sequence)) column.set(of_column, *value);
  }
}

Object as_sequence(const Object& column, const std::string& name) {
  Object sequence;
  sequence.id = {KindId::Sequence, column.id.schema, name, "", ""};
  for (const auto& [of_column, of_sequence] : kNames) {
    if (const Value* value = column.attributes.find(of_column)) sequence.attributes.set(of_sequence, *value);
  }
  return sequence;
}

/// Its owner is the table's.
Object owned(const Object& column, const ChangeContext& context) {
  Object sequence = as_sequence(column, identity_sequence_name(column));
  const Object* table = context.after.find(table_of(column.id));
  if (table != nullptr) sequence.attributes.set("owner", table->attributes.text("owner"));
  return sequence;
}

}  // namespace

void remove_identity(Attributes& column) {
  column.remove("identity");
  for (const auto& [of_column, of_sequence] : kNames) column.remove(of_column);
}

bool has_more_than_numbers(const Attributes& column) {
  return std::ranges::any_of(kNames, [&](const auto& names) { return column.has(names.first); });
}

void finish_identity_sequence(const Object& column, const ChangeContext& context, Action& action) {
  if (!column.attributes.has("identity")) return;
  const Object sequence = owned(column, context);
  const std::string description = action.description;
  if (sequence.attributes.has("comment")) alter_comment({nullptr, sequence, {"comment"}}, context, action);
  alter_security_labels({nullptr, sequence, {kSecurityLabelsRule.name}}, context, action);
  alter_grants({nullptr, sequence, {"grants", "revokes"}}, context, action);
  action.description = description;
}

void alter_identity_sequence(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  if (alteration.before == nullptr) return finish_identity_sequence(after, context, action);
  // A sequence that the change of `identity` makes is finished there, and one that it drops is gone.
  if (!alteration.before->attributes.has("identity") || !after.attributes.has("identity")) return;
  const Object is = owned(after, context);
  Object was = as_sequence(*alteration.before, is.id.name.str());
  const Object* table = context.before.find(table_of(alteration.before->id));
  was.attributes.set("owner", table == nullptr ? is.attributes.text("owner") : table->attributes.text("owner"));
  if (alteration.has(kSequenceComment)) alter_comment({&was, is, {"comment"}}, context, action);
  if (alteration.has(kSequenceLabels)) alter_security_labels({&was, is, {kSecurityLabelsRule.name}}, context, action);
  if (alteration.has(kSequenceGrants) || alteration.has(kSequenceRevokes)) alter_grants({&was, is, {"grants", "revokes"}}, context, action);
}

void lower_identity_sequence(const ast::Decl& decl, const ast::Clause& identity, Object& column, LowerContext& context) {
  ast::Decl said;
  said.kind = "sequence";
  said.name = decl.name;
  said.span = said.name_span = identity.span;
  said.clauses = identity.clauses;
  std::ranges::copy_if(decl.members, std::back_inserter(said.members), [](const ast::Decl& member) { return member.kind == "grant" || member.kind == "revoke"; });
  Object sequence = as_sequence(column, identity_sequence_name(column));
  if (context.parent != nullptr) sequence.attributes.set("owner", context.parent->attributes.text("owner"));
  context.set_what_hangs_on(said, sequence);
  copy_to_column(sequence.attributes, column.attributes);
}

void print_identity_sequence(const Object& column, LpWriter& writer) {
  const Object sequence = as_sequence(column, identity_sequence_name(column));
  if (const Value* comment = sequence.attributes.find("comment")) writer.word("comment").string(comment->text());
  writer.security_labels(sequence).grant_clauses(sequence);
}

void set_identity_sequence_acl(Attributes& column, std::string_view acl, std::string_view owner, int server_version) {
  Attributes sequence;
  set_grants_from_acl(sequence, acl, owner, 's', server_version);
  copy_to_column(sequence, column);
}

}  // namespace lpc::kinds
