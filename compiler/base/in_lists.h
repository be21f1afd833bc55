// `x IN ('a', 'b')` over varchar, which Postgres can't print so that it reads back as itself: it shows the array cast as a whole, `(x)::text = ANY
// ((ARRAY['a'::character varying, …])::text[])`, and whoever parses that gets its elements cast one by one, `ANY (ARRAY[('a'::character varying)::text, …])`
// (transformArrayExpr() in src/backend/parser/parse_expr.c). Both mean the same; here is how the one is written and how the two are compared. So is `n = ANY (ARRAY[1, 2])` over numeric, shown as `ANY ((ARRAY[1, 2])::numeric[])`.
#pragma once

#include <string>
#include <string_view>

namespace lpc {

/// Expressions that a server printed, with those arrays as IN and NOT IN lists, which lead back to what the server has.
std::string to_in_lists(std::string_view sql);

/// The same text for all spellings: IN lists of `'…'::character varying` and arrays that are cast as a whole become arrays whose elements are cast.
std::string to_any_arrays(std::string_view sql);

}  // namespace lpc
