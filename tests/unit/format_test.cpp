#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "ast/dump.h"
#include "frontend/parse.h"

namespace lpc::frontend {
namespace {

std::string formatted(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  const auto out = format(sources.add("test.lp", text), sources, sink);
  EXPECT_TRUE(out) << (sink.all().empty() ? "" : sink.all()[0].message);
  if (!out) return "";
  EXPECT_EQ(format(sources.add("again.lp", *out), sources, sink), out) << "not idempotent";
  return *out;
}

/// The tree of a text, without places.
std::string tree(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  const ast::File file = parse(sources.add("test.lp", text), sources, sink);
  EXPECT_FALSE(sink.has_errors());
  std::string out = ast::dump(file, sources);
  for (std::size_t open = out.find(" ["); open != std::string::npos; open = out.find(" [", open + 1)) {
    const std::size_t close = out.find_first_not_of("0123456789:-", open + 2);
    if (close != std::string::npos && out[close] == ']' && close > open + 2) out.erase(open, close + 1 - open);
  }
  return out;
}

TEST(Format, EveryConstructKeepsItsMeaning) {
  std::ifstream in(std::string(LPC_SOURCE_DIR) + "/tests/unit/inputs/every_construct.lp");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(tree(formatted(text)), tree(text));
}

TEST(Format, Layout) {
  EXPECT_EQ(formatted(R"(IMPORT 'a.lp'
table   Users{ID BigInt   NOT NULL,"name" text   default  'It''s',"order" INT
  unique( id ,name)


  index using gin(tags)}
extension citext
role r{login createrole}
enum mood {happy,sad}
type pair{a int,b numeric( 12 , 2 )}
)"),
            R"(import 'a.lp'

table users {
    id bigint not null
    name text default 'It''s'
    "order" int
    unique (id, name)

    index using gin (tags)
}

extension citext
role r { login createrole }
enum mood { happy, sad }
type pair { a int  b numeric(12,2) }
)");
}

TEST(Format, KeepsEveryComment) {
  EXPECT_EQ(formatted(R"(-- head

-- of users
table users {   -- trailing brace
  -- first
  id int,-- trailing id
  /* inline */ name /* type */ text
     -- in the middle
     not null -- end


  -- last

} -- after
-- end of file)"),
            R"(-- head

-- of users
table users {  -- trailing brace
    -- first
    id int  -- trailing id
    /* inline */
    name /* type */ text
        -- in the middle
        not null  -- end

    -- last
}  -- after
-- end of file
)");
}

TEST(Format, DocsAndHintsStandBefore) {
  EXPECT_EQ(formatted("--- Doc.\n@renamed_from(a) table b { @using(x::int) y int --- of z\n z int }\n"),
            "--- Doc.\n@renamed_from(a)\ntable b {\n    @using(x::int)\n    y int\n    --- of z\n    z int\n}\n");
}

TEST(Format, BreaksLongMembersBeforeClauses) {
  EXPECT_EQ(formatted("table t { manager_identifier bigint not null default 0 references a_table_with_a_long_name (identifier) on delete set null }"),
            R"(table t {
    manager_identifier bigint not null default 0 references a_table_with_a_long_name (identifier)
        on delete set null
}
)");
}

TEST(Format, FragmentsStayWordForWord) {
  const std::string text = R"(view v as (
       SELECT  "A" ,  b   -- why
  FROM t
)

function f(a  int) returns int language sql as $$
   SELECT  1
$$
)";
  EXPECT_EQ(formatted(text), text);
}

TEST(Format, ChecksOfTheirOwnStayMembers) {
  const std::string text = "table t {\n    a int\n    check (a > 0)\n    b int check (b > 0)\n}\n";
  EXPECT_EQ(formatted(text), text);
}

TEST(Format, BlankLines) {
  EXPECT_EQ(formatted("schema s {\n\n\nextension a\nextension b\n\n\nextension c\ntable t { x int }\nextension d\n\n}\n\n\n"),
            "schema s {\n    extension a\n    extension b\n\n    extension c\n\n    table t {\n        x int\n    }\n\n    extension d\n}\n");
  EXPECT_EQ(formatted("table a {}"), "table a {}\n");
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted("\r\n-- c\r\n"), "-- c\n");
}

TEST(Format, TypeModifiersKeepTheirCase) {
  EXPECT_EQ(formatted("table t { p GEOMETRY( Point , 4326 ) a Numeric (12, 2)[ ] }"), "table t {\n    p geometry(Point,4326)\n    a numeric(12,2)[]\n}\n");
}

TEST(Format, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(formatted(R"(table "t" { "index" "int4" "Big" text "double" "char" })"), "table t {\n    \"index\" int4\n    \"Big\" text\n    double \"char\"\n}\n");
}

TEST(Format, LongEnumsStandOneValueALine) {
  std::string text = "enum e { ";
  std::string expected = "enum e {\n";
  for (int i = 0; i < 20; ++i) {
    text += "value_number_" + std::to_string(i) + ", ";
    expected += "    value_number_" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(formatted(text + "}"), expected + "}\n");
}

}  // namespace
}  // namespace lpc::frontend
