#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "ast/dump.h"
#include "frontend/parse.h"

namespace lpc::frontend {
namespace {

struct Parsed {
  SourceMap sources;
  diag::Sink sink;
  ast::File file;

  explicit Parsed(std::string text) { file = parse(sources.add("test.lp", std::move(text)), sources, sink); }

  /// "LP1004 3:5 column `x` has no type; …", one line each, in order of place.
  std::string mistakes() const {
    std::vector<std::pair<std::uint32_t, std::string>> lines;
    for (const diag::Diagnostic& diagnostic : sink.all()) {
      const Position at = sources.at(0).position(diagnostic.span.begin);
      std::ostringstream line;
      line << diag::code_text(diagnostic.code) << ' ' << at.line << ':' << at.column << ' ' << diagnostic.message << '\n';
      lines.emplace_back(diagnostic.span.begin, line.str());
    }
    std::sort(lines.begin(), lines.end());
    std::string out;
    for (const auto& line : lines) out += line.second;
    return out;
  }
  const ast::Decl& only() const {
    EXPECT_EQ(mistakes(), "");
    EXPECT_EQ(file.declarations.size(), 1u);
    return file.declarations.at(0);
  }
  std::string text(const Span& span) const { return std::string(sources.text(span)); }
};

std::string read_input(const std::string& name) {
  std::ifstream in(std::string(LPC_SOURCE_DIR) + "/tests/unit/inputs/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string codes(const std::string& text) {
  const Parsed parsed(text);
  std::string out;
  for (const diag::Diagnostic& diagnostic : parsed.sink.all()) out += (out.empty() ? "" : " ") + diag::code_text(diagnostic.code);
  return out;
}

// ---- trees

TEST(Parse, EveryConstructOfTheGrammar) {
  const Parsed parsed(read_input("every_construct.lp"));
  EXPECT_EQ(parsed.mistakes(), "");
  EXPECT_EQ(parsed.file.imports.size(), 3u);
  ASSERT_EQ(parsed.file.declarations.size(), 16u);
  EXPECT_EQ(parsed.file.declarations[8].kind, "schema");
  EXPECT_EQ(parsed.file.declarations[8].members.size(), 27u);
  EXPECT_EQ(parsed.file.declarations[9].kind, "foreign_data_wrapper");
  EXPECT_EQ(parsed.file.declarations[14].kind, "subscription");
}

TEST(Parse, ColumnsWithTheirClauses) {
  const Parsed parsed(R"(
table shop.users {
    --- Who it is.
    --- Never used twice.
    id bigint identity (start with 10 cache 5) primary key
    "Full Name" character varying ( 40 ) [] not null default ('a' || 'b')
    boss_id bigint references users (id) on delete set null
})");
  const ast::Decl& table = parsed.only();
  EXPECT_EQ(table.name.dotted(), "shop.users");
  EXPECT_EQ(table.name.qualifier(), "shop");
  ASSERT_EQ(table.members.size(), 3u);
  const ast::Decl& id = table.members[0];
  EXPECT_EQ(id.kind, "column");
  EXPECT_EQ(id.doc, "Who it is.\nNever used twice.");
  ASSERT_NE(id.clause("identity"), nullptr);
  EXPECT_EQ(id.clause("identity")->clause("cache")->value(ast::Shape::number)->text, "5");
  ASSERT_EQ(id.members.size(), 1u);
  EXPECT_EQ(id.members[0].kind, "inline_constraint");
  const ast::Decl& name = table.members[1];
  EXPECT_EQ(name.name.last(), "Full Name");
  EXPECT_EQ(name.value(ast::Shape::type)->text, "character varying(40)[]");
  const ast::Value* const value = name.clause("default")->value(ast::Shape::expression);
  EXPECT_EQ(value->text, "'a' || 'b'");
  EXPECT_EQ(parsed.text(value->span), value->text);
  EXPECT_EQ(table.members[2].members[0].clause("on_delete")->word_value(), "set null");
}

TEST(Parse, FoldsNamesAndKeyWords) {
  const Parsed parsed("TABLE Users { ID BigInt NOT NULL \"Größe\" INT straße TEXT }");
  const ast::Decl& table = parsed.only();
  EXPECT_EQ(table.name.last(), "users");
  EXPECT_EQ(table.members[0].name.last(), "id");
  EXPECT_EQ(table.members[0].value(ast::Shape::type)->text, "bigint");
  EXPECT_TRUE(table.members[0].has("not_null"));
  EXPECT_EQ(table.members[1].name.last(), "Größe");
  EXPECT_EQ(table.members[2].name.last(), "straße");
}

TEST(Parse, StringsGiveTheirValues) {
  const Parsed parsed(R"(
role a comment 'it''s'
role b comment E'tab\t\x41\101\u00e9\\'
role c comment U&'\0061\+01F600'
role d comment $x$ $$ 'raw' $x$
)");
  ASSERT_EQ(parsed.mistakes(), "");
  const auto comment = [&](std::size_t i) { return parsed.file.declarations.at(i).clause("comment")->value(ast::Shape::string)->text; };
  EXPECT_EQ(comment(0), "it's");
  EXPECT_EQ(comment(1), "tab\tAAé\\");
  EXPECT_EQ(comment(2), "a😀");
  EXPECT_EQ(comment(3), " $$ 'raw' ");
}

TEST(Parse, SpansCoverFragmentsExactly) {
  const std::string text = "view v as (  select 1 -- one\n  from t  )\nfunction f() returns int begin atomic select 1; end";
  const Parsed parsed(text);
  ASSERT_EQ(parsed.mistakes(), "");
  const ast::Value* const query = parsed.file.declarations[0].clause("as")->value(ast::Shape::sql);
  EXPECT_EQ(query->text, "select 1 -- one\n  from t");
  EXPECT_EQ(parsed.text(query->span), query->text);
  const ast::Value* const body = parsed.file.declarations[1].clause("atomic")->value(ast::Shape::sql);
  EXPECT_EQ(body->text, "select 1;");
  EXPECT_EQ(parsed.text(body->span), body->text);
  EXPECT_EQ(parsed.text(parsed.file.declarations[0].span), text.substr(0, text.find("\nfunction")));
}

TEST(Parse, SchemaBlocksHoldTheirDeclarations) {
  const Parsed parsed("schema s owner o {\n  table a { x int }\n  external view v as (select 1)\n}\ntable b {}");
  ASSERT_EQ(parsed.mistakes(), "");
  ASSERT_EQ(parsed.file.declarations.size(), 2u);
  const ast::Decl& schema = parsed.file.declarations[0];
  EXPECT_EQ(schema.members.size(), 2u);
  EXPECT_TRUE(schema.members[1].external);
  EXPECT_EQ(parsed.text(schema.span).back(), '}');
}

TEST(Parse, HintsAndDocsGoWithWhatFollows) {
  const Parsed parsed(R"(
@renamed_from(old_users)
--- Documented.
---- a ruler
table users {
    @using(old::int + 1) @allow(LP4001, 'because', 3)
    --- Inner.
    id int
    constraint c --- Trailing words document what follows.
        check (id > 0)
    @deprecated("gone") unique (id)
})");
  const ast::Decl& table = parsed.only();
  EXPECT_EQ(table.hint("renamed_from")->arguments[0].name.last(), "old_users");
  EXPECT_EQ(table.doc, "Documented.");
  EXPECT_EQ(parsed.text(table.span).substr(0, 5), "table");
  const ast::Decl& id = table.members[0];
  EXPECT_EQ(id.hint("using")->arguments[0].shape, ast::Shape::expression);
  EXPECT_EQ(id.hint("using")->arguments[0].text, "old::int + 1");
  ASSERT_EQ(id.hint("allow")->arguments.size(), 3u);
  EXPECT_EQ(id.hint("allow")->arguments[1].text, "because");
  EXPECT_EQ(id.doc, "Inner.");
  EXPECT_EQ(table.members[2].hint("deprecated")->arguments[0].name.last(), "gone");
}

/// Newlines carry no meaning except where a line could as well go on with the one before: there its place tells.
TEST(Parse, LayoutTellsMembersApart) {
  const Parsed parsed(R"(
table t {
    a int
    check (a > 0)
    b int
        check (b > 0)
    c text unique
    index (c)
    d interval
    year int
    unique index (d)
    partition p for values in (1)
    owner text
    e bit
    varying int
    f
        text
    not null
    g int, check (g > 0)
})");
  const ast::Decl& table = parsed.only();
  std::string kinds;
  for (const ast::Decl& member : table.members) kinds += member.kind + (member.members.empty() ? " " : "+ ");
  EXPECT_EQ(kinds, "column constraint column+ column+ index column column index partition column column column column column constraint ");
  EXPECT_TRUE(table.members[12].has("not_null"));
}

TEST(Parse, UniformShape) {
  const Parsed parsed("collation german owner x { provider = icu  locale = 'de', deterministic = false }");
  const ast::Decl& collation = parsed.only();
  EXPECT_TRUE(collation.uniform);
  EXPECT_EQ(collation.kind, "collation");
  EXPECT_EQ(collation.name.last(), "german");
  EXPECT_EQ(collation.all("key").size(), 3u);
  EXPECT_EQ(collation.all("key")[1]->value(ast::Shape::string)->text, "de");
}

TEST(Parse, OperatorsAreNames) {
  const Parsed parsed("operator shop.=== (box, box) { function = same  commutator = ===  negator = operator(shop.!==) }");
  const ast::Decl& declared = parsed.only();
  EXPECT_EQ(declared.kind, "operator");
  EXPECT_EQ(declared.name.qualifier(), "shop");
  EXPECT_EQ(declared.name.last(), "===");
  EXPECT_EQ(declared.all("key").size(), 3u);
}

TEST(Parse, LanguagesAreToldFromClauses) {
  const Parsed parsed("function f() returns int\nlanguage sql\nas $$ select 1 $$\nlanguage plsample { handler = f }\nfunction g() returns int as $$ select 1 $$\nlanguage sql\n"
                      "collation german { locale = 'de' }\n");
  EXPECT_EQ(parsed.mistakes(), "");
  std::string kinds;
  for (const ast::Decl& decl : parsed.file.declarations) kinds += decl.kind + " ";
  EXPECT_EQ(kinds, "function language function collation ");
}

TEST(Parse, ManyDeclarationsInAChunkAndOnALine) {
  const Parsed parsed("extension a extension b role c domain d text table e { x int } enum f { y } role g");
  EXPECT_EQ(parsed.mistakes(), "");
  EXPECT_EQ(parsed.file.declarations.size(), 7u);
}

TEST(Parse, EmptyTexts) {
  EXPECT_EQ(codes(""), "");
  EXPECT_EQ(codes(" \n\t-- nothing\n/* at all */"), "");
}

TEST(Parse, NamesThatNeedQuotes) {
  for (const char* name : {"users", "status", "name", "type", "owner", "data", "match"}) EXPECT_FALSE(needs_quotes_in_lp(name)) << name;
  for (const char* name : {"index", "check", "policy", "comment", "Users", "select", "user", "1a", "a b", "", "größe"}) EXPECT_TRUE(needs_quotes_in_lp(name)) << name;
}

// ---- mistakes

TEST(ParseErrors, FiveMistakesGiveFiveDiagnostics) {
  const Parsed parsed(R"(extension citext
tabel users { id int }
table a {
    id bigint
    email
    name text not nul
    check a > 0
    good int
}
domain email citext chek (value > 0)
table fine { id int }
)");
  EXPECT_EQ(parsed.mistakes(),
            "LP1007 2:1 `tabel` isn't something that can be declared here\n"
            "LP1004 5:5 column `email` has no type; write one after the name\n"
            "LP1001 6:19 unexpected `nul`; expected `null`\n"
            "LP1001 7:11 unexpected `a`; expected `(`\n"
            "LP1001 10:21 unexpected `chek`; expected a clause of a domain\n");
  ASSERT_EQ(parsed.file.declarations.size(), 3u);
  EXPECT_EQ(parsed.file.declarations[1].members.size(), 2u);    // members with mistakes are left out
  EXPECT_EQ(parsed.file.declarations[2].name.last(), "fine");
}

TEST(ParseErrors, SuggestNearWords) {
  const Parsed parsed("tabel a {}\ntable b {\n  id int primry key\n  x int refrences b (id)\n}\nfunction f() retuns int as 'x'");
  ASSERT_EQ(parsed.sink.all().size(), 4u);
  for (const diag::Diagnostic& diagnostic : parsed.sink.all()) {
    ASSERT_EQ(diagnostic.notes.size(), 1u) << diagnostic.message;
    EXPECT_EQ(diagnostic.fixes.size(), 1u);
  }
  EXPECT_EQ(parsed.sink.all()[0].fixes[0].edits[0].text, "table");
  EXPECT_EQ(parsed.sink.all()[1].fixes[0].edits[0].text, "primary");
}

TEST(ParseErrors, ColumnsWithoutTypesThatWouldParse) {
  const Parsed parsed("table t {\n    email\n    name text\n    note text\n    created\n}");
  EXPECT_EQ(parsed.mistakes(),
            "LP1004 2:5 column `email` has no type; write one after the name\n"
            "LP1004 5:5 column `created` has no type; write one after the name\n");
}

TEST(ParseErrors, MistakesInsidePartitionsStayThere) {
  EXPECT_EQ(Parsed("table p partition by list (a) {\n  a int\n  partition q for values in (1) {\n    extra\n    check (a > 0)\n  }\n  partition r default\n}").mistakes(),
            "LP1004 4:5 column `extra` has no type; write one after the name\n");
}

TEST(ParseErrors, UnclosedBracketsAreReportedWhereTheyOpen) {
  EXPECT_EQ(Parsed("schema s {\n    table a {\n        id int\n\n    table b {\n        id int\n    }\n    table c {\n        x int check (x > 0\n    }\n}\n").mistakes(),
            "LP1002 2:13 `{` is never closed; add the closing `}`\n"
            "LP1002 9:21 `(` is never closed; add the closing `)`\n");
  EXPECT_EQ(Parsed("schema s {\n    table a {\n        id int\n}\n").mistakes(), "LP1002 2:13 `{` is never closed; add the closing `}`\n");
  EXPECT_EQ(Parsed("function f() begin atomic select 1;").mistakes(), "LP1002 1:14 `begin atomic` is never closed; add the closing `end`\n");
}

TEST(ParseErrors, UnclosedTextsAreReportedWhereTheyOpen) {
  EXPECT_EQ(Parsed("table a { x text default 'abc\n}\ntable b { y text default 'x' }\n").mistakes(),
            "LP1002 1:26 this string is never closed; add the closing `'`\n");
  EXPECT_EQ(Parsed("table a { x int }\ntable \"b { x int }\ntable c { x int }\n").mistakes(),
            "LP1002 2:7 this quoted name is never closed; add the closing `\"`\n");
  EXPECT_EQ(Parsed("function f() language sql as $$ select 1\n\nfunction g() language sql as $$ select 1 $$\n").mistakes(),
            "LP1002 1:30 this string is never closed; add the closing `$$`\n");
  EXPECT_EQ(Parsed("table a { x int }\n/* never /* nested */\ntable b { x in }\n").mistakes(),
            "LP1002 2:1 this comment is never closed; add the closing `*/`\n");
}

TEST(ParseErrors, WhatThisVersionLeavesOut) {
  EXPECT_EQ(codes("mixin m(x: table) { ${x} bigint }"), "LP3010");
  EXPECT_EQ(codes("import std.timestamps"), "LP3010");
  EXPECT_EQ(codes("table t { id int\n mix timestamps }"), "LP3010");
  EXPECT_EQ(codes("mixin elsewhere { host = 'x' }"), "LP3010");
}

TEST(ParseErrors, Strays) {
  EXPECT_EQ(codes("}"), "LP1001");
  EXPECT_EQ(codes("table a { x int; y int }"), "LP1001");
  EXPECT_EQ(codes("create table a (x int);"), "LP1007");
  EXPECT_EQ(codes("schema a { schema b { } }"), "LP1001");
  EXPECT_EQ(codes("sequence"), "LP1001");
  EXPECT_EQ(codes("@hint"), "LP1001");
}

// ---- any bytes

TEST(ParseRobustness, DeepNestingIsRefused) {
  EXPECT_EQ(codes("table a { x int default " + std::string(10000, '(') + "1" + std::string(10000, ')') + " }\ntable b { y int }"), "LP1001");
  EXPECT_EQ(codes(std::string(100000, '{')), "LP1001");
  EXPECT_EQ(codes("view v as (" + std::string(200, '(') + std::string(200, ')') + ")"), "");
}

TEST(ParseRobustness, MegabytesOfGarbage) {
  std::mt19937 random(1);
  const std::string letters = "abcdefgh (){}[]'\"$;,.\n\t0123456789-/*@:=";
  std::string garbage(10'000'000, ' ');
  for (char& c : garbage) c = letters[random() % letters.size()];
  EXPECT_NE(codes(garbage), "");
  std::string hints;
  for (int i = 0; i < 300000; ++i) hints += "@a(x)\n";
  EXPECT_EQ(codes(hints + "5"), "LP1001");
  std::string tags;
  for (int i = 0; i < 100000; ++i) tags += "function f() as $a" + std::to_string(i) + "$\ntable x\n";
  EXPECT_NE(codes(tags), "");
}

/// Cut off, flipped or reordered, a text gives a tree or diagnostics, and formatting stands it as well.
TEST(ParseRobustness, DamagedTexts) {
  const std::string text = read_input("every_construct.lp");
  std::mt19937 random(7);
  for (std::size_t length = 0; length < text.size(); length += 1 + length % 13) Parsed(text.substr(0, length));
  for (int round = 0; round < 600; ++round) {
    std::string damaged = text;
    for (int i = 0; i <= round % 5; ++i) {
      const std::size_t at = random() % damaged.size();
      switch (random() % 4) {
        case 0: damaged[at] = static_cast<char>(1 + random() % 127); break;
        case 1: damaged.erase(at, random() % 40); break;
        case 2: damaged.insert(at, text, random() % text.size(), random() % 40); break;
        default: damaged[at] = "(){}[]'\"$,;@"[random() % 12];
      }
    }
    SourceMap sources;
    diag::Sink sink;
    const auto formatted = format(sources.add("damaged.lp", damaged), sources, sink);
    if (!formatted) continue;
    diag::Sink again;
    EXPECT_EQ(format(sources.add("formatted.lp", *formatted), sources, again), formatted);
  }
}

TEST(ParseRobustness, TimeGrowsWithTheText) {
  const auto seconds = [](int tables) {
    std::string text = "schema s {\n";
    for (int i = 0; i < tables; ++i) text += "    table t" + std::to_string(i) + " {\n        id bigint primary key\n        name text not null default 'x'\n    }\n";
    const auto begin = std::chrono::steady_clock::now();
    const Parsed parsed(text + "}\n");
    EXPECT_EQ(parsed.only().members.size(), static_cast<std::size_t>(tables));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  seconds(100);
  EXPECT_LT(seconds(20000), 40 * seconds(2000) + 0.1);
}

TEST(Tokens, JoinToTheSource) {
  const std::string text = read_input("every_construct.lp") + " \xC3\xA9 $1 'open";
  SourceMap sources;
  const FileId file = sources.add("test.lp", text);
  std::string joined;
  for (const Token& token : tokens(file, sources)) joined += sources.text(token.span);
  EXPECT_EQ(joined, text);
}

}  // namespace
}  // namespace lpc::frontend
