#include "base/exact_sql.h"

#include <gtest/gtest.h>

namespace lpc {
namespace {

TEST(ExactSql, NamesColumnsThatNobodyNamed) {
  EXPECT_EQ(exact_sql("(g <> ALL ( SELECT 'x'::text))"), "(g <> ALL ( SELECT 'x'::text AS \"?column?\"))");
  EXPECT_EQ(exact_sql("SELECT ( SELECT 'x'::text\n   FROM t\n  WHERE (a = '1'::text)) AS s,\n    NULL::character varying(3),\n    t.a\n   FROM t"),
            "SELECT ( SELECT 'x'::text AS \"?column?\"\n   FROM t\n  WHERE (a = '1'::text)) AS s,\n    NULL::character varying(3) AS \"?column?\",\n    t.a\n   FROM t");
  EXPECT_EQ(exact_sql("( SELECT 'x'::text\nUNION\n SELECT 'y'::text)"), "( SELECT 'x'::text AS \"?column?\"\nUNION\n SELECT 'y'::text AS \"?column?\")");
  EXPECT_EQ(exact_sql("UPDATE t SET a = 'x'::text RETURNING t.a, 1::bigint"), "UPDATE t SET a = 'x'::text RETURNING t.a, 1::bigint AS \"?column?\"");
}

TEST(ExactSql, LeavesNamedColumnsAlone) {
  for (const char* text : {"SELECT 'x'::text AS k, t.a FROM t WHERE (a = 'x'::text) ORDER BY 'x'::text", "SELECT (a || 'SELECT ''x''::text'::text) FROM t",
                           "SELECT mode() WITHIN GROUP (ORDER BY 'x'::text) AS m", "SELECT f('x'::text) FROM t GROUP BY 'x'::text, a", "VALUES ('x'::text)", "a = 'x'::text"}) {
    EXPECT_EQ(exact_sql(text), text);
  }
}

TEST(ExactSql, SaysWhatTypeAnArrayHadBeforeItsCast) {
  EXPECT_EQ(exact_sql("f((ARRAY[0.25, 0.5])::double precision[])"), "f(((ARRAY[0.25, 0.5])::numeric[])::double precision[])");
  EXPECT_EQ(exact_sql("(ARRAY[1, t.a])::numeric(3,1)[]"), "((ARRAY[1, t.a])::integer[])::numeric(3,1)[]");
  EXPECT_EQ(exact_sql("f((ARRAY['a'::character varying, b])::text[], 1)"), "f(((ARRAY['a'::character varying, b])::character varying[])::text[], 1)");
  for (const char* text : {"(ARRAY[t.a])::text[]", "ARRAY[1, 2]", "(ARRAY[1, 2])[1]", "'(ARRAY[1])::text[]'", "(ARRAY['a'::text])::text[]", "(ARRAY[f(1)])::text[]"}) EXPECT_EQ(exact_sql(text), text);
}

TEST(ExactSql, WritesMarksOfCyclesAsConstants) {
  EXPECT_EQ(exact_sql(") CYCLE a, b SET \"CYCLE\" TO 'Y'::text DEFAULT 'N'::text USING pth\n SELECT t.a"), ") CYCLE a, b SET \"CYCLE\" TO 'Y' DEFAULT 'N' USING pth\n SELECT t.a");
  EXPECT_EQ(exact_sql(") CYCLE a SET c TO '2020-01-01'::date DEFAULT 's.x'::s.mood USING p"), ") CYCLE a SET c TO date '2020-01-01' DEFAULT s.mood 's.x' USING p");
  for (const char* text : {") CYCLE a SET c TO 1 DEFAULT 0 USING p", ") CYCLE a SET c USING p) SELECT x TO", "SELECT ' CYCLE a SET c TO ''Y''::text DEFAULT'"}) EXPECT_EQ(exact_sql(text), text);
}

}  // namespace
}  // namespace lpc
