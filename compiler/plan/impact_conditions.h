// The conditions that forms.def names: facts of a command and of the state before it.
#pragma once

#include "plan/impact_state.h"

namespace lpc::plan::conditions {

bool always(const ImpactCase&);
bool before_14(const ImpactCase&);
bool detaches_referenced_on_13(const ImpactCase&);
bool is_partitioned(const ImpactCase&);
bool computes_each_row(const ImpactCase&);
bool adds_not_null(const ImpactCase&);
bool is_not_enforced(const ImpactCase&);
bool validates_new_key(const ImpactCase&);
bool type_rewrites(const ImpactCase&);
bool type_rechecks(const ImpactCase&);
bool attribute_rewrites(const ImpactCase&);
bool may_hold_null(const ImpactCase&);
bool is_virtual_column(const ImpactCase&);
bool is_not_validated(const ImpactCase&);
bool is_no_inherit(const ImpactCase&);
bool is_no_inherit_before_18(const ImpactCase&);
bool makes_not_null(const ImpactCase&);
bool is_key_of_plain_table(const ImpactCase&);
bool becomes_enforced(const ImpactCase&);
bool becomes_not_enforced(const ImpactCase&);
bool is_valid_already(const ImpactCase&);
bool names_foreign_key(const ImpactCase&);
bool names_key(const ImpactCase&);
bool names_inheritable_check(const ImpactCase&);
bool names_constraint(const ImpactCase&);
bool has_that_owner(const ImpactCase&);
bool keeps_access_method(const ImpactCase&);
bool keeps_tablespace(const ImpactCase&);
bool keeps_persistence(const ImpactCase&);
bool parameter_is_exclusive(const ImpactCase&);

}  // namespace lpc::plan::conditions
