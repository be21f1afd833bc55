// What the values of an enum and the attributes of a composite type share: a list of names inside one object, some of which a hint renames.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kinds/kind.h"

namespace lpc::kinds {

/// Old name -> new name, from the hints `hint` of `after`, and backwards from those of `before` (a plan that leads back), as far as both sides
/// bear them out.
std::vector<std::pair<std::string, std::string>> renamed_labels(const Object& before, const Object& after, std::string_view hint,
                                                                const std::vector<std::string>& old_names, const std::vector<std::string>& new_names);

/// The object that an action which changes `after` in place starts from: of the same name, or of the one that it was renamed from.
const Object* changed_from(const Object& after, const ChangeContext& context);

}  // namespace lpc::kinds
