// Programs as wholes: imports, schemas, hints, names.
#include <gtest/gtest.h>

#include <map>

#include "frontend/parse.h"
#include "sema/module.h"

namespace lpc::sema {
namespace {

class Program {
 public:
  explicit Program(std::map<std::string, std::string> others = {}) : others_(std::move(others)) {}

  Module analyze(const std::vector<std::pair<std::string, std::string>>& sources) {
    std::vector<ast::File> files;
    for (const auto& [path, text] : sources) files.push_back(frontend::parse(sources_.add(path, text), sources_, sink));
    return sema::analyze(std::move(files), sources_, [&](const std::string& path) { return read(path); }, sink);
  }

  std::vector<std::string> codes() const {
    std::vector<std::string> result;
    for (const diag::Diagnostic& diagnostic : sink.all()) result.push_back(diag::code_text(diagnostic.code));
    return result;
  }

  diag::Sink sink;
  std::vector<std::string> read_paths;

 private:
  std::optional<ast::File> read(const std::string& path) {
    read_paths.push_back(path);
    const auto found = others_.find(path);
    if (found == others_.end()) return std::nullopt;
    return frontend::parse(sources_.add(path, found->second), sources_, sink);
  }

  SourceMap sources_;
  std::map<std::string, std::string> others_;
};

using Texts = std::vector<std::string>;

std::vector<std::string> placed(const Module& module) {
  std::vector<std::string> result;
  for (const Placed& each : module.declarations) result.push_back(each.schema + ":" + each.decl.kind + ":" + each.decl.name.dotted());
  if (module.implies_public) result.pop_back();
  return result;
}

TEST(Sema, PlacesDeclarationsInTheirSchemas) {
  Program program;
  const Module module = program.analyze({{"a.lp", "table t { id bigint }\nschema shop {\n  table u { id bigint }\n  grant usage to x\n}\nextension citext\n"}});
  EXPECT_EQ(program.codes(), Texts());
  EXPECT_EQ(placed(module), Texts({"public:table:t", "shop:schema:shop", "shop:table:u", "public:extension:citext"}));
  EXPECT_EQ(module.schemas, Texts({"public", "shop"}));
  ASSERT_TRUE(module.implies_public);
  EXPECT_FALSE(module.declarations.back().external);
}

TEST(Sema, PublicIsNotManagedWhenNothingStandsThere) {
  Program program;
  const Module module = program.analyze({{"a.lp", "extension citext\nschema shop { table u { id bigint } }\nexternal table auth.users { id bigint }\n"}});
  EXPECT_EQ(program.codes(), Texts());
  EXPECT_EQ(module.schemas, Texts({"shop"}));
  ASSERT_TRUE(module.implies_public);
  EXPECT_TRUE(module.declarations.back().external);
}

TEST(Sema, ExternalSchemasAreNotManaged) {
  Program program;
  const Module module = program.analyze({{"a.lp", "external schema auth { table users { id bigint } }\n"}});
  EXPECT_EQ(module.schemas, Texts());
  ASSERT_EQ(module.declarations.size(), 3U);
  EXPECT_TRUE(module.declarations[1].external);
}

TEST(Sema, DefaultOwnersHoldInTheirFileOrBlock) {
  Program program;
  const Module module = program.analyze({{"a.lp", "schema s {\n  table t { id bigint }\n  default owner inner_owner\n}\ntable u { id bigint }\ndefault owner outer_owner\n"},
                                         {"b.lp", "table v { id bigint }\n"}});
  EXPECT_EQ(program.codes(), Texts());
  std::map<std::string, std::string> owners;
  for (const Placed& each : module.declarations) owners[each.decl.name.last()] = each.default_owner;
  EXPECT_EQ(owners["s"], "outer_owner");
  EXPECT_EQ(owners["t"], "inner_owner");
  EXPECT_EQ(owners["u"], "outer_owner");
  EXPECT_EQ(owners["v"], "");
}

TEST(Sema, ImportsAreFollowedOnce) {
  Program program({{"lib/b.lp", "import \"../a.lp\"\nimport \"c.lp\"\ntable b { id bigint }\n"}, {"lib/c.lp", "import \"./b.lp\"\ntable c { id bigint }\n"}});
  const Module module = program.analyze({{"a.lp", "import \"./lib/b.lp\"\ntable a { id bigint }\n"}});
  EXPECT_EQ(program.codes(), Texts());
  EXPECT_EQ(program.read_paths, Texts({"lib/b.lp", "lib/c.lp"}));
  EXPECT_EQ(placed(module), Texts({"public:table:a", "public:table:b", "public:table:c"}));
}

TEST(Sema, MissingImportsAreReported) {
  Program program;
  program.analyze({{"a.lp", "import \"./no.lp\"\nimport std.timestamps\ntable a { id bigint }\n"}});
  EXPECT_EQ(program.codes(), Texts({"LP3010", "LP2007"}));
}

TEST(Sema, HintsAreKnownOrReported) {
  Program program;
  program.analyze({{"a.lp", "@renamed_from(old)\ntable a {\n  @using(b::int)\n  b int\n  @backfill(0)\n  c int\n  @renamed_form(x)\n  d int\n}\n"}});
  EXPECT_EQ(program.codes(), Texts({"LP3010", "LP1008"}));
  ASSERT_EQ(program.sink.all()[1].notes.size(), 1U);
  EXPECT_EQ(program.sink.all()[1].notes[0].message, "did you mean `@renamed_from`?");
}

TEST(Sema, LongNamesAreReported) {
  Program program;
  program.analyze({{"a.lp", "table " + std::string(64, 'x') + " { id bigint }\ntable " + std::string(63, 'y') + " { id bigint }\n"}});
  EXPECT_EQ(program.codes(), Texts({"LP2009"}));
}

TEST(Sema, UnknownSchemasAreReportedOnce) {
  Program program;
  program.analyze({{"a.lp", "schema shop\ntable shpo.a { id bigint }\ntable shpo.b { id bigint }\ntable shop.c { id bigint }\n"}});
  EXPECT_EQ(program.codes(), Texts({"LP2006"}));
}

TEST(Sema, EmptyProgramsWarn) {
  Program program;
  program.analyze({{"a.lp", "-- nothing\n"}});
  EXPECT_EQ(program.codes(), Texts({"LP3007"}));
}

TEST(Sema, GrantsNeedAPlace) {
  Program program;
  program.analyze({{"a.lp", "grant usage to x\ntable t { id bigint }\n"}});
  EXPECT_EQ(program.codes(), Texts({"LP1007"}));
}

}  // namespace
}  // namespace lpc::sema
