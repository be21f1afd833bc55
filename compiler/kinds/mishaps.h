// What can befall an object of a live database and is never so in one that is built from a catalog.
#pragma once

#include <string_view>

#include "base/sql.h"
#include "catalog/object.h"

namespace lpc::kinds {

/// The first word of the statement that mends what the attribute tells of; "" when it tells of no mishap.
std::string_view mended_by(KindId kind, std::string_view attribute);

/// What makes a copy of an object half done that is so in the live database, because it was cut off: DETACH … CONCURRENTLY. Takes a superuser. Empty when the object isn't.
Sql half_done(const Object& object);
/// Takes off what says so: no plan leads there.
void set_undone(Object& object);

}  // namespace lpc::kinds
