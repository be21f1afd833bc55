// Attributes and their values in words, for people who read what differs. Generic over kinds: it goes by the shape of a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/object.h"
#include "kinds/kind.h"

namespace lpc::plan {

/// "not null" for not_null, "state function" for sfunc.
std::string attribute_words(std::string_view attribute);

/// The value on one line when it has none of its own: "yes", "a, b", "increment 2, start 5". Null is "not set".
std::string value_words(const Value* value);

/// One thing that differs, '+', '-' or '~', and what. The text of several lines stands in `lines`, each with its own sign.
struct Difference {
  char sign;
  std::string text;
  std::vector<std::string> lines;
};

/// What changes from the one value to the other, as one difference or several.
std::vector<Difference> attribute_differences(const kinds::AttributeRule& rule, const Value* before, const Value* after, bool utf8);

/// What is to be said of an object as a whole: "integer, not null"; and longer texts and privileges as differences.
struct ObjectWords {
  std::string summary;
  std::vector<Difference> differences;
};
ObjectWords object_words(const Object& object, char sign, bool utf8);

}  // namespace lpc::plan
