#include "frontend/sql_fragment.h"

#include <gtest/gtest.h>

#include "base/source.h"

namespace lpc::frontend {
namespace {

using Names = std::vector<std::string>;

std::string dotted(const SqlName& name) {
  std::string text;
  for (const std::string& part : name.parts) text += (text.empty() ? "" : ".") + part;
  return text;
}

Names dotted(const std::vector<SqlName>& names) {
  Names texts;
  for (const SqlName& name : names) texts.push_back(dotted(name));
  return texts;
}

class FragmentTest : public testing::Test {
 protected:
  const References& refs(FragmentKind kind, std::string_view text) {
    const Fragment& fragment = parser.parse(kind, text);
    EXPECT_FALSE(fragment.error) << text << ": " << fragment.error->message;
    return fragment.references;
  }
  std::string error(FragmentKind kind, std::string_view text) {
    const Fragment& fragment = parser.parse(kind, text);
    return fragment.error ? fragment.error->message + " @" + std::to_string(fragment.error->offset) : "";
  }
  std::string diagnosed(FragmentKind kind, std::string_view text) {
    diag::Sink sink;
    parser.check(kind, text, {0, 100, static_cast<std::uint32_t>(100 + text.size())}, sink);
    std::string all;
    for (const diag::Diagnostic& diagnostic : sink.all()) {
      all += diag::code_text(diagnostic.code) + " " + std::to_string(diagnostic.span.begin) + "-" + std::to_string(diagnostic.span.end);
    }
    return all;
  }

  FragmentParser parser;
};

// ---- errors and their places

TEST_F(FragmentTest, AcceptsWhatRealSchemasHold) {
  EXPECT_EQ(error(FragmentKind::expression, "value ~ '^[^@\\s]+@[^@\\s]+$'"), "");
  EXPECT_EQ(error(FragmentKind::expression, "old.* is distinct from new.*"), "");
  EXPECT_EQ(error(FragmentKind::expression, "(select auth.uid()) = user_id"), "");
  EXPECT_EQ(error(FragmentKind::expression, "ROW(a, b) = (1, 2)"), "");
  EXPECT_EQ(error(FragmentKind::query, "values (1), (2) order by 1"), "");
  EXPECT_EQ(error(FragmentKind::query, "(select 1 union select 2) limit 1"), "");
  EXPECT_EQ(error(FragmentKind::parameters, ""), "");
  EXPECT_EQ(error(FragmentKind::parameters, "a int, OUT b text, VARIADIC c int[] DEFAULT '{}'"), "");
  EXPECT_EQ(error(FragmentKind::table_columns, "id bigint, name text"), "");
  EXPECT_EQ(error(FragmentKind::exclude_elements, "room with =, tsrange(a, b) with operator(pg_catalog.&&)"), "");
  EXPECT_EQ(error(FragmentKind::atomic_body, "select 1; insert into t values (a);"), "");
  EXPECT_EQ(error(FragmentKind::type, "setof shop.users.id%type"), "");
  EXPECT_EQ(error(FragmentKind::statement, ""), "");
}

TEST_F(FragmentTest, PlacesErrorsInTheFragment) {
  EXPECT_EQ(error(FragmentKind::expression, "a >"), "syntax error at end of input @3");
  EXPECT_EQ(error(FragmentKind::expression, ""), "syntax error at end of input @0");
  EXPECT_EQ(error(FragmentKind::query, "select 1 frm from from t"), "syntax error at or near \"from\" @18");
  EXPECT_EQ(error(FragmentKind::expression, "a = 'x"), "unterminated quoted string @4");
  EXPECT_EQ(error(FragmentKind::expression, "a /* x"), "unterminated /* comment @2");
  EXPECT_EQ(error(FragmentKind::statement, "select 1; selec 2"), "syntax error at or near \"selec\" @10");
}

TEST_F(FragmentTest, CountsBytesWhereTheParserCountsCharacters) {
  EXPECT_EQ(error(FragmentKind::expression, "'öö€😀' || from"), "syntax error at or near \"from\" @17");
  EXPECT_EQ(refs(FragmentKind::expression, "'öö€😀' || b").columns[0].offset, 17u);
}

TEST_F(FragmentTest, KeepsFragmentsInsideTheirWrapper) {
  EXPECT_EQ(error(FragmentKind::expression, "1); drop table x; --"), "syntax error at or near \")\" @1");
  EXPECT_EQ(error(FragmentKind::expression, "1); drop table x; select (1"), "syntax error at or near \")\" @1");
  EXPECT_EQ(error(FragmentKind::expression, "1) + (2"), "syntax error at or near \")\" @1");
  EXPECT_EQ(error(FragmentKind::expression, "1), (2"), "syntax error at or near \")\" @1");
  EXPECT_EQ(error(FragmentKind::expression, "1, 2"), "syntax error at or near \",\" @1");
  EXPECT_EQ(error(FragmentKind::expression, "(1, 2)"), "");
  EXPECT_EQ(error(FragmentKind::expression, "a = 1 -- why not"), "");
  EXPECT_EQ(error(FragmentKind::expression, "')' || \")\" || $$)$$ /* ) */"), "");
  EXPECT_EQ(error(FragmentKind::index_columns, "a) where (b > 1"), "syntax error at or near \")\" @1");
  EXPECT_EQ(error(FragmentKind::query, "select 1;"), "syntax error at or near \";\" @8");
  EXPECT_EQ(error(FragmentKind::query, "a > 1"), "syntax error at or near \"a\" @0");
  EXPECT_EQ(error(FragmentKind::query, "select 1 into x from t"), "SELECT ... INTO is not allowed here @14");
  EXPECT_EQ(error(FragmentKind::type, "int) + (1"), "syntax error at or near \")\" @3");
  EXPECT_EQ(error(FragmentKind::type, "t.a%type, b int"), "syntax error at or near \"t\" @0");
  EXPECT_EQ(error(FragmentKind::atomic_body, "select 1; end; drop table x; end"), "syntax error at end of input @32");
  EXPECT_EQ(error(FragmentKind::atomic_body, "select 1; end; begin; select 2;"), "syntax error at or near \"begin\" @15");
  EXPECT_EQ(error(FragmentKind::expression, std::string_view("1\0 2", 4)), "a zero byte can't stand in SQL @1");
}

TEST_F(FragmentTest, SurvivesDepthAndLength) {
  std::string sum = "1";
  for (int i = 0; i < 200'000; ++i) sum += "+a";
  EXPECT_EQ(dotted(refs(FragmentKind::expression, sum).columns), Names{"a"});
  EXPECT_NE(error(FragmentKind::expression, std::string(100'000, '(')), "");
  EXPECT_NE(error(FragmentKind::expression, std::string(5'000'000, ' ')), "");
}

TEST_F(FragmentTest, RemembersFragmentsByKindAndText) {
  const Fragment& first = parser.parse(FragmentKind::expression, "now()");
  for (int i = 0; i < 1000; ++i) parser.parse(FragmentKind::expression, std::to_string(i));
  EXPECT_EQ(&parser.parse(FragmentKind::expression, std::string("now()")), &first);
  EXPECT_NE(&parser.parse(FragmentKind::index_columns, "now()"), &first);
}

// ---- references

TEST_F(FragmentTest, FindsNamesOfEveryKind) {
  const References& found = refs(FragmentKind::expression,
                                 "shop.lower(u.email)::citext collate \"C\" operator(ext.=) any (select x from shop.\"T\" where y = 1::int4)");
  EXPECT_EQ(dotted(found.relations), Names{"shop.T"});
  EXPECT_EQ(dotted(found.functions), Names{"shop.lower"});
  EXPECT_EQ(dotted(found.types), Names{"citext"});
  EXPECT_EQ(dotted(found.columns), (Names{"u.email", "x", "y"}));
  EXPECT_EQ(dotted(found.operators), (Names{"ext.=", "="}));
  EXPECT_EQ(dotted(found.collations), Names{"C"});
  EXPECT_EQ(found.functions[0].offset, 0u);
  EXPECT_EQ(found.columns[0].offset, 11u);
}

TEST_F(FragmentTest, FollowsConstantsThatNameObjects) {
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "nextval('shop.\"Seq\"'::regclass)").relations), Names{"shop.Seq"});
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "nextval('s')").relations), Names{"s"});
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "nextval(('public.s'::text)::regclass)").relations), Names{"public.s"});
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "regclass 'a.b'").relations), Names{"a.b"});
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "'f(int)'::regprocedure").functions), Names{"f"});
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "'shop.mood[]'::regtype").types), Names{"shop.mood"});
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "'integer'::regtype").types), Names{});
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "'1259'::regclass").relations), Names{});
}

TEST_F(FragmentTest, LeavesOutWhatWithBinds) {
  EXPECT_EQ(dotted(refs(FragmentKind::query, "with a as (select * from a), b as (select * from a) select * from a, b, c").relations), (Names{"a", "c"}));
  EXPECT_EQ(dotted(refs(FragmentKind::query, "with recursive a as (select 1 union all select * from a) select * from a, s.a").relations), Names{"s.a"});
  EXPECT_EQ(dotted(refs(FragmentKind::query, "select * from (with x as (select 1) select * from x) q, x").relations), Names{"x"});
  EXPECT_EQ(dotted(refs(FragmentKind::statement, "with t as (select 1) insert into t select * from t").relations), Names{"t"});
  EXPECT_EQ(dotted(refs(FragmentKind::query, "with a as (select 1) select * from b where exists (select from a) for update of b").relations), Names{"b"});
}

TEST_F(FragmentTest, LeavesOutWhatNobodyWrote) {
  const References& found = refs(FragmentKind::expression, "extract(year from at at time zone 'utc') > 1 and true and trim(b) = coalesce(c, d)");
  EXPECT_EQ(dotted(found.functions), Names{});
  EXPECT_EQ(dotted(found.types), Names{});
  EXPECT_EQ(dotted(refs(FragmentKind::expression, "g::public.geometry(point, 4326)").columns), Names{"g"});
}

TEST_F(FragmentTest, ReadsStatementsAndActions) {
  const References& found = refs(FragmentKind::statement,
                                 "create temp table tmp as select * from a; insert into b select * from tmp; update c set x = f(y) from d; "
                                 "delete from e using g; truncate h; select i.* from i");
  EXPECT_EQ(dotted(found.relations), (Names{"a", "b", "c", "d", "e", "g", "h", "i"}));
  const References& rule = refs(FragmentKind::statement, "(insert into log select new.id, old.id; notify x)");
  EXPECT_EQ(dotted(rule.relations), Names{"log"});
  EXPECT_EQ(dotted(rule.columns), (Names{"new.id", "old.id"}));
  EXPECT_EQ(rule.relations[0].offset, 13u);
  EXPECT_EQ(dotted(refs(FragmentKind::atomic_body, "select f(a) from t;").relations), Names{"t"});
}

TEST_F(FragmentTest, ReadsDefinitions) {
  EXPECT_EQ(dotted(refs(FragmentKind::parameters, "a shop.mood, b int default f(1), c t.x%type").types), Names{"shop.mood"});
  EXPECT_EQ(dotted(refs(FragmentKind::parameters, "a shop.mood, b int default f(1), c t.x%type").relations), Names{"t"});
  EXPECT_EQ(dotted(refs(FragmentKind::type, "gis.geometry(Point,4326)[]").types), Names{"gis.geometry"});
  EXPECT_EQ(dotted(refs(FragmentKind::type, "numeric(12,2)[]").types), Names{});
  EXPECT_EQ(dotted(refs(FragmentKind::table_columns, "a citext, b int").types), Names{"citext"});
  const References& index = refs(FragmentKind::index_columns, "lower(email) text_pattern_ops desc, \"B\" collate x.y, (c -> 'd')");
  EXPECT_EQ(dotted(index.columns), (Names{"email", "B", "c"}));
  EXPECT_EQ(index.columns[1].offset, 36u);
  EXPECT_EQ(dotted(index.collations), Names{"x.y"});
  EXPECT_EQ(dotted(refs(FragmentKind::partition_key, "a, lower(b) collate \"C\"").columns), (Names{"a", "b"}));
}

TEST_F(FragmentTest, ReadsPlpgsql) {
  const References& found = refs(FragmentKind::plpgsql, R"(create function touch() returns trigger language plpgsql as $$
    declare n shop.amount := f1(2); r shop.users%rowtype; i t0.c%type;
    begin
      new.at := now(); n := (select max(x) from t1);
      if exists (select from t2) then perform f2(y) from t3; end if;
      for r in select * from t4 loop null; end loop;
      insert into t5 values (1) returning id into i;
      select a into strict i from t6;
      return new;
    end $$)");
  EXPECT_EQ(dotted(found.relations), (Names{"shop.users", "t0", "t1", "t2", "t3", "t4", "t5", "t6"}));
  EXPECT_EQ(dotted(found.functions), (Names{"f1", "now", "max", "f2"}));
  EXPECT_EQ(dotted(found.types), Names{"shop.amount"});
}

TEST_F(FragmentTest, ReadsPlpgsqlThatNeedsAServer) {
  // The offline PL/pgSQL parser doesn't know that `r` has a field.
  const References& found = refs(FragmentKind::plpgsql, R"(create function f(a shop.mood) returns int language plpgsql as $$
    declare r shop.users%rowtype; c constant citext not null default 'x';
    begin
      r.id := (select max(id) from t1);
      select id into strict r.id from t2 where x = f1(3);
      insert into t3 (a) values (1) returning a into r.id;
      for r in select * from t4 loop perform f2(r.id); end loop;
      if f3(1) then return r.id; end if;
    end $$)");
  EXPECT_EQ(dotted(found.relations), (Names{"shop.users", "t1", "t2", "t3", "t4"}));
  EXPECT_EQ(dotted(found.functions), (Names{"max", "f1", "f2", "f3"}));
  EXPECT_EQ(dotted(found.types), (Names{"shop.mood", "citext"}));
}

// ---- diagnostics

TEST_F(FragmentTest, DiagnosesMistakesAndNewerSyntax) {
  EXPECT_EQ(diagnosed(FragmentKind::expression, "a > 1"), "");
  EXPECT_EQ(diagnosed(FragmentKind::expression, "a > > 1"), "LP1005 104-105");
  EXPECT_EQ(diagnosed(FragmentKind::expression, "a +"), "LP1005 103-103");
  EXPECT_EQ(diagnosed(FragmentKind::query, "select 'ö' frm x y"), "LP1005 116-117");
  for (const std::string_view newer : {"doc is json", "doc is not json object", "1_000_000 > a", "0x1F", "json_object('a': 1)", "json_object(key 'a' value 1)",
                                       "json_array(1 null on null)", "json_query(a, '$.x' returning jsonb)", "at at local", "json_value(a, '$' default 1 on empty)",
                                       "json_arrayagg(a order by b returning jsonb)", "xmlserialize(content a as text indent)"}) {
    EXPECT_TRUE(diagnosed(FragmentKind::expression, newer).starts_with("LP1006")) << newer;
  }
  for (const std::string_view newer : {"select * from json_table(a, '$[*]' columns (id int path '$.id'))", "select * from (select 1)",
                                       "with m as (merge into t using s on true when matched then delete returning *) select * from m"}) {
    EXPECT_TRUE(diagnosed(FragmentKind::query, newer).starts_with("LP1006")) << newer;
  }
  for (const std::string_view newer : {"merge into t using s on t.a = s.a when matched then delete returning t.*",
                                       "merge into t using s on true when not matched by source then delete",
                                       "update t set a = 1 returning with (old as o) o.a"}) {
    EXPECT_TRUE(diagnosed(FragmentKind::statement, newer).starts_with("LP1006")) << newer;
  }
  for (const std::string_view wrong : {"a is jsn", "1_", "1__0", "0xZZ", "f('a': 1)", "json_array(1 2)", "a at lokal", "12abc"}) {
    EXPECT_TRUE(diagnosed(FragmentKind::expression, wrong).starts_with("LP1005")) << wrong;
  }
  EXPECT_TRUE(diagnosed(FragmentKind::statement, "truncate t returning *").starts_with("LP1005"));
}

// ---- lists

TEST_F(FragmentTest, ReadsParameters) {
  const std::vector<Parameter> found = parser.parameters(
      "a int, OUT \"B\" varchar(10) , inout c timestamptz(3)[] DEFAULT ARRAY[now(), 'x'] -- why\n, variadic d text[] = '{a,b}', numeric(5,2), e shop.users.id%TYPE");
  ASSERT_EQ(found.size(), 6u);
  const auto text = [&](std::size_t i) { return found[i].mode + "|" + found[i].name + "|" + found[i].type + "|" + found[i].default_expression; };
  EXPECT_EQ(text(0), "in|a|integer|");
  EXPECT_EQ(text(1), "out|B|character varying|");
  EXPECT_EQ(text(2), "inout|c|timestamp with time zone[]|ARRAY[now(), 'x']");
  EXPECT_EQ(text(3), "variadic|d|text[]|'{a,b}'");
  EXPECT_EQ(text(4), "in||numeric|");
  EXPECT_EQ(text(5), "in|e|shop.users.id%TYPE|");
  EXPECT_TRUE(parser.parameters("").empty());
  EXPECT_TRUE(parser.parameters("a int,").empty());
}

TEST_F(FragmentTest, ReadsIndexElements) {
  const std::vector<IndexElement> found = parser.index_elements(
      FragmentKind::index_columns,
      "a, lower(email) text_pattern_ops desc nulls last, ((b || ')')) collate \"C\" x.ops (siglen = 32, flag), LOWER(c) nulls first, (d::text), current_user");
  ASSERT_EQ(found.size(), 6u);
  EXPECT_EQ(found[0].column, "a");
  EXPECT_EQ(found[0].implied_name, "a");
  EXPECT_EQ(found[1].expression, "lower(email)");
  EXPECT_EQ(found[1].opclass, "text_pattern_ops");
  EXPECT_TRUE(found[1].descending);
  EXPECT_EQ(found[1].nulls_first, false);
  EXPECT_EQ(found[2].expression, "b || ')'");
  EXPECT_EQ(found[2].collation, "\"C\"");
  EXPECT_EQ(found[2].opclass, "x.ops");
  EXPECT_EQ(found[2].opclass_options, (std::vector<std::pair<std::string, std::string>>{{"siglen", "32"}, {"flag", "true"}}));
  EXPECT_EQ(found[2].implied_name, "expr");
  EXPECT_EQ(found[3].expression, "LOWER(c)");
  EXPECT_EQ(found[3].implied_name, "lower1");
  EXPECT_EQ(found[3].nulls_first, true);
  EXPECT_EQ(found[4].implied_name, "d");
  EXPECT_EQ(found[5].expression, "current_user");
}

TEST_F(FragmentTest, ReadsExclusionsAndPartitionKeys) {
  const std::vector<IndexElement> exclusions = parser.index_elements(FragmentKind::exclude_elements, "room with =, tsrange(a, b) with operator(ext.&&)");
  ASSERT_EQ(exclusions.size(), 2u);
  EXPECT_EQ(exclusions[0].exclude_operator, "=");
  EXPECT_EQ(exclusions[1].exclude_operator, "OPERATOR(ext.&&)");
  EXPECT_EQ(exclusions[1].expression, "tsrange(a, b)");
  const std::vector<IndexElement> keys = parser.index_elements(FragmentKind::partition_key, "a, (b + 1), lower(c) collate \"C\" text_ops");
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[1].expression, "b + 1");
  EXPECT_EQ(keys[2].collation, "\"C\"");
  EXPECT_EQ(keys[2].opclass, "text_ops");
}

// ---- types (each pair was compared with format_type() of a server)

TEST(Types, AreSpeltAsFormatTypeDoes) {
  const std::vector<std::pair<std::string_view, std::string_view>> spellings = {
      {"int", "integer"}, {"INT4", "integer"}, {"int8", "bigint"}, {"int2", "smallint"}, {"float", "double precision"}, {"float(24)", "real"},
      {"float4", "real"}, {"float(25)", "double precision"}, {"double  precision", "double precision"}, {"dec(5)", "numeric(5,0)"},
      {"numeric ( 12 , 2 )", "numeric(12,2)"}, {"numeric(5, -2)", "numeric(5,-2)"}, {"bool", "boolean"}, {"char", "character(1)"},
      {"char(3)", "character(3)"}, {"\"char\"", "\"char\""}, {"bpchar", "bpchar"}, {"varchar ( 10 )", "character varying(10)"},
      {"national char varying", "character varying"}, {"nchar(4)", "character(4)"}, {"bit", "bit(1)"}, {"varbit(8)", "bit varying(8)"},
      {"timestamptz(3)", "timestamp(3) with time zone"}, {"timestamp(3) with time zone", "timestamp(3) with time zone"},
      {"timestamp", "timestamp without time zone"}, {"timetz", "time with time zone"}, {"time(9)", "time(6) without time zone"},
      {"interval day to second(3)", "interval day to second(3)"}, {"interval(3)", "interval(3)"}, {"int4 array[3]", "integer[]"},
      {"int[3][4]", "integer[]"}, {"_int4", "integer[]"}, {"varchar(3)[]", "character varying(3)[]"}, {"pg_catalog.int4", "integer"},
      {"pg_catalog.\"char\"", "\"char\""}, {"pg_catalog.bpchar(4)", "character(4)"}, {"\"integer\"", "\"integer\""}, {"text", "text"},
      {"Shop . Users", "shop.users"}, {"\"shop\".\"order\"[]", "shop.\"order\"[]"}, {"gis.geometry( Point , 4326 )", "gis.geometry(Point,4326)"},
      {"serial", "serial"}, {"setof int", "SETOF integer"}, {"shop.users.id%type", "shop.users.id%TYPE"}, {"any", "\"any\""},
      {"timestamptz -- when\n (0)", "timestamp(0) with time zone"},
  };
  for (const auto& [written, spelt] : spellings) {
    EXPECT_EQ(normalise_type(written), spelt);
    EXPECT_EQ(normalise_type(spelt), spelt);
  }
}

TEST(Types, OfArgumentsHaveNoModifiers) {
  EXPECT_EQ(argument_type("numeric(12,2)[]"), "numeric[]");
  EXPECT_EQ(argument_type("char(3)"), "character");
  EXPECT_EQ(argument_type("bpchar"), "character");
  EXPECT_EQ(argument_type("bit(3)"), "bit");
  EXPECT_EQ(argument_type("interval day to second(3)"), "interval");
  EXPECT_EQ(argument_type("gis.geometry(Point,4326)"), "gis.geometry");
}

TEST(Types, AreToldApart) {
  for (const std::string_view builtin : {"int4", "jsonb", "text", "regclass", "double precision", "numeric(10,2)[]", "\"char\"", "pg_catalog.text", "Timestamptz",
                                         "trigger", "any", "bigserial", "_text", "interval hour", "national character varying(4)"}) {
    EXPECT_TRUE(is_builtin_type(builtin)) << builtin;
    EXPECT_TRUE(type_name(builtin).parts.empty()) << builtin;
  }
  for (const std::string_view other : {"citext", "shop.int4", "\"integer\"", "geometry(Point)", "mood[]"}) {
    EXPECT_FALSE(is_builtin_type(other)) << other;
    EXPECT_FALSE(type_name(other).parts.empty()) << other;
  }
  EXPECT_EQ(dotted(type_name("setof Gis.\"Geo\"(Point,4326)[]")), "gis.Geo");
  for (const std::string_view nothing : {"", "(", "a.", "a b", "int[", "int(", "1", "double", "interval foo", "\"\"", "a\"b", "%type"}) {
    EXPECT_NO_FATAL_FAILURE(normalise_type(nothing));
    EXPECT_FALSE(is_builtin_type(nothing)) << nothing;
  }
}

}  // namespace
}  // namespace lpc::frontend
