// Planning as a pure function: catalogs compiled from text go in, ordered steps come out; and plans as JSON.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "driver/compile.h"
#include "plan/order.h"
#include "plan/plan_json.h"
#include "plan/planner.h"
#include "plan/steps.h"
#include "plan/rename_detection.h"

namespace lpc::plan {
namespace {

class PlanTest : public testing::Test {
 protected:
  Catalog compile(const std::string& text) {
    const FileId file = sources_.add("schema.lp", text);
    auto program = driver::compile({file}, sources_, fragments_, sink_);
    EXPECT_TRUE(bool(program)) << text << words();
    return program ? std::move(program->catalog) : Catalog();
  }

  /// The steps between two texts, as "description" lines.
  std::vector<Step> steps(const std::string& before, const std::string& after) {
    const Catalog from = compile(before), to = compile(after);
    const auto actions = plan_actions(from, to, {}, sink_);
    EXPECT_FALSE(sink_.has_errors()) << words();
    return to_steps(actions, {&sources_, &to});
  }

  static std::vector<std::string> descriptions(const std::vector<Step>& steps) {
    std::vector<std::string> result;
    for (const Step& step : steps) result.push_back(step.description);
    return result;
  }

  static std::string sql(const std::vector<Step>& steps) {
    std::string result;
    for (const Step& step : steps) {
      for (const std::string& statement : step.sql) result += statement + ";\n";
    }
    return result;
  }

  static std::size_t place(const std::vector<Step>& steps, const std::string& text) {
    const auto all = descriptions(steps);
    const auto found = std::ranges::find_if(all, [&](const std::string& each) { return each.find(text) != std::string::npos; });
    EXPECT_NE(found, all.end()) << text << " is no step of:\n" << sql(steps);
    return static_cast<std::size_t>(found - all.begin());
  }

  std::string words() const {
    std::string text;
    for (const diag::Diagnostic& diagnostic : sink_.all()) text += "\n" + diag::code_text(diagnostic.code) + ": " + diagnostic.message;
    return text;
  }

  bool reported(const std::string& code) const {
    return std::ranges::any_of(sink_.all(), [&](const diag::Diagnostic& each) { return diag::code_text(each.code) == code; });
  }

  SourceMap sources_;
  frontend::FragmentParser fragments_;
  diag::Sink sink_;
};

constexpr const char* kShop = R"(
schema shop {
    enum status { active, gone }
    table users {
        id     bigint primary key
        status status not null default 'active'
    }
    table orders {
        id      bigint primary key
        user_id bigint references users (id)
        index (user_id)
    }
    view active_users as (SELECT id FROM shop.users WHERE status = 'active')
}
)";

TEST_F(PlanTest, SameTextNeedsNoStep) { EXPECT_TRUE(steps(kShop, kShop).empty()); }

TEST_F(PlanTest, WhatIsNeededComesFirst) {
  const auto made = steps("", kShop);
  EXPECT_LT(place(made, "schema shop"), place(made, "enum shop.status"));
  EXPECT_LT(place(made, "enum shop.status"), place(made, "Create table shop.users"));
  EXPECT_LT(place(made, "Create table shop.users"), place(made, "view shop.active_users"));
  EXPECT_LT(place(made, "Create table shop.users"), place(made, "orders_user_id_fkey"));
}

TEST_F(PlanTest, DropsGoTheOtherWay) {
  const auto gone = steps(kShop, "");
  EXPECT_LT(place(gone, "Drop view shop.active_users"), place(gone, "Drop table shop.users"));
  EXPECT_LT(place(gone, "Drop table shop.orders"), place(gone, "Drop table shop.users"));
  EXPECT_LT(place(gone, "Drop table shop.users"), place(gone, "Drop enum shop.status"));
  EXPECT_LT(place(gone, "Drop enum shop.status"), place(gone, "Drop schema shop"));
  const Step& table = gone[place(gone, "Drop table shop.users")];
  ASSERT_FALSE(table.hazards.empty());
  EXPECT_EQ(table.hazards.front().code, "LP4001");
}

TEST_F(PlanTest, TheSameInputsGiveTheSameSteps) { EXPECT_EQ(sql(steps("", kShop)), sql(steps("", kShop))); }

TEST_F(PlanTest, StatementsNameTheSchemaAndNeverCascade) {
  for (const std::string& text : {sql(steps("", kShop)), sql(steps(kShop, ""))}) {
    EXPECT_EQ(text.find("CASCADE"), std::string::npos) << text;
    EXPECT_EQ(text.find("IF EXISTS"), std::string::npos) << text;
    EXPECT_EQ(text.find("TABLE users"), std::string::npos) << text;
  }
}

TEST_F(PlanTest, AnAddedColumnIsOneStatement) {
  const auto made = steps("schema s {\n table t { id bigint }\n}", "schema s {\n table t {\n id bigint\n note text not null default ''\n }\n}");
  ASSERT_EQ(made.size(), 1u) << sql(made);
  EXPECT_EQ(sql(made), "ALTER TABLE s.t ADD COLUMN note text DEFAULT '' NOT NULL;\n");
  EXPECT_EQ(made[0].origin->line, 4u);
}

TEST_F(PlanTest, HintsOfRenamesAreMatched) {
  const Catalog live = compile("schema s {\n table old { id bigint }\n}");
  const Catalog desired = compile("schema s {\n @renamed_from(old)\n table new { id bigint }\n}");
  const Renames renames = find_renames(live, desired, sink_);
  ASSERT_EQ(renames.size(), 1u);
  EXPECT_EQ(renames[0].second.text(), "table s.new");
  EXPECT_FALSE(reported("LP3008") || reported("LP3009"));
  find_renames(desired, desired, sink_);
  EXPECT_TRUE(reported("LP3008"));
  find_renames(compile("schema s"), desired, sink_);
  EXPECT_TRUE(reported("LP3009"));
}

TEST_F(PlanTest, WhatLooksLikeARenameIsFound) {
  const Catalog live = compile("schema s {\n table old {\n a int\n b text\n check (a > 0)\n }\n}");
  const Catalog desired = compile("schema s {\n table new {\n a int\n b text\n check (a > 1)\n }\n}");
  const auto found = possible_renames(live, desired);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].before.text(), "table s.old");
  EXPECT_EQ(found[0].after.text(), "table s.new");
  EXPECT_FALSE(found[0].is_free);
}

TEST_F(PlanTest, WhatCouldBeTwoThingsIsNoRename) {
  const Catalog live = compile("schema s {\n table old { a int }\n}");
  EXPECT_TRUE(possible_renames(live, compile("schema s {\n table new { a int }\n table other { a int }\n}")).empty());
  EXPECT_TRUE(possible_renames(live, compile("schema s {\n table new { a bigint }\n}")).empty());
  EXPECT_TRUE(possible_renames(live, compile("schema s {\n table new { b int }\n}")).empty());
  EXPECT_TRUE(possible_renames(compile("schema s {\n table t { a int b int c int }\n}"), compile("schema s {\n table t { c int d int }\n}")).empty());
}

TEST_F(PlanTest, PartsThatHoldNoRowsAreRenamedFreely) {
  const Catalog live = compile("schema s {\n table t {\n a int constraint x unique\n index i (a)\n }\n}");
  const Catalog desired = compile("schema s {\n table t {\n a int constraint y unique\n index j (a)\n }\n}");
  const auto found = possible_renames(live, desired);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0].is_free && found[1].is_free);
}

TEST_F(PlanTest, LiveColumnsKeepTheirOrder) {
  const Catalog live = compile("schema s {\n table t {\n a int\n b int\n }\n}");
  const Catalog desired = compile("schema s {\n table t {\n new int\n b int\n a int\n }\n}");
  const Catalog reached = reconcile(live, desired, "", 150000, sink_);
  const Object* table = reached.find({KindId::Table, "s", "t", "", ""});
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->attributes.texts("columns"), (std::vector<std::string>{"a", "b", "new"}));
  EXPECT_TRUE(reported("LP5012"));
}

TEST_F(PlanTest, AScopeCoversItsSchemas) {
  const Catalog both = compile("schema a {\n table t { id int }\n}\nschema b {\n table t { id int }\n}");
  Scope scope;
  scope.schemas = {"a"};
  const Catalog part = restrict(both, scope);
  EXPECT_TRUE(part.has({KindId::Table, "a", "t", "", ""}));
  EXPECT_FALSE(part.has({KindId::Table, "b", "t", "", ""}));
  const Catalog merged = overlay(both, compile("schema a"), scope);
  EXPECT_FALSE(merged.has({KindId::Table, "a", "t", "", ""}));
  EXPECT_TRUE(merged.has({KindId::Table, "b", "t", "", ""}));
}

TEST_F(PlanTest, WhatLiesOutsideAScopeStaysAsItIs) {
  Scope scope;
  scope.schemas = {"a"};
  const ObjectId others{KindId::Column, "b", "t", "id", ""};
  const std::string a = "schema a {\n table t { id int }\n}\n";
  // Alike on both sides, otherwise in the sources, and not there.
  for (const std::string b : {"schema b {\n table t { id int }\n}", "schema b {\n table t { id text }\n}", "schema b"}) {
    const Catalog merged = overlay(compile(a + "schema b {\n table t { id int }\n}"), compile(a + b), scope);
    ASSERT_TRUE(merged.has(others)) << b;
    EXPECT_EQ(merged.find(others)->attributes.text("type"), "integer") << b;
  }
}

TEST_F(PlanTest, AnEnumValueIsUsedOnlyAfterItsCommit) {
  const auto made = steps("schema s {\n enum e { a }\n table t { x e }\n}", "schema s {\n enum e { a, b }\n table t { x e default 'b'::s.e }\n}");
  const std::size_t value = place(made, "enum s.e"), use = place(made, "default");
  ASSERT_LT(value, use);
  EXPECT_LT(made[value].group, made[use].group) << sql(made);
}

TEST(Order, SaysWhichActionsNeedEachOther) {
  ActionGraph graph;
  for (const char* name : {"a", "b", "c"}) {
    Action action;
    action.type = ActionType::create;
    action.object = {KindId::View, "s", name, "", ""};
    action.sql.push_back(Sql{"SELECT 1"});
    graph.actions.push_back(action);
  }
  graph.edges = {{0, 1}, {1, 0}, {1, 2}};
  diag::Sink sink;
  EXPECT_TRUE(order(graph, sink).empty());
  ASSERT_EQ(sink.all().size(), 1u);
  EXPECT_EQ(diag::code_text(sink.all()[0].code), "LP5009");
  EXPECT_NE(sink.all()[0].message.find("view s.a, view s.b"), std::string::npos) << sink.all()[0].message;
  EXPECT_EQ(sink.all()[0].message.find("s.c"), std::string::npos) << "only the circle is named";
}

// ---- JSON

TEST(PlanJson, ReadsHandWrittenPlans) {
  const auto plan = from_json(R"json({"$schema": "x", "steps": [
    {"description": "one", "sql": "CREATE TABLE a (id int)"},
    {"description": "two", "sql": ["CREATE TABLE b (id int)", "CREATE TABLE c (id int)"]},
    {"description": "three", "sql": "CREATE INDEX CONCURRENTLY i ON a (id)", "transactional": false},
    {"description": "four", "sql": "CREATE TABLE d (id int)"}]})json");
  ASSERT_TRUE(bool(plan)) << plan.failure().message;
  ASSERT_EQ(plan->steps.size(), 4u);
  EXPECT_EQ(plan->steps[0].id, 1);
  EXPECT_EQ(plan->steps[1].sql.size(), 2u);
  EXPECT_EQ(plan->steps[0].group, plan->steps[1].group);
  EXPECT_NE(plan->steps[1].group, plan->steps[2].group);
  EXPECT_NE(plan->steps[2].group, plan->steps[3].group);
  EXPECT_FALSE(plan->steps[2].transactional);
}

TEST(PlanJson, GivesBackWhatItWrote) {
  Plan plan;
  plan.source_hash = "sha256:1";
  plan.target_hash = "sha256:2";
  plan.server_version = 150020;
  plan.managed = {"shop"};
  plan.role = "owner";
  Step step;
  step.id = 1;
  step.description = "naïve \"quotes\"";
  step.sql = {"SELECT 'a\nb'"};
  step.objects = {"table shop.users"};
  step.origin = Origin{"schema.lp", 31, 9};
  step.locks = {{"shop.users", "ACCESS EXCLUSIVE", "SHARE"}};
  step.hazards = {{"LP4001", "warning", "drops it", "table shop.users", "because"}};
  step.rewrites = {{"shop.users", true, false}};
  plan.steps = {step};
  plan.reverse = {step};
  plan.loses = {{"table shop.users", "3 rows"}};
  plan.proof = Proof{"15.20", "sha256:2", "sha256:1", "full", RowsProof{3, 600, {"shop.never"}}};
  const std::string text = to_json(plan);
  const auto back = from_json(text);
  ASSERT_TRUE(bool(back)) << back.failure().message;
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(plan_hash(*back), plan_hash(plan));
  EXPECT_EQ(back->steps[0].origin->line, 31u);
  EXPECT_EQ(back->steps[0].locks[0].measured, "SHARE");
  EXPECT_EQ(back->loses[0].what, "3 rows");
}

TEST(PlanJson, SaysWhereItIsWrong) {
  const std::vector<std::array<std::string, 3>> cases = {
      {R"({"stepz":[]})", "LP5002", "steps"},
      {R"({"steps":[{"description":"x","sqll":"SELECT 1"}]})", "LP5002", "/steps/0"},
      {R"({"steps":[{"description":"x","sql":5}]})", "LP5003", "/steps/0/sql"},
      {R"({"steps":[{"description":"x"}]})", "LP5003", "sql"},
      {R"({"steps":{}})", "LP5003", "steps"},
      {R"({"version":2,"steps":[]})", "LP5004", "version 2"},
      {R"({"steps":[)", "LP5001", ""},
      {"", "LP5001", ""},
      {R"([1])", "LP5003", ""},
  };
  for (const auto& [text, code, part] : cases) {
    const auto plan = from_json(text);
    ASSERT_FALSE(bool(plan)) << text;
    EXPECT_EQ(plan.failure().code, code) << text;
    EXPECT_NE((plan.failure().message + plan.failure().hint).find(part), std::string::npos) << text << ": " << plan.failure().message;
  }
}

}  // namespace
}  // namespace lpc::plan
