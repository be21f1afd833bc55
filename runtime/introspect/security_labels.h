// Security labels, read for the objects of all kinds at once: mostly there are none.
#pragma once

#include <vector>

#include "introspect/dependencies.h"
#include "introspect/unmodelled.h"

namespace lpc::introspect {

extern const char* const kSecurityLabelQuery;

/// Sets the attribute `security_labels` of what is labelled. Gives the labels of what has no object, or one of a kind without that attribute.
std::vector<Unmodelled> apply_security_labels(const pg::Rows& rows, const Aliases& aliases);

}  // namespace lpc::introspect
