// What an identity column's sequence has besides its numbers: a comment, security labels, privileges. The sequence is no object of the catalog (its name, numbers and persistence are in the
// column's `identity`), so these are attributes of the column. https://www.postgresql.org/docs/15/sql-createtable.html#SQL-CREATETABLE-PARMS-GENERATED-IDENTITY
#pragma once

#include <string_view>

#include "kinds/kind.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {

inline constexpr std::string_view kSequenceComment = "sequence_comment", kSequenceLabels = "sequence_security_labels", kSequenceGrants = "sequence_grants", kSequenceRevokes = "sequence_revokes",
                                  kSequenceGrantOrder = "_sequence_grant_order";
/// With `identity` itself.
void remove_identity(Attributes& column);
bool has_more_than_numbers(const Attributes& column);

void alter_identity_sequence(const Alteration&, const ChangeContext&, Action&);
/// The comment, labels and privileges of the sequence that the column's identity has just made. Default privileges may have given some that it shall not have.
void finish_identity_sequence(const Object& column, const ChangeContext& context, Action& action);

/// From the clauses in the parentheses of `identity (…)`.
void lower_identity_sequence(const ast::Decl& decl, const ast::Clause& identity, Object& column, LowerContext& context);
void print_identity_sequence(const Object& column, LpWriter& writer);
/// From an aclitem[] as text.
void set_identity_sequence_acl(Attributes& column, std::string_view acl, std::string_view owner, int server_version);

}  // namespace lpc::kinds
