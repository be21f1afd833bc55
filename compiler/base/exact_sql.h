// What Postgres prints of a stored query, in words that it reads as that very query. Its own words it sometimes reads as something else that means the same
// (src/backend/utils/adt/ruleutils.c prints what is needed to get the same answer, not the same tree).
#pragma once

#include <string>
#include <string_view>

namespace lpc {

/// `SELECT 'x'::text`, whose column nobody named, would be read as a column named after the type: ` AS "?column?"` says what it is. An array that is cast as a whole,
/// `(ARRAY[0.5])::real[]`, would be read as an array of cast elements: `((ARRAY[0.5])::numeric[])::real[]` isn't, where the elements tell their type. What a CYCLE clause marks rows with,
/// `'Y'::text`, wouldn't be read at all: `'Y'`, or `date '2020-01-01'`. https://www.postgresql.org/docs/15/queries-with.html#QUERIES-WITH-CYCLE
std::string exact_sql(std::string_view printed);

}  // namespace lpc
