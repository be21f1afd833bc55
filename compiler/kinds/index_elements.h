// The columns and expressions of indexes and exclusion constraints as one structured value: read from .lp, written as SQL, linked, named.
// An element is the name of a plain column as text, or a map with `column` or `expression`, and what differs from the defaults: `collation`, `opclass`, `options`,
// `order` ("desc"), `nulls` ("first" or "last"), `operator` (of an exclusion). Knows nothing of the objects that hold it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sql.h"
#include "catalog/value.h"
#include "frontend/sql_fragment.h"
#include "kinds/kind.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"

namespace lpc::kinds {

/// Sets `elements`, and the order of their options.
void lower_elements(const std::vector<frontend::IndexElement>& elements, const LowerContext& context, Attributes& attributes);
/// The names of the operator class options in the order in which they were said, by the element's position, where that isn't the alphabet's.
constexpr AttributeRule kElementOrderRule{.name = "_element_order", .content = Content::map, .ignored = true};
/// Takes the parentheses off that the server puts around expressions, as lowering does.
void strip_elements(Object& object);
/// Those of an index or exclusion constraint, as between the parentheses of CREATE INDEX or EXCLUDE.
Sql elements_sql(const Object& object);
/// The same as .lp has it: keywords in lower case.
std::string elements_lp(const Object& object);
/// `method`: the access method of the index, "" for btree.
void link_elements(const List& elements, std::string_view relation, std::string_view method, LinkContext& context);
/// What Postgres calls each element in a name that it makes up.
std::vector<std::string> element_names(const List& elements, frontend::FragmentParser& fragments);
/// The plain column of an element, or "".
std::string element_column(const Value& element);

}  // namespace lpc::kinds
