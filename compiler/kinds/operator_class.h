// What operator families must know of the classes in them.
#pragma once

#include <vector>

#include "catalog/catalog.h"
#include "kinds/kind.h"
#include "kinds/opclass_members.h"

namespace lpc::kinds {

/// Whether a class of the family's name says all there is to say of the family, its loose members included.
bool is_said_by_class(const Object& family, const Catalog& catalog);
/// Members of its family that a class has to bring along when it is made, because Postgres before 14 ties them to the class that says them.
std::vector<opclass::Member> brought_by_class(const Object& operator_class, const ChangeContext& context);

}  // namespace lpc::kinds
