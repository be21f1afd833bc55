#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/result.h"
#include "base/source.h"
#include "base/sql.h"
#include "base/sql_scan.h"
#include "base/text.h"

namespace lpc {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

// ---- result

Result<int> half(int value) {
  if (value % 2 != 0) return Failure{"LP7001", "odd", "", ""};
  return value / 2;
}

Result<int> quarter(int value) {
  LP_TRY(const int once, half(value));
  LP_TRY(const int twice, half(once));
  return twice;
}

Status is_even(int value) {
  LP_DO(half(value));
  return ok();
}

TEST(Result, PassesValuesAndFailuresOn) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).failure().message, "odd");
  EXPECT_TRUE(is_even(4));
  EXPECT_FALSE(is_even(5));
  EXPECT_TRUE(Failure::reported().is_reported());
}

// ---- source

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view bytes)
      : path_(std::filesystem::temp_directory_path() / ("lpc_base_test_" + std::to_string(::getpid()))) {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(Source, PositionsCountCodePoints) {
  const SourceBuffer source("x.lp", "ab\nä€𝄞z\r\n\nlast");
  const auto at = [&](std::uint32_t offset) {
    const Position p = source.position(offset);
    return std::tuple(p.line, p.column, p.offset);
  };
  EXPECT_EQ(at(0), std::tuple(1u, 1u, 0u));
  EXPECT_EQ(at(2), std::tuple(1u, 3u, 2u));
  EXPECT_EQ(at(3), std::tuple(2u, 1u, 3u));
  EXPECT_EQ(at(12), std::tuple(2u, 4u, 12u));   // 2 + 3 + 4 bytes make three columns
  EXPECT_EQ(at(15), std::tuple(3u, 1u, 15u));
  EXPECT_EQ(at(20), std::tuple(4u, 5u, 20u));
  EXPECT_EQ(at(999), std::tuple(4u, 5u, 20u));
}

TEST(Source, LinesHaveNoLineEnd) {
  const SourceBuffer source("x.lp", "one\r\ntwo\n");
  EXPECT_EQ(source.line(1), "one");
  EXPECT_EQ(source.line(2), "two");
  EXPECT_EQ(source.line(3), "");
  EXPECT_EQ(source.line(4), "");
  EXPECT_EQ(source.line(0), "");
}

TEST(Source, SkipsAByteOrderMark) {
  const SourceBuffer source("x.lp", "\xEF\xBB\xBFtable");
  EXPECT_EQ(source.text(), "table");
  EXPECT_EQ(source.position(0).column, 1u);
}

TEST(Source, MapGivesTextAndJoins) {
  SourceMap map;
  const FileId file = map.add("a.lp", "table users");
  EXPECT_EQ(map.text({file, 6, 11}), "users");
  EXPECT_EQ(map.text({}), "");
  EXPECT_EQ(join({file, 0, 5}, {file, 6, 11}), (Span{file, 0, 11}));
  EXPECT_EQ(join({}, {file, 6, 11}), (Span{file, 6, 11}));
  EXPECT_EQ(map.size(), 1u);
}

TEST(Source, ReadsFilesAndSaysWhyNot) {
  SourceMap map;
  const TemporaryFile good("schema shop {}\n");
  auto file = map.read(good.path());
  ASSERT_TRUE(file);
  EXPECT_EQ(map.at(*file).text(), "schema shop {}\n");
  EXPECT_EQ(map.at(*file).path(), good.path());

  EXPECT_EQ(map.read("/nowhere/at/all.lp").failure().code, "LP7010");
  EXPECT_EQ(map.read("/").failure().code, "LP7010");

  const TemporaryFile bad("ab\n\xE9");
  const Failure failure = map.read(bad.path()).failure();
  EXPECT_EQ(failure.code, "LP1003");
  EXPECT_NE(failure.message.find("byte 0xE9 at offset 3, line 2"), std::string::npos) << failure.message;
}

TEST(Source, FindsInvalidUtf8) {
  constexpr std::size_t kValid = std::string_view::npos;
  EXPECT_EQ(find_invalid_utf8(""), kValid);
  EXPECT_EQ(find_invalid_utf8("plain ascii that is longer than one word of eight bytes"), kValid);
  EXPECT_EQ(find_invalid_utf8("ä€𝄞\u0080\u07FF\u0800\uFFFF\U00010000\U0010FFFF"), kValid);
  EXPECT_EQ(find_invalid_utf8("12345678\x80"), 8u);
  EXPECT_EQ(find_invalid_utf8("a\xC0\xAF"), 1u);            // overlong
  EXPECT_EQ(find_invalid_utf8("\xE0\x80\xAF"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xF0\x80\x80\xAF"), 0u);
  EXPECT_EQ(find_invalid_utf8("x\xED\xA0\x80"), 1u);        // surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0u);     // beyond U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\xE2\x82"), 0u);             // cut short
  EXPECT_EQ(find_invalid_utf8("12345678ab\0cd"sv), 10u);
  EXPECT_EQ(find_invalid_utf8("1234\0abcdefgh"sv), 4u);
}

// ---- SQL

TEST(Sql, QuotesNamesAsTheServerDoes) {
  EXPECT_EQ(ident("users").text, "users");
  EXPECT_EQ(ident("_x9").text, "_x9");
  EXPECT_EQ(ident("Users").text, "\"Users\"");
  EXPECT_EQ(ident("9lives").text, "\"9lives\"");
  EXPECT_EQ(ident("a$b").text, "\"a$b\"");
  EXPECT_EQ(ident("a b").text, "\"a b\"");
  EXPECT_EQ(ident("a\"b").text, "\"a\"\"b\"");
  EXPECT_EQ(ident("größe").text, "\"größe\"");
  EXPECT_EQ(ident("").text, "\"\"");
  EXPECT_EQ(ident("order").text, "\"order\"");         // reserved
  EXPECT_EQ(ident("between").text, "\"between\"");     // col_name
  EXPECT_EQ(ident("left").text, "\"left\"");           // type_func_name
  EXPECT_EQ(ident("json_table").text, "\"json_table\"");
  EXPECT_EQ(ident("system_user").text, "\"system_user\"");
  EXPECT_EQ(ident("index").text, "index");             // unreserved
  EXPECT_EQ(qualified("shop", "order").text, "shop.\"order\"");
  EXPECT_EQ(qualified("", "x").text, "x");
  EXPECT_EQ(ident_list({"a", "B", "user"}).text, "a, \"B\", \"user\"");
}

TEST(Sql, WritesLiterals) {
  EXPECT_EQ(literal("it's").text, "'it''s'");
  EXPECT_EQ(literal("a\\b'c").text, "E'a\\\\b''c'");
  EXPECT_EQ(literal("").text, "''");
  EXPECT_EQ(number(-7).text, "-7");
  EXPECT_EQ(dollar_quoted("begin end").text, "$$begin end$$");
  EXPECT_EQ(dollar_quoted("a $$ b").text, "$lp$a $$ b$lp$");
  EXPECT_EQ(dollar_quoted("ends with $").text, "$lp$ends with $$lp$");
  EXPECT_EQ(dollar_quoted("$$ and $lp").text, "$lp2$$$ and $lp$lp2$");
}

TEST(Sql, FillsFormats) {
  EXPECT_EQ(sql("ALTER TABLE {} ADD COLUMN {} {}", qualified("s", "T"), ident("c"), fragment("text")).text,
            "ALTER TABLE s.\"T\" ADD COLUMN c text");
  EXPECT_EQ(sql("COMMIT").text, "COMMIT");
  EXPECT_EQ(sql("{}", literal("{}")).text, "'{}'");
  EXPECT_EQ(join({ident("a"), ident("b")}, " AND ").text, "a AND b");
}

TEST(Sql, LeavesPrimaryExpressionsBare) {
  for (const char* bare : {
           "now()", "'x'::text", "nextval('a'::regclass)", "ARRAY[]::text[]", "-1", "+2.5e-3", "CURRENT_TIMESTAMP",
           "current_timestamp(3)", "true", "NULL::integer", "E'\\n'", "$$it's$$", "B'101'", "U&'\\0041'",
           "a.b.\"C\"(1, (2), ')')", "'12:00'::time(3) with time zone", "'x'::character varying(10)[]",
           "'x'::shop.\"Type\"", "f(a => '(')", "coalesce(a, b)", "(-1)::bigint", "lower (x)",
           "'1'::numeric(10,2)::double precision", "('now'::text)::date", "CAST(1 AS bigint)", "x",
           "'a' /* why */ :: text", "date",
       }) {
    EXPECT_EQ(parenthesised(bare).text, bare);
  }
}

TEST(Sql, PutsEverythingElseInParentheses) {
  for (const char* compound : {
           "a + b", "'a' || 'b'", "x IS NULL", "NOT (x)", "not x", "CASE WHEN a THEN 1 END", "a = ANY (b)",
           "count(*) FILTER (WHERE x)", "f() + g()", "date '2020-01-01'", "x COLLATE \"C\"", "a[1]", "- x",
           "'x'::text = y", "select", "in (1)", "(a).b", "(a) + (b)", "f(", "'open", "a.", "x::", "a, b", "x : : text",
           "interval '1 day'", "$1", "array[1, 2][1:2]",
       }) {
    EXPECT_EQ(parenthesised(compound).text, "("s + compound + ")");
  }
  EXPECT_EQ(parenthesised(" ((a + b)) ").text, "(a + b)");
  EXPECT_EQ(parenthesised("('x'::text)").text, "'x'::text");
  EXPECT_EQ(parenthesised("a + b -- sum").text, "(a + b -- sum\n)");
}

// ---- text

TEST(Text, SmallHelpers) {
  EXPECT_EQ(to_lower_ascii("ÄbC"), "Äbc");
  EXPECT_EQ(trim(" \t x y\r\n"), "x y");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
  EXPECT_EQ(join(std::vector<std::string>{"a", "b"}, ", "), "a, b");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Text, NearestFindsSlipsOnly) {
  const std::vector<std::string> names = {"order_status", "email", "emails", "id", "tenant_id"};
  EXPECT_EQ(nearest("oder_status", names), "order_status");
  EXPECT_EQ(nearest("emial", names), "email");            // a swap is one edit
  EXPECT_EQ(nearest("Email", names), "email");
  EXPECT_EQ(nearest("tennant_id", names), "tenant_id");
  EXPECT_EQ(nearest("di", names), "id");
  EXPECT_EQ(nearest("customer", names), std::nullopt);
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
  EXPECT_EQ(nearest("bat", {"rat", "cat"}), "cat");       // the first by name of equally near ones
  EXPECT_EQ(nearest("email", {"email"}), std::nullopt);
}

TEST(Text, StripsOuterParentheses) {
  EXPECT_EQ(strip_outer_parentheses("  ( ( a + b ) )\n"), "a + b");
  EXPECT_EQ(strip_outer_parentheses("(a) + (b)"), "(a) + (b)");
  EXPECT_EQ(strip_outer_parentheses("(a = ')')"), "a = ')'");
  EXPECT_EQ(strip_outer_parentheses("(\")\" = $$)$$)"), "\")\" = $$)$$");
  EXPECT_EQ(strip_outer_parentheses("(E'\\')' || x)"), "E'\\')' || x");
  EXPECT_EQ(strip_outer_parentheses("($a$ $$ ) $a$)"), "$a$ $$ ) $a$");
  EXPECT_EQ(strip_outer_parentheses("(a /* ) /* ) */ */)"), "a /* ) /* ) */ */");
  EXPECT_EQ(strip_outer_parentheses("(a -- )\n)"), "a -- )\n");
  EXPECT_EQ(strip_outer_parentheses("(a -- b  \n  )"), "a -- b  \n");
  EXPECT_EQ(strip_outer_parentheses("(a -- )"), "(a -- )");
  EXPECT_EQ(strip_outer_parentheses("('x)"), "('x)");
  EXPECT_EQ(strip_outer_parentheses(""), "");
  EXPECT_EQ(strip_outer_parentheses("()"), "");
}

TEST(Text, MakesObjectNamesAsPostgresDoes) {
  EXPECT_EQ(make_object_name("users", "email", "key"), "users_email_key");
  EXPECT_EQ(make_object_name("users", "", "pkey"), "users_pkey");
  EXPECT_EQ(make_object_name("users", "email", ""), "users_email");
  const std::string forty(40, 'a');
  const std::string thirty(30, 'b');
  // 63 - 5 bytes of overhead leave 58: the longer part loses bytes first, then both in turn.
  EXPECT_EQ(make_object_name(forty, thirty, "key"), std::string(29, 'a') + "_" + std::string(29, 'b') + "_key");
  EXPECT_EQ(make_object_name(std::string(80, 'a'), "c", "idx"), std::string(57, 'a') + "_c_idx");
  // 29 bytes end inside a two-byte character, which goes whole.
  std::string umlauts;
  for (int i = 0; i < 30; ++i) umlauts += "ä";
  EXPECT_EQ(make_object_name(umlauts, umlauts, "key"), umlauts.substr(0, 28) + "_" + umlauts.substr(0, 28) + "_key");
  EXPECT_TRUE(fits_identifier(std::string(63, 'x')));
  EXPECT_FALSE(fits_identifier(std::string(64, 'x')));
}

TEST(SqlScan, CutsLexemes) {
  constexpr auto sql = "SELECT 1.5e-3, E'a\\'b' || U&\"x\"::text -- end"sv;
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, i);
    EXPECT_TRUE(lexeme.closed);
    if (lexeme.kind != LexemeKind::blank) seen.emplace_back(sql.substr(lexeme.begin, lexeme.end - lexeme.begin));
    i = lexeme.end;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"SELECT", "1.5e-3", ",", "E'a\\'b'", "|", "|", "U&\"x\"", ":", ":", "text",
                                            "-- end"}));
  EXPECT_FALSE(scan_lexeme("'open", 0).closed);
  EXPECT_FALSE(scan_lexeme("/* /* */", 0).closed);
  EXPECT_EQ(scan_lexeme("a$b$c", 0).end, 5u);
}

}  // namespace
}  // namespace lpc
