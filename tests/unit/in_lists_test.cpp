#include "base/in_lists.h"

#include <gtest/gtest.h>

namespace lpc {
namespace {

// What Postgres prints for `status IN ('a', 'b')` of a varchar, and for what that reads back as.
constexpr const char* kPrinted = "((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))";
constexpr const char* kReadBack = "((status)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))";
constexpr const char* kList = "(status IN ('a'::character varying, 'b'::character varying))";

TEST(InLists, WritesWhatLeadsBackToThePrintedForm) {
  EXPECT_EQ(to_in_lists(kPrinted), kList);
  EXPECT_EQ(to_in_lists(kReadBack), kReadBack);
  EXPECT_EQ(to_in_lists("((a || b))::text <> ALL ((ARRAY['x'::character varying])::text[])"), "((a || b)) NOT IN ('x'::character varying)");
  EXPECT_EQ(to_in_lists("(\"T\".\"a b\")::text = ANY ((ARRAY['x'::character varying])::text[])"), "\"T\".\"a b\" IN ('x'::character varying)");
}

TEST(InLists, LeavesCastsOfNumbersToPostgres) {
  EXPECT_EQ(to_in_lists("(n = ANY ((ARRAY[1, 2])::numeric[]))"), "(n = ANY (ARRAY[1, 2]))");
  EXPECT_EQ(to_in_lists("(n <> ALL ((ARRAY[1])::double precision[])) AND a"), "(n <> ALL (ARRAY[1])) AND a");
  EXPECT_EQ(to_in_lists("n = ANY ((ARRAY[a, 1])::numeric[])"), "n = ANY ((ARRAY[a, 1])::numeric[])");
  EXPECT_EQ(to_in_lists("f((ARRAY[1])::numeric[])"), "f((ARRAY[1])::numeric[])");
}

TEST(InLists, GivesAllSpellingsOneForm) {
  EXPECT_EQ(to_any_arrays(kPrinted), kReadBack);
  EXPECT_EQ(to_any_arrays(kList), kReadBack);
  EXPECT_EQ(to_any_arrays(kReadBack), kReadBack);
  EXPECT_EQ(to_any_arrays("a.b NOT IN ('x'::character varying) AND c"), "(a.b)::text <> ALL (ARRAY[('x'::character varying)::text]) AND c");
  EXPECT_EQ(to_any_arrays("(lower(x)) IN ('y'::character varying)"), "(lower(x))::text = ANY (ARRAY[('y'::character varying)::text])");
  EXPECT_EQ(to_any_arrays("note = ANY ((ARRAY['x'::character varying])::text[])"), "note = ANY (ARRAY[('x'::character varying)::text])");
}

TEST(InLists, LeavesQuotedTextAndOtherListsAlone) {
  for (const char* text : {"x = '((s)::text = ANY ((ARRAY[''a''::character varying])::text[]))'", "x IN (1, 2)", "x = ANY (ARRAY['a'::text])", "n IN ('a', 'b')",
                           "(x)::text = ANY ((ARRAY['a'::character varying, lower('b')])::text[])", "(x)::text = ANY ((ARRAY['a'::character varying"}) {
    EXPECT_EQ(to_in_lists(text), text);
    EXPECT_EQ(to_any_arrays(text), text);
  }
}

}  // namespace
}  // namespace lpc
