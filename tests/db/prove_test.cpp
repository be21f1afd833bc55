// Building catalogs on a shadow, reading them back as Postgres has them, and proofs of plans in both directions.
#include "shadow/prove.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "scratch.h"
#include "shadow/differences.h"
#include "shadow/make_plan.h"
#include "shadow/materialise.h"

namespace lpc::test {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

constexpr const char* kBefore = R"(
  CREATE SCHEMA shop;
  CREATE TYPE shop.status AS ENUM ('new', 'paid');
  CREATE TABLE shop.users (id bigint PRIMARY KEY, email text NOT NULL, state shop.status DEFAULT 'new');
  CREATE VIEW shop.emails AS SELECT email FROM shop.users;
  CREATE TABLE shop.notes (id int))";

std::string statements(const std::vector<plan::Step>& steps) {
  std::string text;
  for (const plan::Step& step : steps) {
    for (const std::string& statement : step.sql) text += statement + ";\n";
  }
  return text;
}

class ShadowTest : public ScratchTest {
 protected:
  static plan::Scope shop() {
    plan::Scope scope;
    scope.schemas = {"shop"};
    return scope;
  }

  Result<shadow::ProvenPlan> prove_by_hand(const Catalog& live, const std::vector<plan::Step>& steps, const plan::Scope& scope) {
    plan::Plan plan;
    plan.role = "app_owner";
    plan.steps = steps;
    int number = 0;
    for (plan::Step& step : plan.steps) {
      step.id = ++number;
      if (!step.transactional) step.group = 100 + number;
    }
    return shadow::prove(server(), std::move(plan), {live, scope, nullptr}, fragments_, sink_);
  }

  static plan::Step step(const std::string& description, const std::string& statement, bool transactional = true) {
    plan::Step result;
    result.description = description;
    result.sql = {statement};
    result.transactional = transactional;
    return result;
  }
};

// ---- building -----------------------------------------------------------------------------------------------------------------------

TEST_F(ShadowTest, AMaterialisedCatalogReadsBackTheSame) {
  const Catalog live = catalog_of(kBefore);
  auto connection = server().create_database();
  ASSERT_TRUE(bool(connection));
  const Status built = shadow::materialise(server(), *connection, live, {.canonical = true}, sink_);
  ASSERT_TRUE(bool(built)) << words(built) << words(sink_);
  EXPECT_EQ(shadow::describe_differences(plan::restrict(live, shop()), plan::restrict(read(*connection), shop())), Texts{});
}

TEST_F(ShadowTest, SourcesBecomeWhatPostgresMakesOfThem) {
  const driver::Program program = compile(R"(schema shop {
  table users {
    id bigint primary key
    age int check (age>0 and age < 150)
  }
  view adults as (select id from users where age>=18)
}
)");
  const auto canonical = shadow::canonicalise(server(), program.catalog, {.sources = &sources_, .use_cache = false}, fragments_, sink_);
  ASSERT_TRUE(bool(canonical)) << words(canonical) << words(sink_);
  const Object* view = canonical->find(id("view shop.adults"));
  ASSERT_TRUE(view);
  EXPECT_NE(view->attributes.text("query").find("FROM shop.users"), std::string::npos) << view->attributes.text("query");
  EXPECT_FALSE(view->attributes.has("owner"));
  EXPECT_FALSE(view->origin.is_nowhere());
  EXPECT_FALSE(canonical->has(id("extension plpgsql")));
  for (const Object& object : canonical->objects()) {
    EXPECT_TRUE(object.external || object.id.kind != KindId::Role) << object.id.text();
  }
}

TEST_F(ShadowTest, ARefusalPointsIntoTheSources) {
  const std::string text = "schema shop {\n  table users { id bigint }\n  view broken as (select id + nowhere(id) from users)\n}\n";
  const driver::Program program = compile(text);
  const auto canonical = shadow::canonicalise(server(), program.catalog, {.sources = &sources_, .use_cache = false}, fragments_, sink_);
  ASSERT_FALSE(bool(canonical));
  const auto& all = sink_.all();
  const auto refused = std::find_if(all.begin(), all.end(), [](const auto& entry) { return entry.code == diag::Code::kShadowRejected; });
  ASSERT_NE(refused, all.end()) << words(sink_);
  EXPECT_EQ(sources_.text(refused->span), "nowhere");
  EXPECT_EQ(refused->span.begin, text.find("nowhere"));
}

TEST_F(ShadowTest, AMissingExtensionNamesItsPackage) {
  CatalogBuilder builder;
  Object extension;
  extension.id = id("extension no_such_extension");
  builder.add(extension);
  const auto canonical = shadow::canonicalise(server(), builder.finish(), {.use_cache = false}, fragments_, sink_);
  EXPECT_FALSE(bool(canonical));
  EXPECT_EQ(count(sink_, diag::Code::kMissingExtension), 1U) << words(sink_);
}

TEST_F(ShadowTest, RolesOfTheSourcesLeaveNoTrace) {
  const driver::Program program = compile("role shop_reader { nologin }\nschema shop {\n  table users {\n    id bigint\n    grant select to shop_reader\n  }\n}\n");
  const auto canonical = shadow::canonicalise(server(), program.catalog, {.sources = &sources_, .use_cache = false}, fragments_, sink_);
  ASSERT_TRUE(bool(canonical)) << words(canonical) << words(sink_);
  EXPECT_TRUE(canonical->has(id("role shop_reader")));
  EXPECT_TRUE(canonical->find(id("table shop.users"))->attributes.has("grants"));
  auto connection = server().create_database();
  EXPECT_FALSE(*shadow::role_exists(*connection, "shop_reader"));
}

TEST_F(ShadowTest, TheCacheGivesTheSameAndDistrustsBrokenFiles) {
  const std::string cache = testing::TempDir() + "lpc-catalog-cache";
  fs::remove_all(cache);
  ::setenv("XDG_CACHE_HOME", cache.c_str(), 1);
  const driver::Program program = compile("schema shop {\n  table users { id bigint default (1+1) }\n}\n");
  const auto canonical = [&] {
    auto catalog = shadow::canonicalise(server(), program.catalog, {.sources = &sources_}, fragments_, sink_);
    EXPECT_TRUE(bool(catalog)) << words(catalog) << words(sink_);
    return catalog ? catalog_to_json(*catalog, true) : "";
  };
  const std::string first = canonical();
  EXPECT_EQ(canonical(), first);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(cache + "/lockplane/catalog")) {
    ++files;
    fs::resize_file(entry.path(), fs::file_size(entry.path()) - 3);
  }
  EXPECT_EQ(files, 1);
  EXPECT_EQ(canonical(), first);
  for (const auto& entry : fs::directory_iterator(cache + "/lockplane/catalog")) std::ofstream(entry.path()) << "lockplane-catalog 1 x\n{}";
  EXPECT_EQ(canonical(), first);
  ::unsetenv("XDG_CACHE_HOME");
  fs::remove_all(cache);
}

// ---- proofs -------------------------------------------------------------------------------------------------------------------------

TEST_F(ShadowTest, AGeneratedPlanIsProvedBothWays) {
  const Catalog live = catalog_of(kBefore);
  const Catalog desired = catalog_of(R"(
    CREATE SCHEMA shop;
    CREATE TYPE shop.status AS ENUM ('new', 'paid', 'sent');
    CREATE TABLE shop.users (id bigint PRIMARY KEY, nickname text, email text NOT NULL, state shop.status DEFAULT 'sent');
    CREATE VIEW shop.emails AS SELECT lower(email) AS email FROM shop.users;
    CREATE INDEX users_email ON shop.users (lower(email)))");
  const auto plan = shadow::make_plan(server(), {live, desired, shop(), "app_owner", server().server_version(), nullptr}, fragments_, sink_);
  ASSERT_TRUE(bool(plan)) << words(plan) << words(sink_);
  EXPECT_FALSE(plan->steps.empty());
  EXPECT_FALSE(plan->reverse.empty());
  ASSERT_TRUE(plan->proof);
  EXPECT_EQ(plan->proof->forward, plan->target_hash);
  EXPECT_EQ(plan->proof->reverse, plan->source_hash);
  EXPECT_EQ(plan->source_hash, catalog_hash(plan::restrict(live, shop())));
  EXPECT_EQ(std::count_if(plan->loses.begin(), plan->loses.end(), [](const plan::Loss& loss) { return loss.object == "table shop.notes"; }), 1);
}

TEST_F(ShadowTest, AWrongTargetIsToldInWords) {
  const Catalog live = catalog_of(kBefore);
  const Catalog other = plan::restrict(catalog_of(std::string(kBefore) + "; ALTER TABLE shop.notes ADD COLUMN body text"), shop());
  plan::Plan plan;
  plan.steps = {step("Add column", "ALTER TABLE shop.notes ADD COLUMN body varchar")};
  EXPECT_FALSE(bool(shadow::prove(server(), std::move(plan), {live, shop(), &other}, fragments_, sink_)));
  EXPECT_EQ(count(sink_, diag::Code::kForwardProofFailed), 1U);
  EXPECT_NE(words(sink_).find("column shop.notes.body: type is `character varying` and should be `text`"), std::string::npos) << words(sink_);
}

TEST_F(ShadowTest, AHandWrittenPlanGetsItsTargetAndReverse) {
  const Catalog live = catalog_of(kBefore);
  const auto proven = prove_by_hand(live, {step("Add a column", "ALTER TABLE shop.users ADD COLUMN fax text"), step("Drop notes", "DROP TABLE shop.notes"),
                                           step("Make a table", "CREATE TABLE shop.more (id int); COMMENT ON TABLE shop.more IS 'x'")}, shop());
  ASSERT_TRUE(bool(proven)) << words(proven) << words(sink_);
  const plan::Plan& plan = proven->plan;
  EXPECT_EQ(plan.source_hash, catalog_hash(plan::restrict(live, shop())));
  EXPECT_EQ(plan.target_hash, catalog_hash(proven->reached));
  EXPECT_EQ(plan.proof->reverse, plan.source_hash);
  EXPECT_EQ(proven->reached.find(id("table shop.more"))->attributes.text("owner"), "app_owner");
  EXPECT_EQ(plan.reverse.size(), 3U) << statements(plan.reverse);
  ASSERT_EQ(plan.loses.size(), 1U);
  EXPECT_EQ(plan.loses[0].object, "table shop.notes");
  EXPECT_EQ(plan.steps[0].objects, Texts{"column shop.users.fax"});
  ASSERT_EQ(plan.steps[1].hazards.size(), 1U);
  EXPECT_EQ(plan.steps[1].hazards[0].code, "LP4001");
  EXPECT_EQ(plan.steps[1].reversible, "lossy");
  EXPECT_EQ(plan.steps[2].hazards.size(), 0U);
}

TEST_F(ShadowTest, RenamesByHandAreRenamedBack) {
  const Catalog live = catalog_of(kBefore);
  const auto proven = prove_by_hand(live, {step("Rename", "ALTER TABLE shop.users RENAME TO people; ALTER TABLE shop.people RENAME COLUMN email TO mail; ALTER TABLE shop.people RENAME CONSTRAINT users_pkey TO people_pkey"),
                                           step("Move", "CREATE SCHEMA attic; ALTER TABLE shop.notes SET SCHEMA attic"), step("Rename enum", "ALTER TYPE shop.status RENAME TO state")},
                                    [] { plan::Scope all; all.all = true; return all; }());
  ASSERT_TRUE(bool(proven)) << words(proven) << words(sink_);
  const std::string back = statements(proven->plan.reverse);
  EXPECT_EQ(back.find("DROP TABLE"), std::string::npos) << back;
  EXPECT_NE(back.find("ALTER TABLE shop.people RENAME TO users"), std::string::npos) << back;
  EXPECT_NE(back.find("ALTER TABLE attic.notes SET SCHEMA shop"), std::string::npos) << back;
  EXPECT_TRUE(proven->plan.loses.empty());
  for (const plan::Step& each : proven->plan.steps) {
    for (const plan::StepHazard& hazard : each.hazards) EXPECT_EQ(hazard.severity, "note") << hazard.message;
  }
}

TEST_F(ShadowTest, WhatThePlanMakesAndNoKindHasIsTold) {
  constexpr const char* kLabelOnCast = "SET allow_system_table_mods = on; INSERT INTO pg_catalog.pg_seclabel "
                                       "SELECT min(oid), 'pg_catalog.pg_cast'::pg_catalog.regclass, 0, 'p', 'l' FROM pg_catalog.pg_cast";
  const auto proven = prove_by_hand(catalog_of(kBefore), {step("Label", kLabelOnCast)}, shop());
  ASSERT_TRUE(bool(proven)) << words(proven) << words(sink_);
  EXPECT_EQ(count(sink_, diag::Code::kUnmodelledObject), 1U) << words(sink_);
}

TEST_F(ShadowTest, StepsOutsideATransactionRunOutside) {
  const Catalog live = catalog_of(kBefore);
  const auto proven = prove_by_hand(live, {step("Add", "ALTER TABLE shop.users ADD COLUMN fax text"),
                                           step("Index", "CREATE INDEX CONCURRENTLY users_fax ON shop.users (fax)", false), step("Comment", "COMMENT ON TABLE shop.users IS 'x'")}, shop());
  ASSERT_TRUE(bool(proven)) << words(proven) << words(sink_);
  EXPECT_TRUE(proven->reached.has(id("index shop.users_fax")));
}

TEST_F(ShadowTest, AStepThatFailsIsNamed) {
  const Catalog live = catalog_of(kBefore);
  EXPECT_FALSE(bool(prove_by_hand(live, {step("Fine", "CREATE TABLE shop.a (id int)"), step("Broken", "ALTER TABLE shop.nowhere ADD COLUMN x int")}, shop())));
  EXPECT_EQ(count(sink_, diag::Code::kForwardProofFailed), 1U);
  EXPECT_NE(words(sink_).find("step 2 (Broken) fails: relation \"shop.nowhere\" does not exist"), std::string::npos) << words(sink_);
}

TEST_F(ShadowTest, AReverseThatLeadsElsewhereIsRefused) {
  const Catalog live = catalog_of(kBefore);
  plan::Plan plan;
  plan.steps = {step("Add", "ALTER TABLE shop.notes ADD COLUMN body text")};
  plan.reverse = {step("Wrong", "ALTER TABLE shop.notes DROP COLUMN id")};
  EXPECT_FALSE(bool(shadow::prove(server(), std::move(plan), {live, shop(), nullptr}, fragments_, sink_)));
  EXPECT_EQ(count(sink_, diag::Code::kReverseProofFailed), 1U) << words(sink_);
  EXPECT_NE(words(sink_).find("column shop.notes.id is missing"), std::string::npos) << words(sink_);
}

TEST_F(ShadowTest, AColumnThatComesBackComesLast) {
  const Catalog live = catalog_of("CREATE SCHEMA shop; CREATE TABLE shop.notes (a int, b int, c int)");
  const auto proven = prove_by_hand(live, {step("Drop", "ALTER TABLE shop.notes DROP COLUMN b")}, shop());
  ASSERT_TRUE(bool(proven)) << words(proven) << words(sink_);
  EXPECT_NE(proven->plan.proof->reverse, proven->plan.source_hash);
  Texts lost;
  for (const plan::Loss& loss : proven->plan.loses) lost.push_back(loss.object);
  EXPECT_EQ(lost, (Texts{"column shop.notes.b", "table shop.notes"}));
}

TEST_F(ShadowTest, RenamesAreRenamedBack) {
  const Catalog live = catalog_of(kBefore);
  const driver::Program program = compile(R"(schema shop {
  enum status { new, paid }
  @renamed_from(users)
  table people {
    id bigint constraint users_pkey primary key
    @renamed_from(email)
    mail text not null
    state status default 'new'
  }
  view emails as (select mail as email from people)
  table notes { id int }
}
)");
  const auto desired = shadow::canonicalise(server(), program.catalog, {.sources = &sources_, .use_cache = false}, fragments_, sink_);
  ASSERT_TRUE(bool(desired)) << words(desired) << words(sink_);
  const auto plan = shadow::make_plan(server(), {live, *desired, shop(), "app_owner", server().server_version(), &sources_}, fragments_, sink_);
  ASSERT_TRUE(bool(plan)) << words(plan) << words(sink_);
  EXPECT_TRUE(plan->loses.empty());
  for (const auto* steps : {&plan->steps, &plan->reverse}) {
    for (const plan::Step& each : *steps) {
      for (const std::string& statement : each.sql) EXPECT_EQ(statement.find("DROP TABLE"), std::string::npos) << statement;
    }
  }
}

TEST_F(ShadowTest, ARoleOfThePlanIsMadeAndTakenAwayAgain) {
  const Catalog live = catalog_of(kBefore);
  const driver::Program program = compile("role shop_clerk { nologin createdb }\n");
  const auto desired = shadow::canonicalise(server(), program.catalog, {.use_cache = false}, fragments_, sink_);
  ASSERT_TRUE(bool(desired)) << words(sink_);
  const auto plan = shadow::make_plan(server(), {live, *desired, program.scope, "app_owner", server().server_version(), nullptr}, fragments_, sink_);
  ASSERT_TRUE(bool(plan)) << words(plan) << words(sink_);
  EXPECT_EQ(plan->steps.size(), 1U) << statements(plan->steps);
  auto connection = server().create_database();
  EXPECT_FALSE(*shadow::role_exists(*connection, "shop_clerk"));
}

}  // namespace
}  // namespace lpc::test
