// Values that say the same in other words. Postgres prints some expressions so that they read back as others that mean the same (base/in_lists.h); such
// differences are none to a plan, and not in a hash.
#pragma once

#include <string>
#include <string_view>

#include "catalog/value.h"

namespace lpc {

/// The value with every text in it, at any depth, changed so.
Value with_texts(const Value& value, std::string (*change)(std::string_view));
/// The value with every text in the one spelling that all equal texts share.
Value in_one_spelling(const Value& value);
bool mean_the_same(const Value& a, const Value& b);

}  // namespace lpc
