#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "diag/diagnostic.h"
#include "diag/explain.h"
#include "diag/render.h"
#include "diag/sink.h"
#include "diag/snippet.h"

namespace lpc::diag {
namespace {

using nlohmann::json;

// ---- registry

/// How many arguments a message takes: each `{}` one, or as many as there are different numbers in `{0}`.
std::size_t placeholder_count(std::string_view message) {
  std::size_t unnamed = 0;
  std::set<char> numbered;
  for (std::size_t i = 0; i + 1 < message.size(); ++i) {
    if (message[i] != '{') continue;
    if (message[i + 1] == '}') ++unnamed;
    if (message[i + 1] >= '0' && message[i + 1] <= '9') numbered.insert(message[i + 1]);
    if (message[i + 1] == '{') ++i;
  }
  return unnamed + numbered.size();
}

/// The commas between the arguments of a C++ call, from `begin` inside its parentheses to their end.
std::size_t commas_in_call(std::string_view text, std::size_t begin) {
  std::size_t commas = 0;
  std::size_t depth = 1;
  char quote = '\0';
  for (std::size_t i = begin; i < text.size() && depth > 0; ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == '\\') ++i;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 1) {
      ++commas;
    }
  }
  return commas;
}

TEST(Registry, MessagesKeepTheRules) {
  std::set<std::string_view> names;
  for (const CodeInfo& entry : all_codes()) {
    SCOPED_TRACE(code_text(entry.code));
    EXPECT_FALSE(entry.message.empty());
    EXPECT_FALSE(entry.message.front() >= 'A' && entry.message.front() <= 'Z') << "starts lower case";
    EXPECT_FALSE(entry.message.ends_with('.')) << "no final period";
    EXPECT_TRUE(names.insert(entry.name).second) << "the name is used once";
    EXPECT_TRUE(entry.name.starts_with('k'));
    const auto range = static_cast<unsigned>(entry.code) / 1000;
    EXPECT_TRUE(range >= 1 && range <= 7);
    EXPECT_EQ(&info(entry.code), &entry);
  }
}

TEST(Registry, CodesAreWrittenWithFourDigits) { EXPECT_EQ(code_text(Code::kUnknownType), "LP2003"); }

TEST(Registry, EveryCodeHasAPageAndEveryPageACode) {
  std::set<std::string> codes;
  for (const CodeInfo& entry : all_codes()) codes.insert(code_text(entry.code));
  std::set<std::string> pages;
  for (const Page& page : all_pages()) {
    SCOPED_TRACE(page.code);
    pages.insert(std::string(page.code));
    EXPECT_TRUE(page.markdown.starts_with("# " + std::string(page.code) + ": ")) << "the title names the code";
    EXPECT_NE(page.markdown.find("\n## Example\n"), std::string_view::npos);
    EXPECT_NE(page.markdown.find("\n## What to do\n"), std::string_view::npos);
  }
  for (const std::string& code : codes) EXPECT_TRUE(pages.contains(code)) << "docs/diagnostics/" << code << ".md is missing";
  for (const std::string& page : pages) EXPECT_TRUE(codes.contains(page)) << page << " is not in diagnostics.def";
}

TEST(Explain, TakesTheCodeInAnySpelling) {
  for (const char* spelling : {"LP2003", "lp2003", "2003", " LP2003 "}) {
    const auto page = explain(spelling);
    ASSERT_TRUE(page) << spelling;
    EXPECT_TRUE(page->starts_with("# LP2003: ")) << *page;
  }
  const auto unknown = explain("LP20003");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.failure().code, "LP7012");
  EXPECT_NE(unknown.failure().hint.find("did you mean"), std::string::npos);
}

// The message is a format that fmt reads at run time, so the compiler can't count the arguments of a `make` call.
TEST(Registry, CallsGiveAsManyArgumentsAsTheMessageTakes) {
  std::map<std::string, std::size_t> wanted;
  for (const CodeInfo& entry : all_codes()) wanted[std::string(entry.name)] = placeholder_count(entry.message);
  const std::regex call(R"(\bmake\(\s*(?:diag::)?Code::(k\w+))");
  for (const char* folder : {"compiler", "runtime"}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(std::filesystem::path(LPC_SOURCE_DIR) / folder)) {
      if (file.path().extension() != ".cpp" && file.path().extension() != ".h") continue;
      std::ifstream stream(file.path());
      const std::string text((std::istreambuf_iterator<char>(stream)), {});
      for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match) {
        const std::string name = (*match)[1];
        const auto behind = static_cast<std::size_t>(match->position() + match->length());
        EXPECT_EQ(commas_in_call(text, behind), wanted[name] + 1) << name << " in " << file.path();
      }
    }
  }
}

// ---- sink and diagnostic

TEST(Sink, CountsErrors) {
  Sink sink;
  sink.add(make(Code::kEmptyProgram, {}, "`schema.lp`"));
  EXPECT_FALSE(sink.has_errors());
  sink.add(make(Code::kUnknownType, {}, "emial"));
  EXPECT_EQ(sink.error_count(), 1u);
  EXPECT_EQ(sink.all().size(), 2u);
}

TEST(Diagnostic, SuggestsNearNames) {
  const Span span{0, 4, 9};
  const Diagnostic near = make(Code::kUnknownType, span, "emial").with_suggestion("emial", {"email", "text"}, span);
  ASSERT_EQ(near.notes.size(), 1u);
  EXPECT_EQ(near.notes[0].message, "did you mean `email`?");
  ASSERT_EQ(near.fixes.size(), 1u);
  EXPECT_EQ(near.fixes[0].edits[0].text, "email");
  const Diagnostic far = make(Code::kUnknownType, span, "colour").with_suggestion("colour", {"email", "text"}, span);
  EXPECT_TRUE(far.notes.empty());
}

// ---- rendering

class Rendering : public testing::Test {
 protected:
  Rendering() {
    schema_ = sources_.add("schema.lp", "schema shop {\n    domain email text\n    table users {\n\temail emial\n    }\n}\n");
  }

  Span span_of(std::string_view words) const {
    const auto begin = static_cast<std::uint32_t>(sources_.at(schema_).text().find(words));
    return {schema_, begin, begin + static_cast<std::uint32_t>(words.size())};
  }

  Diagnostic sample() const {
    return make(Code::kUnknownType, span_of("emial"), "emial")
        .with_suggestion("emial", {"email"}, span_of("emial"))
        .with_note("declared here", span_of("email text"));
  }

  std::string show(const std::vector<Diagnostic>& diagnostics, Format format) const {
    return render(diagnostics, sources_, {format, false});
  }

  SourceMap sources_;
  FileId schema_;
};

TEST_F(Rendering, TextShowsLineCaretNotesAndFixes) {
  EXPECT_EQ(show({sample()}, Format::text),
            "schema.lp:4:8: error[LP2003]: unknown type `emial`; declare it, or add the extension that brings it\n"
            "    4 |     email emial\n"
            "      |           ^^^^^\n"
            "note: did you mean `email`?\n"
            "schema.lp:2:12: note: declared here\n"
            "    2 |     domain email text\n"
            "      |            ^^^^^^^^^^\n"
            "fix: replace `emial` with `email`\n");
}

TEST_F(Rendering, TextWithoutAPlaceIsOneLine) {
  EXPECT_EQ(show({make(Code::kEmptyProgram, {}, "`a.lp`")}, Format::text),
            "warning[LP3007]: `a.lp` declares nothing; a plan for it would drop all that lpc manages\n");
}

TEST_F(Rendering, SortsByPlaceAndCode) {
  const std::vector<Diagnostic> some = {make(Code::kEmptyProgram, {}, "x"), sample(),
                                        make(Code::kUnknownSchema, span_of("shop"), "shop")};
  std::vector<Diagnostic> turned(some.rbegin(), some.rend());
  const std::string text = show(some, Format::text);
  EXPECT_EQ(text, show(turned, Format::text));
  EXPECT_LT(text.find("LP2006"), text.find("LP2003"));
  EXPECT_LT(text.find("LP2003"), text.find("LP3007"));
}

TEST_F(Rendering, ColourIsOnlyPaint) {
  std::string painted = render({sample()}, sources_, {Format::text, true});
  EXPECT_NE(painted.find("\x1b[1;31m"), std::string::npos);
  for (std::size_t at; (at = painted.find('\x1b')) != std::string::npos;) {
    painted.erase(at, painted.find('m', at) - at + 1);
  }
  EXPECT_EQ(painted, show({sample()}, Format::text));
}

TEST_F(Rendering, JsonHasTheDocumentedShape) {
  const json document = json::parse(show({sample(), make(Code::kEmptyProgram, {}, "x")}, Format::json));
  ASSERT_EQ(document.size(), 2u);
  EXPECT_EQ(document[0], json::parse(R"json({
    "code": "LP2003", "severity": "error",
    "message": "unknown type `emial`; declare it, or add the extension that brings it",
    "file": "schema.lp",
    "span": {"start": {"line": 4, "column": 8, "offset": 61}, "end": {"line": 4, "column": 13, "offset": 66}},
    "notes": [
      {"message": "did you mean `email`?"},
      {"message": "declared here", "file": "schema.lp",
       "span": {"start": {"line": 2, "column": 12, "offset": 25}, "end": {"line": 2, "column": 22, "offset": 35}}}
    ],
    "fixes": [
      {"description": "replace `emial` with `email`",
       "edits": [{"span": {"start": {"line": 4, "column": 8, "offset": 61}, "end": {"line": 4, "column": 13, "offset": 66}},
                  "text": "email"}]}
    ]
  })json"));
  EXPECT_FALSE(document[1].contains("file"));
  EXPECT_EQ(show({}, Format::json), "[]\n");
}

TEST_F(Rendering, SarifNamesRulesAndPlaces) {
  const json document = json::parse(show({sample(), make(Code::kEmptyProgram, {}, "x")}, Format::sarif));
  EXPECT_EQ(document["version"], "2.1.0");
  const json& run = document["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["rules"][0]["id"], "LP2003");
  EXPECT_EQ(run["tool"]["driver"]["rules"][0]["name"], "UnknownType");
  EXPECT_EQ(run["columnKind"], "unicodeCodePoints");
  const json& result = run["results"][0];
  EXPECT_EQ(result["ruleIndex"], 0);
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "schema.lp");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["region"],
            json({{"startLine", 4}, {"startColumn", 8}, {"endLine", 4}, {"endColumn", 13}}));
  EXPECT_EQ(result["relatedLocations"][0]["message"]["text"], "declared here");
  EXPECT_EQ(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "email");
  EXPECT_EQ(run["results"][1]["ruleIndex"], 1);
  EXPECT_FALSE(run["results"][1].contains("locations"));
}

TEST_F(Rendering, GithubEscapes) {
  SourceMap sources;
  const FileId file = sources.add("a,b:c%.lp", "x");
  const Diagnostic diagnostic = make(Code::kBadSql, {file, 0, 1}, "100%\nsecond: line");
  EXPECT_EQ(render({diagnostic}, sources, {Format::github, false}),
            "::error file=a%2Cb%3Ac%25.lp,line=1,endLine=1,col=1,endColumn=2,title=LP1005::"
            "this SQL doesn't parse: 100%25%0Asecond: line\n");
  EXPECT_EQ(show({make(Code::kStaleHint, {}, "renamed_from", "table x")}, Format::github).substr(0, 23), "::notice title=LP3008::");
}

TEST(FailureRendering, LooksLikeADiagnostic) {
  const Failure failure{"LP6001", "can't reach the server", "start it", "connection refused\nat localhost\n"};
  EXPECT_EQ(render(failure, {}),
            "error[LP6001]: can't reach the server\n  connection refused\n  at localhost\nhint: start it\n");
  const json document = json::parse(render(failure, {Format::json, false}));
  EXPECT_EQ(document[0]["code"], "LP6001");
  EXPECT_EQ(document[0]["notes"][1]["message"], "start it");
  EXPECT_EQ(render(Failure::reported(), {}), "");
  EXPECT_EQ(render(Failure::reported(), {Format::json, false}), "[]\n");
}

TEST(FailureRendering, SurvivesBytesThatAreNotUtf8) {
  const Failure failure{"LP6003", "bad \xE9\xE9 bytes", "", "\xFF"};
  EXPECT_FALSE(json::parse(render(failure, {Format::json, false})).empty());
  EXPECT_FALSE(render(failure, {}).empty());
}

// ---- snippets

TEST(Snippet, AlignsTabsAndWideCharacters) {
  const std::string line = "\t表 x ä";
  const Snippet wide = make_snippet(line, 1, 4);
  EXPECT_EQ(wide.text, "    表 x ä");
  EXPECT_EQ(wide.carets, "    ^^");
  EXPECT_EQ(make_snippet(line, 5, 6).carets, "       ^");
  EXPECT_EQ(make_snippet("e\u0301x", 3, 4).carets, " ^");
}

TEST(Snippet, PointsAtTheEndOfALine) {
  EXPECT_EQ(make_snippet("abc", 3, 3).carets, "   ^");
  EXPECT_EQ(make_snippet("", 0, 10).carets, "^");
  EXPECT_EQ(make_snippet("abc", 1, 99).carets, " ^^");
}

TEST(Snippet, CutsLongLinesAroundTheCaret) {
  const std::string line = std::string(100000, 'a') + "X" + std::string(100000, 'b');
  const Snippet middle = make_snippet(line, 100000, 100001);
  EXPECT_EQ(middle.text, "…" + std::string(40, 'a') + "X" + std::string(59, 'b') + "…");
  EXPECT_EQ(middle.carets, std::string(41, ' ') + "^");
  const Snippet start = make_snippet(line, 2, 200000);
  EXPECT_EQ(start.text, std::string(100, 'a') + "…");
  EXPECT_EQ(start.carets, "  " + std::string(98, '^'));
  const Snippet end = make_snippet(line, line.size(), line.size());
  EXPECT_EQ(end.text, "…" + std::string(100, 'b'));
  EXPECT_EQ(end.carets, std::string(101, ' ') + "^");
}

TEST(Snippet, KeepsControlCharactersFromTheTerminal) {
  EXPECT_EQ(make_snippet("a\x1b[31mb", 0, 1).text, "a\uFFFD[31mb");
  EXPECT_EQ(printable("a\x1b\tb\n\u202Ec"), "a\uFFFD b\n\uFFFDc");
}

}  // namespace
}  // namespace lpc::diag
