// What can befall an object of a live database and is never so in one that is built from a catalog.
#pragma once

#include <string_view>

#include "catalog/object_id.h"

namespace lpc::kinds {

/// The first word of the statement that mends what the attribute tells of; "" when it tells of no mishap.
std::string_view mended_by(KindId kind, std::string_view attribute);

}  // namespace lpc::kinds
