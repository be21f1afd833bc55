// What operator families must know of the classes in them.
#pragma once

#include "catalog/catalog.h"

namespace lpc::kinds {

/// Whether a class of the family's name says all there is to say of the family, its loose members included.
bool is_said_by_class(const Object& family, const Catalog& catalog);

}  // namespace lpc::kinds
